"""Files that are being made: in the temporary folder, one at a time, and gone when they could not be finished."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anyio import CapacityLimiter

TOGETHER = CapacityLimiter(1)
"""One document at a time in a child process: the other core is the room's."""


def empty_file(suffix: str) -> str:
    """The path of a new temporary file; whoever asked removes it."""
    with tempfile.NamedTemporaryFile(suffix=suffix, delete=False) as file:
        return file.name


@contextmanager
def nothing_left(path: str) -> Iterator[None]:
    """A file that could not be finished is removed: it holds what people confided."""
    try:
        yield
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise
