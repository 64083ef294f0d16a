"""What every page and call stands on, and how a request reaches it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias, cast

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import Clock
from app.database.engine import Database
from app.database.gate import Gate
from app.i18n import Catalogues, Translator
from app.settings import Settings
from app.vault import Vault
from app.web.throttle import Throttles

QUEUE = 25.0
"""Seconds for which a form may stand in line behind other forms in the last minute before a deadline: better than to be sent away."""

LetterWords: TypeAlias = Callable[[AsyncSession, str], Awaitable[Callable[[Translator], dict[str, object]] | None]]
"""Given the id of a notice: what its letter says beyond what every letter does, in a language; None when there is nothing to tell any more."""


@dataclass(frozen=True)
class Ground:
    """Parts that all features share; made once by the assembly."""

    settings: Settings
    database: Database
    vault: Vault
    clock: Clock
    catalogues: Catalogues
    throttles: Throttles
    counter: Gate = field(default_factory=lambda: Gate(QUEUE))
    """Where applications wait for one another, rather than in the database's pool, whose patience is short."""
    letters: Mapping[str, LetterWords] = field(default_factory=dict)
    """By the kind of notice: what letters of features above the one that sends them say."""


def ground(request: Request) -> Ground:
    """The shared parts, as a dependency of routes."""
    return cast("Ground", request.app.state.ground)


def received_at(request: Request) -> datetime:
    """The moment at which the body of this request was complete: what decides whether a form is in time."""
    moment = request.scope.get("state", {}).get("received_at")
    return moment if isinstance(moment, datetime) else ground(request).clock.now()
