"""Attendance at any moment, with the quorum: a page that a chair can read out, and the same for programs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel

from app.access.models import Role
from app.hall.attendance import IN_PERSON, ONLINE, UNKNOWN
from app.hall.quorum import QuorumState
from app.hall.tally import Tally, tally
from app.i18n import Translator, clock, day, number
from app.sessions.guards import Desk, desk
from app.sessions.models import ForumSession
from app.sessions.navigation import desk_items
from app.sessions.typed import LOCAL, local_moment
from app.web.ground import Ground, ground
from app.web.pages import page, translator

router = APIRouter()
Parts = Annotated[Ground, Depends(ground)]
READERS = {Role.OPERATOR, Role.MODERATOR, Role.SECRETARIAT, Role.READER}
Reading = Annotated[Desk, Depends(desk(*READERS))]


class QuorumOut(BaseModel):
    """Where the quorum stands; `needed` people must be there at the same time."""

    state: QuorumState
    needed: int | None
    present: int
    reached_at: datetime | None


class FiguresOut(BaseModel):
    """Who is there at the moment `at`, and who ever was; halls by their code, what is not known under an empty name."""

    at: datetime
    total: int
    ever: int
    by_way: dict[str, int]
    by_site: dict[str, int]
    by_gender: dict[str, int]
    by_element: dict[str, int]
    quorum: QuorumOut


@router.get("/api/v1/sessions/{slug}/attendance", tags=["hall"])
async def attendance(at_desk: Reading, parts: Parts, at: Annotated[AwareDatetime | None, Query()] = None) -> FiguresOut:
    """How many people are there now, or were `at` a moment, by way, hall, sex and element, with the quorum."""
    moment = at or parts.clock.now()
    async with parts.database.read() as db:
        found = await tally(db, at_desk.session, moment)
    codes = {site.id: site.code for site in found.sites}
    now = found.now
    return FiguresOut(
        at=moment,
        total=now.total,
        ever=found.ever.total,
        by_way=dict(now.by_way),
        by_site={codes[one]: n for one, n in now.by_site.items() if one in codes},
        by_gender=dict(now.by_gender),
        by_element=dict(now.by_element),
        quorum=QuorumOut.model_validate(vars(found.quorum)),
    )


@router.get("/meja/{slug}/kehadiran", include_in_schema=False)
async def shown(request: Request, parts: Parts, at_desk: Reading, pada: Annotated[str, Query(max_length=40)] = "") -> Response:
    """The same as a page, now or at a moment in the forum's own time, with a paragraph ready for the minutes."""
    session, now, words = at_desk.session, parts.clock.now(), translator(request)
    asked = local_moment(pada, session.zone) if pada else None
    moment = min(asked, now) if asked else now
    async with parts.database.read() as db:
        found = await tally(db, session, moment)
    return page(
        request,
        "hall/presence.html",
        session=session,
        tally=found,
        at=moment,
        asked=asked is not None,
        wrong=bool(pada) and asked is None,
        local=moment.astimezone(found.zone).strftime(LOCAL),
        sentence_for_minutes=minutes(session, found, moment, words),
        desk_items=desk_items(session, at_desk.staff, "kehadiran", words),
    )


def minutes(session: ForumSession, found: Tally, at: datetime, words: Translator) -> str:
    """What stands in the minutes about who was there, as one paragraph in the reader's language."""
    now, lang = found.now, words.language

    def count(value: int) -> str:
        return number(value, lang)

    moment = {"day": day(at, session.zone, lang), "clock": clock(at, session.zone)}
    halls = ", ".join(f"{site.name} ({count(now.by_site.get(site.id, 0))})" for site in found.sites)
    parts = [
        words.gettext("Pada %(day)s pukul %(clock)s hadir %(total)s orang: %(hall)s di lokasi dan %(online)s daring.")
        % {**moment, "total": count(now.total), "hall": count(now.by_way.get(IN_PERSON, 0)), "online": count(now.by_way.get(ONLINE, 0))}
    ]
    if halls:
        parts.append(words.gettext("Menurut lokasi: %(halls)s.") % {"halls": halls})
    for sentence, kind, figures in (
        (words.gettext("Menurut jenis kelamin: %(figures)s."), "gender", now.by_gender),
        (words.gettext("Menurut unsur: %(figures)s."), "element", now.by_element),
    ):
        if now.total:
            parts.append(sentence % {"figures": _listed(figures, kind, words)})
    parts.append(words.gettext("Sejak awal tercatat hadir %(ever)s orang.") % {"ever": count(found.ever.total)})
    return " ".join([*parts, *_quorum(session, found, words)])


def _quorum(session: ForumSession, found: Tally, words: Translator) -> list[str]:
    quorum = found.quorum
    if quorum.needed is None:
        return []
    needed = number(quorum.needed, words.language)
    if quorum.reached_at is None:
        return [words.gettext("Kuorum %(needed)s orang belum tercapai.") % {"needed": needed}]
    facts = {"needed": needed, "clock": clock(quorum.reached_at, session.zone)}
    return [words.gettext("Kuorum %(needed)s orang tercapai pukul %(clock)s.") % facts]


def _listed(figures: Mapping[str, int], kind: str, words: Translator) -> str:
    named = {words.label(kind, value) if value != UNKNOWN else words.gettext("belum dicatat"): n for value, n in figures.items()}
    return ", ".join(f"{name} ({number(n, words.language)})" for name, n in named.items())
