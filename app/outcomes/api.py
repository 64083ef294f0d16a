"""Calls of programs: what became of one proposal."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path

from app.outcomes.story_pages import Became, answered_in
from app.outcomes.timeline import Stop
from app.proposals import listing
from app.sessions.guards import PublicSession
from app.web.ground import Ground, ground

router = APIRouter(prefix="/api/v1/sessions/{slug}/proposals", tags=["outcomes"])
Parts = Annotated[Ground, Depends(ground)]
Number = Annotated[str, Path(max_length=80)]


@router.get("/{number}/outcomes")
async def read(parts: Parts, session: PublicSession, number: Number) -> dict[str, Any]:
    """What each level answered to a public proposal, as it was published; drafts never. What was merged or split answers with the proposals in which it goes on."""
    async with parts.database.read() as db:
        proposal = await listing.find(db, session.id, number, public=True)
        became = await answered_in(db, session, proposal)
    return {"items": [_body(one, session.zone) for one in became if one.public]}


def _body(one: Became, zone: str) -> dict[str, Any]:
    return {
        "number": one.number,
        "outcomes": [_stop(stop, zone) for stop in one.stops if stop.verdict is not None],
        "awaits": next((stop.level.value for stop in one.stops if stop.verdict is None), None),
        "earlier": [
            {"year": year.year, "number": year.number, "title": year.title, "outcomes": [_stop(stop, zone) for stop in year.stops]}
            for year in one.years
        ],
    }


def _stop(stop: Stop, zone: str) -> dict[str, Any]:
    body = {
        "level": stop.level.value,
        "verdict": stop.verdict.value if stop.verdict else None,
        "decided_on": stop.at.date().isoformat() if stop.at else None,
        "decided_by": stop.decided_by,
        "reason_code": stop.reason_code,
        "reason": stop.reason,
        "document": stop.document,
        "document_number": stop.document_number,
        "document_link": stop.document_link,
        "next_step": stop.next_step,
        "follows": stop.follows,
        "publication": stop.publication,
        "published_at": _written(stop.published_at, zone),
        "before": [_stop(former, zone) for former in stop.before],
    }
    return {name: value for name, value in body.items() if value not in (None, "", [])}


def _written(moment: datetime | None, zone: str) -> str | None:
    return moment.astimezone(ZoneInfo(zone)).isoformat() if moment else None
