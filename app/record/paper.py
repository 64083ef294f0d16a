"""The record as documents: one set of plain values for typst and for Word, so that both say the same."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import segno

from app.documents.blocks import (
    Align,
    Block,
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
    Words,
)
from app.planning.cells import NOT_AGREED, PRIORITIES
from app.record.models import RecordVersion
from app.record.source import Attendee, rows_of
from app.record.wording import BLANK, corrected

ANNEX_I = ("No", "Nama", "Lembaga/Instansi", "Alamat & no telp.", "Tanda tangan")
ANNEX_II, ANNEX_III = (tuple(heading for _, heading in columns) for columns in (PRIORITIES, NOT_AGREED))
CHANGES = ("No", "Usulan", "Bagian", "Semula", "Menjadi")
OBJECTIONS = ("No", "Tentang", "Putusan", "Jawaban")
CORRECTIONS = "Catatan Masa Koreksi"
RIGHT, LEFT = Align.RIGHT, Align.LEFT


@dataclass(frozen=True)
class Paper:
    """What is printed: the source data, annex I, and of a final version its number, hashes and address."""

    source: Mapping[str, Any]
    attendees: Sequence[Attendee]
    version: int = 0
    sha256: str = ""
    audit_head: str = ""

    @property
    def draft(self) -> bool:
        """Whether it is not final."""
        return self.version == 0

    @property
    def addendum(self) -> int:
        """The number of the addendum; 0 for the record itself."""
        return self.version - 1 if "changes" in self.source else 0

    @property
    def title(self) -> str:
        """What the document is called."""
        before = f"Adendum Ke-{self.addendum} " if self.addendum else ""
        return f"{before}Berita Acara Kesepakatan Hasil {self.source['forum']}"


def paper_of(version: RecordVersion, attendees: Sequence[Attendee]) -> Paper:
    """A final version as it is printed."""
    return Paper(version.source, attendees, version.number, version.sha256, version.audit_head)


def typst_given(paper: Paper) -> dict[str, Any]:
    """What `record.typ` is given beside the rows of annex I."""
    day = date.fromisoformat(paper.source["dated_on"])
    public = str(paper.source.get("public", ""))
    return {
        "reason": "",
        **paper.source,
        "changes": paper.source.get("changes"),
        "corrections": _corrections(paper.source),
        "addendum": paper.addendum,
        "draft": paper.draft,
        "title": paper.title,
        "made": [day.year, day.month, day.day],
        "version": paper.version,
        "sha256": paper.sha256,
        "head": paper.audit_head,
        "public": public,
        "page": public.partition("://")[2],
        "qr": _qr(public, "svg").decode() if public else "",
        "headings": {"priorities": ANNEX_II, "not_agreed": ANNEX_III},
    }


def word_document(paper: Paper) -> WordDocument:
    """The same as a Word document, for offices that go on working on it."""
    said = paper.source
    day = date.fromisoformat(said["dated_on"])
    blocks: list[Block] = [*_head(paper), *_agreement(said), *_signed(said)]
    if not paper.draft:
        blocks.append(proof(paper))
    if not paper.addendum:
        rows = [(str(at), *row) for at, row in enumerate(rows_of(paper.attendees), 1)]
        blocks += _annex(paper, "I", "Daftar Hadir Peserta", Table(ANNEX_I, rows, (11, 54, 54, 80, 53), (RIGHT,), least_height=11))
    blocks += _annex(paper, "II", "Daftar Urutan Kegiatan Prioritas", _priorities(said))
    refused = [(str(at), *row["cells"]) for at, row in enumerate(said["not_agreed"], 1)]
    blocks += _annex(
        paper, "III", "Daftar Kegiatan yang Belum Disepakati", Table(ANNEX_III, refused, (11, 77, 58, 26, 80), (RIGHT,), numbers=True)
    )
    if told := _corrections(said):
        blocks += _corrected(told)
    foot = "Rancangan, belum ditetapkan" if paper.draft else f"Nomor {said['number']} · versi {paper.version} · sidik {paper.sha256[:16]}"
    return WordDocument(
        title=paper.title,
        author=said["office"],
        subject=said["forum"],
        foot=foot,
        blocks=blocks,
        dated=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )


def _head(paper: Paper) -> list[Block]:
    said = paper.source
    under = said["address"] or (said["region"] if said["region"] != said["office"] else "")
    name = [Run(said["office"].upper() + "\n", bold=True, size=13), Run(said["unit"].upper(), bold=True, size=16)]
    if under:
        name.append(Run("\n" + under, size=9.5))
    title = f"ADENDUM KE-{paper.addendum}\nBERITA ACARA" if paper.addendum else "BERITA ACARA"
    before: list[Block] = [Paragraph("RANCANGAN", Align.RIGHT, after=0, bold=True, size=9)] if paper.draft else []
    return [
        *before,
        Paragraph(name, Align.CENTER, after=4, ruled=True),
        Heading(f"{title}\nKESEPAKATAN HASIL\n{said['forum'].upper()}", align=Align.CENTER),
        Paragraph(f"NOMOR : {said['number'] or BLANK}", Align.CENTER, after=4),
    ]


def _agreement(said: Mapping[str, Any]) -> list[Block]:
    blocks: list[Block] = [Paragraph(said["opening"], Align.JUSTIFY, after=2.5)]
    if said["heard"]:
        blocks.append(Paragraph("Setelah memperhatikan, mendengar, dan mempertimbangkan:", keep=True))
        blocks += [Paragraph(f"{at}.\t{one}", Align.JUSTIFY, hanging=7, after=1) for at, one in enumerate(said["heard"], 1)]
    if said["held"]:
        blocks += [Paragraph("maka pada:", before=1, keep=True), Pairs([(key, value) for key, value in said["held"]], name_width=38)]
        blocks.append(Paragraph("MENYEPAKATI", Align.CENTER, bold=True, keep=True))
        blocks.append(Pairs([(ordinal, words) for ordinal, words in said["agreed"]], name_width=32, after=2))
    if "changes" in said:
        told = [(str(at), "\n".join(filter(None, one[:2])), *one[2:]) for at, one in enumerate(said["changes"], 1)]
        blocks.append(Table(CHANGES, told, (10, 48, 27, 40, 40), (RIGHT,)))
    return [*blocks, Paragraph(said["closing"], Align.JUSTIFY, after=4)]


def _signed(said: Mapping[str, Any]) -> list[Block]:
    office, name, rank = said["chair"]
    where = ", ".join(filter(None, (said["city"], said["day"])))
    blocks: list[Block] = [Signatures([None, Place(f"{where}\n{office.upper()}", name, rank)])]
    if said["signers"]:
        blocks.append(Paragraph("Menyetujui,\nwakil peserta menurut unsur", Align.CENTER, before=2, keep=True))
        blocks.append(Signatures([Place(f"{at}. {role}", who, below) for at, (role, who, below) in enumerate(said["signers"], 1)]))
    return blocks


def proof(paper: Paper) -> Coded:
    """The box that says what the document is, with the QR code of its public page."""
    public = str(paper.source["public"])
    lines: list[Words] = [
        [
            Run("Keaslian dokumen. ", bold=True),
            Run(f"Pindai kode ini, atau buka {public.partition('://')[2]}, lalu pilih berkas ini untuk memeriksanya."),
        ],
        f"Versi {paper.version}",
        [Run("Sidik data (SHA-256) "), Run(paper.sha256, size=7)],
        [Run("Kepala jejak audit "), Run(paper.audit_head, size=7)],
    ]
    return Coded(_qr(public, "png"), f"Kode QR ke halaman keaslian dokumen ini: {public}", lines)


def _annex(paper: Paper, numeral: str, subject: str, table: Table) -> list[Block]:
    said = paper.source
    before = f"ADENDUM KE-{paper.addendum} " if paper.addendum else ""
    about = f"{before}BERITA ACARA KESEPAKATAN HASIL {said['forum'].upper()}"
    rows = [(f"LAMPIRAN {numeral}", about), ("NOMOR", said["number"] or BLANK), ("TANGGAL", said["day"])]
    year = f"{'Setelah perubahan · ' if paper.addendum else ''}Tahun rencana {said['plan_year']}"
    return [
        NewPage(landscape=True),
        Pairs(rows, name_width=30, size=9.5),
        Heading(subject.upper(), level=2, align=Align.CENTER),
        Paragraph(year, Align.CENTER, after=2, size=10),
        table,
        *([] if table.rows else [Paragraph("Nihil", Align.CENTER, italic=True)]),
    ]


def _corrections(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """The note on the time of correction; the regulation's own pages stay as they are."""
    told = said.get("corrections")
    if told is None:
        return None
    return {"title": CORRECTIONS, "said": corrected(told), "headings": OBJECTIONS, "answers": told["answers"]}


