"""XLSX workbooks: bounded before they are unpacked, without entities, macros or formulas; the first sheet that shows something."""

import io
import warnings
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time

from openpyxl import load_workbook

from app.sheets.table import MOST_COLUMNS, MOST_ROWS, Line, Unreadable, tidy

MOST_UNPACKED = 32 * 1024 * 1024
MOST_PARTS = 400
LAST_LINE = 1_048_576
_READ = (".xml", ".rels")


def lines_of(data: bytes) -> list[Line]:
    """The lines that are not empty. Raises Unreadable for what is not a workbook, or one that would unpack to too much."""
    try:
        _look_inside(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                for sheet in book.worksheets:
                    if sheet.sheet_state == "visible":
                        sheet.reset_dimensions()
                        if found := _lines(sheet.iter_rows(values_only=True)):
                            return found
            finally:
                book.close()
    except Unreadable:
        raise
    except Exception as broken:  # a broken workbook breaks its reader in dozens of ways; all of them mean this
        raise Unreadable("sheets.broken_workbook") from broken
    raise Unreadable("sheets.empty")


def _look_inside(data: bytes) -> None:
    """Unpack every part within bounds, once, so that what the directory claims need not be believed."""
    left = MOST_UNPACKED
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS:
            raise Unreadable("sheets.too_big")
        if "xl/workbook.xml" not in archive.namelist():
            raise Unreadable("sheets.not_a_table")
        for part in parts:
            if not part.filename.lower().endswith(_READ):
                continue
            with archive.open(part) as file:
                content = file.read(left + 1)
            left -= len(content)
            if left < 0:
                raise Unreadable("sheets.too_big")
            if b"<!" in content.replace(b"\x00", b"").replace(b"<!--", b"").replace(b"<![CDATA[", b""):
                raise Unreadable("sheets.broken_workbook")


def _lines(rows: Iterable[tuple[object, ...]]) -> list[Line]:
    found = []
    for number, cells in enumerate(rows, 1):
        if number > LAST_LINE:
            raise Unreadable("sheets.too_many_rows", number)
        if all(cell is None for cell in cells):
            continue
        if any(cell is not None for cell in cells[MOST_COLUMNS:]):
            raise Unreadable("sheets.too_many_columns", number)
        line = tidy(number, [_text(cell) for cell in cells[:MOST_COLUMNS]])
        if line is not None:
            found.append(line)
            if len(found) > MOST_ROWS:
                raise Unreadable("sheets.too_many_rows", number)
    return found


def _text(cell: object) -> str:
    """A cell as somebody would read it aloud: whole numbers without a point, days as 2021-04-11."""
    match cell:
        case None:
            return ""
        case bool():
            return "ya" if cell else "tidak"
        case float() if cell.is_integer() and abs(cell) < 10**15:
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date() | time():
            return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
        case _:
            return str(cell)
