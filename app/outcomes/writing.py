"""Writing answers down: each is a draft that nobody outside reads, until it is published; a published one is never changed, its change is a new draft."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from app.outcomes.levels import FIRST_LEVEL, MAY_SAY, WITH_REASON, Level, Verdict
from app.outcomes.models import Outcome
from app.planning.models import PlenaryItem
from app.proposals.choices import Reason
from app.proposals.listing import JOINED, Filters, conditions, written
from app.proposals.models import Proposal
from app.registration.filing import hold_session
from app.sessions.models import ForumSession
from app.vault import Vault

MOST = 200
"""Proposals that get the same answer at once."""
GONE_ON = JOINED
"""What is answered where it goes on."""


@dataclass(frozen=True)
class Answer:
    """What a level says: `decided_on` is a day of the forum's place, `next_step` in the office's words or nothing for what usually comes next."""

    level: Level
    verdict: Verdict
    decided_on: date
    decided_by: str | None = None
    reason_code: str | None = None
    reason: str | None = None
    document: str | None = None
    document_number: str | None = None
    document_link: str | None = None
    next_step: str | None = None


@dataclass(frozen=True)
class Writer:
    """Who writes, and for whom: with `agencies` (an agency in every spelling) only that agency's own answers to what is meant for it."""

    actor: str
    now: datetime
    agencies: Sequence[str] | None = None


async def write(
    db: AsyncSession, vault: Vault, session_id: str, answer: Answer, seen: Mapping[str, str], writer: Writer
) -> Sequence[Outcome]:
    """Draft the same answer to proposals by number, each with the newest answer that was seen (`Outcome.seen`, empty: none). What says the same already is left alone.

    Raises Invalid per wrong field, Conflict `outcomes.rehearsing`, `outcomes.changed_elsewhere`, `outcomes.nothing_changed`.
    """
    session = await _held(db, session_id)
    _check(answer, session, writer.now)
    numbers = sorted({written(number) for number in seen})
    if not 1 <= len(numbers) <= MOST:
        raise Invalid(FieldError("number", "planning.none_chosen" if not numbers else "planning.too_many", {"most": MOST}))
    proposals = await _proposals(db, session, numbers, writer, answer.level)
    newest = await _newest(db, [one.id for one in proposals], answer.level)
    was = {written(number): one for number, one in seen.items()}
    made = []
    for proposal in proposals:
        last = newest.get(proposal.id)
        draft = last if last is not None and last.publication_id is None else None
        if last is not None and _answer_of(last) == answer:
            continue
        if (last.seen if last is not None else "") != was[proposal.number]:
            raise Conflict("outcomes.changed_elsewhere", number=proposal.number)
        if draft is None:
            draft = _fresh(session, proposal.id, answer, last.version + 1 if last else 1, writer)
            db.add(draft)
        else:
            draft.edit += 1
            draft.by, draft.at = writer.actor, writer.now
            for name, value in asdict(answer).items():
                setattr(draft, name, value)
        made.append(draft)
    if not made:
        raise Conflict("outcomes.nothing_changed")
    await db.flush()
    facts: dict[str, object] = {
        "level": answer.level.value,
        "verdict": answer.verdict.value,
        "proposals": [one.proposal_id for one in made],
    }
    await record(db, vault, session.id, writer.now, Act(writer.actor, "outcomes.drafted", f"session:{session.id}", facts))
    return made


async def discard(db: AsyncSession, vault: Vault, session_id: str, outcome_id: str, edit: int, writer: Writer) -> None:
    """Throw a draft away; a second time is nothing. Conflict `outcomes.changed_elsewhere` for one that was changed or published since."""
    session = await _held(db, session_id)
    draft = await db.get(Outcome, outcome_id, with_for_update=True, populate_existing=True)
    if draft is None or draft.session_id != session.id:
        return
    proposal = await db.get_one(Proposal, draft.proposal_id)
    await _proposals(db, session, [proposal.number], writer, draft.level)
    if draft.publication_id is not None or draft.edit != edit:
        raise Conflict("outcomes.changed_elsewhere", number=proposal.number)
    await db.delete(draft)
    await db.flush()
    facts: dict[str, object] = {"level": draft.level.value}
    await record(db, vault, session.id, writer.now, Act(writer.actor, "outcomes.discarded", f"proposal:{proposal.id}", facts))


