"""Of an erased proposal that nobody had published the plenary keeps the number and its place alone, no decision, no columns, no points."""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.planning.columns import NAMES
from app.planning.models import Fulfilment, PlenaryItem, PlenaryStep, Score
from app.planning.steps import about

_WORDS = frozenset({*NAMES, "reason"})


async def forget(db: AsyncSession, session_id: str, proposal_id: str) -> None:
    """Take its decision, its points and what was filled off the list, and every word of it out of the steps. The caller holds the proposal."""
    item = await db.get(PlenaryItem, proposal_id, populate_existing=True, with_for_update=True)
    if item is not None:
        item.decision = item.reason_code = item.reason = None
        item.filled = {}
    await db.execute(delete(Score).where(Score.proposal_id == proposal_id))
    await db.execute(delete(Fulfilment).where(Fulfilment.proposal_id == proposal_id))
    for row in await db.scalars(select(PlenaryStep).where(PlenaryStep.session_id == session_id)):
        for subject in [one for one in row.after if about(one) == proposal_id]:
            row.before, row.after = _without(row.before, subject), _without(row.after, subject)


def _without(state: Mapping[str, object], subject: str) -> dict[str, object]:
    """Of points nothing stays."""
    fields = state.get(subject)
    kept = (
        {name: value for name, value in fields.items() if name not in _WORDS} if isinstance(fields, Mapping) and ":" not in subject else {}
    )
    return {**state, subject: kept}
