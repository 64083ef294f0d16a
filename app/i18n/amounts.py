"""Numbers and rupiah as people of a language write them."""

from decimal import Decimal

from babel.numbers import format_decimal


def number(value: float | Decimal, lang: str = "id") -> str:
    """Write a number with at most three decimals: `1.234,5` in Indonesian, `1,234.5` in English."""
    return format_decimal(value, format="#,##0.###", locale=lang)


def rupiah(amount: int, lang: str = "id") -> str:
    """Write whole rupiah: `Rp50.000.000`; the sign of a negative amount stands before it."""
    return f"{'-' if amount < 0 else ''}Rp{number(abs(amount), lang)}"
