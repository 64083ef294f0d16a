"""The minutes of a session as plain values: its agenda with real times, what belongs to each point, who was there, what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat.models import Message, MessageState
from app.database.engine import Database
from app.minutes.course import AFTER, BEFORE, CLOSING, Course, course_of
from app.minutes.crowd import Crowd, crowd_of
from app.minutes.decided import Decision, decisions_of
from app.minutes.entries import Entry, in_order
from app.minutes.hearing import Ear, heard
from app.minutes.texts import Written, newest_texts
from app.planning.listing import Totals, delegates_of, lines_of, plenary_of, totals
from app.planning.models import Delegate
from app.proposals.models import Proposal, ProposalStatus
from app.sessions.agenda import steps_shown
from app.sessions.models import AgendaMove, ForumSession, SessionState, Site
from app.sessions.progress import Move, Step
from app.sessions.rows import sites_of


@dataclass(frozen=True)
class Frame:
    """What the sections of a session are: its agenda, the course the forum took through it, and the secretariat's newest texts by section."""

    session: ForumSession
    steps: Sequence[Step]
    course: Course
    texts: Mapping[str, Written]
    sites: Mapping[str, Site]

    @property
    def keys(self) -> list[str]:
        """Every section in its order: before the agenda, its points, after the end, what was written on points that are gone, the conclusion."""
        points = [step.id for step in self.steps]
        gone = sorted(key for key in self.texts if key not in {*points, BEFORE, AFTER, CLOSING})
        return [BEFORE, *points, *([AFTER] if self.ended_at else []), *gone, CLOSING]

    @property
    def ended_at(self) -> datetime | None:
        """When the forum ended; empty while it is held."""
        return self.session.ended_at if self.session.state is SessionState.ENDED else None

    def step(self, section: str) -> Step | None:
        """The point of the agenda that a section is."""
        return next((one for one in self.steps if one.id == section), None)


@dataclass(frozen=True)
class Section:
    """One section with all that stands in it; `step` is none for those that are no point of the agenda."""

    key: str
    step: Step | None
    text: str
    entries: Sequence[Entry]
    decisions: Sequence[Decision]

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not (self.text or self.entries or self.decisions)


@dataclass(frozen=True)
class Minutes:
    """Everything in the minutes of a session. `chats` counts what was chatted and is not repeated, `proposals` by the way they came."""

    frame: Frame
    sections: Sequence[Section]
    closing: str
    crowd: Crowd
    totals: Totals
    delegates: Sequence[Delegate]
    chats: int
    proposals: Mapping[str, int]


async def frame_of(db: AsyncSession, session: ForumSession) -> Frame:
    """The sections of a session."""
    steps = await steps_shown(db, session)
    wanted = select(AgendaMove).where(AgendaMove.session_id == session.id, AgendaMove.undone_at.is_(None)).order_by(AgendaMove.number)
    moves = [Move(one.item_id, one.at) for one in await db.scalars(wanted)]
    ended_at = session.ended_at if session.state is SessionState.ENDED else None
    course = course_of(moves, {step.id for step in steps}, ended_at)
    sites = {site.id: site for site in await sites_of(db, session.id)}
    return Frame(session, steps, course, await newest_texts(db, session.id), sites)


async def minutes_of(database: Database, session: ForumSession, now: datetime) -> Minutes:
    """The minutes as they stand: many short reads, whose size does not grow with what was said."""
    async with database.read(patient=True) as db:
        frame = await frame_of(db, session)
        crowd = await crowd_of(db, session, _counted_until(session, now))
        lines = await lines_of(db, session)
        plenary = await plenary_of(db, session.id)
        delegates = await delegates_of(db, session.id)
        decisions = await decisions_of(db, session, lines)
        chats, proposals = await _chats(db, session), await _proposals(db, session)
    entries = [one for stream in heard(database, Ear(session)) async for page in stream for one in page]
    return Minutes(
        frame=frame,
        sections=_sections(frame, in_order(entries), decisions),
        closing=_text(frame, CLOSING),
        crowd=crowd,
        totals=totals(lines, plenary.ceiling),
        delegates=delegates,
        chats=chats,
        proposals=proposals,
    )


async def section_of(database: Database, frame: Frame, key: str, most: int) -> tuple[Section, bool]:
    """One section with at most so many of its entries, and whether there are more."""
    stretches = frame.course.of(key)
    entries: list[Entry] = []
    if stretches:
        for stream in heard(database, Ear(frame.session, stretches)):
            async for page in stream:
                entries += page
                if len(entries) > 2 * most:
                    break
    async with database.read() as db:
        decisions = [one for one in await decisions_of(db, frame.session) if _place(frame, one) == key]
    section = Section(key, frame.step(key), _text(frame, key), in_order(entries)[:most], decisions)
    return section, len(entries) > most


def _sections(frame: Frame, entries: Sequence[Entry], decisions: Sequence[Decision]) -> list[Section]:
    """The sections in their order; those that are no point of the agenda only where something stands in them."""
    said: dict[str, list[Entry]] = {}
    for entry in entries:
        said.setdefault(frame.course.section_at(entry.at), []).append(entry)
    decided: dict[str, list[Decision]] = {}
    for decision in decisions:
        decided.setdefault(_place(frame, decision), []).append(decision)
    every = [
        Section(key, frame.step(key), _text(frame, key), said.get(key, []), decided.get(key, [])) for key in frame.keys if key != CLOSING
    ]
    return [one for one in every if one.step is not None or not one.is_empty]


def _place(frame: Frame, decision: Decision) -> str:
    """Where a decision stands; one of which no moment is known with what came before all."""
    return frame.course.section_at(decision.at) if decision.at is not None else BEFORE


def _text(frame: Frame, key: str) -> str:
    return frame.texts[key].text if key in frame.texts else ""


def _counted_until(session: ForumSession, now: datetime) -> datetime:
    # Not until the end: whoever is written in afterwards from the sheets of the hall stands in annex I of the record too.
    return min(now, session.rehearsal_at) if session.rehearsal_at else now


async def _chats(db: AsyncSession, session: ForumSession) -> int:
    wanted = select(func.count()).where(Message.room == session.room, Message.kind == "chat", Message.state == MessageState.VISIBLE)
    if session.rehearsal_at is not None:
        wanted = wanted.where(Message.received_at < session.rehearsal_at)
    return int(await db.scalar(wanted) or 0)


async def _proposals(db: AsyncSession, session: ForumSession) -> dict[str, int]:
    gone_on = (ProposalStatus.MERGED, ProposalStatus.SPLIT)
    wanted = select(Proposal.via, func.count()).where(Proposal.session_id == session.id, Proposal.status.not_in(gone_on))
    if session.rehearsal_at is not None:
        wanted = wanted.where(Proposal.created_at < session.rehearsal_at)
    return {via: int(n) for via, n in await db.execute(wanted.group_by(Proposal.via).order_by(Proposal.via))}
