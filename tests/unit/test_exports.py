"""Cells on their way out: no formula survives, numbers keep their decimal comma."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exports.tables import comma, harmless


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
