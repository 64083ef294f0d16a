"""The key under which two ways of writing one person's name are the same, for finding double registrations."""

import re
import unicodedata

_LONGEST_NAME = 300
_TITLE_WORDS = (
    "bpk bapak pak ibu bu sdr sdri saudara saudari h hj haji hajjah kh ky kyai kiai ust ustad ustadz ustaz ustazah"
    " ustadzah dr drs dra drg drh ir prof tn ny nn tuan nyonya nona mas mbak"
)
_DEGREE_WORDS = (
    "sh se st spd spdi ssos skom sag sip skm skep sked stp spi spt ssi sap sthi shi sei ssn ssy spsi sars"
    " mh mm mt msi mpd mpdi mkes mkom mag mhum msc map mip mba mkn mpsi meng mars mse phd"
    " amd amdkeb amk akt ners ns apt cpa bsc sst strkeb skepns"
)
# Not taken for a degree without a dot or a comma: they are names or parts of names too.
_DOUBTFUL_WORDS = "ma ba be ak ap sy sp ss mp lc"
_FRONT_TITLES = frozenset(_TITLE_WORDS.split())
_SURE_DEGREES = frozenset(_DEGREE_WORDS.split())
_DEGREES = _SURE_DEGREES | frozenset(_DOUBTFUL_WORDS.split())
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_NO_NAME = re.compile(r"[^\w.,]+|_")
_LONGEST_DEGREE = 4


def name_key(name: str) -> str:
    """Return the name in small letters without titles, degrees, punctuation and accents; never empty for a name."""
    key = name[:_LONGEST_NAME]
    while (next_key := _once(key)) != key:
        key = next_key
    return key


def _once(name: str) -> str:
    name = unicodedata.normalize("NFKC", name).casefold()
    name = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", name)))
    first, *after_commas = _NO_NAME.sub(" ", _APOSTROPHES.sub("", name)).split(",")
    parts = [first, *(part for part in after_commas if not _only_degrees(part))]
    words = _without_degrees(" ".join(parts).split())
    plain = " ".join(words).replace(".", " ").split()
    while len(plain) > 1 and plain[0] in _FRONT_TITLES:
        plain = plain[1:]
    return " ".join(plain)


def _only_degrees(part: str) -> bool:
    words = part.split()
    return all(_degree([word]) in _DEGREES for word in words) or _degree(words) in _DEGREES


def _without_degrees(words: list[str]) -> list[str]:
    """Cut `S.Pd`, `S. Pd.` or `SE` from the end, as often as they stand there, and leave at least one word."""
    for size in range(1, min(_LONGEST_DEGREE, len(words) - 1) + 1):
        last = words[-size:]
        degree = _degree(last)
        dotted = any("." in word for word in last)
        sure = degree in _DEGREES if dotted else size == 1 and degree in _SURE_DEGREES
        if sure:
            return _without_degrees(words[:-size])
    return words


def _degree(words: list[str]) -> str:
    return "".join(words).replace(".", "")
