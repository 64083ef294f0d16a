"""The attendance list: annex I's columns first, then what a spreadsheet may count by. One row per person who was there."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.gather import PAGE, Source, labelled, paged
from app.exports.tables import Kind, Row, Sheet
from app.hall.present import contact_of, in_hall, institution_of, present_after, remark_of, span_of
from app.participants.models import Attendance, Participant

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
    async def read(db: AsyncSession, after: int) -> Sequence[tuple[Participant, list[Attendance]]]:
        return await present_after(db, source.session.id, after, PAGE)

    async def rows(db: AsyncSession, records: Sequence[tuple[Participant, list[Attendance]]]) -> list[Row]:
        return [_row(source, person, stays) for person, stays in records]

    return paged(source.database, read, 0, lambda record: record[0].number, rows)


def _row(source: Source, person: Participant, stays: list[Attendance]) -> Row:
    stay = (in_hall(stays) or stays)[0]
    arrived, left = span_of(stays)
    return (
        person.name,
        institution_of(source.words, person),
        contact_of(source.vault, person),
        remark_of(source.words, source.session.zone, stays),
        source.label("element", person.element),
        source.label("gender", person.gender),
        source.label("attendance", stay.way),
        source.hall(stay.site_id),
        arrived,
        left,
    )
