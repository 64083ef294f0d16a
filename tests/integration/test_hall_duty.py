"""A duty link: somebody without an account works at one hall's desk for one day, under their own name, until it ends or is revoked."""

import asyncio
import json
import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import select

from app.access import duties
from app.access.models import DutyShift
from app.audit.models import AuditEntry
from app.participants.models import Attendance, Origin
from app.sessions.models import ForumSession, SessionState
from app.web.csrf import STAFF_COOKIE
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_person
from tests.integration.test_access import csrf_of
from tests.integration.test_access_live import closed_with, enter

ZONE = ZoneInfo("Asia/Jakarta")


def today(ground: Ground) -> date:
    return ground.clock.now().astimezone(ZONE).date()


async def link_of(web: httpx.AsyncClient, office: Office, session: ForumSession, day: date, site: str = "aula-1") -> str:
    """The path of the link that a moderator makes and copies from the page."""
    who = office.bearer("moderator")
    made = await web.post(f"/meja/{session.slug}/piket", data={"site": site, "day": day.isoformat()}, headers=who)
    assert made.status_code == 303
    shown = (await web.get(f"/meja/{session.slug}/piket", headers=who)).text
    mark = re.search(r"#t-([a-z2-7]{16})", made.headers["location"])
    assert mark is not None
    found = re.search(rf'href="http[^"]+(/piket/{mark.group(1)}[a-z2-7]{{16}})"', shown)
    assert found is not None
    return found.group(1)


