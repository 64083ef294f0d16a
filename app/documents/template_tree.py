"""The XML of a Word document as marks stand in it: the words of a paragraph however Word cut them, where that is, and how marks are written anew."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from app.documents.template_findings import Finding, Part, Spot
from app.documents.template_package import W

W_P, W_T, W_TBL, W_TR, W_TC = (f"{W}{name}" for name in ("p", "t", "tbl", "tr", "tc"))
BREAKS = frozenset(f"{W}{name}" for name in ("br", "cr", "tab", "noBreakHyphen", "sym", "ptab", "drawing", "pict"))
SOFT_HYPHEN = f"{W}softHyphen"
SKIPPED = frozenset(f"{W}{name}" for name in ("pPr", "rPr", "instrText", "delText"))
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
MARKED = f"{W}rsidP"
"""Attribute of a paragraph in whose place a block is put once everything is filled in: text cannot say it."""
BRACES = {ord("{"): "\uf8f0", ord("}"): "\uf8f1"}
"""Braces that are only text, hidden from the engine while it looks for its own."""
ROW = "baris"
AROUND = 40


@dataclass
class Reading:
    """What was found while a part was read: names that are asked for, and what is wrong. With `findings` empty the part is ready to be filled."""

    names: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Where:
    """A paragraph with what is needed to say where it stands."""

    part: Part
    tables: Mapping[etree._Element, int]
    paragraph: etree._Element


@dataclass(frozen=True)
class Mark:
    """A mark in the words of a paragraph: from which sign to which, with what it opened, and what stands in it."""

    start: int
    stop: int
    opener: str
    said: str


def _own(element: etree._Element) -> Iterator[etree._Element]:
    """Everything in a paragraph but other paragraphs (of text boxes) and what is no text."""
    for child in element:
        if isinstance(child.tag, str) and child.tag != W_P and child.tag not in SKIPPED:
            yield child
            yield from _own(child)


def pieces_of(paragraph: etree._Element) -> list[tuple[etree._Element | None, str]]:
    """The words of a paragraph in pieces, each with the element that holds it; none for what is no word, such as a break."""
    found: list[tuple[etree._Element | None, str]] = []
    for one in _own(paragraph):
        if one.tag == W_T:
            found.append((one, one.text or ""))
        elif one.tag == SOFT_HYPHEN:
            found.append((None, "\u00ad"))
        elif one.tag in BREAKS:
            found.append((None, "\n"))
    return found


def spot_of(where: Where, text: str, at: int) -> Spot:
    """Where a sign of a paragraph stands, as its writer finds it again: the words around it, and of a table its number and row."""
    part, tables, paragraph = where.part, where.tables, where.paragraph
    start, stop = max(0, at - AROUND), at + AROUND
    around = " ".join(text[start:stop].split())
    around = f"{'… ' if start else ''}{around}{' …' if stop < len(text) else ''}"
    row = next((one for one in paragraph.iterancestors() if one.tag == W_TR), None)
    table = None if row is None else next((one for one in row.iterancestors() if one.tag == W_TBL), None)
    if row is None or table is None:
        return Spot(part, around)
    number = tables[table] if part is Part.BODY else 0
    rows = [one for one in table.iter(W_TR) if next(one.iterancestors(W_TBL)) is table]
    return Spot(Part.TABLE if part is Part.BODY else part, around, number, rows.index(row) + 1)


def rewrite(pieces: list[tuple[etree._Element | None, str]], marks: list[tuple[Mark, str]]) -> None:
    """Put each mark whole where it begins, and hide all other braces."""
    said = {mark.start: written for mark, written in marks}
    inside = {place for mark, _ in marks for place in range(mark.start, mark.stop)}
    place = 0
    for element, text in pieces:
        letters = []
        for letter in text:
            if place in said and element is not None:
                letters.append(said[place])
            elif place not in inside:
                letters.append(letter.translate(BRACES))
            place += 1
        if element is not None and "".join(letters) != text:
            element.text = "".join(letters)
            element.set(SPACE, "preserve")


def hide_braces(root: etree._Element, part: Part, reading: Reading) -> None:
    """Braces that stand in no paragraph: a mark there would be filled by nobody, so it is said; any other is hidden from the engine."""
    for one in root.iter():
        for name, value in one.attrib.items():
            if "{{" in value or "{%" in value:
                reading.findings.append(Finding("template.hidden", {}, Spot(part, " ".join(value.split())[:80])))
            if "{" in value or "}" in value:
                one.set(name, value.translate(BRACES))
        in_paragraph = one.tag == W_T and next(one.iterancestors(W_P), None) is not None
        if not in_paragraph and one.text and one.text.strip():
            if "{{" in one.text or "{%" in one.text:
                reading.findings.append(Finding("template.hidden", {}, Spot(part, " ".join(one.text.split())[:80])))
            one.text = one.text.translate(BRACES)
        if one.tail and one.tail.strip():
            one.tail = one.tail.translate(BRACES)


def repeat(repeats: Mapping[etree._Element, set[str]], part: Part, tables: Mapping[etree._Element, int], reading: Reading) -> None:
    """Around each row or paragraph with marks of a list: the loop that its writer need not know."""
    for element, names in repeats.items():
        paragraph = element if element.tag == W_P else next(element.iter(W_P))
        spot = spot_of(
            Where(part, tables, paragraph), "".join(text for _, text in pieces_of(paragraph)).translate({0xF8F0: "{", 0xF8F1: "}"}), 0
        )
        block = next((one.get(MARKED) for one in element.iter(W_P) if one.get(MARKED)), None)
        if block is not None:
            reading.findings.append(Finding("template.block_alone", {"name": block}, spot))
        elif element.tag == W_P and next(element.iter(f"{W}sectPr"), None) is not None:
            reading.findings.append(Finding("template.section_in_list", {"names": ", ".join(sorted(names))}, spot))
        elif len(names) > 1:
            reading.findings.append(Finding("template.two_lists", {"names": ", ".join(sorted(names))}, spot))
        elif any(one in repeats for one in element.iterancestors()):
            reading.findings.append(Finding("template.nested", {"names": ", ".join(names)}, spot))
        else:
            kind = "p" if element.tag == W_P else "tr"
            element.addprevious(_line(kind, f"{{%{kind} for {ROW} in {next(iter(names))} %}}"))
            element.addnext(_line(kind, f"{{%{kind} endfor %}}"))


def _line(kind: str, said: str) -> etree._Element:
    line = etree.Element(W_P)
    text = etree.SubElement(etree.SubElement(line, f"{W}r"), W_T)
    text.text = said
    if kind == "p":
        return line
    row = etree.Element(W_TR)
    etree.SubElement(row, W_TC).append(line)
    return row
