"""The database: `write()` and `read()` transactions for services, `batch()` for the room's hot path.

SQLite has one writer at a time behind a gate (`BEGIN IMMEDIATE`, `synchronous=FULL`) and several readers (`query_only`, plain BEGIN);
PostgreSQL uses one pool, and a small one for what is known to be long. Whatever does not answer in time is refused as `Unavailable`
and its connection is dropped. What a transaction wants done after its commit is left in `db.info` and handed to the listeners.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from app.database.gate import Gate
from app.database.postgres import ANSWER, PATIENT, Doubt, engine, limits
from app.database.straight import StraightReader, StraightWriter, straight
from app.errors import Unavailable

BUSY = 4.5
"""Seconds that a transaction on SQLite waits for its turn before the person is asked to try again."""

AWAY = ("08", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE that say "not now": connection, deadlock and rollback, resources, object not ready (lock time-out), intervention, system."""

T = TypeVar("T")
Committed: TypeAlias = Callable[[dict[Any, Any]], None]


@dataclass
class Database:
    """Its engines and the gate; made by `connect`, closed by `close`. `patient` is for reads that take longer than a person waits."""

    writer: AsyncEngine
    reader: AsyncEngine
    patient: AsyncEngine
    gate: Gate | None
    straight: StraightWriter | None = None
    looker: StraightReader | None = None
    doubt: Doubt = field(default_factory=Doubt)
    listeners: list[Committed] = field(default_factory=list)

    @property
    def on_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.gate is not None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction that commits at the end of the block; listeners then get its `info`. Unavailable may mean that it was committed all the same."""
        async with self._writing(first=False):
            with self._understood():
                async with AsyncSession(self.writer, expire_on_commit=False, autoflush=True) as db:
                    await self._begin(db, ANSWER)
                    yield db
                    await db.commit()
                    info = dict(db.info)
        for listener in self.listeners:
            listener(info)

    @asynccontextmanager
    async def read(self, *, patient: bool = False) -> AsyncIterator[AsyncSession]:
        """A transaction that changes nothing and sees one state of the database; `patient` where a statement may take up to a minute."""
        with self._understood():
            async with AsyncSession(self.patient if patient else self.reader, expire_on_commit=False, autoflush=False) as db:
                await self._begin(db, PATIENT if patient else ANSWER, isolation="REPEATABLE READ")
                yield db
                await db.commit()

    async def batch(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """A bare write transaction that goes before others; `work` awaits nothing but its statements. No listener is told: the caller publishes."""
        async with self._writing(first=True):
            with self._understood():
                if self.straight is not None:
                    return await self.straight.run(work)
                async with self.writer.connect() as connection:
                    await self._begin(connection, ANSWER)
                    done = await work(connection)
                    await connection.commit()
                    return done

    async def look(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """A short reading transaction for what crowds ask at once; `work` awaits nothing but its statements."""
        if self.looker is None:
            async with self.read() as db:
                return await work(db)
        with self._understood():
            return await self.looker.run(work)

    async def _begin(self, db: AsyncSession | AsyncConnection, answer: float, isolation: str | None = None) -> None:
        """Begin now, in time; a pooled connection that turns out to be dead is exchanged once, since nothing has happened on it yet."""
        if self.gate is not None:
            if isinstance(db, AsyncSession):
                await db.connection()
            return
        options = {"isolation_level": isolation} if isolation else {}
        async with asyncio.timeout(ANSWER):
            for last in (False, True):
                try:
                    if isinstance(db, AsyncSession):
                        await db.connection(execution_options=options)
                    await db.execute(text(limits(answer)))
                except DBAPIError as problem:
                    if last or not problem.connection_invalidated:
                        raise
                    await db.rollback()
                else:
                    return

    async def close(self) -> None:
        """Give every connection back."""
        await self.writer.dispose()
        await self.reader.dispose()
        await self.patient.dispose()
        if self.straight is not None:
            self.straight.close()
        if self.looker is not None:
            self.looker.close()

    @asynccontextmanager
    async def _writing(self, *, first: bool) -> AsyncIterator[None]:
        if self.gate is None:
            yield
            return
        async with self.gate.held(first=first):
            yield

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Turns what the database says when it is away, full or busy into a refusal that a person understands."""
        try:
            yield
        except (OSError, StatementError, PoolTimeout) as problem:
            # A connection found dead is made anew inside the statement: what the line says to that comes wrapped as the statement's.
            told = problem.orig if isinstance(problem, StatementError) else problem
            self.doubt.silent |= isinstance(told, TimeoutError)
            if not _away(problem, told):
                raise
            raise Unavailable("database.unavailable", retry=5) from problem


def _away(problem: Exception, told: BaseException | None) -> bool:
    """Whether this says "not now", and not that something is wrong with what was asked; `told` is what the line or the server said."""
    if isinstance(problem, OperationalError | PoolTimeout) or isinstance(told, OSError):
        return True
    state = str(getattr(told, "sqlstate", "") or "")
    return isinstance(problem, DBAPIError) and (problem.connection_invalidated or state[:2] in AWAY)


def connect(url: str, *, pool: int = 8) -> Database:
    """A database at `url` (sqlite+aiosqlite or postgresql+asyncpg); nothing is opened yet. Its errors never carry the values: they go to logs."""
    if url.startswith("sqlite"):
        path = url.split(":///", 1)[1]
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        writer = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=BUSY, hide_parameters=True)
        reader = create_async_engine(url, pool_size=pool, max_overflow=0, pool_timeout=BUSY, hide_parameters=True)
        batches, looks = straight(path), straight(path)
        for made, query_only in ((writer.sync_engine, False), (reader.sync_engine, True), (batches, False), (looks, True)):
            _shape_sqlite(made, query_only=query_only)
        return Database(writer, reader, reader, Gate(BUSY), StraightWriter(batches), StraightReader(looks))
    doubt = Doubt()
    many = engine(url, doubt, pool=pool, overflow=pool)
    return Database(many, many, engine(url, Doubt(), pool=1, overflow=2, answer=PATIENT), None, doubt=doubt)


def _shape_sqlite(engine: Engine, *, query_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection: DBAPIConnection, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            # What was erased is overwritten in the file, not only forgotten.
            "secure_delete=ON",
            f"busy_timeout={int(BUSY * 1000)}",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if query_only else "BEGIN IMMEDIATE")
