"""One transaction for all messages that wait in a room: lock, look up, judge, number, insert, each in one go for the whole batch."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.chat import standing
from app.chat.conduct import DESK_PARTS, PartInRoom, judge, limited, spend
from app.chat.drafts import Draft
from app.chat.items import items
from app.chat.models import MessageState
from app.chat.people import Person
from app.chat.requests import Send, Somebody
from app.clock import Clock, millis
from app.database.tables import new_id
from app.errors import Conflict, ForumError, NotAllowed, NotFound
from app.journal.service import DESK, PUBLIC, store, take
from app.live.ring import Item
from app.participants.service import placeholder
from app.proposals.answering import heard
from app.proposals.capture import capture
from app.proposals.listing import numbered
from app.proposals.models import ProposalCounter

SHOWN = {MessageState.VISIBLE, MessageState.HELD, MessageState.LATE, MessageState.REJECTED}


@dataclass(frozen=True)
class Receipt:
    """What is acknowledged: `seq` and `proposal` are absent while held or late; `gone` tells why nobody sees it any more."""

    id: str
    cid: str
    at: int
    state: str
    dup: bool
    seq: int | None = None
    proposal: str | None = None
    gone: str | None = None


@dataclass(frozen=True)
class Given:
    """A message and who sends it; `limits` says whether this installation limits rates."""

    person: Person
    message: Send
    limits: bool = True


@dataclass
class Outcome:
    """What a committed batch answers and shows; `buckets` are the senders' new moments of the rate limit."""

    answers: list[Receipt | ForumError]
    public: list[Item] = field(default_factory=list)
    desk: list[Item] = field(default_factory=list)
    buckets: dict[str, float] = field(default_factory=dict)


async def write(db: AsyncConnection, clock: Clock, room: str, given: Sequence[Given], buckets: Mapping[str, float]) -> Outcome:
    """Write what may be written in the caller's transaction; a refused message stores nothing and answers with its error."""
    if db.dialect.name != "sqlite":
        # The embedded database has one writer, who is us.
        await standing.lock(db, room)
    now = clock.now()
    facts = await standing.facts_of(db, room, [(one.person, one.message) for one in given], now)
    judging = _Judging(facts, now, dict(buckets))
    found = [judging.one(one) for one in given]
    drafts = [one for one in found if isinstance(one, Draft)]
    await _place_guests(db, drafts, now)
    await _capture(db, drafts, now)
    if answers := [draft.answer() for draft in drafts if draft.answers]:
        await heard(db, given[0].person.session_id, answers)
    outcome = Outcome([], buckets={name: at for name, at in judging.buckets.items() if buckets.get(name) != at})
    outcome.public, outcome.desk = await _store(db, room, drafts, now)
    outcome.answers = [_answer(one) for one in found]
    return outcome


@dataclass
class _Repeated:
    """The same cid again inside one batch: answered like the first, as a repetition."""

    first: Draft


