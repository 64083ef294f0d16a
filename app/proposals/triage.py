"""What the desk sees of one proposal: its fields as typed text, what the reading finds in the words, who did what, and possible doubles."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, BearerToken
from app.i18n import number as written_number
from app.proposals.doubles import Double, Rival, doubles
from app.proposals.fields import NAMES
from app.proposals.models import Proposal, ProposalSource, ProposalStatus, ProposalVersion
from app.proposals.reading import read_fields
from app.proposals.villages import pairs

MOST_RIVALS = 5000


@dataclass(frozen=True)
class Trace:
    """A version for the history: who changed which columns, and why it came about (`merged`, `split`, `undone` or nothing)."""

    version: int
    at: datetime
    who: str
    status: str
    changed: tuple[str, ...]
    note: str | None


def typed_values(proposal: Proposal) -> dict[str, str]:
    """The columns as a person would type them."""
    return {name: shown(getattr(proposal, name)) for name in NAMES}


def shown(value: object) -> str:
    """One value as typed: `1,5`, `60.000.000`, `3, 4`."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return written_number(int(value) if value == value.to_integral_value() else float(value), "id")
    if isinstance(value, int):
        return written_number(value, "id")
    if isinstance(value, list):
        return ", ".join(f"{one:02d}" for one in value)
    return str(value)


def suggestions(proposal: Proposal, sources: Sequence[ProposalSource], region_code: str) -> dict[str, str]:
    """What the words say of columns that are still empty, as typed text."""
    text = "\n".join(source.text for source in sources if source.text)
    if not text:
        return {}
    found = read_fields(text, pairs(region_code))
    near = re.sub(r"(?i)[\s,]*\b(?:rt|rw)\b.*$", "", found.location or "").strip(" ,")
    read: Mapping[str, object] = {
        "village": found.village,
        "rt": list(found.rt),
        "rw": list(found.rw),
        "landmark": near if near.casefold() != (found.village or "").casefold() else None,
        "sector": found.sector,
        "quantity": None if found.quantity is None else Decimal(str(found.quantity)),
        "unit": found.unit,
        "budget": found.budget,
        "urgency": found.urgency,
    }
    return {name: shown(value) for name, value in read.items() if value not in (None, "", []) and getattr(proposal, name) in (None, "", [])}


async def possible_doubles(db: AsyncSession, proposal: Proposal) -> list[Double]:
    """Others of the session that may say the same and still stand for themselves."""
    rows = await db.execute(
        select(Proposal.number, Proposal.title, Proposal.village, Proposal.rw)
        .where(Proposal.session_id == proposal.session_id)
        .where(Proposal.status.not_in((ProposalStatus.MERGED, ProposalStatus.SPLIT)))
        .limit(MOST_RIVALS)
    )
    others = [Rival(number, title, village, tuple(rw)) for number, title, village, rw in rows]
    return doubles(Rival(proposal.number, proposal.title, proposal.village, tuple(proposal.rw)), others)


async def traces(db: AsyncSession, versions: Sequence[ProposalVersion]) -> list[Trace]:
    """The history, newest first."""
    names = await names_of(db, [version.by for version in versions])
    found = []
    before: dict[str, object] = {}
    for version in versions:
        changed = tuple(name for name in NAMES if version.fields.get(name) != before.get(name))
        who = names.get(version.by, "")
        found.append(Trace(version.version, version.at, who, str(version.fields["status"]), changed, version.note))
        before = version.fields
    return found[::-1]


async def names_of(db: AsyncSession, actors: Sequence[str]) -> dict[str, str]:
    """The names of members of staff and of programs by `account:ID` and `token:ID`; unknown ones are left out."""
    known: dict[str, str] = {}
    for kind, table in (("account", Account), ("token", BearerToken)):
        ids = {actor.partition(":")[2] for actor in actors if actor.startswith(f"{kind}:")}
        rows = await db.execute(select(table.id, table.name).where(table.id.in_(ids)))
        known |= {f"{kind}:{id_}": name for id_, name in rows}
    return known
