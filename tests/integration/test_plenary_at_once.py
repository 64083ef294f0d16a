"""The plenary under several hands at the same moment: splits that race for numbers, and how many statements a press on many costs."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, NotFound
from app.planning import board as boards
from app.planning import service, undoing
from app.planning.board import Board, By
from app.planning.models import Plenary, PlenaryStep
from app.proposals.choices import Reason
from app.proposals.models import Proposal
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.factories_plenary import lines, make_plenary, numbers_of, seen_by
from tests.factories_proposals import make_proposal
from tests.factories_scoring import did

TITLES = tuple(f"Paket {n}" for n in range(6))


async def split(ground: Ground, session: ForumSession, number: str, by: By) -> PlenaryStep | None:
    async with ground.database.write() as db:
        return await service.split(db, ground.vault, session.id, number, [f"Satu dari {number}", f"Dua dari {number}"], by)


async def test_splits_at_once_each_happen_once_in_their_places_with_numbers_of_their_own(ground: Ground) -> None:
    session, numbers = await make_plenary(ground, TITLES)
    hands = [await seen_by(ground, session, f"account:{n}") for n in range(2)]
    tries: list[Any] = [split(ground, session, number, hand) for number in numbers for hand in hands]
    done = await asyncio.gather(*tries, *(make_proposal(ground, session) for _ in range(4)), return_exceptions=True)
    results = done[: len(tries)]
    refused = [one for one in results if isinstance(one, BaseException)]
    assert {type(one) for one in refused} <= {Conflict, NotFound}
    assert {getattr(one, "code", "") for one in refused} <= {"planning.stale", "planning.not_listed"}
    assert [sum(isinstance(one, PlenaryStep) for one in results[n : n + 2]) for n in range(0, len(results), 2)] == [1] * len(numbers)
    assert [one for one in done[len(tries) :] if isinstance(one, BaseException)] == []
    parts = [line.columns.activity for line in await lines(ground, session)]
    assert parts == [f"{part} dari {number}" for number in numbers for part in ("Satu", "Dua")]
    async with ground.database.read() as db:
        steps = list(await db.scalars(select(PlenaryStep.number).order_by(PlenaryStep.number)))
        serials = sorted(int(one[-4:]) for one in await db.scalars(select(Proposal.number).where(Proposal.session_id == session.id)))
    assert steps == list(range(1, len(numbers) + 1))
    assert serials == list(range(1, 3 * len(numbers) + 5))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer: nothing is at once there
async def test_without_the_lock_on_the_list_splits_at_once_would_take_the_same_step(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, (a, b, *_) = await make_plenary(ground, TITLES)
    await did(ground, session, service.set_ceiling, 1)
    hand, both = await seen_by(ground, session), asyncio.Barrier(2)

    async def unlocked(db: AsyncSession, session_id: str) -> Board:
        found = Board(await db.get_one(ForumSession, session_id), await db.get_one(Plenary, session_id))
        await both.wait()
        return found

    monkeypatch.setattr(boards, "opened", unlocked)
    done = await asyncio.gather(split(ground, session, a, hand), split(ground, session, b, hand), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == [IntegrityError.__name__, PlenaryStep.__name__]


async def test_deciding_on_many_costs_as_many_statements_as_deciding_on_one(ground: Ground) -> None:
    session, numbers = await make_plenary(ground, tuple(f"Paket {n}" for n in range(26)))
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counted.append(statement)

    async def cost(verb: Any, *args: Any) -> int:
        by = await seen_by(ground, session)
        counted.clear()
        await did(ground, session, verb, *args, by=by)
        return len(counted)

    why = (Reason.OTHER, "Menunggu lahan")
    event.listen(Engine, "before_cursor_execute", count)
    try:
        for verb, args in ((service.agree, ()), (service.not_agree, (why,)), (service.reopen, ())):
            assert await cost(verb, numbers[:25], *args) <= await cost(verb, numbers[25:], *args) + 1
            assert await cost(undoing.undo) <= 40
            assert await cost(undoing.undo) <= 40
            await did(ground, session, verb, numbers, *args)
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert len(await numbers_of(ground, session)) == 26
