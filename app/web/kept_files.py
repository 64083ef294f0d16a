"""Giving out a kept file."""

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from app.kept.models import KeptFile
from app.kept.service import content
from app.web.ground import Ground


def sent(parts: Ground, file: KeptFile, name: str | None = None) -> Response:
    """A kept file as a download, under another name where one is given: never shown inside a page, whatever is in it."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name or file.name}"',
        "Content-Length": str(file.size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }
    return StreamingResponse(content(parts.database, parts.vault, file.id), media_type=file.media_type, headers=headers)


def drawn(request: Request, parts: Ground, file: KeptFile, name: str, *, seconds: int = 0) -> Response:
    """A picture that we made ourselves, for an `img` or to look at; its browser keeps it for so many seconds, then asks whether it may still be seen."""
    etag = f'"{(file.sha256 or file.id)[:32]}"'
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": f"private, max-age={seconds}" if seconds else "private, no-cache",
        "ETag": etag,
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    headers["Content-Length"] = str(file.size)
    return StreamingResponse(content(parts.database, parts.vault, file.id), media_type=file.media_type, headers=headers)
