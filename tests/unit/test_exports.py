"""Cells on their way out: no formula survives, numbers keep their decimal comma."""

import tempfile
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Unavailable
from app.exports.made_files import xlsx
from app.exports.tables import Column, Row, Sheet, comma, harmless


@given(st.text())
def test_no_text_starts_a_formula(text: str) -> None:
    made = harmless(text)
    assert not made.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert made in {text, "'" + text}


@pytest.mark.parametrize(
    ("value", "written"),
    [(12.5, "12,5"), (300.0, "300"), (Decimal("1250.000"), "1250"), (Decimal("0.125"), "0,125"), (Decimal(100), "100")],
)
def test_numbers_are_written_as_the_office_writes_them(value: float | Decimal, written: str) -> None:
    assert comma(value) == written


def left_in(folder: Path) -> list[str]:
    return [path.suffix for path in folder.iterdir()]


async def test_a_file_that_cannot_be_finished_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    async def pages() -> AsyncIterator[list[Row]]:
        yield [("Siti", "+6281234567890")]
        written.extend(left_in(tmp_path))
        raise Unavailable("database.unavailable", retry=5)

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sheet = Sheet("attendance", "Daftar hadir", "Forum", "Asia/Jakarta", (Column("name", "Nama"), Column("contact", "Telp.")), pages())
    with pytest.raises(Unavailable):
        await xlsx(sheet)
    assert written == [".jsonl"]
    assert left_in(tmp_path) == []
