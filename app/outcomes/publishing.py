"""Publishing: drafts become known to everybody, all that were chosen at once or none, and whoever wrote the proposals is told by a job.

Told is once per person and publication: a press that comes twice is the same publication, and a notice has a key of its own.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import Conflict, NotFound
from app.outbox.service import enqueue
from app.outcomes.models import Outcome, OutcomePublication
from app.outcomes.writing import GONE_ON
from app.proposals.models import Proposal
from app.sessions.models import ForumSession
from app.vault import Vault

MOST = 200
"""Answers of one publication: more would hold the writer of the embedded database for too long."""
TELL = "outcomes.tell"


async def publish(
    db: AsyncSession, vault: Vault, session_id: str, publication_id: str, drafts: Mapping[str, int], *, actor: str, now: datetime
) -> OutcomePublication:
    """Publish drafts by id, each as it was seen (`edit`); the same publication id and drafts a second time is the first one.

    Raises Conflict `outcomes.rehearsing`, `outcomes.nothing_chosen`, `outcomes.too_many`, `outcomes.stale` when any of them was changed or goes on elsewhere
    meanwhile, or the id is that of a publication of other drafts.
    """
    session = await db.get_one(ForumSession, session_id, with_for_update={"key_share": True}, populate_existing=True)
    again = await db.get(OutcomePublication, publication_id)
    if again is not None:
        if again.session_id != session.id:
            raise NotFound("outcomes.unknown_publication")
        published = await db.scalars(select(Outcome.id).where(Outcome.publication_id == again.id))
        if set(published) != set(drafts):
            raise Conflict("outcomes.stale")
        return again
    if session.rehearsal is not None:
        raise Conflict("outcomes.rehearsing")
    if not drafts:
        raise Conflict("outcomes.nothing_chosen")
    if len(drafts) > MOST:
        raise Conflict("outcomes.too_many", most=MOST)
    rows = (
        await db.scalars(
            select(Outcome)
            .join(Proposal, Proposal.id == Outcome.proposal_id)
            .where(Outcome.id.in_(list(drafts)), Outcome.session_id == session.id, Outcome.publication_id.is_(None))
            .where(Proposal.status.not_in(GONE_ON))
            .order_by(Outcome.id)
            .with_for_update(of=Outcome)
            .execution_options(populate_existing=True)
        )
    ).all()
    if {row.id: row.edit for row in rows} != dict(drafts):
        raise Conflict("outcomes.stale")
    last = await db.scalar(select(func.max(OutcomePublication.number)).where(OutcomePublication.session_id == session.id))
    made = OutcomePublication(id=publication_id, session_id=session.id, number=(last or 0) + 1, answers=len(rows), by=actor, at=now)
    db.add(made)
    await db.flush()
    for row in rows:
        row.publication_id, row.published_at = made.id, now
    await db.flush()
    await enqueue(db, TELL, f"{TELL}:{made.id}", {"publication_id": made.id}, due_at=now, now=now)
    facts: dict[str, object] = {"number": made.number, "outcomes": [row.id for row in rows]}
    await record(db, vault, session.id, now, Act(actor, "outcomes.published", f"publication:{made.id}", facts))
    return made
