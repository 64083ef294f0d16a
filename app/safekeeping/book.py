"""The file of a backup: gzipped lines of JSON, a header first and the SHA-256 of all lines before it last.

Between them stand tables (`{"table", "columns"}`, rows as lists, `{"end", "rows"}`) and files of the data folder (`{"file"}`, pieces in
base64, `{"end", "bytes"}`). Values are written as JSON has them, moments in RFC 3339 UTC, bytes in base64, so that the same file can be
loaded into either database.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FORMAT = 1
"""Version of this form; a program refuses a higher one."""
LEVEL = 5


class SafekeepingProblem(Exception):
    """Why a backup, a restoring or a change of keys was not done, as a sentence for the person at the console."""


class Damaged(SafekeepingProblem):
    """The file is not what was written."""


class BookWriter:
    """Writes lines to a new file that only its owner may read; `finish` makes it whole."""

    def __init__(self, path: Path) -> None:
        self._file = open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")  # noqa: SIM115 - closed by finish or abandon
        self._zip = gzip.GzipFile(fileobj=self._file, mode="wb", compresslevel=LEVEL, mtime=0, filename="")
        self._digest = hashlib.sha256()

    def line(self, value: object) -> None:
        """Write one line."""
        data = json.dumps(value, separators=(",", ":")).encode() + b"\n"
        self._digest.update(data)
        self._zip.write(data)

    def finish(self) -> None:
        """Write the sum and see everything on the disk."""
        self.line({"sha256": self._digest.hexdigest()})
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Let go of the file as it is."""
        self._file.close()


def lines(path: Path) -> Iterator[Any]:
    """Every line but the sum, which is checked at the end; Damaged when anything was lost or changed."""
    digest, last = hashlib.sha256(), b""
    try:
        with gzip.open(path, "rb") as file:
            for raw in file:
                if last:
                    digest.update(last)
                    yield json.loads(last)
                last = raw
        if json.loads(last) != {"sha256": digest.hexdigest()}:
            raise Damaged(f"{path.name} is damaged: its sum is not the one that was written; use another copy")
    except FileNotFoundError:
        raise SafekeepingProblem(f"there is no file {path}") from None
    except (OSError, EOFError, zlib.error, ValueError) as problem:
        raise Damaged(f"{path.name} is damaged or is no backup of Rembuk; use another copy") from problem


def header_of(path: Path) -> dict[str, Any]:
    """The first line; raises when this is no backup, or one of a newer program."""
    first = next(lines(path), None)
    if not isinstance(first, dict) or first.get("rembuk") != "backup":
        raise Damaged(f"{path.name} is damaged or is no backup of Rembuk; use another copy")
    if int(first["format"]) > FORMAT:
        raise SafekeepingProblem(f"{path.name} was made by a newer Rembuk; install that version, then restore")
    return first


def header(given: dict[str, Any]) -> dict[str, Any]:
    """The first line of a file that is written now."""
    return {"rembuk": "backup", "format": FORMAT, **given}
