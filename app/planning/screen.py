"""The plenary on the big screen: a window of the list around what the desk is dealing with, without a word that the public may not read."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.planning.listing import Line, Totals, lines_of, plenary_of, totals
from app.proposals.listing import sources_of
from app.proposals.service import covered
from app.sessions.models import ForumSession

WINDOW = 6
"""Lines that can be read from the back row."""


@dataclass(frozen=True)
class ScreenLine:
    """A line as the hall reads it; ceiling in whole rupiah."""

    place: int
    activity: str
    village: str | None
    quantity: float | None
    unit: str | None
    ceiling: int | None
    decision: str | None
    reason_code: str | None
    now: bool


@dataclass(frozen=True)
class PlenaryShown:
    """What the screen shows: some lines, how many there are, and the sums."""

    lines: list[ScreenLine]
    count: int
    totals: Totals


async def on_screen(db: AsyncSession, session: ForumSession) -> PlenaryShown | None:
    """The list as the screen shows it; None while it is not put up."""
    plenary = await plenary_of(db, session.id)
    if not plenary.on_screen or session.rehearsal is not None:
        return None
    every = await lines_of(db, session)
    at = next((n for n, line in enumerate(every) if line.proposal.id == plenary.focus_id), 0)
    start = max(0, min(at - WINDOW // 2, len(every) - WINDOW))
    some = every[start : start + WINDOW]
    sources = await sources_of(db, [line.proposal for line in some])
    shown = [_line(line, covered(line.proposal, sources[line.proposal.id])(line.columns.activity or ""), plenary.focus_id) for line in some]
    return PlenaryShown(shown, len(every), totals(every, plenary.ceiling))


def _line(line: Line, activity: str, focus: str | None) -> ScreenLine:
    cells = line.columns
    return ScreenLine(
        line.place,
        activity,
        line.proposal.village,
        None if cells.quantity is None else float(cells.quantity),
        cells.unit,
        cells.ceiling,
        line.decision,
        line.reason_code,
        line.proposal.id == focus,
    )
