"""PDF by typst in a child process, so that the event loop of the room never waits for it."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import typst
from anyio import to_process

from app.documents.files import TOGETHER, empty_file, nothing_left

DOCUMENTS = Path(__file__).resolve().parents[2] / "templates" / "documents"


async def pdf(document: str, given: Mapping[str, object], rows: Path | None = None, *, archival: bool = False) -> Path:
    """The PDF of a document in `templates/documents`, in a temporary file that the caller removes.

    `given` is whatever JSON can say and reaches the document as `json(bytes(sys.inputs.given))`; `rows`, a file with one JSON value a
    line, as `json(bytes(sys.inputs.rows))`. Data travel beside the source, never inside it: what people wrote can command nothing. `archival` makes it PDF/A with tags
    from the fonts that are shipped: the same bytes on every machine. A sign that these lack is taken from the machine's fonts, and one that no font has cannot stand in PDF/A.
    """
    made = await to_process.run_sync(
        typeset, document, json.dumps(given, ensure_ascii=False), str(rows) if rows else None, archival, limiter=TOGETHER
    )
    return Path(made)


def typeset(document: str, given: str, rows: str | None, archival: bool = False) -> str:
    """The same in this process, from JSON, for the path of a file of rows: the path of the PDF."""
    lines: list[str] = []
    if rows:
        with open(rows, encoding="utf-8") as file:
            lines = [line.strip() for line in file]
    target = empty_file(".pdf")
    with nothing_left(target):
        inputs = {"given": given, "rows": f"[{','.join(lines)}]"}
        if not (archival and (_compiled(document, target, inputs, machine=False) or _compiled(document, target, inputs, machine=True))):
            typst.compile(str(DOCUMENTS / document), output=target, font_paths=_fonts(machine=True), sys_inputs=inputs)
    return target


def _compiled(document: str, target: str, inputs: dict[str, str], *, machine: bool) -> bool:
    """Whether it could be made as PDF/A with these fonts; what is wrong with the document itself shows when it is made without."""
    try:
        typst.compile(
            str(DOCUMENTS / document), output=target, font_paths=_fonts(machine=machine), sys_inputs=inputs, pdf_standards=["a-2a"]
        )
    except typst.TypstError:
        return False
    return True


@cache
def _fonts(*, machine: bool) -> typst.Fonts:
    """The shipped fonts and those inside the typesetter, before those of the machine: searching the latter takes some 0.2 s, once a process."""
    return typst.Fonts(include_system_fonts=machine, font_paths=[str(DOCUMENTS / "fonts")])
