"""The list of proposals, with the words as they were said beside the fields."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.gather import PAGE, Source, labelled, paged, silent
from app.exports.tables import Kind, Row, Sheet
from app.proposals.answers import responses_of
from app.proposals.dapil import dapils_of
from app.proposals.listing import matching, sources_of
from app.proposals.models import Proposal, ProposalSource, Response
from app.proposals.photos_shown import photos_of

COLUMNS = (
    ("number", "Nomor usulan", Kind.TEXT, 16),
    ("status", "Status", Kind.TEXT, 16),
    ("title", "Usulan", Kind.TEXT, 40),
    ("problem", "Masalah", Kind.TEXT, 40),
    ("action", "Gagasan", Kind.TEXT, 30),
    ("village", "Kelurahan/Desa", Kind.TEXT, 18),
    ("village_code", "Kode wilayah", Kind.TEXT, 14),
    ("hamlet", "Dusun/Lingkungan", Kind.TEXT, 16),
    ("rt", "RT", Kind.TEXT, 8),
    ("rw", "RW", Kind.TEXT, 8),
    ("landmark", "Patokan", Kind.TEXT, 24),
    ("sector", "Bidang", Kind.TEXT, 20),
    ("type", "Jenis", Kind.TEXT, 12),
    ("urgency", "Urgensi", Kind.TEXT, 12),
    ("handling", "Tingkat penanganan", Kind.TEXT, 16),
    ("quantity", "Volume", Kind.NUMBER, 10),
    ("unit", "Satuan", Kind.TEXT, 10),
    ("beneficiaries", "Penerima manfaat", Kind.NUMBER, 12),
    ("land_status", "Status lahan", Kind.TEXT, 16),
    ("budget", "Anggaran", Kind.MONEY, 18),
    ("agency", "Perangkat daerah", Kind.TEXT, 24),
    ("dapil", "Daerah pemilihan", Kind.TEXT, 16),
    ("reason", "Alasan", Kind.TEXT, 30),
    ("proposer", "Pengusul", Kind.TEXT, 22),
    ("capacity", "Profil", Kind.TEXT, 20),
    ("on_behalf", "Atas nama", Kind.TEXT, 18),
    ("hall", "Lokasi", Kind.TEXT, 18),
    ("via", "Cara masuk", Kind.TEXT, 14),
    ("words", "Kata asli", Kind.TEXT, 50),
    ("responses", "Tanggapan", Kind.TEXT, 50),
    ("photos", "Foto", Kind.NUMBER, 8),
    ("created_at", "Tanggal usul", Kind.MOMENT, 17),
    ("verified_at", "Terverifikasi", Kind.MOMENT, 17),
    ("published_at", "Terbit", Kind.MOMENT, 17),
)


def sheet(source: Source) -> Sheet:
    """The proposals of the session in the order of their numbers, narrowed to the filters of the source."""
    return labelled(source, "proposals", "Daftar usulan", COLUMNS, _pages(source))


def _pages(source: Source) -> AsyncIterator[list[Row]]:
    async def read(db: AsyncSession, after: str | None) -> Sequence[Proposal]:
        return await matching(db, source.session.id, source.filters, public=False, limit=PAGE, after=after)

    async def rows(db: AsyncSession, records: Sequence[Proposal]) -> list[Row]:
        said = await sources_of(db, records)
        answers = await responses_of(db, records)
        photos = await photos_of(db, records, public=False)
        dapils = await dapils_of(db, source.session.region_code)
        return [
            _row(
                source,
                record,
                said[record.id],
                [_answer(one) for one in answers[record.id]],
                next((name for name, dapil in dapils.items() if dapil.holds(record.village_code, record.village)), None),
                photos=len(photos[record.id]),
            )
            for record in records
        ]

    return paged(source.database, read, None, lambda record: record.number, rows)


def _answer(response: Response) -> str:
    who = ", ".join(filter(None, (response.agency, response.author if response.author != response.agency else None)))
    return f"{who}: {response.text}"


def _row(source: Source, p: Proposal, said: Sequence[ProposalSource], answers: list[str], dapil: str | None, *, photos: int) -> Row:
    hushed = silent(p, said)
    reason = " · ".join(filter(None, (source.label("reason", p.reason_code), p.reason or "")))
    return (
        p.number,
        source.label("status", p.status),
        source.words.gettext("(kata-katanya ditarik)") if hushed else p.title,
        None if hushed else p.problem,
        None if hushed else p.action,
        p.village,
        p.village_code,
        None if hushed else p.hamlet,
        ", ".join(f"{n:02}" for n in p.rt),
        ", ".join(f"{n:02}" for n in p.rw),
        None if hushed else p.landmark,
        source.label("sector", p.sector),
        source.label("work_type", p.type),
        source.label("urgency", p.urgency),
        source.label("handling", p.handling),
        p.quantity,
        p.unit,
        p.beneficiaries,
        source.label("land_status", p.land_status),
        p.budget,
        p.agency,
        dapil,
        reason,
        p.proposer,
        p.capacity,
        p.on_behalf,
        source.hall(p.site_id),
        source.label("via", p.via),
        "\n".join(one.text for one in said if one.text and not one.gone),
        "\n".join(answers),
        photos,
        p.created_at,
        p.verified_at,
        p.published_at,
    )
