"""The columns of annex II and III: what the plenary filled, else what the proposal itself says; and sums over them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Protocol


class Words(Protocol):
    """The columns of a proposal that the annexes fall back on."""

    title: str
    village: str | None
    rt: list[int]
    rw: list[int]
    quantity: Decimal | None
    unit: str | None
    budget: int | None
    agency: str | None


@dataclass(frozen=True)
class Columns:
    """Annex II after its running number, in the order of the regulation; ceiling in whole rupiah."""

    regional_priority: str | None = None
    regional_target: str | None = None
    program: str | None = None
    activity: str | None = None
    activity_target: str | None = None
    place: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    ceiling: int | None = None
    agency: str | None = None


NAMES = tuple(one.name for one in fields(Columns))


def own(words: Words) -> Columns:
    """What a proposal itself says of the columns; the first three are never in it."""
    return Columns(
        activity=words.title,
        place=place_of(words),
        quantity=words.quantity,
        unit=words.unit,
        ceiling=words.budget,
        agency=words.agency,
    )


def place_of(words: Words) -> str | None:
    """`Krapyak RT 01/RW 02, RW 05`: the village with its neighbourhoods."""
    rt = ", ".join(f"RT {n:02d}" for n in words.rt)
    rw = ", ".join(f"RW {n:02d}" for n in words.rw)
    return " ".join(filter(None, (words.village, "/".join(filter(None, (rt, rw)))))) or None


def filled(words: Words, given: Mapping[str, object]) -> Columns:
    """The columns as they go into annex II."""
    values = {name: value for name, value in given.items() if name in NAMES and value is not None}
    if "quantity" in values:
        values["quantity"] = Decimal(str(values["quantity"]))
    said = own(words)
    return Columns(**{name: values.get(name, getattr(said, name)) for name in NAMES})  # type: ignore[arg-type]  # checked when they were filled


def stored(given: Mapping[str, object]) -> dict[str, object]:
    """Checked values as they are stored: quantities as text."""
    return {name: format(value.normalize(), "f") if isinstance(value, Decimal) else value for name, value in given.items()}


def running(ceilings: Iterable[int | None]) -> list[int]:
    """The sum after each line; a line without a ceiling adds nothing."""
    sums: list[int] = []
    for one in ceilings:
        sums.append((sums[-1] if sums else 0) + (one or 0))
    return sums
