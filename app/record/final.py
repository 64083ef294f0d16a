"""Making the record final, and adding to it: the source data are frozen with their hash, and never change again."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, head_of, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid
from app.i18n import Translator
from app.outbox.service import enqueue
from app.planning.listing import pulse
from app.record.difference import Change, differences
from app.record.draft import Draft, draft_of
from app.record.models import RecordAttendee, RecordVersion
from app.record.source import Attendee, Gathered, fingerprint_of, gather
from app.record.wording import AMENDED, AMENDED_CLOSING, day_in_words, day_of, filled
from app.sessions.models import ForumSession, SessionState
from app.settings import Settings
from app.vault import Vault, VaultProblem

MAKE = "record.make"
"""Kind of the job that makes the files of a version: {version_id}."""
NEEDED = ("number", "place", "chair_name")
"""What must be written before a record can be final."""


@dataclass(frozen=True)
class Prepared:
    """What is about to be frozen, and the pulse of the plenary list that it was read from."""

    gathered: Gathered
    pulse: str
    versions: list[RecordVersion]


@dataclass(frozen=True)
class Amendment:
    """What staff write on an addendum: its own number, its day (ISO), and why."""

    number: str
    dated_on: str
    reason: str


async def versions_of(db: AsyncSession, session_id: str) -> list[RecordVersion]:
    """The final record and its addenda, the first first."""
    return list(await db.scalars(select(RecordVersion).where(RecordVersion.session_id == session_id).order_by(RecordVersion.number)))


async def prepare(
    db: AsyncSession, vault: Vault, settings: Settings, words: Translator, session: ForumSession, draft: Draft | None = None
) -> Prepared:
    """Read what a final record would hold now."""
    if draft is None:
        draft = (await draft_of(db, words, session)).draft
    beat = await pulse(db, session.id)
    return Prepared(await gather(db, vault, settings, words, session, draft), beat, await versions_of(db, session.id))


def changes_since(prepared: Prepared) -> list[Change]:
    """What an addendum would say; nothing while there is no final record."""
    return differences(prepared.versions[-1].source, prepared.gathered.source) if prepared.versions else []


async def make_final(
    db: AsyncSession, vault: Vault, settings: Settings, session: ForumSession, prepared: Prepared, *, actor: str, now: datetime
) -> RecordVersion:
    """Freeze the record as version 1 and want its files.

    Invalid for what is not written yet; Conflict `record.not_ended`, `record.already_final`, `record.changed_meanwhile`.
    """
    source = prepared.gathered.source
    told = {"number": source["number"], "place": source["held"][2][1], "chair_name": source["chair"][1]}
    if wrong := [FieldError(name, "field.required") for name in NEEDED if not told[name]]:
        raise Invalid(*wrong)
    await _hold(db, session, prepared)
    if await versions_of(db, session.id):
        raise Conflict("record.already_final")
    return await _freeze(db, vault, settings, session, source, prepared.gathered.attendees, actor=actor, now=now)


async def add_addendum(
    db: AsyncSession,
    vault: Vault,
    settings: Settings,
    session: ForumSession,
    prepared: Prepared,
    amendment: Amendment,
    *,
    actor: str,
    now: datetime,
) -> RecordVersion:
    """Freeze what changed since the last version as the next one; the versions before stay as they are.

    Invalid (field `number`) `record.number_taken` when a version has the number already;
    Conflict `record.not_final` before there is one, `record.no_difference`, `record.changed_meanwhile`.
    """
    if not prepared.versions:
        raise Conflict("record.not_final")
    changes = changes_since(prepared)
    if not changes:
        raise Conflict("record.no_difference")
    if _folded(amendment.number) in {_folded(str(one.source["number"])) for one in prepared.versions}:
        raise Invalid(FieldError("number", "record.number_taken"))
    await _hold(db, session, prepared)
    if len(await versions_of(db, session.id)) != len(prepared.versions):
        raise Conflict("record.changed_meanwhile")
    source = _amended(prepared.gathered.source, prepared.versions, amendment, changes)
    return await _freeze(db, vault, settings, session, source, (), actor=actor, now=now)


def frozen_whole(version: RecordVersion) -> bool:
    """Whether the source data are still those that were hashed; a forgotten name makes them others."""
    return fingerprint_of(version.source) == version.sha256


def attendance_whole(vault: Vault, version: RecordVersion, rows: Sequence[RecordAttendee]) -> bool:
    """Whether annex I has the rows that the source data hold digests of, in their order; an emptied row cannot be computed anew and passes."""
    frozen: Any = version.source["attendance"]
    return [one.digest for one in rows] == frozen and all(_as_frozen(vault, one) for one in rows)


def _as_frozen(vault: Vault, row: RecordAttendee) -> bool:
    if not row.salt or row.contact is None:
        return True
    try:
        return _attendee(vault, row).digest(row.salt) == row.digest
    except VaultProblem:
        return False


def _folded(number: str) -> str:
    """A register number as a clerk tells two apart."""
    return "".join(number.split()).casefold()


def _amended(
    now_said: Mapping[str, Any], versions: Sequence[RecordVersion], amendment: Amendment, changes: Sequence[Change]
) -> dict[str, Any]:
    first = versions[0].source
    day = date.fromisoformat(amendment.dated_on)
    held: Any = now_said["held"]
    given = {
        "hari_tanggal": day_in_words(day),
        "tempat": held[2][1],
        "forum": str(now_said["forum"]),
        "nomor_semula": str(first["number"]),
        "tanggal_semula": str(first["day"]),
        "alasan": amendment.reason,
    }
    return {
        **now_said,
        "number": amendment.number,
        "dated_on": amendment.dated_on,
        "day": day_of(day),
        "opening": filled(AMENDED, given),
        "heard": [],
        "held": [],
        "agreed": [],
        "closing": AMENDED_CLOSING,
        "reason": amendment.reason,
        "changes": [list(asdict(one).values()) for one in changes],
        "previous": versions[-1].sha256,
        "first": [first["number"], first["day"]],
    }


async def _hold(db: AsyncSession, session: ForumSession, prepared: Prepared) -> None:
    """One after the other, on the list as it was read."""
    held = await db.get_one(ForumSession, session.id, with_for_update=True, populate_existing=True)
    if held.rehearsal is not None:
        raise Conflict("exports.rehearsing")
    if held.state != SessionState.ENDED:
        raise Conflict("record.not_ended")
    if await pulse(db, session.id) != prepared.pulse:
        raise Conflict("record.changed_meanwhile")


async def _freeze(
    db: AsyncSession,
    vault: Vault,
    settings: Settings,
    session: ForumSession,
    source: Mapping[str, Any],
    attendees: Sequence[Attendee],
    *,
    actor: str,
    now: datetime,
) -> RecordVersion:
    number = len(await versions_of(db, session.id)) + 1
    version_id, code = new_id(), new_id()
    salted = [(secrets.token_hex(16), one) for one in attendees]
    frozen = {
        **source,
        "version": number,
        "public": f"{settings.public_url}/s/{session.slug}/berita-acara/{code}",
        "attendance": [one.digest(salt) for salt, one in salted],
    }
    version = RecordVersion(
        id=version_id,
        session_id=session.id,
        number=number,
        code=code,
        source=frozen,
        sha256=fingerprint_of(frozen),
        audit_head="",
        at=now,
        by=actor,
    )
    db.add(version)
    await db.flush()
    rows = [_row(vault, version, at, salt, one) for at, (salt, one) in enumerate(salted, 1)]
    if rows:
        await db.execute(insert(RecordAttendee), rows)
    await enqueue(db, MAKE, f"{MAKE}:{version_id}", {"version_id": version_id}, due_at=now, now=now)
    facts: dict[str, object] = {"version": number, "sha256": version.sha256, "attendees": len(rows)}
    await record(
        db, vault, session.id, now, Act(actor, "record.final" if number == 1 else "record.addendum", f"record:{version_id}", facts)
    )
    await db.flush()
    version.audit_head = await head_of(db, session.id)
    return version


def _row(vault: Vault, version: RecordVersion, position: int, salt: str, one: Attendee) -> dict[str, object]:
    row_id = new_id()
    return {
        "id": row_id,
        "session_id": version.session_id,
        "version_id": version.id,
        "participant_id": one.participant_id,
        "position": position,
        "name": one.name,
        "institution": one.institution or None,
        "contact": vault.seal(one.contact, "record_attendees", "contact", row_id) if one.contact else None,
        "remark": one.remark,
        "salt": salt,
        "digest": one.digest(salt),
    }


async def attendees_of(db: AsyncSession, vault: Vault, version: RecordVersion) -> list[Attendee]:
    """Annex I as it was frozen, without what was forgotten since."""
    return [_attendee(vault, one) for one in await attendance_of(db, version)]


async def attendance_of(db: AsyncSession, version: RecordVersion) -> list[RecordAttendee]:
    """The rows of annex I in their order."""
    wanted = select(RecordAttendee).where(RecordAttendee.version_id == version.id)
    return list(await db.scalars(wanted.order_by(RecordAttendee.position)))


def _attendee(vault: Vault, row: RecordAttendee) -> Attendee:
    contact = vault.open(row.contact, "record_attendees", "contact", row.id) or ""
    return Attendee(row.participant_id, row.name, row.institution or "", contact, row.remark)
