"""A Word file from outside, judged by its bytes before any library opens it: bounds, XML without entities, nothing that runs, nothing from elsewhere."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from lxml import etree

from app.documents.template_findings import Finding, Part, Spot, Unfit, each_once

MOST_BYTES = 4 * 1024 * 1024
"""Of the file as it is brought."""
MOST_UNPACKED = 24 * 1024 * 1024
MOST_XML = 3 * 1024 * 1024
"""Of one part in XML: a template is a few pages."""
MOST_PARTS = 300
XML = (".xml", ".rels")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
PICTURES = {
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".gif": (b"GIF87a", b"GIF89a"),
    ".bmp": (b"BM",),
    ".tif": (b"II*\x00", b"MM\x00*"),
    ".tiff": (b"II*\x00", b"MM\x00*"),
}
KEPT = {
    *("officeDocument", "styles", "stylesWithEffects", "settings", "webSettings", "fontTable", "font", "theme"),
    *("numbering", "header", "footer", "footnotes", "endnotes", "image", "core-properties"),
}
"""Relationships, by the end of their type, to what a filled document needs."""
LEFT_OUT = {
    *("extended-properties", "custom-properties", "thumbnail", "customXml", "customXmlProps", "people", "glossaryDocument"),
    *("classificationlabels", "keyMapCustomizations", "printerSettings", "documenttasks"),
}
"""Harmless and not needed: the name of who wrote it, saved with which program. Not taken over into what is made."""
RUNS = {"vbaProject", "wordVbaData", "attachedToolbars", "xlMacrosheet", "userCustomization", "extensibility"}
EMBEDDED = {"oleObject", "package", "control", "activeXControlBinary", "aFChunk", "subDocument", "chart", "frame"}
TRACKED = frozenset(f"{W}{name}" for name in ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge"))
"""Changes that wait for somebody to take them or not; those of the form are called `…Change`."""
OBJECTS = frozenset(f"{W}{name}" for name in ("object", "control", "altChunk", "subDoc"))
ADDRESSES = {"src", "href", "althref"}
"""Attributes by which old drawings fetch a picture without a relationship."""
FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "SEQ", "REF", "PAGEREF", "STYLEREF", "TOC"})
"""Fields of Word that say something of the document itself."""


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a Word file by name, when it may be opened; Unfit with what speaks against it."""
    _head(content)
    parts = _unpacked(content)
    trees = {name: _tree(name, raw) for name, raw in parts.items() if name.endswith(XML)}
    found = [*_kind(trees), *_files(parts)]
    for name, tree in trees.items():
        found += _relations(tree) if name.endswith(".rels") else _contents(name, tree)
    if found:
        raise Unfit(*each_once(found))
    return parts


