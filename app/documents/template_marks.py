"""The marks of a template, `{{ nomor }}`: found in paragraphs however Word cut them, judged against what there is, and written anew for the engine.

A mark of a list, `{{ prioritas.kegiatan }}`, makes its table row (or its paragraph, outside tables) stand once for each entry; nobody writes a loop.
`{%p if utusan %}` and `{%p endif %}`, each in a paragraph of its own, keep what is between them only when there is something.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree
from rapidfuzz import fuzz, process

from app.documents.template_findings import Finding, Part, Spot
from app.documents.template_package import W

W_P, W_T, W_TBL, W_TR, W_TC = (f"{W}{name}" for name in ("p", "t", "tbl", "tr", "tc"))
BREAKS = frozenset(f"{W}{name}" for name in ("br", "cr", "tab", "noBreakHyphen", "softHyphen", "sym", "ptab", "drawing", "pict"))
SKIPPED = frozenset(f"{W}{name}" for name in ("pPr", "rPr", "instrText", "delText"))
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
MARKED = f"{W}rsidP"
"""Attribute of a paragraph in whose place a block is put once everything is filled in: text cannot say it."""
CLOSES = {"{{": "}}", "{%": "%}", "{#": "#}"}
BRACES = {ord("{"): "\uf8f0", ord("}"): "\uf8f1"}
"""Braces that are only text, hidden from the engine while it looks for its own."""
ROW = "baris"
_EDGE = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_NAME = r"[a-z][a-z0-9_]*"
_VALUE = re.compile(rf"({_NAME})(?:\.({_NAME}))?")
_IF = re.compile(rf"p if (not )?({_NAME})")
_ALONE = re.compile(rf"(?<!\{{)\{{\s*({_NAME}(?:\.{_NAME})?)\s*\}}(?!\}})")
_UNSEEN = dict.fromkeys((8203, 8204, 8205, 8288, 65279, 173))
AROUND = 40


@dataclass(frozen=True)
class Vocabulary:
    """What a template may ask for: single values, lists with their columns, blocks that fill a paragraph; and what it must ask for."""

    single: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]]
    blocks: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Everything that may stand between the braces."""
        return [*self.single, *self.blocks, *(f"{name}.{column}" for name, columns in self.lists.items() for column in columns)]


@dataclass
class Reading:
    """What was found while a part was read: names that are asked for, and what is wrong. With `findings` empty the part is ready to be filled."""

    names: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class _Where:
    """A paragraph with what is needed to say where it stands."""

    part: Part
    tables: Mapping[etree._Element, int]
    paragraph: etree._Element


@dataclass(frozen=True)
class _Mark:
    start: int
    stop: int
    opener: str
    said: str


def arranged(root: etree._Element, part: Part, words: Vocabulary) -> Reading:
    """Read a part and write its marks as the engine wants them, in place; a part with findings must not be filled."""
    reading = Reading()
    tables = {one: number for number, one in enumerate(root.iter(W_TBL), 1)}
    repeats: dict[etree._Element, set[str]] = {}
    open_ifs: dict[etree._Element, list[Spot]] = {}
    for paragraph in list(root.iter(W_P)):
        pieces = _pieces(paragraph)
        text = "".join(said for _, said in pieces)
        if "{" not in text and "}" not in text:
            continue
        where = _Where(part, tables, paragraph)
        marks = []
        for mark in _marks(text, reading, where, words):
            written = _judged(mark, text, reading, where, words, repeats, open_ifs)
            if written is not None:
                marks.append((mark, written))
        _rewritten(pieces, marks)
    reading.findings += [Finding("template.if_open", {}, spots[-1]) for spots in open_ifs.values() if spots]
    _hidden(root, part, reading)
    _repeated(repeats, part, tables, reading)
    return reading


def _own(element: etree._Element) -> Iterator[etree._Element]:
    """Everything in a paragraph but other paragraphs (of text boxes) and what is no text."""
    for child in element:
        if isinstance(child.tag, str) and child.tag != W_P and child.tag not in SKIPPED:
            yield child
            yield from _own(child)


def _pieces(paragraph: etree._Element) -> list[tuple[etree._Element | None, str]]:
    found: list[tuple[etree._Element | None, str]] = []
    for one in _own(paragraph):
        if one.tag == W_T:
            found.append((one, one.text or ""))
        elif one.tag in BREAKS:
            found.append((None, "\n"))
    return found


