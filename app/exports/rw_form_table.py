"""The form of the RW: what a village's neighbourhoods ask for, in the plenary's order, with the form's own columns and headings."""

from collections.abc import AsyncIterator

from app.exports.gather import Source, in_pages
from app.exports.tables import Column, Kind, Row, Sheet
from app.planning.cells import volume
from app.planning.listing import NOT_AGREED, Line, lines_of
from app.proposals.choices import Via

COLUMNS = (
    ("no", "No Urut Prioritas", Kind.NUMBER, 10),
    ("activity", "Jenis Kegiatan", Kind.TEXT, 44),
    ("place", "Lokasi", Kind.TEXT, 30),
    ("neighbourhood", "RT/RW", Kind.TEXT, 18),
    ("quantity", "Volume", Kind.TEXT, 14),
    ("participation", "Potensi Partisipasi Masyarakat", Kind.TEXT, 34),
    ("sector", "Bidang Usulan", Kind.TEXT, 24),
)


def sheet(source: Source) -> Sheet:
    """What stands on the plenary list and was not refused there, of one village when the source says so."""
    columns = tuple(Column(*column) for column in COLUMNS)
    return Sheet("rw-form", "Formulir usulan RW", source.session.title, source.session.zone, columns, _page(source))


async def _page(source: Source) -> AsyncIterator[list[Row]]:
    village = source.filters.village
    async with source.database.read(patient=True) as db:
        lines = [
            one for one in await lines_of(db, source.session) if one.decision != NOT_AGREED and village in {None, one.proposal.village}
        ]
    async for page in in_pages(_row(source, number, line) for number, line in enumerate(lines, 1)):
        yield page


def _row(source: Source, number: int, line: Line) -> Row:
    one = line.proposal
    neighbours = "/".join(", ".join(f"{n:02d}" for n in numbers) or "–" for numbers in (one.rt, one.rw)) if one.rt or one.rw else None
    return (
        number,
        line.columns.activity,
        ", ".join(filter(None, (one.village, one.hamlet, one.landmark))) or None,
        neighbours,
        volume(line.columns),
        # Only the paper form asks for it; elsewhere the cell is left to be written by hand.
        one.action if one.via == Via.PAPER else None,
        source.label("sector", one.sector),
    )
