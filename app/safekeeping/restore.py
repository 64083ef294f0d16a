"""Restoring: what must be so before anything is touched, and how the old state gives way to the new one in a single step.

SQLite: a new file is filled beside the old one and takes its place when it is whole; the old one is kept under another name. PostgreSQL:
everything happens in one transaction.
"""

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from app.database.migrate import head, known, migrate
from app.database.postgres import arguments_of
from app.database.tables import new_id
from app.rights.forgotten import FILE, forget_again, forgotten_in, keep, noted
from app.safekeeping.book import SafekeepingProblem
from app.safekeeping.check import Contents, check
from app.safekeeping.load import empty, findings, load, load_files, serving
from app.settings import Settings
from app.tables import metadata
from app.vault import Vault

SERVING = 30.0
"""Seconds for which a server that has said nothing is still taken for running."""


@dataclass(frozen=True)
class Restored:
    """What was done: the contents, files put in place, sentences about what was already wrong in the backup, and where the old database is.

    `forgotten` people are forgotten again when the server starts; `all_known` unless nothing here says who was forgotten until now.
    """

    contents: Contents
    files: int
    findings: list[str]
    kept: Path | None
    forgotten: int
    all_known: bool


async def restore(settings: Settings, vault: Vault, source: Path, *, force: bool) -> Restored:
    """Put a backup in the place of the present database; raises SafekeepingProblem with nothing changed."""
    contents = check(source, vault)
    if not known(contents.migration):
        raise SafekeepingProblem(f"{source.name} was made by a newer Rembuk; install that version, then restore")
    gone, all_known = await _forgotten(settings, source.parent)
    if settings.on_sqlite:
        found, kept, again = await _into_sqlite(settings, vault, source, contents, gone, force=force)
    else:
        (found, again), kept = await _into_postgres(settings, vault, source, contents, gone, force=force), None
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Restored(contents, load_files(source, settings.data_dir), found, kept, again, all_known)


async def _forgotten(settings: Settings, beside: Path) -> tuple[set[str], bool]:
    """Who was forgotten, or asked for it, by the lists in the data folder and beside the backup and by the database that gives way.

    Whether these are all: a list beside the backup ends with the last backup of that folder.
    """
    gone, all_known = noted(settings.data_dir) | noted(beside), (settings.data_dir / FILE).exists()
    if (settings.on_sqlite and not _place(settings).exists()) or await _unused(settings.database_url):
        return gone, all_known
    async with _transaction(settings.database_url) as connection:
        return gone | await forgotten_in(connection, asked=True), True


async def _forget_again(connection: AsyncConnection, settings: Settings, gone: set[str]) -> int:
    """In the transaction that fills the database, so that it never stands without; how many."""
    return await forget_again(connection, gone, datetime.now(UTC) + settings.clock_offset)


def _place(settings: Settings) -> Path:
    return Path(settings.database_url.split(":///", 1)[1])


async def _into_sqlite(
    settings: Settings, vault: Vault, source: Path, contents: Contents, gone: set[str], *, force: bool
) -> tuple[list[str], Path | None, int]:
    place = _place(settings)
    old = _is_there(place) and not await _unused(settings.database_url)
    if old and not force:
        raise SafekeepingProblem(_filled(settings))
    draft = place.with_name(f"{place.name}.restoring")
    _remove(draft)
    url = f"sqlite+aiosqlite:///{draft}"
    try:
        await migrate(url, contents.migration)
        async with _transaction(url) as connection:
            await load(connection, source, contents)
        await migrate(url)
        async with _transaction(url) as connection:
            found = await findings(connection, vault)
            again = await _forget_again(connection, settings, gone)
        # The database that knows them is about to go: the list has them before it does.
        keep(settings.data_dir, gone)
        return found, _give_way(place, draft, keep=old), again
    finally:
        _remove(draft)


async def _into_postgres(
    settings: Settings, vault: Vault, source: Path, contents: Contents, gone: set[str], *, force: bool
) -> tuple[list[str], int]:
    url = settings.database_url
    if not await _tables(url):
        await migrate(url, contents.migration)
    async with _transaction(url) as connection:
        if await serving(connection, datetime.now(UTC) + settings.clock_offset, SERVING):
            raise SafekeepingProblem("a server uses this database; stop every `serve` and `worker`, wait half a minute, then restore")
        if not await empty(connection, {*metadata.tables}) and not force:
            raise SafekeepingProblem(_filled(settings))
        stands = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        if stands != contents.migration:
            raise SafekeepingProblem(f"{source.name} is of another version than this database; restore into a new, empty database")
        names = ", ".join(f'"{name}"' for name in metadata.tables)
        await connection.execute(text(f"TRUNCATE {names}"))
        await load(connection, source, contents)
        found = await findings(connection, vault) if stands == head() else []
        again = await _forget_again(connection, settings, gone) if stands == head() else 0
        keep(settings.data_dir, gone)
    if stands != head():
        await migrate(url)
        async with _transaction(url) as connection:
            found = await findings(connection, vault)
            again = await _forget_again(connection, settings, gone)
    return found, again


@asynccontextmanager
async def _transaction(url: str) -> AsyncIterator[AsyncConnection]:
    """One transaction as long as it takes, on a connection of its own."""
    address, arguments = arguments_of(url)
    engine = create_async_engine(address, connect_args=arguments, hide_parameters=True)
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _tables(url: str) -> set[str]:
    async with _transaction(url) as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


async def _unused(url: str) -> bool:
    names = await _tables(url)
    async with _transaction(url) as connection:
        return await empty(connection, names)


def _filled(settings: Settings) -> str:
    where = settings.data_dir if settings.on_sqlite else "this server"
    return f"the database of {where} is not empty; with --force the backup takes its place"


def _close(path: Path) -> None:
    """Bring everything into the one file, so that it can be renamed without its log."""
    with closing(sqlite3.connect(path)) as connection:
        if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            raise SafekeepingProblem(f"{path.name} is in use; stop the server first")
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _is_there(place: Path) -> bool:
    place.parent.mkdir(parents=True, exist_ok=True)
    return place.exists()


def _give_way(place: Path, draft: Path, *, keep: bool) -> Path | None:
    """The filled file takes the place of the present one, in one step; where the present one is kept."""
    _close(draft)
    kept = _set_aside(place) if keep else None
    if place.exists():
        _close(place)
    draft.replace(place)
    return kept


def _set_aside(place: Path) -> Path:
    """Give the present database a second name; its first one is taken over in one step."""
    _close(place)
    kept = place.with_name(f"{place.stem}.before-{datetime.now(UTC):%Y%m%d-%H%M%S}-{new_id()[:4]}{place.suffix}")
    try:
        os.link(place, kept)
    except OSError:
        place.rename(kept)
    return kept


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm", ".migrating"):
        path.with_name(path.name + end).unlink(missing_ok=True)
