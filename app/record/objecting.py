"""Objections: filed in time by those who attended, each answered once by the secretariat."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from app.hall.present import stays_of
from app.i18n import when
from app.notices.service import notify
from app.participants.models import Attendance, Origin, Participant
from app.record.corrections import is_final, last_window, opened_words
from app.record.difference import LISTS
from app.record.models import ObjectionSubject, ObjectionVerdict, RecordObjection, RecordWindow
from app.record.own import held_since, own_objections
from app.regions import finds_personal, name_key
from app.sessions.models import ForumSession
from app.vault import Vault

OBJECTION = "objection"
"""The kind of the notice that an objection was answered: {objection}."""
MOST_OF_ONE = 20
MOST_FOUND = 20


@dataclass(frozen=True)
class Wanted:
    """An objection as it is typed: `about` is the number of a proposal of annex II or III, if any."""

    subject: ObjectionSubject
    about: str
    text: str


async def those_called(db: AsyncSession, session_id: str, name: str) -> list[Participant]:
    """Who attended and is called like this, in the order of registration."""
    key = name_key(name)
    if not key:
        return []
    there = select(Attendance.participant_id).where(Attendance.session_id == session_id)
    wanted = select(Participant).where(Participant.session_id == session_id, Participant.id.in_(there), Participant.erased_at.is_(None))
    wanted = wanted.where(Participant.name_key.contains(key, autoescape=True), Participant.origin != Origin.PLACEHOLDER)
    return list(await db.scalars(wanted.order_by(Participant.number).limit(MOST_FOUND)))


async def object_to_draft(
    db: AsyncSession,
    vault: Vault,
    session: ForumSession,
    participant_id: str,
    wanted: Wanted,
    *,
    actor: str,
    received_at: datetime,
    now: datetime,
) -> RecordObjection:
    """File an objection whose form was complete at `received_at`; the same one twice is one.

    Conflict `record.no_window`, `record.window_over`, `record.too_many_objections`, `record.placeholder`; NotAllowed `record.not_attended`;
    Invalid (field `about`) `record.unknown_row`.
    """
    await db.execute(select(ForumSession.id).where(ForumSession.id == session.id).with_for_update(read=True))
    last = await last_window(db, session.id)
    if last is None:
        raise Conflict("record.no_window")
    window = await db.get_one(RecordWindow, last.id, with_for_update=True, populate_existing=True)
    if received_at > window.closes_at or await is_final(db, session.id):
        raise Conflict("record.window_over", until=when(window.closes_at, session.zone))
    person = await db.get(Participant, participant_id, with_for_update=True, populate_existing=True)
    if person is None or person.session_id != session.id or person.erased_at is not None or not await stays_of(db, participant_id):
        raise NotAllowed("record.not_attended")
    if person.origin == Origin.PLACEHOLDER:
        raise Conflict("record.placeholder")
    subject, about = _placed(window, wanted)
    theirs = select(RecordObjection).where(RecordObjection.window_id == window.id, await own_objections(db, participant_id))
    filed = (await db.scalars(theirs)).all()
    for one in filed:
        if (one.subject, one.about, opened_words(vault, one, "text")) == (subject, about, wanted.text):
            return one
    if len(filed) >= MOST_OF_ONE:
        raise Conflict("record.too_many_objections", most=MOST_OF_ONE)
    window.filed += 1
    found = RecordObjection(
        id=new_id(),
        session_id=session.id,
        window_id=window.id,
        participant_id=participant_id,
        number=window.filed,
        subject=subject,
        about=about,
        received_at=received_at,
        filed_by=actor,
    )
    found.text = vault.seal(wanted.text, "record_objections", "text", found.id)
    db.add(found)
    await db.flush()
    facts: dict[str, object] = {"window": window.number, "number": found.number, "subject": subject.value}
    await record(db, vault, session.id, now, Act(actor, "record.objection_filed", f"objection:{found.id}", facts))
    return found


def rows_shown(window: RecordWindow) -> dict[ObjectionSubject, list[tuple[str, str]]]:
    """Number and activity of each proposal that the draft shows in annex II and III."""
    source: Any = window.source
    found = {}
    for part, (_, columns) in LISTS.items():
        at = [name for name, _ in columns[1:]].index("activity")
        found[ObjectionSubject(part)] = [(row["number"], row["cells"][at]) for row in source.get(part, ())]
    return found


def _placed(window: RecordWindow, wanted: Wanted) -> tuple[ObjectionSubject, str | None]:
    """The subject with the proposal it names; a proposal of the other list is taken for what it is."""
    shown = rows_shown(window)
    if wanted.subject not in shown or not wanted.about:
        return wanted.subject, None
    for subject, rows in shown.items():
        if wanted.about in {number for number, _ in rows}:
            return subject, wanted.about
    raise Invalid(FieldError("about", "record.unknown_row"))


async def answer(
    db: AsyncSession,
    vault: Vault,
    session: ForumSession,
    objection_id: str,
    verdict: ObjectionVerdict,
    text: str,
    *,
    actor: str,
    now: datetime,
) -> RecordObjection:
    """Answer one objection, and tell whoever filed it, once.

    NotFound; Conflict `record.objection_answered` when it has another answer;
    Invalid (field `answer`) `record.answer_personal` for a phone number in what the record will say.
    """
    await db.execute(select(ForumSession.id).where(ForumSession.id == session.id).with_for_update(read=True))
    found = await db.get(RecordObjection, objection_id, with_for_update=True, populate_existing=True)
    if found is None or found.session_id != session.id:
        raise NotFound("record.unknown_objection")
    if found.subject is not ObjectionSubject.ATTENDANCE and finds_personal(text):
        raise Invalid(FieldError("answer", "record.answer_personal"))
    if found.verdict is not None:
        if (found.verdict, opened_words(vault, found, "answer")) == (verdict, text):
            return found
        raise Conflict("record.objection_answered")
    found.verdict, found.answered_at, found.answered_by = verdict, now, actor
    found.answer = vault.seal(text, "record_objections", "answer", found.id)
    await db.flush()
    person = await db.get_one(Participant, found.participant_id)
    since = (await held_since(db, [person.id])).get(person.id)
    if reachable(person) and (since is None or found.received_at > since):
        key, facts = f"{OBJECTION}:{found.id}", {"objection": found.id}
        await notify(db, session_id=session.id, participant_id=person.id, kind=OBJECTION, key=key, facts={**facts}, now=now)
    await record(db, vault, session.id, now, Act(actor, "record.objection_answered", f"objection:{found.id}", {"verdict": verdict.value}))
    return found


def reachable(person: Participant) -> bool:
    """Whether a letter can go to somebody; all others are told by whoever wrote it down for them."""
    return person.erased_at is None and (person.phone is not None or person.email is not None)


async def names_of(db: AsyncSession, objections: Collection[RecordObjection]) -> dict[str, Participant]:
    """Who filed these, by the id of the participant."""
    people = await db.scalars(select(Participant).where(Participant.id.in_({one.participant_id for one in objections})))
    return {one.id: one for one in people}
