"""What watchers are told is true: ready only with a database, the right migration and a running hub; numbers name nobody."""

import time

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app import health
from app.errors import Unavailable
from app.main import create_app
from app.web.ground import Ground
from tests.room_client import seeded


def client(ground: Ground) -> tuple[httpx.AsyncClient, health.House]:
    app = create_app(ground, work=False)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ground.settings.public_url), app.house


async def test_ready_says_what_is_wrong(ground: Ground) -> None:
    web, house = client(ground)
    async with web:
        good = await web.get("/health/ready")
        house.hub.polled_at = time.monotonic() - 2 * health.BELL_SECONDS
        silent = await web.get("/health/ready")
        house.hub.polled_at = time.monotonic()
        house.draining = True
        leaving = await web.get("/health/ready")
    checks = {name: good.json()[name] for name in ("status", "database", "migrated", "bell", "oldest_job_seconds", "clock")}
    assert checks == {"status": "ok", "database": True, "migrated": True, "bell": True, "oldest_job_seconds": 0.0, "clock": True}
    assert (good.status_code, silent.status_code, silent.json()["bell"], leaving.status_code) == (200, 503, False, 503)


async def test_a_database_that_goes_away_while_it_is_asked_is_told_not_a_failure(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(db: AsyncSession, now: object) -> float:
        raise Unavailable("database.unavailable", retry=5)

    monkeypatch.setattr(health, "oldest_due", away)
    web, _ = client(ground)
    async with web:
        ready = await web.get("/health/ready")
        metrics = await web.get("/metrics")
    assert (ready.status_code, ready.json()["oldest_job_seconds"]) == (200, None)
    assert (metrics.status_code, "rembuk_oldest_job_seconds NaN" in metrics.text) == (200, True)


async def test_metrics_name_no_room_and_nobody(ground: Ground) -> None:
    room = await seeded(ground, 1)
    web, _ = client(ground)
    async with web:
        text = (await web.get("/metrics")).text
    values = dict(line.split(" ") for line in text.splitlines() if not line.startswith("#"))
    assert set(values) == {
        "rembuk_sockets",
        "rembuk_rooms",
        "rembuk_deliveries",
        "rembuk_messages_waiting",
        "rembuk_bell_age_seconds",
        "rembuk_oldest_job_seconds",
    }
    assert room.room not in text
