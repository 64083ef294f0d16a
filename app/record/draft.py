"""The draft: what staff type, prefilled from the session; what nobody changed follows the session until the record is final."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import Conflict
from app.i18n import Translator
from app.participants.models import Attendance, Participant
from app.planning.listing import delegates_of
from app.record.models import RecordDraft
from app.record.wording import AGREED, CLOSING, HEARD, OPENING
from app.regions import region
from app.sessions.models import ForumSession, Site
from app.sessions.rows import sites_of
from app.vault import Vault

MOST_SIGNERS = 24


@dataclass(frozen=True)
class Signer:
    """Somebody who signs beside the chair: for which element, the name when it is known, and what stands beneath."""

    role: str
    name: str = ""
    below: str = ""


@dataclass(frozen=True)
class Draft:
    """What staff write: `number` comes from the office's register, `dated_on` is ISO; `heard` and `agreed` have a line each."""

    number: str = ""
    dated_on: str = ""
    city: str = ""
    place: str = ""
    address: str = ""
    """Of the office, under its name in the letterhead."""
    chair_name: str = ""
    chair_office: str = ""
    chair_rank: str = ""
    opening: str = OPENING
    heard: str = "\n".join(HEARD)
    agreed: str = "\n".join(AGREED)
    closing: str = CLOSING
    signers: tuple[Signer, ...] = ()

    @property
    def day(self) -> date:
        """The day of the record."""
        return date.fromisoformat(self.dated_on)


@dataclass(frozen=True)
class Held:
    """A draft with the version that whoever writes next must have seen; 0 while nobody wrote."""

    draft: Draft
    version: int


async def draft_of(db: AsyncSession, words: Translator, session: ForumSession) -> Held:
    """The draft as it stands; `words` Indonesian, as the record is."""
    blank = await _prefilled(db, words, session)
    row = await db.get(RecordDraft, session.id)
    return Held(written_over(blank, row.written), row.version) if row else Held(blank, 0)


def written_over(blank: Draft, written: Mapping[str, Any]) -> Draft:
    """A draft with what staff wrote in the place of what was prefilled."""
    told = {name: value for name, value in written.items() if name in asdict(blank) and value}
    if "signers" in told:
        told["signers"] = tuple(Signer(**one) for one in told["signers"])
    return replace(blank, **told)


def following(draft: Draft, source: Mapping[str, Any], place: str) -> Draft:
    """The draft of an addendum to a version: chair, place and signers as they stand there until somebody types others."""
    office, name, rank = source["chair"]
    signers = tuple(Signer(*one) for one in source["signers"])
    return replace(draft, place=place, chair_office=office, chair_name=name, chair_rank=rank, signers=signers)


async def write_draft(
    db: AsyncSession, vault: Vault, words: Translator, session: ForumSession, wanted: Draft, seen: int, *, actor: str, now: datetime
) -> int:
    """Keep what staff wrote; its new version. Conflict `record.stale` when somebody else wrote since it was shown."""
    # One after the other: of two who write first at once, the second must find the row of the first.
    await db.get_one(ForumSession, session.id, with_for_update={"key_share": True}, populate_existing=True)
    blank = asdict(await _prefilled(db, words, session))
    told = {name: value for name, value in asdict(wanted).items() if value and value != blank[name]}
    row = await db.get(RecordDraft, session.id, with_for_update=True, populate_existing=True)
    if row is not None and row.written == _plain(told):
        return row.version
    if (row.version if row else 0) != seen:
        raise Conflict("record.stale")
    if row is None:
        row = RecordDraft(session_id=session.id, version=0, written={}, changed_at=now, changed_by=actor)
        db.add(row)
    row.written, row.version, row.changed_at, row.changed_by = _plain(told), row.version + 1, now, actor
    await db.flush()
    await record(db, vault, session.id, now, Act(actor, "record.draft_written", f"session:{session.id}", {"version": row.version}))
    return row.version


def _plain(told: Mapping[str, Any]) -> dict[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}


async def _prefilled(db: AsyncSession, words: Translator, session: ForumSession) -> Draft:
    at = region(session.region_code)
    return Draft(
        dated_on=session.starts_at.astimezone(ZoneInfo(session.zone)).date().isoformat(),
        city=at.name if at else "",
        place=_place(await sites_of(db, session.id)),
        chair_office="Pimpinan Sidang",
        signers=await _signers(db, words, session.id),
    )


def _place(halls: Sequence[Site]) -> str:
    """The hall with its address; of several their names."""
    if len(halls) == 1:
        return ", ".join(filter(None, (halls[0].name, halls[0].address)))
    return ", ".join(one.name for one in halls) or "ruang rapat daring"


async def _signers(db: AsyncSession, words: Translator, session_id: str) -> tuple[Signer, ...]:
    """One for each element that came, those with most people first; the delegate of that element, when one was named."""
    came = select(Participant.element).join(Attendance, Attendance.participant_id == Participant.id)
    came = came.where(Attendance.session_id == session_id, Participant.element.is_not(None)).group_by(Participant.element)
    elements = await db.scalars(came.order_by(func.count().desc(), Participant.element).limit(MOST_SIGNERS))
    named: dict[str | None, str] = {}
    for one in await delegates_of(db, session_id):
        named.setdefault(one.element, one.name)
    return tuple(Signer(words.label("element", one), named.get(one, "")) for one in elements if one)
