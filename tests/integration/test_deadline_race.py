"""Races at the deadline and at the button, each with a control that fails when lock, check or constraint is taken away."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text

from app.audit.models import AuditEntry
from app.errors import Unavailable
from app.outbox.worker import Again
from app.participants import service as participants
from app.registration import applying as service
from app.registration.closing import close, list_hash
from app.registration.models import Application
from app.sessions.models import ForumSession
from app.sessions.service import GRACE
from app.web.ground import Ground
from tests.factories import make_session
from tests.factories_registration import apply_via_service, form_values

PEOPLE = 300
SPREAD = 6.0
JSON = {"Accept": "application/json"}


async def apply_by_api(web: httpx.AsyncClient, slug: str, number: int, wait: float = 0.0) -> httpx.Response:
    await asyncio.sleep(wait)
    values = form_values(name=f"Warga {chr(65 + number % 26)}{chr(65 + number // 26)}", phone=f"0812{10_000_000 + number}")
    return await web.post(f"/api/v1/sessions/{slug}/applications", json=values, headers=JSON, timeout=60)


async def closing_job(ground: Ground, session_id: str, done: asyncio.Event) -> int:
    """The job as the worker does it, again and again; how often it was too early."""
    early = 0
    while not done.is_set():
        try:
            async with ground.database.write() as db:
                await close(db, ground.vault, session_id, ground.clock.now())
        except Again:
            early += 1
        except Unavailable:
            """The pool is busy with people: the worker, too, comes again."""
        await asyncio.sleep(0.05)
    return early


async def rush(
    ground: Ground, web: httpx.AsyncClient, people: int = PEOPLE
) -> tuple[ForumSession, list[httpx.Response], list[Application]]:
    """People hand in across the deadline while the closing job is trying; then its moment comes."""
    now = ground.clock.now()
    session, _ = await make_session(ground, registration_closes_at=now + timedelta(seconds=SPREAD / 2))
    done = asyncio.Event()
    waits = [random.uniform(0, SPREAD) for _ in range(people)]
    job = asyncio.create_task(closing_job(ground, session.id, done))
    answers = await asyncio.gather(*(apply_by_api(web, session.slug, n, wait) for n, wait in enumerate(waits)))
    done.set()
    assert await job > 0
    async with ground.database.write() as db:
        assert await close(db, ground.vault, session.id, session.registration_closes_at + GRACE)
    async with ground.database.read() as db:
        closed = await db.get(ForumSession, session.id)
        rows = list(await db.scalars(select(Application).order_by(Application.order)))
    assert closed is not None
    return closed, answers, rows


def in_time(session: ForumSession, rows: list[Application]) -> bool:
    return all(row.received_at <= session.registration_closes_at for row in rows)


async def test_exactly_those_received_in_time_are_in_and_counted(ground: Ground, web: httpx.AsyncClient) -> None:
    session, answers, rows = await rush(ground, web)
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) == {201, 410}, statuses
    assert {answer.json()["id"] for answer in answers if answer.status_code == 201} == {row.id for row in rows}
    assert in_time(session, rows)
    assert [row.order for row in rows] == list(range(1, len(rows) + 1))
    assert session.closed_count == len(rows) == statuses[201]
    assert session.closed_hash == list_hash([(row.id, row.code, row.received_at.isoformat()) for row in rows])


async def test_control_without_the_check_people_come_in_late(
    ground: Ground, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "must_be_open", lambda session, stamp: None)
    session, _, rows = await rush(ground, web, people=40)
    assert not in_time(session, rows)


@asynccontextmanager
async def held_before_commit(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[asyncio.Event, asyncio.Event]]:
    """Applications stop at their last step: `arrived` is set when one is there, `go` lets it commit."""
    arrived, go = asyncio.Event(), asyncio.Event()
    recorded = service.record

    async def waiting(*args: Any) -> None:
        await recorded(*args)
        arrived.set()
        await go.wait()

    monkeypatch.setattr(service, "record", waiting)
    yield arrived, go
    go.set()


async def close_beside_an_application(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> tuple[bool, ForumSession, int]:
    """Closing starts while an application in time has not committed: whether it waited, the session, and how many rows there are."""
    session, _ = await make_session(ground)
    async with held_before_commit(monkeypatch) as (arrived, go):
        application = asyncio.create_task(apply_via_service(ground, session))
        await asyncio.wait_for(arrived.wait(), 10)

        async def closing() -> None:
            async with ground.database.write() as db:
                await close(db, ground.vault, session.id, session.registration_closes_at + GRACE)

        job = asyncio.create_task(closing())
        await asyncio.wait({job}, timeout=0.5)
        waited = not job.done()
        go.set()
        await asyncio.gather(application, job)
    async with ground.database.read() as db:
        closed = await db.get(ForumSession, session.id)
        rows = await db.scalar(select(func.count()).select_from(Application))
    assert closed is not None
    return waited, closed, int(rows or 0)


async def test_closing_waits_for_an_application_that_is_on_its_way(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    waited, session, rows = await close_beside_an_application(ground, monkeypatch)
    assert (waited, session.closed_count, rows) == (True, 1, 1)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_control_without_the_lock_the_count_is_wrong(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unlocked(db: Any, session_id: str) -> ForumSession:
        return await db.get_one(ForumSession, session_id)

    async def no_audit(*args: Any) -> None:
        """The audit chain's head would make the closing wait as well."""

    monkeypatch.setattr(service, "hold_session", unlocked)
    monkeypatch.setattr(service, "record", no_audit)
    _, session, rows = await close_beside_an_application(ground, monkeypatch)
    assert (session.closed_count, rows) == (0, 1)


