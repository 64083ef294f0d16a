"""`serve`, `worker` and `migrate`: the long-running processes and what they need before they start."""

import argparse
import asyncio
import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from app.access.service import needs_setup, new_setup_secret
from app.assembly import handlers, lay_ground
from app.chat.house import House
from app.commands.process import Membership, serve_here
from app.commands.supervisor import supervise
from app.database.migrate import migrate
from app.outbox.worker import Worker
from app.rights.forgotten import FILE, remember
from app.settings import Settings, SettingsProblem, from_environment
from app.web.ground import Ground
from app.web.logs import configure

MOST = 64
"""Processes that one supervisor takes."""


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verbs of this module."""
    serve = verbs.add_parser("serve", help="run the server in the foreground")
    serve.add_argument("--host", default=None)
    serve.add_argument("--port", type=int, default=None)
    serve.add_argument(
        "--workers", type=int, default=1, help="processes that share the port (PostgreSQL only); SIGHUP exchanges them one by one"
    )
    serve.add_argument("--no-worker", action="store_true", help="leave the jobs to `rembuk worker`")
    serve.add_argument("--member", default="", help=argparse.SUPPRESS)
    serve.add_argument("--migrate", action="store_true", help=argparse.SUPPRESS)
    serve.set_defaults(run=_serve)
    worker = verbs.add_parser("worker", help="do the jobs of the outbox, without the web")
    worker.set_defaults(run=_worker)
    migrations = verbs.add_parser("migrate", help="bring the database to this version")
    migrations.set_defaults(run=_migrate)


def _serve(given: argparse.Namespace) -> int:
    settings = from_environment()
    settings = settings.at(given.host or settings.host, settings.port if given.port is None else given.port)
    work = not given.no_worker
    if given.member:
        configure(settings)
        if given.migrate:
            asyncio.run(migrate(settings.database_url))
        return serve_here(settings, work=work, membership=Membership.inherited(given.member))
    if not 1 <= given.workers <= MOST:
        raise SettingsProblem(f"serve: --workers takes a number from 1 to {MOST}")
    if given.workers == 1:
        return run_server(settings, work=work)
    if settings.on_sqlite:
        raise SettingsProblem(
            "serve: --workers needs PostgreSQL, because SQLite has one writing process; set REMBUK_DATABASE_URL or leave --workers out"
        )
    return run_servers(settings, given.workers, work=work)


def run_server(settings: Settings, *, work: bool = True) -> int:
    """Migrate, print the set-up address when nobody can sign in yet, and serve until SIGTERM; the exit status."""
    configure(settings)
    with alone(settings):
        _prepare(settings)
        print(f"Rembuk: {settings.public_url}", flush=True)
        return serve_here(settings, work=work)


def run_servers(settings: Settings, count: int, *, work: bool = True) -> int:
    """The same with several processes on one port; the exit status."""
    configure(settings)
    _prepare(settings)
    told = partial(print, f"Rembuk: {settings.public_url} ({count} proses)", flush=True)
    return supervise(() if work else ("--no-worker",), settings.host, settings.port, count, ready=told)


def _prepare(settings: Settings) -> None:
    asyncio.run(migrate(settings.database_url))
    asyncio.run(_forget_again(settings))
    secret = asyncio.run(_setup_secret(settings))
    if secret:
        print(f"\n  Buka alamat ini satu kali untuk membuat akun pengelola:\n  {settings.public_url}/pasang/{secret}\n", flush=True)


async def _forget_again(settings: Settings) -> None:
    """Whoever was forgotten and stands in a restored database is forgotten once more; and this machine knows everybody who was."""
    ground = lay_ground(settings)
    try:
        again = await remember(ground.database, settings.data_dir, ground.clock.now())
    finally:
        await ground.database.close()
    if again:
        print(f"Rembuk: {again} people of {FILE} stood in the database again and are being forgotten.", flush=True)


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
        house = House(ground)
        ground.database.listeners.append(worker.ring)
        # Jobs append to the logs of rooms: the processes that serve those hear of it.
        async with house.running():
            await worker.run()

    asyncio.run(migrate(settings.database_url))
    asyncio.run(_forget_again(settings))
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
