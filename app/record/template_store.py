"""The templates of a session: brought, used, taken away, and found again for the version that was made with one."""

import io
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.documents.template_findings import Unfit
from app.documents.template_run import checked
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.kept.models import Purpose
from app.kept.service import Wanted, begin, content, fill, finish, give_up
from app.record.models import RecordTemplate, RecordVersion
from app.record.template_words import BLANK_ABOUT, WORDS, trials
from app.sessions.models import ForumSession
from app.vault import Vault
from app.web.ground import Ground

MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOST = 20
"""Templates of one session that stand."""
FROZEN = "template"
"""Name in the source data of a version under which the hash of its template stands."""


async def templates_of(db: AsyncSession, session_id: str) -> list[RecordTemplate]:
    """Those that stand, the newest first."""
    standing = (RecordTemplate.session_id == session_id, RecordTemplate.removed_at.is_(None))
    return list(await db.scalars(select(RecordTemplate).where(*standing).order_by(RecordTemplate.number.desc())))


async def template(db: AsyncSession, session_id: str, template_id: str) -> RecordTemplate:
    """One that stands; NotFound `record.unknown_template`."""
    found = await db.get(RecordTemplate, template_id, populate_existing=True)
    if found is None or found.session_id != session_id or found.removed_at is not None:
        raise NotFound("record.unknown_template")
    return found


async def used_by(db: AsyncSession, session_id: str) -> RecordTemplate | None:
    """The one that the record of a session is made with; None for our own form."""
    wanted = select(RecordTemplate).where(
        RecordTemplate.session_id == session_id, RecordTemplate.in_use, RecordTemplate.removed_at.is_(None)
    )
    found: RecordTemplate | None = await db.scalar(wanted)
    return found


async def frozen_with(db: AsyncSession, session_id: str) -> dict[str, str]:
    """What the source data of a version say of the template in use: its hash, or nothing."""
    used = await used_by(db, session_id)
    return {FROZEN: used.sha256} if used else {}


async def frozen_in(db: AsyncSession, session_id: str) -> set[str]:
    """The hashes of templates that final versions were made with."""
    versions = await db.scalars(select(RecordVersion).where(RecordVersion.session_id == session_id))
    return {str(one.source[FROZEN]) for one in versions if FROZEN in one.source}


async def template_of(ground: Ground, version: RecordVersion) -> bytes | None:
    """The content of the template that a version was made with; None for our own form."""
    if FROZEN not in version.source:
        return None
    async with ground.database.read() as db:
        same = (RecordTemplate.session_id == version.session_id, RecordTemplate.sha256 == str(version.source[FROZEN]))
        found = (await db.scalars(select(RecordTemplate).where(*same))).one()
    return await content_of(ground, found)


async def content_of(ground: Ground, found: RecordTemplate) -> bytes:
    """The bytes of a template."""
    return b"".join([piece async for piece in content(ground.database, ground.vault, found.file_id)])


async def bring(ground: Ground, session: ForumSession, name: str, brought: bytes, *, actor: str, now: datetime) -> RecordTemplate:
    """Check a template and keep it, not yet in use. Unfit with everything that is wrong with it; nothing of such a one is kept.

    Invalid (field `file`) for one that is there; Conflict `record.too_many_templates`.
    """
    if wrong := await checked(brought, WORDS, trials(), BLANK_ABOUT):
        raise Unfit(*wrong)
    async with ground.database.write() as db:
        wanted = Wanted(session.id, Purpose.TEMPLATE, f"templat-{session.slug}-{new_id()[:6]}.docx", MEDIA, {})
        coming = await begin(db, wanted, actor=actor, now=now)
    size, sha256 = await fill(ground.database, ground.vault, coming.id, io.BytesIO(brought))
    async with ground.database.write() as db:
        await _hold(db, session)
        mine = RecordTemplate.session_id == session.id
        same = (await db.scalars(select(RecordTemplate).where(mine, RecordTemplate.sha256 == sha256))).first()
        if same is not None and same.removed_at is None:
            raise Invalid(FieldError("file", "record.template_twice", {"number": same.number}))
        if len(await templates_of(db, session.id)) >= MOST:
            raise Conflict("record.too_many_templates", most=MOST)
        await finish(db, coming.id, size, sha256, now=now, until=None)
        number = (await db.scalar(select(func.max(RecordTemplate.number)).where(mine)) or 0) + 1
        kept = same or RecordTemplate(id=new_id(), session_id=session.id, sha256=sha256, number=number)
        kept.file_id, kept.name, kept.size, kept.at, kept.by, kept.removed_at = coming.id, name, size, now, actor, None
        kept.in_use = False
        db.add(kept)
        await db.flush()
        facts: dict[str, object] = {"number": kept.number, "sha256": sha256, "bytes": size}
        await record(db, ground.vault, session.id, now, Act(actor, "record.template_added", f"template:{kept.id}", facts))
    return kept


async def use(db: AsyncSession, vault: Vault, session: ForumSession, template_id: str | None, *, actor: str, now: datetime) -> None:
    """From now on the record is made with this one, or in our own form; a version that is final stays as it is."""
    await _hold(db, session)
    chosen = await template(db, session.id, template_id) if template_id else None
    if (await used_by(db, session.id)) is chosen:
        return
    await db.execute(update(RecordTemplate).where(RecordTemplate.session_id == session.id).values(in_use=False))
    facts: dict[str, object] = {}
    if chosen is not None:
        chosen.in_use = True
        await db.flush()
        facts = {"number": chosen.number, "sha256": chosen.sha256}
    of = f"template:{chosen.id}" if chosen else f"session:{session.id}"
    await record(db, vault, session.id, now, Act(actor, "record.template_used" if chosen else "record.template_unused", of, facts))


async def remove(db: AsyncSession, vault: Vault, session: ForumSession, template_id: str, *, actor: str, now: datetime) -> None:
    """Take a template away: its content is deleted. Conflict `record.template_frozen` for one that a final version was made with."""
    await _hold(db, session)
    gone = await template(db, session.id, template_id)
    if gone.sha256 in await frozen_in(db, session.id):
        raise Conflict("record.template_frozen")
    gone.removed_at, gone.in_use = now, False
    await give_up(db, gone.file_id, now)
    await record(
        db,
        vault,
        session.id,
        now,
        Act(actor, "record.template_removed", f"template:{gone.id}", {"number": gone.number, "sha256": gone.sha256}),
    )


async def _hold(db: AsyncSession, session: ForumSession) -> None:
    """One after the other, and not while the record is made final."""
    await db.get_one(ForumSession, session.id, with_for_update=True, populate_existing=True)
