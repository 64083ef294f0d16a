"""Which column of somebody's table means what: guessed from the headings, else from what stands below them. Pure."""

import re
from collections.abc import Sequence
from enum import StrEnum

from app.regions import normalize_phone
from app.sheets.headings import by_heading
from app.sheets.table import Table


class Field(StrEnum):
    """What a column may tell about a guest."""

    INSTITUTION = "institution"
    OFFICE = "office"
    NAME = "name"
    SEATS = "seats"
    ELEMENT = "element"
    PLACE = "place"
    GENDER = "gender"
    PHONE = "phone"
    EMAIL = "email"


_PATTERNS = (
    (Field.EMAIL, r"e-?mail|surel"),
    (Field.PHONE, r"\b(?:hp|no ?hp|wa|whatsapp|telp?|tlp|telepon|telephone|phone|mobile|ponsel|handphone|kontak|contact)\b"),
    (Field.GENDER, r"kelamin|gender|\bjk\b|\bl ?/ ?p\b|\bsex\b"),
    (Field.SEATS, r"jumlah|\bjml\b|kursi|seats?\b|orang\b|kuota|banyak"),
    (Field.ELEMENT, r"unsur|kategori|kelompok|element|category"),
    (Field.PLACE, r"kehadiran|cara hadir|hadir di|lokasi|tempat|aula|ruang|venue|hall|attendance|luring|daring"),
    (Field.OFFICE, r"jabatan|pejabat|kedudukan|selaku|sebagai|position|office|\bjab\b"),
    (Field.INSTITUTION, r"instansi|lembaga|organisasi|\bopd\b|\bskpd\b|perangkat|dinas|\basal\b|unit|kantor|institution|agency"),
    (Field.NAME, r"nama|\bname\b|utusan|delegasi|peserta|undangan|tamu|guest"),
)
_HEADINGS = """
    no nomor nama lengkap utusan delegasi peserta tamu undangan yang diundang instansi lembaga organisasi opd skpd perangkat daerah dinas asal unit kerja
    kantor jabatan pejabat kedudukan selaku sebagai dalam jumlah jml kursi orang kuota banyaknya unsur kategori kelompok kehadiran cara hadir di lokasi tempat
    aula ruang hp wa whatsapp telp tlp tel telepon ponsel handphone kontak email e mail surel jenis kelamin jk l p gender ket keterangan alamat tanda
    tangan ttd kelurahan desa institution agency office position name full guest seats number of phone mobile contact element category venue hall
    attendance sex address note notes dan atau
"""
WORDS = frozenset(_HEADINGS.split())
"""The words of which headings are made."""
_RUNNING = re.compile(r"\d{1,4}\.?")
_LOOKED_AT = 40


def guess(table: Table, *, delegates: bool) -> list[Field | None]:
    """A field per column, each at most once; `delegates` says that names matter more than institutions."""
    found = by_heading(table.header, _PATTERNS) if table.has_heading else _by_content(table, delegates=delegates)
    wanted = Field.NAME if delegates else Field.INSTITUTION
    if wanted not in found:
        other = Field.INSTITUTION if delegates else Field.NAME
        if other in found and (delegates or Field.OFFICE not in found):
            found[found.index(other)] = wanted
    return found


def _by_content(table: Table, *, delegates: bool) -> list[Field | None]:
    columns = [[row[at] for row in table.rows[:_LOOKED_AT] if row[at]] for at in range(len(table.header))]
    order = [Field.NAME, Field.OFFICE] if delegates else [Field.INSTITUTION, Field.OFFICE, Field.NAME]
    found: list[Field | None] = []
    for cells in columns:
        field = _kind(cells, first=not found)
        if field is None and cells and order and not all(_RUNNING.fullmatch(cell) for cell in cells):
            field = order.pop(0)
        found.append(field if field not in found else None)
    return found


def _kind(cells: Sequence[str], *, first: bool) -> Field | None:
    """What cells are by their look alone; a first column of figures is a running number."""
    if not cells:
        return None
    if sum("@" in cell for cell in cells) * 2 > len(cells):
        return Field.EMAIL
    if sum(len(cell) > 7 and normalize_phone(cell) is not None for cell in cells) * 2 > len(cells):
        return Field.PHONE
    if all(cell.casefold() in {"l", "p"} for cell in cells):
        return Field.GENDER
    figures = all(_RUNNING.fullmatch(cell) for cell in cells)
    return Field.SEATS if figures and not first and max(int(cell.rstrip(".")) for cell in cells) <= 50 else None
