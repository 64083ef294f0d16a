"""PDF by typst in a child process, so that the event loop of the room never waits for it."""

import json
from collections.abc import Mapping
from pathlib import Path

import typst
from anyio import to_process

from app.documents.files import TOGETHER, empty_file, nothing_left

DOCUMENTS = Path(__file__).resolve().parents[2] / "templates" / "documents"


async def pdf(document: str, given: Mapping[str, object], rows: Path | None = None, *, archival: bool = False) -> Path:
    """The PDF of a document in `templates/documents`, in a temporary file that the caller removes.

    `given` is whatever JSON can say and reaches the document as `json(bytes(sys.inputs.given))`; `rows`, a file with one JSON value a
    line, as `json(bytes(sys.inputs.rows))`. Data travel beside the source, never inside it: what people wrote can command nothing. `archival` makes it PDF/A with tags
    wherever the words allow it: a sign that no font has cannot stand in one.
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
        source = str(DOCUMENTS / document)
        try:
            typst.compile(source, output=target, sys_inputs=inputs, pdf_standards=["a-2a"] if archival else [])
        except typst.TypstError:
            if not archival:
                raise
            typst.compile(source, output=target, sys_inputs=inputs)
    return target
