"""A forum that scores its plenary list."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import select

from app.access.models import Account
from app.planning import assessing, points
from app.planning.board import By
from app.planning.models import Assessor
from app.planning.points import Given
from app.planning.presets import PRESETS
from app.planning.scored import Results, assessors_of, results_of
from app.planning.scoring import Scheme
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.factories_plenary import lines, seen_by


async def did(
    ground: Ground, session: ForumSession, verb: Callable[..., Awaitable[Any]], *args: Any, by: By | None = None, **more: Any
) -> Any:
    """One verb in a transaction of its own, by somebody who sees the list as it is."""
    by = by or await seen_by(ground, session)
    async with ground.database.write() as db:
        return await verb(db, ground.vault, session.id, *args, by, **more)


async def make_scoring(
    ground: Ground, session: ForumSession, preset: str = "persyaratan", names: Sequence[str] = ("Bu Rahma",)
) -> list[Assessor]:
    """The scheme of a preset, and assessors without accounts."""
    await did(ground, session, points.set_scheme, PRESETS[preset])
    for name in names:
        await did(ground, session, assessing.add, name, None)
    return await assessors(ground, session)


async def assessors(ground: Ground, session: ForumSession) -> list[Assessor]:
    """Who assesses."""
    async with ground.database.read() as db:
        return list((await assessors_of(db, session.id)).values())


async def account(ground: Ground, login: str) -> Account:
    """The account of this login."""
    async with ground.database.read() as db:
        return (await db.scalars(select(Account).where(Account.login == login))).one()


async def scores(ground: Ground, session: ForumSession, reader: str | None = None) -> Results:
    """What was scored of what stands on the list."""
    ids = [line.proposal.id for line in await lines(ground, session)]
    async with ground.database.read() as db:
        found = await results_of(db, session.id, ids, reader=reader)
    assert found is not None
    return found


async def gave(ground: Ground, session: ForumSession, one: Assessor, number: str, *given: int | None, remark: str | None = None) -> Any:
    """An assessor's points, in the order of the criteria."""
    scheme: Scheme = (await scores(ground, session)).scheme
    asked = {each.key: value for each, value in zip(scheme.criteria, given, strict=True)}
    return await did(ground, session, points.give, one.id, number, Given(asked, remark))


async def totals(ground: Ground, session: ForumSession) -> list[tuple[str, Any, Any]]:
    """Number, total and rank of what stands on the list, in its order."""
    found = await scores(ground, session)
    return [
        (line.proposal.number, found.of[line.proposal.id].total, found.of[line.proposal.id].rank) for line in await lines(ground, session)
    ]
