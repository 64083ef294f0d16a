"""Writing a Word document: blocks become the parts of a DOCX, packed without any clock."""

import io
import zipfile

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor

from app.documents.blocks import Align, Block, Coded, Heading, NewPage, Pairs, Paragraph, Signatures, Table, WordDocument
from app.documents.word_table import coded, pairs, signatures, table
from app.documents.word_text import field_of, filled, plain, put

FONT = "Times New Roman"
SIZE = 11.0
LONG, SHORT = Mm(297), Mm(210)
MARGINS = {"left_margin": Mm(25), "right_margin": Mm(20), "top_margin": Mm(18), "bottom_margin": Mm(18)}
"""Of an upright page; binding takes the left."""
PACKED_AT = (1980, 1, 1, 0, 0, 0)


def written(document: WordDocument) -> bytes:
    """The file's bytes."""
    made = docx.Document()
    without_picture(made)
    _styles(made, document)
    say_about(made, document)
    _page(made.sections[0], landscape=document.landscape)
    _foot(made, document)
    for block in document.blocks:
        _add(made, block)
    return packed(made)


def _add(made: Document, block: Block) -> None:
    match block:
        case Heading():
            put(made.add_heading("", block.level), Paragraph(block.words, align=block.align, after=2, keep=True))
        case Paragraph():
            put(made.add_paragraph(), block)
        case Table():
            _placed(made, table(block))
        case Pairs():
            _placed(made, pairs(block))
        case Signatures():
            _placed(made, signatures(block))
        case Coded():
            _placed(made, coded(made, block))
        case NewPage():
            _page(made.add_section(WD_SECTION.NEW_PAGE), landscape=block.landscape)


def _placed(made: Document, element: object) -> None:
    """A table at the end of the body; a small empty line under it keeps two tables from becoming one."""
    made.element.body._insert_tbl(element)  # noqa: SLF001 - the library's own door for a finished table
    put(made.add_paragraph(), Paragraph("", after=0, size=4))


def _styles(made: Document, document: WordDocument) -> None:
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
        style = made.styles[name]
        style.font.name = FONT
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in list(fonts.attrib):
            if "Theme" in attribute:
                del fonts.attrib[attribute]
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), FONT)
        style.font.color.rgb = RGBColor(0, 0, 0)
    made.styles["Normal"].font.size = Pt(SIZE)
    for name, size in (("Heading 1", 13), ("Heading 2", 12), ("Heading 3", 11)):
        made.styles[name].font.size, made.styles[name].font.bold = Pt(size), True
    defaults = made.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    language = defaults.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        defaults.append(language)
    for attribute in ("w:val", "w:eastAsia"):
        language.set(qn(attribute), document.language)


def without_picture(made: Document) -> None:
    """Leave out the picture of the empty document from which all are made."""
    rels = made.part.package.rels
    for key in [key for key, rel in rels.items() if rel.reltype == RT.THUMBNAIL]:
        del rels[key]


def say_about(made: Document, document: WordDocument) -> None:
    """Fill the properties of the file: all of them, so that neither clock nor machine stands in one."""
    about = made.core_properties
    about.title, about.subject, about.author = (plain(one)[:255] for one in (document.title, document.subject, document.author))
    about.comments = about.keywords = about.category = ""
    about.last_modified_by = about.author
    about.language = document.language
    about.revision = 1
    about.created = about.modified = document.dated.replace(microsecond=0, tzinfo=None)


def _page(section: Section, *, landscape: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (LONG, SHORT) if landscape else (SHORT, LONG)
    for name, value in MARGINS.items():
        setattr(section, name, value)
    section.footer_distance = Mm(9)


def _foot(made: Document, document: WordDocument) -> None:
    line = made.sections[0].footer.paragraphs[0]
    put(line, Paragraph(f"{document.foot} · " if document.foot else "", align=Align.CENTER, after=0, size=8))
    before, between = document.page_of
    for words, code in ((before, "PAGE"), (between, "NUMPAGES")):
        filled(line, words, size=8)
        field_of(line, code, size=8)


def packed(made: Document) -> bytes:
    """The parts again in one order, without moments and without what the machine adds; stored, since packers differ from machine to machine."""
    parts = io.BytesIO()
    made.save(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(parts) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name in given.namelist():
            info = zipfile.ZipInfo(name, PACKED_AT)
            info.create_system, info.external_attr = 0, 0
            packed.writestr(info, given.read(name))
    return out.getvalue()
