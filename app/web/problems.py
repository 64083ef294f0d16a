"""Errors at the edge: one table from codes to HTTP, as problem+json for programs and a page for people."""

import secrets

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.errors import Conflict, FieldError, ForumError, Gone, Invalid, NotAllowed, NotFound, SignInNeeded, Unavailable
from app.web.pages import page, translator

STATUS: dict[type[ForumError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    SignInNeeded: 401,
    Conflict: 409,
    Gone: 410,
    Invalid: 422,
    Unavailable: 503,
}
BY_CODE = {
    "registration.not_open": 425,
    "web.too_many": 429,
    "chat.bad_frame": 400,
    "chat.bad_request": 400,
    "chat.too_large": 413,
    "chat.room_locked": 423,
    "chat.slow_mode": 429,
    "chat.rate_limited": 429,
    "web.no_version": 428,
    "web.stale_version": 412,
}

log = structlog.get_logger()


def install(app: FastAPI) -> None:
    """Let the application answer every error in our forms."""
    app.add_exception_handler(ForumError, _forum_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unexpected)


def status_of(error: ForumError) -> int:
    """The HTTP status of a refusal."""
    if error.code in BY_CODE:
        return BY_CODE[error.code]
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)


def problem(request: Request, error: ForumError, status: int) -> Response:
    """The answer to an error: JSON under /api and for programs, else a page."""
    words = translator(request)
    headers = {"Retry-After": str(error.facts["retry"])} if "retry" in error.facts else {}
    sentence = words.error(error.code, **error.facts)
    if not wants_page(request):
        body: dict[str, object] = {"type": "about:blank", "title": sentence, "status": status, "code": error.code}
        body |= {name: value for name, value in error.facts.items() if name in {"application_code", "items", "retry", "version"}}
        if isinstance(error, Invalid):
            body["errors"] = [{"field": e.field, "code": e.code, "message": words.error(e.code, **e.facts)} for e in error.errors]
        return JSONResponse(body, status, headers, media_type="application/problem+json")
    if error.code == "access.sign_in_needed" and request.method == "GET":
        return RedirectResponse(f"/masuk?next={request.url.path}", 303)
    told = {"sentence": sentence, "code": error.code, "retry": error.facts.get("retry"), "missing": status == 404}
    return page(request, "problem.html", status=status, headers=headers, **told)


def wants_page(request: Request) -> bool:
    """Whether a person at a browser asks, rather than a program."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


async def _forum_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ForumError)
    return problem(request, error, status_of(error))


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(request, Invalid(*(field_error(e) for e in error.errors())), 422)


def field_error(found: dict[str, object]) -> FieldError:  # noqa: C901 - one table, as a match
    """A pydantic complaint as one of our field errors, so that it gets a sentence in the user's language."""
    where = [str(part) for part in found.get("loc", ()) if part not in {"body", "query", "path"}]  # type: ignore[attr-defined]  # pydantic gives a tuple there
    context = found.get("ctx") or {}
    assert isinstance(context, dict)
    kind = str(found.get("type", ""))
    facts: dict[str, object]
    match kind:
        case "missing":
            code, facts = "field.required", {}
        case "string_too_short" | "too_short" if context.get("min_length") == 1:
            code, facts = "field.required", {}
        case "string_too_short" | "too_short":
            code, facts = "field.too_short", {"least": context.get("min_length")}
        case "string_too_long" | "too_long":
            code, facts = "field.too_long", {"most": context.get("max_length")}
        case "less_than_equal" | "less_than":
            code, facts = "field.too_big", {"most": context.get("le", context.get("lt"))}
        case "greater_than_equal" | "greater_than":
            code, facts = "field.too_small", {"least": context.get("ge", context.get("gt"))}
        case "enum" | "literal_error":
            code, facts = "field.not_a_choice", {}
        case "value_error" if isinstance(context.get("error"), CodedValueError):
            coded = context["error"]
            code, facts = coded.code, coded.facts
        case _ if "datetime" in kind or "timezone" in kind:
            code, facts = "field.not_a_moment", {}
        case _ if kind.startswith(("int", "float", "decimal")):
            code, facts = "field.not_a_number", {}
        case _:
            code, facts = "field.wrong", {}
    return FieldError(".".join(where) or "body", code, facts)


class CodedValueError(ValueError):
    """Raised by validators of forms: carries our code and facts through pydantic."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes = {404: "web.not_found", 405: "web.not_found", 408: "web.too_slow", 413: "web.too_large", 400: "web.bad_request"}
    code = codes.get(error.status_code, "web.bad_request")
    return problem(request, ForumError(code), error.status_code)


async def _gone(request: Request, error: Exception) -> Response:
    """Whoever asked left in the middle of a form: there is nobody to answer, and nothing to report."""
    return Response(status_code=400)


async def _unexpected(request: Request, error: Exception) -> Response:
    # The number lets somebody find this failure in the log without a word about them in it.
    number = secrets.token_hex(4)
    log.error(
        "web.unexpected", number=number, method=request.method, route=getattr(request.scope.get("route"), "path", None), exc_info=error
    )
    return problem(request, ForumError("web.unexpected", number=number), 500)
