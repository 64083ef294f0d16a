"""Giving out a kept file."""

from fastapi.responses import Response, StreamingResponse

from app.kept.models import KeptFile
from app.kept.service import content
from app.web.ground import Ground


def sent(parts: Ground, file: KeptFile) -> Response:
    """A kept file as a download: never shown inside a page, whatever is in it."""
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Content-Length": str(file.size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }
    return StreamingResponse(content(parts.database, parts.vault, file.id), media_type=file.media_type, headers=headers)
