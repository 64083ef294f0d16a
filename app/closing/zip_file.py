"""Writing an archive file by file, in bounded memory, with the hash of each."""

import hashlib
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from anyio import to_thread

CHUNK = 256 * 1024


@dataclass(frozen=True)
class Written:
    """A file in the archive: its path there, its size in bytes, and the SHA-256 of its content."""

    path: str
    size: int
    sha256: str


@dataclass
class Archive:
    """A ZIP that is being written; all paths stand below `folder`, all times are `at` in the forum's own zone."""

    file: zipfile.ZipFile
    folder: str
    at: datetime
    written: list[Written] = field(default_factory=list)

    async def add(self, path: str, content: AsyncIterator[bytes], *, packed: bool = True) -> Written:
        """Write a file from its pieces; what is compressed already is stored as it is."""
        info = zipfile.ZipInfo(f"{self.folder}/{path}", self.at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o640 << 16
        digest, size = hashlib.sha256(), 0
        with self.file.open(info, "w", force_zip64=True) as out:
            async for piece in content:
                digest.update(piece)
                size += len(piece)
                await to_thread.run_sync(out.write, piece)
        self.written.append(Written(path, size, digest.hexdigest()))
        return self.written[-1]

    async def add_text(self, path: str, text: str) -> Written:
        """Write a short text."""
        return await self.add(path, _once(text.encode("utf-8", "replace")))

    async def add_file(self, path: str, source: Path) -> Written:
        """Write a file that was made beside, and remove it."""
        try:
            with open(source, "rb") as content:  # noqa: ASYNC230 - a file of our own, read in a thread
                return await self.add(path, _chunks(content), packed=source.suffix in {".pdf", ".docx"})
        finally:
            source.unlink(missing_ok=True)  # noqa: ASYNC240 - not awaited: one that is stopped leaves nothing behind


@contextmanager
def archive(target: Path, folder: str, at: datetime) -> Iterator[Archive]:
    """A new archive at `target`."""
    with zipfile.ZipFile(target, "w") as file:
        yield Archive(file, folder, at)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _chunks(content: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await to_thread.run_sync(content.read, CHUNK):
        yield piece
