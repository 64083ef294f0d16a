"""Judging a file that somebody brings, before any of it is kept."""

from typing import IO

from app.errors import FieldError, Invalid
from app.kept.kinds import HEAD, FileKind, is_whole, kind_of

MOST_BYTES = 7 * 1024 * 1024
"""What a door for files lets in, less the form around it."""


def judged(content: IO[bytes]) -> FileKind:
    """What kind of file it is; Invalid (field `file`) for one that is not taken. The place in the content is its start again."""
    size = content.seek(0, 2)
    content.seek(max(0, size - HEAD))
    tail = content.read(HEAD)
    content.seek(0)
    kind = kind_of(content.read(HEAD))
    content.seek(0)
    if size == 0:
        raise Invalid(FieldError("file", "papers.no_file"))
    if size > MOST_BYTES:
        raise Invalid(FieldError("file", "papers.file_too_large", {"most": MOST_BYTES // 1024 // 1024}))
    if kind is None:
        raise Invalid(FieldError("file", "papers.not_a_scan"))
    if not is_whole(kind, tail):
        raise Invalid(FieldError("file", "papers.file_cut_off"))
    return kind
