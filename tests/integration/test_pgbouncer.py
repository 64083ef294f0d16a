"""A real PgBouncer in transaction mode in between, where one is installed: transactions work, and the bell knows that it hears nothing."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import make_url, text

from app.database.engine import connect
from app.database.migrate import current, head, migrate
from app.live.bell import Bell, Hearing
from tests.network import line_to
from tests.processes import free_port

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
MADE = ["postgresql"] if PROGRAM else []


@pytest_asyncio.fixture
async def bounced(database_url: str) -> AsyncIterator[str]:
    """The database through the bouncer, which has three connections to it."""
    port, address = free_port(), make_url(database_url)
    folder = Path(tempfile.mkdtemp(prefix="rembuk-bouncer-"))
    os.chmod(folder, 0o755)  # noqa: PTH101 - once, before anything runs
    async with line_to(database_url) as line:
        known = " ".join(f"{name}={value}" for name, value in (("user", address.username), ("password", address.password)) if value)
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": port,
            "unix_socket_dir": "",
            "auth_type": "any",
            "pool_mode": "transaction",
            "default_pool_size": 3,
            "server_round_robin": 1,
        }
        lines = ["[databases]", f"* = host=127.0.0.1 port={line.port} {known}", "[pgbouncer]", *(f"{k} = {v}" for k, v in settings.items())]
        (folder / "bouncer.ini").write_text("\n".join(lines), encoding="ascii")
        who = ["-u", "nobody"] if os.geteuid() == 0 else []
        assert PROGRAM is not None
        process = await asyncio.create_subprocess_exec(PROGRAM, "-q", *who, str(folder / "bouncer.ini"), stderr=subprocess.DEVNULL)
        try:
            async with asyncio.timeout(30):
                while True:
                    with suppress(OSError):
                        (await asyncio.open_connection("127.0.0.1", port))[1].close()
                        break
                    await asyncio.sleep(0.05)
            through = address.set(host="127.0.0.1", port=port, query={"pgbouncer": "true"})
            yield through.render_as_string(hide_password=False)
        finally:
            process.kill()
            await process.wait()
            shutil.rmtree(folder)


@pytest.mark.parametrize("database_url", MADE, indirect=True)
async def test_transactions_go_through_and_their_limits_with_them(bounced: str) -> None:
    await migrate(bounced)
    database = connect(bounced)

    async def asked(n: int) -> tuple[int, str]:
        async with database.read() as db:
            return int(await db.scalar(text("SELECT CAST(:n AS integer)"), {"n": n})), await db.scalar(text("SHOW lock_timeout"))

    assert await asyncio.gather(*(asked(n) for n in range(40))) == [(n, "3500ms") for n in range(40)]
    async with database.read() as db:
        assert await current(db) == head()
    await database.close()


@pytest.mark.parametrize("database_url", MADE, indirect=True)
async def test_the_bell_knows_that_it_hears_nothing(bounced: str) -> None:
    bell = Bell(bounced, lambda *_: None, lambda: None)
    task = asyncio.create_task(bell.run())
    async with asyncio.timeout(60):
        while bell.state is not Hearing.DEAF:  # noqa: ASYNC110 - the bell's own time
            await asyncio.sleep(0.05)
    assert bell.rung > 0
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
