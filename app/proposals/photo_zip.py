"""Several kept pictures in one ZIP: stored as they are, in a temporary file that goes with the answer."""

import tempfile
import zipfile
from collections.abc import AsyncIterator, Sequence
from typing import IO

from anyio import to_thread
from fastapi.responses import Response, StreamingResponse

from app.kept.models import KeptFile
from app.kept.service import content
from app.web.ground import Ground

CHUNK = 256 * 1024


async def zipped(parts: Ground, name: str, files: Sequence[tuple[str, KeptFile]]) -> Response:
    """A download of these files under their names; the same files make the same bytes."""
    target = tempfile.TemporaryFile(suffix=".zip")  # noqa: SIM115 - closed by whoever sends it
    try:
        with zipfile.ZipFile(target, "w") as archive:
            for called, file in files:
                info = zipfile.ZipInfo(called)
                info.external_attr = 0o640 << 16
                with archive.open(info, "w") as out:
                    async for piece in content(parts.database, parts.vault, file.id):
                        await to_thread.run_sync(out.write, piece)
        size = target.tell()
        target.seek(0)
    except BaseException:
        target.close()
        raise
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size), "Cache-Control": "no-store"}
    return StreamingResponse(_pieces(target), media_type="application/zip", headers=headers)


async def _pieces(target: IO[bytes]) -> AsyncIterator[bytes]:
    with target:
        while piece := await to_thread.run_sync(target.read, CHUNK):
            yield piece
