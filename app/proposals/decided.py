"""The plenary's own copy of what was decided about a proposal: it stays when other levels go on with it, so whoever moves the status writes it too.

The list itself is kept on a higher floor, whose rules are not needed here: only the columns that say the decision.
"""

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


async def keep_decision(db: AsyncSession, session: ForumSession, proposal: Proposal) -> None:
    """Let the list say what the status says; what other levels made of it leaves the list alone. The caller holds the proposal."""
    if proposal.status in AT_PLENARY:
        await put_decision(db, session, proposal, proposal.status.value, proposal.reason_code, proposal.reason)


async def keep_decision_at(db: AsyncSession, session: ForumSession, proposal: Proposal, version: int) -> None:
    """The same for a proposal put back to a former version: the last decision up to it counts."""
    of = ProposalVersion.proposal_id == proposal.id, ProposalVersion.version <= version
    for fields in await db.scalars(select(ProposalVersion.fields).where(*of).order_by(ProposalVersion.version.desc())):
        if fields.get("status") in AT_PLENARY:
            await put_decision(db, session, proposal, fields["status"], fields.get("reason_code"), fields.get("reason"))
            return
    await put_decision(db, session, proposal, None, None, None)


async def put_decision(db: AsyncSession, session: ForumSession, proposal: Proposal, status: Any, code: Any, words: Any) -> None:
    """Write what the list says: agreed, not agreed with its reason, or (anything else) nothing yet. Nobody else writes these columns."""
    if session.rehearsal is not None:
        # What staff practise is put back with the proposals; the list takes no part in it.
        return
    refused = status == ProposalStatus.NOT_AGREED
    decided = refused or status == ProposalStatus.AGREED
    said = {"decision": status if decided else None, "reason_code": code if refused else None, "reason": words if refused else None}
    if not decided:
        await db.execute(update(_ITEMS).where(_ITEMS.c.proposal_id == proposal.id).values(**said))
        return
    insert = (sqlite if db.get_bind().dialect.name == "sqlite" else postgresql).insert
    row = insert(_ITEMS).values(proposal_id=proposal.id, session_id=proposal.session_id, **_BLANK, **said)
    await db.execute(row.on_conflict_do_update(index_elements=["proposal_id"], set_=said))
