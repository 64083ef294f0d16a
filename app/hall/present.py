"""Who was there, as annex I says it: name, where from, address and phone, and what stands where a signature would."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.i18n import Translator, clock
from app.participants.models import Attendance, Origin, Participant
from app.regions import show_phone
from app.vault import Vault


async def present_after(db: AsyncSession, session_id: str, number: int, most: int) -> list[tuple[Participant, list[Attendance]]]:
    """The next people who were in a hall or online, in the order of registration, each with their stays in order."""
    there = select(Attendance.participant_id).where(Attendance.session_id == session_id)
    wanted = select(Participant).where(Participant.session_id == session_id, Participant.number > number, Participant.id.in_(there))
    people = (await db.scalars(wanted.order_by(Participant.number).limit(most))).all()
    stays: dict[str, list[Attendance]] = {}
    of_them = select(Attendance).where(Attendance.participant_id.in_([one.id for one in people])).order_by(Attendance.arrived_at)
    for stay in await db.scalars(of_them):
        stays.setdefault(stay.participant_id, []).append(stay)
    return [(one, stays[one.id]) for one in people]


async def stays_of(db: AsyncSession, participant_id: str) -> list[Attendance]:
    """When and how somebody was there, in order; empty for whoever was not."""
    return list(await db.scalars(select(Attendance).where(Attendance.participant_id == participant_id).order_by(Attendance.arrived_at)))


def institution_of(words: Translator, person: Participant) -> str:
    """Where somebody comes from, else their element; a guest by letter with the capacity in which they came (*mewakili …*)."""
    if person.origin == Origin.INVITEE and person.institution and person.capacity:
        return f"{person.institution}, {person.capacity}"
    return person.institution or person.capacity or (words.label("element", person.element) if person.element else "")


def contact_of(vault: Vault, person: Participant) -> str:
    """Address and phone in one cell."""
    address = vault.open(person.address, "participants", "address", person.id)
    phone = vault.open(person.phone, "participants", "phone", person.id)
    return ", ".join(part for part in (address, person.village, show_phone(phone) if phone else None) if part)


def in_hall(stays: Sequence[Attendance]) -> list[Attendance]:
    """The stays in a hall: whoever has one signs."""
    return [stay for stay in stays if stay.way == "in_person"]


def remark_of(words: Translator, zone: str, stays: Sequence[Attendance]) -> str:
    """What stands where a signature would: that the person was there online, and when; empty for whoever signs."""
    if in_hall(stays):
        return ""
    times = " – ".join(clock(moment, zone) for moment in span_of(stays) if moment)
    return f"{words.gettext('hadir daring')} {times}"


def span_of(stays: Sequence[Attendance]) -> tuple[datetime, datetime | None]:
    """When somebody came first and left last."""
    return min(stay.arrived_at for stay in stays), max((stay.left_at for stay in stays if stay.left_at), default=None)
