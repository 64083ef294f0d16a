"""The room as pages: the live one carries what its script needs, the plain one reads and posts without any."""

import html
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest_asyncio

from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.conftest import Office, serving
from tests.factories import make_session
from tests.factories_invitations import make_seat


@dataclass(frozen=True)
class Hall:
    """A live session on a real server, and the headers of an attendee."""

    session: ForumSession
    attendee: dict[str, str]
    client: httpx.AsyncClient


@pytest_asyncio.fixture
async def hall(ground: Ground) -> AsyncIterator[Hall]:
    session, _ = await make_session(ground, state=SessionState.LIVE)
    _, token = await make_seat(ground, session, name="Siti Rahayu")
    async with (
        serving(ground, work=False) as address,
        httpx.AsyncClient(base_url=address, timeout=60, headers={"Accept": "text/html"}) as client,
    ):
        yield Hall(session, {"Authorization": f"Bearer {token}"}, client)


def config_of(page: str) -> dict[str, object]:
    found = re.search(r'id="room-config">(.*?)</template>', page, re.DOTALL)
    assert found
    read = json.loads(html.unescape(found.group(1)))
    assert isinstance(read, dict)
    return read


async def test_the_live_room_knows_who_looks_and_where(hall: Hall) -> None:
    answer = await hall.client.get(f"/s/{hall.session.slug}/ruang", headers=hall.attendee)
    assert answer.status_code == 200
    config = config_of(answer.text)
    assert config["room"] == hall.session.room
    assert config["you"] == {**config["you"], "name": "Siti Rahayu", "role": "attendee"}  # type: ignore[dict-item]  # read from JSON
    assert config["kinds"] == ["chat", "aspiration", "question"]


async def test_staff_see_the_same_room_from_their_desk(hall: Hall, office: Office) -> None:
    answer = await hall.client.get(f"/meja/{hall.session.slug}/ruang", headers=office.bearer("moderator"))
    assert config_of(answer.text)["kinds"] == ["chat", "aspiration", "question", "response"]


async def test_nobody_gets_in_without_a_link(hall: Hall) -> None:
    for path in ("ruang", "ruang/polos"):
        answer = await hall.client.get(f"/s/{hall.session.slug}/{path}", headers={"Accept": "application/json"})
        assert answer.status_code == 401


async def test_the_plain_room_says_once_what_is_posted_twice(hall: Hall) -> None:
    address = f"/s/{hall.session.slug}/ruang/polos"
    page = (await hall.client.get(address, headers=hall.attendee)).text
    cid = re.search(r'name="cid" value="([^"]+)"', page)
    assert cid
    said = {"cid": cid.group(1), "kind": "aspiration", "text": "Mohon <b>lampu</b> jalan RT 3"}
    for _ in range(2):
        posted = await hall.client.post(address, data=said, headers=hall.attendee)
        assert posted.status_code == 303
    shown = (await hall.client.get(posted.headers["location"].partition("#")[0], headers=hall.attendee)).text
    assert shown.count("Mohon &lt;b&gt;lampu&lt;/b&gt; jalan RT 3") == 1
    assert "PKL-2022-0001" in shown


async def test_a_message_that_is_too_long_is_kept_and_explained(hall: Hall) -> None:
    text = "x" * 1001
    said = {"cid": "panjang", "kind": "chat", "text": text}
    answer = await hall.client.post(f"/s/{hall.session.slug}/ruang/polos", data=said, headers=hall.attendee)
    assert answer.status_code == 422
    assert text in answer.text
    assert 'role="alert"' in answer.text


async def test_long_rooms_are_read_page_by_page(hall: Hall, office: Office) -> None:
    for n in range(35):
        body = {"cid": f"c{n}", "kind": "chat", "text": f"Pesan nomor {n:02}."}
        sent = await hall.client.post(f"/api/v1/rooms/{hall.session.room}/messages", json=body, headers=office.bearer("moderator"))
        assert sent.status_code == 201
    address = f"/s/{hall.session.slug}/ruang/polos"
    newest = (await hall.client.get(address, headers=hall.attendee)).text
    assert re.findall(r"Pesan nomor (\d+)\.", newest) == [f"{n:02}" for n in range(5, 35)]
    older = re.search(r'href="([^"]+before=\d+)"', newest)
    assert older
    first = (await hall.client.get(html.unescape(older.group(1)), headers=hall.attendee)).text
    assert re.findall(r"Pesan nomor (\d+)\.", first) == [f"{n:02}" for n in range(5)]
