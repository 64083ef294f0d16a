"""`serve`, `worker` and `migrate`: the long-running processes and what they need before they start."""

import argparse
import asyncio
import fcntl
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn

from app.access.service import needs_setup, new_setup_secret
from app.assembly import handlers, lay_ground
from app.chat.house import House
from app.commands.configuration import configuration
from app.database.migrate import migrate
from app.main import create_app
from app.outbox.worker import Worker
from app.settings import Settings, SettingsProblem, from_environment
from app.web.ground import Ground
from app.web.logs import configure


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verbs of this module."""
    serve = verbs.add_parser("serve", help="run the server in the foreground")
    serve.add_argument("--host", default=None)
    serve.add_argument("--port", type=int, default=None)
    serve.add_argument("--workers", type=int, default=1)
    serve.add_argument("--no-worker", action="store_true", help="leave the jobs to `rembuk worker`")
    serve.set_defaults(run=_serve)
    worker = verbs.add_parser("worker", help="do the jobs of the outbox, without the web")
    worker.set_defaults(run=_worker)
    migrations = verbs.add_parser("migrate", help="bring the database to this version")
    migrations.set_defaults(run=_migrate)


class Server(uvicorn.Server):
    """uvicorn, saying good-bye to rooms before it closes their sockets."""

    def __init__(self, config: uvicorn.Config, house: House) -> None:
        super().__init__(config)
        self._house = house

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no new sockets, tell everybody when to come back, then end as uvicorn does."""
        for server in self.servers:
            server.close()
        await self._house.drain()
        await super().shutdown(sockets)


def _serve(given: argparse.Namespace) -> int:
    settings = from_environment()
    settings = settings.at(given.host or settings.host, settings.port if given.port is None else given.port)
    if given.workers != 1:
        raise SettingsProblem("--workers: one process serves this version; start it once per machine and database")
    run_server(settings, work=not given.no_worker)
    return 0


def run_server(settings: Settings, *, work: bool = True) -> None:
    """Migrate, print the set-up address when nobody can sign in yet, and serve until SIGTERM."""
    configure(settings)
    with alone(settings):
        asyncio.run(migrate(settings.database_url))
        ground = lay_ground(settings)
        secret = asyncio.run(_setup_secret(settings))
        if secret:
            print(f"\n  Buka alamat ini satu kali untuk membuat akun pengelola:\n  {settings.public_url}/pasang/{secret}\n", flush=True)
        print(f"Rembuk: {settings.public_url}", flush=True)
        app = create_app(ground, work=work)
        Server(configuration(app, settings), app.house).run()


async def _setup_secret(settings: Settings) -> str | None:
    ground = lay_ground(settings)
    try:
        async with ground.database.write() as db:
            return await new_setup_secret(db, ground.clock.now()) if await needs_setup(db) else None
    finally:
        await ground.database.close()


def _worker(given: argparse.Namespace) -> int:
    settings = from_environment()
    configure(settings)
    if settings.on_sqlite:
        raise SettingsProblem("worker: SQLite has one writing process; `rembuk serve` does the jobs there itself")

    async def run(ground: Ground) -> None:
        worker = Worker(ground.database, ground.clock, handlers(ground))
        ground.database.listeners.append(worker.ring)
        await worker.run()

    asyncio.run(migrate(settings.database_url))
    with suppress(KeyboardInterrupt):
        asyncio.run(run(lay_ground(settings)))
    return 0


def _migrate(given: argparse.Namespace) -> int:
    asyncio.run(migrate(from_environment().database_url))
    return 0


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """On SQLite, refuse a second server on the same data: the lock is freed by the death of whoever holds it."""
    if not settings.on_sqlite:
        yield
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with open(settings.data_dir / "serve.lock", "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print(f"rembuk: another server already uses {settings.data_dir}; stop it first", file=sys.stderr)
            raise SystemExit(3) from None
        yield
