"""What people write in lists of guests is understood: columns, offices, elements, places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.guests.columns import WORDS, Field, guess
from app.guests.importing import new_codes
from app.guests.naming import deputised, guest_named, titled
from app.guests.rows import Choices, Usual, read_rows
from app.guests.vocabulary import element_told
from app.registration.keys import ALPHABET, written
from app.sheets.carried import begun, returned
from app.sheets.reading import read
from app.sheets.table import Table

CHOICES = Choices((("h1", "Aula Kota", "aula"),), online=True, elements={"perangkat daerah": "opd"}, offered=frozenset({"opd", "rt"}))


def table(text: str) -> Table:
    made = read(text.encode(), WORDS)
    assert isinstance(made, Table)
    return made


@pytest.mark.parametrize(
    ("heading", "fields"),
    [
        ("No;Nama Instansi;Jabatan;Jumlah Kursi", [None, "institution", "office", "seats"]),
        ("NO.;NAMA UNDANGAN;INSTANSI;NO. HP/WA;E-mail", [None, "name", "institution", "phone", "email"]),
        ("Nama Undangan;Jumlah (orang);Ket", ["institution", "seats", None]),
        ("Nama;L/P;OPD;Unsur;Lokasi", ["name", "gender", "institution", "element", "place"]),
        ("Institution;Position;Name;Seats;Phone", ["institution", "office", "name", "seats", "phone"]),
    ],
)
def test_columns_are_known_by_their_headings(heading: str, fields: list[str | None]) -> None:
    found = table(heading + "\n" + ";".join("x" for _ in fields))
    assert found.has_heading
    assert [field and field.value for field in guess(found, delegates=False)] == fields


def test_columns_without_headings_are_known_by_what_stands_in_them() -> None:
    found = table("1\tDinas PUPR\tKepala\t2\t081234567890\n2\tBank Jateng\tPimpinan\t1\t081234567891\n")
    assert guess(found, delegates=False) == [None, Field.INSTITUTION, Field.OFFICE, Field.SEATS, Field.PHONE]
    assert guess(table("Budi, S.T.\nSiti\n"), delegates=True) == [Field.NAME]


@pytest.mark.parametrize(
    ("office", "institution", "said"),
    [
        ("Kepala Dinas", "Dinas PUPR", "Kepala Dinas PUPR"),
        ("Kepala Dinas PUPR", "Dinas PUPR", "Kepala Dinas PUPR"),
        ("Camat", "Kecamatan Pekalongan Barat", "Camat Pekalongan Barat"),
        ("Lurah", "Kelurahan Poncol", "Lurah Poncol"),
        ("Ketua", "DPRD Kota Pekalongan", "Ketua DPRD Kota Pekalongan"),
        (None, "BPS", "BPS"),
    ],
)
def test_an_office_is_said_with_its_institution(office: str | None, institution: str, said: str) -> None:
    assert titled(office, institution) == said
    assert deputised(None, office, institution) == f"mewakili {said}"
    assert guest_named(None, None, institution, 2, 3) == (f"Utusan {institution} (2)", None)


@pytest.mark.parametrize(
    ("institution", "element"),
    [
        ("Dinas Kesehatan", "opd"),
        ("Camat Pekalongan Utara", "kecamatan"),
        ("Polres Pekalongan Kota", "tni_polri"),
        ("Bank Jateng", "swasta"),
        ("TP PKK Kota", "perempuan"),
        ("Puskesmas Dukuh", "uptd"),
        ("Rumah Makan", None),
    ],
)
def test_an_institution_tells_its_element(institution: str, element: str | None) -> None:
    assert element_told(institution) == element


def test_each_wrong_cell_is_named_and_nothing_typed_is_lost() -> None:
    fields = [Field.INSTITUTION, Field.SEATS, Field.PLACE, None]
    rows = [["Dinas A", "2 orang", "aula", "x"], ["", "0", "langit", "y"], ["dinas a", "", "", ""], ["", "", "", ""], ["BPS", "x", "", ""]]
    first, second, third, last = read_rows(rows, [2, 3, 4, 5, 6], fields, CHOICES, Usual("online"))
    assert first.wanted is not None
    assert (first.wanted.seats, first.wanted.site_id, first.wanted.element) == (2, "h1", "opd")
    assert {name: error.code for name, error in second.wrong.items()} == {
        "seats": "guests.seats_wrong",
        "institution": "field.required",
        "place": "guests.place_wrong",
    }
    assert set(last.wrong) == {"seats"}
    assert second.cells == ("", "0", "langit", "y")
    assert (third.wrong["institution"].code, third.wrong["institution"].facts) == ("guests.row_twice", {"line": 2})


def test_a_table_travels_in_the_form_and_comes_back_mended() -> None:
    brought = table("Instansi;Kursi\nDinas;dua\n")
    carried = begun("daftar.csv", brought, guess(brought, delegates=False))
    back = returned(carried.text, {"cell.0.1": "2", "cell.9.9": "x", "map.0": "institution", "map.1": "seats"}, ["0", "x"], Field)
    assert (back.title, back.table.rows, back.fields, back.skipped) == ("daftar.csv", (("Dinas", "2"),), carried.fields, frozenset({0}))


@given(st.integers(0, 40))
def test_codes_of_guests_are_never_codes_of_applications(count: int) -> None:
    codes = new_codes(count, [])
    assert len(set(codes)) == count
    assert all(code == written(code) and code[0] not in ALPHABET for code in codes)
