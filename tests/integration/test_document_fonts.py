"""A document made again on another machine is the same: its letters are shipped, and the machine's are asked only for signs that these lack."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.documents.pdf import DOCUMENTS, typeset
from app.record.paper import typst_given
from app.record.source import rows_of
from tests.integration.test_documents_whole import PICTURES, RIGHT_TO_LEFT, agreement, bare, minutes

SHIPPED = DOCUMENTS / "fonts"
JAVANESE, BALINESE, CHINESE = "ꦲꦏ꧀ꦱꦫ", "ᬅᬓ᭄ᬱᬭ", "王小明"
EVERY_SCRIPT = f"Siti {RIGHT_TO_LEFT} {PICTURES} {JAVANESE} {BALINESE}"
CARRIED = {"LibertinusSerif", "DejaVuSansMono", "NotoNaskhArabic", "NotoEmoji", "NotoSansJavanese", "NotoSansBalinese"}


def made(document: str, given: dict[str, object], rows: list[tuple[str, ...]], folder: Path) -> PdfReader:
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return PdfReader(typeset(document, json.dumps(given), str(file), archival=True))


def record_of(words: str, folder: Path) -> PdfReader:
    paper = agreement(words, 1)
    return made("record.typ", typst_given(paper), rows_of(paper.attendees), folder)


def families(reader: PdfReader) -> set[str]:
    """Names of the font families in a file, without their styles."""
    named = set()
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].get_object().values():
            named.add(re.sub(r"^/[A-Z]{6}\+|-.*$", "", font.get_object()["/BaseFont"]))
    return named


def archival(reader: PdfReader) -> bool:
    root = reader.trailer["/Root"]
    return "/Metadata" in root and "<pdfaid:conformance>A<" in root["/Metadata"].get_object().get_data().decode()


def test_a_record_in_every_script_of_the_country_is_set_from_what_is_shipped(tmp_path: Path) -> None:
    reader = record_of(EVERY_SCRIPT, tmp_path)
    assert (archival(reader), families(reader)) == (True, CARRIED)


def test_minutes_are_archival_too(tmp_path: Path) -> None:
    reader = made("minutes.typ", minutes(EVERY_SCRIPT), [], tmp_path)
    assert (archival(reader), families(reader) <= CARRIED) == (True, True)


def test_a_name_that_no_shipped_font_can_write_still_gets_its_record(tmp_path: Path) -> None:
    reader = record_of(f"{CHINESE} Setiawan", tmp_path)
    assert "Setiawan" in bare(reader.pages[0].extract_text())


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.ttf")), ids=lambda file: file.name)
def test_each_shipped_font_is_the_file_that_its_list_names(file: Path) -> None:
    listed = {
        line.split(" | ")[0][2:]: line.split(" | ")[2][:64] for line in (SHIPPED / "README.md").read_text().splitlines() if ".ttf" in line
    }
    assert listed[file.name] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert set(listed) == {one.name for one in SHIPPED.glob("*.ttf")}
