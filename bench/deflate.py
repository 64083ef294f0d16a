"""Would compressing each batch once pay? Measures real texts in real events: bytes saved per reader, and the time it takes the server once.

`python -m bench.deflate TEXTS.jsonl …` (JSON lines with a `text`). Every frame is compressed with a fresh context, as one encoding shared by
all readers demands. What it costs phones to inflate is not measured.
"""

import argparse
import json
import random
import statistics
import time
import zlib
from pathlib import Path

from app.live.frames import batches
from app.live.ring import Item

OVERHEAD = 40
"""Bytes of TCP and IP headers that a write of its own costs in any case, without options."""


def events(texts: list[str]) -> list[Item]:
    """Texts as the `msg` events of a room, with ids that do not repeat and names that do."""
    chance = random.Random(1)
    names = [f"Warga {n}" for n in range(200)]
    found = []
    for seq, text in enumerate(texts, 1):
        by = {"id": f"{chance.getrandbits(80):020x}"[:16], "name": chance.choice(names), "role": "attendee", "via": "online"}
        frame = {"t": "msg", "seq": seq, "id": f"{chance.getrandbits(80):020x}"[:16], "cid": f"{chance.getrandbits(128):032x}"[:22]}
        body = {**frame, "by": by, "kind": "chat", "text": text[:1000], "at": 1_700_000_000_000 + 137 * seq}
        found.append(Item(seq, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()))
    return found


def squeezed(frame: bytes, level: int) -> bytes:
    """As permessage-deflate sends it without context takeover."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return (packer.compress(frame) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


def main() -> None:
    """Print one line per batch size and level."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("files", nargs="+", type=Path)
    texts = [json.loads(line)["text"] for file in given.parse_args().files for line in file.read_text("utf-8").splitlines() if line]
    random.Random(2).shuffle(texts)
    found = events(texts)
    print(f"{len(texts)} texts, median {statistics.median(len(text) for text in texts):.0f} characters")
    print("events a frame   level   plain B   packed B   saved   saved with headers   µs a frame")
    for size in (1, 3, 10, 20, 50):
        frames = [frame for at in range(0, len(found) - size, size) for frame in batches(found[at : at + size], "public")]
        for level in (1, 6):
            began = time.perf_counter()
            packed = [squeezed(frame, level) for frame in frames]
            spent = (time.perf_counter() - began) / len(frames) * 1e6
            plain, small = sum(map(len, frames)) / len(frames), sum(map(len, packed)) / len(frames)
            whole = 1 - (small + OVERHEAD) / (plain + OVERHEAD)
            print(f"{size:14}   {level:5}   {plain:7.0f}   {small:8.0f}   {1 - small / plain:5.0%}   {whole:18.0%}   {spent:10.0f}")


if __name__ == "__main__":
    main()
