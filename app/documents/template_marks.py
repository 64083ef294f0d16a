"""The marks of a template, `{{ nomor }}`: found in paragraphs however Word cut them, judged against what there is, and written anew for the engine.

A mark of a list, `{{ prioritas.kegiatan }}`, makes its table row (or its paragraph, outside tables) stand once for each entry; nobody writes a loop.
`{%p if utusan %}` and `{%p endif %}`, each in a paragraph of its own, keep what is between them only when there is something.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree
from rapidfuzz import fuzz, process

from app.documents.template_findings import Finding, Part, Spot
from app.documents.template_package import W
from app.documents.template_tree import (
    MARKED,
    ROW,
    W_P,
    W_TBL,
    W_TR,
    Mark,
    Reading,
    Where,
    hide_braces,
    pieces_of,
    repeat,
    rewrite,
    spot_of,
)

BELONGS = (f"{W}br", f"{W}drawing", f"{W}pict", f"{W}sectPr")
"""What a paragraph may hold beside its words, and what would go with it."""
CLOSES = {"{{": "}}", "{%": "%}", "{#": "#}"}
_EDGE = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_NAME = r"[a-z][a-z0-9_]*"
_VALUE = re.compile(rf"({_NAME})(?:\.({_NAME}))?")
_IF = re.compile(rf"p if (not )?({_NAME})")
_ALONE = re.compile(rf"(?<!\{{)\{{\s*({_NAME}(?:\.{_NAME})?)\s*\}}(?!\}})")
_UNSEEN = dict.fromkeys((8203, 8204, 8205, 8288, 65279, 173))


@dataclass(frozen=True)
class Vocabulary:
    """What a template may ask for: single values, lists with their columns, blocks that fill a paragraph; and what it must ask for."""

    single: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]]
    blocks: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    together: frozenset[str] = frozenset()
    """Names that are there or not there together: a condition on one may hold marks of another."""

    @property
    def names(self) -> list[str]:
        """Everything that may stand between the braces."""
        return [*self.single, *self.blocks, *(f"{name}.{column}" for name, columns in self.lists.items() for column in columns)]


@dataclass
class _If:
    """A condition that was opened: what it asks for, where, and what would be left out with it although it must be there (said once it is closed)."""

    name: str
    spot: Spot
    refused: bool = False
    inside: list[Finding] = field(default_factory=list)


def arranged(root: etree._Element, part: Part, words: Vocabulary) -> Reading:
    """Read a part and write its marks as the engine wants them, in place; a part with findings must not be filled."""
    reading = Reading()
    tables = {one: number for number, one in enumerate(root.iter(W_TBL), 1)}
    repeats: dict[etree._Element, set[str]] = {}
    open_ifs: dict[etree._Element, list[_If]] = {}
    for paragraph in list(root.iter(W_P)):
        pieces = pieces_of(paragraph)
        text = "".join(said for _, said in pieces)
        if "{" not in text and "}" not in text:
            continue
        where = Where(part, tables, paragraph)
        marks = []
        for mark in _marks(text, reading, where, words):
            written = _judged(mark, text, reading, where, words, repeats, open_ifs)
            if written is not None:
                marks.append((mark, written))
        rewrite(pieces, marks)
    reading.findings += [Finding("template.if_open", {}, left[-1].spot) for left in open_ifs.values() if left and not left[-1].refused]
    hide_braces(root, part, reading)
    repeat(repeats, part, tables, reading)
    return reading


def _marks(text: str, reading: Reading, where: Where, words: Vocabulary) -> Iterator[Mark]:
    begun: re.Match[str] | None = None
    for edge in _EDGE.finditer(text):
        if edge[0] in CLOSES:
            if begun is not None:
                reading.findings.append(Finding("template.unclosed", {}, spot_of(where, text, begun.start())))
            begun = edge
        elif begun is None:
            reading.findings.append(Finding("template.unopened", {"sign": edge[0]}, spot_of(where, text, edge.start())))
        elif edge[0] != CLOSES[begun[0]]:
            reading.findings.append(
                Finding("template.crossed", {"opened": begun[0], "closed": edge[0]}, spot_of(where, text, begun.start()))
            )
            begun = None
        else:
            yield Mark(begun.start(), edge.end(), begun[0], text[begun.end() : edge.start()])
            begun = None
    if begun is not None:
        reading.findings.append(Finding("template.unclosed", {}, spot_of(where, text, begun.start())))
    for alone in _ALONE.finditer(text.lower()):
        if alone[1] in words.names:
            reading.findings.append(Finding("template.one_brace", {"name": alone[1]}, spot_of(where, text, alone.start())))


def _judged(
    mark: Mark,
    text: str,
    reading: Reading,
    where: Where,
    words: Vocabulary,
    repeats: dict[etree._Element, set[str]],
    open_ifs: dict[etree._Element, list[_If]],
) -> str | None:
    """How the mark is written for the engine; nothing (and a finding) for one that is not understood."""
    paragraph = where.paragraph
    spot = spot_of(where, text, mark.start)
    said = " ".join(mark.said.translate(_UNSEEN).replace("\u00a0", " ").split()).lower()
    said = re.sub(r" ?\. ?", ".", said)
    alone = not (text[: mark.start] + text[mark.stop :]).strip()
    if mark.opener == "{%":
        alone = alone and not any(True for _ in paragraph.iter(*BELONGS))
        ifs = open_ifs.setdefault(paragraph.getparent(), [])
        closing = ifs[-1] if ifs and said == "p endif" else None
        code, written = _command(said, spot, words, ifs, alone=alone)
        reading.findings += closing.inside if closing and not code else []
        if code:
            reading.findings.append(Finding(code, {"said": said[:60]}, spot))
        return written
    found = None if mark.opener == "{#" else _VALUE.fullmatch(said)
    if found is None or said not in words.names:
        reading.findings.append(_unknown(said, mark.opener, spot, words))
        return None
    reading.names.add(said)
    if said in words.needed and (condition := _depends(paragraph, said.partition(".")[0], words, open_ifs)):
        condition.inside.append(Finding("template.needed_in_if", {"name": said, "condition": condition.name}, spot))
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


def _depends(paragraph: etree._Element, name: str, words: Vocabulary, open_ifs: Mapping[etree._Element, Sequence[_If]]) -> _If | None:
    """The condition that would leave a mark out that must be there; none where there is none but its own."""
    for around in paragraph.iterancestors():
        for one in open_ifs.get(around, ()):
            if one.name != name and not {one.name, name} <= words.together:
                return one
    return None


def _command(said: str, spot: Spot, words: Vocabulary, ifs: list[_If], *, alone: bool) -> tuple[str, str | None]:
    if re.match(r"(tr|tc|p|r)? ?(for|endfor)\b", said):
        return "template.loop", None
    found = _IF.fullmatch(said)
    if said != "p endif" and (found is None or found[2] not in {*words.single, *words.lists}):
        return "template.command", None
    if found is not None:
        ifs.append(_If(said.removeprefix("p if "), spot, refused=not alone))
    elif ifs:
        ifs.pop()
    else:
        return "template.if_closed" if alone else "template.if_alone", None
    return ("", f"{{%{said} %}}") if alone else ("template.if_alone", None)


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
