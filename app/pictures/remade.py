"""Run by itself in a process of its own: reads a picture on standard input and writes it anew, as pixels alone.

Imports nothing of the program and is given none of its environment. It runs as the same user, but before it reads the first byte it gives up
opening any file or connection and starting any process: a file made to break decoders can use memory and time here, both bounded, and answer.
Written are a line of JSON (`code` of a refusal, or `width`, `height` and the `sizes` in bytes of picture and thumbnail) and both JPEGs.
"""

import io
import json
import re
import resource
import sys
import warnings

# The decoders are there before nothing can be opened any more.
from PIL import Image, ImageFile, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin

LONG_SIDE = 1600
THUMBNAIL = 320
DECODERS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
"""Those of the kinds below, and of what cameras say beside a picture (written as in TIFF)."""
MOST_PIXELS = {"JPEG": 64_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
"""A JPEG is made smaller while it is read, so that a large one costs little memory; the others are read whole."""
JPEGS = {"JPEG", "MPO"}
"""The second is a JPEG with more pictures behind the first, as many phones write it: the first counts."""
MOST_SCANS = 40
"""Times that a JPEG may go over its picture: progressive ones do about ten times, one made to cost much hundreds of times."""
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")
"""What begins a part of a JPEG, unlike stuffed bytes and signs that stand alone."""
_START_OF_SCAN, _END = 0xDA, 0xD9
LEAST = 32
"""Pixels of the shorter side below which nobody would see anything."""
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is turned by what its camera says of how it was held."""
MEMORY = 768 * 1024 * 1024
SECONDS = 6
"""Of work, however busy the machine is: a photo of 64 million pixels needs one or two."""


class Refused(Exception):
    """Why a picture is not taken: a code."""


def main() -> None:
    """Read, remake, write."""
    confined()
    try:
        picture, thumbnail, size = remade(sys.stdin.buffer.read())
        told: dict[str, object] = {"width": size[0], "height": size[1], "sizes": [len(picture), len(thumbnail)]}
        out = picture + thumbnail
    except Refused as refused:
        told, out = {"code": str(refused)}, b""
    except MemoryError:
        told, out = {"code": "pictures.too_many_pixels"}, b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + out)
    sys.stdout.buffer.flush()


def confined() -> None:
    """From here on this process opens and starts nothing, and stops at its bounds."""
    Image.preinit()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    for nothing in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC):
        resource.setrlimit(nothing, (0, 0))


def remade(data: bytes) -> tuple[bytes, bytes, tuple[int, int]]:
    """Picture and thumbnail as JPEG, upright and without anything but pixels, and the picture's width and height."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = max(MOST_PIXELS.values())
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(data), formats=tuple(MOST_PIXELS)) as found:
            if found.format in JPEGS and scans(data) > MOST_SCANS:
                raise Refused("pictures.too_hard")
            upright = _upright(found)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("pictures.too_many_pixels") from None
    except UnidentifiedImageError:
        raise Refused("pictures.unreadable") from None
    except (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, EOFError, TypeError):
        raise Refused("pictures.cut_off") from None
    picture = _fitting(upright, LONG_SIDE)
    return _jpeg(picture, 82), _jpeg(_fitting(upright, THUMBNAIL), 74), picture.size


def scans(data: bytes) -> int:
    """How often a JPEG goes over its picture, counted no further than one more than it may; what stands behind its end does not count."""
    count = at = 0
    while count <= MOST_SCANS and (marker := _MARKER.search(data, at)):
        code, at = data[marker.end() - 1], marker.end()
        if code == _END:
            break
        count += code == _START_OF_SCAN
        at += int.from_bytes(data[at : at + 2])
    return count


def _upright(found: Image.Image) -> Image.Image:
    """The picture in RGB, the right way up, its longer side at most LONG_SIDE."""
    kind = "JPEG" if found.format in JPEGS else str(found.format)
    if found.width * found.height > MOST_PIXELS[kind]:
        raise Refused("pictures.too_many_pixels")
    if min(found.size) < LEAST:
        raise Refused("pictures.too_small")
    if kind == "JPEG":
        found.draft("RGB", (LONG_SIDE, LONG_SIDE))
    found.load()
    turn = TURNS.get(found.getexif().get(ORIENTATION, 1))
    # Made small before it is turned: what is turned stands in memory twice.
    small = _fitting(_in_rgb(found), LONG_SIDE)
    return small if turn is None else small.transpose(turn)


def _in_rgb(found: Image.Image) -> Image.Image:
    if found.mode == "RGB":
        return found
    if found.mode not in {"RGBA", "LA", "PA"} and "transparency" not in found.info:
        return found.convert("RGB")
    # What is see-through becomes white, as on paper.
    seen = found.convert("RGBA")
    ground = Image.new("RGB", seen.size, "white")
    ground.paste(seen, mask=seen.getchannel("A"))
    return ground


def _fitting(given: Image.Image, side: int) -> Image.Image:
    scale = side / max(given.size)
    if scale >= 1:
        return given
    size = (max(1, round(given.width * scale)), max(1, round(given.height * scale)))
    return given.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _jpeg(given: Image.Image, quality: int) -> bytes:
    # A new one of the pixels: nothing that travelled beside them comes along.
    bare = Image.frombytes("RGB", given.size, given.tobytes())
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


if __name__ == "__main__":
    main()
