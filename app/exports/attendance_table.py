"""The attendance list: annex I's columns first, then what a spreadsheet may count by. One row per person who was there."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.gather import PAGE, Source, labelled, paged
from app.exports.tables import Kind, Row, Sheet
from app.i18n import clock
from app.participants.models import Attendance, Origin, Participant
from app.regions import show_phone

COLUMNS = (
    ("name", "Nama", Kind.TEXT, 28),
    ("institution", "Lembaga/Instansi", Kind.TEXT, 28),
    ("contact", "Alamat & no telp.", Kind.TEXT, 36),
    ("signature", "Tanda tangan", Kind.TEXT, 30),
    ("element", "Unsur", Kind.TEXT, 18),
    ("gender", "Jenis kelamin", Kind.TEXT, 12),
    ("way", "Cara hadir", Kind.TEXT, 14),
    ("hall", "Lokasi", Kind.TEXT, 20),
    ("arrived_at", "Datang", Kind.MOMENT, 17),
    ("left_at", "Pulang", Kind.MOMENT, 17),
)
ANNEX = 4
"""How many of the columns annex I has, after its running number."""


def sheet(source: Source) -> Sheet:
    """Everybody who was in a hall or online, in the order of registration."""
    return labelled(source, "attendance", "Daftar hadir peserta", COLUMNS, _pages(source))


def _pages(source: Source) -> AsyncIterator[list[Row]]:
    async def read(db: AsyncSession, after: int) -> Sequence[Participant]:
        there = select(Attendance.participant_id).where(Attendance.session_id == source.session.id)
        found = await db.scalars(
            select(Participant)
            .where(Participant.session_id == source.session.id, Participant.number > after, Participant.id.in_(there))
            .order_by(Participant.number)
            .limit(PAGE)
        )
        return found.all()

    async def rows(db: AsyncSession, records: Sequence[Participant]) -> list[Row]:
        stays: dict[str, list[Attendance]] = {}
        found = await db.scalars(
            select(Attendance).where(Attendance.participant_id.in_([r.id for r in records])).order_by(Attendance.arrived_at)
        )
        for stay in found:
            stays.setdefault(stay.participant_id, []).append(stay)
        return [_row(source, record, stays[record.id]) for record in records]

    return paged(source.database, read, 0, lambda record: record.number, rows)


def _row(source: Source, person: Participant, stays: list[Attendance]) -> Row:
    in_hall = [stay for stay in stays if stay.way == "in_person"]
    stay = (in_hall or stays)[0]
    arrived = min(s.arrived_at for s in stays)
    left = max((s.left_at for s in stays if s.left_at), default=None)
    return (
        person.name,
        _institution(person) or source.label("element", person.element),
        _contact(source, person),
        "" if in_hall else _online(source, arrived, left),
        source.label("element", person.element),
        source.label("gender", person.gender),
        source.label("attendance", stay.way),
        source.hall(stay.site_id),
        arrived,
        left,
    )


def _institution(person: Participant) -> str | None:
    """Where somebody comes from; a guest by letter with the capacity in which they came (*mewakili …*)."""
    if person.origin == Origin.INVITEE and person.institution and person.capacity:
        return f"{person.institution}, {person.capacity}"
    return person.institution or person.capacity


def _contact(source: Source, person: Participant) -> str:
    address = source.vault.open(person.address, "participants", "address", person.id)
    phone = source.vault.open(person.phone, "participants", "phone", person.id)
    parts = (address, person.village, show_phone(phone) if phone else None)
    return ", ".join(part for part in parts if part)


def _online(source: Source, arrived: datetime, left: datetime | None) -> str:
    """What stands where a signature would: that the person was there online, and when."""
    times = " – ".join(clock(moment, source.session.zone) for moment in (arrived, left) if moment)
    return f"{source.words.gettext('hadir daring')} {times}"
