"""What a device at the door must know to recognise people without the line: names as the desk shows them, and codes as short fingerprints.

Three bytes of a fingerprint tell few people apart from one another and thousands of codes not at all: who finds a lost phone has no code.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.guests.models import InviteePlace
from app.hall.roster import Expected, Stay, invited_places, on_list, open_stays, where_expected
from app.invitations.links import token_for
from app.invitations.models import Seat, SeatState
from app.participants.models import Participant
from app.registration.keys import status_key
from app.registration.models import Application
from app.sessions.models import Site
from app.vault import Vault

SIGNS = 6
"""Hexadecimal signs of a fingerprint that are handed out."""


@dataclass(frozen=True)
class Known:
    """Somebody whom the door may see: `hall` is the id of the hall where they are expected; `prints` of each code that is theirs."""

    id: str
    name: str
    capacity: str | None
    expected: Expected
    hall: str | None
    prints: Sequence[str]


@dataclass(frozen=True)
class Present:
    """Somebody in a hall now."""

    participant: str
    site: str
    at: datetime


def salt_of(vault: Vault, session_id: str) -> str:
    """What the fingerprints of a session are mixed with, the same for every device."""
    return vault.derive("door", session_id, 0, 16)


def print_of(salt: str, code: str) -> str:
    """The short fingerprint of a code as it is written down, or of a link's last part."""
    return hashlib.sha256(f"{salt}|{code}".encode()).hexdigest()[:SIGNS]


async def version_of(db: AsyncSession, session_id: str) -> str:
    """Changes when somebody comes onto the list, leaves it, or gets another code; cheap to ask for."""
    here = Participant.erased_at.is_(None) & Participant.merged_into.is_(None)
    asked = (
        (Participant, func.sum(Participant.version), func.count().filter(here)),
        (Seat, func.sum(Seat.version), func.count().filter(Seat.state == SeatState.ACTIVE)),
        (Application, func.sum(Application.version), func.sum(Application.key_generation)),
    )
    rows = [(await db.execute(select(func.count(), *sums).where(table.session_id == session_id))).one() for table, *sums in asked]
    return "-".join(str(int(n or 0)) for row in rows for n in row)


async def known_at(db: AsyncSession, vault: Vault, site: Site) -> list[Known]:
    """Everybody who may be checked in at this hall, by name."""
    salt = salt_of(vault, site.session_id)
    rows = await db.execute(on_list(site.session_id))
    places = await invited_places(db, site.session_id)
    return [_known(vault, salt, site, person, seat, application, places.get(person.id)) for person, seat, application in rows]


async def present(db: AsyncSession, session_id: str) -> list[Present]:
    """Who is in which hall now."""
    stays: dict[str, Stay] = await open_stays(db, session_id)
    return [Present(person, stay.site_id, stay.arrived_at) for person, stay in stays.items()]


def _known(
    vault: Vault,
    salt: str,
    site: Site,
    person: Participant,
    seat: Seat | None,
    application: Application | None,
    place: InviteePlace | None,
) -> Known:
    expected, hall = where_expected(person, seat, application)
    codes = [token_for(vault, seat.id, seat.generation)] if seat else []
    if application is not None:
        codes += [application.code, status_key(vault, application.id, application.key_generation)]
    if place is not None:
        codes.append(place.code)
    away = expected == Expected.HERE and hall != site.id
    return Known(
        person.id,
        person.name,
        person.capacity,
        Expected.OTHER_HALL if away else expected,
        hall,
        [print_of(salt, code) for code in codes],
    )
