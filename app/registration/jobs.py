"""Jobs of registration: which function does which kind."""

from collections.abc import Mapping
from typing import Any

from app.outbox.worker import Handler
from app.registration.closing import close
from app.web.ground import Ground


def jobs(ground: Ground) -> Mapping[str, Handler]:
    """The handlers of this feature by kind."""

    async def close_registration(payload: dict[str, Any]) -> None:
        async with ground.database.write() as db:
            await close(db, ground.vault, str(payload["session_id"]), ground.clock.now())

    return {"registration.close": close_registration}
