"""The chat that WhatsApp exports (Android and iPhone, Indonesian and English) or that is copied from its page in a browser."""

import re

from app.hall.pasted_lines import Line, Pasted

_INVISIBLE = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_DATE = r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}"
_TIME = r"(?P<time>\d{1,2}[.:]\d{2}(?:[.:]\d{2})?)(?:\s?(?P<half>[AaPp]\.?[Mm]\.?))?"
_HEADS = (
    re.compile(rf"{_DATE},?(?:\s+pukul)?\s+{_TIME}\s+[-–]\s+(?P<rest>.*)", re.DOTALL),
    re.compile(rf"\[{_DATE},?(?:\s+pukul)?\s+{_TIME}\]\s+(?P<rest>.*)", re.DOTALL),
    re.compile(rf"\[{_TIME},?\s+{_DATE}\]\s+(?P<rest>.*)", re.DOTALL),
)
_WORDLESS = re.compile(
    r"<[^<>]*(?:omitted|disertakan|dihilangkan)[^<>]*>|.{0,40}(?:tidak disertakan|omitted)|"
    r"(?:Pesan ini (?:telah )?dihapus|Anda menghapus pesan ini|This message was deleted|You deleted this message)\.?|null",
    re.IGNORECASE,
)
_EDITED = re.compile(r"\s*<(?:Pesan ini diedit|This message was edited)>\s*$", re.IGNORECASE)


def looks_like_whatsapp(text: str) -> bool:
    """Whether a line of the text is a head of WhatsApp's."""
    return any(_head(_plain(line)) for line in text.splitlines()[:200])


def read_whatsapp(text: str) -> Pasted:
    """The messages of people; notes of the program (who joined, encryption) and files without words are left out and counted."""
    found: list[Line] = []
    notes = 0
    noting = False
    for raw in text.splitlines():
        line = _plain(raw)
        head = _head(line)
        if head is None:
            if found and not noting:
                found[-1] = found[-1].going_on(line)
            elif line.strip() and not noting:
                found.append(Line(line.strip()))
            continue
        person, colon, words = head["rest"].partition(": ")
        noting = not colon and not head["rest"].endswith(":")
        if noting:
            notes += 1
            continue
        found.append(Line(words, person.strip(" ~:\u00a0"), _clock(head["time"], head["half"])))
    kept = [Line(_EDITED.sub("", one.text).strip(), one.person, one.time, one.doubt) for one in found]
    said = tuple(one for one in kept if one.text and not _WORDLESS.fullmatch(one.text))
    return Pasted(said, wordless=notes + len(kept) - len(said))


def _head(line: str) -> re.Match[str] | None:
    return next((found for shape in _HEADS if (found := shape.fullmatch(line))), None)


def _plain(line: str) -> str:
    return _INVISIBLE.sub("", line).replace("\u202f", " ").replace("\u00a0", " ").rstrip()


def _clock(time: str, half: str | None) -> str:
    """HH:MM, of twelve hours made twenty-four."""
    hour, minute, *_ = (int(part) for part in re.split(r"[.:]", time))
    if half:
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    return f"{hour:02d}:{minute:02d}"
