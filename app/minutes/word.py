"""The minutes as a Word document: the same values as the PDF, in paragraphs and tables that an office can work on."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.documents.blocks import Align, Block, Heading, Pairs, Paragraph, Place, Run, Signatures, Table, WordDocument

WRITTEN, RECORDED = "Ditulis sekretariat", "Tercatat selama forum"
SMALL = 9.0


def word_document(given: dict[str, Any]) -> WordDocument:
    """The document of what `document_of` gives."""
    return WordDocument(given["title"], list(_blocks(given)), author=given["office"], foot=f"Notulen · {given['session']}")


def _blocks(given: dict[str, Any]) -> Iterator[Block]:
    yield from _head(given)
    yield from _crowd(given["crowd"])
    if given["agenda"]:
        yield Heading("Susunan acara")
        yield Table(
            ("No", "Acara", "Rencana", "Mulai", "Selesai", "Selisih mulai"),
            given["agenda"],
            (9, 64, 18, 18, 18, 38),
            (Align.RIGHT, Align.LEFT, Align.RIGHT, Align.RIGHT, Align.RIGHT),
        )
    yield Heading("Jalannya forum")
    for section in given["sections"]:
        yield from _section(section)
    yield from _end(given)
    yield Paragraph("", before=4)
    yield Signatures((Place("Pimpinan sidang,"), Place("Notulis,")))


def _head(given: dict[str, Any]) -> Iterator[Block]:
    yield Paragraph(given["office"].upper(), Align.CENTER, after=0, bold=True, size=13)
    yield Paragraph(given["unit"].upper(), Align.CENTER, after=2, bold=True, size=15, ruled=True)
    yield Heading("NOTULEN", align=Align.CENTER)
    yield Paragraph(given["session"], Align.CENTER, bold=True)
    if given["draft"]:
        yield Paragraph("Konsep: forum belum ditutup", Align.CENTER, italic=True, size=SMALL)
    yield Pairs([(name, value) for name, value in given["facts"]], name_width=46)
    said = f"Bagian {WRITTEN} adalah rangkuman sekretariat. Bagian {RECORDED} dan keputusan pleno disusun dari catatan forum itu sendiri."
    yield Paragraph(" ".join(part for part in (said, given["remark"]) if part), italic=True, size=SMALL)


def _crowd(crowd: dict[str, Any]) -> Iterator[Block]:
    yield Heading("Kehadiran")
    if not crowd["rows"]:
        yield Paragraph("Belum ada yang tercatat hadir.", italic=True)
        return
    rows = [*crowd["rows"], ["Jumlah", *crowd["sums"]]]
    yield Table(
        ("Unsur", "Laki-laki", "Perempuan", "Tidak disebut", "Jumlah"),
        [[str(cell) for cell in row] for row in rows],
        (65, 25, 25, 25, 25),
        (Align.LEFT, *[Align.RIGHT] * 4),
    )
    yield Table(("Tempat", "Hadir"), [[name, str(n)] for name, n in crowd["places"]], (90, 25), (Align.LEFT, Align.RIGHT))
    if crowd["twice"]:
        yield Paragraph("Yang hadir di lokasi dan daring, atau di dua lokasi, dihitung di keduanya.", italic=True, size=SMALL)


def _section(section: dict[str, Any]) -> Iterator[Block]:
    yield Heading(" · ".join(part for part in (section["title"], section["times"]) if part), level=2)
    if section["text"]:
        yield from _written(section["text"])
    if section["entries"]:
        yield _marked(RECORDED)
        yield Table(("Pukul", "Jenis", "Siapa dan isinya"), [_entry(one) for one in section["entries"]], (14, 27, 124), (Align.RIGHT,))
    if section["agreed"]:
        yield _marked(f"Disepakati pleno: {len(section['agreed'])} usulan")
        headings = ("Nomor", "Kegiatan dan lokasi", "Pagu", "Penanggung jawab")
        yield Table(headings, section["agreed"], (30, 68, 30, 37), (Align.LEFT, Align.LEFT, Align.RIGHT))
    if section["refused"]:
        yield _marked(f"Belum disepakati pleno: {len(section['refused'])} usulan")
        yield Table(("Nomor", "Kegiatan dan lokasi", "Alasan"), section["refused"], (30, 70, 65))
    if not (section["text"] or section["entries"] or section["agreed"] or section["refused"]):
        yield Paragraph("Tidak ada yang tercatat.", italic=True, size=SMALL)


def _written(text: str) -> Iterator[Block]:
    yield _marked(WRITTEN)
    for line in text.split("\n"):
        if line.strip():
            yield Paragraph(line, indent=4)


def _marked(words: str) -> Paragraph:
    return Paragraph(words, before=1, after=1, bold=True, size=SMALL, keep=True)


def _entry(one: dict[str, str]) -> Sequence[str | list[Run]]:
    who = ", ".join(part for part in (one["name"], one["standing"]) if part)
    if not who:
        return one["time"], one["kind"], [Run(one["text"], italic=True)]
    runs = [Run(one["name"], bold=True), Run(who[len(one["name"]) :] + (f" · {one['about']}" if one["about"] else "") + "\n")]
    return one["time"], one["kind"], [*runs, Run(one["text"])]


def _end(given: dict[str, Any]) -> Iterator[Block]:
    if given["outcome"]:
        yield Heading("Hasil pleno")
        yield Pairs([(name, value) for name, value in given["outcome"]], name_width=46)
    if given["delegates"]:
        yield Heading("Utusan ke forum berikutnya")
        rows = [[str(n), *row] for n, row in enumerate(given["delegates"], 1)]
        yield Table(("No", "Nama", "Unsur", "Jenis kelamin"), rows, (9, 70, 56, 30), (Align.RIGHT,))
    if given["closing"]:
        yield Heading("Kesimpulan")
        yield from _written(given["closing"])