class _Judging:
    """Goes through a batch in order, so that what one message changes counts for the next."""

    def __init__(self, facts: standing.Facts, now: datetime, buckets: dict[str, float]) -> None:
        self.facts = facts
        self.now = now
        self.buckets = buckets
        self.last_at = dict(facts.last_at)
        self.accepted: dict[tuple[str, str], Draft] = {}

    def one(self, given: Given) -> Draft | _Repeated | Receipt | ForumError:
        """What becomes of one message."""
        try:
            return self._again(given) or self._new(given)
        except ForumError as refusal:
            return refusal

    def _again(self, given: Given) -> _Repeated | Receipt | None:
        key = (given.person.id, given.message.cid)
        if key in self.accepted:
            first = self.accepted[key]
            if first.message.body_hash != given.message.body_hash:
                raise Conflict("chat.conflict")
            return _Repeated(first)
        row = self.facts.repeated.get(key)
        if row is None:
            return None
        if row["body_hash"] != given.message.body_hash:
            raise Conflict("chat.conflict")
        state = MessageState(row["state"])
        at = millis(row["received_at"])
        if state in SHOWN:
            return Receipt(row["id"], row["cid"], at, state.value, True, row["seq"], row["proposal"])
        return Receipt(row["id"], row["cid"], at, MessageState.REJECTED.value, True, row["seq"], row["proposal"], gone=state.value)

    def _new(self, given: Given) -> Draft:
        person, message = given.person, given.message
        who = self.facts.standing(person, self.last_at.get(person.id))
        state = judge(self.facts.rules, who, message.kind, self.now)
        if message.re is not None and message.re not in self.facts.answerable:
            raise NotFound("chat.not_found")
        if message.answers is not None and numbered(message.answers) not in self.facts.named:
            raise NotFound("chat.not_found")
        draft = self._draft(person, message, state)
        if given.limits and limited(self.facts.rules, who):
            self.buckets[person.id] = spend(self.buckets.get(person.id, 0.0), time.monotonic())
        self.last_at[person.id] = self.now
        self.accepted[person.id, message.cid] = draft
        return draft

    def _draft(self, person: Person, message: Send, state: MessageState) -> Draft:
        other = message.speaks_for
        if (other or message.via or message.source) and person.part not in DESK_PARTS:
            raise NotAllowed("chat.forbidden")
        via = message.via or ("hall" if other else "online")
        author_id, author, capacity = self._author(person, other)
        return Draft(
            id=new_id(),
            person=person,
            message=message,
            state=state,
            at=self.now,
            author_id=author_id,
            author=author,
            capacity=capacity,
            speaks_for_other=other is not None,
            via=via,
            participant_id=author_id or None if other else person.id if person.part is PartInRoom.ATTENDEE else None,
        )

    def _author(self, person: Person, other: Somebody | None) -> tuple[str, str, str | None]:
        if other is None:
            return person.id, person.name, person.capacity
        if other.participant_id is None:
            return "", other.name, other.capacity
        known = self.facts.spoken_for.get(other.participant_id)
        if known is None:
            raise NotFound("chat.not_found")
        return known["id"], known["name"], known["capacity"]


async def _place_guests(db: AsyncConnection, drafts: Sequence[Draft], now: datetime) -> None:
    """Give people of whom only a word is known a place on the list; typing never waits for identity."""
    unknown = [draft for draft in drafts if not draft.author_id]
    if unknown and any(draft.captured for draft in drafts):
        # Numbers of proposals are locked before numbers of people, here as everywhere.
        session_id = unknown[0].person.session_id
        await db.execute(select(ProposalCounter.last).where(ProposalCounter.session_id == session_id).with_for_update())
    for draft in unknown:
        person = draft.person
        draft.author_id = await placeholder(db, person.session_id, draft.author, draft.capacity, person.site_id, now=now)
        draft.participant_id = draft.author_id


async def _capture(db: AsyncConnection, drafts: Sequence[Draft], now: datetime) -> None:
    for actor, several in groupby((draft for draft in drafts if draft.captured), key=lambda draft: draft.person.actor):
        group = list(several)
        numbers = await capture(db, group[0].person.session_id, [draft.words() for draft in group], by=actor, now=now)
        for draft, number in zip(group, numbers, strict=True):
            draft.proposal = number


async def _store(db: AsyncConnection, room: str, drafts: Sequence[Draft], now: datetime) -> tuple[list[Item], list[Item]]:
    public = [draft for draft in drafts if draft.state is MessageState.VISIBLE]
    desk = [draft for draft in drafts if draft.state is not MessageState.VISIBLE]
    shown: dict[str, list[Item]] = {PUBLIC: [], DESK: []}
    for log, several in ((PUBLIC, public), (DESK, desk)):
        if not several:
            continue
        first = await take(db, room, log, len(several))
        for n, draft in enumerate(several):
            draft.seq = first + n if log == PUBLIC else None
        shown[log] = items(await store(db, room, log, first, [draft.entry() for draft in several], now))
    if drafts:
        await db.execute(standing.ADD_MESSAGES, [draft.row() for draft in drafts])
    return shown[PUBLIC], shown[DESK]


def _answer(found: Draft | _Repeated | Receipt | ForumError) -> Receipt | ForumError:
    match found:
        case Draft():
            return _receipt(found, dup=False)
        case _Repeated():
            return _receipt(found.first, dup=True)
    return found


def _receipt(draft: Draft, *, dup: bool) -> Receipt:
    return Receipt(draft.id, draft.message.cid, millis(draft.at), draft.state.value, dup, draft.seq, draft.proposal)
