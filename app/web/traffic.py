"""The requests of this process by route and status. Routes are templates: no room, code or key ever stands in them."""

from collections import Counter

from starlette.types import Scope

from app.measures import Spread

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NOWHERE = "none"
"""The route of a request that found no door."""


class Traffic:
    """Counted since the start; durations are seconds until the answer begins, since some answers last for hours."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.seconds: dict[str, Spread] = {}

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        """One request has been answered."""
        method = scope["method"] if scope["method"] in METHODS else "other"
        found = getattr(scope.get("route"), "path", None)
        route = found if isinstance(found, str) else NOWHERE
        self.requests[method, route, status] += 1
        if route not in self.seconds:
            self.seconds[route] = Spread()
        self.seconds[route].note(seconds)
