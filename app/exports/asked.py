"""What somebody asks for: a table, a format, and what the list is narrowed to, as it stands in an address and in a job."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, NotFound
from app.exports.catalogue import FORMATS, INDONESIAN, NARROWED, TABLES
from app.exports.gather import Source, source
from app.exports.tables import Sheet
from app.proposals.addresses import Narrowed, narrowed
from app.proposals.listing import offers
from app.sessions.models import ForumSession
from app.sessions.rows import sites_of
from app.sipd.listing import Scope
from app.web.ground import Ground


@dataclass(frozen=True)
class Asked:
    """A table in a format; `chosen` are the filters, `scope` which proposals go to SIPD."""

    table: str
    kind: str
    chosen: Narrowed
    scope: Scope

    @property
    def query(self) -> dict[str, str]:
        """What stands in the address behind the table's name."""
        if self.table not in NARROWED:
            return {}
        return {**self.chosen.query, **({"list": self.scope.value} if self.scope is Scope.VERIFIED else {})}

    @property
    def address(self) -> str:
        """`?status=agreed&list=verified`, or nothing."""
        return f"?{urlencode(self.query)}" if self.query else ""


async def asked_for(db: AsyncSession, session: ForumSession, table: str, kind: str, params: Mapping[str, str]) -> Asked:
    """What an address asks for. NotFound for a table or format that there is not, Conflict while the office rehearses."""
    if kind not in FORMATS.get(table, ()):
        raise NotFound("exports.unknown")
    if session.rehearsal is not None:
        raise Conflict("exports.rehearsing")
    return Asked(table, kind, await chosen_in(db, session, params), scope_in(params))


async def chosen_in(db: AsyncSession, session: ForumSession, params: Mapping[str, str]) -> Narrowed:
    """The filters of an address, as the list of proposals understands them."""
    return narrowed(params, await sites_of(db, session.id), await offers(db, session, public=False))


def scope_in(params: Mapping[str, str]) -> Scope:
    """Which proposals go to SIPD."""
    return Scope.VERIFIED if params.get("list") == Scope.VERIFIED else Scope.AGREED


async def sheet_of(parts: Ground, session: ForumSession, asked: Asked, language: str) -> tuple[Source, Sheet]:
    """The table, not read yet, and what it is gathered from."""
    words = parts.catalogues.translator("id" if asked.table in INDONESIAN else language)
    given = replace(await source(parts.database, parts.vault, words, session), filters=asked.chosen.filters, sipd=asked.scope)
    return given, TABLES[asked.table](given)
