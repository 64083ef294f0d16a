"""Which language a visitor gets: what they chose, then what they chose before, then what their browser asks for."""

from collections.abc import Collection

_DEFAULT = "id"
# Old Android phones still send the code that Indonesian had before 1989.
_OLD_CODES = {"in": "id"}
_LONGEST_HEADER = 500


def choose_language(query: str | None, cookie: str | None, accept_language: str | None, available: Collection[str]) -> str:
    """Return one of the available languages, Indonesian when nothing fits; any input is harmless."""
    for wish in (query, cookie, *_wishes(accept_language or "")):
        language = _language(wish or "")
        if language in available:
            return language
    return _DEFAULT


def _language(tag: str) -> str:
    language = tag.strip().lower().replace("_", "-").split("-")[0]
    return _OLD_CODES.get(language, language)


def _wishes(header: str) -> list[str]:
    """Return the tags of an Accept-Language header, most wanted first, without those of weight 0."""
    weighted = []
    for part in header[:_LONGEST_HEADER].split(","):
        tag, _, rest = part.partition(";")
        weight = _weight(rest)
        if weight > 0:
            weighted.append((weight, tag))
    return [tag for _, tag in sorted(weighted, key=lambda one: -one[0])]


def _weight(text: str) -> float:
    name, _, value = text.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
