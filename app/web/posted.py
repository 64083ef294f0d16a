"""The posted form of a request, read once and by one set of limits, whoever asks for it first."""

import errno

from fastapi import Request
from starlette.datastructures import FormData

from app.errors import Unavailable

MOST_FIELDS = 400
MOST_FILES = 4
LONGEST_FIELD = 8 * 1024 * 1024
"""Bytes of one field: a whole guest list travels in one, and the guard bounds the body before this does."""


async def posted(request: Request) -> FormData:
    """The form, kept by the request after the first look: nobody else calls `request.form`, which would set other limits for all."""
    try:
        return await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES, max_part_size=LONGEST_FIELD)
    except OSError as problem:
        if problem.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        # A file waits in the temporary folder until it is read.
        raise Unavailable("web.no_space", retry=60) from problem
