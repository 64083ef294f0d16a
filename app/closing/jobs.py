"""Jobs of closing: `closing.archive` {file_id} makes the archive of a session."""

from collections.abc import Mapping
from typing import Any

from app.closing.archive import MAKE, make_archive
from app.outbox.worker import Handler
from app.web.ground import Ground


def jobs(ground: Ground) -> Mapping[str, Handler]:
    """The handlers of this feature by kind."""

    async def archive(payload: dict[str, Any]) -> None:
        await make_archive(ground, str(payload["file_id"]))

    return {MAKE: archive}