async def draft_from_plenary(db: AsyncSession, vault: Vault, session_id: str, writer: Writer) -> int:
    """Draft what the forum itself decided for proposals that have no answer at its level yet, at most MOST of them; how many, 0 when none is left."""
    session = await _held(db, session_id)
    level = FIRST_LEVEL[session.tier]
    answered = select(Outcome.proposal_id).where(Outcome.session_id == session.id, Outcome.level == level)
    decided = await db.execute(
        select(PlenaryItem, Proposal.id)
        .join(Proposal, Proposal.id == PlenaryItem.proposal_id)
        .where(PlenaryItem.session_id == session.id, PlenaryItem.decision.is_not(None), Proposal.status.not_in(GONE_ON))
        .where(PlenaryItem.proposal_id.not_in(answered))
        .order_by(Proposal.number)
        .limit(MOST)
        .with_for_update(of=Proposal)
    )
    on = _day(session, session.ended_at or writer.now)
    drafts = []
    for item, proposal_id in decided:
        said = Answer(level, _as_said(level, str(item.decision)), on, session.title, item.reason_code, item.reason)
        drafts.append(_fresh(session, proposal_id, said, 1, writer))
    if not drafts:
        return 0
    db.add_all(drafts)
    await db.flush()
    facts: dict[str, object] = {"level": level.value, "count": len(drafts)}
    await record(db, vault, session.id, writer.now, Act(writer.actor, "outcomes.drafted_from_plenary", f"session:{session.id}", facts))
    return len(drafts)


def _as_said(level: Level, decision: str) -> Verdict:
    """What the plenary said, in the words of its level: an agency or a plan accommodates, it does not agree."""
    verdict = Verdict(decision)
    if verdict in MAY_SAY[level]:
        return verdict
    return Verdict.ACCOMMODATED if verdict is Verdict.AGREED else Verdict.NOT_ACCOMMODATED


async def _held(db: AsyncSession, session_id: str) -> ForumSession:
    session = await hold_session(db, session_id)
    if session.rehearsal is not None:
        raise Conflict("outcomes.rehearsing")
    return session


def _check(answer: Answer, session: ForumSession, now: datetime) -> None:
    wrong = []
    if answer.verdict not in MAY_SAY[answer.level]:
        wrong.append(FieldError("verdict", "outcomes.not_said_there"))
    if answer.verdict in WITH_REASON and not answer.reason_code and not answer.reason:
        wrong.append(FieldError("reason_code", "outcomes.no_reason"))
    elif answer.reason_code == Reason.OTHER and not answer.reason:
        wrong.append(FieldError("reason", "field.required"))
    if answer.decided_on > _day(session, now):
        wrong.append(FieldError("decided_on", "outcomes.in_future"))
    if wrong:
        raise Invalid(*wrong)


def _day(session: ForumSession, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(session.zone)).date()


async def _proposals(db: AsyncSession, session: ForumSession, numbers: Sequence[str], writer: Writer, level: Level) -> Sequence[Proposal]:
    """The proposals, locked in the order of their numbers; those that go on elsewhere are answered there."""
    wanted = select(Proposal).where(Proposal.session_id == session.id, Proposal.number.in_(numbers))
    if writer.agencies is not None:
        meant = conditions(session.id, Filters(meant_for=tuple(writer.agencies)), public=False)
        mine = set(await db.scalars(select(Proposal.number).where(*meant, Proposal.number.in_(numbers)))) if writer.agencies else set()
        if level is not Level.AGENCY or mine != set(numbers):
            raise NotAllowed("outcomes.not_your_agency")
    found = (await db.scalars(wanted.order_by(Proposal.number).with_for_update().execution_options(populate_existing=True))).all()
    if len(found) != len(numbers):
        raise NotFound("proposals.unknown")
    for one in found:
        if one.status in GONE_ON:
            raise Conflict("outcomes.goes_on", number=one.number, onward=", ".join(one.leads_to))
    return found


async def _newest(db: AsyncSession, proposals: Sequence[str], level: Level) -> dict[str, Outcome]:
    last = select(Outcome.proposal_id, func.max(Outcome.version).label("version")).where(
        Outcome.proposal_id.in_(proposals), Outcome.level == level
    )
    newest = last.group_by(Outcome.proposal_id).subquery()
    rows = await db.scalars(
        select(Outcome)
        .join(newest, (newest.c.proposal_id == Outcome.proposal_id) & (newest.c.version == Outcome.version))
        .where(Outcome.level == level)
        .with_for_update(of=Outcome)
        .execution_options(populate_existing=True)
    )
    return {row.proposal_id: row for row in rows}


def _fresh(session: ForumSession, proposal_id: str, answer: Answer, version: int, writer: Writer) -> Outcome:
    return Outcome(
        id=new_id(),
        session_id=session.id,
        proposal_id=proposal_id,
        version=version,
        edit=1,
        by=writer.actor,
        at=writer.now,
        **asdict(answer),
    )


def _answer_of(row: Outcome) -> Answer:
    return Answer(**{name: getattr(row, name) for name in Answer.__dataclass_fields__})
