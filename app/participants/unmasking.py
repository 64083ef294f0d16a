"""Which role may see which personal datum in full, and the one way to see it: a press for one person, recorded.

Pages of the desk show these data masked or not at all. What a work needs in bulk is an act of its own and recorded as such: the attendance list
(`exports.made`), and messages that an officer takes in hand to send them (`personal.unmasked` for each).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.access.rights import Staff
from app.access.service import must
from app.audit.service import Act, record
from app.participants.models import Participant
from app.regions import mask_phone, show_phone
from app.vault import Vault

HIDDEN = "••••"


class Datum(StrEnum):
    """A personal datum that is masked on the desk's pages."""

    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    NEEDS = "needs"
    GUARDIAN_NAME = "guardian_name"
    GUARDIAN_PHONE = "guardian_phone"
    STATUS_LINK = "status_link"
    """The link of somebody's own page, which shows everything that they wrote."""


CALLING = frozenset({Role.MODERATOR, Role.SECRETARIAT})
MAY_SEE: Mapping[Datum, frozenset[Role]] = {
    Datum.PHONE: CALLING,
    Datum.EMAIL: CALLING,
    Datum.ADDRESS: CALLING,
    Datum.GUARDIAN_NAME: CALLING,
    Datum.GUARDIAN_PHONE: CALLING,
    Datum.NEEDS: frozenset({Role.MODERATOR, Role.OPERATOR}),
    Datum.STATUS_LINK: CALLING,
}
"""Administrators may see what any role may; nobody else sees more than stands here."""
SEALED = tuple(datum for datum in Datum if datum is not Datum.STATUS_LINK)


def masked(vault: Vault, person: Participant, data: Iterable[Datum] = SEALED) -> dict[Datum, str]:
    """What is known of somebody, as everybody of the desk may see it: that there is something, of phones the ends, of an e-mail its domain."""
    return {datum: _mask(datum, text) for datum in data if (text := _text(vault, person, datum))}


async def unmask(
    db: AsyncSession, vault: Vault, staff: Staff, person: Participant, data: Iterable[Datum], *, now: datetime, site_id: str | None = None
) -> dict[Datum, str]:
    """The same in full; NotAllowed unless the role may see each of them (at this hall), and who looked at what of whom is recorded."""
    wanted = list(data)
    for datum in wanted:
        must(staff, set(MAY_SEE[datum]), person.session_id, site_id)
    found = {datum: _full(datum, text) for datum in wanted if (text := _text(vault, person, datum))}
    await note(db, vault, person.session_id, person.id, wanted, actor=staff.actor, now=now)
    return found


async def note(
    db: AsyncSession, vault: Vault, session_id: str, person_id: str, data: Iterable[Datum], *, actor: str, now: datetime
) -> None:
    """Record that somebody saw these data of a person in full."""
    facts: dict[str, object] = {"data": sorted(datum.value for datum in data)}
    await record(db, vault, session_id, now, Act(actor, "personal.unmasked", f"participant:{person_id}", facts))


def _text(vault: Vault, person: Participant, datum: Datum) -> str | None:
    return None if datum is Datum.STATUS_LINK else vault.open(getattr(person, datum.value), "participants", datum.value, person.id)


def _mask(datum: Datum, text: str) -> str:
    match datum:
        case Datum.PHONE | Datum.GUARDIAN_PHONE:
            return mask_phone(text)
        case Datum.EMAIL:
            return f"{HIDDEN}@{text.rpartition('@')[2]}"
    return HIDDEN


def _full(datum: Datum, text: str) -> str:
    return show_phone(text) if datum in {Datum.PHONE, Datum.GUARDIAN_PHONE} else text
