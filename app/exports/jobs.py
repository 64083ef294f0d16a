"""Jobs of exports: which function does which kind."""

from collections.abc import Mapping

from app.outbox.worker import Handler
from app.web.ground import Ground


def jobs(ground: Ground) -> Mapping[str, Handler]:
    """The handlers of this feature by kind."""
    return {}
