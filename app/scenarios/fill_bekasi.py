"""Filling an empty database with the five days of Bekasi: two are over, the third is being held, two are still to come."""

import random
from datetime import datetime, timedelta

from sqlalchemy import select

from app.database.tables import new_id
from app.invitations.publish import publish
from app.participants.models import Participant
from app.proposals.dapil import Line, replace_dapils
from app.proposals.replies import Reply, reply
from app.proposals.service import change
from app.proposals.upkeep import take_wish
from app.registration.applying import Sender, apply
from app.registration.closing import close
from app.registration.decisions import fill_seats
from app.registration.form import ApplicationForm
from app.registration.models import Application
from app.registration.roll import load_roll
from app.registration.selection import fill
from app.scenarios import bekasi as event
from app.scenarios.fill import Filled, arrived, links
from app.scenarios.fill_finished import finish
from app.scenarios.office import employ, open_office
from app.scenarios.pekalongan import FAMILY, FEMALE, MALE
from app.sessions.agenda import start_agenda_item
from app.sessions.fields import SeriesFields, SessionChanges
from app.sessions.models import AgendaItem, ForumSession, SessionState
from app.sessions.series import add_day, start_series
from app.sessions.service import GRACE, change_state, create_session, update_session
from app.web.ground import Ground

PER_HALL = 2
"""Applicants of a kelurahan on a day that has been or is being held, one for its hall and one online; one on a day still to come."""


async def fill_bekasi(ground: Ground) -> Filled:
    """The event as it stood on the third day at 09.52 WIB: halls filled, the agenda at the voices of the twelve, the days before verified, the first of them finished."""
    days = await _prepare(ground)
    for number, day in enumerate(days):
        await _register(ground, day, number)
        if number > event.TODAY:
            continue
        await _select(ground, day)
        await _hold(ground, day, over=number < event.TODAY)
        await _check(ground, day, over=number < event.TODAY)
    await finish(ground, days[0])
    return await links(ground, days[event.TODAY], {hall: login for login, _, _, _, hall in event.STAFF if hall})


async def _prepare(ground: Ground) -> list[ForumSession]:
    """One day set up with its staff; the others are copies of it, and all five are announced."""
    now = event.PREPARED
    actor, password = await open_office(ground, now)
    async with ground.database.write() as db:
        first = await create_session(db, ground.vault, event.FIRST, actor=actor, now=now)
    await employ(ground, first.id, event.STAFF, password, actor=actor, now=now)
    async with ground.database.write() as db:
        about = SeriesFields(title=event.SERIES, summary=event.ABOUT)
        series = await start_series(db, ground.vault, first.id, about, actor=actor, now=now)
        lines = [Line(number, district, dapil) for number, (district, dapil) in enumerate(event.DAPIL, 1)]
        await replace_dapils(db, ground.vault, first, lines, actor=actor, now=now)
    days = [first]
    for number, day in enumerate(event.DAYS[1:], 2):
        async with ground.database.write() as db:
            title = f"Musrenbang Kota Bekasi 2018, hari {number}"
            made = await add_day(db, ground.vault, series, event.wib(day, 9), actor=actor, now=now, title=title)
            meeting = SessionChanges(meeting=event.FIRST.meeting)
            days.append(await update_session(db, ground.vault, made.id, meeting, version=made.version, actor=actor, now=now))
    for one in days:
        async with ground.database.write() as db:
            await change_state(db, ground.vault, one.id, SessionState.PUBLISHED, actor=actor, reason=None, now=now)
    return days


async def _register(ground: Ground, day: ForumSession, number: int) -> None:
    """RT and RW heads and others of the twelve kelurahan; those of the days to come are just registering."""
    dice = random.Random(2018 + number)  # noqa: S311 - the same people at every demonstration
    coming = number > event.TODAY
    until = min(day.registration_closes_at, event.NOW)
    for place, (code, _, _, village) in enumerate(event.HALLS):
        for turn in range(1 if coming else PER_HALL):
            at = until - timedelta(minutes=dice.uniform(30, 3000))
            form = ApplicationForm.model_validate(_resident(dice, number, place * PER_HALL + turn, code, village))
            async with ground.database.write() as db:
                await apply(db, ground.vault, day.id, form, Sender(), received_at=at, now=at)
    if not coming:
        async with ground.database.write() as db:
            await close(db, ground.vault, day.id, day.registration_closes_at + GRACE)


