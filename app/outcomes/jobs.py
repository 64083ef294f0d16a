"""Jobs of outcomes: `outcomes.tell` {publication_id}, harmless to repeat."""

from collections.abc import Mapping
from typing import Any

from app.outbox.worker import Handler
from app.outcomes.publishing import TELL
from app.outcomes.telling import tell
from app.web.ground import Ground


def jobs(ground: Ground) -> Mapping[str, Handler]:
    """The handlers of this feature by kind."""

    async def tell_writers(payload: dict[str, Any]) -> None:
        await tell(ground.database, str(payload["publication_id"]), ground.clock.now())

    return {TELL: tell_writers}