def _corrected(told: Mapping[str, Any]) -> list[Block]:
    rows = [(str(at), *one) for at, one in enumerate(told["answers"], 1)]
    return [
        NewPage(landscape=False),
        Heading(told["title"].upper(), level=2, align=Align.CENTER),
        Paragraph(told["said"], Align.JUSTIFY, after=3),
        *([Table(OBJECTIONS, rows, (10, 48, 30, 77), (RIGHT,))] if rows else []),
    ]


def _priorities(said: Mapping[str, Any]) -> Table:
    rows: list[tuple[Words, ...]] = [(str(at), *row["cells"]) for at, row in enumerate(said["priorities"], 1)]
    if rows:
        rows.append(("", "", "", "", "", "", "", [Run("Jumlah", bold=True)], [Run(said["sum"], bold=True)], ""))
    widths = (9, 26, 26, 26, 38, 27, 27, 18, 29, 26)
    return Table(ANNEX_II, rows, widths, (RIGHT, *(LEFT,) * 7, RIGHT), size=8.5, numbers=True)


def _qr(address: str, kind: str) -> bytes:
    out = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    if kind == "png":
        code.save(out, kind="png", border=0, scale=8)
    else:
        code.save(out, kind="svg", border=0, xmldecl=False, svgns=True, nl=False)
    return out.getvalue()
