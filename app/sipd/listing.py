"""What is to be keyed in: the plenary's agreed list or all verified, with how far each is, and how far each village is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.planning.listing import AGREED, NOT_AGREED, Line, lines_of
from app.proposals.models import Proposal
from app.regions import Region, RegionKind, region
from app.sessions.models import ForumSession
from app.sipd.columns import Facts, Place
from app.sipd.models import SipdEntry

HOLDS = timedelta(minutes=10)
"""For so long somebody who began to copy a proposal keeps others off it."""


WITHOUT = "-"
"""In an address in place of a village: the proposals that have none."""


class Scope(StrEnum):
    """Which proposals: those that the plenary agreed, or every verified one that it has not refused."""

    AGREED = "agreed"
    VERIFIED = "verified"


@dataclass(frozen=True)
class Item:
    """A proposal to be keyed in; `facts` are what its row says."""

    facts: Facts
    entry: SipdEntry | None
    village: str
    """The name of its village, with the district where the forum has several of that name; empty for none."""

    @property
    def line(self) -> Line:
        """Its line of the plenary list."""
        return self.facts.line

    @property
    def number(self) -> str:
        """Its number."""
        return self.line.proposal.number

    @property
    def entered(self) -> bool:
        """Whether it is in SIPD."""
        return self.entry is not None and self.entry.entered_on is not None

    @property
    def version(self) -> int:
        """What a form that was drawn from this has seen."""
        return self.entry.version if self.entry else 0

    def held_by_another(self, actor: str, now: datetime) -> bool:
        """Whether a colleague is copying it right now."""
        one = self.entry
        if one is None or self.entered or one.held_by is None or one.held_at is None:
            return False
        return one.held_by != actor and now - one.held_at < HOLDS


@dataclass(frozen=True)
class Progress:
    """How many of a village's proposals are entered; an empty name stands for those without a village."""

    village: str
    done: int
    total: int


@dataclass(frozen=True)
class Stray:
    """A proposal that is in SIPD and no longer on the list of the forum; `version` of its mark."""

    number: str
    sipd_id: str | None
    version: int


async def items_of(db: AsyncSession, session: ForumSession, scope: Scope, village: str | None = None) -> list[Item]:
    """The proposals in the plenary's order; `village` keeps those of one, as `of_village`."""
    lines = await lines_of(db, session)
    orders = {line.place: n for n, line in enumerate((one for one in lines if one.decision == AGREED), 1)}
    twins = _twins(line.proposal for line in lines)
    wanted = [line for line in lines if _wanted(line, scope)]
    entries = {one.proposal_id: one for one in await db.scalars(select(SipdEntry).where(SipdEntry.session_id == session.id))}
    found = []
    for line in wanted:
        entry = entries.get(line.proposal.id)
        place = place_of(line.proposal, session.region_code)
        known, on = (entry.sipd_id, entry.entered_on) if entry else (None, None)
        name = line.proposal.village or ""
        label = ", ".join(filter(None, (name, place.district))) if name in twins else name
        found.append(Item(Facts(line, place, session.tier, session.zone, orders.get(line.place), known, on), entry, label))
    return of_village(found, village)


def of_village(items: Sequence[Item], village: str | None) -> list[Item]:
    """Those of a village (None: all, empty: those without); a bare name is that of all villages that are called so."""
    return [item for item in items if village in {None, item.village, item.line.proposal.village or ""}]


def _twins(proposals: Iterable[Proposal]) -> frozenset[str]:
    """Names that several villages of the forum have."""
    codes: dict[str, set[str]] = {}
    for one in proposals:
        if one.village and one.village_code:
            codes.setdefault(one.village, set()).add(one.village_code)
    return frozenset(name for name, found in codes.items() if len(found) > 1)


def meant(village: str) -> str | None:
    """The village that an address means: None for all, empty for those without."""
    return None if not village else "" if village == WITHOUT else village


def of_scope(items: Sequence[Item], scope: Scope) -> list[Item]:
    """Those of a scope, out of the widest one."""
    return [item for item in items if _wanted(item.line, scope)]


async def strays_of(db: AsyncSession, session_id: str, items: Sequence[Item]) -> list[Stray]:
    """What was entered and has left the list since: merged, split, refused or sent back. `items` are those of the widest scope."""
    listed = {item.line.proposal.id for item in items}
    wanted = select(Proposal.id, Proposal.number, SipdEntry.sipd_id, SipdEntry.version).join(
        SipdEntry, SipdEntry.proposal_id == Proposal.id
    )
    rows = await db.execute(wanted.where(SipdEntry.session_id == session_id, SipdEntry.entered_on.is_not(None)).order_by(Proposal.number))
    return [Stray(number, sipd_id, version) for id_, number, sipd_id, version in rows if id_ not in listed]


def _wanted(line: Line, scope: Scope) -> bool:
    return line.decision == AGREED if scope is Scope.AGREED else line.decision != NOT_AGREED


def progress_of(items: Sequence[Item]) -> list[Progress]:
    """Village by village, by name; those without one last."""
    counted: dict[str, tuple[int, int]] = {}
    for item in items:
        name = item.village
        done, total = counted.get(name, (0, 0))
        counted[name] = (done + item.entered, total + 1)
    return [Progress(name, *counted[name]) for name in sorted(counted, key=lambda name: (not name, name.casefold()))]


def following(items: Sequence[Item], number: str | None, actor: str, now: datetime) -> Item | None:
    """The next one that is not entered and that nobody else is copying, after a number and round to it again; None when there is none."""
    at = next((n for n, item in enumerate(items) if item.number == number), -1)
    around = [*items[at + 1 :], *items[: at + 1]] if at >= 0 else items
    free = (item for item in around if not item.entered and item.number != number and not item.held_by_another(actor, now))
    return next(free, None)


def place_of(one: Proposal, region_code: str) -> Place:
    """Regency and district of a proposal by its village's code, else as far as the forum's own region says."""
    codes = [code for code in (one.village_code, region_code) if code]
    return _place(*codes)


@lru_cache(maxsize=2048)
def _place(*codes: str) -> Place:
    found: dict[RegionKind, str] = {}
    for code in codes:
        for above in _up(code):
            found.setdefault(above.kind, above.name)
    return Place(found.get(RegionKind.REGENCY, ""), found.get(RegionKind.DISTRICT, ""))


def _up(code: str) -> list[Region]:
    chain: list[Region] = []
    at = region(code)
    while at is not None:
        chain.append(at)
        at = region(at.parent) if at.parent else None
    return chain


def by_number(items: Sequence[Item]) -> Mapping[str, Item]:
    """The same by number."""
    return {item.number: item for item in items}
