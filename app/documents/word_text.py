"""Paragraphs and stretches of letters in a Word document."""

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as Line

from app.documents.blocks import Align, Paragraph, Run, Words

ALIGNED = {
    Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    Align.CENTER: WD_ALIGN_PARAGRAPH.CENTER,
    Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
    Align.JUSTIFY: WD_ALIGN_PARAGRAPH.JUSTIFY,
}
_UNSAID = {code: None for code in (*range(0x20), 0x7F, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF) if code not in {0x09, 0x0A}}


def plain(text: str) -> str:
    """The text without what XML cannot say."""
    return text.translate(_UNSAID)


def runs_of(words: Words) -> list[Run]:
    """The stretches of a text."""
    return [Run(words)] if isinstance(words, str) else list(words)


def put(line: Line, block: Paragraph) -> None:
    """Fill an empty paragraph."""
    form = line.paragraph_format
    form.alignment = ALIGNED[block.align]
    form.space_before, form.space_after, form.line_spacing = Mm(block.before), Mm(block.after), 1.0
    form.left_indent, form.first_line_indent = Mm(block.indent + block.hanging), Mm(-block.hanging)
    form.keep_with_next = block.keep or None
    if block.ruled:
        _rule(line)
    for run in runs_of(block.words):
        filled(
            line,
            run.text,
            bold=run.bold or block.bold,
            italic=run.italic or block.italic,
            underline=run.underline,
            struck=run.struck,
            size=run.size or block.size,
        )
    if block.size and not line.runs:
        filled(line, "", size=block.size)


def filled(
    line: Line,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    underline: bool = False,
    struck: bool = False,
    size: float | None = None,
) -> None:
    """Add letters at the end of a paragraph; each is written as it is."""
    run = line.add_run()
    for number, part in enumerate(plain(text).split("\n")):
        if number:
            run.add_break(WD_BREAK.LINE)
        run.add_text(part)
    run.bold, run.italic, run.underline = bold or None, italic or None, underline or None
    run.font.strike = struck or None
    if size:
        run.font.size = Pt(size)


def field_of(line: Line, code: str, *, size: float) -> None:
    """Add a field of the program's own (`PAGE`): the only ones in a document."""
    for kind in ("begin", None, "separate", "text", "end"):
        # Each part in a run of its own, as Word writes it: other programs take the letters of the number from theirs.
        run = line.add_run()
        run.font.size = Pt(size)
        if kind is None:
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = code
        elif kind == "text":
            part = OxmlElement("w:t")
            part.text = "1"
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)  # noqa: SLF001 - the library has no fields of its own


def _rule(line: Line) -> None:
    """The thick and thin line under a letterhead."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "thickThinSmallGap"), ("sz", "24"), ("space", "4"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    properties = line._p.get_or_add_pPr()  # noqa: SLF001 - nor borders of paragraphs
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
