"""CSV for Indonesian Excel (UTF-8 with BOM, `;`, decimal comma) and JSON, written page by page."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.exports.tables import Cell, Sheet, comma, harmless


async def csv_lines(sheet: Sheet) -> AsyncIterator[bytes]:
    """The table as CSV; the first chunk carries the byte-order mark by which Excel knows UTF-8."""
    zone = ZoneInfo(sheet.zone)
    yield "\ufeff".encode() + _csv([[column.label for column in sheet.columns]])
    async for page in sheet.pages:
        yield _csv([[_csv_cell(cell, zone) for cell in row] for row in page])


async def json_lines(sheet: Sheet, about: dict[str, object]) -> AsyncIterator[bytes]:
    """The table as one JSON object: what it is about, its columns, and a row per object with the columns' keys."""
    columns = [{"key": column.key, "label": column.label, "kind": column.kind} for column in sheet.columns]
    opening = json.dumps({"table": sheet.name, "title": sheet.title, **about, "columns": columns}, ensure_ascii=False)
    yield opening[:-1].encode() + b',"rows":['
    first = True
    zone = ZoneInfo(sheet.zone)
    async for page in sheet.pages:
        for row in page:
            cells = {column.key: _json_cell(cell, zone) for column, cell in zip(sheet.columns, row, strict=True)}
            yield (b"" if first else b",") + json.dumps(cells, ensure_ascii=False).encode("utf-8", "replace")
            first = False
    yield b"]}\n"


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL).writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def _csv_cell(cell: Cell, zone: ZoneInfo) -> str:
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case datetime():
            return cell.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return cell.isoformat()
        case float() | Decimal():
            return comma(cell)
    return str(cell)


def _json_cell(cell: Cell, zone: ZoneInfo) -> object:
    match cell:
        case datetime():
            return cell.astimezone(zone).isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
        case Decimal():
            return int(cell) if cell == cell.to_integral_value() else float(cell)
    return cell
