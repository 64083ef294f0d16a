"""Answers that were given in the room: kept beside the proposals that they are about, in the transaction of whoever heard them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import RowMapping, Table, insert, select, update

from app.database.tables import new_id
from app.journal.service import Handle
from app.participants.models import Participant
from app.proposals.fields import SHORT, clean
from app.proposals.listing import numbered
from app.proposals.models import Proposal, Response
from app.proposals.privacy import name_is_public

RESPONSES = cast("Table", Response.__table__)


@dataclass(frozen=True)
class Answer:
    """What somebody answered in the room. `re` is the message that is answered, `number` the proposal that is named; one of them at least.

    `in_office` says that staff spoke in their own name. Of people in the hall `capacity` is what was said of them.
    """

    message_id: str
    text: str
    author: str
    at: datetime
    by: str
    re: str | None = None
    number: str | None = None
    participant_id: str | None = None
    capacity: str | None = None
    in_office: bool = False


async def heard(db: Handle, session_id: str, answers: Sequence[Answer]) -> None:
    """Keep answers; those that are about nothing are left to the room. An answer to an answer is about what that one is about."""
    about = [one for one in answers if one.re or one.number]
    if not about:
        return
    people = await _people(db, [one.participant_id for one in about if one.participant_id])
    earlier = await _earlier(db, [one.re for one in about if one.re])
    named = await proposals_named(db, session_id, [one.number for one in about if one.number])
    rows = [_row(session_id, one, people.get(one.participant_id or ""), earlier, named) for one in about]
    await db.execute(insert(RESPONSES), rows)


async def answer_changed(db: Handle, message_id: str, text: str) -> None:
    """Staff corrected the words of an answer in the room."""
    await db.execute(update(RESPONSES).where(RESPONSES.c.message_id == message_id).values(text=text))


async def answer_gone(db: Handle, message_id: str, gone: str) -> None:
    """The words of an answer were taken away in the room, and with them whose they were."""
    taken = {"text": "", "gone": gone, "author": "", "agency": None, "name_public": False}
    await db.execute(update(RESPONSES).where(RESPONSES.c.message_id == message_id).values(**taken))


async def spoken_by(db: Handle, from_id: str, person: Participant) -> None:
    """What was answered under one id is this person's, under their present name as far as it is public; of an erased one the words go."""
    agency = person.institution or person.capacity
    in_office = person.element is None and bool(agency)
    public = name_is_public(child=person.child, opted_in=person.publish_name, element=person.element, in_office=in_office)
    known = {"participant_id": person.id, "author": person.name, "name_public": public and person.erased_at is None}
    rest: dict[str, Any] = {"text": "", "gone": "erased"} if person.erased_at else {"agency": agency} if agency else {}
    await db.execute(update(RESPONSES).where(RESPONSES.c.participant_id == from_id).values(**known, **rest))


async def proposals_named(db: Handle, session_id: str, numbers: Sequence[str]) -> dict[str, str]:
    """The ids of a session's proposals by their numbers as stored; what is not there is left out."""
    wanted = {stored for number in numbers if (stored := numbered(number))}
    if not wanted:
        return {}
    rows = await db.execute(select(Proposal.number, Proposal.id).where(Proposal.session_id == session_id, Proposal.number.in_(wanted)))
    return {row.number: row.id for row in rows}


async def _people(db: Handle, ids: Sequence[str]) -> dict[str, RowMapping]:
    columns = (Participant.id, Participant.institution, Participant.element, Participant.child, Participant.publish_name)
    rows = (await db.execute(select(*columns).where(Participant.id.in_(sorted(set(ids)))))).mappings()
    return {row["id"]: row for row in rows}


async def _earlier(db: Handle, ids: Sequence[str]) -> dict[str, RowMapping]:
    columns = (Response.message_id, Response.re, Response.proposal_id)
    rows = (await db.execute(select(*columns).where(Response.message_id.in_(sorted(set(ids)))))).mappings()
    return {row["message_id"]: row for row in rows}


def _row(
    session_id: str, one: Answer, person: RowMapping | None, earlier: Mapping[str, RowMapping], named: Mapping[str, str]
) -> dict[str, Any]:
    before = earlier.get(one.re or "")
    agency = (person["institution"] if person else None) or one.capacity
    # A guest of whom only name and office are known speaks for that office.
    in_office = one.in_office or (person is not None and person["element"] is None and bool(agency))
    public = (
        name_is_public(child=person["child"], opted_in=person["publish_name"], element=person["element"], in_office=in_office)
        if person
        else in_office
    )
    return {
        "id": new_id(),
        "session_id": session_id,
        "message_id": one.message_id,
        "re": before["re"] if before else one.re,
        "proposal_id": named.get(numbered(one.number or "") or "") or (before["proposal_id"] if before else None),
        "participant_id": one.participant_id,
        "author": clean(one.author)[:SHORT],
        "agency": clean(agency)[:SHORT] if agency else None,
        "name_public": public,
        "text": clean(one.text),
        "version": 1,
        "by": one.by,
        "at": one.at,
        "changed_at": None,
        "changed_by": None,
        "gone": None,
    }
