"""Annex II and III of the official record as tables: the columns of the regulation, in its order, with its headings."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.gather import Source, in_pages
from app.exports.tables import Column, Kind, Row, Sheet
from app.planning.cells import NOT_AGREED, PRIORITIES, reason, volume
from app.planning.listing import Line, not_agreed, priorities
from app.sessions.models import ForumSession

KINDS = {"no": (Kind.NUMBER, 6), "ceiling": (Kind.MONEY, 18), "quantity": (Kind.TEXT, 14), "agency": (Kind.TEXT, 30)}
"""How a column is written and how wide, where it is no ordinary text."""
WIDE = frozenset({"activity", "reason"})


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
    return number, one.activity, one.place, volume(one), reason(source.words, line)


def _sheet(source: Source, name: str, title: str, columns: Sequence[tuple[str, str]], pages: AsyncIterator[list[Row]]) -> Sheet:
    # The headings are the regulation's, whatever language the reader has chosen.
    headed = tuple(Column(key, heading, *KINDS.get(key, (Kind.TEXT, 40 if key in WIDE else 28))) for key, heading in columns)
    return Sheet(name, title, source.session.title, source.session.zone, headed, pages)


async def _page(
    source: Source, read: Callable[[AsyncSession, ForumSession], Awaitable[Sequence[Line]]], row: Callable[[Source, int, Line], Row]
) -> AsyncIterator[list[Row]]:
    # A place in the list is known only when the whole list is: one read, its texts bounded by what a plenary can deal with.
    async with source.database.read(patient=True) as db:
        lines = await read(db, source.session)
    async for page in in_pages(row(source, number, line) for number, line in enumerate(lines, 1)):
        yield page
