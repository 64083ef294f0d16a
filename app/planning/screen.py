"""The plenary on the big screen: a window of the list around what the desk is dealing with, without a word that the public may not read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.planning import columns, scored
from app.planning.listing import Totals, decision_of, lines_of, plenary_of, pulse, reason_of, totals
from app.planning.models import Plenary, PlenaryItem
from app.planning.scoring import written
from app.proposals.listing import sources_of
from app.proposals.models import Proposal, ProposalSource
from app.proposals.privacy import masked
from app.proposals.service import covered, hidden_names
from app.sessions.models import ForumSession

WINDOW = 6
"""Lines that can be read from the back row."""
MOST_KEPT = 64


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
    points: Decimal | None
    """What it got, rounded for people; None unless the desk shows points here."""


@dataclass(frozen=True)
class PlenaryShown:
    """What the screen shows: some lines, how many there are, and the sums."""

    lines: list[ScreenLine]
    count: int
    totals: Totals


@dataclass(frozen=True)
class Window:
    """What only the whole list tells: which proposals are shown, by id with their places, and the sums. No words: those are read anew each time."""

    pulse: str
    places: Mapping[str, int]
    count: int
    totals: Totals
    points: Mapping[str, Decimal]
    """By id, of those shown."""


_KEPT: dict[str, Window] = {}
"""By session: screens ask every second, and the whole list is read only when its pulse says that it reads otherwise."""


async def on_screen(db: AsyncSession, session: ForumSession) -> PlenaryShown | None:
    """The list as the screen shows it; None while it is not put up."""
    plenary = await plenary_of(db, session.id)
    if not plenary.on_screen or session.rehearsal is not None:
        return None
    window = await _window(db, session, plenary)
    rows = await db.execute(
        select(Proposal, PlenaryItem)
        .outerjoin(PlenaryItem, PlenaryItem.proposal_id == Proposal.id)
        .where(Proposal.id.in_(list(window.places)))
    )
    pairs = sorted(((proposal, item) for proposal, item in rows), key=lambda pair: window.places[pair[0].id])
    sources = await sources_of(db, [proposal for proposal, _ in pairs])
    shown = [
        _line(window.places[one.id], one, item, sources[one.id], now=one.id == plenary.focus_id, points=window.points.get(one.id))
        for one, item in pairs
    ]
    return PlenaryShown(shown, window.count, window.totals)


async def _window(db: AsyncSession, session: ForumSession, plenary: Plenary) -> Window:
    now = f"{await pulse(db, session.id)}.{plenary.focus_id}.{session.rehearsal_at}"
    kept = _KEPT.get(session.id)
    if kept is not None and kept.pulse == now:
        return kept
    every = await lines_of(db, session)
    at = next((n for n, line in enumerate(every) if line.proposal.id == plenary.focus_id), 0)
    start = max(0, min(at - WINDOW // 2, len(every) - WINDOW))
    places = {line.proposal.id: line.place for line in every[start : start + WINDOW]}
    while len(_KEPT) >= MOST_KEPT:
        del _KEPT[next(iter(_KEPT))]
    _KEPT[session.id] = Window(now, places, len(every), totals(every, plenary.ceiling), await _points(db, session, places))
    return _KEPT[session.id]


async def _points(db: AsyncSession, session: ForumSession, places: Mapping[str, int]) -> dict[str, Decimal]:
    if not (await scored.scoring_of(db, session.id)).on_screen:
        return {}
    found = await scored.results_of(db, session.id, places)
    return {id_: written(one.total) for id_, one in found.of.items() if one.total is not None} if found else {}


def _line(
    place: int, proposal: Proposal, item: PlenaryItem | None, sources: Sequence[ProposalSource], *, now: bool, points: Decimal | None
) -> ScreenLine:
    filled = item.filled if item else {}
    cells = columns.filled(proposal, filled)
    names = hidden_names(proposal, sources)
    return ScreenLine(
        place,
        masked(str(filled["activity"]), names) if filled.get("activity") else _title(proposal, sources),
        proposal.village,
        None if cells.quantity is None else float(cells.quantity),
        masked(cells.unit, names) if cells.unit else None,
        cells.ceiling,
        decision_of(proposal, item),
        reason_of(proposal, item)[0],
        now,
        points,
    )


def _title(proposal: Proposal, sources: Sequence[ProposalSource]) -> str:
    """The proposal's own words, covered; its number alone where words were taken away and nobody has published it since."""
    if proposal.published_at is None and any(source.gone for source in sources):
        return proposal.number
    return covered(proposal, sources)(proposal.title)
