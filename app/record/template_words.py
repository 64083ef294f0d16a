"""What a template of the record may ask for, in the words of the record, and what a record answers. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from app.documents.blocks import Align, Paragraph, WordDocument
from app.documents.template_fill import Values
from app.documents.template_marks import Vocabulary
from app.record.paper import Paper, proof
from app.record.wording import BLANK, corrected

SIGNED_BY_HAND = f"({'.' * 42})"
PRIORITIES = (
    *("no", "prioritas_daerah", "sasaran_daerah", "program", "kegiatan"),
    *("sasaran_kegiatan", "lokasi", "volume", "pagu", "perangkat_daerah"),
)
"""Annex II, in the order of `app.planning.cells.PRIORITIES`."""
NOT_AGREED = ("no", "kegiatan", "lokasi", "volume", "alasan")
"""Annex III, in the order of `app.planning.cells.NOT_AGREED`."""
ATTENDED = ("no", "nama", "lembaga", "kontak", "tanda_tangan")
SINGLE = (
    *("judul", "nomor", "tanggal", "kota", "forum", "tahun_rencana", "kantor", "unit", "alamat_kantor", "wilayah"),
    *("hari", "waktu", "tempat", "pembuka", "penutup", "pimpinan_nama", "pimpinan_jabatan", "pimpinan_keterangan"),
    *("jumlah_pagu", "jumlah_hadir", "jumlah_prioritas", "jumlah_belum_disepakati", "catatan_koreksi"),
)
LISTS: Mapping[str, tuple[str, ...]] = {
    "pertimbangan": ("no", "isi"),
    "diktum": ("urutan", "isi"),
    "penanda_tangan": ("no", "unsur", "nama", "keterangan"),
    "utusan": ("no", "nama", "unsur"),
    "keberatan": ("no", "tentang", "putusan", "jawaban"),
    "hadir": ATTENDED,
    "prioritas": PRIORITIES,
    "belum_disepakati": NOT_AGREED,
}
ANNEXES = ("hadir", "prioritas", "belum_disepakati")
PROOF = "keaslian"
WORDS = Vocabulary(
    SINGLE,
    LISTS,
    (PROOF,),
    (
        *("nomor", "tanggal", "forum", "pembuka", "diktum.isi", "pimpinan_nama", "penanda_tangan.unsur", "penanda_tangan.nama"),
        *(f"{name}.{column}" for name in ANNEXES for column in LISTS[name] if column != "no"),
        *("catatan_koreksi", "keberatan.tentang", "keberatan.putusan", "keberatan.jawaban"),
        PROOF,
    ),
    frozenset({"catatan_koreksi", "keberatan"}),
)


def values_of(paper: Paper) -> Values:
    """What a template is filled with for a draft or a final version."""
    said = paper.source
    office, chair, rank = said["chair"]
    held = dict(said["held"])
    told = said.get("corrections")
    single = {
        "judul": paper.title,
        "nomor": said["number"] or BLANK,
        "tanggal": said["day"],
        "kota": said["city"],
        "forum": said["forum"],
        "tahun_rencana": said["plan_year"],
        "kantor": said["office"],
        "unit": said["unit"],
        "alamat_kantor": said["address"],
        "wilayah": said["region"],
        "hari": held.get("Hari dan tanggal", ""),
        "waktu": held.get("Waktu", ""),
        "tempat": held.get("Tempat", ""),
        "pembuka": said["opening"],
        "penutup": said["closing"],
        "pimpinan_nama": chair or SIGNED_BY_HAND,
        "pimpinan_jabatan": office,
        "pimpinan_keterangan": rank,
        "jumlah_pagu": said["sum"],
        "jumlah_hadir": str(len(paper.attendees)),
        "jumlah_prioritas": str(len(said["priorities"])),
        "jumlah_belum_disepakati": str(len(said["not_agreed"])),
        "catatan_koreksi": corrected(told) if told else "",
    }
    lists = {
        "pertimbangan": _counted(("isi",), [[one] for one in said["heard"]]),
        "diktum": [dict(zip(("urutan", "isi"), one, strict=True)) for one in said["agreed"]],
        "penanda_tangan": _counted(
            ("unsur", "nama", "keterangan"), [[role, name or SIGNED_BY_HAND, below] for role, name, below in said["signers"]]
        ),
        "utusan": _counted(("nama", "unsur"), said["delegates"]),
        "keberatan": _counted(("tentang", "putusan", "jawaban"), told["answers"] if told else []),
        "hadir": _annex(ATTENDED, [[one.name, one.institution, one.contact, one.remark] for one in paper.attendees], "nama"),
        "prioritas": _annex(PRIORITIES, [row["cells"] for row in said["priorities"]], "kegiatan"),
        "belum_disepakati": _annex(NOT_AGREED, [row["cells"] for row in said["not_agreed"]], "kegiatan"),
    }
    above = Paragraph("RANCANGAN", Align.RIGHT, after=0, bold=True, size=9) if paper.draft else None
    return Values(single, lists, {PROOF: None if paper.draft else proof(paper)}, above)


def about_of(paper: Paper) -> WordDocument:
    """The properties of the file."""
    day = date.fromisoformat(paper.source["dated_on"])
    said = paper.source
    return WordDocument(
        title=paper.title, author=said["office"], subject=said["forum"], blocks=(), dated=datetime(day.year, day.month, day.day, tzinfo=UTC)
    )


def trials() -> tuple[Values, ...]:
    """Two records that nobody held: one with something everywhere, one with nothing."""
    rows = {name: [dict.fromkeys(columns, "isi & <w:p> {{ }}\nbaris")] * 2 for name, columns in LISTS.items()}
    full = Values(dict.fromkeys(SINGLE, "isi & <w:p> {{ }}\nbaris"), rows, {PROOF: None})
    return full, Values(dict.fromkeys(SINGLE, ""), {name: [] for name in LISTS}, {PROOF: None})


BLANK_ABOUT = WordDocument(title="", blocks=())


def _counted(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    return [{"no": str(at), **dict(zip(columns, row, strict=True))} for at, row in enumerate(rows, 1)]


def _annex(columns: Sequence[str], rows: Sequence[Sequence[str]], told_in: str) -> list[dict[str, str]]:
    """The rows of an annex; an empty one says so, as the law wants it to be seen."""
    return _counted(columns[1:], rows) or [{**dict.fromkeys(columns, ""), told_in: "Nihil"}]
