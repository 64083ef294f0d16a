"""What was scored as a table: one row per proposal, assessor and criterion, with what that adds up to beside it."""

from collections.abc import AsyncIterator, Iterator

from app.exports.gather import Source, in_pages, labelled
from app.exports.tables import Kind, Row, Sheet
from app.planning import scored
from app.planning.listing import Line, lines_of
from app.planning.scored import Results
from app.planning.scoring import written

NAME = "scores"
COLUMNS = (
    ("place", "No", Kind.NUMBER, 6),
    ("number", "Nomor usulan", Kind.TEXT, 18),
    ("activity", "Kegiatan", Kind.TEXT, 40),
    ("assessor", "Penilai", Kind.TEXT, 28),
    ("criterion", "Kriteria", Kind.TEXT, 28),
    ("weight", "Bobot", Kind.NUMBER, 10),
    ("points", "Poin", Kind.NUMBER, 10),
    ("assessor_total", "Jumlah penilai", Kind.NUMBER, 14),
    ("factor", "Pengali", Kind.NUMBER, 10),
    ("total", "Jumlah", Kind.NUMBER, 12),
    ("rank", "Peringkat", Kind.NUMBER, 10),
    ("remark", "Catatan", Kind.TEXT, 40),
)


def sheet(source: Source) -> Sheet:
    """Totals rounded half up to two decimals; a row without points for what an assessor has not given; nothing while nothing is scored."""
    return labelled(source, NAME, "Nilai usulan", COLUMNS, _pages(source))


async def _pages(source: Source) -> AsyncIterator[list[Row]]:
    async with source.database.read(patient=True) as db:
        lines = await lines_of(db, source.session)
        results = await scored.results_of(db, source.session.id, [line.proposal.id for line in lines])
    if results is not None:
        async for page in in_pages(row for line in lines for row in _rows(line, results)):
            yield page


def _rows(line: Line, results: Results) -> Iterator[Row]:
    one = results.of[line.proposal.id]
    factor = results.scheme.factor if one.met else None
    total = None if one.total is None else written(one.total)
    for id_, assessor in results.assessors.items():
        given = one.sheets.get(id_)
        own = written(given.total) if given and given.total is not None else None
        for criterion in results.scheme.criteria:
            points = given.points.get(criterion.key) if given else None
            yield (
                *(line.place, line.proposal.number, line.columns.activity, assessor.name),
                *(criterion.name, criterion.weight, points, own, factor, total, one.rank),
                given.remark if given else None,
            )
