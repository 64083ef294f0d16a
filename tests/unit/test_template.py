"""Templates of an office: what people wrote comes out verbatim, wrong marks are named, and nothing in a file from outside runs."""

import ast
import io
import re
import time
import zipfile
from pathlib import Path

import pytest
from anyio import BrokenWorkerProcess
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.exceptions import SecurityError, UndefinedError

from app.documents.blocks import WordDocument
from app.documents.template_fill import environment, filled
from app.documents.template_findings import Finding, Part, Spot, Unfit
from app.documents.template_package import MOST_BYTES, parts_of
from app.documents.template_run import checked, from_template
from app.documents.word_text import plain
from app.errors import Unavailable
from app.record.template_example import example
from app.record.template_words import BLANK_ABOUT, LISTS, SINGLE, WORDS, trials
from tests.factories_template import edited, in_body, related, repacked, saying, with_line, with_runs
from tests.unit.test_i18n import translated

ABOUT = WordDocument(title="Berita acara", blocks=())


def findings(content: bytes) -> list[Finding]:
    try:
        filled(content, WORDS, saying("isi"), ABOUT)
    except Unfit as unfit:
        return list(unfit.findings)
    return []


def lines(content: bytes) -> list[str]:
    return [one.text for one in Document(io.BytesIO(content)).paragraphs]


