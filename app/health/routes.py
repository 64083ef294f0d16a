"""Is this process alive, can it serve, and what is it doing? For load balancers, watchers and the person on duty."""

from ipaddress import ip_address
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from app.errors import NotFound
from app.health.checkup import Checkup
from app.health.metrics import Sources, written
from app.vault import same
from app.web.ground import Ground, ground
from app.web.guards import bearer

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "via")
"""Headers that only a proxy writes: who comes through one is not on this machine."""

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]


def checkup_of(request: Request) -> Checkup:
    """Who examines this process."""
    return cast("Checkup", request.app.state.checkup)


def sources_of(request: Request) -> Sources:
    """What this process counts."""
    return cast("Sources", request.app.state.sources)


def watcher(request: Request) -> None:
    """Numbers are for whoever asks from this machine itself, or shows REMBUK_METRICS_TOKEN; for anybody else there are none."""
    token = ground(request).settings.metrics_token
    if token is not None and same(bearer(request) or "", token):
        return
    if request.client is None or not _loopback(request.client.host) or any(name in request.headers for name in FORWARDED):
        raise NotFound("web.not_found")


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/health/ready")
async def ready(parts: Parts, checkup: Annotated[Checkup, Depends(checkup_of)]) -> Response:
    """200 when requests can be served, else 503, within three seconds whatever hangs; what is wrong stands in the body."""
    report = await checkup.report()
    return JSONResponse(report.told(parts.clock.now()), 200 if report.ready else 503, {"Cache-Control": "no-store"})


@router.get("/metrics", dependencies=[Depends(watcher)])
async def metrics(checkup: Annotated[Checkup, Depends(checkup_of)], sources: Annotated[Sources, Depends(sources_of)]) -> Response:
    """Numbers in the text form of Prometheus; nothing in them names a room or a person."""
    return Response(written(sources, await checkup.report()), media_type=CONTENT_TYPE_LATEST)


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
