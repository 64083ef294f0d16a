"""Filling a template of an office: docxtpl on a closed Jinja environment, in which data are text and the marks are the only words it knows."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.text.paragraph import Paragraph as Line
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape

from app.documents.blocks import Coded, Paragraph, WordDocument
from app.documents.template_findings import Finding, Part, Spot, Unfit, each_once
from app.documents.template_marks import Vocabulary, arranged
from app.documents.template_package import LEFT_OUT, W, parts_of
from app.documents.template_tree import BRACES, MARKED, W_P, W_TBL, W_TC, W_TR
from app.documents.word_file import packed, say_about
from app.documents.word_table import coded
from app.documents.word_text import plain, put

_BRACES_BACK = {ord(hidden): f"&#{brace};" for brace, hidden in BRACES.items()}
_BREAK = '</w:t><w:br/><w:t xml:space="preserve">'
_TAB = '</w:t><w:tab/><w:t xml:space="preserve">'


@dataclass(frozen=True)
class Values:
    """What a template is filled with: texts by name, rows of lists, blocks (None leaves the paragraph empty), and a line above everything."""

    single: Mapping[str, str]
    lists: Mapping[str, Sequence[Mapping[str, str]]]
    blocks: Mapping[str, Coded | None] = field(default_factory=dict)
    above: Paragraph | None = None


class _Template(DocxTemplate):  # type: ignore[misc]  # the library has no types
    """The library, on parts whose marks were arranged, with the braces that are text handed to Jinja as what they are in XML."""

    arranged: Mapping[str, str] = {}
    """The XML of each part by its name."""

    def get_xml(self) -> str:
        return self.arranged[self.docx.part.partname]

    def get_part_xml(self, part: Any) -> str:
        return self.arranged[part.partname]

    def patch_xml(self, src_xml: str) -> str:
        said: str = super().patch_xml(src_xml)
        return said.translate(_BRACES_BACK)


def environment() -> SandboxedEnvironment:
    """Jinja with nothing to call: no functions, filters, tests or files, attributes of Python closed, text escaped, unknown names refused."""
    made = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined, loader=None)
    made.globals.clear()
    made.filters.clear()
    made.tests.clear()
    return made


def filled(content: bytes, words: Vocabulary, values: Values, about: WordDocument) -> bytes:
    """The document; the same values make the same bytes. Unfit with everything that speaks against the template."""
    parts = parts_of(content)
    template = _Template(io.BytesIO(content))
    template.render_init()
    made: Document = template.docx
    _without_left_out(made)
    names, findings, ready = set(), list(_notes(parts)), {}
    for part, name, element in _roots(made):
        # A plain tree: elements of the library have a `text` of their own.
        root = etree.fromstring(etree.tostring(element))
        reading = arranged(root, part, words)
        names |= reading.names
        findings += reading.findings
        ready[name] = etree.tostring(root, encoding="unicode")
    if not findings:
        findings += [Finding("template.missing", {"name": name}) for name in words.needed if name not in names]
    else:
        findings += [Finding("template.missing", {"name": name}) for name in words.needed if name not in names | _meant(findings)]
    if findings:
        raise Unfit(*each_once(findings))
    template.arranged = ready
    _rendered(template, values)
    body = made.element.body
    _blocks(made, values)
    for _, _, element in _roots(made):
        _closed_cells(element)
    if values.above is not None:
        line = OxmlElement("w:p")
        put(Line(line, made._body), values.above)  # noqa: SLF001 - the library adds only at the end
        body.insert(0, line)
    say_about(made, about)
    return packed(made)


def _meant(findings: Sequence[Finding]) -> set[str]:
    """Names that are there but written wrongly: they are told once."""
    return {one.facts["near"] for one in findings if "near" in one.facts}


def _roots(made: Document) -> Iterator[tuple[Part, str, Any]]:
    """What is filled: which part it is, its name in the file, and its element."""
    yield Part.BODY, made.part.partname, made.element.body
    for kind, part in ((RT.HEADER, Part.HEADER), (RT.FOOTER, Part.FOOTER)):
        for found in [rel.target_part for rel in made.part.rels.values() if rel.reltype == kind]:
            yield part, found.partname, found.element


def _without_left_out(made: Document) -> None:
    """Nothing of who wrote the template, when and with what goes into the record."""
    for rels in (made.part.package.rels, made.part.rels):
        # The properties too: ours are made afresh, and an office program that calls them otherwise would leave two of them.
        for key in [key for key, rel in rels.items() if rel.reltype.rpartition("/")[2] in LEFT_OUT | {"core-properties"}]:
            del rels[key]


def _notes(parts: Mapping[str, bytes]) -> Iterator[Finding]:
    """Marks in notes under the text, which stay as they are."""
    for name in ("word/footnotes.xml", "word/endnotes.xml"):
        if name in parts:
            text = "".join(etree.fromstring(parts[name], etree.XMLParser(resolve_entities=False, no_network=True)).itertext(f"{W}t"))
            if at := re.search(r"\{\{|\{%", text):
                yield Finding("template.in_note", {}, Spot(Part.NOTE, text[at.start() : at.start() + 60]))


def _rendered(template: _Template, values: Values) -> None:
    env = environment()
    given: dict[str, Any] = {name: _text(said) for name, said in values.single.items()}
    given |= {name: [{column: _text(said) for column, said in row.items()} for row in rows] for name, rows in values.lists.items()}
    template.map_tree(parse_xml(template.build_xml(given, env)))
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        for key, xml in list(template.build_headers_footers_xml(given, uri, env)):
            template.map_headers_footers_xml(key, xml)


def _text(said: str) -> Markup:
    """Text as XML inside a run: braces as numbers, since the library looks for braces in what it made; lines and tabs as Word has them."""
    safe = str(escape(plain(said))).replace("{", "&#123;").replace("}", "&#125;")
    return Markup(safe.replace("\n", _BREAK).replace("\t", _TAB))  # noqa: S704 - escaped above


def _blocks(made: Document, values: Values) -> None:
    for paragraph in list(made.element.body.iter(W_P)):
        name = paragraph.attrib.pop(MARKED, None) if paragraph.get(MARKED) in values.blocks else None
        block = values.blocks.get(name) if name else None
        if block is not None:
            paragraph.addprevious(coded(made, block))
    # A picture in a row that repeats must not have the number of its neighbour.
    for number, drawn in enumerate(made.element.body.iter(qn("wp:docPr")), 1):
        drawn.set("id", str(number))


def _closed_cells(root: etree._Element) -> None:
    """A cell, a text box, and the head or foot of a page end with a paragraph, also when all of their own were left out; what no row is left of goes."""
    for empty in [one for one in root.iter(W_TBL) if one.find(W_TR) is None and one.find(f".//{W_TR}") is None]:
        empty.getparent().remove(empty)
    for empty in [one for one in root.iter(f"{W}sdt") if (held := one.find(f"{W}sdtContent")) is not None and not len(held)]:
        empty.getparent().remove(empty)
    for one in (root, *root.iter(W_TC, f"{W}txbxContent")):
        if one.tag != f"{W}body" and (not len(one) or one[-1].tag != W_P):
            one.append(OxmlElement("w:p"))


def opens(content: bytes) -> bool:
    """Whether what was made is a Word document that can be read again."""
    return docx.Document(io.BytesIO(content)).element.body is not None