def test_the_example_holds_every_mark_that_must_be_there_and_is_filled_the_same_each_time() -> None:
    assert findings(example()) == []
    assert example() == example()
    first, second = (filled(example(), WORDS, saying("sama"), ABOUT) for _ in range(2))
    assert first == second
    assert {one.date_time for one in zipfile.ZipFile(io.BytesIO(first)).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    rest = "".join(one.text or "" for one in Document(io.BytesIO(first)).element.iter(qn("w:t")))
    assert ("{" in rest, "}" in rest) == (False, False)


def test_rows_and_paragraphs_of_a_list_stand_once_for_each_entry_and_not_at_all_for_none() -> None:
    three, none = (Document(io.BytesIO(filled(example(), WORDS, saying("x", rows), ABOUT))) for rows in (3, 0))
    assert [len(one.rows) for one in three.tables] == [3, 3, 1 + 3, 3, 1 + 3, 3, 2 + 3 + 1, 3, 2 + 3, 1 + 3]
    # A table of which no row is left goes too: Word cannot read one without rows.
    assert [len(one.rows) for one in none.tables] == [3, 1, 3, 1, 3, 2 + 1, 3, 2]
    assert "Utusan ke musyawarah jenjang berikutnya:" in [one.text for one in three.paragraphs]
    assert "Utusan ke musyawarah jenjang berikutnya:" not in [one.text for one in none.paragraphs]


AWKWARD = st.text(st.characters(codec="utf-8"), max_size=60) | st.text("{}%#_<>&\"'\n\t\\x", max_size=40)


@settings(max_examples=40, deadline=None)
@given(text=AWKWARD)
def test_whatever_people_wrote_comes_out_verbatim(text: str) -> None:
    made = Document(io.BytesIO(filled(with_line("<{{ forum }}>"), WORDS, saying(text), ABOUT)))
    assert made.paragraphs[0].text == f"<{plain(text)}>"
    assert [cell.text for cell in made.tables[-1].rows[-1].cells] == [plain(text)] * 4
    assert made.sections[0].footer.paragraphs[0].text.startswith(plain(text))


@pytest.mark.parametrize(
    "text",
    [
        "{{ nomor }}",
        "{_{ nomor }_}",
        "{_% if x %_}",
        "{% for x in y %}",
        "</w:t></w:r></w:p><w:p/>",
        "&amp; &lt;",
        "\u202eمرحبا",
        "🌊🏘️",
        "a\x00\x07\x0cb",
        "x" * 5000,
        "=1+1",
        "#read(1)",
    ],
)
def test_words_that_look_like_commands_are_only_words(text: str) -> None:
    made = filled(with_line("{{ forum }}"), WORDS, saying(text), ABOUT)
    assert lines(made)[0] == plain(text)


def test_braces_that_an_office_wrote_itself_stay_and_are_never_joined_to_a_mark() -> None:
    said = ["akhir {", "{ ''.__class__ }", "} awal {lain}"]
    content = edited(lambda made: [made.paragraphs[0].insert_paragraph_before(text) for text in said])
    assert sorted(lines(filled(content, WORDS, saying("isi"), ABOUT))[:3]) == sorted(said)


def test_a_mark_is_read_however_word_cut_and_capitalised_it() -> None:
    content = with_runs("Nomor {", "{ ", "No", "mor\u00a0}", "}.")
    assert lines(filled(content, WORDS, saying("050/1"), ABOUT))[0] == "Nomor 050/1."


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        ("{{ nomer }}", "template.unknown_near", {"said": "nomer", "near": "nomor"}),
        ("{{ Nama Pimpinan }}", "template.unknown_near", {"said": "nama pimpinan", "near": "pimpinan_nama"}),
        ("{{ prioritas.kegiatn }}", "template.unknown_near", {"said": "prioritas.kegiatn", "near": "prioritas.kegiatan"}),
        ("{{ qqqq }}", "template.unknown", {"said": "qqqq"}),
        ("{{ }}", "template.nothing", {"said": ""}),
        ("{{ nomor", "template.unclosed", {}),
        ("{{ nomor {{ tanggal }}", "template.unclosed", {}),
        ("nomor }}", "template.unopened", {"sign": "}}"}),
        ("{{ nomor %}", "template.crossed", {"opened": "{{", "closed": "%}"}),
        ("{ nomor }", "template.one_brace", {"name": "nomor"}),
        ("{{ ''.__class__.__mro__ }}", "template.private", {"said": "''.__class__.__mro__"}),
        ("{{ nomor._x }}", "template.private", {"said": "nomor._x"}),
        ("{{ range(9999999) }}", "template.call", {"said": "range(9999999)"}),
        ("{{ nomor|upper }}", "template.filter", {"said": "nomor|upper"}),
        ("{{ 9**9**9 }}", "template.formula", {"said": "9**9**9"}),
        ("{%p for x in range(10**9) %}", "template.loop", {"said": "p for x in range(10**9)"}),
        ("{% include '/etc/passwd' %}", "template.command", {"said": "include '/etc/passwd'"}),
        ("{% set x = 1 %}", "template.command", {"said": "set x = 1"}),
        ("{# catatan #}", "template.command", {"said": "catatan"}),
        ("{%p if utusan %}", "template.if_open", {}),
        ("{%p endif %}", "template.if_closed", {"said": "p endif"}),
        ("ada {%p endif %}", "template.if_alone", {"said": "p endif"}),
        ("lihat {{ keaslian }}", "template.block_alone", {"name": "keaslian"}),
        ("{{ utusan.nama }} {{ hadir.nama }}", "template.two_lists", {"names": "hadir, utusan"}),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, code: str, facts: dict[str, str]) -> None:
    (found,) = findings(with_line(text))
    assert (found.code, found.facts) == (code, facts)
    assert found.spot is not None
    assert (found.spot.part, found.spot.around.split(maxsplit=1)[0]) == (Part.BODY, text.split(maxsplit=1)[0])


def test_a_finding_says_table_row_header_or_footer() -> None:
    def change(made: object) -> None:
        made.tables[4].rows[1].cells[1].paragraphs[0].runs[0].text = "{{ hadir.nam }}"
        made.sections[0].header.paragraphs[0].text = "Kop {{ kantr }}"
        made.sections[0].footer.paragraphs[0].text = "{{ forun }}"

    assert [(one.code, one.spot) for one in findings(edited(change))] == [
        ("template.unknown_near", Spot(Part.TABLE, "{{ hadir.nam }}", 5, 2)),
        ("template.unknown_near", Spot(Part.HEADER, "Kop {{ kantr }}")),
        ("template.unknown_near", Spot(Part.FOOTER, "{{ forun }}")),
    ]


