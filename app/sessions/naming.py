"""Names made from names: the slug in an address, the prefix of proposal numbers, the code of a hall."""

import re
import unicodedata

_KIND = re.compile(
    r"^(?:kota administrasi|kabupaten administrasi|kota|kabupaten|provinsi|kecamatan|distrik|kelurahan|desa adat|desa)\s+", re.IGNORECASE
)
_VOWELS = set("AEIOU")
LONGEST_SLUG = 60


def slug_of(text: str, longest: int = LONGEST_SLUG) -> str:
    """Small letters, digits and single hyphens, cut at a word; empty when nothing of the text can stand in an address."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:longest]
        if len(longer) > longest:
            break
        slug = longer
    return slug


def prefix_of(region_name: str) -> str:
    """Three capitals from the name of a place, its first letter and then consonants: Kota Pekalongan gives PKL, Aceh gives ACH."""
    bare = _KIND.sub("", region_name.strip())
    letters = [sign for sign in unicodedata.normalize("NFKD", bare).upper() if "A" <= sign <= "Z"]
    if not letters:
        return "USL"
    chosen = letters[:1] + [sign for sign in letters[1:] if sign not in _VOWELS]
    rest = [sign for sign in letters[1:] if sign in _VOWELS]
    return "".join((chosen + rest)[:3])


def not_taken(wanted: str, taken: set[str]) -> str:
    """The wanted name, or the first of `name-2`, `name-3` … that is still free."""
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name
