"""The big screen: what stands on it now, and the acts of the operator who runs it.

A message that is hidden, held or gone is never shown, whatever was put up: what is shown is read anew from the messages each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.chat.models import Message, MessageState
from app.database.tables import new_id
from app.errors import Conflict, NotFound
from app.hall.models import Screen, ScreenItem
from app.participants.models import Origin, Participant
from app.proposals.privacy import name_is_public
from app.regions import finds_personal
from app.registration.keys import new_code, written
from app.sessions.models import ForumSession, Site
from app.sessions.vocabulary import Element
from app.vault import Vault, same

SHOWN = 3
"""One voice large and two next."""
OFFERED = 40
SPECIFIC = frozenset({Element.CHILDREN, Element.DISABLED})
"""Elements that say something about a person which the public need not know."""
KINDS = ("aspiration", "question")


@dataclass(frozen=True)
class OnScreen:
    """A voice as the hall may read it: the name only by wish or office, or the word that stands for somebody."""

    id: str
    text: str
    name: str | None
    capacity: str | None
    element: str | None
    village: str | None
    site: str | None
    number: str | None


@dataclass(frozen=True)
class Offered:
    """A message that may be put up, with whether it is up and whether it holds a number of somebody."""

    id: str
    kind: str
    text: str
    author: str
    site: str | None
    number: str | None
    at: datetime
    up: bool
    personal: bool


async def screen_of(db: AsyncSession, session_id: str, now: datetime) -> Screen:
    """The screen of a session, made with a code of its own when it is first asked for (a write transaction)."""
    dialect = sqlite if db.get_bind().dialect.name == "sqlite" else postgresql
    made = dialect.insert(Screen).values(session_id=session_id, code=new_code(), blank=False, dark=False, changed_at=now)
    await db.execute(made.on_conflict_do_nothing(index_elements=["session_id"]))
    return await db.get_one(Screen, session_id, populate_existing=True, with_for_update=True)


async def opened(db: AsyncSession, session_id: str, code: str) -> Screen:
    """The screen that this code opens; NotFound `hall.unknown_screen` for any other code."""
    screen = await db.get(Screen, session_id)
    if screen is None or not same(written(code), screen.code):
        raise NotFound("hall.unknown_screen")
    return screen


async def forum_of(db: AsyncSession, code: str) -> ForumSession:
    """The forum whose screen this code opens; NotFound `hall.unknown_screen` for any other code."""
    found = await db.scalar(
        select(ForumSession).join(Screen, Screen.session_id == ForumSession.id).where(Screen.code == written(code)).limit(1)
    )
    if found is None:
        raise NotFound("hall.unknown_screen")
    return found


async def look(db: AsyncSession, session_id: str, now: datetime, *, blank: bool | None = None, dark: bool | None = None) -> None:
    """Blank the screen or show it again, in light or dark."""
    screen = await screen_of(db, session_id, now)
    screen.blank = screen.blank if blank is None else blank
    screen.dark = screen.dark if dark is None else dark
    screen.changed_at = now


async def change_code(db: AsyncSession, vault: Vault, session_id: str, *, actor: str, now: datetime) -> None:
    """A new code: screens that are open with the old one end."""
    screen = await screen_of(db, session_id, now)
    screen.code = new_code()
    screen.changed_at = now
    await record(db, vault, session_id, now, Act(actor, "hall.screen_code_changed", f"session:{session_id}", {}))


async def put_up(db: AsyncSession, vault: Vault, session: ForumSession, message_id: str, *, actor: str, now: datetime) -> None:
    """Show a message large. NotFound for one that is not visible in this room, Conflict `hall.personal_on_screen` with a phone number or NIK in it."""
    await screen_of(db, session.id, now)
    message = await db.scalar(_visible(session.room).where(Message.id == message_id))
    if message is None:
        raise NotFound("hall.not_to_show")
    if finds_personal(message.text):
        raise Conflict("hall.personal_on_screen")
    await _take_down(db, session.id, message_id, now)
    db.add(ScreenItem(id=new_id(), session_id=session.id, message_id=message_id, put_up_at=now, put_up_by=actor))
    await record(db, vault, session.id, now, Act(actor, "hall.shown_on_screen", f"message:{message_id}", {}))


async def take_down(db: AsyncSession, vault: Vault, session: ForumSession, message_id: str, *, actor: str, now: datetime) -> None:
    """Show a message no longer, also where the session shows all."""
    await screen_of(db, session.id, now)
    if not await _take_down(db, session.id, message_id, now):
        down = {"put_up_at": now, "put_up_by": actor, "taken_down_at": now}
        db.add(ScreenItem(id=new_id(), session_id=session.id, message_id=message_id, **down))
    await record(db, vault, session.id, now, Act(actor, "hall.taken_off_screen", f"message:{message_id}", {}))


async def on_screen(db: AsyncSession, session: ForumSession) -> list[OnScreen]:
    """What is up now, newest first: what operators put up, then, if the session says so, aspirations as they come."""
    up, down = await _items(db, session.id)
    chosen = list((await db.scalars(_visible(session.room).where(Message.id.in_(list(up))))).all())
    chosen.sort(key=lambda one: up[one.id], reverse=True)
    shown = chosen[:SHOWN]
    if session.screen_shows_all and len(shown) < SHOWN:
        coming = await db.scalars(_visible(session.room).where(Message.kind == "aspiration").order_by(Message.seq.desc()).limit(OFFERED))
        fresh = [one for one in coming if one.id not in up and one.id not in down and not finds_personal(one.text)]
        shown = sorted([*shown, *fresh[: SHOWN - len(shown)]], key=lambda one: up.get(one.id, one.received_at), reverse=True)
    return await _as_seen(db, session.id, shown)


async def offered(db: AsyncSession, session: ForumSession) -> list[Offered]:
    """The last visible aspirations and questions, newest first, and whatever is still up."""
    up, _ = await _items(db, session.id)
    last = list(await db.scalars(_visible(session.room).where(Message.kind.in_(KINDS)).order_by(Message.seq.desc()).limit(OFFERED)))
    there = {one.id for one in last}
    older = list(await db.scalars(_visible(session.room).where(Message.id.in_([one for one in up if one not in there]))))
    halls = await _halls(db, session.id)
    return [
        Offered(
            one.id,
            one.kind,
            one.text,
            str(one.by.get("name", "")),
            halls.get(one.site_id or ""),
            one.proposal,
            one.received_at,
            one.id in up,
            bool(finds_personal(one.text)),
        )
        for one in [*last, *older]
    ]


def _visible(room: str) -> Select[Message]:
    return select(Message).where(Message.room == room, Message.state == MessageState.VISIBLE)


async def _items(db: AsyncSession, session_id: str) -> tuple[dict[str, datetime], set[str]]:
    """Messages that are up, with when they were put up, and those that were taken down and not put up again."""
    rows = list(await db.scalars(select(ScreenItem).where(ScreenItem.session_id == session_id).order_by(ScreenItem.put_up_at)))
    up = {row.message_id: row.put_up_at for row in rows if row.taken_down_at is None}
    return up, {row.message_id for row in rows} - set(up)


async def _take_down(db: AsyncSession, session_id: str, message_id: str, now: datetime) -> int:
    still_up = and_(ScreenItem.session_id == session_id, ScreenItem.message_id == message_id, ScreenItem.taken_down_at.is_(None))
    taken = await db.execute(update(ScreenItem).where(still_up).values(taken_down_at=now).returning(ScreenItem.id))
    return len(taken.all())


async def _as_seen(db: AsyncSession, session_id: str, messages: Sequence[Message]) -> list[OnScreen]:
    ids = [one.participant_id for one in messages if one.participant_id]
    people = {one.id: one for one in await db.scalars(select(Participant).where(Participant.id.in_(ids)))}
    halls = await _halls(db, session_id)
    return [_seen(one, people.get(one.participant_id or ""), halls) for one in messages]


def _seen(message: Message, person: Participant | None, halls: dict[str, str]) -> OnScreen:
    by = message.by
    capacity = by.get("capacity")
    in_office = person is None
    named = in_office or (
        person is not None
        and (
            person.origin == Origin.PLACEHOLDER or name_is_public(child=person.child, opted_in=person.publish_name, element=person.element)
        )
    )
    return OnScreen(
        id=message.id,
        text=message.text,
        name=str(by.get("name", "")) if named else None,
        capacity=str(capacity) if capacity else None,
        element=person.element if person and person.element not in SPECIFIC else None,
        village=person.village if person else None,
        site=halls.get(message.site_id or ""),
        number=message.proposal,
    )


async def _halls(db: AsyncSession, session_id: str) -> dict[str, str]:
    rows = await db.execute(select(Site.id, Site.name).where(Site.session_id == session_id))
    return {row.id: row.name for row in rows}
