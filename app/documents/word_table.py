"""Tables of a Word document, written as elements: fast for hundreds of rows, with headings that repeat and rows that stay whole."""

import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

from docx.document import Document
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm
from docx.text.paragraph import Paragraph as Line

from app.documents.blocks import Align, Coded, Pairs, Paragraph, Place, Run, Signatures, Table, Words
from app.documents.word_text import plain, put, runs_of

TWIPS = 1440 / 25.4
"""Word's own measure in a millimetre."""
EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")
TEXT_WIDTH = 165.0
"""Between the margins of an upright page."""
SHADE = "E7E6E6"


def table(block: Table) -> BaseOxmlElement:
    """A table with lines; its rows are written as text and read once, since hundreds of them would take a minute one by one."""
    count = len(block.headings)
    aligns = [*block.aligns, *[Align.LEFT] * (count - len(block.aligns))]
    heads = [(Run(words, bold=True), Align.CENTER, block.size) for words in block.headings]
    rows = [_row_text(block.widths, heads, head=True, shade=SHADE)]
    if block.numbers:
        rows.append(_row_text(block.widths, [(Run(f"({n})"), Align.CENTER, block.size - 1.5) for n in range(1, count + 1)], head=True))
    for row in block.rows:
        cells = [(said, align, block.size) for said, align in zip(row, aligns, strict=True)]
        rows.append(_row_text(block.widths, cells, least=block.least_height))
    made = _frame(block.widths, lined=True)
    made.extend(list(parse_xml(f"<w:tbl {nsdecls('w')}>{''.join(rows)}</w:tbl>")))
    return made


def pairs(block: Pairs) -> BaseOxmlElement:
    """Names and values without lines."""
    widths = (block.name_width, 5.0, TEXT_WIDTH - block.name_width - 5)
    made = _frame(widths, lined=False)
    for name, value in block.rows:
        said: tuple[Words, ...] = (name, ":", value)
        made.append(_row([_cell(w, Paragraph(one, after=block.after, size=block.size)) for one, w in zip(said, widths, strict=True)]))
    return made


def signatures(block: Signatures) -> BaseOxmlElement:
    """Places to sign, side by side."""
    widths = [TEXT_WIDTH / block.columns] * block.columns
    made = _frame(widths, lined=False)
    for start in range(0, len(block.places), block.columns):
        beside = block.places[start : start + block.columns]
        cells = [_place(place, width, block.room) for place, width in zip(beside, widths, strict=False)]
        cells += [_cell(width, Paragraph("")) for width in widths[len(cells) :]]
        made.append(_row(cells))
    return made


def coded(made: Document, block: Coded) -> BaseOxmlElement:
    """A picture beside words, in a box."""
    widths = (block.width + 6, TEXT_WIDTH - block.width - 6)
    picture = made.add_paragraph()
    picture.add_run().add_picture(io.BytesIO(block.png), width=Mm(block.width))
    for drawn in picture._p.iter(qn("wp:docPr")):  # noqa: SLF001 - what a picture says is not in the library
        drawn.set("descr", block.said)
    made.element.body.remove(picture._p)  # noqa: SLF001
    left = _bare_cell(widths[0], middle=True)
    left.append(picture._p)  # noqa: SLF001
    right = _bare_cell(widths[1], middle=True)
    for words in block.words:
        right.append(_line(Paragraph(words, after=1, size=8.5)))
    frame = _frame(widths, lined=True, inside=False, above=2)
    frame.append(_row([left, right]))
    return frame


def _place(place: Place | None, width: float, room: float) -> BaseOxmlElement:
    if place is None:
        return _cell(width, Paragraph(""))
    cell = _bare_cell(width)
    cell.append(_line(Paragraph(place.role, Align.CENTER, before=2, after=room, keep=True)))
    name = [Run(place.name, bold=True, underline=True)] if place.name else "(" + "." * 42 + ")"
    cell.append(_line(Paragraph(name, Align.CENTER, after=0, keep=bool(place.below))))
    if place.below:
        cell.append(_line(Paragraph(place.below, Align.CENTER, after=2)))
    return cell


