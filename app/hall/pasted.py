"""From many pasted lines to messages that can be relayed one by one, each with a name that stays the same however often it is pasted."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.database.tables import canonical
from app.hall.pasted_lines import Line, Pasted
from app.hall.pasted_whatsapp import looks_like_whatsapp, read_whatsapp
from app.hall.pasted_zoom import looks_like_zoom, read_zoom
from app.regions import finds_personal, normalize_phone

MOST_NAME = 120
_NAMED = re.compile(r"(?P<person>[^\W\d_][^:\n]{0,60}?)\s*:\s+(?P<text>\S.*)")


class Source(StrEnum):
    """Where the lines come from."""

    ZOOM = "zoom"
    YOUTUBE = "youtube"
    WHATSAPP = "whatsapp"
    PHONE = "phone"
    OTHER = "other"


@dataclass(frozen=True)
class Outside:
    """A line with its `cid`: the same for the same source, person, time and words, so that it is relayed once however often it is pasted."""

    cid: str
    line: Line

    @property
    def name(self) -> str:
        """Who said it, as everybody may read it; nothing where a telephone number stood in place of a name."""
        return "" if finds_personal(self.line.person) else self.line.person[:MOST_NAME]

    @property
    def phone(self) -> str | None:
        """The number in E.164 that stood in place of a name."""
        return normalize_phone(self.line.person) if finds_personal(self.line.person) else None


def read_pasted(text: str, source: Source) -> tuple[Pasted, list[Outside]]:
    """The messages in the text, in order; the format is found by itself, plain lines are one message each (`Name: words` names a person)."""
    clean = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if looks_like_whatsapp(clean):
        found = read_whatsapp(clean)
    elif looks_like_zoom(clean):
        found = read_zoom(clean)
    else:
        found = read_plain(clean)
    return found, _named(found.lines, source)


def read_plain(text: str) -> Pasted:
    """One message a line."""
    return Pasted(tuple(_plain(line.strip()) for line in text.splitlines() if line.strip()))


def _plain(line: str) -> Line:
    named = _NAMED.fullmatch(line)
    return Line(named["text"], named["person"]) if named else Line(line)


def _named(lines: Sequence[Line], source: Source) -> list[Outside]:
    """The n-th time that somebody says the same in the same minute is a message of its own."""
    times: Counter[Line] = Counter()
    found = []
    for line in lines:
        times[line] += 1
        body = canonical([source.value, line.person, line.time, line.text, times[line]])
        found.append(Outside(f"relay-{hashlib.sha256(body).hexdigest()[:48]}", line))
    return found
