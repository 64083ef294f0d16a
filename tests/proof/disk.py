"""A disk that becomes slow or full when a test says so: a small library preloaded into the process that writes (disk.c)."""

import mmap
import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("disk.c")
LAYOUT = struct.Struct("iii")


class Disk:
    """`environment` goes to the process; without a compiler there is no such disk and `fitted` is false."""

    def __init__(self, folder: Path) -> None:
        compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
        self.fitted = compiler is not None
        self.environment: dict[str, str] = {}
        if compiler is None:
            return
        library, control = folder / "disk.so", folder / "disk.control"
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
        control.write_bytes(bytes(4096))
        # PostgreSQL's processes belong to somebody else when the tests run as root.
        control.chmod(0o666)
        with open(control, "r+b") as file:
            self._page = mmap.mmap(file.fileno(), 4096)
        self.environment = {"LD_PRELOAD": str(library), "PROOF_DISK": str(control)}

    @property
    def syncs(self) -> int:
        """How often something was made durable since the start."""
        return self._now()[2]

    def slow(self, milliseconds: int) -> None:
        """From now on making something durable takes this much longer; 0 for as fast as it is."""
        self._say(milliseconds, self._now()[1])

    def full(self, on: bool) -> None:
        """From now on nothing more can be written to files, or it can again."""
        self._say(self._now()[0], int(on))

    def heal(self) -> None:
        """As it should be."""
        if self.fitted:
            self._say(0, 0)

    def close(self) -> None:
        if self.fitted:
            self._page.close()

    def _now(self) -> tuple[int, int, int]:
        return LAYOUT.unpack_from(self._page)  # type: ignore[return-value]  # struct cannot say what its format says

    def _say(self, delay: int, full: int) -> None:
        self._page[:8] = struct.pack("ii", delay, full)
