"""The chair leads the agenda: one press on, back or to any point, a slip taken back, and real times beside the plan."""

import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.database.tables import new_id
from app.errors import Conflict
from app.hall.screen import screen_of
from app.i18n import clock
from app.journal.service import PUBLIC, read
from app.sessions import agenda
from app.sessions.models import AgendaItem, ForumSession, SessionState
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session

TITLES = ("Pembukaan", "Aspirasi warga", "Tanggapan")


async def held(ground: Ground) -> tuple[ForumSession, list[str], datetime]:
    """A live session whose agenda has three points, half an hour each, the first planned for now."""
    now = ground.clock.now().replace(microsecond=0)
    session, _ = await make_session(ground, state=SessionState.LIVE, starts_at=now)
    items = [
        AgendaItem(id=new_id(), session_id=session.id, position=n, title=title, planned_at=now + timedelta(minutes=30 * n))
        for n, title in enumerate(TITLES)
    ]
    async with ground.database.write() as db:
        db.add_all(items)
    return session, [item.id for item in items], now


async def press(web: httpx.AsyncClient, office: Office, session: ForumSession, role: str = "moderator", **wish: Any) -> httpx.Response:
    return await web.post(f"/api/v1/sessions/{session.slug}/agenda", json=wish, headers=office.bearer(role))


async def told(ground: Ground, session: ForumSession) -> list[str | None]:
    """The points that the room was told of."""
    async with ground.database.read() as db:
        events = [json.loads(event.payload) for event in await read(db, session.room, PUBLIC, 0)]
    return [event["v"].get("title") for event in events if event.get("op") == "agenda"]


async def test_two_chairs_who_press_at_once_go_on_once(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, ids, _ = await held(ground)
    first = await press(web, office, session, to="next", seen="")
    second = await press(web, office, session, to="next", seen="")
    assert (first.status_code, first.json()["current"], second.status_code, second.json()["code"]) == (
        200,
        ids[0],
        409,
        "sessions.agenda_moved",
    )
    for wish, point in (("next", 1), ("next", 2), ("previous", 1), (ids[0], 0), (ids[0], 0)):
        assert (await press(web, office, session, to=wish)).json()["current"] == ids[point]
    assert (await press(web, office, session, to="previous")).status_code == 404
    assert await told(ground, session) == [TITLES[n] for n in (0, 1, 2, 1, 0)]


async def test_open_pages_ask_for_the_line_about_what_is_dealt_with(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _, _ = await held(ground)
    address = f"/s/{session.slug}/acara-kini"
    public = (await web.get(f"/s/{session.slug}")).text
    assert (f'data-agenda-now="{address}"' in public, "Sedang dibahas" in (await web.get(address)).text) == (True, False)
    await press(web, office, session, to="next", seen="")
    line = await web.get(address)
    assert (line.status_code, f"<b>{TITLES[0]}</b>" in line.text, "<html" in line.text) == (200, True, False)
    assert line.text.strip() in (await web.get(f"/s/{session.slug}/usulan")).text
    async with ground.database.write() as db:
        (await db.get_one(ForumSession, session.id)).state = SessionState.ENDED
    over = (await web.get(f"/s/{session.slug}")).text
    assert ((await web.get(address)).status_code, "data-agenda-now" in over) == (204, False)


async def test_a_slip_is_taken_back_as_if_it_had_never_been(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, ids, now = await held(ground)
    for n in range(2):
        async with ground.database.write() as db:
            at = now + timedelta(minutes=38 * n)
            await agenda.go(db, ground.vault, session.id, "next", actor="system", now=at)
    undone = now + timedelta(minutes=39)
    async with ground.database.write() as db:
        await agenda.undo(db, ground.vault, session.id, actor="system", now=undone)
    async with ground.database.read() as db:
        items = {item.id: item for item in await db.scalars(select(AgendaItem).where(AgendaItem.session_id == session.id))}
    assert [(items[one].started_at, items[one].ended_at) for one in ids] == [(now, None), (None, None), (None, None)]
    assert await told(ground, session) == [TITLES[0], TITLES[1], TITLES[0]]
    with pytest.raises(Conflict):
        async with ground.database.write() as db:
            await agenda.undo(db, ground.vault, session.id, actor="system", now=undone)


async def test_every_page_says_what_is_being_dealt_with_and_how_late(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, ids, now = await held(ground)
    for n, minutes in enumerate((0, 42)):
        async with ground.database.write() as db:
            await agenda.go(db, ground.vault, session.id, ids[n], actor="system", now=now + timedelta(minutes=minutes))
    found = (await web.get(f"/api/v1/sessions/{session.slug}/agenda")).json()
    assert [(one["state"], one["late"]) for one in found["items"]] == [("done", 0), ("now", 12), ("next", None)]
    assert (found["behind"], found["current"]) == (12, ids[1])
    forum = (await web.get(f"/s/{session.slug}")).text
    assert (forum.count("sedang dibahas sejak"), "berlangsung " in forum) == (1, True)
    pages = (
        (f"/meja/{session.slug}/lokasi/aula-1", "operator"),
        (f"/meja/{session.slug}/layar", "operator"),
        (f"/meja/{session.slug}/ruang", "moderator"),
        (f"/s/{session.slug}/ruang/polos", "moderator"),
        (f"/s/{session.slug}/usulan", "reader"),
        (f"/s/{session.slug}/daftar", "reader"),
        (f"/meja/{session.slug}", "reader"),
        (f"/meja/{session.slug}/angka", "reader"),
        (f"/meja/{session.slug}/jadwal", "moderator"),
    )
    shown = {path: "Aspirasi warga" in (await web.get(path, headers=office.bearer(role))).text for path, role in pages}
    assert shown == dict.fromkeys(shown, True)
    control = (await web.get(f"/meja/{session.slug}/layar", headers=office.bearer("operator"))).text
    assert "12 menit lebih lambat dari rencana" in control
    async with ground.database.write() as db:
        code = (await screen_of(db, session.id, now)).code
    screen = (await web.get(f"/s/{session.slug}/layar?kode={code}")).text
    begun = clock(now + timedelta(minutes=42), session.zone).split(" ")[0]
    assert f"Sekarang, sejak {begun}</p><b>Aspirasi warga" in screen
