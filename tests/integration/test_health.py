"""What watchers are told is true under every fault, and told in time; numbers name nobody and are not for everybody."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from app.assembly import lay_ground
from app.health import checkup
from app.health.probe import Probe
from app.health.pulse import Pulse
from app.main import Application, create_app
from app.outbox.service import enqueue
from app.web.ground import Ground
from tests.conftest import serving
from tests.network import line_to
from tests.room_client import Client, seeded

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
IN_TIME = 4.5
"""Two seconds of patience, and a machine that has other things to do."""


@pytest.fixture(autouse=True)
def always_ask_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "FRESH", 0.0)
    monkeypatch.setattr(checkup, "WRITE_FRESH", 0.0)


@asynccontextmanager
async def examined(ground: Ground, *, client: str = "127.0.0.1") -> AsyncIterator[tuple[httpx.AsyncClient, Application]]:
    app = create_app(ground, work=False)
    transport = httpx.ASGITransport(app=app, client=(client, 1234))
    async with httpx.AsyncClient(transport=transport, base_url=ground.settings.public_url) as web:
        yield web, app


async def told(web: httpx.AsyncClient) -> tuple[int, dict[str, Any]]:
    """Status and body of `ready`, which came in time."""
    began = time.monotonic()
    answer = await web.get("/health/ready")
    assert time.monotonic() - began < IN_TIME
    return answer.status_code, answer.json()


async def numbers(web: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    """Every number of `metrics`: by its name and the values of its labels."""
    families = text_string_to_metric_families((await web.get("/metrics")).text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


async def test_ready_when_all_is_well(ground: Ground) -> None:
    async with examined(ground) as (web, _):
        status, report = await told(web)
    assert status == 200
    free = report.pop("disk_free_bytes")
    report.pop("now")
    assert (free is not None) == ground.settings.on_sqlite
    # Nothing listens in an application that nobody serves.
    assert report.pop("bell") == ("none" if ground.settings.on_sqlite else "away")
    assert (report.pop("status"), report.pop("warnings")) == (("ok", []) if ground.settings.on_sqlite else ("degraded", ["bell_not_heard"]))
    assert report == {
        "database": True,
        "writes": True,
        "migrated": True,
        "hub": True,
        "clock": True,
        "draining": False,
        "oldest_job_seconds": 0.0,
    }


async def test_a_server_that_hears_others_says_so(ground: Ground) -> None:
    async with serving(ground) as address, httpx.AsyncClient(base_url=address, timeout=60) as web, asyncio.timeout(20):
        heard = "none" if ground.settings.on_sqlite else "heard"
        while (report := (await told(web))[1])["bell"] != heard:  # noqa: ASYNC110 - the server's own state
            await asyncio.sleep(0.05)
    assert (report["status"], report["warnings"]) == ("ok", [])


async def test_a_hub_that_stands_still_and_a_process_that_ends_are_not_ready(ground: Ground) -> None:
    async with examined(ground) as (web, app):
        app.house.hub.polled_at = time.monotonic() - 2 * checkup.HUB_SECONDS
        silent = await told(web)
        app.house.hub.polled_at = time.monotonic()
        app.house.draining = True
        leaving = await told(web)
    assert (silent[0], silent[1]["hub"], leaving[0], leaving[1]["draining"]) == (503, False, 503, True)


async def test_a_database_at_another_migration_is_not_ready(ground: Ground) -> None:
    async with ground.database.write() as db:
        await db.execute(text("UPDATE alembic_version SET version_num = 'other'"))
    async with examined(ground) as (web, _):
        status, report = await told(web)
    assert (status, report["database"], report["migrated"]) == (503, True, False)


async def test_jobs_that_nobody_does_are_told_but_cut_nobody_off(ground: Ground) -> None:
    now = ground.clock.now()
    async with ground.database.write() as db:
        await enqueue(db, "nobody.does", "late", {}, due_at=now - timedelta(minutes=10), now=now)
    async with examined(ground) as (web, _):
        status, report = await told(web)
        values = await numbers(web)
    assert (status, report["status"], "jobs_late" in report["warnings"]) == (200, "degraded", True)
    assert 600 <= report["oldest_job_seconds"] < 660
    assert values["rembuk_jobs", "waiting"] == 1


@ON_POSTGRES
async def test_a_database_that_hangs_or_is_away_is_told_in_time_and_its_return_too(ground: Ground) -> None:
    async with line_to(ground.settings.database_url) as line:
        distant = lay_ground(replace(ground.settings, database_url=line.address))
        async with examined(distant) as (web, _):
            assert (await told(web))[0] == 200
            for break_off in (line.hang, lambda: setattr(line, "refusing", True)):
                break_off()
                line.cut()
                status, report = await told(web)
                assert (status, report["database"], report["clock"], report["writes"]) == (503, False, None, False)
                assert (await web.get("/health/live")).status_code == 200
                began = time.monotonic()
                values = await numbers(web)
                assert time.monotonic() - began < IN_TIME
                assert (values["rembuk_database_up",], values["rembuk_ready",]) == (0, 0)
                line.heal()
                async with asyncio.timeout(20):
                    while (await web.get("/health/ready")).status_code != 200:  # noqa: ASYNC110 - another process's state
                        await asyncio.sleep(0.1)
        await distant.database.close()


@ON_SQLITE
async def test_a_full_disk_is_told_while_reading_goes_on_and_its_end_too(ground: Ground) -> None:
    async with ground.database.write() as db:
        # SQLite refuses to set it below what is there.
        await db.execute(text("PRAGMA max_page_count = 1"))
    async with examined(ground) as (web, _):
        full = await told(web)
        values = await numbers(web)
        async with ground.database.write() as db:
            await db.execute(text("PRAGMA max_page_count = 1000000"))
        healed = await told(web)
    assert (full[0], full[1]["status"], full[1]["writes"], full[1]["warnings"]) == (200, "degraded", False, ["writes_refused"])
    assert (values["rembuk_database_writes",], values["rembuk_ready",]) == (0, 1)
    assert (healed[0], healed[1]["status"], healed[1]["writes"]) == (200, "ok", True)


@ON_SQLITE
async def test_a_file_that_somebody_else_keeps_locked_is_told_in_time(ground: Ground) -> None:
    path = ground.settings.database_url.partition(":///")[2]
    async with examined(ground) as (web, _):
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            status, report = await told(web)
        assert (status, report["database"], report["writes"]) == (200, True, False)
        async with asyncio.timeout(20):
            while not (await told(web))[1]["writes"]:  # noqa: ASYNC110 - another connection's state
                await asyncio.sleep(0.1)


async def test_however_many_ask_the_question_is_put_once_and_nobody_waits_for_ever() -> None:
    asked = 0
    go = asyncio.Event()

    async def slow() -> str:
        nonlocal asked
        asked += 1
        await go.wait()
        return "well"

    probe = Probe(slow, 60)
    assert await asyncio.gather(*(probe.answer(0.05) for _ in range(50))) == [None] * 50
    go.set()
    assert (await probe.answer(5), await probe.answer(5), asked) == ("well", "well", 1)


async def test_a_loop_that_is_kept_busy_shows() -> None:
    pulse = Pulse()
    task = asyncio.create_task(pulse.run())
    await asyncio.sleep(0)
    time.sleep(0.6)  # noqa: ASYNC251 - the very thing that must not happen
    async with asyncio.timeout(10):
        while pulse.worst == 0:  # noqa: ASYNC110 - it has no event for tests
            await asyncio.sleep(0.01)
    task.cancel()
    assert pulse.worst > 0.3
    assert sum(pulse.lag.counts) >= 1


async def test_numbers_tell_what_happened_and_name_no_room_and_nobody(ground: Ground) -> None:
    room = await seeded(ground, 2)
    async with serving(ground) as address, httpx.AsyncClient(base_url=address, timeout=60) as web:
        async with Client(address, room.room, room.tokens[0]) as somebody:
            for n in range(3):
                await somebody.say(f"kata {n}")
            await somebody.say("kata 2 lagi", cid="satu")
            assert (await somebody.say("lain", cid="satu"))["code"] == "conflict"
            assert (await web.get(f"/api/v1/sessions/{room.slug}/proposals", headers=room.bearer("moderator"))).status_code == 200
            assert (await web.get("/nowhere")).status_code == 404
            values = await numbers(web)
            written = (await web.get("/metrics")).text
    assert values["rembuk_sockets",] == 1
    assert values["rembuk_rooms",] == 1
    assert values["rembuk_messages_committed_total",] == 4
    assert values["rembuk_ack_seconds_count",] == 5
    assert values["rembuk_ack_seconds_bucket", "+Inf"] == 5
    assert values["rembuk_commit_seconds_count",] == values["rembuk_batch_messages_count",]
    assert values["rembuk_batch_messages_sum",] == 5
    assert values["rembuk_refusals_total", "conflict"] == 1
    assert values["rembuk_http_requests_total", "GET", "/api/v1/sessions/{slug}/proposals", "200"] == 1
    assert values["rembuk_http_requests_total", "GET", "none", "404"] == 1
    assert values["rembuk_http_request_seconds_count", "/api/v1/sessions/{slug}/proposals"] == 1
    assert values["rembuk_http_connections_opened_total",] >= 2
    assert values["process_open_fds",] > 0
    assert "rembuk_loop_lag_worst_seconds" in {name for name, *_ in values}
    assert not any(secret in written for secret in (room.room, room.slug, *room.tokens))


async def test_numbers_are_for_this_machine_and_for_whoever_has_the_token(ground: Ground) -> None:
    secret = "kunci-pengamat"
    guarded = replace(ground, settings=replace(ground.settings, metrics_token=secret))
    right, wrong = {"Authorization": f"Bearer {secret}"}, {"Authorization": "Bearer lain"}
    seen = {}
    for host in ("127.0.0.1", "::1", "10.0.0.5"):
        for kind, headers in {"plain": {}, "through a proxy": {"X-Forwarded-For": "127.0.0.1"}, "right": right, "wrong": wrong}.items():
            async with examined(guarded, client=host) as (web, _):
                seen[host, kind] = (await web.get("/metrics", headers=headers)).status_code
    here = {"plain": 200, "through a proxy": 404, "right": 200, "wrong": 200}
    assert seen == {
        **{(host, kind): status for host in ("127.0.0.1", "::1") for kind, status in here.items()},
        **{("10.0.0.5", kind): 200 if kind == "right" else 404 for kind in here},
    }
    async with examined(ground, client="10.0.0.5") as (web, _):
        assert (await web.get("/metrics", headers={"Authorization": "Bearer "})).status_code == 404
