"""Tables as text: pasted from a spreadsheet, or CSV in the encodings and with the separators that offices have."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from app.sheets.table import MOST_ROWS, Line, Unreadable, tidy

SEPARATORS = "\t;,|"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LOOKED_AT = 200
"""So many lines decide about the separator."""
_MOST_BREAKS = 5
"""A quoted cell with more line breaks than these is a lost quotation mark, not a cell."""


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or Windows-1252. Raises Unreadable for what is no text."""
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        if encoding:
            raise Unreadable("sheets.not_a_table") from None
        text = data.decode("cp1252", errors="replace")
    if any(sign < " " and sign not in "\t\r\n\f\v\x1a" for sign in text):
        raise Unreadable("sheets.not_a_table")
    return text


def lines_of(text: str) -> list[Line]:
    """The lines that are not empty. Raises Unreadable."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    separator = separator_of(text)
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        separator, text = first.strip()[-1], f"\n{rest}"
    found = []
    for number, cells in _cells(text, separator):
        line = tidy(number, cells)
        if line is not None:
            found.append(line)
            if len(found) > MOST_ROWS:
                raise Unreadable("sheets.too_many_rows", number)
    return found


def separator_of(text: str) -> str:
    """What stands between the cells; a tab when nothing does, so that a list of one column (names with degrees after commas) stays one."""
    lines = [line for line in text.split("\n", _LOOKED_AT)[:_LOOKED_AT] if line.strip()]
    if sum("\t" in line for line in lines) * 2 >= len(lines):
        return "\t"
    best, most = "\t", 0.6
    for separator in SEPARATORS[1:]:
        counts = [_outside_quotes(line, separator) for line in lines]
        if counts[0] == 0:
            continue
        usual = Counter(count for count in counts if count).most_common(1)[0][1]
        if usual / len(lines) >= most:
            best, most = separator, usual / len(lines) + 0.001
    return best


def _outside_quotes(line: str, separator: str) -> int:
    return sum(part.count(separator) for part in line.split('"')[::2])


def _cells(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of the line on which it begins."""
    quoted = _parsed(text, separator, csv.QUOTE_MINIMAL)
    return iter(quoted if quoted is not None else _parsed(text, separator, csv.QUOTE_NONE) or [])


def _parsed(text: str, separator: str, quoting: Literal[0, 3]) -> list[tuple[int, list[str]]] | None:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting)
    found: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            if quoting != csv.QUOTE_NONE and any(cell.count("\n") > _MOST_BREAKS for cell in cells):
                return None
            found.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error:
        if quoting == csv.QUOTE_NONE:
            raise Unreadable("sheets.cell_too_long", begins) from None
        return None
    return found
