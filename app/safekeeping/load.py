"""Loading a backup into a database: rows in the order of their tables, rooms with new epochs, then everything counted and verified."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit.service import chains, verify
from app.database.tables import new_id
from app.journal.models import Event, Log
from app.safekeeping.book import SafekeepingProblem
from app.safekeeping.check import Contents, FileBegins, TableBegins, parts
from app.safekeeping.columns import read, writing
from app.safekeeping.progress import Progress
from app.tables import metadata
from app.vault import Vault

TOGETHER = 500
LOGS = "journal_logs"


async def load(connection: AsyncConnection, source: Path, contents: Contents) -> None:
    """Insert every row of a checked backup in the caller's transaction and count them again; the tables are empty before."""
    told = Progress("restore", sum(contents.rows.values()))
    postgres = connection.dialect.name == "postgresql"
    insert: Any = None
    columns: list[tuple[str, str]] = []
    epoch: int | None = None
    waiting: list[dict[str, Any]] = []

    async def flush() -> None:
        if waiting:
            await connection.execute(insert, waiting)
            told.step(len(waiting))
            waiting.clear()

    for part in _rows(source):
        if isinstance(part, TableBegins):
            await flush()
            columns = part.columns
            insert = writing(part.name, columns, postgres=postgres)
            epoch = [name for name, _ in columns].index("epoch") if part.name == LOGS else None
            continue
        row = {f"v{at}": read(value, columns[at][1]) for at, value in enumerate(part)}
        if epoch is not None:
            # Clients that stood in the old log must not take its numbers for ours: what they saw may not be here.
            row[f"v{epoch}"] = new_id()[:8]
        waiting.append(row)
        if len(waiting) == TOGETHER:
            await flush()
    await flush()
    if postgres:
        await _set_sequences(connection)
    for name, rows in contents.rows.items():
        found = await connection.scalar(text(f'SELECT count(*) FROM "{name}"'))  # noqa: S608 - a name that insert has taken
        if found != rows:
            raise SafekeepingProblem(f"{name}: {rows} rows in the backup, {found} in the database; nothing was changed")
    told.end()


def _rows(source: Path) -> Iterator[TableBegins | list[Any]]:
    for part in parts(source):
        if isinstance(part, TableBegins | list):
            yield part


async def _set_sequences(connection: AsyncConnection) -> None:
    for table in metadata.sorted_tables:
        counted = table.autoincrement_column
        if counted is None:
            continue
        named = {"table": table.name, "column": counted.name}
        sequence = await connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), named)
        if sequence is None:
            continue
        highest = int(await connection.scalar(select(func.max(counted))) or 0)
        await connection.execute(
            text("SELECT setval(CAST(:sequence AS text)::regclass, :next, false)"), {"sequence": sequence, "next": highest + 1}
        )


async def empty(connection: AsyncConnection, names: set[str]) -> bool:
    """Whether nothing has been done here yet; that a server was started once does not count."""
    for table in metadata.sorted_tables:
        if table.name in names - STARTED and await connection.scalar(select(1).select_from(table).limit(1)):
            return False
    return True


STARTED = frozenset({"setup_addresses", "live_processes", "room_presences", "outbox_jobs"})
"""Tables in which a server writes by itself."""


async def serving(connection: AsyncConnection, now: datetime, seconds: float) -> bool:
    """Whether a process has said within these seconds that it serves on this database."""
    seen = await connection.scalar(text("SELECT max(seen_at) FROM live_processes"))
    return seen is not None and (now - seen).total_seconds() < seconds


async def findings(connection: AsyncConnection, vault: Vault) -> list[str]:
    """What is wrong with the loaded rows, as sentences: gaps in the logs of rooms, broken audit chains."""
    counted = select(Log.room, Log.log, Log.head, func.count(Event.seq), func.max(Event.seq)).outerjoin(
        Event, (Event.room == Log.room) & (Event.log == Log.log)
    )
    rows = await connection.execute(counted.group_by(Log.room, Log.log, Log.head))
    wrong = [
        f"room {room}, log {name}: {n} events, last {last or 0}, head {head}"
        for room, name, head, n, last in rows
        if not n == (last or 0) == head
    ]
    if connection.dialect.name == "sqlite":
        orphans = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
        wrong += [f"table {name}: row {row} without its {parent}" for name, row, parent, _ in orphans]
    async with AsyncSession(connection, expire_on_commit=False) as db:
        verdicts = [await verify(db, vault, chain) for chain in await chains(db)]
    return wrong + [f"audit chain {one.chain}: broken at entry {one.broken_at}" for one in verdicts if one.broken_at is not None]


def load_files(source: Path, data_dir: Path) -> int:
    """Put the files of a backup into the data folder, each whole or not at all; how many."""
    count, draft, place = 0, data_dir / f".restoring-{new_id()[:6]}", data_dir
    try:
        for part in parts(source):
            if isinstance(part, FileBegins):
                if count:
                    draft.replace(place)
                place = data_dir / part.name
                place.parent.mkdir(parents=True, exist_ok=True)
                draft.write_bytes(b"")
                draft.chmod(0o600)
                count += 1
            elif isinstance(part, bytes):
                with open(draft, "ab") as file:
                    file.write(part)
        if count:
            draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    return count
