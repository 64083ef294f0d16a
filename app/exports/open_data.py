"""Open data: the public proposals without anybody's name, number or words that name somebody, and the dictionary of its columns.

Headings, meanings and values are Indonesian whatever language a visitor reads: a data set has one form.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.gather import PAGE, Source, paged
from app.exports.tables import Column, Kind, Row, Sheet
from app.proposals.choices import LandStatus, Reason, UrgencyLevel, Via, WorkType
from app.proposals.listing import matching, sources_of
from app.proposals.models import Proposal, ProposalSource, ProposalStatus
from app.proposals.privacy import HIDDEN, masked
from app.proposals.sectors import Sector
from app.proposals.wording import without_mail

NAME = "open-data"
NOBODY = frozenset({"warga", "warga umum", "masyarakat", "peserta", "pengusul", "panitia", "petugas"})
"""What stands as a name where nobody is named: no word to cover in texts."""


@dataclass(frozen=True)
class Meaning:
    """A column and what the dictionary says of it; `label` and `values` are the closed list whose words may stand in it."""

    key: str
    heading: str
    kind: Kind
    width: int
    meaning: str
    label: str = ""
    values: tuple[str, ...] = ()


DICTIONARY = (
    Meaning("number", "nomor", Kind.TEXT, 16, "Nomor usulan, tetap sejak diterima. Halaman usulan ada di /u/nomor."),
    Meaning("status", "status", Kind.TEXT, 18, "Keadaan usulan saat berkas ini dibuat.", "status", tuple(ProposalStatus)),
    Meaning("title", "judul", Kind.TEXT, 40, "Usulan dalam satu kalimat. Nama orang dan nomor pribadi ditutup dengan ▪▪▪."),
    Meaning("problem", "masalah", Kind.TEXT, 40, "Masalah yang hendak diatasi, ditutup seperti judul."),
    Meaning("action", "gagasan", Kind.TEXT, 30, "Gagasan pengusul tentang jalan keluarnya, ditutup seperti judul."),
    Meaning("village_code", "kode_wilayah", Kind.TEXT, 14, "Kode wilayah kelurahan atau desa tempat kegiatan, bila diketahui."),
    Meaning("village", "kelurahan_desa", Kind.TEXT, 20, "Kelurahan atau desa tempat kegiatan, bukan tempat tinggal pengusul."),
    Meaning("rt", "rt", Kind.TEXT, 8, "Nomor RT tempat kegiatan, dua angka, dipisah koma."),
    Meaning("rw", "rw", Kind.TEXT, 8, "Nomor RW tempat kegiatan, dua angka, dipisah koma."),
    Meaning("sector", "bidang", Kind.TEXT, 22, "Bidang pembangunan.", "sector", tuple(Sector)),
    Meaning("type", "jenis", Kind.TEXT, 12, "Bentuk yang diminta.", "work_type", tuple(WorkType)),
    Meaning("urgency", "urgensi", Kind.TEXT, 12, "Seberapa mendesak.", "urgency", tuple(UrgencyLevel)),
    Meaning("quantity", "volume", Kind.NUMBER, 10, "Banyaknya menurut usulan, paling banyak tiga angka di belakang koma."),
    Meaning("unit", "satuan", Kind.TEXT, 10, "Satuan dari volume."),
    Meaning("beneficiaries", "penerima_manfaat", Kind.NUMBER, 12, "Perkiraan jumlah orang yang terbantu."),
    Meaning("land_status", "status_lahan", Kind.TEXT, 18, "Milik siapa lahan tempat kegiatan.", "land_status", tuple(LandStatus)),
    Meaning("budget", "anggaran", Kind.MONEY, 18, "Perkiraan biaya menurut usulan, dalam rupiah utuh."),
    Meaning("agency", "perangkat_daerah", Kind.TEXT, 24, "Perangkat daerah yang dituju."),
    Meaning(
        "reason",
        "alasan",
        Kind.TEXT,
        24,
        "Alasan dari daftar tetap bila dikembalikan, ditolak, atau belum disepakati.",
        "reason",
        tuple(Reason),
    ),
    Meaning("hall", "lokasi_forum", Kind.TEXT, 20, "Tempat forum di mana usulan disampaikan; kosong bila tidak di tempat."),
    Meaning("via", "cara_masuk", Kind.TEXT, 14, "Cara usulan disampaikan.", "via", tuple(Via)),
    Meaning("leads_to", "berlanjut_di", Kind.TEXT, 16, "Nomor usulan lain bila digabung atau dipecah, dipisah koma."),
    Meaning("created_on", "tanggal_usul", Kind.DAY, 13, "Hari usulan diterima, menurut waktu setempat."),
    Meaning("published_on", "tanggal_terbit", Kind.DAY, 13, "Hari usulan terbit untuk umum, menurut waktu setempat."),
)
"""The columns in their order. Nothing here says who proposed."""
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
        said = await sources_of(db, records)
        return [_row(source, one, said[one.id]) for one in records]

    return paged(source.database, read, None, lambda record: record.number, rows)


def _row(source: Source, p: Proposal, said: Sequence[ProposalSource]) -> Row:
    # Whoever agreed to be named agreed to the page of the proposal, not to a file that goes round for ever.
    known = {*NOBODY, (p.village or "").casefold()}
    names = [name for name in (p.proposer, *(one.author for one in said)) if name.casefold() not in known]
    zone = ZoneInfo(source.session.zone)

    def cover(text: str | None) -> str | None:
        return masked(without_mail(text, HIDDEN), names) if text else None

    return (
        p.number,
        source.label("status", p.status),
        cover(p.title),
        cover(p.problem),
        cover(p.action),
        p.village_code,
        p.village,
        ", ".join(f"{n:02d}" for n in p.rt),
        ", ".join(f"{n:02d}" for n in p.rw),
        source.label("sector", p.sector),
        source.label("work_type", p.type),
        source.label("urgency", p.urgency),
        p.quantity,
        p.unit,
        p.beneficiaries,
        source.label("land_status", p.land_status),
        p.budget,
        p.agency,
        source.label("reason", p.reason_code),
        source.hall(p.site_id),
        source.label("via", p.via),
        ", ".join(p.leads_to),
        p.created_at.astimezone(zone).date(),
        p.published_at.astimezone(zone).date() if p.published_at else None,
    )
