"""Jobs: wanted in a transaction, done after it, at least once, set aside when they never succeed."""

import asyncio
from datetime import timedelta

import anyio
import pytest
from sqlalchemy import select, update

from app.database.engine import Database
from app.outbox.models import Job, JobState
from app.outbox.service import cancel, enqueue, move, oldest_due
from app.outbox.worker import PAUSES, Again, Handler, Worker
from app.web.ground import Ground


async def want(ground: Ground, kind: str, key: str, *, later: timedelta = timedelta()) -> None:
    now = ground.clock.now()
    async with ground.database.write() as db:
        await enqueue(db, kind, key, {"id": key}, due_at=now + later, now=now)


async def jobs(database: Database) -> dict[str, tuple[JobState, int]]:
    async with database.read() as db:
        return {job.key: (job.state, job.attempts) for job in await db.scalars(select(Job))}


async def overdue(ground: Ground) -> None:
    """Let every pause and lease be over."""
    past = ground.clock.now() - timedelta(seconds=1)
    async with ground.database.write() as db:
        await db.execute(update(Job).values(due_at=past, leased_until=past))


async def test_a_job_is_done_once_for_its_key(ground: Ground) -> None:
    done: list[str] = []

    async def handle(payload: dict[str, str]) -> None:
        done.append(payload["id"])

    worker = Worker(ground.database, ground.clock, {"tell": handle})
    for _ in range(3):
        await want(ground, "tell", "a")
    while await worker.once():
        pass
    await want(ground, "tell", "a")
    assert await worker.once() == 0
    assert done == ["a"]
    assert await jobs(ground.database) == {"a": (JobState.DONE, 1)}


async def test_a_transaction_that_fails_wants_nothing(ground: Ground) -> None:
    now = ground.clock.now()
    with pytest.raises(RuntimeError):  # noqa: PT012 - the failure is inside the transaction
        async with ground.database.write() as db:
            await enqueue(db, "tell", "a", {}, due_at=now, now=now)
            raise RuntimeError
    assert await jobs(ground.database) == {}


async def test_a_failing_job_comes_back_and_is_set_aside_in_the_end(ground: Ground) -> None:
    async def fail(payload: object) -> None:
        raise ValueError

    worker = Worker(ground.database, ground.clock, {"tell": fail})
    await want(ground, "tell", "a")
    for attempt in range(1, len(PAUSES) + 1):
        assert await worker.once() == 1
        assert await jobs(ground.database) == {"a": (JobState.WAITING, attempt)}
        assert await worker.once() == 0
        await overdue(ground)
    assert await worker.once() == 1
    assert await jobs(ground.database) == {"a": (JobState.SET_ASIDE, len(PAUSES) + 1)}


async def test_a_job_may_ask_for_another_moment(ground: Ground) -> None:
    async def later(payload: object) -> None:
        raise Again(ground.clock.now() + timedelta(hours=1))

    worker = Worker(ground.database, ground.clock, {"close": later})
    await want(ground, "close", "a")
    assert await worker.once() == 1
    assert await worker.once() == 0
    assert await jobs(ground.database) == {"a": (JobState.WAITING, 0)}


async def test_jobs_can_be_moved_and_cancelled_until_they_are_done(ground: Ground) -> None:
    await want(ground, "close", "a", later=timedelta(days=1))
    now = ground.clock.now()
    async with ground.database.write() as db:
        assert await oldest_due(db, now) == 0.0
        assert await move(db, "a", now - timedelta(seconds=30))
        assert not await move(db, "b", now)
        assert await oldest_due(db, now) == 30.0
        await cancel(db, "a", now)
    assert await jobs(ground.database) == {"a": (JobState.CANCELLED, 0)}


async def test_two_workers_share_the_work_and_double_nothing(ground: Ground) -> None:
    done: list[str] = []

    async def handle(payload: dict[str, str]) -> None:
        await asyncio.sleep(0.001)
        done.append(payload["id"])

    handlers: dict[str, Handler] = {"tell": handle}
    workers = [Worker(ground.database, ground.clock, handlers) for _ in range(2)]
    for n in range(20):
        await want(ground, "tell", f"{n:02}")

    async def until_idle(worker: Worker) -> None:
        while await worker.once():
            pass

    await asyncio.gather(*map(until_idle, workers))
    assert sorted(done) == [f"{n:02}" for n in range(20)]


