"""The posted form of a request, read once and by one set of limits, whoever asks for it first."""

from fastapi import Request
from starlette.datastructures import FormData

MOST_FIELDS = 400
MOST_FILES = 4
LONGEST_FIELD = 8 * 1024 * 1024
"""Bytes of one field: a whole guest list travels in one, and the guard bounds the body before this does."""


async def posted(request: Request) -> FormData:
    """The form, kept by the request after the first look: nobody else calls `request.form`, which would set other limits for all."""
    return await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES, max_part_size=LONGEST_FIELD)
