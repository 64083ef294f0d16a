"""A list that somebody brings to a page: read from a file or a pasted text, carried from look to look, and shown until nothing is wrong with it."""

from collections.abc import Callable, Collection
from typing import Any

from app.database.tables import new_id
from app.errors import FieldError, Invalid
from app.i18n import Translator
from app.sheets.carried import Carried, Meaning, begun, returned
from app.sheets.checked import Checked, Wanted
from app.sheets.reading import read_table
from app.sheets.table import Table
from app.web.forms import Typed

MENDED_AT_ONCE = 25
"""Rows that are shown for mending on one page; the others wait their turn."""
SHOWN = 200
"""Rows that are shown of those that would be taken in."""


async def carried_in(
    form: Typed, file: tuple[str, bytes] | None, words: Collection[str], kind: type[Meaning], guess: Callable[[Table], list[Meaning | None]]
) -> Carried[Meaning]:
    """The table of a form: as it went through an earlier look (with what was mended), else from the file, else pasted. Invalid for none."""
    if form.get("table"):
        return returned(form.get("table"), form.values, form.many.get("skip", []), kind)
    if file is not None:
        table = await read_table(file[1], words)
        return begun(file[0], table, guess(table))
    if not form.get("pasted"):
        raise Invalid(FieldError("pasted", "sheets.nothing_brought"))
    table = await read_table(form.get("pasted"), words, field="pasted")
    return begun("", table, guess(table))


def list_id(form: Typed) -> str:
    """The id that the page chose for the list, so that a second press is the first one's; a fresh one for what can be none."""
    given = form.get("id")
    return given if given.isascii() and given.isalnum() and len(given) == len(new_id()) else new_id()


def look(words: Translator, form: Typed, carried: Carried[Meaning], checked: Checked[Wanted], kind: type[Meaning]) -> dict[str, Any]:
    """What the macros of `parts/brought.html` draw a checked list from."""
    return {
        "id": form.get("id") or new_id(),
        "carried": carried,
        "fields": list(kind),
        "column_of": {field: place for place, field in enumerate(carried.fields) if field is not None},
        "checked": checked,
        "sentences": {row.place: {name: words.error(e.code, **e.facts) for name, e in row.wrong.items()} for row in checked.wrong},
        "now_mended": checked.wrong[:MENDED_AT_ONCE],
        "shown": checked.ready[:SHOWN],
    }
