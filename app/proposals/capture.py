"""From words to numbered proposals, many at once, in the transaction of whoever heard them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import RowMapping, Table, and_, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.journal.service import Handle
from app.participants.models import Participant
from app.proposals.choices import Via
from app.proposals.fields import LONG, NAMES, SHORT, TEXTS, carried, clean, snapshot, title_of
from app.proposals.models import Proposal, ProposalCounter, ProposalSource, ProposalStatus, ProposalVersion, Response
from app.proposals.privacy import flags_of, name_is_public
from app.sessions.models import ForumSession, Publication

PROPOSALS = cast("Table", Proposal.__table__)
VERSIONS = cast("Table", ProposalVersion.__table__)
SOURCES = cast("Table", ProposalSource.__table__)
RESPONSES = cast("Table", Response.__table__)
LONGEST = 4 * LONG


@dataclass(frozen=True)
class Words:
    """Something said that becomes a proposal: whose, where, when, and the fields that the composer carried (as in the protocol's `fields`).

    `in_office` says that staff or a council spoke in their own name, so that the name is public.
    """

    source_kind: str
    source_id: str
    text: str
    author: str
    at: datetime
    participant_id: str | None = None
    capacity: str | None = None
    on_behalf: str | None = None
    site_id: str | None = None
    via: str = "online"
    fields: Mapping[str, Any] = field(default_factory=dict)
    in_office: bool = False
    name_public: bool = False
    """What somebody who is not on the list agreed to."""


@dataclass(frozen=True)
class _Speaker:
    """What the public may know of who spoke."""

    village: str | None = None
    child: bool = False
    name_public: bool = False


async def capture(db: Handle, session_id: str, words: Sequence[Words], *, by: str, now: datetime) -> list[str]:
    """Number and store one proposal per item with its source and first version; the numbers, in order. Grouped inserts, no ORM object.

    Locks the session's proposal counter. A field that is not right is left out, never refused: the words are kept as said.
    """
    return await _store(db, session_id, [([one], one.fields) for one in words], by=by, now=now)


async def capture_messages(
    db: Handle, session_id: str, messages: Sequence[Words], fields: Mapping[str, Any], *, by: str, now: datetime
) -> str:
    """One proposal from several messages, the first of which names the proposer; its number."""
    merged = {**{k: v for one in messages for k, v in one.fields.items()}, **fields}
    return (await _store(db, session_id, [(messages, merged)], by=by, now=now))[0]


async def take_serials(db: Handle, session_id: str, count: int) -> int:
    """Lock the session's counter and give out `count` serial numbers; the first of them."""
    upsert = (sqlite if _dialect(db) == "sqlite" else postgresql).insert(ProposalCounter).values(session_id=session_id, last=count)
    taken = await db.execute(
        upsert.on_conflict_do_update(index_elements=["session_id"], set_={"last": ProposalCounter.last + count}).returning(
            ProposalCounter.last
        )
    )
    return int(taken.scalar_one()) - count + 1


async def take_turn(db: Handle, session_id: str) -> None:
    """Hold the session's counter to the end of the transaction, also before its first proposal: who looks whether one is there does it alone."""
    upsert = (sqlite if _dialect(db) == "sqlite" else postgresql).insert(ProposalCounter).values(session_id=session_id, last=0)
    await db.execute(upsert.on_conflict_do_update(index_elements=["session_id"], set_={"last": ProposalCounter.last}))


async def words_gone(db: Handle, source_id: str, gone: str) -> None:
    """A message was hidden, deleted or erased: its words leave every proposal made of it, which stays on the desk and off the public list.

    An answer leaves the proposals that it was about.
    """
    await db.execute(update(RESPONSES).where(RESPONSES.c.message_id == source_id).values(text="", gone=gone))
    await db.execute(update(SOURCES).where(SOURCES.c.source_id == source_id).values(text="", gone=gone))
    await db.execute(
        update(PROPOSALS)
        .where(PROPOSALS.c.id.in_(_made_of(source_id)), PROPOSALS.c.published_at.is_not(None))
        .values(published_before=PROPOSALS.c.published_at, published_at=None)
    )


async def words_back(db: Handle, source_id: str, text: str) -> None:
    """A message is shown again: its words return, and what was public because of them is public as before."""
    await db.execute(update(RESPONSES).where(RESPONSES.c.message_id == source_id).values(text=clean(text), gone=None))
    await db.execute(update(SOURCES).where(SOURCES.c.source_id == source_id).values(text=clean(text)[:LONGEST], gone=None))
    other = SOURCES.alias()
    still_gone = exists().where(and_(other.c.proposal_id == PROPOSALS.c.id, other.c.gone.is_not(None)))
    await db.execute(
        update(PROPOSALS)
        .where(PROPOSALS.c.id.in_(_made_of(source_id)), PROPOSALS.c.published_before.is_not(None), ~still_gone)
        .values(published_at=func.coalesce(PROPOSALS.c.published_at, PROPOSALS.c.published_before), published_before=None)
    )


def _made_of(source_id: str) -> Any:
    return select(SOURCES.c.proposal_id).where(SOURCES.c.source_id == source_id)


async def _store(
    db: Handle, session_id: str, groups: Sequence[tuple[Sequence[Words], Mapping[str, Any]]], *, by: str, now: datetime
) -> list[str]:
    """Write one proposal per group of words, under numbers that follow each other."""
    if not groups:
        return []
    forum = await _forum(db, session_id)
    speakers = await _speakers(db, [one for words, _ in groups for one in words])
    first = await take_serials(db, session_id, len(groups))
    made = [
        _rows(forum, number_of(forum["number_prefix"], forum["plan_year"], first + n), words, fields, speakers, by, now)
        for n, (words, fields) in enumerate(groups)
    ]
    await db.execute(insert(PROPOSALS), [proposal for proposal, _, _ in made])
    await db.execute(insert(VERSIONS), [version for _, version, _ in made])
    await db.execute(insert(SOURCES), [source for _, _, sources in made for source in sources])
    return [str(proposal["number"]) for proposal, _, _ in made]


def number_of(prefix: str, plan_year: int, serial: int) -> str:
    """The number as it is written and read aloud: PKL-2022-0042."""
    return f"{prefix}-{plan_year}-{serial:04d}"


async def _forum(db: Handle, session_id: str) -> RowMapping:
    columns = (ForumSession.id, ForumSession.number_prefix, ForumSession.plan_year, ForumSession.publication)
    return (await db.execute(select(*columns).where(ForumSession.id == session_id))).mappings().one()


async def _speakers(db: Handle, words: Sequence[Words]) -> dict[str, RowMapping]:
    ids = sorted({one.participant_id for one in words if one.participant_id})
    if not ids:
        return {}
    columns = (Participant.id, Participant.village, Participant.child, Participant.publish_name, Participant.element)
    rows = (await db.execute(select(*columns).where(Participant.id.in_(ids)))).mappings()
    return {row["id"]: row for row in rows}


def _speaker(words: Words, people: Mapping[str, RowMapping]) -> _Speaker:
    row = people.get(words.participant_id or "")
    if row is None:
        return _Speaker(name_public=words.in_office or words.name_public)
    public = name_is_public(child=row["child"], opted_in=row["publish_name"], element=row["element"], in_office=words.in_office)
    return _Speaker(row["village"], row["child"], public)


def _rows(
    forum: RowMapping,
    number: str,
    words: Sequence[Words],
    given: Mapping[str, Any],
    people: Mapping[str, RowMapping],
    by: str,
    now: datetime,
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """The rows of one proposal: itself, its first version, its sources."""
    first, speakers = words[0], [_speaker(one, people) for one in words]
    fields = carried(given)
    fields.setdefault("title", title_of(first.text))
    hidden = [one.author for one, speaker in zip(words, speakers, strict=True) if not speaker.name_public]
    flags = flags_of([*(one.text for one in words), *(fields.get(name) for name in TEXTS)], hidden)
    # What anybody at all may send is looked at first, whatever the forum does with its own people's words.
    at_once = forum["publication"] == Publication.LIVE and not flags and first.via != Via.WEB
    proposal = {
        **dict.fromkeys(NAMES),
        "rt": [],
        "rw": [],
        "leads_to": [],
        "comes_from": [],
        **fields,
        "id": new_id(),
        "session_id": forum["id"],
        "number": number,
        "version": 1,
        "status": ProposalStatus.NEW,
        "participant_id": first.participant_id,
        "proposer": _bounded(first.author),
        "capacity": _bounded(first.capacity),
        "on_behalf": _bounded(first.on_behalf),
        "child": speakers[0].child,
        "name_public": speakers[0].name_public,
        "site_id": first.site_id,
        "via": Via(first.via) if first.via in set(Via) else Via.ONLINE,
        "flags": flags,
        "created_at": now,
        "published_at": now if at_once else None,
    }
    version = {"proposal_id": proposal["id"], "version": 1, "fields": snapshot(proposal), "by": by, "note": None, "at": now}
    return proposal, version, [_source(str(proposal["id"]), one, speaker) for one, speaker in zip(words, speakers, strict=True)]


def _source(proposal_id: str, words: Words, speaker: _Speaker) -> dict[str, Any]:
    return {
        "id": new_id(),
        "proposal_id": proposal_id,
        "kind": words.source_kind,
        "source_id": words.source_id,
        "participant_id": words.participant_id,
        "author": _bounded(words.author),
        "capacity": _bounded(words.capacity),
        "village": speaker.village,
        "child": speaker.child,
        "name_public": speaker.name_public,
        "site_id": words.site_id,
        "text": clean(words.text)[:LONGEST],
        "at": words.at,
        "gone": None,
    }


def _bounded(value: str | None) -> str | None:
    return None if value is None else clean(value)[:SHORT]


def _dialect(db: Handle) -> str:
    return str(db.get_bind().dialect.name if isinstance(db, AsyncSession) else db.dialect.name)
