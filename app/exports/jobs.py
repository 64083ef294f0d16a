"""Jobs of exports: `exports.make` {file_id} makes a long table."""

from collections.abc import Mapping
from typing import Any

from app.exports.making import MAKE, make_export
from app.outbox.worker import Handler
from app.web.ground import Ground


def jobs(ground: Ground) -> Mapping[str, Handler]:
    """The handlers of this feature by kind."""

    async def made(payload: dict[str, Any]) -> None:
        await make_export(ground, str(payload["file_id"]))

    return {MAKE: made}
