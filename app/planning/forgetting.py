"""Of an erased proposal that nobody had published the plenary keeps the number and its place alone."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.planning.columns import NAMES
from app.planning.models import PlenaryItem, PlenaryStep

_WORDS = frozenset({*NAMES, "reason"})


async def forget(db: AsyncSession, session_id: str, proposal_id: str) -> None:
    """Take its decision and what was filled off the list, and every word of it out of the steps. The caller holds the proposal."""
    item = await db.get(PlenaryItem, proposal_id, populate_existing=True, with_for_update=True)
    if item is None:
        return
    item.decision = item.reason_code = item.reason = None
    item.filled = {}
    for row in await db.scalars(select(PlenaryStep).where(PlenaryStep.session_id == session_id)):
        if proposal_id in row.after:
            row.before, row.after = _without(row.before, proposal_id), _without(row.after, proposal_id)


def _without(state: Mapping[str, object], proposal_id: str) -> dict[str, object]:
    fields = state.get(proposal_id)
    kept = {name: value for name, value in fields.items() if name not in _WORDS} if isinstance(fields, Mapping) else {}
    return {**state, proposal_id: kept}
