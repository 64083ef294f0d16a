"""Jobs of the record: `record.make` {version_id} makes both files of a version, `record.tell_window` {window_id} tells who attended; both harmless to repeat."""

from collections.abc import Mapping
from typing import Any

from app.outbox.worker import Handler
from app.record.corrections import TELL
from app.record.files import made
from app.record.final import MAKE
from app.record.models import FileKind
from app.record.telling import tell_window
from app.web.ground import Ground


def jobs(ground: Ground) -> Mapping[str, Handler]:
    """The handlers of this feature by kind."""

    async def make(payload: dict[str, Any]) -> None:
        for kind in (FileKind.PDF, FileKind.DOCX):
            await made(ground, str(payload["version_id"]), kind)

    async def tell(payload: dict[str, Any]) -> None:
        await tell_window(ground.database, str(payload["window_id"]), ground.clock.now())

    return {MAKE: make, TELL: tell}