def _head(content: bytes) -> None:
    if not content:
        raise Unfit(Finding("template.empty_file"))
    if len(content) > MOST_BYTES:
        raise Unfit(Finding("template.too_large", {"most": str(MOST_BYTES // 1024 // 1024)}))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unfit(Finding("template.old_word"))
    if not content.startswith(b"PK"):
        raise Unfit(Finding("template.no_word"))


def _unpacked(content: bytes) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    room = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            infos = [one for one in packed.infolist() if not one.is_dir()]
            if len(infos) > MOST_PARTS:
                raise Unfit(Finding("template.bomb"))
            for info in infos:
                if info.flag_bits & 1 or info.filename in parts or _strays(info.filename):
                    raise Unfit(Finding("template.broken_file"))
                # Read to the bound and not to what the file says of itself.
                with packed.open(info) as part:
                    raw = part.read(min(room, MOST_UNPACKED) + 1)
                room -= len(raw)
                if room < 0 or (info.filename.endswith(XML) and len(raw) > MOST_XML):
                    raise Unfit(Finding("template.bomb"))
                parts[info.filename] = raw
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as problem:
        raise Unfit(Finding("template.broken_file")) from problem
    return parts


def _strays(name: str) -> bool:
    return (
        (name.lower().endswith(XML) and not name.endswith(XML))
        or name.startswith("/")
        or "\\" in name
        or ":" in name
        or ".." in name.split("/")
    )


def _tree(name: str, raw: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise Unfit(Finding("template.entities" if b"<!ENTITY" in raw else "template.broken_part", {"part": name})) from problem
    if tree.getroottree().docinfo.doctype or tree.getroottree().docinfo.internalDTD is not None:
        raise Unfit(Finding("template.entities", {"part": name}))
    return tree


def _kind(trees: Mapping[str, etree._Element]) -> Iterator[Finding]:
    types = trees.get("[Content_Types].xml")
    said = [] if types is None else [str(one.get("ContentType", "")) for one in types]
    if any("macroEnabled" in one or "vbaProject" in one or "ms-word.template" in one for one in said):
        yield Finding("template.macros")
    elif any(one.endswith("wordprocessingml.template.main+xml") for one in said):
        yield Finding("template.dotx")
    elif MAIN not in said:
        yield Finding("template.no_word")
    elif types is not None and any(_disguised(one) for one in types if isinstance(one.tag, str)):
        yield Finding("template.broken_file")


def _disguised(one: etree._Element) -> bool:
    """Whether something is opened as XML under a name by which it is not judged as XML."""
    name, extension = str(one.get("PartName", "")), str(one.get("Extension", ""))
    as_xml = str(one.get("ContentType", "")).lower().endswith("xml")
    return as_xml and not (name.endswith(XML) or extension in {"xml", "rels"})


def _files(parts: Mapping[str, bytes]) -> Iterator[Finding]:
    for name, raw in parts.items():
        ending = "." + name.rpartition(".")[2].lower()
        if ending in {*XML, ".odttf", ".ttf", ".otf"} or name.startswith("docProps/thumbnail"):
            continue
        if ending in PICTURES:
            if not raw.startswith(PICTURES[ending]):
                yield Finding("template.picture", {"part": name})
        elif "vba" in name.lower():
            yield Finding("template.macros")
        elif ending in {".emf", ".wmf", ".svg", ".wdp"}:
            yield Finding("template.picture", {"part": name})
        else:
            yield Finding("template.embedded", {"part": name})


def _relations(tree: etree._Element) -> Iterator[Finding]:
    edges = [str(one.get("Target", "")) for one in tree if str(one.get("Type", "")).endswith(("/header", "/footer"))]
    if len(edges) != len(set(edges)):
        yield Finding("template.broken_file")
    for one in tree:
        kind, target = str(one.get("Type", "")), str(one.get("Target", ""))[:120]
        ending = kind.rpartition("/")[2]
        if "purl.oclc.org/ooxml" in kind:
            yield Finding("template.strict")
        elif one.get("TargetMode") == "External":
            codes = {"hyperlink": "template.link", "image": "template.remote_picture", "attachedTemplate": "template.attached"}
            yield Finding(codes.get(ending, "template.outside"), {"target": target})
        elif ending in RUNS:
            yield Finding("template.macros")
        elif ending in EMBEDDED:
            yield Finding("template.embedded", {"part": target})
        elif ending.startswith("comments"):
            yield Finding("template.comments")
        elif ending not in KEPT | LEFT_OUT and ending != "hyperlink":
            yield Finding("template.unknown_part", {"part": target})


def _contents(name: str, tree: etree._Element) -> Iterator[Finding]:
    # Of every part, wherever it lies: which one is the text is said by the file itself.
    for one in tree.iter():
        tag = one.tag if isinstance(one.tag, str) else ""
        if tag in TRACKED or (tag.startswith(W) and tag.endswith("Change")):
            yield Finding("template.tracked")
        elif tag in OBJECTS or tag.endswith("}OLEObject"):
            yield Finding("template.embedded", {"part": name})
        elif tag.endswith("}webVideoPr"):
            yield Finding("template.outside", {"target": str(one.get("embeddedHtml", ""))[:120]})
        elif tag == f"{W}mailMerge":
            yield Finding("template.mail_merge")
        elif tag == f"{W}fldSimple":
            yield from _field(str(one.get(f"{W}instr", "")), name)
        for key, value in one.attrib.items():
            if key.rpartition("}")[2] in ADDRESSES and re.search(r"[:/\\]", value):
                yield Finding("template.outside", {"target": value[:120]})
    yield from _fields(name, tree)


def _fields(name: str, tree: etree._Element) -> Iterator[Finding]:
    """Fields whose instruction Word cut into pieces, also one inside the other."""
    instructions: list[str] = [""]
    for one in tree.iter(f"{W}fldChar", f"{W}instrText"):
        kind = one.get(f"{W}fldCharType")
        if one.tag == f"{W}instrText":
            instructions[-1] += one.text or ""
        elif kind == "begin":
            instructions.append("")
        else:
            yield from _field(instructions[-1], name)
            instructions[-1] = ""
            if kind == "end" and len(instructions) > 1:
                instructions.pop()
    for left in instructions:
        yield from _field(left, name)


def _field(instruction: str, name: str) -> Iterator[Finding]:
    word = re.split(r"[\s\\\"]", instruction.strip(), maxsplit=1)[0].upper()
    if instruction.strip() and word not in FIELDS:
        part = Part.HEADER if "header" in name else Part.FOOTER if "footer" in name else Part.BODY
        yield Finding("template.field", {"field": word[:30]}, Spot(part, instruction.strip()[:80]))