def _frame(widths: Sequence[float], *, lined: bool, inside: bool = True, above: float = 0.6) -> BaseOxmlElement:
    made = OxmlElement("w:tbl")
    properties = _into(made, "w:tblPr")
    _into(properties, "w:tblW", w=_twips(sum(widths)), type="dxa")
    borders = _into(properties, "w:tblBorders")
    for edge in EDGES:
        drawn = lined and (inside or not edge.startswith("inside"))
        _into(borders, f"w:{edge}", val="single" if drawn else "nil", sz="4", space="0", color="000000")
    _into(properties, "w:tblLayout", type="fixed")
    margins = _into(properties, "w:tblCellMar")
    for edge in ("top", "left", "bottom", "right"):
        room = (1.5 if lined else 0.8) if edge in {"left", "right"} else above if lined else 0
        _into(margins, f"w:{edge}", w=_twips(room), type="dxa")
    _into(properties, "w:tblLook", val="0020" if lined else "0000")
    grid = _into(made, "w:tblGrid")
    for width in widths:
        _into(grid, "w:gridCol", w=_twips(width))
    return made


def _row_text(
    widths: Sequence[float], cells: Sequence[tuple[Words | Run, Align, float]], *, head: bool = False, shade: str = "", least: float = 0
) -> str:
    height = f'<w:trHeight w:val="{_twips(least)}" w:hRule="atLeast"/>' if least else ""
    told = f"<w:trPr><w:cantSplit/>{height}{'<w:tblHeader/>' if head else ''}</w:trPr>"
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/><w:vAlign w:val="center"/>' if shade else ""
    for width, (said, align, size) in zip(widths, cells, strict=True):
        lines = "".join(_run_text(run, size) for run in ([said] if isinstance(said, Run) else runs_of(said)))
        form = f'<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/><w:jc w:val="{align.value}"/>'
        told += f'<w:tc><w:tcPr><w:tcW w:w="{_twips(width)}" w:type="dxa"/>{fill}</w:tcPr><w:p><w:pPr>{form}</w:pPr>{lines}</w:p></w:tc>'
    return f"<w:tr>{told}</w:tr>"


def _run_text(run: Run, size: float) -> str:
    marks = (("b", run.bold), ("i", run.italic), ("strike", run.struck))
    form = "".join(f"<w:{name}/>" for name, on in marks if on) + f'<w:sz w:val="{round((run.size or size) * 2)}"/>'
    form += '<w:u w:val="single"/>' if run.underline else ""
    parts = (f'<w:t xml:space="preserve">{escape(one)}</w:t>' for one in plain(run.text).replace("\t", " ").split("\n"))
    return f"<w:r><w:rPr>{form}</w:rPr>{'<w:br/>'.join(parts)}</w:r>"


def _row(cells: Sequence[BaseOxmlElement]) -> BaseOxmlElement:
    made = OxmlElement("w:tr")
    _into(_into(made, "w:trPr"), "w:cantSplit")
    made.extend(cells)
    return made


def _cell(width: float, block: Paragraph) -> BaseOxmlElement:
    cell = _bare_cell(width)
    cell.append(_line(block))
    return cell


def _bare_cell(width: float, *, middle: bool = False) -> BaseOxmlElement:
    cell = OxmlElement("w:tc")
    properties = _into(cell, "w:tcPr")
    _into(properties, "w:tcW", w=_twips(width), type="dxa")
    if middle:
        _into(properties, "w:vAlign", val="center")
    return cell


def _line(block: Paragraph) -> BaseOxmlElement:
    element = OxmlElement("w:p")
    put(Line(element, None), block)  # type: ignore[arg-type]  # a paragraph that stands in no part yet
    return element


def _into(parent: BaseOxmlElement, name: str, **said: str) -> BaseOxmlElement:
    made = OxmlElement(name)
    for attribute, value in said.items():
        made.set(qn(f"w:{attribute}"), value)
    parent.append(made)
    return made


def _twips(length: float) -> str:
    return str(round(length * TWIPS))
