"""Open data: the public proposals without anybody's name, number or words that name somebody, and the dictionary of its columns.

Headings, meanings and values are Indonesian whatever language a visitor reads: a data set has one form.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.gather import PAGE, Source, paged
from app.exports.open_columns import DICTIONARY
from app.exports.tables import Cell, Column, Kind, Row, Sheet
from app.outcomes.levels import Level
from app.outcomes.listing import newest_of
from app.outcomes.models import Outcome
from app.proposals.listing import matching, sources_of
from app.proposals.models import Proposal, ProposalSource
from app.proposals.photos_shown import WithNumber, photos_of
from app.proposals.privacy import HIDDEN, called, masked
from app.proposals.wording import without_mail

NAME = "open-data"
NOBODY = frozenset({"warga", "warga umum", "masyarakat", "peserta", "pengusul", "panitia", "petugas"})
"""What stands as a name where nobody is named: no word to cover in texts."""


TYPES = {
    Kind.TEXT: "teks",
    Kind.NUMBER: "bilangan",
    Kind.MONEY: "rupiah utuh",
    Kind.DAY: "tanggal (TTTT-BB-HH)",
    Kind.MOMENT: "waktu",
}
KEYS = (
    ("column", "kolom"),
    ("key", "kunci_json"),
    ("type", "jenis_data"),
    ("meaning", "arti"),
    ("values", "nilai"),
)


def sheet(source: Source) -> Sheet:
    """What is public of a session, narrowed to the filters of the source; its words must be Indonesian."""
    columns = tuple(Column(one.key, one.heading, one.kind, one.width) for one in DICTIONARY)
    return Sheet(NAME, "Data terbuka: usulan", source.session.title, source.session.zone, columns, _pages(source))


def dictionary_sheet(source: Source) -> Sheet:
    """The dictionary as a table of its own."""
    columns = tuple(Column(key, heading, Kind.TEXT, 30) for key, heading in KEYS)
    return Sheet("open-data-dictionary", "Kamus data: usulan", source.session.title, source.session.zone, columns, _dictionary(source))


def dictionary_rows(source: Source) -> list[tuple[str, str, str, str, str]]:
    """Column, key in JSON, type, meaning and possible values of each column."""
    return [
        (one.heading, one.key, TYPES[one.kind], one.meaning, ", ".join(source.label(one.label, value) for value in one.values))
        for one in DICTIONARY
    ]


async def _dictionary(source: Source) -> AsyncIterator[list[Row]]:
    yield list(dictionary_rows(source))


def _pages(source: Source) -> AsyncIterator[list[Row]]:
    async def read(db: AsyncSession, after: str | None) -> Sequence[Proposal]:
        return await matching(db, source.session.id, source.filters, public=True, limit=PAGE, after=after)

    async def rows(db: AsyncSession, records: Sequence[Proposal]) -> list[Row]:
        said, answers = await sources_of(db, records), await newest_of(db, [one.id for one in records])
        photos = await photos_of(db, records, public=True)
        return [
            _row(source, one, said[one.id], {level: newest.row for level, newest in answers[one.id].items()}, photos[one.id])
            for one in records
        ]

    return paged(source.database, read, None, lambda record: record.number, rows)


def _row(
    source: Source, p: Proposal, said: Sequence[ProposalSource], answers: Mapping[Level, Outcome], photos: Sequence[WithNumber]
) -> Row:
    # Whoever agreed to be named agreed to the page of the proposal, not to a file that goes round for ever.
    known = {*NOBODY, (p.village or "").casefold(), ""}
    people = (called(name) for name in (p.proposer, p.on_behalf or "", *(one.author for one in said)))
    names = [name for name in people if name.casefold() not in known]
    zone = ZoneInfo(source.session.zone)

    def cover(text: str | None) -> str | None:
        # Here also short names are covered: better a word too many in a file that is read by nobody before it goes.
        return masked(without_mail(text, HIDDEN), names, least=3) if text else None

    return (
        p.number,
        source.label("status", p.status),
        cover(p.title),
        cover(p.problem),
        cover(p.action),
        p.village_code,
        cover(p.village),
        ", ".join(f"{n:02d}" for n in p.rt),
        ", ".join(f"{n:02d}" for n in p.rw),
        source.label("sector", p.sector),
        source.label("work_type", p.type),
        source.label("urgency", p.urgency),
        p.quantity,
        cover(p.unit),
        p.beneficiaries,
        source.label("land_status", p.land_status),
        p.budget,
        cover(p.agency),
        source.label("reason", p.reason_code),
        source.hall(p.site_id),
        source.label("via", p.via),
        " ".join(f"/u/{p.number}/foto/{one.photo.id}" for one in photos),
        ", ".join(p.leads_to),
        p.created_at.astimezone(zone).date(),
        p.published_at.astimezone(zone).date() if p.published_at else None,
        *(cell for level in Level for cell in _answered(source, answers.get(level))),
    )


def _answered(source: Source, answer: Outcome | None) -> tuple[Cell, Cell, Cell]:
    # Words that an office wrote may name people; verdict, day and the reason of the list cannot.
    if answer is None:
        return None, None, None
    return source.label("verdict", answer.verdict), answer.decided_on, source.label("reason", answer.reason_code)
