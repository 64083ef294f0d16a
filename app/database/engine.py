"""The database: `write()` and `read()` transactions for services, `batch()` for the room's hot path.

SQLite has one write connection behind a gate (`BEGIN IMMEDIATE`, `synchronous=FULL`) and several readers (`query_only`, plain BEGIN);
PostgreSQL uses one pool. What a transaction wants done after its commit is left in `db.info` and handed to the listeners.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from app.database.gate import Gate
from app.errors import Unavailable

BUSY = 5.0
"""Seconds that a transaction waits for a connection or a lock before the person is asked to try again."""

Committed: TypeAlias = Callable[[dict[Any, Any]], None]


@dataclass
class Database:
    """Both engines and the gate; made by `connect`, closed by `close`."""

    writer: AsyncEngine
    reader: AsyncEngine
    gate: Gate | None
    listeners: list[Committed] = field(default_factory=list)

    @property
    def on_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.gate is not None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction that commits at the end of the block; listeners then get its `info`."""
        async with self._writing(first=False):
            async with AsyncSession(self.writer, expire_on_commit=False, autoflush=True) as db:
                with _understood():
                    async with db.begin():
                        yield db
                info = dict(db.info)
        for listener in self.listeners:
            listener(info)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A transaction that changes nothing and sees one state of the database."""
        async with AsyncSession(self.reader, expire_on_commit=False, autoflush=False) as db:
            with _understood():
                async with db.begin():
                    if self.gate is None:
                        await db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                    yield db

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[AsyncConnection]:
        """A bare write transaction that goes before others; no listener is told: the caller publishes."""
        async with self._writing(first=True):
            with _understood():
                async with self.writer.begin() as connection:
                    yield connection

    async def close(self) -> None:
        """Give every connection back."""
        await self.writer.dispose()
        await self.reader.dispose()

    @asynccontextmanager
    async def _writing(self, *, first: bool) -> AsyncIterator[None]:
        if self.gate is None:
            yield
            return
        async with self.gate.held(first=first):
            yield


def connect(url: str, *, pool: int = 8) -> Database:
    """A database at `url` (sqlite+aiosqlite or postgresql+asyncpg); nothing is opened yet. Its errors never carry the values: they go to logs."""
    if url.startswith("sqlite"):
        path = url.split(":///", 1)[1]
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        writer = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=BUSY, hide_parameters=True)
        reader = create_async_engine(url, pool_size=pool, max_overflow=0, pool_timeout=BUSY, hide_parameters=True)
        _shape_sqlite(writer, query_only=False)
        _shape_sqlite(reader, query_only=True)
        return Database(writer, reader, Gate())
    engine = create_async_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=BUSY,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"timeout": BUSY, "command_timeout": 30, "server_settings": {"lock_timeout": "5000", "timezone": "UTC"}},
    )
    return Database(engine, engine, None)


async def answers(database: Database) -> bool:
    """Whether the database answers a question within two seconds."""
    try:
        async with asyncio.timeout(2), database.reader.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (OSError, TimeoutError, DBAPIError):
        return False
    return True


def _shape_sqlite(engine: AsyncEngine, *, query_only: bool) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _pragmas(connection: DBAPIConnection, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={int(BUSY * 1000)}",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if query_only else "BEGIN IMMEDIATE")


AWAY = ("08", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE that say "not now": connection, deadlock and rollback, resources, object not ready (lock time-out), intervention, system."""


@contextmanager
def _understood() -> Iterator[None]:
    """Turns what the database says when it is away, full or busy into a refusal that a person understands."""
    try:
        yield
    except (OSError, OperationalError, PoolTimeout) as problem:
        raise Unavailable("database.unavailable", retry=5) from problem
    except DBAPIError as problem:
        state = str(getattr(problem.orig, "sqlstate", "") or "")
        if problem.connection_invalidated or state[:2] in AWAY:
            raise Unavailable("database.unavailable", retry=5) from problem
        raise