async def test_what_a_dead_worker_held_is_taken_over_after_its_lease(ground: Ground) -> None:
    done: list[str] = []

    async def handle(payload: dict[str, str]) -> None:
        done.append(payload["id"])

    await want(ground, "tell", "a")
    assert len(await Worker(ground.database, ground.clock, {"tell": handle})._claim(4)) == 1
    successor = Worker(ground.database, ground.clock, {"tell": handle})
    assert await successor.once() == 0
    await overdue(ground)
    assert await successor.once() == 1
    assert done == ["a"]


async def test_a_commit_wakes_the_worker(ground: Ground) -> None:
    done = anyio.Event()

    async def handle(payload: object) -> None:
        done.set()

    worker = Worker(ground.database, ground.clock, {"tell": handle})
    ground.database.listeners.append(worker.ring)
    async with anyio.create_task_group() as group:
        group.start_soon(worker.run)
        await anyio.sleep(0.1)
        await want(ground, "tell", "a")
        with anyio.fail_after(1.5):
            await done.wait()
        group.cancel_scope.cancel()


async def test_a_worker_that_ends_gives_its_job_back(ground: Ground) -> None:
    async def hang(payload: object) -> None:
        await anyio.sleep_forever()

    await want(ground, "tell", "a")
    with anyio.move_on_after(0.3):
        await Worker(ground.database, ground.clock, {"tell": hang}).once()
    assert await jobs(ground.database) == {"a": (JobState.WAITING, 0)}


@pytest.mark.parametrize("renewing", [True, False])
async def test_a_job_that_outlasts_its_lease_has_one_worker_only_because_the_lease_is_renewed(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, renewing: bool
) -> None:
    """Without renewal, to show that this test would notice, the other worker takes the job as well."""
    monkeypatch.setattr("app.outbox.worker.LEASE", timedelta(seconds=2))
    monkeypatch.setattr("app.outbox.worker.RENEW", 0.2 if renewing else 3600)
    begun: list[str] = []
    finish = anyio.Event()

    async def handle(payload: dict[str, str]) -> None:
        begun.append(payload["id"])
        await finish.wait()

    await want(ground, "tell", "a")
    first, second = (Worker(ground.database, ground.clock, {"tell": handle}) for _ in range(2))
    async with anyio.create_task_group() as group:
        group.start_soon(first.once)
        while not begun:  # noqa: ASYNC110 - until the first has it
            await anyio.sleep(0.01)
        await anyio.sleep(2.5)
        group.start_soon(second.once)
        with anyio.move_on_after(0.3 if renewing else 30):
            while len(begun) < 2:  # noqa: ASYNC110 - until the second has it, too
                await anyio.sleep(0.01)
        finish.set()
    assert len(begun) == (1 if renewing else 2)
    assert await jobs(ground.database) == {"a": (JobState.DONE, 1 if renewing else 2)}


async def test_a_worker_that_stood_still_lets_go_of_what_another_has_taken_over(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.outbox.worker.RENEW", 0.2)
    begun, finished = [], []

    async def handle(payload: dict[str, str]) -> None:
        begun.append(payload["id"])
        await anyio.sleep(0 if len(begun) > 1 else 60)
        finished.append(payload["id"])

    await want(ground, "tell", "a")
    first, second = (Worker(ground.database, ground.clock, {"tell": handle}) for _ in range(2))
    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(first.once)
            while not begun:  # noqa: ASYNC110 - until the first has it
                await anyio.sleep(0.01)
            while not await second.once():
                await overdue(ground)
    assert (begun, finished) == (["a", "a"], ["a"])
    assert await jobs(ground.database) == {"a": (JobState.DONE, 2)}


async def test_a_long_job_does_not_keep_the_short_ones_waiting(ground: Ground) -> None:
    done: list[str] = []
    rest = anyio.Event()

    async def handle(payload: dict[str, str]) -> None:
        if payload["id"] == "00":
            await anyio.sleep_forever()
        done.append(payload["id"])
        if len(done) == 12:
            rest.set()

    for n in range(13):
        await want(ground, "tell", f"{n:02}")
    async with anyio.create_task_group() as group:
        group.start_soon(Worker(ground.database, ground.clock, {"tell": handle}).run)
        with anyio.fail_after(30):
            await rest.wait()
        group.cancel_scope.cancel()
    assert sorted(done) == [f"{n:02}" for n in range(1, 13)]
