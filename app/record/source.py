"""The source data of a record: everything that its documents say, as plain values; gathered in one read, frozen when it becomes final."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app import i18n
from app.database.tables import canonical
from app.hall.attendance import IN_PERSON, figures
from app.hall.present import contact_of, institution_of, present_after, remark_of
from app.i18n import Translator
from app.participants.models import Attendance, Participant
from app.planning.cells import reason, volume
from app.planning.listing import AGREED, NOT_AGREED, Line, delegates_of, lines_of, plenary_of, totals
from app.record.draft import Draft
from app.record.wording import BLANK, came, day_in_words, day_of, decided, filled
from app.regions import region
from app.sessions.models import ForumSession
from app.sessions.span import held_between
from app.settings import Settings
from app.vault import Vault

PAGE = 500
FORMAT = 1


@dataclass(frozen=True)
class Attendee:
    """A row of annex I; `remark` stands where a signature would."""

    participant_id: str | None
    name: str
    institution: str
    contact: str
    remark: str

    def digest(self, salt: str) -> str:
        """What the source data hold of the row: nothing can be read from it, and no other row has it."""
        return hashlib.sha256(canonical([salt, self.name, self.institution, self.contact, self.remark])).hexdigest()


@dataclass(frozen=True)
class Gathered:
    """What a record is made of before it is frozen; `attendance` of the source is still empty. `present` is how many were there."""

    source: dict[str, Any]
    attendees: list[Attendee]
    present: int


def fingerprint_of(source: Mapping[str, Any]) -> str:
    """The SHA-256 of source data in their canonical form, hex."""
    return hashlib.sha256(canonical(source)).hexdigest()


async def gather(
    db: AsyncSession, vault: Vault, settings: Settings, words: Translator, session: ForumSession, draft: Draft, *, annex: bool = True
) -> Gathered:
    """Everything as it is now; `words` Indonesian, as the record is. Without `annex` nobody's contact is opened, and `attendees` is empty."""
    lines = await lines_of(db, session)
    said = totals(lines, (await plenary_of(db, session.id)).ceiling)
    there = await figures(db, session.id)
    delegates = [[one.name, words.label("element", one.element) if one.element else ""] for one in await delegates_of(db, session.id)]
    in_halls = there.by_way.get(IN_PERSON, 0)
    at = region(session.region_code)
    began, ended = held_between(session)
    given = {
        "hari_tanggal": day_in_words(began.astimezone(ZoneInfo(session.zone)).date()),
        "tempat": draft.place,
        "forum": session.title,
        "hadir": came(there.total, there.total - in_halls),
        "tahun_rencana": str(session.plan_year),
        "utusan": "; ".join(name for name, _ in delegates) or BLANK,
        "nomor": draft.number or BLANK,
    }
    source = {
        "format": FORMAT,
        "office": settings.office_name,
        "unit": settings.office_unit,
        "address": draft.address,
        "region": at.name if at else "",
        "forum": session.title,
        "slug": session.slug,
        "plan_year": str(session.plan_year),
        "number": draft.number,
        "dated_on": draft.dated_on,
        "day": day_of(draft.day),
        "city": draft.city,
        "opening": filled(draft.opening, given),
        "heard": [filled(one, given) for one in _lines(draft.heard)],
        "held": [
            ["Hari dan tanggal", i18n.day(began, session.zone)],
            ["Waktu", i18n.span(began, ended, session.zone)],
            ["Tempat", draft.place],
        ],
        "agreed": [[ordinal, filled(one, given)] for ordinal, one in decided(_lines(draft.agreed))],
        "closing": filled(draft.closing, given),
        "chair": [draft.chair_office, draft.chair_name, draft.chair_rank],
        "signers": [[one.role, one.name, one.below] for one in draft.signers],
        "priorities": [{"number": one.proposal.number, "cells": _priority(one)} for one in lines if one.decision == AGREED],
        "sum": i18n.rupiah(said.sum),
        "not_agreed": [{"number": one.proposal.number, "cells": _refused(words, one)} for one in lines if one.decision == NOT_AGREED],
        "open": said.open,
        "delegates": delegates,
        "attendance": [],
    }
    return Gathered(source, await _attendees(db, vault, words, session) if annex else [], there.total)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _priority(line: Line) -> list[str]:
    one = line.columns
    ceiling = None if one.ceiling is None else i18n.rupiah(one.ceiling)
    cells = (one.regional_priority, one.regional_target, one.program, one.activity, one.activity_target, one.place)
    return [cell or "" for cell in (*cells, volume(one), ceiling, one.agency)]


def _refused(words: Translator, line: Line) -> list[str]:
    one = line.columns
    return [cell or "" for cell in (one.activity, one.place, volume(one), reason(words, line))]


async def _attendees(db: AsyncSession, vault: Vault, words: Translator, session: ForumSession) -> list[Attendee]:
    found: list[Attendee] = []
    number = 0
    while page := await present_after(db, session.id, number, PAGE):
        number = page[-1][0].number
        found += [attendee_of(vault, words, session, person, stays) for person, stays in page]
    return found


def attendee_of(vault: Vault, words: Translator, session: ForumSession, person: Participant, stays: Sequence[Attendance]) -> Attendee:
    """The row of annex I of somebody with these stays."""
    remark = remark_of(words, session.zone, stays)
    return Attendee(person.id, person.name, institution_of(words, person), contact_of(vault, person), remark)


def rows_of(attendees: Sequence[Attendee]) -> list[list[str]]:
    """Annex I as cells after the running number."""
    return [[one.name, one.institution, one.contact, one.remark] for one in attendees]
