"""The chat that Zoom saves, in its four shapes: two from 2020 and 2021 with the words behind the head, the present one with indented lines, the cloud's with tabs.

Clocks are those of the wall, without date or zone, but the cloud's count from the recording's start. The words of the heads are Zoom's; other
languages are added to `WORDING`. A head that cannot be read is kept as a line in doubt, never dropped.
"""

import re
from dataclasses import dataclass

from app.hall.pasted_lines import Doubt, Line, Pasted


@dataclass(frozen=True)
class Wording:
    """The words of Zoom's heads, as alternatives of an expression."""

    sender: str = r"From|Dari"
    to: str = r"[Tt]o|[Kk]epada|ke"
    everybody: str = r"Everyone(?: in (?:the )?[Mm]eeting)?|Semua(?: [Oo]rang)?|All panelists and attendees"
    private: str = r"\((?:Direct Message|Privately|Pesan Langsung|Secara [Pp]ribadi)\)"
    reply: str = r"(?:Replying to|Membalas)"
    reaction: str = r"(?:Reacted to|Removed an?|Bereaksi terhadap|Menghapus reaksi)"


WORDING = Wording()
_TIME = r"(?P<time>\d{1,2}:\d{2}:\d{2})"
_BLANKS = re.compile(r"\s{3,}")
HEAD = 600
"""Characters in which a head stands; what people write behind it is not looked through, however they wrote it."""
_LOOKS_LIKE_HEAD = re.compile(r"\d{1,2}:\d{2}:\d{2}\b")


@dataclass(frozen=True)
class _Head:
    time: str
    person: str
    to: str
    private: bool
    text: str


class _Heads:
    """The expressions of the four shapes for a wording."""

    def __init__(self, words: Wording) -> None:
        begin = rf"{_TIME}\s+(?:{words.sender})\s+"
        secret = rf"\s*(?P<private>{words.private})?"
        everybody = words.everybody
        self.now = re.compile(rf"{begin}(?P<person>.+)\s+(?:{words.to})\s+(?P<to>.*?){secret}\s*:\s*")
        self.wide = re.compile(rf"{begin}(?P<person>.+?)\s\s+(?:{words.to})\s\s+(?P<to>.+?){secret}\s+:\s(?P<text>.*)")
        self.known = re.compile(rf"{begin}(?P<person>.+?)\s+(?:{words.to})\s+(?P<to>{everybody}){secret}\s*:\s(?P<text>.*)")
        self.secret = re.compile(
            rf"{begin}(?P<person>.+?)\s+(?:{words.to})\s+(?P<to>.+?)\s*(?P<private>{words.private})\s*:\s?(?P<text>.*)"
        )
        self.old = re.compile(rf"{begin}(?P<person>.+?)\s+:\s(?P<text>.*)")
        self.cloud = re.compile(rf"{_TIME}\t(?P<person>[^\t]+):\t(?P<text>.*)")

    def read(self, line: str) -> _Head | None:
        """The head in a line; None when it is none of these. Long blanks are made short first: they only make it slow to see that a line is none."""
        line = _BLANKS.sub("  ", line)
        for shape in (self.cloud, self.now, self.wide, self.known, self.secret, self.old):
            found = shape.fullmatch(line[:HEAD])
            if found and (len(line) <= HEAD or "text" in shape.groupindex):
                given = found.groupdict()
                return _Head(
                    given["time"],
                    given["person"].strip(),
                    (given.get("to") or "").strip(),
                    bool(given.get("private")),
                    line[found.start("text") :] if "text" in given else "",
                )
        return None


def looks_like_zoom(text: str, words: Wording = WORDING) -> bool:
    """Whether a line of the text is a head of Zoom's."""
    heads = _Heads(words)
    return any(heads.read(line.rstrip()) for line in text.splitlines()[:200])


def read_zoom(text: str, words: Wording = WORDING) -> Pasted:
    """The messages to everybody. Replies lose the quoted beginning, reactions are left out, private messages are dropped and counted."""
    heads = _Heads(words)
    everybody = re.compile(rf"(?:{words.everybody})(?:\s*\(.*\))?")
    found: list[tuple[Line, bool]] = []
    for raw in text.splitlines():
        # A line that begins with a tab goes on, even where somebody quotes a head in it.
        head = None if raw.startswith(("\t", "  ")) else heads.read(raw.rstrip())
        if head is not None:
            strange = bool(head.to) and not head.private and not everybody.fullmatch(head.to)
            found.append((Line(head.text.strip(), head.person, head.time, Doubt.RECIPIENT if strange else None), head.private))
        elif _LOOKS_LIKE_HEAD.match(raw) or not found:
            if raw.strip():
                found.append((Line(raw.strip(), doubt=Doubt.UNREAD), False))
        else:
            found[-1] = (found[-1][0].going_on(raw.strip()), found[-1][1])
    public = [_without_marks(line, words) for line, private in found if not private]
    kept = tuple(line for line in public if line.text)
    return Pasted(kept, private=len(found) - len(public), wordless=len(public) - len(kept))


def _without_marks(line: Line, words: Wording) -> Line:
    text = line.text.strip()
    if re.match(rf'{words.reaction}\b.*["”]', text, re.DOTALL):
        text = ""
    if reply := re.match(rf'{words.reply}\s+["“].*?["”]\s*(?:\n|$)', text, re.DOTALL):
        text = text[reply.end() :].strip()
    return Line(text, line.person, line.time, line.doubt)
