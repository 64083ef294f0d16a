"""Tables of a Word document, written as elements: fast for hundreds of rows, with headings that repeat and rows that stay whole."""

import io
from collections.abc import Sequence

from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm
from docx.text.paragraph import Paragraph as Line

from app.documents.blocks import Align, Coded, Pairs, Paragraph, Place, Run, Signatures, Table, Words
from app.documents.word_text import put

TWIPS = 1440 / 25.4
"""Word's own measure in a millimetre."""
EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")
TEXT_WIDTH = 165.0
"""Between the margins of an upright page."""
SHADE = "E7E6E6"


def table(block: Table) -> BaseOxmlElement:
    """A table with lines."""
    count = len(block.headings)
    aligns = [*block.aligns, *[Align.LEFT] * (count - len(block.aligns))]
    made = _frame(block.widths, lined=True)
    made.append(_row([_cell(w, Paragraph(h, Align.CENTER, after=0, bold=True, size=block.size), shade=SHADE, middle=True)
                      for h, w in zip(block.headings, block.widths, strict=True)], head=True))  # fmt: skip
    if block.numbers:
        small = block.size - 1.5
        counted = [_cell(w, Paragraph(f"({n})", Align.CENTER, after=0, size=small)) for n, w in enumerate(block.widths, 1)]
        made.append(_row(counted, head=True))
    for row in block.rows:
        cells = zip(row, block.widths, aligns, strict=True)
        made.append(
            _row([_cell(w, Paragraph(said, align, after=0, size=block.size)) for said, w, align in cells], least=block.least_height)
        )
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
    frame = _frame(widths, lined=True, inside=False)
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


def _frame(widths: Sequence[float], *, lined: bool, inside: bool = True) -> BaseOxmlElement:
    made = OxmlElement("w:tbl")
    properties = _into(made, "w:tblPr")
    _into(properties, "w:tblW", w=_twips(sum(widths)), type="dxa")
    borders = _into(properties, "w:tblBorders")
    for edge in EDGES:
        drawn = lined and (inside or not edge.startswith("inside"))
        _into(borders, f"w:{edge}", val="single" if drawn else "nil", sz="4", space="0", color="000000")
    _into(properties, "w:tblLayout", type="fixed")
    margins = _into(properties, "w:tblCellMar")
    for edge in ("left", "right"):
        _into(margins, f"w:{edge}", w=_twips(1.5 if lined else 0.8), type="dxa")
    _into(properties, "w:tblLook", val="0020" if lined else "0000")
    grid = _into(made, "w:tblGrid")
    for width in widths:
        _into(grid, "w:gridCol", w=_twips(width))
    return made


def _row(cells: Sequence[BaseOxmlElement], *, head: bool = False, least: float = 0) -> BaseOxmlElement:
    made = OxmlElement("w:tr")
    properties = _into(made, "w:trPr")
    _into(properties, "w:cantSplit")
    if least:
        _into(properties, "w:trHeight", val=_twips(least), hRule="atLeast")
    if head:
        _into(properties, "w:tblHeader")
    made.extend(cells)
    return made


def _cell(width: float, block: Paragraph, *, shade: str | None = None, middle: bool = False) -> BaseOxmlElement:
    cell = _bare_cell(width, shade=shade, middle=middle)
    cell.append(_line(block))
    return cell


def _bare_cell(width: float, *, shade: str | None = None, middle: bool = False) -> BaseOxmlElement:
    cell = OxmlElement("w:tc")
    properties = _into(cell, "w:tcPr")
    _into(properties, "w:tcW", w=_twips(width), type="dxa")
    if shade:
        _into(properties, "w:shd", val="clear", color="auto", fill=shade)
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
