"""SQLite without hops: a coroutine over plain statements is run to its end in the one thread that owns the connection."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, CursorResult, Engine, Executable, create_engine
from sqlalchemy.engine import Dialect, Result
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from app.database.prepared import Prepared, is_prepared

T = TypeVar("T")


class Straight:
    """Looks like an AsyncConnection, and never waits."""

    def __init__(self, connection: Connection, ready: Prepared) -> None:
        self._connection = connection
        self._ready = ready

    @property
    def dialect(self) -> Dialect:
        """Which database this is."""
        return self._connection.dialect

    async def execute(self, statement: Executable, parameters: Any = None) -> Result[Any]:
        """As AsyncConnection.execute."""
        if is_prepared(statement):
            return _at_once(self._connection, self._ready, statement, parameters)
        return self._connection.execute(statement, parameters)

    async def exec_driver_sql(self, statement: str) -> CursorResult[Any]:
        """As AsyncConnection.exec_driver_sql."""
        return self._connection.exec_driver_sql(statement)

    async def scalar(self, statement: Executable) -> Any:
        """As AsyncConnection.scalar."""
        return self._connection.scalar(statement)


class StraightSession:
    """Looks like an AsyncSession that is only read from, and never waits."""

    def __init__(self, session: Session, ready: Prepared) -> None:
        self._session = session
        self._ready = ready

    async def execute(self, statement: Executable, parameters: Any = None) -> Any:
        """As AsyncSession.execute."""
        if is_prepared(statement):
            return _at_once(self._session.connection(), self._ready, statement, parameters)
        return self._session.execute(statement, parameters)

    async def scalar(self, statement: Executable) -> Any:
        """As AsyncSession.scalar."""
        return self._session.scalar(statement)

    async def scalars(self, statement: Executable) -> Any:
        """As AsyncSession.scalars."""
        return self._session.scalars(statement)


class StraightReader:
    """A reading connection in a thread of its own: one crowd is looked up without a hop per statement, one person after the other."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ready = Prepared(engine.dialect)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="rembuk-look")

    async def run(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """One reading transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, work)

    def close(self) -> None:
        """End the thread and give the connection back."""
        self._thread.shutdown()
        self._engine.dispose()

    def _transaction(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        with Session(self._engine, autoflush=False, expire_on_commit=False) as session, session.begin():
            return _through(cast("Coroutine[Any, Any, T]", work(cast("AsyncSession", StraightSession(session, self._ready)))))


class StraightWriter:
    """The write connection of room batches, in a thread of its own; the caller holds the gate."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ready = Prepared(engine.dialect)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="rembuk-batch")

    async def run(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """One transaction; its end is awaited even when the caller is cancelled, since the gate must not be passed on before."""
        running = asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise

    def close(self) -> None:
        """End the thread and give the connection back."""
        self._thread.shutdown()
        self._engine.dispose()

    def _transaction(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        with self._engine.begin() as connection:
            return _through(cast("Coroutine[Any, Any, T]", work(cast("AsyncConnection", Straight(connection, self._ready)))))


def straight(path: str) -> Engine:
    """An engine for one connection that is only ever used by one thread at a time."""
    return create_engine(f"sqlite:///{path}", poolclass=StaticPool, hide_parameters=True, connect_args={"check_same_thread": False})


def _at_once(connection: Connection, ready: Prepared, statement: Executable, parameters: Any) -> Result[Any]:
    written = ready.ready(statement, parameters)
    cursor = connection.connection.cursor()
    try:
        return written.run(cursor, parameters)
    except connection.dialect.loaded_dbapi.Error as problem:
        # Neither the statement nor its values: they may be somebody's words.
        raise DBAPIError.instance(None, None, problem, connection.dialect.loaded_dbapi.Error, dialect=connection.dialect) from problem
    finally:
        cursor.close()


def _through(work: Coroutine[Any, Any, T]) -> T:
    try:
        work.send(None)
    except StopIteration as end:
        return cast("T", end.value)
    work.close()
    raise RuntimeError("a straight transaction waited for something other than its own statements")
