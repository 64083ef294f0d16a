"""Annex II and III of the official record as tables: the columns of the regulation, in its order, with its headings."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.gather import Source
from app.exports.tables import Column, Kind, Row, Sheet, comma
from app.planning.columns import Columns
from app.planning.listing import Line, not_agreed, priorities
from app.sessions.models import ForumSession

PRIORITIES = (
    ("no", "No", Kind.NUMBER, 6),
    ("regional_priority", "Prioritas Daerah", Kind.TEXT, 28),
    ("regional_target", "Sasaran Daerah", Kind.TEXT, 28),
    ("program", "Program", Kind.TEXT, 28),
    ("activity", "Kegiatan Prioritas", Kind.TEXT, 40),
    ("activity_target", "Sasaran Kegiatan", Kind.TEXT, 28),
    ("place", "Lokasi (desa/kel)", Kind.TEXT, 28),
    ("quantity", "Volume", Kind.TEXT, 14),
    ("ceiling", "Pagu", Kind.MONEY, 18),
    ("agency", "Perangkat Daerah Penanggungjawab", Kind.TEXT, 30),
)
NOT_AGREED = (
    ("no", "No", Kind.NUMBER, 6),
    ("activity", "Kegiatan", Kind.TEXT, 40),
    ("place", "Lokasi (Desa/Kelurahan)", Kind.TEXT, 28),
    ("quantity", "Volume", Kind.TEXT, 14),
    ("reason", "Alasan", Kind.TEXT, 40),
)


def priorities_sheet(source: Source) -> Sheet:
    """Annex II: what was agreed, in the order of the plenary."""
    return _sheet(source, "priorities", "Daftar urutan kegiatan prioritas", PRIORITIES, _page(source, priorities, priority_row))


def not_agreed_sheet(source: Source) -> Sheet:
    """Annex III: what was not agreed, each with its reason."""
    return _sheet(source, "not-agreed", "Daftar kegiatan yang belum disepakati", NOT_AGREED, _page(source, not_agreed, not_agreed_row))


def priority_row(source: Source, number: int, line: Line) -> Row:
    """A row of annex II."""
    one = line.columns
    return (
        number,
        one.regional_priority,
        one.regional_target,
        one.program,
        one.activity,
        one.activity_target,
        one.place,
        volume(one),
        one.ceiling,
        one.agency,
    )


def not_agreed_row(source: Source, number: int, line: Line) -> Row:
    """A row of annex III."""
    one = line.columns
    return number, one.activity, one.place, volume(one), reason(source, line)


def volume(one: Columns) -> str | None:
    """Quantity and unit in one cell: `350 m`."""
    return " ".join(filter(None, (None if one.quantity is None else comma(one.quantity), one.unit))) or None


def reason(source: Source, line: Line) -> str | None:
    """The word of the closed list, then the plenary's own words."""
    said = source.label("reason", line.reason_code)
    if line.reason and line.reason_code in {None, "other"}:
        return line.reason
    return ". ".join(filter(None, (said, line.reason))) or None


def _sheet(source: Source, name: str, title: str, columns: Sequence[tuple[str, str, Kind, int]], pages: AsyncIterator[list[Row]]) -> Sheet:
    # The headings are the regulation's, whatever language the reader has chosen.
    headed = tuple(Column(key, heading, kind, width) for key, heading, kind, width in columns)
    return Sheet(name, title, source.session.title, source.session.zone, headed, pages)


async def _page(
    source: Source, read: Callable[[AsyncSession, ForumSession], Awaitable[Sequence[Line]]], row: Callable[[Source, int, Line], Row]
) -> AsyncIterator[list[Row]]:
    # A place in the list is known only when the whole list is: one read, its texts bounded by what a plenary can deal with.
    async with source.database.read(patient=True) as db:
        lines = await read(db, source.session)
    yield [row(source, number, line) for number, line in enumerate(lines, 1)]
