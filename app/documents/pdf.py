"""PDF by typst in a child process, so that the event loop of the room never waits for it."""

import json
from collections.abc import Mapping
from pathlib import Path

import typst
from anyio import to_process

from app.documents.files import TOGETHER, empty_file, nothing_left

DOCUMENTS = Path(__file__).resolve().parents[2] / "templates" / "documents"


async def pdf(document: str, given: Mapping[str, object], rows: Path | None = None) -> Path:
    """The PDF of a document in `templates/documents`, in a temporary file that the caller removes.

    `given` is whatever JSON can say and reaches the document as `json(bytes(sys.inputs.given))`; `rows`, a file with one JSON value a
    line, as `json(bytes(sys.inputs.rows))`. Data travel beside the source, never inside it: what people wrote can command nothing.
    """
    made = await to_process.run_sync(
        typeset, document, json.dumps(given, ensure_ascii=False), str(rows) if rows else None, limiter=TOGETHER
    )
    return Path(made)


def typeset(document: str, given: str, rows: str | None) -> str:
    """The same in this process, from JSON, for the path of a file of rows: the path of the PDF."""
    lines: list[str] = []
    if rows:
        with open(rows, encoding="utf-8") as file:
            lines = [line.strip() for line in file]
    target = empty_file(".pdf")
    with nothing_left(target):
        typst.compile(str(DOCUMENTS / document), output=target, sys_inputs={"given": given, "rows": f"[{','.join(lines)}]"})
    return target
