"""What the secretariat writes: texts of sections, version by version, and running notes. Nobody's words are ever written over unseen."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.minutes.models import MinutesNote, MinutesText
from app.proposals.fields import clean
from app.sessions.models import ForumSession
from app.vault import Vault

LONGEST_TEXT = 20_000
"""Characters of one section."""
LONGEST_NOTE = 1000
HISTORY = 10


@dataclass(frozen=True)
class Written:
    """A version of a section's text."""

    version: int
    text: str
    by: str
    at: datetime


async def newest_texts(db: AsyncSession, session_id: str) -> dict[str, Written]:
    """The newest version of each section that somebody wrote in."""
    newest = (
        select(MinutesText.section, func.max(MinutesText.version).label("version"))
        .where(MinutesText.session_id == session_id)
        .group_by(MinutesText.section)
        .subquery()
    )
    rows = await db.scalars(
        select(MinutesText)
        .join(newest, (MinutesText.section == newest.c.section) & (MinutesText.version == newest.c.version))
        .where(MinutesText.session_id == session_id)
    )
    return {row.section: Written(row.version, row.text, row.by, row.at) for row in rows}


async def versions_of(db: AsyncSession, session_id: str, section: str) -> list[Written]:
    """The last versions of a section, newest first."""
    wanted = select(MinutesText).where(MinutesText.session_id == session_id, MinutesText.section == section)
    rows = await db.scalars(wanted.order_by(MinutesText.version.desc()).limit(HISTORY))
    return [Written(row.version, row.text, row.by, row.at) for row in rows]


async def write_text(
    db: AsyncSession,
    vault: Vault,
    session: ForumSession,
    section: str,
    text: str,
    *,
    known: Collection[str],
    seen: int,
    was: str,
    actor: str,
    now: datetime,
) -> int:
    """Keep a text as the next version of a section; its number. What stands there already is no new version.

    `was` is the text that the form was opened with, under the version `seen`: an erasure takes names out of a version without making another.
    Conflict `minutes.changed` when a version after `seen` says something else, or that version no longer what it said, `minutes.rehearsing` while the office rehearses;
    NotFound for a section that is not in `known`, Invalid for a text that is too long.
    """
    words = clean(text.replace("\r\n", "\n"))
    await _refuse_practice(db, session.id)
    if section not in known:
        raise NotFound("minutes.no_section")
    if len(words) > LONGEST_TEXT:
        raise Invalid(FieldError("text", "field.too_long", {"most": LONGEST_TEXT}))
    newest = await _newest(db, session.id, section)
    if (newest.text if newest else "") == words:
        return newest.version if newest else 0
    version = newest.version if newest else 0
    if version != seen or (newest.text if newest else "") != clean(was.replace("\r\n", "\n")):
        raise Conflict("minutes.changed")
    db.add(MinutesText(session_id=session.id, section=section, version=version + 1, text=words, by=actor, at=now))
    try:
        await db.flush()
    except IntegrityError:
        raise Conflict("minutes.changed") from None
    await record(db, vault, session.id, now, Act(actor, "minutes.written", f"section:{section}", {"version": version + 1}))
    return version + 1


async def note(db: AsyncSession, vault: Vault, session: ForumSession, note_id: str, text: str, *, actor: str, now: datetime) -> bool:
    """Keep a running note under the id that was made with its form; whether it was kept now: a second press is none.

    Other words under the same id are another note: the answer to the first was lost, and its form went on being used.

    Conflict `minutes.rehearsing` while the office rehearses; Invalid for a note that is empty or too long.
    """
    words = clean(text.replace("\r\n", "\n"))
    await _refuse_practice(db, session.id)
    if not 1 <= len(words) <= LONGEST_NOTE:
        raise Invalid(FieldError("note", "field.too_long" if words else "field.required", {"most": LONGEST_NOTE}))
    # Of two presses at once the second finds the id taken only when it writes: it waits here for the first.
    dialect = sqlite if db.get_bind().dialect.name == "sqlite" else postgresql
    kept = dialect.insert(MinutesNote).values(id=note_id, session_id=session.id, text=words, by=actor, at=now)
    if await db.scalar(kept.on_conflict_do_nothing(index_elements=["id"]).returning(MinutesNote.id)) is None:
        first = await db.get(MinutesNote, note_id)
        if first is None or first.session_id != session.id or first.removed_at is not None or first.text == words:
            return False
        return await note(db, vault, session, new_id(), words, actor=actor, now=now)
    await record(db, vault, session.id, now, Act(actor, "minutes.noted", f"minutes_note:{note_id}", {}))
    return True


async def take_back(db: AsyncSession, vault: Vault, session: ForumSession, note_id: str, *, actor: str, now: datetime) -> None:
    """Take a running note back: its words are gone everywhere. NotFound for one that there is not (any more)."""
    found = await db.get(MinutesNote, note_id, with_for_update=True)
    if found is None or found.session_id != session.id or found.removed_at is not None:
        raise NotFound("minutes.no_note")
    found.text, found.removed_at = "", now
    await db.flush()
    await record(db, vault, session.id, now, Act(actor, "minutes.note_taken_back", f"minutes_note:{note_id}", {}))


async def _newest(db: AsyncSession, session_id: str, section: str) -> MinutesText | None:
    wanted = select(MinutesText).where(MinutesText.session_id == session_id, MinutesText.section == section)
    return (await db.scalars(wanted.order_by(MinutesText.version.desc()).limit(1))).first()


async def _refuse_practice(db: AsyncSession, session_id: str) -> None:
    """A rehearsal begins under a lock of the session's row: whoever holds its share knows whether one is on."""
    rehearsal = await db.scalar(select(ForumSession.rehearsal).where(ForumSession.id == session_id).with_for_update(read=True))
    if rehearsal is not None:
        raise Conflict("minutes.rehearsing")
