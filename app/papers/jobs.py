"""Jobs of papers: `papers.pack` {file_id} makes a print pack; `kept.drop` {file_id} deletes the content of a file whose time is over."""

from collections.abc import Mapping
from typing import Any

from app.kept.service import DROP, drop
from app.outbox.worker import Handler
from app.papers.pack import MAKE, make_pack
from app.web.ground import Ground


def jobs(ground: Ground) -> Mapping[str, Handler]:
    """The handlers of this feature by kind."""

    async def pack(payload: dict[str, Any]) -> None:
        await make_pack(ground, str(payload["file_id"]))

    async def dropped(payload: dict[str, Any]) -> None:
        await drop(ground.database, str(payload["file_id"]), ground.clock.now())

    return {MAKE: pack, DROP: dropped}
