"""The template that we give as an example: every mark where it belongs, in plain Word, to be changed into the style of an office."""

from app.documents.blocks import Align, Block, Heading, NewPage, Pairs, Paragraph, Run, Table, WordDocument, Words
from app.documents.word_file import written
from app.record.paper import ANNEX_I, ANNEX_II, ANNEX_III, CORRECTIONS, OBJECTIONS
from app.record.template_words import ATTENDED, NOT_AGREED, PRIORITIES

RIGHT, CENTER, JUSTIFY = Align.RIGHT, Align.CENTER, Align.JUSTIFY


def example() -> bytes:
    """The file's bytes, the same each time."""
    return written(WordDocument(title="Contoh templat berita acara", blocks=[*_body(), *_signed(), *_annexes()], foot="{{ forum }}"))


def _body() -> list[Block]:
    name = [Run("{{ kantor }}\n", bold=True, size=13), Run("{{ unit }}", bold=True, size=16), Run("\n{{ alamat_kantor }}", size=9.5)]
    return [
        Paragraph(name, CENTER, after=4, ruled=True),
        Heading("BERITA ACARA\nKESEPAKATAN HASIL\n{{ forum }}", align=CENTER),
        Paragraph("NOMOR : {{ nomor }}", CENTER, after=4),
        Paragraph("{{ pembuka }}", JUSTIFY, after=2.5),
        Paragraph("Setelah memperhatikan, mendengar, dan mempertimbangkan:", keep=True),
        Paragraph("{{ pertimbangan.no }}.\t{{ pertimbangan.isi }}", JUSTIFY, hanging=7, after=1),
        Paragraph("maka pada:", before=1, keep=True),
        Pairs([("Hari dan tanggal", "{{ hari }}"), ("Waktu", "{{ waktu }}"), ("Tempat", "{{ tempat }}")], name_width=38),
        Paragraph("MENYEPAKATI", CENTER, bold=True, keep=True),
        Pairs([("{{ diktum.urutan }}", "{{ diktum.isi }}")], name_width=32, after=2),
        Paragraph("{%p if utusan %}"),
        Paragraph("Utusan ke musyawarah jenjang berikutnya:", keep=True),
        Paragraph("{{ utusan.no }}.\t{{ utusan.nama }} ({{ utusan.unsur }})", hanging=7, after=1),
        Paragraph("{%p endif %}"),
        Paragraph("{{ penutup }}", JUSTIFY, after=4),
    ]


def _signed() -> list[Block]:
    return [
        Paragraph("{{ kota }}, {{ tanggal }}\n{{ pimpinan_jabatan }}", CENTER, indent=82, before=2, after=24, keep=True),
        Paragraph([Run("{{ pimpinan_nama }}", bold=True, underline=True)], CENTER, indent=82, after=0, keep=True),
        Paragraph("{{ pimpinan_keterangan }}", CENTER, indent=82, after=4),
        Paragraph("Menyetujui, wakil peserta menurut unsur", CENTER, before=2, keep=True),
        Table(
            ("No", "Unsur", "Nama", "Tanda tangan"),
            [("{{ penanda_tangan.no }}", "{{ penanda_tangan.unsur }}", "{{ penanda_tangan.nama }}\n{{ penanda_tangan.keterangan }}", "")],
            (11, 50, 64, 40),
            (RIGHT,),
            least_height=14,
        ),
        Paragraph("{{ keaslian }}"),
    ]


def _annexes() -> list[Block]:
    attended = Table(ANNEX_I, [_row("hadir", ATTENDED)], (11, 54, 54, 80, 53), (RIGHT,), least_height=11)
    total: tuple[Words, ...] = (*[""] * 7, [Run("Jumlah", bold=True)], [Run("{{ jumlah_pagu }}", bold=True)], "")
    widths = (9, 26, 26, 26, 38, 27, 27, 18, 29, 26)
    aligns = (RIGHT, *(Align.LEFT,) * 7, RIGHT)
    agreed = Table(ANNEX_II, [_row("prioritas", PRIORITIES), total], widths, aligns, size=8.5, numbers=True)
    refused = Table(ANNEX_III, [_row("belum_disepakati", NOT_AGREED)], (11, 77, 58, 26, 80), (RIGHT,), numbers=True)
    return [
        *_annex("I", "Daftar Hadir Peserta", attended),
        *_annex("II", "Daftar Urutan Kegiatan Prioritas", agreed),
        *_annex("III", "Daftar Kegiatan yang Belum Disepakati", refused),
        *_corrected(),
    ]


def _corrected() -> list[Block]:
    """What stands only in the record of a forum that had a time of correction."""
    rows = [("{{ keberatan.no }}", "{{ keberatan.tentang }}", "{{ keberatan.putusan }}", "{{ keberatan.jawaban }}")]
    return [
        Paragraph("{%p if catatan_koreksi %}"),
        Heading(CORRECTIONS.upper(), level=2, align=CENTER),
        Paragraph("{{ catatan_koreksi }}", JUSTIFY, after=3),
        Paragraph("{%p endif %}"),
        Paragraph("{%p if keberatan %}"),
        Table(OBJECTIONS, rows, (11, 77, 50, 114), (RIGHT,)),
        Paragraph("{%p endif %}"),
    ]


def _row(name: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{{{{ {name}.{column} }}}}" for column in columns)


def _annex(numeral: str, subject: str, table: Table) -> list[Block]:
    rows = [(f"LAMPIRAN {numeral}", "{{ judul }}"), ("NOMOR", "{{ nomor }}"), ("TANGGAL", "{{ tanggal }}")]
    return [
        NewPage(landscape=True),
        Pairs(rows, name_width=30, size=9.5),
        Heading(subject.upper(), level=2, align=CENTER),
        Paragraph("Tahun rencana {{ tahun_rencana }}", CENTER, after=2, size=10),
        table,
    ]
