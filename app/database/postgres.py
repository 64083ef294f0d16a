"""Engines for PostgreSQL whose waits all end: connecting, waiting for a lock, every statement, and the giving up itself.

Behind a PgBouncer in transaction mode (`?pgbouncer=true` in the address) nothing is kept on a server connection from one transaction to the next.
"""

import asyncio
import uuid
from dataclasses import dataclass
from typing import Any

from asyncpg import Connection
from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

ANSWER = 4.0
"""Seconds within which a connection is made or a statement answered: what is slower is refused, so that a person hears within five."""
PATIENT = 60.0
"""The same for what is known to be long: exports, bulk work."""
LOCK = 3.5
"""Seconds that a statement waits for a lock; less than ANSWER, so that the server itself says what was the matter."""


class Hasty(Connection):  # type: ignore[misc]  # asyncpg has no stubs: its class is Any
    """A connection that is dropped at once when an answer does not come: asking a server that hangs to cancel would take as long again."""

    def _cancel_current_command(self, waiter: "asyncio.Future[None]", cancel_waiter: "asyncio.Future[None] | None" = None) -> None:
        self.terminate()
        if not waiter.done():
            waiter.set_result(None)

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's shape
        """Good-bye, for half a second at most."""
        try:
            await super().close(timeout=0.5)
        except TimeoutError:
            self.terminate()


@dataclass
class Doubt:
    """Whether an answer did not come in time since the pools last started afresh."""

    silent: bool = False


def engine(url: str, doubt: Doubt, *, pool: int, overflow: int = 0, answer: float = ANSWER) -> AsyncEngine:
    """A pool of connections on which no statement takes longer than `answer` seconds; nothing is opened yet."""
    address, arguments = arguments_of(url)
    made = create_async_engine(
        address,
        pool_size=pool,
        max_overflow=overflow,
        pool_timeout=ANSWER,
        hide_parameters=True,
        connect_args={"timeout": ANSWER, "command_timeout": answer, "connection_class": Hasty, **arguments},
    )

    @event.listens_for(made.sync_engine, "checkout")
    def _start_afresh(*_: object) -> None:
        # One silent connection: the others that wait in the pool may lead nowhere, too, and each would cost somebody four seconds.
        if doubt.silent:
            doubt.silent = False
            raise InvalidatePoolError("an answer did not come in time")

    return made


def arguments_of(url: str) -> tuple[URL, dict[str, Any]]:
    """The address without what only this program reads, and the driver's arguments that follow from it."""
    address = make_url(url)
    if address.query.get("pgbouncer") != "true":
        return address, {}
    arguments = {"statement_cache_size": 0, "prepared_statement_cache_size": 0, "prepared_statement_name_func": _name}
    return address.difference_update_query(["pgbouncer"]), arguments


def connect_arguments(url: str) -> dict[str, Any]:
    """The arguments of `asyncpg.connect` for a single connection outside the pools, on which nothing is prepared."""
    address, _ = arguments_of(url)
    _, found = address.get_dialect()().create_connect_args(address)
    return {**found, "timeout": ANSWER, "command_timeout": ANSWER, "statement_cache_size": 0}


def limits(answer: float) -> str:
    """What the first statement of a transaction tells the server: it gives up a little later than we do, and on a lock a little earlier."""
    return (
        f"SELECT set_config('lock_timeout', '{int(LOCK * 1000)}', true), "
        f"set_config('statement_timeout', '{int(answer * 1000) + 1000}', true), set_config('timezone', 'UTC', true)"
    )


def _name() -> str:
    """Two clients of a bouncer may come to the same server connection: their statements must not bear the same name."""
    return f"__rembuk_{uuid.uuid4().hex}__"
