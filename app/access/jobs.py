"""Jobs of access: which function does which kind."""

from collections.abc import Mapping
from typing import Any

from app.access.duties import day_is_over
from app.outbox.worker import Handler
from app.web.ground import Ground


def jobs(ground: Ground) -> Mapping[str, Handler]:
    """The handlers of this feature by kind."""

    async def duty_over(payload: dict[str, Any]) -> None:
        async with ground.database.write() as db:
            await day_is_over(db, str(payload["link_id"]), int(payload["generation"]), ground.clock.now())

    return {"access.duty_over": duty_over}
