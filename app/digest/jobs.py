"""Jobs of the digest: `digest.send` {account_id}, one for each account that wants it, which asks for its next day itself."""

from collections.abc import Mapping
from typing import Any

from app.digest.sending import send_digest
from app.digest.service import SEND
from app.invitations.jobs import senders
from app.outbox.worker import Handler
from app.web.ground import Ground


def jobs(ground: Ground) -> Mapping[str, Handler]:
    """The handlers of this feature by kind."""
    served = senders(ground.settings)

    async def send(payload: dict[str, Any]) -> None:
        await send_digest(ground, served, str(payload["account_id"]))

    return {SEND: send}
