"""Tables that people bring are read as they meant them, and hostile ones get a clear answer."""

import io
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.errors import Invalid
from app.sheets.reading import read, read_table
from app.sheets.table import MOST_ROWS, Table

WORDS = {"no", "nama", "instansi", "jabatan", "kursi", "hp"}


def table(data: bytes) -> Table:
    made = read(data, WORDS)
    assert isinstance(made, Table), made
    return made


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_pasted_table_keeps_its_cells_and_line_numbers() -> None:
    found = table(b'DAFTAR UNDANGAN\n\nNo\tInstansi\tNama\n1\tDinas  PUPR\t"Budi\nSantoso"\n\n2\tBank Jateng\n')
    assert found.header == ("No", "Instansi", "Nama")
    assert found.rows == (("1", "Dinas PUPR", "Budi Santoso"), ("2", "Bank Jateng", ""))
    assert found.lines == (4, 7)


@pytest.mark.parametrize("separator", [";", ",", "|", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_of_any_office_is_read(separator: str, encoding: str) -> None:
    text = separator.join(("Instansi", "Jabatan", "Kursi")) + "\r\n" + separator.join(('"Café ""Kota"""', "Kepala", "2")) + "\r\n"
    found = table(text.encode(encoding))
    assert (found.header, found.rows) == (("Instansi", "Jabatan", "Kursi"), (('Café "Kota"', "Kepala", "2"),))


def test_a_list_of_names_with_degrees_is_one_column() -> None:
    found = table(b"Budi Santoso, S.T., M.T.\nSiti Aminah\nH. Slamet, S.Pd.\n")
    assert not found.has_heading
    assert [row[0] for row in found.rows] == ["Budi Santoso, S.T., M.T.", "Siti Aminah", "H. Slamet, S.Pd."]


def test_a_lost_quotation_mark_swallows_nothing() -> None:
    text = "Nama\tInstansi\n" + '"Aula\tDinas\n' + "".join(f"Orang {n}\tKantor\n" for n in range(10))
    assert len(table(text.encode()).rows) == 11


def test_excel_says_which_separator_it_used() -> None:
    assert table(b"sep=;\r\nNama;Instansi\r\nBudi, S.T.;Bank, Kota\r\n").rows == (("Budi, S.T.", "Bank, Kota"),)


def test_a_workbook_gives_numbers_and_days_as_written() -> None:
    data = workbook(("Instansi", "Kursi", "HP", "Tanggal"), ("Dinas PUPR", 3.0, 85326905742, date(2021, 4, 11)), ("", None, "", ""))
    found = table(data)
    assert found.header == ("Instansi", "Kursi", "HP", "Tanggal")
    assert found.rows == (("Dinas PUPR", "3", "85326905742", "2021-04-11"),)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "sheets.empty"),
        (b" \n;;;\n", "sheets.empty"),
        (b"Nama;Instansi\n", "sheets.only_heading"),
        (b"%PDF-1.7 ...", "sheets.not_a_table"),
        (b"a\x00b\x01c", "sheets.not_a_table"),
        (b"\xff\xfea", "sheets.not_a_table"),
        (b"\xd0\xcf\x11\xe0rest", "sheets.old_excel"),
        (b"PK\x03\x04 broken", "sheets.broken_workbook"),
        (b"Nama\n" + b"Budi\n" * (MOST_ROWS + 1), "sheets.too_many_rows"),
        (b"Nama" + b";x" * 80 + b"\n" + b"Budi" + b";x" * 80, "sheets.too_many_columns"),
        (b"Nama\n" + b"x" * 200_000, "sheets.cell_too_long"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, code: str) -> None:
    made = read(data, WORDS)
    assert not isinstance(made, Table)
    assert made[0] == code


def packed(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(f"xl/{name}.xml", content)
    return file.getvalue()


def test_a_bomb_and_an_entity_are_refused_before_they_unfold() -> None:
    assert read(packed(workbook=b"<a/>", sharedStrings=b"0" * (33 * 1024 * 1024)), WORDS) == ("sheets.too_big", None)
    laughing = b'<!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>'
    assert read(packed(workbook=laughing), WORDS) == ("sheets.broken_workbook", None)
    assert read(packed(workbook=laughing.decode().encode("utf-16")), WORDS) == ("sheets.broken_workbook", None)
    assert read(packed(other=b"<a/>"), WORDS) == ("sheets.not_a_table", None)


@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda rest: b"PK\x03\x04" + rest) | st.text(max_size=200).map(str.encode))
def test_nothing_that_is_brought_makes_the_reader_fail(data: bytes) -> None:
    made = read(data, WORDS)
    if isinstance(made, Table):
        assert {len(row) for row in made.rows} == {len(made.header)}
        assert len(made.lines) == len(made.rows) > 0
    else:
        assert made[0].startswith("sheets.")


async def test_reading_happens_in_another_process_and_answers_with_the_field() -> None:
    assert (await read_table(workbook(("Nama", "Instansi"), ("Budi", "Bank")), WORDS)).rows == (("Budi", "Bank"),)
    assert (await read_table("Nama;Instansi\nBudi;Bank", WORDS)).rows == (("Budi", "Bank"),)
    with pytest.raises(Invalid) as refused:
        await read_table(b"%PDF", WORDS, field="table")
    assert [(e.field, e.code) for e in refused.value.errors] == [("table", "sheets.not_a_table")]
