"""A text made ready to be read: one clean string of bounded length, and its words with the place where each stands."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

LONGEST = 4_000
"""Characters that are read; what stands beyond has no say, so that no text costs more than this."""

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")
_LINK = re.compile(r"(?:https?://|www\.)\S{1,2000}", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@<>()]{1,64}@[^\s@<>()]{1,255}")
_QUOTED_LINE = re.compile(r"(?m)^[ \t]*>.*$")
_QUOTED_SPEECH = re.compile(
    r"\b(?:kata|katanya|bilang|ujar|tulis|menulis|tertulis|baca|judul|berkata|ngomong|ngendiko)\b[^\"“”\n]{0,60}[\"“][^\"“”\n]{1,600}[\"”]",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?<![^\W_])(?:p3tgai|p2wkss|tps3r)(?![^\W_])|\d+(?:[.,]\d+)*|[^\W\d_]+", re.IGNORECASE)
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")


class Word(NamedTuple):
    """One word: as written, as looked up, and where it stands in the clean text."""

    raw: str
    key: str
    start: int
    end: int


def without_mail(text: str, instead: str = " ") -> str:
    """The text without e-mail addresses: in pieces, as a title has words, nobody would find them again who has to take them out."""
    return _MAIL.sub(instead, text) if "@" in text else text


def clean(text: str) -> str:
    """The text without control marks, links, e-mail addresses and quoted speech, in compatibility form, at most LONGEST characters."""
    short = _UNSEEN.sub(" ", text[:LONGEST])
    if not short.isascii():
        short = unicodedata.normalize("NFKC", short)[:LONGEST].replace("’", "'")
        short = short.replace("–", "-").replace("—", "-")
    if "//" in short or "www" in short.lower():
        short = _LINK.sub(" ", short)
    short = without_mail(short)
    if ">" in short:
        short = _QUOTED_LINE.sub(" ", short)
    if '"' in short or "“" in short:
        short = _QUOTED_SPEECH.sub(" ", short)
    return short


def words(text: str, spellings: Mapping[str, str]) -> list[Word]:
    """The words of a clean text in order, each with its usual spelling as key; a spelling of two words gives two."""
    found: list[Word] = []
    drawn_out = _DRAWN_OUT.search(text.lower()) is not None
    for match in _WORD.finditer(text):
        raw, start, end = match.group(), match.start(), match.end()
        key = raw.lower()
        if drawn_out and len(key) > 3:
            key = _DRAWN_OUT.sub(r"\1", key)
        usual = spellings.get(key)
        if usual is None:
            found.append(Word(raw, key, start, end))
        else:
            found.extend(Word(raw, part, start, end) for part in usual.split())
    return found


_FORMAL = {
    "gang": "Gang",
    "kelurahan": "Kel.",
    "desa": "Desa",
    "dusun": "Dusun",
    "kecamatan": "Kec.",
    "padukuhan": "Padukuhan",
    "kampung": "Kampung",
}


def as_written(words: Sequence[Word], at: int, spellings: Mapping[str, str], capitals: Collection[str], *, place: bool) -> str:
    """The word as a formal text writes it: short forms in full, `Jl.` before a street's name; in a `place` areas with a capital."""
    word = words[at]
    lower = word.raw.lower()
    if word.key == "jalan":
        named = at + 1 < len(words) and (words[at + 1].raw[0].isupper() or place)
        return "Jl." if named and (place or lower in ("jl", "jln")) else "jalan" if lower != "jalan" else word.raw
    if place and word.key in _FORMAL:
        return _FORMAL[word.key]
    if lower in capitals:
        return word.raw.upper()
    usual = spellings.get(lower)
    return usual if usual is not None and " " not in usual else word.raw
