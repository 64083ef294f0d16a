"""Making the record final: the source data are frozen with their hash, and never change again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, head_of, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid
from app.i18n import Translator
from app.outbox.service import enqueue
from app.record.annex import SealedRow, store_rows
from app.record.corrections import Opening, as_told, must_be_settled, open_window
from app.record.draft import Draft, draft_of, following
from app.record.models import RecordVersion, RecordWindow
from app.record.pulse import hold_still, pulse_of
from app.record.source import Gathered, fingerprint_of, gather
from app.record.template_store import frozen_with
from app.record.wording import place_of
from app.sessions.models import ForumSession, SessionState
from app.settings import Settings
from app.vault import Vault

MAKE = "record.make"
"""Kind of the job that makes the files of a version: {version_id}."""
NEEDED = ("number", "place", "chair_name")
"""What must be written before a record can be final."""


@dataclass(frozen=True)
class Prepared:
    """What is about to be frozen or shown, and the pulse of all that it was read from."""

    gathered: Gathered
    pulse: str
    versions: list[RecordVersion]


async def versions_of(db: AsyncSession, session_id: str) -> list[RecordVersion]:
    """The final record and its addenda, the first first."""
    return list(await db.scalars(select(RecordVersion).where(RecordVersion.session_id == session_id).order_by(RecordVersion.number)))


async def prepare(
    db: AsyncSession,
    vault: Vault,
    settings: Settings,
    words: Translator,
    session: ForumSession,
    draft: Draft | None = None,
    *,
    annex: bool = True,
) -> Prepared:
    """Read what a final record would hold now, or with `draft` an addendum. Without `annex` no words that are sealed are opened."""
    versions = await versions_of(db, session.id)
    if draft is None:
        draft = (await draft_of(db, words, session)).draft
        if versions:
            draft = following(draft, versions[-1].source, place_of(versions[-1].source))
    seen = await pulse_of(db, session.id)
    gathered = await gather(db, vault, settings, words, session, draft, annex=annex)
    if annex and not versions and (told := await as_told(db, vault, words, session)):
        gathered.source["corrections"] = told
    return Prepared(gathered, seen, versions)


async def make_final(
    db: AsyncSession,
    vault: Vault,
    settings: Settings,
    session: ForumSession,
    prepared: Prepared,
    rows: Sequence[SealedRow],
    *,
    actor: str,
    now: datetime,
) -> RecordVersion:
    """Freeze the record as version 1, `rows` its annex I, and want its files.

    Invalid for what is not written yet; Conflict `record.not_ended`, `record.already_final`, `record.changed_meanwhile`, and
    `record.window_open` or `record.objections_open` while those who attended may object or wait for an answer.
    """
    source = prepared.gathered.source
    told = {"number": source["number"], "place": place_of(source), "chair_name": source["chair"][1]}
    if wrong := [FieldError(name, "field.required") for name in NEEDED if not told[name]]:
        raise Invalid(*wrong)
    await hold(db, session)
    if await versions_of(db, session.id):
        raise Conflict("record.already_final")
    await must_be_settled(db, session, now)
    await must_be_as_read(db, session, prepared)
    source = {**source, **await frozen_with(db, session.id)}
    return await freeze(db, vault, settings, session, source, rows, actor=actor, now=now)


def frozen_whole(version: RecordVersion) -> bool:
    """Whether the source data are still those that were hashed; a forgotten name makes them others."""
    return fingerprint_of(version.source) == version.sha256


async def hold(db: AsyncSession, session: ForumSession) -> None:
    """One after the other, after the end; nobody is corrected or forgotten between looking and freezing."""
    held = await hold_still(db, session.id)
    if held.rehearsal is not None:
        raise Conflict("exports.rehearsing")
    if held.state != SessionState.ENDED:
        raise Conflict("record.not_ended")


async def must_be_as_read(db: AsyncSession, session: ForumSession, prepared: Prepared) -> None:
    """Refuse with Conflict `record.changed_meanwhile` what was read before somebody changed the list or the draft, answered, came, was corrected or forgotten."""
    if await pulse_of(db, session.id) != prepared.pulse:
        raise Conflict("record.changed_meanwhile")


async def show_draft(
    db: AsyncSession, vault: Vault, session: ForumSession, prepared: Prepared, closes_at: datetime, *, actor: str, now: datetime
) -> tuple[RecordWindow, Opening]:
    """Show the draft that was read to those who attended, as `open_window` does; Conflict `record.changed_meanwhile` too."""
    await hold(db, session)
    await must_be_as_read(db, session, prepared)
    return await open_window(db, vault, session, prepared.gathered.source, closes_at, actor=actor, now=now)


async def freeze(
    db: AsyncSession,
    vault: Vault,
    settings: Settings,
    session: ForumSession,
    source: Mapping[str, Any],
    rows: Sequence[SealedRow],
    *,
    actor: str,
    now: datetime,
) -> RecordVersion:
    """Keep source data and annex as the next version. The caller holds the session."""
    number = len(await versions_of(db, session.id)) + 1
    version_id, code = new_id(), new_id()
    frozen = {
        **source,
        "version": number,
        "public": f"{settings.public_url}/s/{session.slug}/berita-acara/{code}",
        "attendance": [one.digest for one in rows],
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
    await store_rows(db, version, rows)
    await enqueue(db, MAKE, f"{MAKE}:{version_id}", {"version_id": version_id}, due_at=now, now=now)
    facts: dict[str, object] = {"version": number, "sha256": version.sha256, "attendees": len(rows)}
    await record(
        db, vault, session.id, now, Act(actor, "record.final" if number == 1 else "record.addendum", f"record:{version_id}", facts)
    )
    await db.flush()
    version.audit_head = await head_of(db, session.id)
    return version