def test_what_must_be_there_and_is_not_is_named() -> None:
    def change(made: object) -> None:
        for line in [one for one in made.paragraphs if "nomor" in one.text or "keaslian" in one.text]:
            line.clear()
        for table in (3, 5, 7):
            made.tables[table].rows[1].cells[2].paragraphs[0].clear()
        made.tables[6].rows[2].cells[8].paragraphs[0].clear()

    assert [(one.code, one.facts["name"]) for one in findings(edited(change))] == [
        ("template.missing", name) for name in ("nomor", "prioritas.pagu", "keaslian")
    ]


def said(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def elsewhere(xml: str) -> bytes:
    """A file whose text lies where nobody looks for it."""

    def moved(raw: bytes) -> bytes:
        return raw.replace(b"word/document.xml", b"lain/teks.xml")

    with zipfile.ZipFile(io.BytesIO(in_body(xml))) as given:
        parts = {name: given.read(name) for name in given.namelist()}
    text, rels = parts["word/document.xml"], parts["word/_rels/document.xml.rels"].replace(b'Target="', b'Target="../word/')
    gone = {"word/document.xml": None, "word/_rels/document.xml.rels": None}
    return repacked({**gone, "[Content_Types].xml": moved, "_rels/.rels": moved, "lain/teks.xml": text, "lain/_rels/teks.xml.rels": rels})


def hidden_as(name: str, before: str = "word/document.xml") -> bytes:
    """A file whose text is opened as XML under a name that does not look like it."""

    def moved(raw: bytes) -> bytes:
        return raw.replace(before.encode(), name.encode())

    with zipfile.ZipFile(io.BytesIO(in_body('<w:p><w:fldSimple w:instr="DDEAUTO c:"/></w:p>'))) as given:
        parts = {one: given.read(one) for one in given.namelist()}
    return repacked({before: None, "[Content_Types].xml": moved, "_rels/.rels": moved, name: parts[before]})


def boxed(xml: str) -> str:
    return f"<w:tbl><w:tblGrid/><w:tr><w:tc>{xml}</w:tc></w:tr></w:tbl>"


MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
CUT = "".join(f"<w:instrText>{one}</w:instrText>" for one in ("INCLUDE", 'TEXT "http://x"'))
HOSTILE = [
    (b"", "template.empty_file"),
    (b"PK" + b"x" * MOST_BYTES, "template.too_large"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "template.old_word"),
    (b"%PDF-1.7", "template.no_word"),
    (example()[:5000], "template.broken_file"),
    (repacked({"../jauh.xml": b"<x/>"}), "template.broken_file"),
    (repacked({"word/document.xml": b"<w:p"}), "template.broken_part"),
    (
        repacked({"[Content_Types].xml": lambda raw: raw.replace(b"wordprocessingml.document.main", b"wordprocessingml.template.main")}),
        "template.dotx",
    ),
    (
        repacked({"[Content_Types].xml": lambda raw: raw.replace(MAIN, b"application/vnd.ms-word.document.macroEnabled.main+xml")}),
        "template.macros",
    ),
    (
        repacked({"[Content_Types].xml": lambda raw: raw.replace(b"wordprocessingml.document.main", b"spreadsheetml.sheet.main")}),
        "template.no_word",
    ),
    (repacked({"word/vbaProject.bin": b"\xd0\xcf"}), "template.macros"),
    (related("vbaProject", "vbaProject.xml"), "template.macros"),
    (repacked({"word/embeddings/oleObject1.bin": b"x"}), "template.embedded"),
    (related("oleObject", "styles.xml"), "template.embedded"),
    (related("aFChunk", "styles.xml"), "template.embedded"),
    (in_body("<w:altChunk/>"), "template.embedded"),
    (related("hyperlink", "https://contoh.example/x", external=True), "template.link"),
    (related("image", "https://contoh.example/x.png", external=True), "template.remote_picture"),
    (related("attachedTemplate", "https://contoh.example/x.dotm", external=True), "template.attached"),
    (related("oleObject", "file:///c:/x", external=True), "template.outside"),
    (related("comments", "styles.xml"), "template.comments"),
    (related("baru", "styles.xml"), "template.unknown_part"),
    (in_body('<w:p><w:ins w:id="1" w:author="a"><w:r><w:t>x</w:t></w:r></w:ins></w:p>'), "template.tracked"),
    (in_body('<w:p><w:fldSimple w:instr="DDEAUTO c:\\x"/></w:p>'), "template.field"),
    (in_body(f'<w:p><w:r><w:fldChar w:fldCharType="begin"/>{CUT}<w:fldChar w:fldCharType="end"/></w:r></w:p>'), "template.field"),
    (in_body("<w:p><w:r><w:instrText> AUTOTEXT x</w:instrText></w:r></w:p>"), "template.field"),
    (repacked({"word/settings.xml": lambda raw: raw.replace(b"</w:settings>", b"<w:mailMerge/></w:settings>")}), "template.mail_merge"),
    (in_body('<w:p><w:r><w:pict><x src="http://contoh.example/x.png"/></w:pict></w:r></w:p>'), "template.outside"),
    (elsewhere('<w:p><w:fldSimple w:instr="DDEAUTO c:"/></w:p>'), "template.field"),
    (repacked({"word/media/x.png": b"<svg/>"}), "template.picture"),
    (repacked({"word/media/x.svg": b"<svg/>"}), "template.picture"),
    (repacked({"word/document.xml": lambda raw: b'<!DOCTYPE x [<!ENTITY a "b">]>' + raw.partition(b"?>")[2]}), "template.entities"),
    (in_body('<w:p><w:r><w:drawing><x descr="{{ nomor }}"/></w:drawing></w:r></w:p>'), "template.hidden"),
    (repacked({"word/media/x.bmp": b"BM" + b"\0" * 30_000_000}), "template.bomb"),
    (repacked({"word/theme/t.xml": b"<x>" + b" " * 4_000_000 + b"</x>"}), "template.bomb"),
    (repacked({f"word/t{n}.xml": b"<x/>" for n in range(400)}), "template.bomb"),
    (in_body(boxed(said("{{ utusan.nama }}") + boxed(said("{{ hadir.nama }}")))), "template.nested"),
    (with_line("{%p if utusan %} ada"), "template.if_alone"),
    (hidden_as("word/document.XML"), "template.broken_file"),
    (hidden_as("word/teks.odttf"), "template.broken_file"),
    (hidden_as("docProps/thumbnail.bin"), "template.broken_file"),
    (
        repacked(
            {"[Content_Types].xml": lambda raw: raw.replace(b"<Default", b'<Default Extension="odttf" ContentType="a/b+xml"/><Default', 1)}
        ),
        "template.broken_file",
    ),
    (in_body('<w:p><w:pPr><w:pPrChange w:id="1" w:author="a"/></w:pPr></w:p>'), "template.tracked"),
    (in_body('<w:p><w:r><w:rPr><w:rPrChange w:id="1" w:author="a"/></w:rPr><w:t>x</w:t></w:r></w:p>'), "template.tracked"),
    (in_body('<w:p><x:webVideoPr xmlns:x="urn:x" embeddedHtml="&lt;iframe&gt;"/></w:p>'), "template.outside"),
    (
        in_body(f"{said('{%p if utusan %}')}{said('x')}<w:p><w:pPr><w:sectPr/></w:pPr><w:r><w:t>{{%p endif %}}</w:t></w:r></w:p>"),
        "template.if_alone",
    ),
    (
        in_body(f'{said("{%p if utusan %}")}{said("x")}<w:p><w:r><w:t>{{%p endif %}}</w:t><w:br w:type="page"/></w:r></w:p>'),
        "template.if_alone",
    ),
    (in_body("<w:p><w:pPr><w:sectPr/></w:pPr><w:r><w:t>{{ utusan.nama }}</w:t></w:r></w:p>"), "template.section_in_list"),
    (in_body(boxed(said("{{ utusan.nama }}") + said("{{ keaslian }}"))), "template.block_alone"),
    (in_body(f"{said('{%p if utusan %}')}{boxed(said('{{ hadir.nama }}'))}{said('{%p endif %}')}"), "template.needed_in_if"),
    (in_body(f"{said('{%p if utusan %}')}{said('{{ nomor }}')}{said('{%p endif %}')}"), "template.needed_in_if"),
]


def test_a_mark_is_read_with_the_soft_hyphens_and_spaces_that_word_lets_in() -> None:
    soft = "<w:p><w:r><w:t>{{ no</w:t><w:softHyphen/><w:t>mor }}</w:t></w:r></w:p>" + said("{{ utusan . nama }}")
    assert lines(filled(in_body(soft), WORDS, saying("isi"), ABOUT))[:3] == ["isi", "isi", "isi"]


def test_nothing_is_left_of_tables_and_controls_without_entries() -> None:
    row = "<w:tr><w:tc><w:p><w:r><w:t>{{ utusan.nama }}</w:t></w:r></w:p></w:tc></w:tr>"
    control = f"<w:tbl><w:tblGrid/><w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt></w:tbl>"
    made = Document(io.BytesIO(filled(in_body(control + boxed(said("{{ utusan.unsur }}"))), WORDS, saying("x", 0), ABOUT)))
    body = made.element.body
    assert (
        [one for one in body.iter(qn("w:sdt")) if not len(one[-1])],
        [one for one in body.iter(qn("w:tbl")) if one.find(qn("w:tr")) is None],
    ) == ([], [])
    assert body[0].tag == qn("w:p")


@pytest.mark.parametrize(("content", "code"), HOSTILE)
def test_a_hostile_or_unfit_file_is_refused_with_its_own_sentence(content: bytes, code: str) -> None:
    started = time.monotonic()
    assert [one.code for one in findings(content)] == [code]
    assert time.monotonic() - started < 10


PICTURED = """<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">
<mc:Choice Requires="wps"><w:drawing><box name="Kotak {28A0}"><w:txbxContent><w:p><w:r><w:t>Kotak {{ forum }}</w:t></w:r></w:p>
<w:p><w:r><w:t>{{ utusan.nama }}</w:t></w:r></w:p></w:txbxContent></box></w:drawing></mc:Choice>
<mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>{{ utusan.nama }}</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback>
</mc:AlternateContent></w:r><w:r><w:t>luar {{ nomor }}</w:t></w:r></w:p>"""


@pytest.mark.parametrize("rows", [0, 2])
def test_text_boxes_and_the_first_page_are_filled_too(rows: int) -> None:
    def change(made: object) -> None:
        made.sections[0].different_first_page_header_footer = True
        made.sections[0].first_page_header.paragraphs[0].text = "Pertama {{ unit }}"
        made.sections[0].first_page_footer.paragraphs[0].text = "{{ pertimbangan.isi }}"

    with zipfile.ZipFile(io.BytesIO(edited(change))) as given:
        parts = {name: given.read(name) for name in given.namelist()}
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"<w:body>", b"<w:body>" + PICTURED.encode(), 1)
    made = Document(io.BytesIO(filled(repacked(parts), WORDS, saying("a{_{b", rows), ABOUT)))
    first = made.element.body[0]
    assert [one.text for one in first.iter(qn("w:t"))] == ["Kotak a{_{b", *["a{_{b"] * rows, *["a{_{b"] * rows, "luar a{_{b"]
    assert [len(one.findall(qn("w:p"))) for one in first.iter(qn("w:txbxContent"))] == [1 + rows, max(rows, 1)]
    assert "Kotak {28A0}" in [one.get("name") for one in first.iter("box")]
    page = made.sections[0]
    assert page.first_page_header.paragraphs[0].text == "Pertama a{_{b"
    assert [one.text for one in page.first_page_footer.paragraphs] == (["a{_{b"] * rows or [""])


