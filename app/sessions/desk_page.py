"""A page of a session's desk: its rail and what was refused, as every one of them shows it."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.errors import ForumError, Invalid
from app.sessions.guards import Desk
from app.sessions.navigation import desk_items
from app.web.pages import page, translator
from app.web.problems import status_of


def desk_page(
    request: Request, template: str, at: Desk, key: str, /, *, status: int = 200, refused: ForumError | None = None, **context: Any
) -> HTMLResponse:
    """The page under `key` of the rail. What was `refused` is the status and a sentence, which what stands beside fields (Invalid) needs not."""
    words = translator(request)
    return page(
        request,
        template,
        status=status_of(refused) if refused else status,
        session=at.session,
        desk_items=desk_items(at.session, at.staff, key, words),
        refused=None if refused is None or isinstance(refused, Invalid) else words.error(refused.code, **refused.facts),
        **context,
    )
