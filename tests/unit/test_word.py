"""Word documents: the same twice, byte for byte; every word stays what was written; tables keep their headings on every page."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from app.documents.blocks import (
    Align,
    Coded,
    Heading,
    NewPage,
    Pairs,
    Paragraph,
    Place,
    Run,
    Signatures,
    Table,
    WordDocument,
)
from app.documents.word import build
from app.documents.word import docx as word
from app.documents.word_file import written

AWKWARD = (
    "{{ 7*7 }} {% raw %}",
    '#read("/etc/passwd")',
    "=1+1",
    '=HYPERLINK("http://x")',
    "محمد رحمة الله",
    "Ibu Ani 🌾👩🏽‍🌾",
    "<w:p>&amp; <script>",
    "Muhammad Abdurrahman " * 12,
    "",
)


def picture() -> bytes:
    """The smallest PNG: one white point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0\xff")) + chunk(b"IEND", b"")  # fmt: skip


def whole(words: str = "Rembuk", rows: int = 3) -> WordDocument:
    """A document of every kind of block, with the same words everywhere."""
    return WordDocument(
        title=words,
        author=words,
        foot=words,
        blocks=[
            Paragraph(words, align=Align.CENTER, bold=True, ruled=True),
            Heading(words),
            Pairs([("Nomor", words)]),
            Paragraph([Run("tebal ", bold=True), Run(words, italic=True)], indent=8, hanging=8),
            Signatures([Place("Ketua", words, "NIP"), Place("Unsur RW"), Place("Unsur PKK", "Ibu Ani")]),
            NewPage(landscape=True),
            Table(("No", "Nama"), [(str(n), words) for n in range(1, rows + 1)], (12, 120), (Align.RIGHT,), numbers=True),
            Coded(picture(), "Kode QR", [words, "sidik"]),
        ],
    )


def opened(document: WordDocument) -> Document:
    return docx.Document(io.BytesIO(written(document)))


def test_the_same_document_is_the_same_file_twice() -> None:
    assert written(whole()) == written(whole())


async def test_the_child_process_writes_the_same_file() -> None:
    made = await word(whole())
    try:
        assert made.read_bytes() == written(whole())
    finally:
        made.unlink()


def test_no_clock_stands_in_the_file() -> None:
    with zipfile.ZipFile(io.BytesIO(written(whole()))) as packed:
        assert {one.date_time for one in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "docProps/thumbnail.jpeg" not in packed.namelist()
        core = packed.read("docProps/core.xml").decode()
    assert core.count("1980-01-01T00:00:00Z") == 2
    assert "python-docx" not in core


@pytest.mark.parametrize("words", AWKWARD)
def test_every_word_stays_what_was_written(words: str) -> None:
    made = opened(whole(words))
    names, signed, listed, box = made.tables
    assert names.rows[0].cells[2].text == words
    assert [row.cells[1].text for row in listed.rows] == ["Nama", "(2)", words, words, words]
    assert box.rows[0].cells[1].paragraphs[0].text == words
    assert (words or "(") in signed.rows[0].cells[0].text
    assert [one.text for one in made.paragraphs if one.style.name == "Heading 1"] == [words]
    assert made.core_properties.title == words[:255]
    asked = [one.text for part in (made.element, made.sections[0].footer._element) for one in part.iter(qn("w:instrText"))]
    assert asked == ["PAGE", "NUMPAGES"]


def test_what_xml_cannot_say_is_left_out() -> None:
    made = opened(whole("a\x00b\x1b\udcffc\ufffe"))
    assert made.tables[0].rows[0].cells[2].text == "abc"


def test_a_line_break_stays_one() -> None:
    assert opened(whole("satu\ndua")).tables[0].rows[0].cells[2].text == "satu\ndua"


def test_headings_stand_on_every_page_and_rows_are_not_torn() -> None:
    rows = opened(whole(rows=300)).tables[2]._tbl.tr_lst
    assert [row.trPr.find(qn("w:tblHeader")) is not None for row in rows] == [True, True] + [False] * 300
    assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)


def test_an_annex_lies_across_its_page() -> None:
    first, second = opened(whole()).sections
    assert (first.page_width < first.page_height, second.page_width > second.page_height) == (True, True)


def test_there_is_room_for_signature_and_stamp() -> None:
    places = opened(whole()).tables[1]
    cell = places.rows[0].cells[0]
    assert [one.text for one in cell.paragraphs] == ["Ketua", "Rembuk", "NIP"]
    assert cell.paragraphs[0].paragraph_format.space_after.mm == pytest.approx(24, abs=0.1)
    assert places.rows[0].cells[1].paragraphs[1].text.startswith("(....")
    assert places.rows[1].cells[1].text == ""


def test_the_picture_says_what_it_is() -> None:
    made = opened(whole())
    assert [one.get("descr") for one in made.element.iter(qn("wp:docPr"))] == ["Kode QR"]


def test_nothing_is_left_of_a_document_that_could_not_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    wrong = WordDocument("x", [Table(("satu",), [("zu", "viele")], (10,))])
    with pytest.raises(ValueError, match="zip"):
        build(wrong)
    assert list(tmp_path.iterdir()) == []
