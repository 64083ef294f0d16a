"""Filters of a list as they stand in its address; what makes no sense there is ignored, so that an old link still opens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from app.proposals.agencies import spellings
from app.proposals.choices import Via
from app.proposals.fields import SHORT, clean
from app.proposals.listing import Filters, Offers
from app.proposals.models import ProposalStatus
from app.proposals.sectors import Sector
from app.proposals.status import WAITING
from app.sessions.models import Site

NAMES = ("status", "site", "village", "sector", "via", "agency", "dapil", "q")
WAIT = "waiting"
"""In place of a status: what the desk has still to decide."""


@dataclass(frozen=True)
class Narrowed:
    """The filters, and how they stand in an address."""

    filters: Filters
    query: dict[str, str]

    @property
    def address(self) -> str:
        """`?status=new&q=jalan`, or nothing."""
        return f"?{urlencode(self.query)}" if self.query else ""


def narrowed(params: Mapping[str, str], sites: Sequence[Site], offers: Offers) -> Narrowed:
    """Filters from an address; halls are named by their code, an agency in any of its spellings."""
    given = {name: clean(params.get(name, ""))[:SHORT] for name in NAMES}
    by_code = {site.code: site.id for site in sites}
    status = WAITING if given["status"] == WAIT else tuple(one for one in ProposalStatus if one.value == given["status"])
    agency = spellings(given["agency"], offers.spelled)
    allowed = {"site": by_code, "sector": set(Sector), "via": set(Via), "dapil": offers.dapils}
    for name, known in allowed.items():
        if given[name] not in known:
            given[name] = ""
    if not status:
        given["status"] = ""
    if not agency:
        given["agency"] = ""
    filters = Filters(
        tuple(status),
        by_code.get(given["site"]),
        given["village"] or None,
        given["sector"] or None,
        given["via"] or None,
        given["q"] or None,
        agency,
        offers.dapils.get(given["dapil"]),
    )
    return Narrowed(filters, {name: value for name, value in given.items() if value})
