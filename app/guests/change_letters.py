"""Letters of change for guests whom no message reaches: who is to be told what, as it was and as it is now, and the PDF of one page each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import i18n
from app.guests.letters import LANGUAGE, Addressed, Letterform, address, headed, letter_rows, printed, times, words_of, written_day
from app.invitations.models import Seat
from app.notices.models import Channel, Delivery, DeliveryState, Notice, ToldChange
from app.sessions.changes import changes_of
from app.sessions.models import ForumSession, ScheduleChange, ScheduleKind, SessionState, Site
from app.web.ground import Ground

SHOWN = 500
"""People on the page at once; the numbers above it are of all."""
TOLD_SHOWN = 50


class What(StrEnum):
    """Which thing of the plan a line is about."""

    DAY = "day"
    TIME = "time"
    PLACE = "place"
    MEETING = "meeting"
    HALL = "hall"


@dataclass(frozen=True)
class Side:
    """How one thing was or is: a hall as `text`, a day or time by the `moments` of beginning and end, or what only words can say as a `code` (`open`, `cancelled`, `old_link`, `new_link`); none of these for nothing."""

    code: str = ""
    text: str = ""
    moments: tuple[datetime, datetime] | None = None


@dataclass(frozen=True)
class Line:
    """One thing of the plan as it was and as it is now; the letter and the page say it in their words."""

    what: What
    was: Side
    now: Side


@dataclass(frozen=True)
class Owed:
    """Somebody who is told on paper: the delivery with the seat and letter of its guest, and the changes that it tells, oldest first.

    Without `lines` there is nothing to put on paper: the guest went to another place since, and none of it is about that.
    """

    delivery: Delivery
    place_id: str
    letter: Addressed
    lines: list[Line]
    reasons: list[str]
    kinds: list[ScheduleKind]


async def owed(
    db: AsyncSession,
    parts: Ground,
    session: ForumSession,
    states: Sequence[DeliveryState],
    *,
    only: str | None = None,
    limit: int | None = None,
) -> list[Owed]:
    """Whom the desk tells on paper, by institution; those told already newest first. `only` is one delivery's id."""
    wanted = (
        letter_rows(session.id).join(Notice, Notice.participant_id == Seat.participant_id).join(Delivery, Delivery.notice_id == Notice.id)
    )
    wanted = wanted.add_columns(Delivery).where(Delivery.channel == Channel.LETTER, Delivery.state.in_(states))
    if only is not None:
        wanted = wanted.where(Delivery.id == only)
    if DeliveryState.SENT in states:
        wanted = wanted.order_by(None).order_by(Delivery.sent_at.desc(), Delivery.id)
    rows: Sequence[Any] = (await db.execute(wanted.limit(limit))).all()
    history = list(reversed(await changes_of(db, session.id)))
    told = await _told(db, [row[-1].notice_id for row in rows])
    found = []
    for place, invitee, person, seat, site, delivery in rows:
        changes = [one for one in history if one.id in told.get(delivery.notice_id, set())]
        letter = address(parts, place, invitee, person, seat, site)
        reasons = list(dict.fromkeys(one.reason for one in _mattering(changes) if one.reason))
        kinds = list(dict.fromkeys(one.kind for one in changes))
        found.append(Owed(delivery, place.id, letter, lines(session, seat, site, changes, history), reasons, kinds))
    return found


