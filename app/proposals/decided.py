"""What the plenary has of a proposal: its own copy of what was decided, which whoever moves the status writes too, and whether it was scored.

The list itself is kept on a higher floor, whose rules are not needed here: only the columns that say it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import JSON, column, select, table, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.proposals.models import Proposal, ProposalStatus, ProposalVersion
from app.proposals.status import AT_PLENARY
from app.sessions.models import ForumSession

_BLANK = {"filled": {}, "placed_step": 0, "decided_step": 0, "filled_step": 0}
DECISION = ("decision", "reason_code", "reason")
_ITEMS = table(
    "plenary_items",
    *(column(name) for name in ("proposal_id", "session_id", *DECISION)),
    *(column(name, JSON() if name == "filled" else None) for name in _BLANK),
)

_SCORES = table("scores", column("proposal_id"), column("points", JSON()))


async def with_points(db: AsyncSession, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Those to which the plenary's assessors gave points; the caller holds them, so that nobody scores meanwhile."""
    rows = await db.execute(select(_SCORES.c.proposal_id, _SCORES.c.points).where(_SCORES.c.proposal_id.in_([one.id for one in proposals])))
    found = {id_ for id_, points in rows if points}
    return [one for one in proposals if one.id in found]


async def keep_decisions(db: AsyncSession, session: ForumSession, proposals: Iterable[Proposal]) -> None:
    """Let the list say what the statuses say; what other levels made of them leaves the list alone. The caller holds the proposals."""
    here = [(one, one.status.value, one.reason_code, one.reason) for one in proposals if one.status in AT_PLENARY]
    await put_decisions(db, session, here)


async def keep_decision_at(db: AsyncSession, session: ForumSession, proposal: Proposal, version: int) -> None:
    """The same for one that was put back to a former version: the last decision up to it counts."""
    of = ProposalVersion.proposal_id == proposal.id, ProposalVersion.version <= version
    for fields in await db.scalars(select(ProposalVersion.fields).where(*of).order_by(ProposalVersion.version.desc())):
        if fields.get("status") in AT_PLENARY:
            await put_decision(db, session, proposal, fields["status"], fields.get("reason_code"), fields.get("reason"))
            return
    await put_decision(db, session, proposal, None, None, None)


async def put_decision(db: AsyncSession, session: ForumSession, proposal: Proposal, status: Any, code: Any, words: Any) -> None:
    """Write what the list says: agreed, not agreed with its reason, or (anything else) nothing yet. Nobody else writes these columns."""
    await put_decisions(db, session, [(proposal, status, code, words)])


async def put_decisions(db: AsyncSession, session: ForumSession, said: Sequence[tuple[Proposal, Any, Any, Any]]) -> None:
    """The same for many, each (proposal, status, code, words), in as few statements as for one."""
    if session.rehearsal is not None:
        # What staff practise is put back with the proposals; the list takes no part in it.
        return
    open_ = [one.id for one, status, *_ in said if status not in AT_PLENARY or status == ProposalStatus.VERIFIED]
    if open_:
        await db.execute(update(_ITEMS).where(_ITEMS.c.proposal_id.in_(open_)).values(dict.fromkeys(DECISION)))
    rows = [
        {
            **_BLANK,
            "proposal_id": one.id,
            "session_id": one.session_id,
            "decision": str(status),
            "reason_code": code if status == ProposalStatus.NOT_AGREED else None,
            "reason": words if status == ProposalStatus.NOT_AGREED else None,
        }
        for one, status, code, words in said
        if one.id not in open_
    ]
    if rows:
        row = (sqlite if db.get_bind().dialect.name == "sqlite" else postgresql).insert(_ITEMS)
        told = {name: row.excluded[name] for name in DECISION}
        await db.execute(row.on_conflict_do_update(index_elements=["proposal_id"], set_=told), rows)
