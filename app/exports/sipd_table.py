"""The SIPD-shaped sheet: its 26 columns, in its order, with its headings; which proposals stand on it the page *Salin ke SIPD* says too."""

from collections.abc import AsyncIterator

from app.exports.gather import Source, in_pages
from app.exports.tables import Column, Kind, Row, Sheet
from app.sipd.columns import HEADINGS, row
from app.sipd.listing import items_of, meant

SHAPES = {
    "no": (Kind.NUMBER, 6),
    "proposed_on": (Kind.DAY, 13),
    "order": (Kind.NUMBER, 10),
    "quantity": (Kind.NUMBER, 10),
    "budget": (Kind.MONEY, 18),
    **dict.fromkeys(("proposal", "problem", "note"), (Kind.TEXT, 40)),
    **{key: (Kind.TEXT, 32) for key, _ in HEADINGS if key.startswith("advice_") or key == "address"},
}


def sheet(source: Source) -> Sheet:
    """The agreed proposals in the plenary's order, or all verified ones, of one village when the source says so."""
    columns = tuple(Column(key, heading, *SHAPES.get(key, (Kind.TEXT, 20))) for key, heading in HEADINGS)
    return Sheet("sipd", "Usulan untuk SIPD", source.session.title, source.session.zone, columns, _page(source))


async def _page(source: Source) -> AsyncIterator[list[Row]]:
    # As with the annexes, a place in the list is known only when the whole list is.
    async with source.database.read(patient=True) as db:
        items = await items_of(db, source.session, source.sipd, meant(source.filters.village or ""))
    async for page in in_pages(list(row(number, item.facts, source.words.label).values()) for number, item in enumerate(items, 1)):
        yield page