async def test_a_helper_opens_the_link_gives_a_name_and_works_in_that_hall_only(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    guest = await make_person(ground, session, "Siti", origin=Origin.WALK_IN, site_id=sites[0].id)
    path = await link_of(web, office, session, today(ground))
    assert await link_of(web, office, session, today(ground)) == path
    looked = await web.get(path)
    assert (looked.status_code, "Aula 1" in looked.text, STAFF_COOKIE in web.cookies) == (200, True, False)
    nameless = await web.post(path, data={"name": "7"})
    assert (nameless.status_code, STAFF_COOKIE in web.cookies) == (422, False)

    begun = await web.post(path, data={"name": "Ibu Sari"})
    assert (begun.status_code, begun.headers["location"]) == (303, f"/meja/{session.slug}/lokasi/aula-1")
    desk = await web.get(begun.headers["location"])
    assert (desk.status_code, "Ibu Sari" in desk.text) == (200, True)
    assert (await web.get(path)).headers["location"] == begun.headers["location"]
    elsewhere = {f"/meja/{session.slug}/{key}": 403 for key in ("lokasi/aula-2", "pendaftar", "piket", "undangan", "usulan", "atur")}
    assert {address: (await web.get(address)).status_code for address in elsewhere} == elsewhere

    body = {"participant": guest.id, "site": "aula-1", "nonce": "n-1"}
    api = f"/api/v1/sessions/{session.slug}/checkins"
    assert (await web.post(api, json=body)).status_code == 403
    headers = {"X-CSRF-Token": csrf_of(desk.text)}
    assert (await web.post(api, json=body, headers=headers)).status_code == 201
    assert (await web.post(api, json={**body, "site": "aula-2", "nonce": "n-2"}, headers=headers)).status_code == 403
    async with ground.database.read() as db:
        shift = (await db.scalars(select(DutyShift))).one()
        recorded = list(await db.scalars(select(Attendance.recorded_by)))
        acts = (await db.execute(select(AuditEntry.actor, AuditEntry.act, AuditEntry.facts).where(AuditEntry.chain == session.id))).all()
        names = await duties.names_of(db, session.id)
    assert (recorded, names) == ([f"duty:{shift.id}"], {f"duty:{shift.id}": "Ibu Sari"})
    assert [one.act for one in acts if one.actor == f"duty:{shift.id}"] == ["access.duty_begun", "hall.checked_in"]
    assert not any("Sari" in one.facts for one in acts)


async def test_duty_ends_with_the_day_of_the_forums_own_zone(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, zone="Asia/Jayapura")
    zone = ZoneInfo("Asia/Jayapura")
    day = ground.clock.now().astimezone(zone).date()
    path = await link_of(web, office, session, day)
    await web.post(path, data={"name": "Ibu Sari"})
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
    cookie = web.cookies[STAFF_COOKIE]
    async with ground.database.read() as db:
        before = await duties.staff_on_duty(db, cookie, midnight - timedelta(seconds=1))
        after = await duties.staff_on_duty(db, cookie, midnight)
    assert before is not None
    assert (before.name, after) == ("Ibu Sari", None)
    who = office.bearer("moderator")
    past = await web.post(f"/meja/{session.slug}/piket", data={"site": "aula-1", "day": str(day - timedelta(days=1))}, headers=who)
    assert (past.status_code, "Pilih hari ini atau hari yang akan datang" in past.text) == (422, True)
    web.cookies.clear()
    later = await link_of(web, office, session, day + timedelta(days=1))
    assert ((await web.get(later)).status_code, (await web.post(later, data={"name": "Ibu Sari"})).status_code) == (409, 409)
    assert STAFF_COOKIE not in web.cookies


@pytest.mark.parametrize("how", ["link", "shift", "own", "day"])
async def test_whoever_loses_duty_loses_desk_and_room_at_once(ground: Ground, office: Office, server: str, how: str) -> None:
    session, _ = await make_session(ground, state=SessionState.LIVE)
    async with httpx.AsyncClient(base_url=server, timeout=60, headers={"Accept": "text/html", "Origin": server}) as web:
        path = await link_of(web, office, session, today(ground))
        await web.post(path, data={"name": "Ibu Sari"})
        cookie, desk = web.cookies[STAFF_COOKIE], f"/meja/{session.slug}/lokasi/aula-1"
        token = csrf_of((await web.get(desk)).text)
        socket = await enter(cookie, server, session.room)
        welcome = json.loads(await asyncio.wait_for(socket.recv(), 10))
        assert (welcome["t"], welcome["you"]["name"], welcome["you"]["role"]) == ("welcome", "Ibu Sari", "operator")
        async with ground.database.read() as db:
            shift = (await db.scalars(select(DutyShift))).one()
        who = office.bearer("moderator")
        match how:
            case "link":
                assert (await web.post(f"/meja/{session.slug}/piket/{shift.link_id}/cabut", headers=who)).status_code == 303
            case "shift":
                assert (await web.post(f"/meja/{session.slug}/piket/petugas/{shift.id}/akhiri", headers=who)).status_code == 303
            case "own":
                assert (await web.post("/keluar", data={"csrf": token})).status_code == 303
                web.cookies.set(STAFF_COOKIE, cookie)
            case "day":
                async with ground.database.write() as db:
                    await duties.day_is_over(db, shift.link_id, 1, ground.clock.now() + timedelta(days=1))
        assert await closed_with(socket) == 4003
        assert (await web.get(desk)).headers["location"].startswith("/masuk")
        assert await closed_with(await enter(cookie, server, session.room)) == 4501
        web.cookies.clear()
        assert (await web.get(path)).status_code == (410 if how == "link" else 200)
        if how == "link":
            anew = await link_of(web, office, session, today(ground))
            assert anew != path
            assert [(await web.get(one)).status_code for one in (path, anew)] == [404, 200]


@pytest.mark.parametrize("secret", ["a" * 32, "x", "A" * 32, "ü" * 32])
async def test_no_other_address_puts_anybody_on_duty(web: httpx.AsyncClient, secret: str) -> None:
    answers = [await web.get(f"/piket/{secret}"), await web.post(f"/piket/{secret}", data={"name": "Ibu Sari"})]
    assert [one.status_code for one in answers] == [404, 404]
    assert STAFF_COOKIE not in web.cookies
