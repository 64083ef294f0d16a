"""Two that say the same become one, one that says two things becomes two; where each came from is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.journal.service import PUBLIC, hold
from app.proposals.capture import number_of, take_serials
from app.proposals.fields import snapshot
from app.proposals.listing import find, sources_of, written
from app.proposals.models import Proposal, ProposalSource, ProposalStatus, ProposalVersion
from app.proposals.service import note_version, reflag, tell_room
from app.proposals.status import JOINABLE
from app.sessions.models import ForumSession
from app.vault import Vault

MOST = 50
PLACE = ("village_code", "village", "hamlet", "rt", "rw", "landmark", "sector", "urgency", "handling", "land_status", "agency")
"""What every part of a split one keeps of the whole."""
ORIGIN = ("participant_id", "proposer", "capacity", "on_behalf", "child", "name_public", "site_id", "via")
SOURCE = (
    "kind",
    "source_id",
    "participant_id",
    "author",
    "capacity",
    "village",
    "child",
    "name_public",
    "site_id",
    "text",
    "at",
    "gone",
)


@dataclass(frozen=True)
class Part:
    """One part of a split: its title and the ids of the words it comes from; none means all of them."""

    title: str
    sources: tuple[str, ...] = ()


async def merge(
    db: AsyncSession, vault: Vault, session: ForumSession, into: str, numbers: Sequence[str], *, actor: str, now: datetime
) -> Proposal:
    """Let one proposal stand for others, which point to it; their words go with them. Conflict when one of them is merged or split already."""
    into, others = written(into), sorted({written(number) for number in numbers})
    if into in others or not others:
        raise Invalid(FieldError("numbers", "proposals.merge_with_itself" if others else "field.required"))
    await hold(db, session.room, PUBLIC)
    found = await locked(db, session, [into, *others])
    target = found[into]
    if any(one.status not in JOINABLE for one in found.values()):
        raise Conflict("proposals.already_joined")
    said = await sources_of(db, list(found.values()))
    for number in others:
        _point_to(found[number], target, actor, now, db)
        _bring(db, said[target.id], said[found[number].id], target, number)
    target.comes_from = [*target.comes_from, *(number for number in others if number not in target.comes_from)]
    reflag(target, said[target.id])
    note_version(db, target, actor, now, note="merged")
    await db.flush()
    for number in others:
        await tell_room(db, session, found[number], said[found[number].id], now)
    facts: dict[str, object] = {"into": target.number, "numbers": others}
    await record(db, vault, session.id, now, Act(actor, "proposals.merged", f"proposal:{target.id}", facts))
    return target


async def split(
    db: AsyncSession, vault: Vault, session: ForumSession, number: str, parts: Sequence[Part], *, actor: str, now: datetime
) -> list[Proposal]:
    """Part a proposal into several with numbers of their own, each with the words it comes from; the whole points to them."""
    if not 2 <= len(parts) <= MOST:
        raise Invalid(FieldError("parts", "proposals.two_parts"))
    await hold(db, session.room, PUBLIC)
    first = await take_serials(db, session.id, len(parts))
    whole = await find(db, session.id, number, lock=True)
    if whole.status not in JOINABLE:
        raise Conflict("proposals.already_joined")
    said = (await sources_of(db, [whole]))[whole.id]
    made = []
    for at, part in enumerate(parts):
        chosen = _chosen(said, part, at)
        serial = number_of(session.number_prefix, session.plan_year, first + at)
        made.append(_part(db, whole, serial, part.title, chosen, actor, now))
    whole.status, whole.leads_to = ProposalStatus.SPLIT, [one.number for one in made]
    note_version(db, whole, actor, now, note="split")
    await db.flush()
    await tell_room(db, session, whole, said, now)
    facts: dict[str, object] = {"number": whole.number, "parts": whole.leads_to}
    await record(db, vault, session.id, now, Act(actor, "proposals.split", f"proposal:{whole.id}", facts))
    return made


async def locked(db: AsyncSession, session: ForumSession, numbers: Sequence[str]) -> dict[str, Proposal]:
    """The proposals of these numbers, locked in one order whoever asks; NotFound when one is missing."""
    rows = await db.scalars(
        select(Proposal)
        .where(Proposal.session_id == session.id, Proposal.number.in_(numbers))
        .order_by(Proposal.number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {one.number: one for one in rows}
    if set(numbers) - set(found):
        raise NotFound("proposals.unknown")
    return found


def _point_to(one: Proposal, target: Proposal, actor: str, now: datetime, db: AsyncSession) -> None:
    one.status, one.leads_to = ProposalStatus.MERGED, [target.number]
    note_version(db, one, actor, now, note="merged")


def _bring(db: AsyncSession, held: list[ProposalSource], brought: Sequence[ProposalSource], target: Proposal, number: str) -> None:
    known = {(source.kind, source.source_id) for source in held}
    new = [source for source in brought if (source.kind, source.source_id) not in known]
    held.extend(_copied(db, source, target.id, number) for source in new)


def _copied(db: AsyncSession, source: ProposalSource, proposal_id: str, number: str | None) -> ProposalSource:
    copy = ProposalSource(id=new_id(), proposal_id=proposal_id, merged_from=number, **{name: getattr(source, name) for name in SOURCE})
    db.add(copy)
    return copy


def _chosen(said: Sequence[ProposalSource], part: Part, at: int) -> list[ProposalSource]:
    if not part.sources:
        return list(said)
    known = {source.source_id: source for source in said}
    if set(part.sources) - set(known):
        raise Invalid(FieldError(f"parts.{at}.sources", "proposals.unknown_source"))
    return [known[one] for one in dict.fromkeys(part.sources)]


def _part(
    db: AsyncSession, whole: Proposal, number: str, title: str, chosen: Sequence[ProposalSource], actor: str, now: datetime
) -> Proposal:
    part = Proposal(
        id=new_id(),
        session_id=whole.session_id,
        number=number,
        version=1,
        title=title,
        status=ProposalStatus.CHECKED,
        comes_from=[whole.number],
        leads_to=[],
        flags=[],
        created_at=now,
        published_at=now if whole.published_at else None,
        **{name: getattr(whole, name) for name in (*PLACE, *ORIGIN)},
    )
    db.add(part)
    copies = [_copied(db, source, part.id, None) for source in chosen]
    reflag(part, copies)
    fields = snapshot({name: getattr(part, name) for name in (*PLACE, "title", "status")})
    db.add(ProposalVersion(proposal_id=part.id, version=1, fields=fields, by=actor, note="split", at=now))
    return part
