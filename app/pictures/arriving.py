"""Photos that somebody brings: judged by their first bytes, and made anew in a process of their own before anything of them is kept."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL
from typing import IO

import anyio
from anyio import CapacityLimiter, to_thread
from anyio.abc import ByteSendStream, Process

from app.errors import FieldError, Invalid, Unavailable

HEAD = 1024
MOST_BYTES = 7 * 1024 * 1024
"""What a door for files lets in, less the form around it."""
MOST_MADE = 6 * 1024 * 1024
"""Bytes that the other process may answer: two JPEGs of known sizes are far smaller."""
WAITING = 40
"""Seconds for which a photo waits for its turn."""
SECONDS = 20
"""By the clock, for starting a process on a busy machine and making one photo anew in it."""
TURN, TURN_OF_STAFF = CapacityLimiter(1), CapacityLimiter(1)
"""One photo at a time of all who come from outside; staff waits only for staff."""
_COMMAND = [sys.executable, "-I", "-B", str(Path(__file__).with_name("remade.py"))]
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


@dataclass(frozen=True)
class Picture:
    """A photo as it is kept: upright JPEG without anything beside its pixels, its thumbnail, and the picture's size in pixels."""

    content: bytes
    thumbnail: bytes
    width: int
    height: int


async def picture_of(content: IO[bytes], *, staff: bool = False) -> Picture:
    """The photo made anew; Invalid (field `file`) with what is wrong with it, Unavailable when too many wait."""
    turn = TURN_OF_STAFF if staff else TURN
    size = await to_thread.run_sync(content.seek, 0, 2)
    await to_thread.run_sync(content.seek, 0)
    if problem := judged(size, await to_thread.run_sync(content.read, HEAD)):
        raise Invalid(FieldError("file", problem, {"most": MOST_BYTES // 1024 // 1024}))
    try:
        with anyio.fail_after(WAITING):
            await turn.acquire()
    except TimeoutError:
        raise Unavailable("pictures.busy", retry=20) from None
    try:
        await to_thread.run_sync(content.seek, 0)
        return await _remade(await to_thread.run_sync(content.read))
    finally:
        turn.release()


def judged(size: int, head: bytes) -> str | None:
    """What is wrong with a file of this size that begins so; None when it may be a photo."""
    if size == 0:
        return "pictures.empty"
    if size > MOST_BYTES:
        return "pictures.too_large"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return "pictures.heic"
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return None
    return "pictures.drawing" if b"<svg" in head.lower() else "pictures.not_a_photo"


async def _remade(data: bytes) -> Picture:
    answer = bytearray()
    try:
        with anyio.fail_after(SECONDS):
            # Without our environment: it may hold keys.
            async with await anyio.open_process(_COMMAND, stderr=DEVNULL, env={}) as process, anyio.create_task_group() as group:
                group.start_soon(_hand_over, process, data)
                assert process.stdout is not None
                async for chunk in process.stdout:
                    answer += chunk
                    if len(answer) > MOST_MADE:
                        process.kill()
                        break
    except TimeoutError:
        raise Invalid(FieldError("file", "pictures.too_hard")) from None
    line, _, made = bytes(answer).partition(b"\n")
    try:
        told = json.loads(line)
        if "code" in told:
            raise Invalid(FieldError("file", str(told["code"])))
        first, second = map(int, told["sizes"])
        if len(made) != first + second:
            raise ValueError("a part is missing")
        return Picture(made[:first], made[first:], int(told["width"]), int(told["height"]))
    except (ValueError, KeyError, TypeError):
        raise Invalid(FieldError("file", "pictures.too_hard")) from None


async def _hand_over(process: Process, data: bytes) -> None:
    assert process.stdin is not None
    stdin: ByteSendStream = process.stdin
    try:
        await stdin.send(data)
        await stdin.aclose()
    except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
        # It died before it had read everything; its answer, or that there is none, says the rest.
        return
