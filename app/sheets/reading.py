"""The one reader for tables that people bring: pasted text, CSV or XLSX, within bounds of size and time; in a child process unless it is short."""

from collections.abc import Collection

import anyio
from anyio import BrokenWorkerProcess, CapacityLimiter, to_process

from app.errors import FieldError, Invalid
from app.sheets import text, workbook
from app.sheets.table import MOST_BYTES, Table, Unreadable, headed

SECONDS = 45
"""For starting a process on a busy machine and reading in it."""
SHORT = 48 * 1024
"""Bytes of text that are read where they arrive: some milliseconds, a hundredth of what starting a process costs."""
_TOGETHER = CapacityLimiter(1)
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_NO_TABLES = (b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"{\\rtf", b"<!DOC", b"<html")


async def read_table(brought: str | bytes, words: Collection[str], *, field: str = "file") -> Table:
    """Header and rows of a pasted text or of a file's bytes; `words` are those of which headings are made, in small letters.

    Raises Invalid with a code `sheets.…` at `field` when it is too large or no table; whatever is in it, never anything else.
    """
    data = brought.encode("utf-8", errors="replace") if isinstance(brought, str) else brought
    if len(data) > MOST_BYTES:
        raise Invalid(FieldError(field, "sheets.too_big"))
    try:
        with anyio.fail_after(SECONDS):
            made = (
                read(data, words)
                if len(data) <= SHORT and not data.startswith(_ZIP)
                else await to_process.run_sync(read, data, frozenset(words), cancellable=True, limiter=_TOGETHER)
            )
    except (TimeoutError, BrokenWorkerProcess):
        raise Invalid(FieldError(field, "sheets.gave_up")) from None
    if isinstance(made, Table):
        return made
    code, line = made
    raise Invalid(FieldError(field, code, {} if line is None else {"line": line}))


def read(data: bytes, words: Collection[str]) -> Table | tuple[str, int | None]:
    """The same in this process, for bytes: a table, or the code and line of what is wrong with it."""
    try:
        if data.startswith(_OLD_EXCEL):
            raise Unreadable("sheets.old_excel")
        if data.lstrip()[:5].startswith(_NO_TABLES):
            raise Unreadable("sheets.not_a_table")
        lines = workbook.lines_of(data) if data.startswith(_ZIP) else text.lines_of(text.decoded(data))
        return headed(lines, words)
    except Unreadable as refused:
        return refused.code, refused.line
    except MemoryError:
        return "sheets.too_big", None
