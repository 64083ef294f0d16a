"""Where a run takes place: a database of its own kind, one or two servers on it, a disk that can fail and a line that can be bad."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from app.assembly import lay_ground
from app.commands.seed import load
from app.settings import from_environment
from tests.proof.crew import READERS, SENDERS
from tests.proof.disk import Disk
from tests.proof.lines import BadLine
from tests.proof.postgres import Postgres
from tests.proof.serving import ROOT, Server
from tests.room_client import Seeded


class Place:
    """Made by `opened`; `close` ends every process. `servers` has two where the database allows it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.folder = Path(tempfile.mkdtemp(prefix="rembuk-proof-"))
        # PostgreSQL's processes belong to somebody else when the tests run as root.
        self.folder.chmod(0o755)
        self.disk = Disk(self.folder)
        self.postgres: Postgres | None = None
        self.servers: list[Server] = []
        self.line: BadLine
        self._first: Seeded | None = None

    async def open(self) -> None:
        """Start everything; the first room is made by the command, as anybody would."""
        if self.kind == "postgresql":
            self.postgres = await asyncio.to_thread(Postgres, self.folder, self.disk)
            self.url = self.postgres.url
        else:
            self.url = f"sqlite:///{self.folder / 'rembuk.db'}"
        env = {**os.environ, "REMBUK_DATABASE_URL": self.url, "REMBUK_DATA_DIR": str(self.folder / "data")}
        # Compiled once for all the starts, and not beside the sources.
        env |= {"PYTHONPYCACHEPREFIX": str(ROOT / ".cache" / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
        self.environment = env
        command = [sys.executable, "-m", "app.cli", "seed", "load", "--attendees", str(SENDERS + READERS), "--no-limits", "--json"]
        made = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=env, capture_output=True, check=True, text=True)
        self._first = Seeded(json.loads(made.stdout.splitlines()[-1]))
        served = env if self.postgres else env | self.disk.environment
        self.servers = [Server(served) for _ in range(2 if self.postgres else 1)]
        self.line = BadLine(self.servers[0].address)
        await self.line.open()

    async def room(self) -> Seeded:
        """A room in which nothing has been said."""
        if self._first is not None:
            first, self._first = self._first, None
            return first
        ground = lay_ground(from_environment(self.environment))
        try:
            return Seeded(await load(ground, SENDERS + READERS, 0, unlimited=True))
        finally:
            await ground.database.close()

    async def heal(self, servers: int, workers: int = 1) -> None:
        """Everything up and going, with this many servers of this many processes, however the last run left it."""
        self.disk.heal()
        self.line.bad = False
        if self.postgres is not None:
            await asyncio.to_thread(self.postgres.heal)
        for server in self.servers[servers:]:
            if server.state != "dead":
                server.kill()
        await asyncio.gather(*(server.heal(workers) for server in self.servers[:servers]))

    async def close(self) -> None:
        await self.line.close()
        for server in self.servers:
            if server.state != "dead":
                server.kill()
        if self.postgres is not None:
            await asyncio.to_thread(self.postgres.close)
        self.disk.close()
        shutil.rmtree(self.folder, ignore_errors=True)
