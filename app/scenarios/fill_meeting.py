"""Filling an empty database with a meeting of invited people: guests by list, proposals that were brought along, and what was decided so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.database.tables import new_id
from app.guests.importing import take_in
from app.guests.rows import Wanted
from app.proposals.replies import Reply, reply
from app.proposals.service import Heard, change, create
from app.registration.closing import close
from app.scenarios.fill import Filled, arrived, links
from app.scenarios.office import Staff, employ, open_office
from app.sessions.agenda import start_agenda_item
from app.sessions.fields import SessionFields
from app.sessions.models import AgendaItem, ForumSession, SessionState
from app.sessions.rows import sites_of
from app.sessions.service import GRACE, change_state, create_session
from app.web.ground import Ground


@dataclass(frozen=True)
class Guests:
    """An invitation: `hall` is the code of one, none is online."""

    institution: str
    office: str | None
    element: str
    seats: int
    hall: str | None
    name: str | None = None


@dataclass(frozen=True)
class Brought:
    """A proposal on the list that somebody brought: `asked` are its columns, `steps` what the desk made of it one after the other, `answer` the agency's."""

    text: str
    village: str
    asked: dict[str, object]
    steps: Sequence[dict[str, object]] = ()
    answer: str | None = None


@dataclass(frozen=True)
class Meeting:
    """A meeting as it stood at `now`: `points` of its agenda have begun; who brought a proposal is `author` (of `{village}`) with `capacity`."""

    prepared: datetime
    now: datetime
    points: int
    fields: SessionFields
    staff: Sequence[Staff]
    guests: Sequence[Guests]
    author: str
    capacity: str
    brought: Sequence[Brought]


CHECKED: dict[str, object] = {"status": "verified"}
"""The step by which the desk finds a proposal in order."""


def asked(sector: str, agency: str, quantity: int, unit: str, budget: int) -> dict[str, object]:
    """The columns of a proposal; budget in whole rupiah."""
    return {"sector": sector, "agency": agency, "quantity": quantity, "unit": unit, "budget": budget}


async def fill_meeting(ground: Ground, meeting: Meeting) -> Filled:
    """The meeting at its moment: invited and seated, the list on the desk, the room open, most of the guests there."""
    session = await _prepare(ground, meeting)
    await _invite(ground, session, meeting)
    await _bring(ground, session, meeting)
    await _hold(ground, session, meeting)
    return await links(ground, session, {hall: login for login, _, _, _, hall in meeting.staff if hall})


async def _prepare(ground: Ground, meeting: Meeting) -> ForumSession:
    now = meeting.prepared
    actor, password = await open_office(ground, now)
    async with ground.database.write() as db:
        session = await create_session(db, ground.vault, meeting.fields, actor=actor, now=now)
        await change_state(db, ground.vault, session.id, SessionState.PUBLISHED, actor=actor, reason=None, now=now)
    await employ(ground, session.id, meeting.staff, password, actor=actor, now=now)
    return session


async def _invite(ground: Ground, session: ForumSession, meeting: Meeting) -> None:
    async with ground.database.write() as db:
        halls = {site.code: site.id for site in await sites_of(db, session.id)}
        wanted = [
            Wanted(one.institution, one.office, one.name, one.seats, one.element, halls[one.hall] if one.hall else None)
            for one in meeting.guests
        ]
        at = meeting.prepared + timedelta(hours=1)
        await take_in(db, ground.vault, session.id, new_id(), "Daftar undangan", wanted, actor="system", now=at)
    async with ground.database.write() as db:
        await close(db, ground.vault, session.id, session.registration_closes_at + GRACE)


async def _bring(ground: Ground, session: ForumSession, meeting: Meeting) -> None:
    """Written down the day before; checked, decided and answered a few minutes apart, the last just before the moment that is shown."""
    length = timedelta(minutes=4 * len(meeting.brought))
    for place, one in enumerate(meeting.brought):
        heard = Heard(one.text, meeting.author.format(village=one.village), meeting.capacity)
        at = meeting.fields.starts_at - timedelta(days=1) + timedelta(minutes=2 * place)
        async with ground.database.write() as db:
            made = await create(
                db, ground.vault, session, heard, {"title": one.text, "village": one.village, **one.asked}, actor="system", now=at
            )
        for step, changes in enumerate(one.steps):
            at = meeting.now - length + timedelta(minutes=4 * place + step)
            async with ground.database.write() as db:
                await change(db, ground.vault, session, made.number, changes, if_version=1 + step, actor="system", now=at)
        if one.answer:
            agency = str(one.asked["agency"])
            async with ground.database.write() as db:
                given = Reply(new_id(), one.answer, agency, agency)
                await reply(db, ground.vault, session, made.number, given, actor="system", now=at + timedelta(minutes=1))


async def _hold(ground: Ground, session: ForumSession, meeting: Meeting) -> None:
    starts = meeting.fields.starts_at
    async with ground.database.write() as db:
        await change_state(db, ground.vault, session.id, SessionState.LIVE, actor="system", reason=None, now=starts)
        points = (await db.scalars(select(AgendaItem).where(AgendaItem.session_id == session.id).order_by(AgendaItem.position))).all()
        for point in points[: meeting.points]:
            await start_agenda_item(db, ground.vault, session.id, point.id, actor="system", now=point.planned_at or starts)
    await arrived(ground, session, starts, share=0.8)
