"""Reading a session's tables in pages: each page is one short read by key, so that an export never holds the database."""

from asyncio import sleep
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.engine import Database
from app.exports.tables import Column, Kind, Row, Sheet
from app.i18n import Translator
from app.proposals.listing import Filters
from app.proposals.models import Proposal, ProposalSource
from app.sessions.models import ForumSession, Site
from app.sipd.listing import Scope
from app.vault import Vault

PAGE = 500


@dataclass(frozen=True)
class Source:
    """What every table is gathered from: the session, its halls by id, the words of the reader's language, the keys, and what proposals are narrowed to."""

    database: Database
    vault: Vault
    words: Translator
    session: ForumSession
    halls: dict[str, Site]
    filters: Filters = field(default_factory=Filters)
    sipd: Scope = Scope.AGREED
    """Which proposals stand on the sheet for SIPD."""

    def hall(self, site_id: str | None) -> str:
        """The name of a hall; empty for none."""
        site = self.halls.get(site_id or "")
        return site.name if site else ""

    def label(self, kind: str, value: object) -> str:
        """The word for a stored value; empty for none."""
        return self.words.label(kind, str(value)) if value else ""


async def source(database: Database, vault: Vault, words: Translator, session: ForumSession) -> Source:
    """The source of a session's tables."""
    async with database.read() as db:
        halls = await db.scalars(select(Site).where(Site.session_id == session.id))
        return Source(database, vault, words, session, {site.id: site for site in halls})


def labelled(
    source: Source, name: str, title: str, columns: Sequence[tuple[str, str, Kind, int]], pages: AsyncIterator[list[Row]]
) -> Sheet:
    """A table with its title and headings in the reader's language; a column is (key, Indonesian heading, kind, width)."""
    words = source.words
    headed = tuple(Column(key, words.gettext(heading), kind, width) for key, heading, kind, width in columns)
    return Sheet(name, words.gettext(title), source.session.title, source.session.zone, headed, pages)


def silent(proposal: Proposal, said: Sequence[ProposalSource]) -> bool:
    """Whether it only repeats words that were taken away: what the desk has not touched leaves with them."""
    return proposal.version == 1 and any(one.gone for one in said) and not any(one.text and not one.gone for one in said)


async def in_pages(rows: Iterable[Row]) -> AsyncIterator[list[Row]]:
    """Pages of rows that are made one by one out of a list that was read whole; between two of them the event loop sees to others."""
    left = iter(rows)
    while page := list(islice(left, PAGE)):
        yield page
        await sleep(0)


async def paged(
    database: Database,
    read: Callable[[AsyncSession, Any], Awaitable[Sequence[Any]]],
    start: Any,
    key: Callable[[Any], Any],
    rows: Callable[[AsyncSession, Sequence[Any]], Awaitable[list[Row]]],
) -> AsyncIterator[list[Row]]:
    """Pages of rows: `read` gives the records after a key, `rows` turns them into cells with what else the page needs."""
    after = start
    while True:
        async with database.read(patient=True) as db:
            records = await read(db, after)
            page = await rows(db, records) if records else []
        if not records:
            return
        yield page
        after = key(records[-1])
        if len(records) < PAGE:
            return
