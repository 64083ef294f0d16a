"""A forum whose plenary has proposals to deal with."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from app.planning.board import By
from app.planning.listing import Line, lines_of, plenary_of
from app.proposals.listing import find
from app.proposals.models import ProposalStatus
from app.proposals.service import change
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.factories import make_session
from tests.factories_proposals import make_proposal, words

TITLES = ("Rumah pompa Krapyak", "Pengerukan saluran Samudra", "Lampu jalan Panjang Baru", "Gedung serbaguna Degayu")


async def make_plenary(ground: Ground, titles: tuple[str, ...] = TITLES, **changes: Any) -> tuple[ForumSession, list[str]]:
    """A live forum with verified proposals, each 350 m for Rp100.000.000 in Krapyak RW 02; their numbers."""
    session, _ = await make_session(ground, **{"state": SessionState.LIVE, **changes})
    numbers = [await make_verified(ground, session, title) for title in titles]
    return session, numbers


async def make_verified(ground: Ground, session: ForumSession, title: str, **fields: Any) -> str:
    """One verified proposal; its number."""
    number = await make_proposal(ground, session, words(ground, f"Mohon {title}"))
    given = {
        "title": title,
        "village": "Krapyak",
        "rw": [2],
        "quantity": Decimal(350),
        "unit": "m",
        "budget": 100_000_000,
        "sector": "water",
    }
    async with ground.database.write() as db:
        one = await find(db, session.id, number)
        said = {**given, "agency": "DPUPR", **fields, "status": ProposalStatus.VERIFIED}
        await change(db, ground.vault, session, number, said, if_version=one.version, actor="account:x", now=ground.clock.now())
    return number


async def lines(ground: Ground, session: ForumSession) -> list[Line]:
    """The list as it stands."""
    async with ground.database.read() as db:
        return await lines_of(db, session)


async def numbers_of(ground: Ground, session: ForumSession) -> list[str]:
    """The numbers on the list, in its order."""
    return [line.proposal.number for line in await lines(ground, session)]


async def seen_by(ground: Ground, session: ForumSession, actor: str = "account:a", at: datetime | None = None) -> By:
    """Somebody who sees the list as it is now."""
    async with ground.database.read() as db:
        return By(actor, (await plenary_of(db, session.id)).head, at or ground.clock.now())
