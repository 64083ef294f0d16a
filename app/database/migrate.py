"""Migrations: bring the database to the head of `migrations/`, one process at a time however many start at once."""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from app.database.postgres import arguments_of

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
ADVISORY_LOCK = 7_262_755
"""The number under which PostgreSQL holds our migration lock."""


async def migrate(url: str, to: str = "head") -> None:
    """Upgrade to the newest migration, or to the one named; waits while another process does the same."""
    address, arguments = arguments_of(url)
    engine = create_async_engine(address, connect_args=arguments)
    if url.startswith("sqlite"):
        _shape(engine)
    try:
        async with _alone(url), engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                # To the end of the transaction, which is the whole upgrade: a lock of the connection would stay behind in a PgBouncer.
                await connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": ADVISORY_LOCK})
            await connection.run_sync(_upgrade, to)
            # Not before alembic has let go of its globals: whoever waits for the lock in this process goes on with this commit.
            await connection.commit()
    finally:
        await engine.dispose()


def head() -> str:
    """The newest migration that this program knows."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""


def known(migration: str) -> bool:
    """Whether this program has the migration; a newer program may have more."""
    return any(script.revision == migration for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


async def current(db: AsyncSession) -> str:
    """The migration at which the database stands; empty when it has none."""
    connection = await db.connection()
    return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision() or "")


def _shape(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _pragmas(connection: DBAPIConnection, _: object) -> None:
        # A batch migration rebuilds tables: with foreign keys on, dropping the old one would delete its children.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF", "busy_timeout=30000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _upgrade(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """On SQLite, a lock file beside the database; it is freed by the death of whoever holds it."""
    if not url.startswith("sqlite"):
        yield
        return
    path = Path(url.split(":///", 1)[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_name(path.name + ".migrating"), "w", encoding="utf-8") as file:  # noqa: ASYNC230 - once, before anything runs
        await asyncio.to_thread(fcntl.flock, file, fcntl.LOCK_EX)
        yield