async def test_after_the_count_nobody_comes_in_however_early_the_stamp(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    async with ground.database.write() as db:
        await close(db, ground.vault, session.id, session.registration_closes_at + GRACE)
    answer = await apply_by_api(web, session.slug, 1)
    assert (answer.status_code, answer.json()["code"]) == (410, "registration.closed")


async def test_closing_twice_is_closing_once(ground: Ground) -> None:
    session, _ = await make_session(ground)
    await apply_via_service(ground, session)
    due = session.registration_closes_at + GRACE
    async with ground.database.write() as db:
        assert await close(db, ground.vault, session.id, due) is True
    async with ground.database.write() as db:
        assert await close(db, ground.vault, session.id, due + timedelta(minutes=1)) is False
    async with ground.database.read() as db:
        closed = await db.get_one(ForumSession, session.id)
        acts = list(await db.scalars(select(AuditEntry).where(AuditEntry.act == "registration.closed")))
    assert (closed.closed_at, closed.closed_count) == (due, 1)
    assert [(act.actor, act.subject) for act in acts] == [("system", f"session:{session.id}")]


async def test_before_the_grace_is_over_closing_asks_to_come_again(ground: Ground) -> None:
    session, _ = await make_session(ground)
    with pytest.raises(Again) as again:
        async with ground.database.write() as db:
            await close(db, ground.vault, session.id, session.registration_closes_at + GRACE - timedelta(milliseconds=1))
    assert again.value.at == session.registration_closes_at + GRACE


async def ten_at_once(ground: Ground, web: httpx.AsyncClient) -> tuple[Counter[int], int]:
    session, _ = await make_session(ground)
    answers = await asyncio.gather(*(apply_by_api(web, session.slug, 7) for _ in range(10)), return_exceptions=True)
    async with ground.database.read() as db:
        rows = await db.scalar(select(func.count()).select_from(Application))
    return Counter(answer.status_code for answer in answers if isinstance(answer, httpx.Response)), int(rows or 0)


async def test_ten_presses_at_once_make_one_application(ground: Ground, web: httpx.AsyncClient) -> None:
    assert await ten_at_once(ground, web) == (Counter({409: 9, 201: 1}), 1)


async def ten_processes_at_once(ground: Ground) -> tuple[int, int]:
    """Ten processes at work for one person at once: none waits at another's counter. How many got in, and how many rows there are."""
    session, _ = await make_session(ground)
    made = await asyncio.gather(*(apply_via_service(ground, session, phone="081234567890") for _ in range(10)), return_exceptions=True)
    async with ground.database.read() as db:
        rows = await db.scalar(select(func.count()).select_from(Application))
    return sum(isinstance(one, Application) for one in made), int(rows or 0)


async def test_ten_processes_at_once_make_one_application(ground: Ground) -> None:
    assert await ten_processes_at_once(ground) == (1, 1)


async def no_check(*args: Any, **more: Any) -> None:
    """In place of the check for doubles."""


async def test_the_index_alone_still_lets_only_one_in(ground: Ground, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "refuse_doubles", no_check)
    assert await ten_at_once(ground, web) == (Counter({409: 9, 201: 1}), 1)


async def test_control_without_check_and_index_there_are_doubles(
    ground: Ground, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "refuse_doubles", no_check)
    await drop_index(ground)
    assert (await ten_at_once(ground, web))[1] == 10


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_control_without_turn_and_index_the_check_is_not_enough(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = itertools.count(1)

    async def any_number(*args: Any) -> int:
        return next(numbers)

    monkeypatch.setattr(service, "take_turn", no_check)
    monkeypatch.setattr(participants, "_next_number", any_number)
    await drop_index(ground)
    assert (await ten_processes_at_once(ground))[1] > 1


async def drop_index(ground: Ground) -> None:
    async with ground.database.write() as db:
        await db.execute(text("DROP INDEX uq_applications_person"))
