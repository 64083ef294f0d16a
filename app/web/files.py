"""Static files under one address per release: `/static/{release}/…`, compressed once, kept by browsers for ever."""

import gzip
import hashlib
import mimetypes
from functools import cached_property
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

STATIC = Path(__file__).resolve().parents[2] / "static"
TEXT = {".css", ".js", ".svg", ".json", ".txt", ".webmanifest"}
FOR_EVER = "public, max-age=31536000, immutable"


class StaticFiles:
    """An ASGI application over the files that were there when it was made; anything else is 404."""

    def __init__(self, folder: Path = STATIC) -> None:
        self.folder = folder
        self._answers: dict[str, tuple[bytes, bytes | None, str]] = {}

    @cached_property
    def release(self) -> str:
        """A fingerprint of all files: relative imports of modules stay inside one release."""
        digest = hashlib.sha256()
        for path in sorted(p for p in self.folder.rglob("*") if p.is_file()):
            digest.update(path.relative_to(self.folder).as_posix().encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()[:10]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that may be asked for."""
        return frozenset(p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if p.is_file())

    def address(self, name: str) -> str:
        """The address of a file in this release; KeyError for a file that is not there, so that a page cannot name one."""
        bare = name.partition("#")[0]
        if bare not in self.names:
            raise KeyError(name)
        return f"/static/{self.release}/{name}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = str(scope["path"]).removeprefix(str(scope.get("root_path", ""))).lstrip("/")
        release, _, name = path.partition("/")
        if name not in self.names or scope["method"] not in {"GET", "HEAD"}:
            await Response("404", 404, media_type="text/plain")(scope, receive, send)
            return
        raw, packed, kind = self._read(name)
        headers = {"Cache-Control": FOR_EVER if release == self.release else "no-cache", "Vary": "Accept-Encoding"}
        body = raw
        if packed is not None and "gzip" in Request(scope).headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = packed
        await Response(body, 200, headers, media_type=kind)(scope, receive, send)

    def _read(self, name: str) -> tuple[bytes, bytes | None, str]:
        if name not in self._answers:
            path = self.folder / name
            raw = path.read_bytes()
            kind = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(name)[0] or "application/octet-stream"
            self._answers[name] = (raw, gzip.compress(raw, 9, mtime=0) if path.suffix in TEXT else None, kind)
        return self._answers[name]
