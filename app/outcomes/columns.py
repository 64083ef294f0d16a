"""Which column of a list of an earlier year means what, guessed from the headings, and the words in which such lists say a level, an answer or a day. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from app.outcomes.levels import MAY_SAY, Level, Verdict
from app.sheets.headings import by_heading
from app.sheets.table import Table


class Field(StrEnum):
    """What a column may tell."""

    NUMBER = "number"
    YEAR = "year"
    TITLE = "title"
    VILLAGE = "village"
    QUANTITY = "quantity"
    UNIT = "unit"
    BUDGET = "budget"
    AGENCY = "agency"
    LEVEL = "level"
    VERDICT = "verdict"
    REASON = "reason"
    DECIDED_ON = "decided_on"
    DOCUMENT = "document"


_PATTERNS = (
    (Field.DOCUMENT, r"dokumen|berita acara|document"),
    (Field.NUMBER, r"\bid\b|kode|nomor|\bno(?:mer)? usulan|number"),
    (Field.YEAR, r"tahun|\bthn\b|year"),
    (Field.DECIDED_ON, r"tanggal|\btgl\b|date"),
    (Field.LEVEL, r"tingkat|jenjang|tahap|level"),
    (Field.VERDICT, r"status|keputusan|hasil|verdict|jawaban"),
    (Field.REASON, r"alasan|catatan|keterangan|reason|note"),
    (Field.AGENCY, r"\bopd\b|\bskpd\b|perangkat|dinas|agency"),
    (Field.BUDGET, r"anggaran|pagu|biaya|nilai|\brp\b|budget"),
    (Field.QUANTITY, r"volume|\bvol\b|jumlah|quantity"),
    (Field.UNIT, r"satuan|unit"),
    (Field.VILLAGE, r"kelurahan|\bdesa\b|lokasi|village"),
    (Field.TITLE, r"usulan|kegiatan|judul|uraian|pekerjaan|title"),
)
_HEADINGS = """
    no nomor nomer id kode usulan tahun thn usul kegiatan judul uraian pekerjaan nama jenis kelurahan desa lokasi alamat volume vol jumlah satuan unit anggaran
    pagu biaya nilai rp usulan perangkat daerah opd skpd tujuan akhir awal dinas tingkat jenjang tahap level status keputusan hasil jawaban alasan catatan
    keterangan tanggal tgl dokumen berita acara number year title village quantity budget agency verdict reason date note document dan atau masalah
"""
WORDS = frozenset(_HEADINGS.split())
"""The words of which headings are made."""
_LEVELS: Mapping[Level, tuple[str, ...]] = {
    Level.BUDGET: ("apbd", "anggaran", "dpa"),
    Level.PLAN: ("rkpd", "renja", "rencana kerja"),
    Level.AGENCY: ("perangkat", "opd", "skpd", "dinas", "forum pd", "forum opd", "forum skpd"),
    Level.REGENCY: ("kabupaten", "kota", "bappeda", "kab"),
    Level.DISTRICT: ("kecamatan", "kec"),
    Level.VILLAGE: ("kelurahan", "desa", "kel"),
}
_VERDICTS: tuple[tuple[Verdict, str], ...] = (
    (Verdict.PARTLY, r"sebagian|partly"),
    (Verdict.NOT_AGREED, r"(?:belum|tidak|tdk) (?:di)?(?:sepakat\w*|setuju\w*)"),
    (
        Verdict.NOT_ACCOMMODATED,
        r"(?:belum|tidak|tdk) \w*(?:akomod|akomid|masuk|dapat|bisa|dianggarkan|terpenuhi)\w*|not accommodated|pending|tunda|ditunda",
    ),
    (Verdict.DECLINED, r"tolak|tidak diterima|declined|rejected"),
    (Verdict.RETURNED, r"kembali|returned|revisi"),
    (Verdict.COMPLAINT, r"pengaduan|complaint"),
    (Verdict.FORWARDED, r"terus|forwarded|lanjut|proses"),
    (Verdict.ACCOMMODATED, r"akomod|akomid|masuk|diterima|dianggarkan|terealisasi|selesai|accommodated"),
    (Verdict.AGREED, r"sepakat|setuju|agreed|valid"),
)
_WORD = re.compile(r"[^\W_]+")
_MONTHS = ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des")


def guess(table: Table) -> list[Field | None]:
    """A field per column, each at most once; without a heading the column with the longest words is the title."""
    if not table.has_heading:
        sizes = [sum(len(row[at]) for row in table.rows[:40]) for at in range(len(table.header))]
        return [Field.TITLE if at == sizes.index(max(sizes)) else None for at in range(len(sizes))]
    return by_heading(table.header, _PATTERNS, apart="._:()/-")


def level_meant(text: str) -> Level | None:
    """The level that somebody means."""
    words = f" {' '.join(_WORD.findall(text.casefold()))} "
    return next((level for level, names in _LEVELS.items() if any(f" {name} " in words for name in names)), None)


def verdict_meant(text: str, level: Level) -> Verdict | None:
    """What somebody means was answered, in the words of that level: a plan accommodates, a forum agrees."""
    plain = " ".join(text.casefold().split())
    found = next((verdict for verdict, pattern in _VERDICTS if re.search(pattern, plain)), None)
    if found is None or found in MAY_SAY[level]:
        return found
    other = {
        Verdict.AGREED: Verdict.ACCOMMODATED,
        Verdict.ACCOMMODATED: Verdict.AGREED,
        Verdict.PARTLY: Verdict.AGREED,
        Verdict.NOT_AGREED: Verdict.NOT_ACCOMMODATED,
        Verdict.NOT_ACCOMMODATED: Verdict.NOT_AGREED,
        Verdict.DECLINED: Verdict.NOT_ACCOMMODATED,
    }.get(found)
    return other if other in MAY_SAY[level] else None


def day_meant(text: str) -> date | None:
    """A day as lists write it: `2021-02-17`, `17/2/2021`, `17 Februari 2021`."""
    pieces = re.findall(r"\d+|[a-z]+", text.casefold().split(" 00:00")[0])
    if len(pieces) != 3:
        return None
    first, middle, last = pieces
    month = _MONTHS.index(middle[:3]) + 1 if middle[:3] in _MONTHS else int(middle) if middle.isdigit() and len(middle) < 3 else 0
    if not (first.isdigit() and last.isdigit()):
        return None
    year, day = (first, last) if len(first) == 4 else (last, first)
    try:
        return date(int(year), month, int(day)) if len(year) == 4 else None
    except ValueError:
        return None
