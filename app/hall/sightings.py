"""Which halls and screens are there: their pages ask for news by themselves, and that they do is noted, seldom enough to cost nothing."""

import contextlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Unavailable
from app.hall.models import Sighting
from app.web.ground import Ground

SCREEN = "screen"


async def note(parts: Ground, session_id: str, what: str) -> None:
    """A hall or screen has asked for something; written down every 20 seconds at most, and not at all while nothing can be written."""
    if parts.throttles.sighting.take(f"{session_id}|{what}") > 0:
        return
    with contextlib.suppress(Unavailable):
        async with parts.database.write() as db:
            insert = (sqlite if parts.database.on_sqlite else postgresql).insert(Sighting)
            seen = insert.values(session_id=session_id, what=what, seen_at=parts.clock.now())
            await db.execute(seen.on_conflict_do_update(index_elements=["session_id", "what"], set_={"seen_at": seen.excluded.seen_at}))


async def sightings(db: AsyncSession, session_id: str) -> dict[str, datetime]:
    """When each hall (by id) and the screen were last there."""
    rows = await db.execute(select(Sighting.what, Sighting.seen_at).where(Sighting.session_id == session_id))
    return {row.what: row.seen_at for row in rows}
