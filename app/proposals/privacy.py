"""What of a proposal the public may not read: numbers of people, the names of those who did not agree, everything about children."""

import re
from collections.abc import Iterable

from app.proposals.choices import Flag
from app.regions import PersonalKind, finds_personal
from app.sessions.vocabulary import Element

OFFICES = frozenset(
    {Element.VILLAGE_OFFICE, Element.DISTRICT_OFFICE, Element.AGENCY, Element.COUNCIL, Element.SERVICE_UNIT, Element.ARMED_FORCES}
)
"""Elements whose people speak in office: their names are public with their words."""
HIDDEN = "▪▪▪"
LETTERS = 4
"""A shorter name is a word of the language too often."""
ADDRESSED = frozenset(
    [
        "bapak",
        "pak",
        "bpk",
        "ibu",
        "bu",
        "kak",
        "mas",
        "mbak",
        "bang",
        "om",
        "tante",
        "haji",
        "hajah",
        "h",
        "hj",
        "kh",
        "ust",
        "ustaz",
        "ustazah",
        "kyai",
        "kiai",
        "nyai",
        "gus",
        "dr",
        "drs",
        "dra",
        "ir",
        "prof",
    ]
)
_FLAGS = {PersonalKind.PHONE: Flag.PHONE_IN_TEXT, PersonalKind.NIK: Flag.NIK_IN_TEXT}


def name_is_public(*, child: bool, opted_in: bool, element: str | None, in_office: bool = False) -> bool:
    """Whether the public reads a speaker's name: by their wish or in office, and never a child's."""
    return not child and (opted_in or in_office or element in OFFICES)


def flags_of(texts: Iterable[str | None], hidden_names: Iterable[str] = ()) -> list[str]:
    """What stands in the texts that somebody must look at before publishing, in a stable order; `hidden_names` are those of people who did not agree."""
    found: set[Flag] = set()
    names = [pattern for name in hidden_names if (pattern := _name(name))]
    for text in filter(None, texts):
        found |= {_FLAGS[stretch.kind] for stretch in finds_personal(text)}
        if any(pattern.search(text) for pattern in names):
            found.add(Flag.NAME_IN_TEXT)
    return [flag.value for flag in Flag if flag in found]


def masked(text: str, hidden_names: Iterable[str] = (), *, least: int = LETTERS) -> str:
    """The text with telephone numbers, NIK and the given names covered; of these only those of so many letters."""
    for stretch in reversed(finds_personal(text)):
        text = text[: stretch.start] + HIDDEN + text[stretch.end :]
    for name in hidden_names:
        if pattern := _name(name, least):
            text = pattern.sub(HIDDEN, text)
    return text


def called(name: str) -> str:
    """What somebody is called, without forms of address and without what stands behind a comma or a number: of "Pak Slamet, RT 3" Slamet, of "Ibu, RT 3" nothing."""
    words = re.split(r"[,\d]", name, maxsplit=1)[0].split()
    while words and words[0].strip(".").casefold() in ADDRESSED:
        words.pop(0)
    return " ".join(words)


def _name(name: str, least: int = LETTERS) -> re.Pattern[str] | None:
    """A name of a person as it may stand in a text; placeholders such as "Ibu, RT 3" name nobody."""
    words = re.findall(r"[^\W\d_]{2,}", name)
    if len("".join(words)) < least or any(sign.isdigit() for sign in name):
        return None
    return re.compile(r"(?<!\w)" + r"\W+".join(map(re.escape, words)) + r"(?!\w)", re.IGNORECASE)
