"""Making a backup while everything goes on: one snapshot of every table, then the files of the data folder, then a look at what was written.

SQLite gives a reader the state at its first look (WAL), PostgreSQL a REPEATABLE READ transaction: senders go on and are not held up.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Table as CoreTable
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database.migrate import current, head
from app.database.tables import new_id
from app.disk import settle
from app.rights.forgotten import forgotten_in, keep, noted
from app.safekeeping.book import BookWriter, SafekeepingProblem, header
from app.safekeeping.check import Contents, check
from app.safekeeping.columns import kind_of, reading, written
from app.safekeeping.fit import checks
from app.safekeeping.progress import Progress
from app.tables import metadata
from app.web.ground import Ground

PASSING = frozenset({"live_processes", "room_presences"})
"""Who is connected at this moment: says nothing tomorrow."""
TOGETHER = 500
PIECE = 48 * 1024


@dataclass(frozen=True)
class Made:
    """A finished backup: where it is and what is in it."""

    path: Path
    contents: Contents


async def back_up(ground: Ground, target: Path) -> Made:
    """Write a backup of everything committed when this began, and read it again; the file appears under its name when it is whole."""
    _must_be_free(target)
    draft = target.with_name(f".{target.name}.{new_id()[:6]}")
    try:
        await _write(ground, draft)
        await _note_forgotten(ground, target.parent)
        contents = check(draft, ground.vault)
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    settle(target.parent)
    return Made(target, contents)


async def _note_forgotten(ground: Ground, folder: Path) -> None:
    """Lay the list of the forgotten beside the backup: those of older backups in the same place must be forgotten again by whoever restores one."""
    async with ground.database.read() as db:
        done = await forgotten_in(await db.connection())
    keep(folder, noted(ground.settings.data_dir) | done)


def _must_be_free(target: Path) -> None:
    if target.exists():
        raise SafekeepingProblem(f"{target} exists already; choose another name")
    if not target.parent.is_dir():
        raise SafekeepingProblem(f"there is no folder {target.parent}")


async def _write(ground: Ground, path: Path) -> None:
    book = BookWriter(path)
    try:
        async with ground.database.read(patient=True) as db:
            stands = await current(db)
            if stands != head():
                raise SafekeepingProblem(
                    "the database is not of this version; run `rembuk migrate`, or make the backup with the old program"
                )
            connection = await db.connection()
            backup_id = new_id()
            book.line(
                header(
                    {
                        "id": backup_id,
                        "made_at": ground.clock.now().isoformat(),
                        "migration": stands,
                        "keys": checks(ground.vault, backup_id),
                    }
                )
            )
            tables = [table for table in metadata.sorted_tables if table.name not in PASSING]
            told = Progress("backup", sum([int(await connection.scalar(select(func.count()).select_from(one)) or 0) for one in tables]))
            for table in tables:
                await _table(connection, table, book, told)
        for file in files_of(ground.settings.data_dir, besides=path.parent):
            _file(ground.settings.data_dir, file, book)
        book.finish()
        told.end()
    finally:
        book.abandon()


async def _table(connection: AsyncConnection, table: CoreTable, book: BookWriter, told: Progress) -> None:
    book.line({"table": table.name, "columns": [[one.name, kind_of(one)] for one in table.columns]})
    rows = 0
    found = await connection.stream(reading(table).execution_options(yield_per=TOGETHER))
    async for some in found.partitions():
        for row in some:
            book.line([written(value) for value in row])
        rows += len(some)
        told.step(len(some))
    book.line({"end": table.name, "rows": rows})


def files_of(data_dir: Path, besides: Path) -> Iterator[Path]:
    """The files that belong to the database: all in folders of the data folder but the folder of backups.

    Keys, locks and the database itself stand beside those folders.
    """
    for folder in sorted(one for one in data_dir.iterdir() if one.is_dir()) if data_dir.is_dir() else ():
        if folder != besides and not folder.name.startswith("."):
            yield from sorted(one for one in folder.rglob("*") if one.is_file() and not one.is_symlink())


def _file(data_dir: Path, path: Path, book: BookWriter) -> None:
    name, size = path.relative_to(data_dir).as_posix(), 0
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below
    except FileNotFoundError:
        # Taken away since the folder was listed, together with the row that named it.
        return
    with file:
        book.line({"file": name})
        while piece := file.read(PIECE):
            book.line(base64.b64encode(piece).decode())
            size += len(piece)
    book.line({"end": name, "bytes": size})
