"""What became of proposals: a row for each level that answered, with what is published last there. Drafts leave the house in no file."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.gather import PAGE, Source, labelled, paged, silent
from app.exports.tables import Cell, Kind, Row, Sheet
from app.outcomes.levels import FIRST_LEVEL, Level, follows, waits_for
from app.outcomes.listing import Published, is_published, newest_of
from app.outcomes.models import Outcome
from app.outcomes.writing import GONE_ON
from app.proposals.listing import Filters, conditions, matching, sources_of
from app.proposals.models import Proposal, ProposalSource
from app.proposals.privacy import masked
from app.proposals.service import covered, hidden_names

NAME = "outcomes"
COLUMNS = (
    ("number", "Nomor usulan", Kind.TEXT, 16),
    ("title", "Usulan", Kind.TEXT, 40),
    ("village", "Kelurahan/Desa", Kind.TEXT, 18),
    ("sector", "Bidang", Kind.TEXT, 20),
    ("agency", "Perangkat daerah", Kind.TEXT, 24),
    ("leads_to", "Berlanjut di", Kind.TEXT, 16),
    ("awaits", "Menunggu jawaban", Kind.TEXT, 22),
    ("level", "Tingkat", Kind.TEXT, 26),
    ("verdict", "Jawaban", Kind.TEXT, 20),
    ("reason", "Alasan", Kind.TEXT, 36),
    ("decided_on", "Tanggal keputusan", Kind.DAY, 14),
    ("decided_by", "Yang memutuskan", Kind.TEXT, 24),
    ("document", "Dokumen", Kind.TEXT, 24),
    ("document_number", "Nomor dokumen", Kind.TEXT, 18),
    ("document_link", "Alamat dokumen", Kind.TEXT, 30),
    ("next", "Selanjutnya", Kind.TEXT, 36),
    ("publication", "Nomor terbitan", Kind.NUMBER, 10),
    ("published_at", "Terbit", Kind.MOMENT, 17),
    ("version", "Versi", Kind.NUMBER, 8),
)
ANSWER = 12
"""How many of the columns an answer fills, at the end."""


def sheet(source: Source) -> Sheet:
    """Every proposal that the filters of the source let through; one that no level has answered stands in one row without an answer."""
    return labelled(source, NAME, "Hasil usulan", COLUMNS, _pages(source))


async def rows_of(db: AsyncSession, session_id: str, filters: Filters) -> int:
    """How many rows that is: one for each published level, and one for each proposal without any."""
    known = conditions(session_id, filters, public=False)
    answered = (
        select(Outcome.proposal_id, Outcome.level)
        .join(Proposal, Proposal.id == Outcome.proposal_id)
        .where(*known, is_published())
        .distinct()
    ).subquery()
    rows, proposals = (await db.execute(select(func.count(), func.count(distinct(answered.c.proposal_id))).select_from(answered))).one()
    return rows - proposals + (await db.scalar(select(func.count()).select_from(Proposal).where(*known)) or 0)


def _pages(source: Source) -> AsyncIterator[list[Row]]:
    async def read(db: AsyncSession, after: str | None) -> Sequence[Proposal]:
        return await matching(db, source.session.id, source.filters, public=False, limit=PAGE, after=after)

    async def rows(db: AsyncSession, records: Sequence[Proposal]) -> list[Row]:
        said, answers = await sources_of(db, records), await newest_of(db, [one.id for one in records])
        return [row for one in records for row in _rows(source, one, said[one.id], answers[one.id])]

    return paged(source.database, read, None, lambda record: record.number, rows)


def _rows(source: Source, p: Proposal, said: Sequence[ProposalSource], answers: dict[Level, Published]) -> list[Row]:
    ends = p.status in GONE_ON
    waits = None if ends else waits_for(FIRST_LEVEL[source.session.tier], {level: one.row.verdict for level, one in answers.items()})
    about: tuple[Cell, ...] = (
        p.number,
        source.words.gettext("(kata-katanya ditarik)") if silent(p, said) else covered(p, said)(p.title),
        p.village,
        source.label("sector", p.sector),
        p.agency,
        ", ".join(p.leads_to),
        source.label("level", waits),
    )
    # As on the page of the proposal: nobody who did not agree is named in what the office wrote.
    hidden = hidden_names(p, said)
    return [(*about, *_answer(source, one, hidden)) for one in answers.values()] or [(*about, *(None,) * ANSWER)]


def _answer(source: Source, one: Published, hidden: list[str]) -> tuple[Cell, ...]:
    def cover(text: str | None) -> str | None:
        return masked(text, hidden) if text else None

    row = one.row
    code = source.label("reason", row.reason_code) if row.reason_code != "other" or not row.reason else ""
    return (
        source.label("level", row.level),
        source.label("verdict", row.verdict),
        " · ".join(filter(None, (code, cover(row.reason)))),
        row.decided_on,
        cover(row.decided_by),
        cover(row.document),
        row.document_number,
        row.document_link,
        cover(row.next_step) or source.label("follows", follows(row.level, row.verdict)),
        one.number,
        row.published_at,
        row.version,
    )
