"""Run by itself in a process of its own: reads a picture on standard input and writes it anew, as pixels alone.

Imports nothing of the program: a file made to break decoders finds neither keys nor the database here, and bounds of memory and time.
Written are a line of JSON (`code` of a refusal, or `width`, `height` and the `sizes` in bytes of picture and thumbnail) and both JPEGs.
"""

import io
import json
import resource
import sys
import warnings

from PIL import Image, ImageFile, UnidentifiedImageError

LONG_SIDE = 1600
THUMBNAIL = 320
MOST_PIXELS = {"JPEG": 64_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
"""A JPEG is made smaller while it is read, so that a large one costs little memory; the others are read whole."""
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
SECONDS = 20


class Refused(Exception):
    """Why a picture is not taken: a code."""


def main() -> None:
    """Read, remake, write."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
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


def remade(data: bytes) -> tuple[bytes, bytes, tuple[int, int]]:
    """Picture and thumbnail as JPEG, upright and without anything but pixels, and the picture's width and height."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = max(MOST_PIXELS.values())
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(data), formats=tuple(MOST_PIXELS)) as found:
            upright = _upright(found)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("pictures.too_many_pixels") from None
    except UnidentifiedImageError:
        raise Refused("pictures.unreadable") from None
    except (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, EOFError, TypeError):
        raise Refused("pictures.cut_off") from None
    picture = _fitting(upright, LONG_SIDE)
    return _jpeg(picture, 82), _jpeg(_fitting(upright, THUMBNAIL), 74), picture.size


def _upright(found: Image.Image) -> Image.Image:
    """The picture in RGB, the right way up, its longer side at most LONG_SIDE."""
    if found.width * found.height > MOST_PIXELS[str(found.format)]:
        raise Refused("pictures.too_many_pixels")
    if min(found.size) < LEAST:
        raise Refused("pictures.too_small")
    if found.format == "JPEG":
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