def test_entities_that_grow_are_refused_before_they_grow() -> None:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]><x>&a9;</x>'.encode()
    with pytest.raises(Unfit) as refused:
        parts_of(repacked({"word/document.xml": bomb}))
    assert [one.code for one in refused.value.findings] == ["template.entities"]


def test_the_engine_itself_has_nothing_to_call_and_no_way_into_python() -> None:
    env = environment()
    assert (env.globals, env.filters, env.tests, env.autoescape, env.loader) == ({}, {}, {}, True, None)
    with pytest.raises(SecurityError):
        env.from_string("{{ x.__class__.__mro__ }}").render(x="")
    with pytest.raises(UndefinedError):
        env.from_string("{{ range(9) }}").render()
    assert env.from_string("{{ x }}").render(x="<w:p>") == "&lt;w:p&gt;"


async def test_the_checker_works_in_a_child_and_answers_what_breaks() -> None:
    assert await checked(example(), WORDS, trials(), BLANK_ABOUT) == ()
    assert [one.code for one in await checked(b"x", WORDS, trials(), BLANK_ABOUT)] == ["template.no_word"]
    heading = repacked({"word/_rels/document.xml.rels": lambda raw: raw.replace(b"styles.xml", b"hilang.xml")})
    assert [one.code for one in await checked(heading, WORDS, trials(), BLANK_ABOUT)] == ["template.does_not_open"]


