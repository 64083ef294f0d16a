"""A forum that was held: an agenda that was gone through, words in every state, a plenary, people in a hall and online."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.chat.models import Message, MessageState
from app.database.tables import new_id
from app.journal.service import PUBLIC, Entry, append
from app.participants.models import Attendance, Origin, Participant
from app.planning import service as plenary
from app.planning.board import By
from app.planning.delegates import Named, add_delegate
from app.planning.listing import plenary_of
from app.proposals.choices import Reason
from app.proposals.models import Response
from app.sessions.models import AgendaItem, AgendaMove, ForumSession, QuotaUnit, SessionState, Site
from app.web.ground import Ground
from tests.factories import make_session
from tests.factories_plenary import make_verified

START = datetime(2021, 4, 11, 11, 30, tzinfo=UTC)
"""18.30 WIB."""
POINTS = ("Pembukaan", "Penyampaian aspirasi", "Pleno prioritas")


def at(minutes: float) -> datetime:
    """So many minutes after the planned beginning."""
    return START + timedelta(minutes=minutes)


@dataclass
class Held:
    """The forum, its halls, the ids of its points, and everybody by name."""

    session: ForumSession
    sites: list[Site]
    points: list[str]
    people: dict[str, Participant]
    last: int = 0


async def make_held(ground: Ground, **changes: Any) -> Held:
    """Opened at 18.35, three points from 18.40, 19.00 and 20.00 WIB, ended at 20.30; nothing said yet. Four people were there, two of them women."""
    values = {
        "starts_at": START,
        "ends_at": at(120),
        "state": SessionState.ENDED,
        "opened_at": at(5),
        "ended_at": at(120),
        "quorum": 3,
        "quorum_unit": QuotaUnit.NUMBER,
        "slug": "pekalongan-2021",
        **changes,
    }
    session, sites = await make_session(ground, **values)
    items = [
        AgendaItem(id=new_id(), session_id=session.id, position=n, title=title, planned_at=at(30 * n - 30))
        for n, title in enumerate(POINTS, 1)
    ]
    people = [
        someone(session, 1, "Siti Rahayu", capacity="Ketua RT 03/RW 05", element="rt", gender="female"),
        someone(session, 2, "Budi Santoso", capacity=None, element="pemuda", gender="male"),
        someone(session, 3, "Ir. Bambang", institution="DPUPR", element="opd", gender="male"),
        someone(session, 4, "Wati", capacity=None, element="rt", gender="female"),
    ]
    async with ground.database.write() as db:
        db.add_all([*items, *people])
        await db.flush()
        for n, (item, minute) in enumerate(zip(items, (10, 30, 90), strict=True), 1):
            db.add(AgendaMove(id=new_id(), session_id=session.id, number=n, item_id=item.id, at=at(minute), by="account:x"))
            item.started_at, item.ended_at = at(minute), (at((30, 90)[n - 1]) if n < 3 else None)
        held = await db.merge(session)
        held.agenda_item_id = items[-1].id
        for one, site in zip(people, (sites[0], None, sites[0], sites[1]), strict=True):
            db.add(stay(session, one, site, at(4 + one.number)))
    session.agenda_item_id = items[-1].id
    return Held(session, sites, [one.id for one in items], {one.name: one for one in people})


def someone(session: ForumSession, number: int, name: str, **more: Any) -> Participant:
    """Somebody of the list."""
    values = {"capacity": None, **more}
    return Participant(
        id=new_id(),
        session_id=session.id,
        number=number,
        origin=Origin.APPLICATION,
        name=name,
        name_key=name.lower(),
        created_at=START,
        **values,
    )


def stay(session: ForumSession, who: Participant, site: Site | None, arrived: datetime) -> Attendance:
    """Somebody's stay until the end, in a hall or online."""
    return Attendance(
        session_id=session.id,
        participant_id=who.id,
        way="in_person" if site else "online",
        site_id=site.id if site else None,
        nonce=new_id(),
        arrived_at=arrived,
        left_at=at(120),
        recorded_at=arrived,
        recorded_by="system",
    )


async def say(
    ground: Ground, held: Held, minute: float, kind: str, text: str, who: str | None = None, state: str = "visible", **more: Any
) -> str:
    """Words of somebody (nobody: notes of an operator), as the room's writer leaves them; their id. `agency` makes a row of answers too."""
    held.last += 1
    person = held.people.get(who or "")
    site, agency = more.pop("site", None), more.pop("agency", None)
    by: dict[str, object] = {"id": person.id if person else "x", "name": who or "", "role": "attendee", "via": "hall" if site else "online"}
    if person and person.capacity:
        by["capacity"] = person.capacity
    message = Message(
        id=new_id(),
        room=held.session.room,
        sender=person.id if person else "account",
        cid=new_id(),
        body_hash="0" * 64,
        kind=kind,
        text=text,
        by=by,
        participant_id=person.id if person else None,
        site_id=site.id if site else None,
        via=more.pop("via", "hall" if site else "online"),
        state=MessageState(state),
        seq=held.last if state not in {"held", "rejected", "late"} else None,
        received_at=at(minute),
        **more,
    )
    async with ground.database.write() as db:
        db.add(message)
        if agency:
            answer = {"session_id": held.session.id, "message_id": message.id, "re": message.re, "author": who or "", "agency": agency}
            db.add(Response(id=new_id(), name_public=True, text=text, by="account:x", at=at(minute), **answer))
    return message.id


async def announce(ground: Ground, held: Held, minute: float, text: str) -> None:
    """An announcement to everybody."""
    async with ground.database.write() as db:
        await append(
            db, held.session.room, PUBLIC, [Entry({"t": "room", "op": "announce", "v": {"id": new_id(), "text": text}})], at(minute)
        )


async def turn(ground: Ground, held: Held, minute: float, to: str) -> None:
    """The room's state changes."""
    async with ground.database.write() as db:
        await append(db, held.session.room, PUBLIC, [Entry({"t": "room", "op": "state", "v": {"to": to}})], at(minute))


async def decide(ground: Ground, held: Held) -> list[str]:
    """Two proposals: the first agreed at 20.10, the second not agreed at 20.12, and a delegate; their numbers."""
    numbers = [await make_verified(ground, held.session, title) for title in ("Pengerukan saluran Samudra", "Gedung serbaguna Degayu")]
    async with ground.database.write() as db:
        await plenary.agree(db, ground.vault, held.session.id, numbers[:1], By("account:x", 0, at(100)))
        await plenary.not_agree(
            db, ground.vault, held.session.id, numbers[1:], (Reason.LAND_NOT_OWNED, "Tanah PT KAI"), By("account:x", 99, at(102))
        )
        await plenary.set_ceiling(db, ground.vault, held.session.id, 150_000_000, By("account:x", 99, at(103)))
        await add_delegate(db, ground.vault, held.session.id, Named("Siti Rahayu", "rt", "female"), By("account:x", 99, at(104)))
        assert (await plenary_of(db, held.session.id)).ceiling == 150_000_000
    return numbers
