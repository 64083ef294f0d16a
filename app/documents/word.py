"""DOCX in a child process, so that the event loop of the room never waits for it; the same document is the same file, byte for byte."""

from pathlib import Path

from anyio import to_process

from app.documents.blocks import WordDocument
from app.documents.files import TOGETHER, empty_file, nothing_left
from app.documents.word_file import written


async def docx(document: WordDocument) -> Path:
    """The document as DOCX, in a temporary file that the caller removes. What people wrote stays text: nothing in it is a field, a link or a formula."""
    return Path(await to_process.run_sync(build, document, limiter=TOGETHER))


def build(document: WordDocument) -> str:
    """The same in this process: the path of the DOCX."""
    target = empty_file(".docx")
    with nothing_left(target):
        Path(target).write_bytes(written(document))
    return target
