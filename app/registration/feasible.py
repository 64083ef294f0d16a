"""Whether whole numbers exist within bounds whose sums lie within bounds: exact simplex over whole numbers and fractions, then branching.

Every coefficient is 0 or 1. Where each person falls under one seat limit and one quota the first corner found is already whole; where quotas
overlap (a woman who is also young) a few branches decide, at most `BRANCHES` per question; what is not found within them counts as "no".
"""

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TypeAlias

BRANCHES = 400

Number: TypeAlias = int | Fraction


@dataclass
class Sums:
    """Variables 0 … n-1, then one variable per sum; bounds of both may be changed between questions, the corner found last is the start of the next."""

    lower: list[int]
    upper: list[int]
    value: list[Number]
    basic: list[int]
    column: list[int]
    rows: list[list[Number]]
    free: int
    """How many of the variables are not sums."""
    within: list[list[int]]
    """By variable, the sums in which it counts."""


def sums(start: list[int], upper: list[int], members: list[list[int]], limits: list[int]) -> Sums:
    """Variables from 0 to `upper` and a sum from 0 to its limit over those named in each list of `members`; answers are sought near `start`."""
    count = len(upper)
    rows: list[list[Number]] = [[1 if variable in chosen else 0 for variable in range(count)] for chosen in map(set, members)]
    return Sums(
        [0] * (count + len(rows)),
        [*upper, *limits],
        [*start, *(sum(start[variable] for variable in chosen) for chosen in members)],
        list(range(count, count + len(rows))),
        list(range(count)),
        rows,
        count,
        [[count + n for n, chosen in enumerate(members) if variable in chosen] for variable in range(count)],
    )


def solve(table: Sums) -> list[int] | None:
    """Whole values within all bounds, or None. Deterministic."""
    return _branch(table, [BRANCHES])


def _branch(table: Sums, left: list[int]) -> list[int] | None:
    left[0] -= 1
    if left[0] < 0 or not _corner(table):
        return None
    broken = next((v for v in range(table.free) if type(table.value[v]) is not int), None)
    if broken is None:
        return [int(one) for one in table.value[: table.free]]
    below = floor(table.value[broken])
    low, high = table.lower[broken], table.upper[broken]
    # More first: what is taken now comes from those who registered early.
    table.lower[broken] = below + 1
    found = _branch(table, left)
    table.lower[broken] = low
    if found is None:
        table.upper[broken] = below
        found = _branch(table, left)
        table.upper[broken] = high
    return found


def _corner(table: Sums) -> bool:
    """Walk from the present corner to one within all bounds (Bland's rule, so the walk ends); False when there is none."""
    for place, variable in enumerate(table.column):
        held = table.value[variable]
        wanted = min(max(held, table.lower[variable]), table.upper[variable])
        if table.lower[variable] > table.upper[variable]:
            return False
        if wanted != held:
            _shift(table, place, wanted - held)
    while True:
        wrong = [(variable, row) for row, variable in enumerate(table.basic) if not _within(table, variable)]
        if not wrong:
            return True
        variable, row = min(wrong)
        rising = table.value[variable] < table.lower[variable]
        moved = _movable(table, row, rising=rising)
        if moved is None:
            return False
        target = table.lower[variable] if rising else table.upper[variable]
        _shift(table, moved, _over(target - table.value[variable], table.rows[row][moved]))
        _swap(table, row, moved)


def _within(table: Sums, variable: int) -> bool:
    return table.lower[variable] <= table.value[variable] <= table.upper[variable]


def _movable(table: Sums, row: int, *, rising: bool) -> int | None:
    """The first variable whose change moves the sum of this row the right way."""
    best = None
    for place, factor in enumerate(table.rows[row]):
        if not factor:
            continue
        variable = table.column[place]
        up = (factor > 0) == rising
        free = table.value[variable] < table.upper[variable] if up else table.value[variable] > table.lower[variable]
        if free and (best is None or variable < table.column[best]):
            best = place
    return best


def _shift(table: Sums, place: int, step: Number) -> None:
    table.value[table.column[place]] = _plain(table.value[table.column[place]] + step)
    for row, variable in enumerate(table.basic):
        if factor := table.rows[row][place]:
            table.value[variable] = _plain(table.value[variable] + factor * step)


def _swap(table: Sums, row: int, place: int) -> None:
    """The variable of this column becomes a sum of the others, and the sum of this row a variable."""
    old = table.rows[row]
    by = old[place]
    new: list[Number] = [_over(-factor, by) if factor else 0 for factor in old]
    new[place] = _over(1, by)
    table.rows[row] = new
    used = [other for other, factor in enumerate(new) if factor and other != place]
    for other, line in enumerate(table.rows):
        factor = line[place]
        if other == row or not factor:
            continue
        line[place] = factor * new[place]
        for at in used:
            line[at] = _plain(line[at] + factor * new[at])
    table.basic[row], table.column[place] = table.column[place], table.basic[row]


def _over(number: Number, by: Number) -> Number:
    if by == 1:
        return number
    return -number if by == -1 else _plain(Fraction(number) / by)


def _plain(number: Number) -> Number:
    """Whole numbers stay int: they are many times faster than fractions."""
    return number.numerator if type(number) is Fraction and number.denominator == 1 else number
