"""`seed load`: a live forum session with an open room and many seats, for trying out and for load."""

import argparse
import asyncio
import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.access.rights import GrantOf
from app.access.service import create_token
from app.assembly import lay_ground
from app.chat.models import Room
from app.database.migrate import migrate
from app.database.tables import new_id
from app.invitations.links import token_for
from app.invitations.models import Seat, SeatState
from app.journal.service import open_room
from app.participants.models import Origin, Participant, ParticipantCounter
from app.proposals.models import ProposalCounter
from app.regions import name_key
from app.registration.models import Application, ApplicationState
from app.sessions.models import ForumSession, PrivacyNotice, SessionState, Site, Tier
from app.settings import SettingsProblem, from_environment
from app.web.ground import Ground

CHUNK = 500
"""Rows per transaction: a server on the same database goes on meanwhile."""
NAMES = (
    "Sri",
    "Budi",
    "Siti",
    "Agus",
    "Dewi",
    "Slamet",
    "Nur",
    "Eko",
    "Wati",
    "Joko",
    "Rina",
    "Hadi",
    "Yuni",
    "Bambang",
    "Lestari",
    "Umar",
)
CAPACITIES = ("Ketua RT 03/RW 05", "Ketua RW 02", "Kader PKK", "Karang Taruna", "Warga", "LPM Kelurahan")
ELEMENTS = ("rt", "rw", "perempuan", "pemuda", "warga", "lpm")
STAFF = (Role.MODERATOR, Role.OPERATOR, Role.SECRETARIAT, Role.ADMIN)


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verb of this module."""
    seed = verbs.add_parser("seed", help="fill a database for trying out").add_subparsers(required=True, metavar="WHAT")
    load = seed.add_parser("load", help="a live session with an open room and N seats; prints tokens as its last line")
    load.add_argument("--attendees", type=int, required=True, metavar="N")
    load.add_argument("--applicants", type=int, default=0, metavar="M")
    load.add_argument("--no-limits", action="store_true", help="no limits of rate in this room")
    load.add_argument("--force", action="store_true", help="even when the database holds real applications")
    load.add_argument("--json", action="store_true", help="print the answer as one line of JSON (it is anyway)")
    load.set_defaults(run=_load)


def _load(given: argparse.Namespace) -> int:
    if not 0 <= given.attendees <= 100_000 or not 0 <= given.applicants <= 100_000:
        raise SettingsProblem("seed load: 0 to 100000 people")
    settings = from_environment()

    async def run() -> dict[str, Any]:
        await migrate(settings.database_url)
        ground = lay_ground(settings)
        try:
            if not given.force and await _has_real_applications(ground):
                raise SettingsProblem("seed load: this database holds real applications; use another one, or --force")
            return await load(ground, given.attendees, given.applicants, unlimited=given.no_limits)
        finally:
            await ground.database.close()

    print(json.dumps(asyncio.run(run())))
    return 0


async def load(ground: Ground, attendees: int, applicants: int, *, unlimited: bool) -> dict[str, Any]:
    """Make the session and everybody in it; slug, room, join tokens and staff bearers."""
    now = ground.clock.now()
    session = _session(now, seats=max(attendees, 1))
    async with ground.database.write() as db:
        site = await _store_session(db, session, attendees + applicants, unlimited=unlimited, now=now)
        staff = await _staff(db, ground, session.id, site.id, now)
    tokens = []
    for first in range(1, attendees + 1, CHUNK):
        people = [_person(session.id, n, now) for n in range(first, min(first + CHUNK, attendees + 1))]
        seats = [_seat(session.id, person["id"], now) for person in people]
        async with ground.database.write() as db:
            await _insert(db, Participant, people)
            await _insert(db, Seat, seats)
        tokens += [token_for(ground.vault, seat["id"], 1) for seat in seats]
    for first in range(attendees + 1, attendees + applicants + 1, CHUNK):
        people = [_person(session.id, n, now) for n in range(first, min(first + CHUNK, attendees + applicants + 1))]
        async with ground.database.write() as db:
            await _insert(db, Participant, people)
            await _insert(db, Application, [_application(person, now) for person in people])
    return {"session": session.slug, "room": session.room, "tokens": tokens, "staff": staff}


async def _has_real_applications(ground: Ground) -> bool:
    async with ground.database.read() as db:
        real = select(Application.id).join(ForumSession, ForumSession.id == Application.session_id)
        return (await db.scalars(real.where(ForumSession.practice.is_(False)).limit(1))).first() is not None


def _session(now: datetime, seats: int) -> ForumSession:
    key = new_id()[:6]
    return ForumSession(
        id=new_id(),
        slug=f"latihan-{key}",
        room=new_id(),
        title="Latihan musrenbang",
        summary="Sidang latihan untuk mencoba ruang.",
        tier=Tier.REGENCY,
        region_code="33.75",
        number_prefix="LAT",
        year_held=now.year,
        plan_year=now.year + 1,
        zone="Asia/Jakarta",
        starts_at=now,
        ends_at=now + timedelta(hours=6),
        registration_opens_at=now - timedelta(days=7),
        registration_closes_at=now - timedelta(hours=1),
        seats_online=seats,
        elements=list(ELEMENTS),
        state=SessionState.LIVE,
        opened_at=now,
        practice=True,
        created_at=now,
    )


async def _store_session(db: AsyncSession, session: ForumSession, people: int, *, unlimited: bool, now: datetime) -> Site:
    site = Site(id=new_id(), session_id=session.id, code="aula", name="Aula", seats=100, position=1)
    db.add(session)
    await db.flush()
    db.add_all(
        [
            site,
            PrivacyNotice(session_id=session.id, version=1, text="Latihan: tidak ada data sungguhan.", created_at=now),
            ParticipantCounter(session_id=session.id, last=people),
            ProposalCounter(session_id=session.id, last=0),
            Room(id=session.room, session_id=session.id, unlimited=unlimited),
        ]
    )
    await db.flush()
    await open_room(db, session.room)
    return site


async def _staff(db: AsyncSession, ground: Ground, session_id: str, site_id: str, now: datetime) -> dict[str, str]:
    return {
        role.value: await create_token(
            db,
            ground.vault,
            name=f"{role.value.capitalize()} latihan",
            grants=[GrantOf(role, session_id, site_id if role is Role.OPERATOR else None)],
            expires_at=now + timedelta(days=7),
            actor="system",
            now=now,
        )
        for role in STAFF
    }


def _person(session_id: str, number: int, now: datetime) -> dict[str, Any]:
    chance = random.Random(number)  # noqa: S311 - names for practice, the same every time
    name = f"{chance.choice(NAMES)} {chance.choice(NAMES)} {number}"
    return {
        "id": new_id(),
        "session_id": session_id,
        "number": number,
        "origin": Origin.APPLICATION,
        "name": name,
        "name_key": name_key(name),
        "capacity": chance.choice(CAPACITIES),
        "element": chance.choice(ELEMENTS),
        "child": False,
        "publish_name": False,
        "publish_photos": False,
        "language": "id",
        "version": 1,
        "created_at": now,
    }


def _seat(session_id: str, participant_id: str, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "session_id": session_id,
        "participant_id": participant_id,
        "way": "online",
        "generation": 1,
        "state": SeatState.ACTIVE,
        "needs_last_four": False,
        "issued_at": now,
        "version": 1,
    }


def _application(person: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "session_id": person["session_id"],
        "participant_id": person["id"],
        "code": f"{new_id()[:4]}-{new_id()[:4]}".upper(),
        "key_generation": 1,
        "name_key": person["name_key"],
        "attendance": "online",
        "flags": [],
        "has_disability": False,
        "late": False,
        "state": ApplicationState.SUBMITTED,
        "version": 1,
        "received_at": now - timedelta(days=1),
        "order": person["number"],
    }


async def _insert(db: AsyncSession, model: Any, rows: Sequence[dict[str, Any]]) -> None:
    await db.execute(insert(cast("Table", model.__table__)), rows)
