"""Acts of staff in a room: done once per `cid` however often asked, in one transaction with their events and their audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.audit.service import Act, record
from app.chat import captures, moderation
from app.chat.models import StaffAct
from app.chat.people import Key, Person, enter
from app.chat.requests import Capture, Moderate, Op
from app.errors import Conflict, NotAllowed
from app.vault import Vault
from app.web.ground import Ground

ALSO_SECRETARIAT = {Op.APPROVE, Op.REJECT, Op.PIN, Op.UNPIN}
"""Acts that the secretariat does as well as moderators; the others are the moderators' alone."""


async def act(ground: Ground, room: str, key: Key, asked: Moderate | Capture) -> dict[str, Any]:
    """Do what was asked and commit; the answer of the first time when it was done before."""
    try:
        return await _try(ground, room, key, asked)
    except IntegrityError:
        # Two frames with the same cid at once: the other one has done it.
        return await _try(ground, room, key, asked)


async def _try(ground: Ground, room: str, key: Key, asked: Moderate | Capture) -> dict[str, Any]:
    async with ground.database.write() as db:
        now = ground.clock.now()
        person = await enter(db, ground.vault, room, key, now)
        return await _once(db, ground.vault, person, asked, now)


async def _once(db: AsyncSession, vault: Vault, person: Person, asked: Moderate | Capture, now: datetime) -> dict[str, Any]:
    if not may(person, asked):
        raise NotAllowed("chat.forbidden")
    where = (StaffAct.room == person.room, StaffAct.actor == person.id, StaffAct.cid == asked.cid)
    known = await db.scalar(select(StaffAct).where(*where))
    if known is not None:
        if known.body_hash != asked.body_hash:
            raise Conflict("chat.conflict")
        return dict(known.answer)
    done: Act
    if isinstance(asked, Capture):
        answer, done = await captures.capture(db, person, asked, now)
    else:
        answer, done = await moderation.moderate(db, vault, person, asked, now)
    db.add(StaffAct(room=person.room, actor=person.id, cid=asked.cid, body_hash=asked.body_hash, answer=answer, at=now))
    await db.flush()
    await record(db, vault, person.session_id, now, done)
    return answer


def may(person: Person, asked: Moderate | Capture) -> bool:
    """Whether this person's roles allow the act."""
    if isinstance(asked, Capture):
        return person.may(Role.MODERATOR, Role.OPERATOR, Role.SECRETARIAT)
    roles = {Role.MODERATOR, Role.SECRETARIAT} if asked.op in ALSO_SECRETARIAT else {Role.MODERATOR}
    return person.may(*roles)
