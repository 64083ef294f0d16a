"""Photos as phones take them, and files that only say that they are photos."""

import io
import struct
import zlib
from typing import Any

import httpx
from PIL import Image

from app.outcomes.own_photos import photo_key
from app.proposals.listing import find
from app.proposals.photo_models import Photo
from app.proposals.photos import standing
from app.sessions.models import ForumSession
from app.web.ground import Ground

GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112
PLACE = {1: "S", 2: (6.0, 53.0, 19.0), 3: "E", 4: (109.0, 40.0, 32.0)}


def picture(width: int = 800, height: int = 600, seed: int = 1) -> Image.Image:
    """Left half red, right half blue, the top edge white: which way up it is can be seen. The seed makes another one."""
    made = Image.new("RGB", (width, height), (200, 20, 20))
    made.paste((20, 20, 200), (width // 2, 0, width, height))
    made.paste((255, 255, 255), (0, 0, width, height // 10))
    made.paste((seed * 37 % 256, seed * 91 % 256, seed * 53 % 256), (width // 4, height // 2, width // 2, height * 3 // 4))
    return made


def jpeg(width: int = 800, height: int = 600, *, seed: int = 1, orientation: int | None = None) -> bytes:
    """A JPEG with a place, a camera, a comment and, if wanted, how the phone was held."""
    made, out = picture(width, height, seed), io.BytesIO()
    exif = Image.Exif()
    exif[MAKE] = "Kamera Rahasia"
    if orientation:
        exif[ORIENTATION] = orientation
    exif.get_ifd(GPS).update(PLACE)
    made.save(out, "JPEG", quality=90, exif=exif, comment=b"Rumah Bu Siti")
    return out.getvalue()


def with_a_second_inside() -> bytes:
    """A JPEG as many phones write it, with a smaller picture behind the first."""
    out = io.BytesIO()
    picture().save(out, "MPO", save_all=True, append_images=[picture(400, 300, seed=2)])
    return out.getvalue()


def of_many_scans(more: int) -> bytes:
    """A progressive JPEG that goes over its picture so many times more than it needs."""
    out = io.BytesIO()
    picture().save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * more + whole[-2:]


def saved(kind: str, side: int = 600, **how: Any) -> bytes:
    """The picture as PNG or WebP."""
    out = io.BytesIO()
    picture(side, side).save(out, kind, **how)
    return out.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """A PNG of some kilobytes that says that it is gigapixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * 200_000, 9)
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


NOT_PHOTOS = {
    "pictures.empty": b"",
    "pictures.too_large": jpeg() + bytes(7 * 1024 * 1024),
    "pictures.too_many_pixels": bomb(),
    "pictures.cut_off": jpeg()[:-4000],
    "pictures.drawing": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "pictures.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 500,
    "pictures.unreadable": b"\xff\xd8\xff<html><script>alert(1)</script></html>" + b" " * 400,
    "pictures.not_a_photo": b"GIF89a/*" + b"*/=1;alert(1)//" * 20,
    "pictures.too_small": saved("PNG", side=8),
    "pictures.too_hard": of_many_scans(200),
}
"""By the code of their refusal. The second is a bomb, the third cut off, `not_a_photo` a picture and a script at once, the last one costs minutes when it is large."""


async def photos_on(ground: Ground, session: ForumSession, number: str) -> list[Photo]:
    """What stands with a proposal of its own."""
    async with ground.database.read() as db:
        return list(await standing(db, (await find(db, session.id, number)).id))


async def bring(
    web: httpx.AsyncClient, session: ForumSession, number: str, content: bytes, headers: dict[str, str], **typed: str
) -> httpx.Response:
    """Staff brings a photo as a browser without script does."""
    files = {"file": ("IMG_0001.jpg", content, "image/jpeg")}
    return await web.post(
        f"/meja/{session.slug}/usulan/{number}/foto/unggah", data=typed, files=files, headers={**headers, "Accept": "text/html"}
    )


async def writers_address(ground: Ground, session: ForumSession, number: str, holder_id: str) -> str:
    """The address under which a writer brings photos."""
    async with ground.database.read() as db:
        return f"/foto-usulan/{photo_key(ground.vault, (await find(db, session.id, number)).id, holder_id)}"