async def test_what_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.documents.template_run.SECONDS", 0.001)
    assert [one.code for one in await checked(example(), WORDS, trials(), BLANK_ABOUT)] == ["template.too_heavy"]


@pytest.mark.parametrize("problem", [TimeoutError, BrokenWorkerProcess])
async def test_a_template_that_was_tried_before_is_not_to_blame_for_a_busy_machine(
    monkeypatch: pytest.MonkeyPatch, problem: type[Exception]
) -> None:
    async def ended(*_: object) -> object:
        raise problem

    monkeypatch.setattr("app.documents.template_run._bounded", ended)
    with pytest.raises(Unavailable) as busy:
        await from_template(example(), WORDS, saying("isi"), ABOUT)
    assert busy.value.code == "template.busy"


def test_every_finding_and_every_mark_has_its_words() -> None:
    files = sorted((Path(__file__).parents[2] / "app" / "documents").glob("template_*.py"))
    written = {node.value for file in files for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant) and str(node.value).startswith("template.")}  # fmt: skip
    wanted = {f"error:{code}" for code in written} | {f"mark:{name}" for name in WORDS.names} | {f"mark_list:{name}" for name in LISTS}
    assert wanted - set(translated("id")) == set()
    assert set(WORDS.needed) - set(WORDS.names) == set()
    assert {one.partition(":")[2] for one in translated("id") if one.startswith("error:template.")} == written
    assert len(SINGLE) == len(set(SINGLE))


OTHER_WORD = b"http://schemas.openxmlformats.org/officedocument/2006/relationships/metadata/core-properties"
"""What LibreOffice calls the properties of a file that was an ODT before."""


@pytest.mark.parametrize("called", [OTHER_WORD, b"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"])
def test_who_wrote_the_template_is_not_in_what_is_made_and_no_part_stands_twice(called: bytes) -> None:
    core = b"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    theirs = repacked(
        {
            "_rels/.rels": lambda raw: raw.replace(core, called),
            "docProps/core.xml": lambda raw: re.sub(rb"<dc:creator>[^<]*", b"<dc:creator>Bu Sekretaris Rahasia", raw),
        }
    )
    assert b"Bu Sekretaris Rahasia" in zipfile.ZipFile(io.BytesIO(theirs)).read("docProps/core.xml")
    made = zipfile.ZipFile(io.BytesIO(filled(theirs, WORDS, saying("isi"), ABOUT)))
    assert sorted(made.namelist()) == sorted(set(made.namelist()))
    assert not [name for name in made.namelist() if b"Rahasia" in made.read(name)]
