"""Jobs of people's rights: `rights.erase` {erasure_id}, `rights.erase_former` {holder_id} and `rights.retention` {session_id}: harmless to repeat."""

from collections.abc import Mapping
from typing import Any

from app.outbox.worker import Again, Handler
from app.rights.erasure import erase
from app.rights.forgotten import ERASE, ERASE_FORMER
from app.rights.former import erase_former, handed_on
from app.rights.retention import carry_out
from app.sessions.service import RETENTION
from app.web.ground import Ground


def jobs(ground: Ground) -> Mapping[str, Handler]:
    """The handlers of this feature by kind."""

    async def forget(payload: dict[str, Any]) -> None:
        if not await handed_on(ground, str(payload["erasure_id"])):
            await erase(ground, str(payload["erasure_id"]))

    async def forget_former(payload: dict[str, Any]) -> None:
        await erase_former(ground, str(payload["holder_id"]))

    async def retain(payload: dict[str, Any]) -> None:
        again = await carry_out(ground, str(payload["session_id"]))
        if again is not None:
            raise Again(again)

    return {ERASE: forget, ERASE_FORMER: forget_former, RETENTION: retain}
