"""Jobs of proposals: `proposals.wish` {application_id} and `proposals.person` {participant_id}; both harmless to repeat."""

from collections.abc import Mapping
from typing import Any

from app.outbox.worker import Handler
from app.proposals import upkeep
from app.web.ground import Ground


def jobs(ground: Ground) -> Mapping[str, Handler]:
    """The handlers of this feature by kind."""

    async def wish(payload: dict[str, Any]) -> None:
        async with ground.database.write() as db:
            await upkeep.take_wish(db, str(payload["application_id"]), now=ground.clock.now())

    async def person(payload: dict[str, Any]) -> None:
        async with ground.database.write() as db:
            await upkeep.person_changed(db, str(payload["participant_id"]))

    return {"proposals.wish": wish, "proposals.person": person}
