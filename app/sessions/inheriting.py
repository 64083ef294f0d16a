"""What a copied session takes over of the floors above: for how long data are kept, and the words of the letters of invitation.

Plans and letters belong to higher floors, whose rules are not needed here: their rows are asked of the tables by name.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import column, insert, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import UtcDateTime

MONTHS = ("specific_months", "contact_months", "traces_months")
WORDS = ("subject", "opening", "closing")
SENDER = ("city", "signer_office", "signer_name", "signer_rank")
OF_ONE_LETTER = ("number", "dated_on")
"""What the registry gives to the letters of one forum: empty in another's."""

_PLANS = table(
    "retention_plans",
    column("session_id"),
    *(column(name) for name in MONTHS),
    column("changed_at", UtcDateTime()),
    column("changed_by"),
)
_LETTERS = table(
    "invitation_letters",
    column("session_id"),
    *(column(name) for name in (*WORDS, *SENDER, *OF_ONE_LETTER)),
    column("version"),
    column("changed_at", UtcDateTime()),
)


async def inherit_plan(db: AsyncSession, source_id: str, copied_id: str, *, actor: str, now: datetime) -> bool:
    """Keep data in the new session as long as in the old one, whose privacy notice says so; False when the usual holds there."""
    found = (
        (await db.execute(select(*(_PLANS.c[name] for name in MONTHS)).where(_PLANS.c.session_id == source_id))).mappings().one_or_none()
    )
    if found is None:
        return False
    await db.execute(insert(_PLANS).values(session_id=copied_id, changed_at=now, changed_by=actor, **found))
    return True


async def inherit_letter(db: AsyncSession, source_id: str, copied_id: str, later: Callable[[str], str], now: datetime) -> bool:
    """Write the old session's letter of invitation for the new one, its words as `later` makes them; False when nobody wrote one."""
    wanted = [_LETTERS.c[name] for name in (*WORDS, *SENDER)]
    found = (await db.execute(select(*wanted).where(_LETTERS.c.session_id == source_id))).mappings().one_or_none()
    if found is None:
        return False
    written = {name: later(text) if name in WORDS else text for name, text in found.items()}
    own = dict.fromkeys(OF_ONE_LETTER, "")
    await db.execute(insert(_LETTERS).values(session_id=copied_id, version=1, changed_at=now, **own, **written))
    return True
