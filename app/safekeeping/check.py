"""Reading a backup from end to end without touching any database, to see that it is whole, ours, and fits the keys."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

from app.safekeeping.book import Damaged, SafekeepingProblem, header_of, lines
from app.safekeeping.fit import missing
from app.vault import Vault

Columns: TypeAlias = list[tuple[str, str]]


@dataclass(frozen=True)
class Contents:
    """What a backup says of itself and holds: rows by table, bytes by file."""

    made_at: datetime
    migration: str
    rows: dict[str, int]
    files: dict[str, int]


@dataclass(frozen=True)
class TableBegins:
    """The rows that follow are of this table; columns with their kinds."""

    name: str
    columns: Columns


@dataclass(frozen=True)
class FileBegins:
    """The pieces that follow are of this file."""

    name: str


Part: TypeAlias = TableBegins | FileBegins | list[Any] | bytes
"""What a backup consists of, in its order: a row is a list, a piece of a file bytes."""


def check(path: Path, vault: Vault) -> Contents:
    """Read everything; raises Damaged, or SafekeepingProblem when the keys do not fit or the file is newer than this program."""
    stated = header_of(path)
    lacking = missing(vault, str(stated["id"]), stated["keys"])
    if lacking:
        raise SafekeepingProblem(
            f"these are not the keys of this backup (missing: {', '.join(lacking)}); put the key file of {stated['made_at'][:10]} in place"
        )
    rows: dict[str, int] = {}
    sizes: dict[str, int] = {}
    name = ""
    for part in parts(path):
        match part:
            case TableBegins():
                name = part.name
                rows[name] = 0
            case FileBegins():
                name = part.name
                sizes[name] = 0
            case bytes():
                sizes[name] += len(part)
            case _:
                rows[name] += 1
    return Contents(datetime.fromisoformat(stated["made_at"]), str(stated["migration"]), rows, sizes)


def parts(path: Path) -> Iterator[Part]:
    """The parts of a backup; Damaged when a count does not fit."""
    columns, pieces, name, counted = 0, False, "", 0
    book = lines(path)
    next(book)
    for line in book:
        if isinstance(line, list):
            if len(line) != columns:
                raise _wrong(path)
            counted += 1
            yield line
        elif isinstance(line, str) and pieces:
            piece = base64.b64decode(line)
            counted += len(piece)
            yield piece
        elif isinstance(line, dict) and "table" in line:
            begins = TableBegins(str(line["table"]), [(str(called), str(kind)) for called, kind in line["columns"]])
            columns, pieces, name, counted = len(begins.columns), False, begins.name, 0
            yield begins
        elif isinstance(line, dict) and "file" in line:
            columns, pieces, name, counted = 0, True, str(line["file"]), 0
            _must_stay_inside(path, name)
            yield FileBegins(name)
        elif line != {"end": name, ("bytes" if pieces else "rows"): counted}:
            raise _wrong(path)


def _must_stay_inside(path: Path, name: str) -> None:
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts or len(inside.parts) < 2:
        raise _wrong(path)


def _wrong(path: Path) -> Damaged:
    return Damaged(f"{path.name} is damaged: its parts do not fit together; use another copy")
