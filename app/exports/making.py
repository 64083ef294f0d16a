"""Long tables: wanted in a request, made by a job that says how far it is, kept sealed for some days, and found again."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from anyio import Path as AsyncPath
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, head_of, record
from app.documents.files import empty_file, nothing_left
from app.exports.asked import Asked, asked_for, sheet_of
from app.exports.catalogue import letterhead
from app.exports.made_files import pdf, xlsx
from app.exports.plain_files import csv_lines, json_lines
from app.exports.tables import Row, Sheet
from app.kept.models import KeptFile, KeptState, Purpose
from app.kept.service import Wanted, begin, fill, finish, give_up, newest, step
from app.outbox.service import enqueue
from app.sessions.models import ForumSession
from app.vault import Vault
from app.web.ground import Ground

MAKE = "exports.make"
LASTS = timedelta(days=3)
"""For how long a table can be fetched."""
BUSY = timedelta(minutes=15)
"""For so long the same table that is being made for somebody is the one that a second press gets."""
EVERY = 2_000
"""Rows after which the progress is written down."""
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


async def want_export(
    db: AsyncSession, vault: Vault, session: ForumSession, asked: Asked, language: str, total: int, *, actor: str, now: datetime
) -> KeptFile:
    """Ask for a table; the same one that is being made for the same person, when there is one. `total` rows are expected."""
    # Whoever holds the session's row looks alone: two presses find one file.
    await db.execute(select(ForumSession.id).where(ForumSession.id == session.id).with_for_update(key_share=True))
    told = json.dumps(asked.query, sort_keys=True, ensure_ascii=False)
    options: dict[str, object] = {"table": asked.table, "kind": asked.kind, "language": language, "narrowed": vault.blind(MAKE, told)}
    for file in await newest(db, session.id, Purpose.EXPORT, 20):
        same = {name: file.options.get(name) for name in options} == options
        if same and file.wanted_by == actor and file.state == KeptState.COMING and now - file.created_at < BUSY:
            return file
    name = file_name(session, asked.table, asked.kind)
    file = await begin(db, Wanted(session.id, Purpose.EXPORT, name, MEDIA[asked.kind], options), actor=actor, now=now)
    # What was searched for may be a name: it lies here as sealed as the file itself.
    sealed = vault.seal(told, "kept_files", "options", file.id)
    file.options = {**options, "query": base64.b64encode(sealed or b"").decode()}
    file.total = total
    await enqueue(db, MAKE, f"{MAKE}:{file.id}", {"file_id": file.id}, due_at=now, now=now)
    facts: dict[str, object] = {"table": asked.table, "format": asked.kind}
    await record(db, vault, session.id, now, Act(actor, "exports.wanted", f"file:{file.id}", facts))
    return file


def file_name(session: ForumSession, table: str, kind: str) -> str:
    """How the file of a table is called."""
    return f"{table}-{session.slug}.{kind}"


async def make_export(ground: Ground, file_id: str) -> None:
    """Make a table that is wanted, then keep it. Harmless to repeat."""
    async with ground.database.read() as db:
        file = await db.scalar(select(KeptFile).where(KeptFile.id == file_id, KeptFile.state == KeptState.COMING))
        if file is None:
            return
        session = await db.get_one(ForumSession, file.session_id)
        head = await head_of(db, session.id)
        asked = None if session.rehearsal is not None else await _asked(db, ground.vault, session, file)
    if asked is None:
        # It was wanted before the rehearsal began: what is practised leaves no trace in a file.
        async with ground.database.write() as db:
            await give_up(db, file_id, ground.clock.now())
        return
    made = await _made(ground, session, asked, file, head)
    try:
        with open(made, "rb") as content:  # noqa: ASYNC230 - a file of our own, read in a thread
            size, sha256 = await fill(ground.database, ground.vault, file_id, content)
    finally:
        made.unlink(missing_ok=True)
    async with ground.database.write() as db:
        now = ground.clock.now()
        await finish(db, file_id, size, sha256, now=now, until=now + LASTS)


async def _asked(db: AsyncSession, vault: Vault, session: ForumSession, file: KeptFile) -> Asked:
    options = file.options
    told = vault.open(base64.b64decode(str(options["query"])), "kept_files", "options", file.id)
    query: dict[str, Any] = json.loads(told or "{}")
    return await asked_for(db, session, str(options["table"]), str(options["kind"]), query)


async def _made(ground: Ground, session: ForumSession, asked: Asked, file: KeptFile, head: str) -> Path:
    language = str(file.options["language"])
    given, sheet = await sheet_of(ground, session, asked, language)
    sheet = replace(sheet, pages=_counted(ground, file, sheet))
    match asked.kind:
        case "xlsx":
            return await xlsx(sheet)
        case "pdf":
            return await pdf(sheet, f"{asked.table}.typ", letterhead(ground, session, given.words, head))
        case "csv":
            return await _written(csv_lines(sheet), ".csv")
    return await _written(json_lines(sheet, about(session, ground.clock.now(), head)), ".json")


def about(session: ForumSession, now: datetime, head: str) -> dict[str, object]:
    """What a JSON file says of itself; `head` is the end of the audit chain."""
    return {"session": session.slug, "made_at": now.isoformat(timespec="seconds"), "audit_head": head}


async def _counted(ground: Ground, file: KeptFile, sheet: Sheet) -> AsyncIterator[list[Row]]:
    done = told = 0
    async for page in sheet.pages:
        yield page
        done += len(page)
        if done - told >= EVERY:
            told = done
            await step(ground.database, file.id, done, max(file.total, done))


async def _written(lines: AsyncIterator[bytes], suffix: str) -> Path:
    path = empty_file(suffix)
    with nothing_left(path):
        async with await AsyncPath(path).open("wb") as out:
            async for line in lines:
                await out.write(line)
    return Path(path)
