"""Keeping proposals true to the people and the words behind them: wishes of applicants, corrected names, withdrawn consent, erasure."""

from datetime import datetime

from sqlalchemy import column, select, table, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.participants.models import Participant
from app.proposals.answering import spoken_by
from app.proposals.capture import Words, capture
from app.proposals.choices import Via
from app.proposals.fields import snapshot, title_of
from app.proposals.listing import sources_of
from app.proposals.models import Proposal, ProposalCounter, ProposalSource, ProposalStatus, ProposalVersion
from app.proposals.privacy import name_is_public
from app.proposals.service import reflag
from app.regions import name_key
from app.registration.models import Application

_NAMED = tuple(table(name, column("id"), column("participant_id"), column("name")) for name in ("assessors", "delegates"))
"""Kept on a higher floor, whose rules are not needed here: only whose name stands where."""


async def take_wish(db: AsyncSession, application_id: str, *, now: datetime) -> str | None:
    """Make a proposal of what an applicant wishes, once; a corrected wish corrects what the desk has not touched. The number of a new one."""
    session_id = await db.scalar(select(Application.session_id).where(Application.id == application_id))
    if session_id is None:
        return None
    # The counter of numbers is locked before rows of people, here as everywhere.
    await db.execute(select(ProposalCounter.last).where(ProposalCounter.session_id == session_id).with_for_update())
    application = await db.get_one(Application, application_id, with_for_update=True)
    person = await db.get(Participant, application.participant_id)
    wish = (application.wish or "").strip()
    taken = await db.scalar(
        select(ProposalSource)
        .where(ProposalSource.kind == "application", ProposalSource.source_id == application_id, ProposalSource.merged_from.is_(None))
        .order_by(ProposalSource.id)
        .limit(1)
    )
    if taken is not None:
        await _correct(db, taken, wish, now)
        return None
    if not wish or person is None:
        return None
    words = Words(
        source_kind="application",
        source_id=application_id,
        text=wish,
        author=person.name,
        at=application.received_at,
        participant_id=person.id,
        capacity=person.capacity,
        site_id=application.site_id,
        via=Via.REGISTRATION,
    )
    return (await capture(db, application.session_id, [words], by=f"participant:{person.id}", now=now))[0]


async def person_changed(db: AsyncSession, participant_id: str) -> None:
    """Write a person's present name, capacity and consent to everything they said; of an erased one, words that were not public go too."""
    person = await db.get(Participant, participant_id)
    if person is None:
        return
    await spoken_by(db, person.id, person)
    await named_as(db, person.id, person)
    spoken = (await db.scalars(select(ProposalSource).where(ProposalSource.participant_id == participant_id))).all()
    ids = {source.proposal_id for source in spoken}
    proposals = (await db.scalars(select(Proposal).where(Proposal.id.in_(ids)).order_by(Proposal.number).with_for_update())).all()
    erased = person.erased_at is not None
    public = not erased and name_is_public(child=person.child, opted_in=person.publish_name, element=person.element)
    shown = {one.id for one in proposals if one.published_at is not None}
    for source in spoken:
        source.author, source.capacity, source.village = person.name, person.capacity, person.village
        source.child, source.name_public = person.child, public
        if erased and source.proposal_id not in shown:
            source.text, source.gone = "", "erased"
    said = await sources_of(db, proposals)
    for one in proposals:
        if one.participant_id == participant_id:
            one.proposer, one.capacity = person.name, person.capacity
            one.child, one.name_public = person.child, public
        reflag(one, said[one.id])


async def named_as(db: AsyncSession, from_id: str, person: Participant) -> None:
    """Whoever is a delegate or assesses under this id does so under the person's present name; another spelling of the same name is left as it was written."""
    for named in _NAMED:
        theirs = select(named.c.id, named.c.name).where(named.c.participant_id == from_id)
        for id_, name in (await db.execute(theirs.order_by(named.c.id))).all():
            present = name if name_key(name) == name_key(person.name) else person.name
            await db.execute(update(named).where(named.c.id == id_).values(name=present, participant_id=person.id))


async def _correct(db: AsyncSession, source: ProposalSource, wish: str, now: datetime) -> None:
    if source.text == wish or source.gone == "erased":
        return
    source.text, source.gone = wish, None if wish else "deleted"
    proposal = await db.get(Proposal, source.proposal_id, with_for_update=True)
    if proposal is None:
        return
    if proposal.version == 1 and proposal.status == ProposalStatus.NEW and wish:
        proposal.title = title_of(wish)
        version = await db.get(ProposalVersion, (proposal.id, 1))
        assert version is not None
        version.fields = snapshot({"title": proposal.title, "status": proposal.status})
        version.at = now
    reflag(proposal, (await sources_of(db, [proposal]))[proposal.id])
