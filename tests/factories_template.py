"""Word templates as offices bring them: our example with something changed, and files that nobody should open."""

import io
import zipfile
from collections.abc import Callable, Mapping

from docx import Document
from docx.document import Document as Word

from app.documents.template_fill import Values
from app.documents.word_file import packed
from app.record.template_example import example
from app.record.template_words import LISTS, PROOF, SINGLE

W_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def edited(change: Callable[[Word], object]) -> bytes:
    """The example as somebody changed and saved it."""
    made = Document(io.BytesIO(example()))
    change(made)
    return packed(made)


def with_line(text: str) -> bytes:
    """The example with one more paragraph at its start."""
    return edited(lambda made: made.paragraphs[0].insert_paragraph_before(text))


def with_runs(*runs: str) -> bytes:
    """The same, its words cut into runs as Word does."""

    def add(made: Word) -> None:
        line = made.paragraphs[0].insert_paragraph_before("")
        for one in runs:
            line.add_run(one).bold = len(line.runs) % 2 == 0

    return edited(add)


def repacked(changes: Mapping[str, bytes | Callable[[bytes], bytes] | None]) -> bytes:
    """The example with parts of the file put in, changed or (None) taken out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(example())) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in [*given.namelist(), *(one for one in changes if one not in given.namelist())]:
            change = changes.get(name, b"")
            before = given.read(name) if name in given.namelist() else b""
            if name not in changes:
                packed.writestr(name, before)
            elif change is not None:
                packed.writestr(name, change(before) if callable(change) else change)
    return out.getvalue()


def related(kind: str, target: str, *, external: bool = False) -> bytes:
    """The example with one more relationship of its text."""
    mode = ' TargetMode="External"' if external else ""
    said = f'<Relationship Id="rIdX" Type="{REL}/{kind}" Target="{target}"{mode}/></Relationships>'
    return repacked({"word/_rels/document.xml.rels": lambda raw: raw.replace(b"</Relationships>", said.encode())})


def in_body(xml: str) -> bytes:
    """The example with XML at the start of its text."""
    return repacked({"word/document.xml": lambda raw: raw.replace(b"<w:body>", b"<w:body>" + xml.encode(), 1)})


def saying(text: str, rows: int = 2) -> Values:
    """Values in which everything says the same."""
    lists = {name: [dict.fromkeys(columns, text)] * rows for name, columns in LISTS.items()}
    return Values(dict.fromkeys(SINGLE, text), lists, {PROOF: None})
