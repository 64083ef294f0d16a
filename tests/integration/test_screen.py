"""The big screen shows what was put up, to whoever has its code, and never what was taken away."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.chat.models import Message, MessageState
from app.database.tables import new_id
from app.hall.models import Screen
from app.journal.service import PUBLIC, read
from app.sessions.models import AgendaItem, ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_person


async def say(ground: Ground, session: ForumSession, text: str, seq: int, **changes: Any) -> str:
    """A visible aspiration in the room."""
    values: dict[str, Any] = {
        "kind": "aspiration",
        "by": {"id": "x", "name": "Siti Rahmawati", "role": "attendee", "via": "online"},
        "via": "online",
        "state": MessageState.VISIBLE,
        **changes,
    }
    message = Message(
        id=new_id(),
        room=session.room,
        sender="x",
        cid=new_id(),
        body_hash="0",
        text=text,
        seq=seq,
        received_at=ground.clock.now(),
        **values,
    )
    async with ground.database.write() as db:
        db.add(message)
    return message.id


async def press(web: httpx.AsyncClient, office: Office, session: ForumSession, role: str = "operator", **form: str) -> httpx.Response:
    return await web.post(f"/meja/{session.slug}/layar", data=form, headers=office.bearer(role))


async def opened(ground: Ground, web: httpx.AsyncClient, office: Office, session: ForumSession) -> str:
    """The screen's code, made by opening the page from which it is run."""
    assert (await web.get(f"/meja/{session.slug}/layar", headers=office.bearer("operator"))).status_code == 200
    async with ground.database.read() as db:
        return str(await db.scalar(select(Screen.code).where(Screen.session_id == session.id)))


async def shown(web: httpx.AsyncClient, session: ForumSession, code: str) -> str:
    answer = await web.get(f"/s/{session.slug}/layar/data", params={"kode": code})
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("code", ["", "K7MP-2Q9T", "'; --", "ü"])
async def test_any_other_code_opens_nothing(ground: Ground, office: Office, web: httpx.AsyncClient, code: str) -> None:
    session, _ = await make_session(ground)
    right = await opened(ground, web, office, session)
    for path in ("layar", "layar/data"):
        assert (await web.get(f"/s/{session.slug}/{path}", params={"kode": code})).status_code == 404
        assert (await web.get(f"/s/{session.slug}/{path}", params={"kode": right.lower()})).status_code == 200


