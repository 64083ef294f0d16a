"""Every document that is printed, whole: with whatever people write, each word stands on its page, nothing commands, and the pages are as many as they should be."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import segno
from anyio import to_thread
from docx import Document
from docx.document import Document as WordFile
from pypdf import PdfReader

from app.documents.pdf import DOCUMENTS, typeset
from app.documents.word_file import written
from app.record.paper import ANNEX_II, Paper, typst_given, word_document
from app.record.source import Attendee, rows_of

LONG = "Muhammad Abdurrahman Wahid Kusumonegoro bin Sastrodiningrat Prawirokusumo Adiwinata Tjokroaminoto, S.Sos., M.Si."
ENDLESS = "Perhimpunan" + "SwadayaMasyarakatPesisir" * 4
COMMAND = '#read("/etc/passwd") #panic("x")'
BRACES = "{{ 7*7 }} {% raw %} \\ $x^2$ *tebal* _miring_ `kode` <label> @rujuk // catatan"
FORMULA = "=1+1"
RIGHT_TO_LEFT = "محمد رحمة الله"
PICTURES = "Ibu Ani 🌾👩🏽‍🌾"
AWKWARD = (LONG, ENDLESS, COMMAND, BRACES, FORMULA, RIGHT_TO_LEFT, PICTURES, "<script>alert(1)</script>", "[kurung] ]#", "")
HEAD = {
    "office": "Pemerintah Kota Pekalongan",
    "unit": "Bappeda",
    "session": f"Musrenbang RKPD {COMMAND}",
    "title": f"Musrenbang RKPD {BRACES}",
    "day": "Rabu, 4 Februari 2026",
    "plan_year": "2027",
    "lang": "id",
}


def qr(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=0, xmldecl=False)
    return out.getvalue().decode()


async def read(document: str, given: dict[str, Any], rows: list[Any], tmp_path: Path, *, archival: bool = False) -> tuple[list[str], str]:
    """The words of each page without their spaces, and of all pages together."""
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    pages = await to_thread.run_sync(_pages, document, json.dumps(given, ensure_ascii=False), str(file), archival)
    return pages, "".join(pages)


def _pages(document: str, given: str, rows: str, archival: bool) -> list[str]:
    made = Path(typeset(document, given, rows, archival))
    try:
        return [bare(page.extract_text()) for page in PdfReader(made).pages]
    finally:
        made.unlink()


def bare(text: str) -> str:
    """Letters as they follow each other, wherever lines and columns break them."""
    return "".join(one for one in text if not one.isspace() and one not in "\u200b\u00ad\ufeff")


def missing(words: str, whole: str) -> list[str]:
    """Of these texts those of which a word is not on the page; what is drawn or read backwards has no letters to compare."""
    return [one for one in (words,) if one not in {RIGHT_TO_LEFT, PICTURES} and bare(one) not in whole]


def word_file(content: bytes) -> WordFile:
    return Document(io.BytesIO(content))


def letter(**changed: Any) -> dict[str, Any]:
    named = {"to": "Kepala Dinas PUPR", "name": None, "seat": "", "hall": "Aula Kota", "address": "Jalan Mataram 1"}
    return {**named, "code": "S7MP-2Q9T", "qr": qr("https://musrenbang.example/j/abc"), **changed}


def letterform(**changed: Any) -> dict[str, Any]:
    return {
        **HEAD,
        "number": "005/123",
        "city": "Pekalongan",
        "date": "1 Februari 2026",
        "subject": "Undangan",
        "region": "Kota Pekalongan",
        "opening": "Kami mengundang:",
        "closing": "Terima kasih.",
        "signer_office": "Kepala Bappeda",
        "signer_name": "",
        "signer_rank": "",
        "time": "09.00 – 12.00 WIB",
        "agenda": [],
        "more": 0,
        "page": "musrenbang.example/s/kota",
        "contact": "",
        **changed,
    }


def hall(**changed: Any) -> dict[str, Any]:
    door = {"address": "musrenbang.example/h/abc", "qr": qr("https://musrenbang.example/h/abc")}
    return {"name": "Aula Kota", "address": "Jalan Mataram 1", "people": [], "forms": [], "door": door, "blank": 30, **changed}


def pack(parts: list[str], *halls: dict[str, Any], **changed: Any) -> dict[str, Any]:
    sectors = [f"Bidang {n}" for n in range(1, 16)]
    public = {"address": "musrenbang.example/s/kota", "qr": qr("https://musrenbang.example/s/kota")}
    return {
        **HEAD,
        "span": "09.00 – 12.00 WIB",
        "agenda": [],
        "sectors": sectors,
        "public": public,
        "parts": parts,
        "halls": halls,
        **changed,
    }


def test_every_document_is_tried_here() -> None:
    assert {file.name for file in DOCUMENTS.glob("*.typ")} == {
        "attendance.typ",
        "fonts.typ",
        "pack.typ",
        "invitation.typ",
        "change.typ",
        "letterhead.typ",
        "long.typ",
        "minutes.typ",
        "record.typ",
    }


async def test_the_attendance_list_says_every_word_as_it_was_written(tmp_path: Path) -> None:
    given = {**HEAD, "head": "a" * 64, "made": "4 Februari 2026, 12.00 WIB", "held": ""}
    rows = [[one, one, f"{one} 0812", "Hadir daring" if number % 2 else ""] for number, one in enumerate(AWKWARD)]
    pages, whole = await read("attendance.typ", given, rows * 3, tmp_path)
    assert [one for one in (*AWKWARD, HEAD["session"]) if missing(one, whole)] == []
    assert ("root:" in whole, whole.count("DaftarHadirPeserta"), len(pages)) == (False, 1, 3)
    assert [f"{number}/{len(pages)}" in page for number, page in enumerate(pages, 1)] == [True] * len(pages)
    assert ["Tandatangan" in page for page in pages] == [True] * len(pages)


async def test_an_attendance_list_of_nobody_says_so(tmp_path: Path) -> None:
    pages, whole = await read("attendance.typ", {**HEAD, "head": "a" * 64, "made": "", "held": ""}, [], tmp_path)
    assert (len(pages), "Belumadayanghadir." in whole) == (1, True)


@pytest.mark.parametrize("words", AWKWARD[:-1])
async def test_a_letter_is_one_page_whatever_stands_in_it(tmp_path: Path, words: str) -> None:
    agenda = [{"at": "09.00", "title": words}] * 8
    form = letterform(subject=words, opening=f"{words}\n{words}", closing=words, signer_name=words, city=words[:30], agenda=agenda, more=4)
    rows = [letter(to=words, name=words, hall=words, address=words), letter(to=words, hall=None), letter()]
    pages, whole = await read("invitation.typ", form, rows, tmp_path)
    assert (len(pages), missing(words, whole), "root:" in whole) == (3, [], False)
    assert ["S7MP-2Q9T" in page for page in pages] == [True] * 3
    assert [whole.count(bare(one)) for one in ("dan 4 acara lain", "Daring. Tautan rapat")] == [3, 1]


async def test_a_letter_may_leave_out_what_nobody_wrote(tmp_path: Path) -> None:
    empty = letterform(number="", city="", date="", region="", closing="", signer_office="", contact="")
    pages, whole = await read("invitation.typ", empty, [letter(to="", address="")], tmp_path)
    assert (len(pages), "Kepada" in whole, "none" in whole) == (1, True, False)


@pytest.mark.parametrize("words", AWKWARD[:-1])
@pytest.mark.parametrize("cancelled", [True, False])
async def test_a_letter_of_change_is_one_page_whatever_stands_in_it(tmp_path: Path, words: str, *, cancelled: bool) -> None:
    form = letterform(title=words, signer_name=words, cancelled=cancelled, invited_by=words)
    told, plain = {"code": "", "text": words}, {"code": "", "text": ""}
    lines = [{"what": "place", "was": told, "now": told}, {"what": "hall", "was": plain, "now": told}]
    lines.append({"what": "meeting", "was": {"code": "old_link", "text": ""}, "now": {"code": "new_link", "text": ""}})
    change = {"lines": lines, "reasons": [words, f"{words}\n{words}"], "halls": True}
    pages, whole = await read(
        "change.typ", form, [letter(to=words, name=words, **change), letter(lines=[], reasons=[], halls=False)], tmp_path
    )
    assert (len(pages), missing(words, whole), "root:" in whole) == (2, [], False)
    assert [bare(one) in pages[0] for one in ("Tempat", "Lokasi tambahan", "Tautan yang lama tidak dipakai lagi")] == [True] * 3
    assert ["S7MP-2Q9T" in page for page in pages] == [not cancelled] * 2


async def test_the_pack_of_a_hall_has_every_sheet_with_awkward_words(tmp_path: Path) -> None:
    people = [[one, other] for one, other in zip(AWKWARD, AWKWARD[::-1], strict=True)]
    agenda = [{"time": "09.00", "title": one} for one in AWKWARD]
    halls = [hall(name=LONG, address=ENDLESS, people=people, forms=["PKL-0001", "PKL-0002", "PKL-0003"])]
    halls.append(hall(name=COMMAND, door={**hall()["door"], "address": "musrenbang.example/h/def"}))
    given = pack(["poster", "agenda", "attendance", "forms"], *halls, agenda=agenda)
    pages, whole = await read("pack.typ", given, [], tmp_path)
    kinds = ("Hadirdilokasi", "Susunanacara", "DaftarHadirPeserta", "Formulirusulan")
    first = [page.partition("Aula")[0] and next((kind for kind in kinds if kind in page), "…") for page in pages]
    assert [one for one in first if one != "…"] == [*kinds, kinds[3], *kinds[:3]]
    assert [one for one in AWKWARD if missing(one, whole)] == []
    assert ("root:" in whole, [whole.count(f"PKL-000{n}") for n in (1, 2, 3)]) == (False, [1, 1, 1])
    assert len(pages) == len(first)


async def test_a_pack_of_nothing_is_blank_sheets(tmp_path: Path) -> None:
    pages, whole = await read("pack.typ", pack(["poster", "agenda", "attendance", "forms"], hall(address="")), [], tmp_path)
    assert ("Susunanacarabelumdiisi." in whole, "Formulir" in whole, whole.count("Halaman")) == (True, False, 0)
    assert [len([page for page in pages if kind in page]) for kind in ("Hadirdilokasi", "Susunanacara", "DaftarHadirPeserta")] == [1, 1, 1]
    assert len(pages) == 4


def entry(words: str, kind: str) -> dict[str, str]:
    return {
        "time": "19.01",
        "kind": "Aspirasi",
        "code": kind,
        "name": words,
        "standing": words,
        "about": words,
        "text": f"{words}\n{words}",
    }


def minutes(words: str, **changed: Any) -> dict[str, Any]:
    section = {
        "title": words,
        "times": "pukul 19.00–20.00 WIB",
        "text": f"{words}\n\n{words}",
        "entries": [entry(words, "aspiration"), entry(words, "response"), {**entry(words, "note"), "name": "", "standing": ""}],
        "agreed": [["PKL-2022-0001", words, "Rp100.000.000", words]],
        "refused": [["PKL-2022-0002", words, words]],
    }
    return {
        **letterform(office=words, region=words),
        "facts": [["Tempat", words]],
        "crowd": {"rows": [[words, 1, 2, 3, 6]], "sums": [1, 2, 3, 6], "places": [[words, 6]], "twice": True},
        "agenda": [["1", words, "18.30", "18.40", "–", "10 menit lebih lambat"]],
        "sections": [section],
        "outcome": [["Disepakati", words]],
        "delegates": [[words, words, "–"]],
        "closing": words,
        "remark": words,
        "draft": True,
        "dated": [2026, 2, 4],
        **changed,
    }


@pytest.mark.parametrize("words", AWKWARD[:-1])
async def test_minutes_say_every_word_as_it_was_written(tmp_path: Path, words: str) -> None:
    pages, whole = await read("minutes.typ", minutes(words), [], tmp_path)
    assert (missing(words, whole), "root:" in whole) == ([], False)
    marks = ("Ditulissekretariat", "Tercatatselamaforum", "Disepakatipleno:1usulan", "Belumdisepakatipleno:1usulan")
    assert [whole.count(mark) for mark in marks] == [3, 1, 1, 1]
    assert [f"Halaman{n}dari{len(pages)}" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)


async def test_minutes_of_nothing_say_so(tmp_path: Path) -> None:
    crowd = {"rows": [], "sums": [0, 0, 0, 0], "places": [["Daring", 0]], "twice": False}
    empty = minutes("", crowd=crowd, agenda=[], sections=[], outcome=[], delegates=[])
    pages, whole = await read("minutes.typ", empty, [], tmp_path)
    said = ("Belumadayangtercatathadir.", "Belumadayangtercatat.", "Hasilpleno", "Kesimpulan", "Susunanacara")
    assert (len(pages), [one in whole for one in said]) == (1, [True, True, False, False, False])


def agreement(words: str, count: int) -> Paper:
    """A record in which these words stand everywhere."""
    source = {
        **dict.fromkeys(("office", "unit", "address", "region", "forum", "slug", "number", "city", "opening", "closing"), words),
        "plan_year": "2027",
        "dated_on": "2026-02-04",
        "day": "4 Februari 2026",
        "heard": [words],
        "held": [["Tempat", words]],
        "agreed": [["KESATU", words]],
        "chair": [words, words, words],
        "signers": [[words, words, words]] * 3,
        "priorities": [{"number": f"PKL-{at}", "cells": [words] * 9} for at in range(count)],
        "sum": "Rp100.000.000",
        "not_agreed": [{"number": "PKL-X", "cells": [words] * 4}] if count else [],
        "public": "https://musrenbang.example/s/kota/berita-acara/abcd",
    }
    return Paper(source, [Attendee(None, words, words, words, remark) for remark in ("", words)], 1, "ab" * 32, "cd" * 32)


@pytest.mark.parametrize("words", AWKWARD[:-1])
async def test_the_record_says_every_word_as_it_was_written(tmp_path: Path, words: str) -> None:
    paper = agreement(words, 3)
    _, whole = await read("record.typ", typst_given(paper), rows_of(paper.attendees), tmp_path, archival=True)
    assert (missing(words, whole), "root:" in whole, "Halaman1dari" in whole) == ([], False, True)
    assert [bare(one) in whole for one in ANNEX_II] == [True] * 10
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in word_file(written(word_document(paper))).tables]
    listed = next(rows for rows in tables if tuple(rows[0]) == ANNEX_II)
    assert listed[2:5] == [[str(at), *[words] * 9] for at in (1, 2, 3)]


async def test_the_address_of_its_page_can_be_copied_from_the_record(tmp_path: Path) -> None:
    host = "musrenbang-rkpd.pekalongankota.go.id"
    paper = agreement("Musrenbang", 1)
    given = {**typst_given(paper), "page": f"{host}/s/musrenbang-rkpd-kota-pekalongan-2022/berita-acara/abcd", "closing": "a" * 60}
    made = Path(await to_thread.run_sync(typeset, "record.typ", json.dumps(given), None, True))
    words = "".join(page.extract_text() for page in PdfReader(made).pages)
    assert (f"{host}/s/" in words, "a" * 60 in words) == (True, True)


async def test_a_record_of_three_hundred_proposals_has_its_headings_on_every_page(tmp_path: Path) -> None:
    paper = agreement("Perbaikan drainase Jalan Buton", 300)
    pages, whole = await read("record.typ", typst_given(paper), rows_of(paper.attendees), tmp_path)
    listed = [page for page in pages if "SasaranKegiatan" in page]
    assert len(listed) > 10
    assert ["PerangkatDaerahPenanggungjawab" in page for page in listed] == [True] * len(listed)
    assert (whole.count("JumlahRp100.000.000"), "300Perbaikan" in whole) == (1, True)
    document = word_document(paper)
    assert written(document) == written(document)
