"""Checking the rows of a list that somebody brought, in a child process when there are many, so that the room never waits for it."""

from collections.abc import Sequence

from anyio import BrokenWorkerProcess, CapacityLimiter, to_process, to_thread

from app.guests.columns import Field
from app.guests.rows import Choices, Row, Usual, read_rows

SHORT = 60
"""Rows that are checked where they arrive: some milliseconds, a hundredth of what starting a process costs."""
_TOGETHER = CapacityLimiter(1)


async def rows_read(
    rows: Sequence[Sequence[str]], lines: Sequence[int], fields: Sequence[Field | None], choices: Choices, usual: Usual
) -> list[Row]:
    """What `read_rows` finds."""
    if len(rows) <= SHORT:
        return read_rows(rows, lines, fields, choices, usual)
    given = (tuple(map(tuple, rows)), tuple(lines), tuple(fields), choices, usual)
    try:
        return await to_process.run_sync(read_rows, *given, cancellable=True, limiter=_TOGETHER)
    except BrokenWorkerProcess:
        # Slower for everybody than in a process, but nothing is lost of what somebody has mended on the page.
        return await to_thread.run_sync(read_rows, *given, limiter=_TOGETHER)