async def test_a_new_code_ends_the_old_screen(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    old = await opened(ground, web, office, session)
    assert (await press(web, office, session, act="code")).status_code == 303
    new = await opened(ground, web, office, session)
    answers = [await web.get(f"/s/{session.slug}/layar/data", params={"kode": code}) for code in (old, new)]
    assert [one.status_code for one in answers] == [404, 200]


async def test_what_is_put_up_stands_there_until_it_is_taken_down(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    code = await opened(ground, web, office, session)
    lamp = await say(ground, session, "Lampu tanggul mati", 1)
    drain = await say(ground, session, "Saluran mampet", 2)
    assert "Lampu tanggul mati" not in await shown(web, session, code)
    await press(web, office, session, act="up", message=lamp)
    await press(web, office, session, act="up", message=drain)
    page = await shown(web, session, code)
    assert page.index("Saluran mampet") < page.index("Lampu tanggul mati")
    await press(web, office, session, act="down", message=drain)
    page = await shown(web, session, code)
    assert ("Saluran mampet" in page, "Lampu tanggul mati" in page) == (False, True)


@pytest.mark.parametrize("state", [MessageState.HIDDEN, MessageState.DELETED, MessageState.ERASED, MessageState.HELD])
async def test_what_is_taken_away_leaves_the_screen_at_once(
    ground: Ground, office: Office, web: httpx.AsyncClient, state: MessageState
) -> None:
    session, _ = await make_session(ground, screen_shows_all=True)
    code = await opened(ground, web, office, session)
    lamp = await say(ground, session, "Lampu tanggul mati", 1)
    await press(web, office, session, act="up", message=lamp)
    assert "Lampu tanggul mati" in await shown(web, session, code)
    async with ground.database.write() as db:
        (await db.get_one(Message, lamp)).state = state
    assert "Lampu tanggul mati" not in await shown(web, session, code)
    assert (await press(web, office, session, act="up", message=lamp)).status_code == 409
    assert "Lampu tanggul mati" not in await shown(web, session, code)


async def test_a_session_may_show_all_as_it_comes_but_not_what_was_taken_down(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground, screen_shows_all=True)
    code = await opened(ground, web, office, session)
    first = await say(ground, session, "Yang pertama", 1)
    await say(ground, session, "Yang kedua", 2)
    await say(ground, session, "Hubungi saya 0812-3456-7890", 3)
    await say(ground, session, "Halo semua", 4, kind="chat")
    page = await shown(web, session, code)
    assert page.index("Yang kedua") < page.index("Yang pertama")
    assert ("0812" in page, "Halo semua" in page) == (False, False)
    await press(web, office, session, act="down", message=first)
    assert "Yang pertama" not in await shown(web, session, code)


async def test_numbers_of_people_are_not_put_up(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    code = await opened(ground, web, office, session)
    message = await say(ground, session, "Hubungi saya 0812-3456-7890", 1)
    assert (await press(web, office, session, act="up", message=message)).status_code == 409
    assert "0812" not in await shown(web, session, code)


async def test_one_press_blanks_and_shows_again(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    code = await opened(ground, web, office, session)
    await press(web, office, session, act="up", message=await say(ground, session, "Lampu tanggul mati", 1))
    await press(web, office, session, act="blank")
    blank = await shown(web, session, code)
    assert ("Lampu tanggul mati" in blank, session.title in blank) == (False, True)
    await press(web, office, session, act="unblank")
    await press(web, office, session, act="dark")
    page = await shown(web, session, code)
    assert ("Lampu tanggul mati" in page, 'data-theme="dark"' in page) == (True, True)


async def test_the_screen_names_only_who_agreed(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    code = await opened(ground, web, office, session)
    people = {
        "Agus Terbuka": {"publish_name": True},
        "Budi Tertutup": {"capacity": "Ketua RT 02", "village": "Krapyak"},
        "Citra Anak": {"publish_name": True, "child": True, "element": "disabilitas"},
    }
    for n, (name, known) in enumerate(people.items()):
        person = await make_person(ground, session, name, **known)
        capacity = {"capacity": known["capacity"]} if "capacity" in known else {}
        by = {"id": person.id, "name": name, "role": "attendee", "via": "online", **capacity}
        await press(web, office, session, act="up", message=await say(ground, session, f"Usulan {n}", n, by=by, participant_id=person.id))
    page = await shown(web, session, code)
    assert [name in page for name in people] == [True, False, False]
    assert [word in page for word in ("Ketua RT 02", "Krapyak", "disabilitas")] == [True, True, False]


async def test_nothing_new_is_answered_with_304(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    code = await opened(ground, web, office, session)
    address = f"/s/{session.slug}/layar/data?kode={code}"
    tag = (await web.get(address)).headers["etag"]
    assert (await web.get(address, headers={"If-None-Match": tag})).status_code == 304
    await press(web, office, session, act="blank")
    assert (await web.get(address, headers={"If-None-Match": tag})).status_code == 200


async def test_going_on_in_the_agenda_is_told_to_the_room_and_the_screen(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    code = await opened(ground, web, office, session)
    items = [
        AgendaItem(id=new_id(), session_id=session.id, position=n, title=title) for n, title in enumerate(["Pembukaan", "Aspirasi warga"])
    ]
    async with ground.database.write() as db:
        db.add_all(items)
    refused = [await press(web, office, session, act=act, item=items[1].id) for act in ("agenda", "agenda-undo")]
    assert [one.status_code for one in refused] == [403, 403]
    await press(web, office, session, "moderator", act="agenda", item=items[0].id)
    await press(web, office, session, "moderator", act="agenda", item=items[0].id)
    offered = {role: (await web.get(f"/meja/{session.slug}/layar", headers=office.bearer(role))).text for role in ("operator", "moderator")}
    buttons = {role: [f'value="{word}"' in text for word in ("agenda", "agenda-undo")] for role, text in offered.items()}
    assert buttons == {"operator": [False, False], "moderator": [True, True]}
    async with ground.database.read() as db:
        events = [event.payload for event in await read(db, session.room, PUBLIC, 0)]
        started = (await db.get_one(AgendaItem, items[0].id)).started_at
    assert len(events) == 1
    assert b'"op":"agenda"' in events[0]
    assert b"Pembukaan" in events[0]
    assert started is not None
    page = await shown(web, session, code)
    assert page.index("Pembukaan") < page.index("Aspirasi warga")
    assert all(site.name in page for site in sites)
    other, _ = await make_session(ground)
    assert (await press(web, office, other, "moderator", act="agenda", item=items[1].id)).status_code == 409


async def test_halls_are_a_short_list_when_they_are_many(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, halls=12)
    page = await shown(web, session, await opened(ground, web, office, session))
    assert "halls-short" in page
    assert [site.name for site in sites if site.name not in page] == []


async def test_the_code_alone_finds_its_screen(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    sessions = [(await make_session(ground))[0] for _ in range(2)]
    codes = [await opened(ground, web, office, session) for session in sessions]
    asks = await web.get("/layar")
    assert (asks.status_code, 'action="/layar"' in asks.text, 'name="kode"' in asks.text) == (200, True, True)
    found = [await web.get("/layar", params={"kode": code.lower().replace("-", " ")}) for code in codes]
    assert [one.status_code for one in found] == [303, 303]
    shown = [await web.get(one.headers["location"]) for one in found]
    assert [(one.status_code, one.url.path) for one in shown] == [(200, f"/s/{session.slug}/layar") for session in sessions]
    for unknown in ("K7MP-2Q9T", "'; --", "ü"):
        answer = await web.get("/layar", params={"kode": unknown})
        assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (404, True)
