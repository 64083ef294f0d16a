"""Lists of earlier years as offices write them: headings, levels, answers and days are understood, and what is not says so beside its cell."""

from datetime import date
from decimal import Decimal

import pytest

from app.outcomes.columns import WORDS, Field, day_meant, guess, level_meant, verdict_meant
from app.outcomes.levels import Level, Verdict
from app.outcomes.rows import Said, Usual, Wanted, grouped, read_rows
from app.sheets.reading import read
from app.sheets.table import Table

USUAL = Usual(2020, Level.DISTRICT, "33.75", 2021)


def table(text: str) -> Table:
    found = read(text.encode(), WORDS)
    assert isinstance(found, Table)
    return found


def test_columns_are_known_by_their_headings() -> None:
    sipd = table(
        "No;ID Usulan;Usulan;Kelurahan/Desa;Volume;Satuan;Anggaran;OPD Tujuan Akhir;Status;Catatan\n1;88;Talud;Krapyak;1;m;5;PU;Ditolak;-\n"
    )
    assert guess(sipd) == [
        None,
        Field.NUMBER,
        Field.TITLE,
        Field.VILLAGE,
        Field.QUANTITY,
        Field.UNIT,
        Field.BUDGET,
        Field.AGENCY,
        Field.VERDICT,
        Field.REASON,
    ]
    assert guess(table("No / Usulan;Judul Usulan\nPKL-1;Talud sungai\n")) == [Field.NUMBER, Field.TITLE]
    assert guess(table("1;Perbaikan talud sungai;x\n2;Pengerukan saluran besar;y\n")) == [None, Field.TITLE, None]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Musrenbang Kecamatan", Level.DISTRICT),
        ("Kel.", Level.VILLAGE),
        ("Forum Perangkat Daerah", Level.AGENCY),
        ("RKPD Kota", Level.PLAN),
        ("APBD", Level.BUDGET),
        ("kota", Level.REGENCY),
        ("langit", None),
    ],
)
def test_levels_are_understood(text: str, level: Level | None) -> None:
    assert level_meant(text) == level


@pytest.mark.parametrize(
    ("text", "level", "verdict"),
    [
        ("Terakomodir", Level.AGENCY, Verdict.ACCOMMODATED),
        ("terakomodir sebagian", Level.PLAN, Verdict.PARTLY),
        ("Tidak terakomodir", Level.PLAN, Verdict.NOT_ACCOMMODATED),
        ("belum disepakati", Level.DISTRICT, Verdict.NOT_AGREED),
        ("Disetujui", Level.DISTRICT, Verdict.AGREED),
        ("Disetujui", Level.BUDGET, Verdict.ACCOMMODATED),
        ("DITOLAK", Level.DISTRICT, Verdict.DECLINED),
        ("Ditolak", Level.PLAN, Verdict.NOT_ACCOMMODATED),
        ("Dikembalikan", Level.DISTRICT, Verdict.RETURNED),
        ("entah", Level.DISTRICT, None),
    ],
)
def test_answers_are_understood_in_the_words_of_their_level(text: str, level: Level, verdict: Verdict | None) -> None:
    assert verdict_meant(text, level) == verdict


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-02-17", date(2020, 2, 17)),
        ("17/2/2020", date(2020, 2, 17)),
        ("17 Februari 2020", date(2020, 2, 17)),
        ("17-Agt-2020", None),
        ("31/2/2020", None),
        ("2020", None),
    ],
)
def test_days_are_understood(text: str, day: date | None) -> None:
    assert day_meant(text) == day


def test_rows_of_one_proposal_are_its_levels_and_what_is_wrong_is_said_by_cell() -> None:
    brought = table(
        "Nomor;Tahun;Usulan;Kelurahan;Volume;Satuan;Anggaran;Tingkat;Status;Alasan;Tanggal\n"
        "A-1;;Talud sungai;Krapyak;1.200,5;m;Rp60.000.000;Kecamatan;Disepakati;;17/2/2020\n"
        "A-1;;Talud sungai;Krapyak;1.200,5;m;Rp60.000.000;RKPD;Belum terakomodir;Pagu habis;\n"
        "A-1;;Talud sungai;;;;;RKPD;Masuk;;\n"
        "A-1;;Lampu jalan;;;;;APBD;Masuk;;\n"
        ";2019;Tanpa nomor;;;;;;;;\n"
        "A-2;2035;=1+1 {{ }};;banyak;;sepuluh;bulan;hore;;besok\n"
        "A-3;2019;مرحبا 🌊 talud;Entah di mana;;;;;;;\n"
    )
    rows = read_rows(brought.rows, brought.lines, guess(brought), USUAL)
    assert [sorted(row.wrong) for row in rows] == [
        [],
        [],
        ["level"],
        ["number"],
        ["number"],
        ["budget", "decided_on", "level", "quantity", "year"],
        [],
    ]
    assert [row.line for row in rows] == [2, 3, 4, 5, 6, 7, 8]
    said = [
        Said(Level.DISTRICT, Verdict.AGREED, None, date(2020, 2, 17), None),
        Said(Level.PLAN, Verdict.NOT_ACCOMMODATED, "Pagu habis", None, None),
    ]
    first = Wanted(2020, "A-1", "Talud sungai", "Krapyak", "33.75.03.1002", Decimal("1200.500"), "m", 60_000_000, None, said[0])
    found = list(grouped([row.wanted for row in rows if row.wanted is not None]))
    assert (found[0][0].title, found[0][1]) == (first.title, said)
    assert [(one.year, one.number, one.village) for one, _ in found] == [(2020, "A-1", "Krapyak"), (2019, "A-3", "Entah di mana")]
    assert (found[0][0].quantity, found[0][0].budget) == (first.quantity, first.budget)
