"""All that the desk of a hall shows at one moment, gathered in one short read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.hall import pin
from app.hall.arrival import ByOwnHand, by_own_hand
from app.hall.attendance import Figures, figures
from app.hall.placeholders import Unfinished, unfinished
from app.hall.roster import Expected, Guest, found, roster
from app.hall.voices import Speaker, Voice, speakers_of, voices_of
from app.sessions.agenda import steps_shown
from app.sessions.models import ForumSession, Site
from app.sessions.progress import Step
from app.sessions.rows import sites_of
from app.vault import Vault


@dataclass(frozen=True)
class DeskView:
    """The desk: `guests` in order (`near` those in this hall or expected in it), who is there now, what was typed, who came in by the PIN of now."""

    guests: Sequence[Guest]
    near: frozenset[str]
    halls: dict[str, str]
    figures: Figures
    voices: Sequence[Voice]
    speakers: Sequence[Speaker]
    unfinished: Sequence[Unfinished]
    own: Sequence[ByOwnHand]
    pin: str
    pin_until: datetime
    nonce: str
    agenda_now: Step | None


async def desk_view(db: AsyncSession, vault: Vault, session: ForumSession, site: Site, wish: str, now: datetime) -> DeskView:
    """The desk of a hall; `wish` narrows the list of guests for a browser without script."""
    guests = await roster(db, vault, session.id, site.id)
    near = frozenset(one.id for one in guests if one.expected == Expected.HERE or (one.stay and one.stay.site_id == site.id))
    return DeskView(
        guests=found(guests, wish) if wish.strip() else guests,
        near=near,
        halls={one.id: one.name for one in await sites_of(db, session.id)},
        figures=await figures(db, session.id, at=now, site_id=site.id),
        voices=await voices_of(db, session.room, session.id, site.id),
        speakers=await speakers_of(db, session.id, session.room, site.id),
        unfinished=await unfinished(db, session.id, site.id),
        own=await by_own_hand(db, site),
        pin=pin.pin_of(vault, site.id, pin.turn_of(now)),
        pin_until=pin.until(now),
        nonce=new_id(),
        agenda_now=next((step for step in await steps_shown(db, session) if step.state == "now"), None),
    )


async def halls_view(db: AsyncSession, session: ForumSession, now: datetime) -> list[tuple[Site, int]]:
    """The halls in their order with how many people are in each now."""
    there = await figures(db, session.id, at=now)
    return [(site, there.by_site.get(site.id, 0)) for site in await sites_of(db, session.id)]