def _resident(dice: random.Random, day: int, number: int, hall: str, village: str) -> dict[str, object]:
    female = dice.random() < 0.4
    rt, rw = f"{dice.randint(1, 9):02}", f"{dice.randint(1, 20):02}"
    element = ("rt", "rw", "perempuan" if female else "pemuda")[number % 3]
    given = dice.choice(FEMALE if female else MALE)
    known: dict[str, object] = {
        "name": f"{given} {dice.choice(FAMILY)} {'ABCDEFGHIJKL'[number // 3 % 12]}.",
        "phone": f"0821{day}{number:03}{dice.randint(1000, 9999)}",
        "village": village,
        "address": f"RT {rt}/RW {rw}",
        "element": element,
        "attendance": "online" if number % PER_HALL else "in_person",
        "gender": "female" if female else "male",
        "age_group": dice.choice(("youth", "adult", "adult", "elder")),
        "publish_name": True,
        "photos": False,
        "consent_version": 1,
        "wish": event.WISHES[(number + day) % len(event.WISHES)].format(rt=rt, rw=rw, n=dice.randint(6, 40), village=village),
    }
    if known["attendance"] == "in_person":
        known["site"] = hall
    if element in {"rt", "rw"}:
        known["capacity"] = f"Ketua RT {rt}/RW {rw}" if element == "rt" else f"Ketua RW {rw}"
    return known


async def _select(ground: Ground, day: ForumSession) -> None:
    async with ground.database.read() as db:
        roll = await load_roll(db, await db.get_one(ForumSession, day.id))
    at = day.registration_closes_at + timedelta(hours=1)
    async with ground.database.write() as db:
        await fill_seats(db, ground.vault, day.id, roll, fill(roll.candidates, roll.bounds, roll.seats), actor="system", now=at)
    async with ground.database.write() as db:
        await publish(db, ground.vault, day.id, actor="system", now=at, leave_undecided="decline")


async def _hold(ground: Ground, day: ForumSession, *, over: bool) -> None:
    """The room open since the start, the halls filled, the second point of the agenda reached; a day that is over has ended in time."""
    async with ground.database.write() as db:
        await change_state(db, ground.vault, day.id, SessionState.LIVE, actor="system", reason=None, now=day.starts_at)
        points = (await db.scalars(select(AgendaItem).where(AgendaItem.session_id == day.id).order_by(AgendaItem.position))).all()
        for point in points if over else points[:2]:
            await start_agenda_item(db, ground.vault, day.id, point.id, actor="system", now=point.planned_at or day.starts_at)
    await arrived(ground, day, day.starts_at, share=0.85)
    if over:
        async with ground.database.write() as db:
            await change_state(db, ground.vault, day.id, SessionState.ENDED, actor="system", reason=None, now=day.ends_at)


async def _check(ground: Ground, day: ForumSession, *, over: bool) -> None:
    """Wishes become proposals; of a day that is over all are verified and some agreed, of today's every second is looked at."""
    async with ground.database.read() as db:
        wanted = select(Application.id, Application.wish, Application.received_at, Participant.village)
        wanted = wanted.join(Participant, Participant.id == Application.participant_id).where(Application.session_id == day.id)
        wishes = (await db.execute(wanted.order_by(Application.order))).all()
    for place, (application, wish, received_at, village) in enumerate(wishes):
        async with ground.database.write() as db:
            number = await take_wish(db, application, now=received_at + timedelta(minutes=1))
        if number is None or (not over and place % 2):
            continue
        sector, at = event.SECTORS[str(wish).split(maxsplit=1)[0]], _checked_at(day, place, over=over)
        await _verify(ground, day, number, {"sector": sector, "agency": event.AGENCIES[sector], "village": village}, at=at)
        if over and place % 4 == 0:
            await _agree(ground, day, number, sector, at=at + timedelta(minutes=1))


async def _verify(ground: Ground, day: ForumSession, number: str, found: dict[str, object], *, at: datetime) -> None:
    async with ground.database.write() as db:
        await change(db, ground.vault, day, number, {"status": "verified", **found}, if_version=1, actor="system", now=at)


async def _agree(ground: Ground, day: ForumSession, number: str, sector: str, *, at: datetime) -> None:
    """The forum agrees, and the agency writes what it will do."""
    agreed = {"status": "agreed", "reason": event.AGREED}
    answer = Reply(new_id(), event.REPLIES[sector], event.AGENCIES[sector], event.AGENCIES[sector])
    async with ground.database.write() as db:
        await change(db, ground.vault, day, number, agreed, if_version=2, actor="system", now=at)
        await reply(db, ground.vault, day, number, answer, actor="system", now=at + timedelta(hours=3))


def _checked_at(day: ForumSession, place: int, *, over: bool) -> datetime:
    return (day.ends_at if over else day.registration_closes_at) + timedelta(minutes=3 * place + 5)
