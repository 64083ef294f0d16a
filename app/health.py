"""Is this process alive, can it serve, and what is it doing? For load balancers, watchers and the person on duty."""

import time
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text

from app.chat.house import House, house_of
from app.database.engine import Database, answers
from app.database.migrate import current, head
from app.errors import Unavailable
from app.outbox.service import oldest_due
from app.web.ground import Ground, ground

BELL_SECONDS = 10.0
"""The hub looks at the logs every second; silence for longer means that it does not run."""
CLOCK_SECONDS = 5.0
"""By which this machine's clock and the database's may differ."""

router = APIRouter(include_in_schema=False)
Parts = Annotated[Ground, Depends(ground)]
Rooms = Annotated[House, Depends(house_of)]


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/health/ready")
async def ready(parts: Parts, rooms: Rooms) -> Response:
    """200 when requests can be served, else 503; what is wrong stands in the body."""
    checks = await _checks(parts, rooms)
    good = all(checks[name] for name in ("database", "migrated", "bell", "clock")) and not rooms.draining
    return JSONResponse({"status": "ok" if good else "unavailable", **checks}, 200 if good else 503, {"Cache-Control": "no-store"})


@router.get("/metrics")
async def metrics(request: Request, parts: Parts, rooms: Rooms) -> Response:
    """Numbers in the text form of Prometheus; nothing in them names a room or a person."""
    registry = CollectorRegistry()
    for name, meaning, value in (
        ("rembuk_sockets", "Open room sockets of this process", rooms.hub.sockets),
        ("rembuk_rooms", "Rooms with sockets in this process", len(rooms.hub.rooms)),
        ("rembuk_deliveries", "Events written to sockets since the start", rooms.hub.delivered),
        ("rembuk_messages_waiting", "Messages that wait for their transaction", rooms.writers.waiting),
        ("rembuk_bell_age_seconds", "Seconds since the hub last compared heads", time.monotonic() - rooms.hub.polled_at),
        ("rembuk_oldest_job_seconds", "Seconds by which the oldest waiting job is late", _number(await _oldest_job(parts))),
    ):
        Gauge(name, meaning, registry=registry).set(value)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


async def _checks(parts: Ground, rooms: House) -> dict[str, Any]:
    database = await answers(parts.database)
    return {
        "database": database,
        "migrated": database and await current(parts.database) == head(),
        "bell": time.monotonic() - rooms.hub.polled_at < BELL_SECONDS,
        "oldest_job_seconds": await _oldest_job(parts) if database else None,
        "clock": database and await _skew(parts.database) < CLOCK_SECONDS,
        "now": parts.clock.now().isoformat(),
    }


async def _oldest_job(parts: Ground) -> float | None:
    """Seconds by which the oldest waiting job is late; None when the database cannot be asked."""
    try:
        async with parts.database.read() as db:
            return round(await oldest_due(db, parts.clock.now()), 1)
    except Unavailable:
        return None


def _number(value: float | None) -> float:
    """As Prometheus writes what is not known."""
    return float("nan") if value is None else value


async def _skew(database: Database) -> float:
    """Seconds between this machine's clock and the database's; the embedded one has ours."""
    if database.on_sqlite:
        return 0.0
    async with database.reader.connect() as connection:
        theirs: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return abs((datetime.now(UTC) - theirs).total_seconds())
