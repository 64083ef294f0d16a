"""Which kind of file a content is, told by its bytes and never by its name: PDF, JPEG, PNG, or none of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileKind:
    """A kind that may be kept: how programs call it, and how its names end."""

    media_type: str
    suffix: str


PDF = FileKind("application/pdf", "pdf")
JPEG = FileKind("image/jpeg", "jpg")
PNG = FileKind("image/png", "png")
HEAD = 1024
"""Bytes from the start and from the end that are enough to tell."""


def kind_of(head: bytes) -> FileKind | None:
    """The kind of a content by its first bytes; None for anything else."""
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    return PNG if head.startswith(b"\x89PNG\r\n\x1a\n") else None


def is_whole(kind: FileKind, tail: bytes) -> bool:
    """Whether the last bytes are those of a whole file. Cameras write behind the end of a JPEG, so that one is believed."""
    if kind == PDF:
        return b"%%EOF" in tail
    return kind != PNG or b"IEND" in tail