def lines(
    session: ForumSession, seat: Seat, site: Site | None, told: Sequence[ScheduleChange], history: Sequence[ScheduleChange]
) -> list[Line]:
    """What the changes `told` (of the whole `history`, both oldest first) made different for this seat."""
    kinds = {one.kind for one in told}
    found = []
    if kinds & {ScheduleKind.MOVED, ScheduleKind.POSTPONED, ScheduleKind.CANCELLED}:
        before, now = _before(session, told, history), _now(session)
        over = session.state is SessionState.CANCELLED
        found.append(Line(What.DAY, _day(before), Side(code="cancelled") if over else _day(now)))
        found += [Line(What.TIME, Side(moments=before), Side(moments=now))] if (before or now) and not over else []
    moved = [one for one in told if one.kind is ScheduleKind.RELOCATED and one.site_id == seat.site_id]
    if moved and site is not None:
        found.append(Line(What.PLACE, _place(moved[0].before), _place({"name": site.name, "address": site.address})))
    if ScheduleKind.MEETING in kinds and seat.way == "online":
        found.append(Line(What.MEETING, Side(code="old_link"), Side(code="new_link")))
    found += [Line(What.HALL, Side(), _place(one.after)) for one in told if one.kind is ScheduleKind.HALL_ADDED]
    return found


async def change_pdf(parts: Ground, session: ForumSession, form: Letterform, people: Sequence[Owed], *, number: str, now: datetime) -> Path:
    """The letters in a temporary file that the caller removes; what was promised with the code is still promised unless the forum was cancelled."""
    cancelled = session.state is SessionState.CANCELLED
    given = {
        **headed(parts, session, form),
        "number": number,
        "invited_by": form.number,
        "date": written_day(now.astimezone(ZoneInfo(session.zone)).date().isoformat(), session.zone),
        "cancelled": cancelled,
    }
    letters = [
        {
            **asdict(replace(one.letter, link="") if cancelled else one.letter),
            "lines": [_written(line, session.zone, words_of(parts)) for line in one.lines],
            "reasons": one.reasons,
            "halls": ScheduleKind.HALL_ADDED in one.kinds,
        }
        for one in people
    ]
    return await printed("change.typ", given, letters)


async def _told(db: AsyncSession, notices: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for start in range(0, len(notices), SHOWN):
        rows = await db.execute(
            select(ToldChange.notice_id, ToldChange.change_id).where(ToldChange.notice_id.in_(notices[start : start + SHOWN]))
        )
        for notice, change in rows:
            found.setdefault(notice, set()).add(change)
    return found


def _mattering(told: Sequence[ScheduleChange]) -> Sequence[ScheduleChange]:
    """Of a forum that was cancelled that alone."""
    return [one for one in told if one.kind is ScheduleKind.CANCELLED] or told


def _before(session: ForumSession, told: Sequence[ScheduleChange], history: Sequence[ScheduleChange]) -> tuple[datetime, datetime] | None:
    """Beginning and end as they stood before the first of these changes; None when no day held then."""
    first = history.index(told[0])
    dated = [one for one in history[:first] if one.kind is ScheduleKind.POSTPONED or "starts_at" in one.after]
    if dated and dated[-1].kind is ScheduleKind.POSTPONED:
        return None
    later = history[first:]

    def then(name: str) -> datetime:
        old = next((one.before[name] for one in later if name in one.before), None)
        return datetime.fromisoformat(str(old)) if old is not None else getattr(session, name)

    return then("starts_at"), then("ends_at")


def _now(session: ForumSession) -> tuple[datetime, datetime] | None:
    return None if session.undated else (session.starts_at, session.ends_at)


def _day(moments: tuple[datetime, datetime] | None) -> Side:
    return Side(moments=moments) if moments else Side(code="open")


def _place(hall: Mapping[str, object]) -> Side:
    return Side(text=", ".join(str(part) for part in (hall.get("name"), hall.get("address")) if part))


def _written(line: Line, zone: str, words: i18n.Translator) -> dict[str, Any]:
    """A line as the document takes it: days and times written out, codes left to its own words."""
    sides: dict[str, Any] = {}
    for name, side in (("was", line.was), ("now", line.now)):
        text = side.text
        if side.moments is not None:
            text = i18n.day(side.moments[0], zone, LANGUAGE) if line.what is What.DAY else times(*side.moments, zone, words)
        sides[name] = {"code": side.code, "text": text}
    return {"what": line.what.value, **sides}
