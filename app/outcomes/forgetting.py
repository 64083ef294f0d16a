"""Of an erased proposal that nobody had published, the answers keep what was decided and no word about it."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.outcomes.models import Outcome

_WORDS = {"reason": None, "next_step": None, "document": None, "document_number": None, "document_link": None}


async def forget(db: AsyncSession, proposal_id: str) -> None:
    """Take every word out of its answers, drafts too. The caller holds the proposal."""
    await db.execute(update(Outcome).where(Outcome.proposal_id == proposal_id).values(**_WORDS, edit=Outcome.edit + 1))