def _marks(text: str, reading: Reading, where: _Where, words: Vocabulary) -> Iterator[_Mark]:
    begun: re.Match[str] | None = None
    for edge in _EDGE.finditer(text):
        if edge[0] in CLOSES:
            if begun is not None:
                reading.findings.append(Finding("template.unclosed", {}, _spot(where, text, begun.start())))
            begun = edge
        elif begun is None:
            reading.findings.append(Finding("template.unopened", {"sign": edge[0]}, _spot(where, text, edge.start())))
        elif edge[0] != CLOSES[begun[0]]:
            reading.findings.append(Finding("template.crossed", {"opened": begun[0], "closed": edge[0]}, _spot(where, text, begun.start())))
            begun = None
        else:
            yield _Mark(begun.start(), edge.end(), begun[0], text[begun.end() : edge.start()])
            begun = None
    if begun is not None:
        reading.findings.append(Finding("template.unclosed", {}, _spot(where, text, begun.start())))
    for alone in _ALONE.finditer(text.lower()):
        if alone[1] in words.names:
            reading.findings.append(Finding("template.one_brace", {"name": alone[1]}, _spot(where, text, alone.start())))


def _judged(
    mark: _Mark,
    text: str,
    reading: Reading,
    where: _Where,
    words: Vocabulary,
    repeats: dict[etree._Element, set[str]],
    open_ifs: dict[etree._Element, list[Spot]],
) -> str | None:
    """How the mark is written for the engine; nothing (and a finding) for one that is not understood."""
    paragraph = where.paragraph
    spot = _spot(where, text, mark.start)
    said = " ".join(mark.said.translate(_UNSEEN).replace("\u00a0", " ").split()).lower()
    alone = not (text[: mark.start] + text[mark.stop :]).strip()
    if mark.opener == "{%":
        code, written = _command(said, spot, words, open_ifs.setdefault(paragraph.getparent(), []), alone=alone)
        if code:
            reading.findings.append(Finding(code, {"said": said[:60]}, spot))
        return written
    found = None if mark.opener == "{#" else _VALUE.fullmatch(said)
    if found is None or said not in words.names:
        reading.findings.append(_unknown(said, mark.opener, spot, words))
        return None
    reading.names.add(said)
    if said in words.blocks:
        if not alone or where.part is not Part.BODY or paragraph.getparent().tag == f"{W}txbxContent":
            reading.findings.append(Finding("template.block_alone", {"name": said}, spot))
        paragraph.set(MARKED, said)
        return ""
    if not found[2]:
        return f"{{{{ {said} }}}}"
    row = next((one for one in paragraph.iterancestors() if one.tag == W_TR), None)
    repeats.setdefault(paragraph if row is None else row, set()).add(found[1])
    return f"{{{{ {ROW}.{found[2]} }}}}"


def _command(said: str, spot: Spot, words: Vocabulary, ifs: list[Spot], *, alone: bool) -> tuple[str, str | None]:
    if re.match(r"(tr|tc|p|r)? ?(for|endfor)\b", said):
        return "template.loop", None
    found = _IF.fullmatch(said)
    if said != "p endif" and (found is None or found[2] not in {*words.single, *words.lists}):
        return "template.command", None
    if not alone:
        return "template.if_alone", None
    if found is not None:
        ifs.append(spot)
    elif ifs:
        ifs.pop()
    else:
        return "template.if_closed", None
    return "", f"{{%{said} %}}"


def _unknown(said: str, opener: str, spot: Spot, words: Vocabulary) -> Finding:
    facts = {"said": said[:60]}
    if opener == "{#":
        return Finding("template.command", facts, spot)
    if not said:
        return Finding("template.nothing", facts, spot)
    for code, signs in (
        ("template.private", r"__|\._"),
        ("template.call", r"\("),
        ("template.filter", r"\|"),
        ("template.formula", r"[^\w .\-/]"),
    ):
        if re.search(signs, said):
            return Finding(code, facts, spot)
    plain = re.sub(r"[\s\-/]+", "_", said)
    near = process.extractOne(plain, words.names, scorer=fuzz.WRatio, score_cutoff=60)
    if near is None:
        return Finding("template.unknown", facts, spot)
    return Finding("template.unknown_near", {**facts, "near": str(near[0])}, spot)


def _spot(where: _Where, text: str, at: int) -> Spot:
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


def _rewritten(pieces: list[tuple[etree._Element | None, str]], marks: list[tuple[_Mark, str]]) -> None:
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


def _hidden(root: etree._Element, part: Part, reading: Reading) -> None:
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


def _repeated(repeats: Mapping[etree._Element, set[str]], part: Part, tables: Mapping[etree._Element, int], reading: Reading) -> None:
    """Around each row or paragraph with marks of a list: the loop that its writer need not know."""
    for element, names in repeats.items():
        paragraph = element if element.tag == W_P else next(element.iter(W_P))
        spot = _spot(
            _Where(part, tables, paragraph), "".join(text for _, text in _pieces(paragraph)).translate({0xF8F0: "{", 0xF8F1: "}"}), 0
        )
        if len(names) > 1:
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
