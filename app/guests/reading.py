"""Checking the rows of a list that somebody brought, where the room does not wait for it."""

from collections.abc import Sequence

from app.guests.columns import Field
from app.guests.rows import Choices, Usual, Wanted, read_rows
from app.sheets.apart import apart
from app.sheets.checked import Row


async def rows_read(
    rows: Sequence[Sequence[str]], lines: Sequence[int], fields: Sequence[Field | None], choices: Choices, usual: Usual
) -> list[Row[Wanted]]:
    """What `read_rows` finds."""
    return await apart(read_rows, tuple(map(tuple, rows)), tuple(lines), tuple(fields), choices, usual, rows=len(rows))
