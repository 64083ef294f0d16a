"""Answers written on a page, outside the room's hours: given, corrected with the earlier words kept, and withdrawn with all of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import Conflict, NotAllowed, NotFound
from app.proposals.listing import find
from app.proposals.models import Response, ResponseVersion
from app.sessions.models import ForumSession
from app.vault import Vault


@dataclass(frozen=True)
class Reply:
    """A written answer: who gives it in whose name. `id` was made with the form, so that a second press gives the same answer."""

    id: str
    text: str
    author: str
    agency: str | None


async def reply(db: AsyncSession, vault: Vault, session: ForumSession, number: str, given: Reply, *, actor: str, now: datetime) -> Response:
    """Keep an answer to a proposal; the one that is there when it comes again. Conflict when somebody else's has this id."""
    proposal = await find(db, session.id, number, lock=True)
    there = await db.get(Response, given.id)
    if there is not None:
        if there.by != actor or there.proposal_id != proposal.id:
            raise Conflict("proposals.answer_changed")
        return there
    made = Response(
        id=given.id,
        session_id=session.id,
        proposal_id=proposal.id,
        author=given.author,
        agency=given.agency,
        name_public=True,
        text=given.text,
        version=1,
        by=actor,
        at=now,
    )
    db.add(made)
    await db.flush()
    await record(db, vault, session.id, now, Act(actor, "proposals.answered", f"proposal:{proposal.id}", {"response": made.id}))
    return made


async def correct(
    db: AsyncSession,
    vault: Vault,
    session: ForumSession,
    response_id: str,
    text: str,
    *,
    if_version: int,
    actor: str,
    any_: bool,
    now: datetime,
) -> Response:
    """Give a written answer new words; the earlier ones are kept as a version. `any_` lets the desk correct what others wrote."""
    found = await _written(db, session, response_id, actor, any_=any_)
    if found.version != if_version:
        raise Conflict("proposals.answer_changed")
    if found.text == text:
        return found
    db.add(
        ResponseVersion(
            response_id=found.id, version=found.version, text=found.text, by=found.changed_by or found.by, at=found.changed_at or found.at
        )
    )
    found.text, found.version = text, found.version + 1
    found.changed_at, found.changed_by = now, actor
    await db.flush()
    facts: dict[str, object] = {"version": found.version}
    await record(db, vault, session.id, now, Act(actor, "proposals.answer_corrected", f"response:{found.id}", facts))
    return found


async def withdraw(
    db: AsyncSession, vault: Vault, session: ForumSession, response_id: str, *, actor: str, any_: bool, now: datetime
) -> Response:
    """Take a written answer back: its words and their earlier versions are gone everywhere."""
    found = await _written(db, session, response_id, actor, any_=any_)
    found.text, found.gone = "", "deleted"
    await db.execute(delete(ResponseVersion).where(ResponseVersion.response_id == found.id))
    await db.flush()
    await record(db, vault, session.id, now, Act(actor, "proposals.answer_withdrawn", f"response:{found.id}", {}))
    return found


async def _written(db: AsyncSession, session: ForumSession, response_id: str, actor: str, *, any_: bool) -> Response:
    found = await db.scalar(
        select(Response)
        .where(Response.id == response_id, Response.session_id == session.id, Response.message_id.is_(None), Response.gone.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("proposals.answer_unknown")
    if found.by != actor and not any_:
        raise NotAllowed("access.not_allowed")
    return found
