"""XLSX and PDF: rows go to a file, a child process makes the document, so that the event loop of the room never waits for it."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import typst
import xlsxwriter
from anyio import CapacityLimiter, to_process

from app.exports.tables import Cell, Kind, Sheet

DOCUMENTS = Path(__file__).resolve().parents[2] / "templates" / "documents"
TOGETHER = CapacityLimiter(1)
"""One document at a time: the other core is the room's."""
ROWS_OF_EXCEL = 1_048_575
CHARACTERS_OF_A_CELL = 32_767


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
    """The table as PDF by the typst document of that name; data travel beside the source, never inside it."""
    rows = await _spill(sheet)
    try:
        made = await to_process.run_sync(_make_pdf, str(rows), document, {**about, "title": sheet.title}, limiter=TOGETHER)
    finally:
        rows.unlink(missing_ok=True)
    return Path(made)


async def _spill(sheet: Sheet) -> Path:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False, encoding="utf-8", errors="replace") as file:
        with _nothing_left(file.name):
            async for page in sheet.pages:
                file.writelines(json.dumps([_plain(cell) for cell in row], ensure_ascii=False) + "\n" for row in page)
        return Path(file.name)


@contextmanager
def _nothing_left(path: str) -> Iterator[None]:
    """A file that could not be finished is removed: it holds what people confided."""
    try:
        yield
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise


def _plain(cell: Cell) -> object:
    match cell:
        case datetime():
            return cell.astimezone(UTC).isoformat()
        case Decimal():
            return float(cell)
    return cell


def _make_xlsx(rows: str, title: str, subtitle: str, zone: str, columns: list[tuple[str, str, int]]) -> str:
    """In the child process: rows are written as they are read; text never becomes a formula or a link."""
    target = _target(".xlsx")
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with _nothing_left(target), xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": title, "comments": subtitle})
        sheet = book.add_worksheet("Data")
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        formats = {
            Kind.TEXT: book.add_format({"text_wrap": True, "valign": "top"}),
            Kind.NUMBER: book.add_format({"num_format": "#,##0.###", "valign": "top"}),
            Kind.MONEY: book.add_format({"num_format": '"Rp"#,##0', "valign": "top"}),
            Kind.MOMENT: book.add_format({"num_format": "dd-mm-yyyy hh:mm", "valign": "top", "align": "left"}),
        }
        for at, (label, _, width) in enumerate(columns):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, label, head)
        sheet.freeze_panes(1, 0)
        local = ZoneInfo(zone)
        number = 0
        with open(rows, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if number > ROWS_OF_EXCEL:
                    break
                for at, cell in enumerate(json.loads(line)):
                    kind = Kind(columns[at][1])
                    if cell is None:
                        continue
                    if kind is Kind.MOMENT:
                        moment = datetime.fromisoformat(cell).astimezone(local).replace(tzinfo=None)
                        sheet.write_datetime(number, at, moment, formats[kind])
                    elif isinstance(cell, int | float):
                        sheet.write_number(number, at, cell, formats[kind])
                    else:
                        sheet.write_string(number, at, str(cell)[:CHARACTERS_OF_A_CELL], formats[Kind.TEXT])
        sheet.autofilter(0, 0, max(number, 1), len(columns) - 1)
    return target


def _make_pdf(rows: str, document: str, about: dict[str, str]) -> str:
    """In the child process: what people wrote reaches typst as data and can command nothing."""
    with open(rows, encoding="utf-8") as file:
        data = "[" + ",".join(line.strip() for line in file) + "]"
    target = _target(".pdf")
    with _nothing_left(target):
        typst.compile(str(DOCUMENTS / document), output=target, sys_inputs={**about, "rows": data})
    return target


def _target(suffix: str) -> str:
    with tempfile.NamedTemporaryFile(suffix=suffix, delete=False) as file:
        return file.name
