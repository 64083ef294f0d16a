"""Two moderators on one applicant, fifty selections for ten seats: and the same without what protects them, which must fail."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict
from app.registration import decisions
from app.registration.decisions import Item, decide
from app.registration.models import Application, ApplicationState, Decision
from app.registration.roll import load_roll
from app.registration.selection import Choice, fill
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.factories import make_session
from tests.factories_selection import application, people

S = ApplicationState


async def attempt(ground: Ground, session: ForumSession, one: str, choice: Choice, actor: str) -> str:
    """What became of a decision about somebody seen at version 1."""
    try:
        async with ground.database.write() as db:
            await decide(db, ground.vault, session.id, [Item(one, 1)], choice, "alasan", actor=actor, now=ground.clock.now())
    except Conflict as refused:
        return refused.code
    return "done"


async def two_moderators(ground: Ground) -> tuple[Counter[str], Application, list[Decision]]:
    session, _ = await make_session(ground)
    (one,) = await people(ground, session, 1)
    results = await asyncio.gather(
        attempt(ground, session, one, Choice.SELECT, "account:a"), attempt(ground, session, one, Choice.DECLINE, "account:b")
    )
    async with ground.database.read() as db:
        traces = list(await db.scalars(select(Decision).where(Decision.application_id == one).order_by(Decision.version)))
    return Counter(results), await application(ground, one), traces


async def test_of_two_moderators_one_decides_and_the_other_is_told(ground: Ground) -> None:
    results, row, traces = await two_moderators(ground)
    assert results == {"done": 1, "selection.conflict": 1}
    assert (row.version, [(t.after, t.by) for t in traces]) == (2, [(row.state.value, row.decided_by)])


async def test_control_without_the_version_the_second_overwrites_the_first(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(rows: Sequence[Application], seen: Mapping[str, int]) -> list[Application]:
        return []

    monkeypatch.setattr(decisions, "stale", nobody)
    results, row, traces = await two_moderators(ground)
    assert results == {"done": 2}
    assert (row.version, len(traces), traces[0].after == row.state.value) == (3, 2, False)


async def fifty_for_ten(ground: Ground) -> tuple[Counter[str], int]:
    session, _ = await make_session(ground, seats_online=10)
    ids = await people(ground, session, 50)
    results = await asyncio.gather(*(attempt(ground, session, one, Choice.SELECT, "account:a") for one in ids))
    async with ground.database.read() as db:
        taken = await decisions.seats_taken(db, session.id)
    return Counter(results), taken["online"]


async def test_fifty_selections_at_once_take_exactly_the_last_ten_seats(ground: Ground) -> None:
    results, taken = await fifty_for_ten(ground)
    assert (results, taken) == ({"done": 10, "selection.full": 40}, 10)


async def test_control_without_the_lock_more_sit_than_there_are_seats(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    if ground.database.on_sqlite:
        # One writer at a time by nature: there is no lock to take away, and the seats hold.
        assert (await fifty_for_ten(ground))[1] == 10
        return

    async def unlocked(db: AsyncSession, session_id: str, **_: object) -> ForumSession:
        return await db.get_one(ForumSession, session_id)

    counted = decisions.seats_taken

    async def slow(db: AsyncSession, session_id: str) -> dict[str, int]:
        found = await counted(db, session_id)
        await asyncio.sleep(0.3)
        return found

    monkeypatch.setattr(decisions, "lock_session", unlocked)
    monkeypatch.setattr(decisions, "seats_taken", slow)
    _, taken = await fifty_for_ten(ground)
    assert taken > 10


async def test_two_who_fill_at_once_fill_once(ground: Ground) -> None:
    session, _ = await make_session(ground, seats_online=10)
    ids = await people(ground, session, 30)

    async def fill_once() -> str:
        async with ground.database.read() as db:
            roll = await load_roll(db, session)
        plan = fill(roll.candidates, roll.bounds, roll.seats)
        await asyncio.sleep(0.05)
        try:
            async with ground.database.write() as db:
                await decisions.fill_seats(db, ground.vault, session.id, roll, plan, actor="account:a", now=ground.clock.now())
        except Conflict as refused:
            return refused.code
        return "done"

    assert Counter(await asyncio.gather(fill_once(), fill_once())) == {"done": 1, "selection.moved": 1}
    assert [(await application(ground, one)).state for one in ids] == [S.SELECTED] * 10 + [S.SUBMITTED] * 20
