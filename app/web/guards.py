"""Around every request: limits of body and time, exact Origin, security headers, and the stamp of when a body was complete."""

import time

import anyio
import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.clock import Clock
from app.errors import ForumError, Invalid, NotAllowed
from app.settings import Settings
from app.web.csrf import SAFE
from app.web.problems import problem
from app.web.traffic import Traffic

BODY = 256 * 1024
"""Bytes of body that a call may have."""
UPLOAD = 8 * 1024 * 1024
"""Bytes of body at a door for files: a path that ends in one of `UPLOADS`, whose forms come in parts."""
UPLOADS = ("/unggah", "/photos")
NULS = (b"\x00", b"%00", b"\\u0000")
"""A zero character, raw and as forms and JSON write it: nobody types one, and PostgreSQL keeps none."""
BODY_SECONDS = 60
"""A body must be complete within this time: nothing received can be older than the closing job's grace."""

log = structlog.get_logger()


class Guards:
    """The outermost ASGI layer of the pages and calls."""

    def __init__(self, app: ASGIApp, settings: Settings, clock: Clock, traffic: Traffic) -> None:
        self.app = app
        self.settings = settings
        self.clock = clock
        self.traffic = traffic
        self.headers = security_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            # The same doors as for GET. A copy: the server must go on knowing that no body follows.
            scope = {**scope, "method": "GET"}
            send = _without_body(send)
        send = self._counted(scope, send)
        if not self._origin_right(scope):
            refusal = problem(Request({**scope, "app": self.app}), NotAllowed("web.origin"), 403)
            await refusal(scope, receive, self._headed(scope, send))
            return
        if b"%00" in scope["query_string"] or "\x00" in scope["path"]:
            await _refuse(Invalid(code="web.bad_request"), 400)(scope, receive, send)
            return
        scope.setdefault("state", {})
        await self.app(scope, self._bounded(scope, receive), self._headed(scope, send))

    def _origin_right(self, scope: Scope) -> bool:
        origin = Headers(scope=scope).get("origin")
        return scope["method"] in SAFE or origin is None or origin in self.settings.public_urls

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        taken = 0
        tail = b""
        complete = False
        ends = anyio.current_time() + BODY_SECONDS
        files = takes_files(scope)
        most = UPLOAD if files else BODY
        said = Headers(scope=scope).get("content-length", "")
        too_much = said.isdecimal() and int(said[:18]) > most

        async def bounded() -> Message:
            nonlocal taken, tail, complete
            if complete:
                return await receive()
            if too_much:
                # Before anything of it is read: a form that is cut off in the middle leaves open files behind.
                raise HTTPException(413)
            try:
                with anyio.fail_after(max(ends - anyio.current_time(), 0.001)):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            if message["type"] == "http.request":
                chunk = message.get("body", b"")
                taken += len(chunk)
                if taken > most:
                    raise HTTPException(413)
                if not files and any(nul in tail + chunk for nul in NULS):
                    raise HTTPException(400)
                tail = chunk[-5:]
                if not message.get("more_body", False):
                    complete = True
                    scope["state"]["received_at"] = self.clock.now()
            return message

        return bounded

    def _counted(self, scope: Scope, send: Send) -> Send:
        began = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.traffic.note(scope, message["status"], time.perf_counter() - began)
            await send(message)

        return counted

    def _headed(self, scope: Scope, send: Send) -> Send:
        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if str(scope["path"]).startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return headed


def takes_files(scope: Scope) -> bool:
    """Whether this is a form in parts at a door for files; zero characters in its texts are refused where its fields are read."""
    in_parts = Headers(scope=scope).get("content-type", "").startswith("multipart/form-data")
    return in_parts and str(scope["path"]).endswith(UPLOADS)


def _without_body(send: Send) -> Send:
    over = False

    async def head(message: Message) -> None:
        nonlocal over
        if message["type"] == "http.response.start":
            await send(message)
        elif not over:
            # An answer in parts ends with its first: nobody waits for a stream's events.
            over = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return head


def security_headers(settings: Settings) -> dict[str, str]:
    """The headers of every answer. Same-origin as referrer keeps personal links from other sites, and lets forms send their Origin."""
    # Browsers take no IPv6 address in a policy; `self` covers it where they know sockets of the same origin.
    sockets = " ".join("ws" + url.removeprefix("http") for url in settings.public_urls if "[" not in url)
    headers = {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self' {sockets}; "
            "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
        "X-Frame-Options": "DENY",
    }
    if settings.secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def bearer(request: Request) -> str | None:
    """The bearer token of a call, when it carries one."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" and secret.strip() else None


def _refuse(error: ForumError, status: int) -> JSONResponse:
    body = {"type": "about:blank", "title": "Permintaan ini ditolak.", "status": status, "code": error.code}
    return JSONResponse(body, status, media_type="application/problem+json")
