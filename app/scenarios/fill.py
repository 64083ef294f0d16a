"""Filling an empty database with the event, through the same services that people use, at the moments at which they would have."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.access.models import Account
from app.audit.service import Act, record
from app.clock import Clock
from app.database.tables import new_id
from app.invitations.links import token_for
from app.invitations.models import Seat, SeatState
from app.invitations.publish import publish
from app.participants.models import Attendance, Participant
from app.participants.service import open_contact
from app.proposals.service import change
from app.proposals.upkeep import take_wish
from app.regions import last_four
from app.registration.applying import Sender, apply
from app.registration.closing import close
from app.registration.decisions import fill_seats
from app.registration.form import ApplicationForm
from app.registration.models import Application
from app.registration.roll import load_roll
from app.registration.selection import fill
from app.scenarios import pekalongan as event
from app.scenarios.office import employ, open_office
from app.sessions.agenda import start_agenda_item
from app.sessions.models import AgendaItem, ForumSession, SessionState
from app.sessions.service import change_state, create_session
from app.web.ground import Ground

APPLICANTS = 168
ELEMENTS = (
    "rt", "rw", "perempuan", "pemuda", "warga", "lsm", "tokoh_agama", "tokoh_masyarakat", "lpm", "disabilitas", "anak", "swasta", "uptd", "warga",
)  # fmt: skip


@dataclass(frozen=True)
class Guest:
    """Somebody online: the token of their link, and the digits that a new device is asked for."""

    token: str
    last_four: str


@dataclass(frozen=True)
class Filled:
    """What the demonstration prints and drives: slug, room, and the links of those online and in the halls."""

    slug: str
    room: str
    online: list[Guest]
    operators: dict[str, str]


async def fill_pekalongan(ground: Ground) -> Filled:
    """The event of Kota Pekalongan as it stood at 19.33 WIB: residents registered, selected, invited, the room open, the halls filling."""
    session = await _prepare(ground)
    await _register(ground, session)
    await _select(ground, session)
    await _check(ground, session)
    await _open(ground, session)
    return await links(ground, session, {hall: login for login, _, _, _, hall in event.STAFF if hall})


async def _prepare(ground: Ground) -> ForumSession:
    now = event.PREPARED
    actor, password = await open_office(ground, now)
    async with ground.database.write() as db:
        session = await create_session(db, ground.vault, event.FIELDS, actor=actor, now=now)
        await change_state(db, ground.vault, session.id, SessionState.PUBLISHED, actor=actor, reason=None, now=now)
    await employ(ground, session.id, event.STAFF, password, actor=actor, now=now)
    return session


async def _register(ground: Ground, session: ForumSession) -> None:
    """Residents register over four days, most of them on the last evening."""
    dice = random.Random(2021)  # noqa: S311 - the same people at every demonstration
    length = (event.DEADLINE - event.OPENED).total_seconds()
    moments = sorted(event.OPENED + timedelta(seconds=length * dice.betavariate(3, 1.2)) for _ in range(APPLICANTS))
    for number, moment in enumerate(moments):
        form = ApplicationForm.model_validate(_resident(dice, number))
        async with ground.database.write() as db:
            await apply(db, ground.vault, session.id, form, Sender(), received_at=moment, now=moment)
    async with ground.database.write() as db:
        await close(db, ground.vault, session.id, event.DEADLINE + timedelta(seconds=90))


def _resident(dice: random.Random, number: int) -> dict[str, object]:
    female = dice.random() < 0.48
    element = ELEMENTS[number % len(ELEMENTS)]
    child = element == "anak"
    disabled = element == "disabilitas" or dice.random() < 0.03
    village = dice.choice(event.VILLAGES)
    rt, rw = dice.randint(1, 9), dice.randint(1, 12)
    in_hall = dice.random() < 0.45
    known: dict[str, object] = {
        "name": f"{dice.choice(event.FEMALE if female else event.MALE)} {dice.choice(event.FAMILY)} {'ABCDEFGHIJKLM'[number % 13]}.",
        "phone": f"0812{number:04}{dice.randint(1000, 9999)}",
        "village": village,
        "address": f"RT {rt:02}/RW {rw:02}",
        "element": element,
        "attendance": "in_person" if in_hall else "online",
        "gender": "female" if female else "male",
        "age_group": "child" if child else dice.choice(("youth", "adult", "adult", "elder")),
        "publish_name": dice.random() < 0.6,
        "photos": dice.random() < 0.7,
        "consent_version": 1,
    }
    if in_hall:
        known["site"] = dice.choice(("buketan", "utara"))
    if element in {"rt", "rw"}:
        known["capacity"] = f"Ketua RT {rt:02}/RW {rw:02}" if element == "rt" else f"Ketua RW {rw:02}"
    if child:
        known |= {"guardian_name": f"Wali {number}", "guardian_phone": f"0813{number:04}0000"}
    if disabled:
        known |= {"disability": "mobility", "disability_data": True}
    if dice.random() < 0.25:
        wish = dice.choice(event.WISHES)
        known["wish"] = wish.format(rt=f"{rt:02}", rw=f"{rw:02}", n=dice.randint(5, 25), village=village)
    return known


async def _select(ground: Ground, session: ForumSession) -> None:
    async with ground.database.read() as db:
        roll = await load_roll(db, session)
    plan = fill(roll.candidates, roll.bounds, roll.seats)
    now = event.PUBLISHED - timedelta(hours=1)
    async with ground.database.write() as db:
        await fill_seats(db, ground.vault, session.id, roll, plan, actor="system", now=now)
    async with ground.database.write() as db:
        await publish(db, ground.vault, session.id, actor="system", now=event.PUBLISHED, leave_undecided="decline")


async def _check(ground: Ground, session: ForumSession) -> None:
    """What applicants wish stands in the list since they registered; the secretariat has checked two of three, and refused one with its reason."""
    async with ground.database.read() as db:
        wanted = select(Application.id, Application.wish, Application.received_at, Participant.village)
        wanted = wanted.join(Participant, Participant.id == Application.participant_id)
        wanted = wanted.where(Application.session_id == session.id, Application.wish.is_not(None))
        wishes = (await db.execute(wanted.order_by(Application.received_at))).all()
        officer = await db.scalar(select(Account.id).where(Account.login == "sekretariat"))
    for place, (application, wish, received_at, village) in enumerate(wishes):
        async with ground.database.write() as db:
            number = await take_wish(db, application, now=received_at + timedelta(minutes=1))
        if number is None or place % 3 == 2:
            continue
        sector = event.SECTORS[(wish or "").split()[0]]
        changes: dict[str, object] = {"status": "verified", "sector": sector, "agency": event.AGENCIES[sector], "village": village}
        if place == 1:
            changes |= {"status": "declined", "reason_code": "already_proposed", "reason": event.ALREADY, "published": True}
        at = event.PUBLISHED + timedelta(minutes=4 * place)
        async with ground.database.write() as db:
            await change(db, ground.vault, session, number, changes, if_version=1, actor=f"account:{officer}", now=at)


async def _open(ground: Ground, session: ForumSession) -> None:
    """The room is open since the start; the third item of the agenda has begun; two of three who are expected in the halls are there."""
    async with ground.database.write() as db:
        await change_state(db, ground.vault, session.id, SessionState.LIVE, actor="system", reason=None, now=event.STARTS)
        items = (await db.scalars(select(AgendaItem).where(AgendaItem.session_id == session.id).order_by(AgendaItem.position))).all()
        for late, item in zip((0, 4, 2), items, strict=False):
            begun = (item.planned_at or event.STARTS) + timedelta(minutes=late)
            await start_agenda_item(db, ground.vault, session.id, item.id, actor="system", now=begun)
    await arrived(ground, session, event.STARTS, share=0.67)


async def arrived(ground: Ground, session: ForumSession, starts_at: datetime, *, share: float) -> None:
    """So large a share of those who are expected in the halls came, most of them before the start."""
    dice = random.Random(11)  # noqa: S311 - the same at every demonstration
    async with ground.database.write() as db:
        expected = await db.execute(
            select(Seat.participant_id, Seat.site_id).where(Seat.session_id == session.id, Seat.site_id.is_not(None))
        )
        arrivals = [(person, hall) for person, hall in expected if dice.random() < share]
        acts = []
        for person, hall in arrivals:
            at = starts_at + timedelta(minutes=dice.uniform(-35, 40))
            db.add(_arrival(session, person, hall, at))
            acts.append(Act("system", "hall.checked_in", f"person:{person}", {"site": hall}))
        await record(db, ground.vault, session.id, starts_at, *acts)


def _arrival(session: ForumSession, person: str, hall: str | None, at: datetime) -> Attendance:
    return Attendance(
        session_id=session.id,
        participant_id=person,
        way="in_person",
        site_id=hall,
        nonce=new_id(),
        arrived_at=at,
        recorded_at=at,
        recorded_by="system",
    )


async def links(ground: Ground, session: ForumSession, operators: dict[str, str]) -> Filled:
    """What is shown of a session: the links of those online, and the log-in of each hall's operator."""
    async with ground.database.read() as db:
        seats = await db.execute(
            select(Seat.id, Seat.generation, Participant)
            .join(Participant, Participant.id == Seat.participant_id)
            .where(Seat.session_id == session.id, Seat.state == SeatState.ACTIVE, Seat.way == "online")
            .order_by(Participant.number)
        )
        online = [
            Guest(token_for(ground.vault, seat, generation), last_four(open_contact(ground.vault, person).phone or ""))
            for seat, generation, person in seats
        ]
    return Filled(session.slug, session.room, online, operators)


def shifted(now: datetime, moment: datetime) -> Clock:
    """A clock that shows `moment` now, and runs on from there."""
    return Clock(moment - now)
