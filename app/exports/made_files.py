"""XLSX and PDF: rows go to a file, a child process makes the document, so that the event loop of the room never waits for it."""

import json
import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter
from anyio import to_process

from app.documents.files import TOGETHER, empty_file, nothing_left
from app.documents.pdf import pdf as typeset
from app.exports.tables import Cell, Kind, Sheet

ROWS_OF_EXCEL = 1_048_575
CHARACTERS_OF_A_CELL = 32_767
CUT = " … (terpotong, lengkapnya di CSV)"
DATED = frozenset({Kind.DAY, Kind.MOMENT})


async def xlsx(sheet: Sheet) -> Path:
    """The table as XLSX in a temporary file that the caller removes."""
    rows = await _spill(sheet)
    columns = [(c.label, str(c.kind), c.width) for c in sheet.columns]
    try:
        made = await to_process.run_sync(_make_xlsx, str(rows), sheet.title, sheet.subtitle, sheet.zone, columns, limiter=TOGETHER)
    finally:
        rows.unlink(missing_ok=True)
    return Path(made)


async def pdf(sheet: Sheet, document: str, about: dict[str, str]) -> Path:
    """The table as PDF by the typst document of that name; what travels how is said in `app.documents.pdf`."""
    rows = await _spill(sheet)
    try:
        return await typeset(document, {**about, "title": sheet.title}, rows)
    finally:
        rows.unlink(missing_ok=True)


async def _spill(sheet: Sheet) -> Path:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False, encoding="utf-8", errors="replace") as file:
        with nothing_left(file.name):
            async for page in sheet.pages:
                file.writelines(json.dumps([_plain(cell) for cell in row], ensure_ascii=False) + "\n" for row in page)
        return Path(file.name)


def _plain(cell: Cell) -> object:
    match cell:
        case datetime():
            return cell.astimezone(UTC).isoformat()
        case date():
            return cell.isoformat()
        case Decimal():
            return float(cell)
    return cell


def _fitting(text: str) -> str:
    """As much of a text as a cell holds; where the rest is, when there is one."""
    return text if len(text) <= CHARACTERS_OF_A_CELL else text[: CHARACTERS_OF_A_CELL - len(CUT)] + CUT


def _make_xlsx(rows: str, title: str, subtitle: str, zone: str, columns: list[tuple[str, str, int]]) -> str:
    """In the child process: rows are written as they are read; text never becomes a formula or a link."""
    target = empty_file(".xlsx")
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with nothing_left(target), xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": title, "comments": subtitle})
        sheet = book.add_worksheet("Data")
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        formats = {
            Kind.TEXT: book.add_format({"text_wrap": True, "valign": "top"}),
            Kind.NUMBER: book.add_format({"num_format": "#,##0.###", "valign": "top"}),
            Kind.MONEY: book.add_format({"num_format": '"Rp"#,##0', "valign": "top"}),
            Kind.DAY: book.add_format({"num_format": "dd-mm-yyyy", "valign": "top", "align": "left"}),
            Kind.MOMENT: book.add_format({"num_format": "dd-mm-yyyy hh:mm", "valign": "top", "align": "left"}),
        }
        # The other format of numbers leaves a bare decimal comma behind those that need none.
        whole = book.add_format({"num_format": "#,##0", "valign": "top"})
        place, words = ZoneInfo(zone), formats[Kind.TEXT]
        for at, (label, _, width) in enumerate(columns):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, label, head)
        sheet.freeze_panes(1, 0)
        kinds = [Kind(kind) for _, kind, _ in columns]
        number = 0
        with open(rows, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if number > ROWS_OF_EXCEL:
                    break
                for at, (kind, cell) in enumerate(zip(kinds, json.loads(line), strict=True)):
                    if isinstance(cell, str) and kind in DATED:
                        moment = datetime.fromisoformat(cell)
                        local = moment.astimezone(place).replace(tzinfo=None) if moment.tzinfo else moment
                        sheet.write_datetime(number, at, local, formats[kind])
                    elif isinstance(cell, int | float):
                        sheet.write_number(number, at, cell, whole if kind is Kind.NUMBER and cell == int(cell) else formats[kind])
                    elif cell is not None:
                        sheet.write_string(number, at, _fitting(str(cell)), words)
        sheet.autofilter(0, 0, max(number, 1), len(columns) - 1)
    return target
