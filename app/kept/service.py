"""Keeping files: piece by piece, each in a short transaction of its own, so that a large file holds neither memory nor the database."""

import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from anyio import to_thread
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.engine import Database
from app.database.tables import new_id
from app.errors import NotFound
from app.kept.models import KeptFile, KeptPiece, KeptState, Purpose
from app.outbox.service import want
from app.vault import Vault

PIECE = 192 * 1024
"""Bytes of a piece: one is written within the time that the only writer of SQLite may be held."""
ABANDONED = timedelta(hours=2)
"""After which what never became whole is deleted."""
AT_ONCE = 20
"""Pieces that are deleted in one transaction."""
DROP = "kept.drop"


@dataclass(frozen=True)
class Wanted:
    """A file that is to be: what for, how it is called, and what was asked for (ids and codes)."""

    session_id: str
    purpose: Purpose
    name: str
    media_type: str
    options: Mapping[str, object]


async def begin(db: AsyncSession, wanted: Wanted, *, actor: str, now: datetime) -> KeptFile:
    """The row of a file that is coming; if it never becomes whole, its pieces are deleted after a while."""
    file = KeptFile(
        id=new_id(),
        session_id=wanted.session_id,
        purpose=wanted.purpose,
        name=wanted.name,
        media_type=wanted.media_type,
        state=KeptState.COMING,
        options=dict(wanted.options),
        wanted_by=actor,
        created_at=now,
        expires_at=now + ABANDONED,
    )
    db.add(file)
    await db.flush()
    await _drop_at(db, file.id, now + ABANDONED, now)
    return file


async def fill(database: Database, vault: Vault, file_id: str, content: IO[bytes]) -> tuple[int, str]:
    """Write the content in pieces, instead of what an earlier try had written; its size in bytes and its SHA-256."""
    await _delete_pieces(database, file_id)
    digest, size, number = hashlib.sha256(), 0, 0
    while piece := await to_thread.run_sync(content.read, PIECE):
        digest.update(piece)
        size += len(piece)
        number += 1
        piece_id = new_id()
        sealed = vault.seal(base64.b64encode(piece).decode(), "kept_pieces", "content", piece_id)
        async with database.write() as db:
            db.add(KeptPiece(id=piece_id, file_id=file_id, number=number, content=sealed))
    return size, digest.hexdigest()


async def finish(db: AsyncSession, file_id: str, size: int, sha256: str, *, now: datetime, until: datetime | None) -> KeptFile:
    """The file is whole: from now on it can be read, `until` a moment or for good; one that was given up meanwhile is deleted instead."""
    file = await db.get_one(KeptFile, file_id, with_for_update=True, populate_existing=True)
    if file.state == KeptState.GONE:
        await _drop_at(db, file_id, now, now)
        return file
    file.size, file.sha256, file.kept_at, file.expires_at, file.state = size, sha256, now, until, KeptState.KEPT
    file.done = file.total
    if until is not None:
        await _drop_at(db, file_id, until, now)
    return file


async def step(database: Database, file_id: str, done: int, total: int) -> None:
    """Say how far the making of a file has come."""
    async with database.write() as db:
        await db.execute(update(KeptFile).where(KeptFile.id == file_id).values(done=done, total=total))


async def kept(db: AsyncSession, session_id: str, file_id: str, purpose: Purpose) -> KeptFile:
    """A file of a session, whole or not; NotFound `kept.unknown` for another's, another purpose's, or a deleted one."""
    file = await db.get(KeptFile, file_id)
    if file is None or file.session_id != session_id or file.purpose != purpose or file.state == KeptState.GONE:
        raise NotFound("kept.unknown")
    return file


async def newest(db: AsyncSession, session_id: str, purpose: Purpose, most: int) -> list[KeptFile]:
    """The files of one purpose that are there or coming, newest first."""
    wanted = select(KeptFile).where(KeptFile.session_id == session_id, KeptFile.purpose == purpose, KeptFile.state != KeptState.GONE)
    return list(await db.scalars(wanted.order_by(KeptFile.created_at.desc(), KeptFile.id).limit(most)))


async def content(database: Database, vault: Vault, file_id: str) -> AsyncIterator[bytes]:
    """The content of a whole file, one piece after the other."""
    number = 0
    while True:
        number += 1
        async with database.read() as db:
            piece = await db.scalar(select(KeptPiece).where(KeptPiece.file_id == file_id, KeptPiece.number == number))
        if piece is None:
            return
        yield base64.b64decode(vault.open(piece.content, "kept_pieces", "content", piece.id) or "")


async def give_up(db: AsyncSession, file_id: str, now: datetime) -> None:
    """A file is not wanted any more: it opens nothing from now on, and its content is deleted at once by a job."""
    await db.execute(update(KeptFile).where(KeptFile.id == file_id).values(state=KeptState.GONE, expires_at=now))
    await _drop_at(db, file_id, now, now)


async def give_up_made(db: AsyncSession, session_id: str, now: datetime) -> None:
    """What was made of a session's data is not wanted any more: somebody is being forgotten.

    What came back signed stays, and so do final records and photos: they go only with whom they name, or who brought them. A template is
    the office's own paper.
    """
    stays = (Purpose.SCAN, Purpose.SIGNED, Purpose.RECORD, Purpose.PHOTO, Purpose.TEMPLATE)
    made = (KeptFile.session_id == session_id, KeptFile.purpose.not_in(stays), KeptFile.state != KeptState.GONE)
    for file_id in (await db.scalars(select(KeptFile.id).where(*made).order_by(KeptFile.id))).all():
        await give_up(db, file_id, now)


async def drop(database: Database, file_id: str, now: datetime) -> None:
    """Delete the content of a file whose time is over; one that stays is left alone. Harmless to repeat."""
    async with database.write() as db:
        over = KeptFile.expires_at.is_not(None) & (KeptFile.expires_at <= now)
        gone = await db.execute(update(KeptFile).where(KeptFile.id == file_id, over).values(state=KeptState.GONE).returning(KeptFile.id))
        if gone.first() is None:
            return
    await _delete_pieces(database, file_id)


async def _drop_at(db: AsyncSession, file_id: str, due_at: datetime, now: datetime) -> None:
    await want(db, DROP, f"{DROP}:{file_id}", {"file_id": file_id}, due_at=due_at, now=now)


async def _delete_pieces(database: Database, file_id: str) -> None:
    some = select(KeptPiece.id).where(KeptPiece.file_id == file_id).limit(AT_ONCE)
    while True:
        async with database.write() as db:
            ids = list(await db.scalars(some))
            await db.execute(delete(KeptPiece).where(KeptPiece.id.in_(ids)))
        if len(ids) < AT_ONCE:
            return
