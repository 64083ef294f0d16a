"""Doors of every page: HEAD, forms from elsewhere, and who is slowed down when somebody guesses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from app.main import create_app
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office, serving
from tests.room_client import seeded

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@asynccontextmanager
async def browser(ground: Ground, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor from this address."""
    transport = httpx.ASGITransport(app=create_app(ground, work=False), client=(address, 1234))
    headers = {"Accept": "text/html", "Origin": ground.settings.public_url}
    async with httpx.AsyncClient(transport=transport, base_url=ground.settings.public_url, headers=headers) as web:
        yield web


@ON_SQLITE
async def test_head_answers_what_get_answers_without_the_body(ground: Ground) -> None:
    room = await seeded(ground, 1)
    async with serving(ground) as address, httpx.AsyncClient(base_url=address, timeout=60, headers={"Accept": "text/html"}) as web:
        static = (await web.get("/masuk")).text.partition('href="/static/')[2].partition('"')[0]
        for path in ("/masuk", "/nowhere", "/health/live", "/api/v1/openapi.json", f"/static/{static}"):
            head, get = await web.head(path), await web.get(path)
            assert (path, head.status_code, head.content) == (path, get.status_code, b"")
            assert head.headers["content-type"] == get.headers["content-type"]
        assert (await web.head("/masuk")).headers["content-security-policy"]
        async with asyncio.timeout(10):
            stream = await web.head(f"/api/v1/rooms/{room.room}/stream", headers=room.bearer(0))
        assert (stream.status_code, stream.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")


@ON_SQLITE
async def test_a_form_from_another_address_is_refused_with_a_page_for_people(ground: Ground) -> None:
    async with browser(ground, "127.0.0.1") as web:
        person = await web.post("/masuk", data={"login": "a", "password": "b"}, headers={"Origin": "https://lain.example"})
        program = await web.post("/masuk", headers={"Origin": "https://lain.example", "Accept": "application/json"})
    assert (person.status_code, person.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "Permintaan ini datang dari alamat lain" in person.text
    assert person.headers["x-frame-options"] == "DENY"
    assert (program.status_code, program.json()["code"]) == (403, "web.origin")


@ON_SQLITE
async def test_who_guesses_elsewhere_locks_nobody_out(ground: Ground, office: Office) -> None:
    async with browser(ground, "10.0.0.9") as stranger, browser(ground, "10.0.0.1") as owner:
        wrong = {"login": "moderator", "password": "tebakan yang salah"}
        assert [(await stranger.post("/masuk", data=wrong)).status_code for _ in range(9)] == [422] * 8 + [429]
        right = await owner.post("/masuk", data={"login": "moderator", "password": PASSWORD})
    assert right.status_code == 303


@ON_SQLITE
async def test_many_addresses_together_are_slowed_down_all_the_same(ground: Ground) -> None:
    ground.throttles.last_four.far.burst = 3
    tried = []
    for n in range(5):
        async with browser(ground, f"10.0.1.{n}") as web:
            tried.append((await web.post("/status", data={"code": "ABCD-EFGH", "four": "0000"})).status_code)
    assert tried == [422] * 3 + [429] * 2


@ON_SQLITE
async def test_digits_guessed_at_two_doors_are_counted_together(ground: Ground) -> None:
    async with browser(ground, "127.0.0.1") as web:
        here = [(await web.post("/status", data={"code": "abcd efgh", "four": f"000{n}"})).status_code for n in range(3)]
        there = [(await web.post("/k/ABCD-EFGH", data={"code": "ABCDEFGH", "last_four": f"000{n}"})).status_code for n in range(3)]
    assert (here, there) == ([422] * 3, [404] * 2 + [429])
