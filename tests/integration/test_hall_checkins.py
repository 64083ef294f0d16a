"""Checking people in: once however often it is scanned, warned in the wrong hall, refused for strangers."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.access.rights import GrantOf
from app.access.service import create_token
from app.audit.models import AuditEntry
from app.hall import checkin
from app.hall.attendance import Figures, figures
from app.participants.models import Attendance, Origin, Participant
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_person, make_seat
from tests.factories_registration import make_application

Headers = Mapping[str, str]


async def scan(web: httpx.AsyncClient, session: ForumSession, who: Headers, nonce: str, **body: Any) -> httpx.Response:
    call = {"site": "aula-1", "nonce": nonce, "at": "2021-04-11T18:12:00+07:00", **body}
    return await web.post(f"/api/v1/sessions/{session.slug}/checkins", json=call, headers={**who, "Accept": "application/json"})


async def stays(ground: Ground, session: ForumSession) -> list[Attendance]:
    async with ground.database.read() as db:
        return list(await db.scalars(select(Attendance).where(Attendance.session_id == session.id).order_by(Attendance.recorded_at)))


async def test_a_repeated_scan_is_the_same_stay(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    seat, _ = await make_seat(ground, session, "Siti", way="in_person", site_id=sites[0].id)
    first = await scan(web, session, office.bearer("operator"), "n-1", participant=seat.participant_id)
    again = await scan(web, session, office.bearer("operator"), "n-1", participant=seat.participant_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["participant"] == seat.participant_id
    assert first.json()["warnings"] == []
    assert len(await stays(ground, session)) == 1
    async with ground.database.read() as db:
        acts = await db.scalars(select(AuditEntry.act).where(AuditEntry.chain == session.id, AuditEntry.act == "hall.checked_in"))
        assert list(acts) == ["hall.checked_in"]


async def test_two_desks_make_one_stay(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    seat, _ = await make_seat(ground, session, "Siti", way="in_person", site_id=sites[0].id)
    answers = await asyncio.gather(
        *(scan(web, session, office.bearer("operator"), f"desk-{n}", participant=seat.participant_id) for n in range(6))
    )
    assert sorted(one.status_code for one in answers) == [200] * 5 + [201]
    assert {one.json()["id"] for one in answers} == {one.id for one in await stays(ground, session)}


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_without_the_lock_on_the_person_two_desks_would_make_two_stays(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, sites = await make_session(ground)
    seat, _ = await make_seat(ground, session, "Siti", way="in_person", site_id=sites[0].id)
    both_looked = asyncio.Barrier(2)

    async def unlocked(db: AsyncSession, session_id: str, participant_id: str) -> Participant:
        return await db.get_one(Participant, participant_id)

    looked = checkin._open_stays

    async def looking(db: AsyncSession, person_id: str) -> list[Attendance]:
        found = await looked(db, person_id)
        await asyncio.wait_for(both_looked.wait(), 5)
        return found

    monkeypatch.setattr(checkin, "hold_person", unlocked)
    monkeypatch.setattr(checkin, "_open_stays", looking)
    await asyncio.gather(*(scan(web, session, office.bearer("operator"), f"desk-{n}", participant=seat.participant_id) for n in range(2)))
    assert len(await stays(ground, session)) == 2


async def test_a_nonce_is_for_one_person(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    siti = await make_person(ground, session, "Siti", site_id=sites[0].id, origin=Origin.WALK_IN)
    budi = await make_person(ground, session, "Budi", site_id=sites[0].id, origin=Origin.WALK_IN)
    assert (await scan(web, session, office.bearer("operator"), "n-1", participant=siti.id)).status_code == 201
    refused = await scan(web, session, office.bearer("operator"), "n-1", participant=budi.id)
    assert (refused.status_code, refused.json()["code"]) == (409, "hall.nonce_used")
    assert [one.participant_id for one in await stays(ground, session)] == [siti.id]


async def test_codes_and_scanned_links_find_the_person(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    application = await make_application(ground, session, name="Siti", site_id=sites[0].id, attendance="in_person")
    seat, token = await make_seat(ground, session, "Budi", way="in_person", site_id=sites[0].id)
    who = office.bearer("operator")
    spoken = await scan(web, session, who, "n-1", code=f" {application.code.lower().replace('-', ' ')} ")
    link = await scan(web, session, who, "n-2", code=f"{ground.settings.public_url}/j/{token}")
    assert (spoken.json()["participant"], link.json()["participant"]) == (application.participant_id, seat.participant_id)


@pytest.mark.parametrize("code", ["K7MP-2Q9T", "x", "/j/" + "a" * 32, "ü" * 32])
async def test_an_unknown_code_is_refused(ground: Ground, office: Office, web: httpx.AsyncClient, code: str) -> None:
    session, _ = await make_session(ground)
    answer = await scan(web, session, office.bearer("operator"), "n-1", code=code)
    assert (answer.status_code, answer.json()["code"]) == (404, "hall.unknown_code")
    assert await stays(ground, session) == []


async def test_people_of_another_session_are_unknown(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    other, others = await make_session(ground)
    seat, token = await make_seat(ground, other, "Siti", way="in_person", site_id=others[0].id)
    who = office.bearer("operator")
    by_id = await scan(web, session, who, "n-1", participant=seat.participant_id)
    by_link = await scan(web, session, who, "n-2", code=token)
    assert [(one.status_code, one.json()["code"]) for one in (by_id, by_link)] == [(404, "hall.unknown_person"), (404, "hall.unknown_code")]


async def test_a_guest_of_another_hall_is_warned_of_and_let_in_by_a_second_press(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, sites = await make_session(ground)
    seat, _ = await make_seat(ground, session, "Siti", way="in_person", site_id=sites[1].id)
    who = office.bearer("operator")
    asked = await scan(web, session, who, "n-1", participant=seat.participant_id, ask=True)
    assert (asked.status_code, asked.json()["code"]) == (409, "hall.other_hall")
    assert "Siti" in asked.json()["title"]
    assert await stays(ground, session) == []
    let_in = await scan(web, session, who, "n-1", participant=seat.participant_id)
    assert (let_in.status_code, let_in.json()["warnings"]) == (201, ["hall.other_hall"])


@pytest.mark.parametrize(("way", "warning"), [("online", "hall.expected_online"), (None, "hall.no_seat")])
async def test_somebody_without_a_seat_in_a_hall_is_warned_of(
    ground: Ground, office: Office, web: httpx.AsyncClient, way: str | None, warning: str
) -> None:
    session, _ = await make_session(ground)
    person = (await make_seat(ground, session, "Siti", way=way))[0].participant_id if way else (await make_person(ground, session)).id
    answer = await scan(web, session, office.bearer("operator"), "n-1", participant=person)
    assert (answer.status_code, answer.json()["warnings"]) == (201, [warning])


async def test_going_to_another_hall_ends_the_first_stay(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    seat, _ = await make_seat(ground, session, "Siti", way="in_person", site_id=sites[0].id)
    who = office.bearer("operator")
    await scan(web, session, who, "n-1", participant=seat.participant_id)
    await scan(web, session, who, "n-2", participant=seat.participant_id, site="aula-2")
    assert [(one.site_id, one.left_at is None) for one in await stays(ground, session)] == [(sites[0].id, False), (sites[1].id, True)]


async def test_a_check_in_is_undone_by_one_press(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    seat, _ = await make_seat(ground, session, "Siti", way="in_person", site_id=sites[0].id)
    who = office.bearer("operator")
    stay = (await scan(web, session, who, "n-1", participant=seat.participant_id)).json()["id"]
    address = f"/api/v1/sessions/{session.slug}/checkins/{stay}"
    elsewhere = await web.delete(address, params={"site": "aula-2"}, headers=who)
    assert (elsewhere.status_code, len(await stays(ground, session))) == (204, 1)
    here = await web.delete(address, params={"site": "aula-1"}, headers=who)
    assert (here.status_code, await stays(ground, session)) == (204, [])


async def test_an_operator_of_one_hall_works_in_that_hall_only(ground: Ground, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    now = ground.clock.now()
    async with ground.database.write() as db:
        bound = [GrantOf(Role.OPERATOR, session.id, sites[0].id)]
        token = await create_token(db, ground.vault, name="meja", grants=bound, expires_at=now + timedelta(days=1), actor="system", now=now)
    who = {"Authorization": f"Bearer {token}"}
    person = await make_person(ground, session, "Siti", origin=Origin.WALK_IN, site_id=sites[0].id)
    assert (await scan(web, session, who, "n-1", participant=person.id)).status_code == 201
    assert (await scan(web, session, who, "n-2", participant=person.id, site="aula-2")).status_code == 403
    assert (await scan(web, session, who, "n-3", participant=person.id, site="aula-9")).status_code == 404
    guests = f"/api/v1/sessions/{session.slug}/participants"
    assert (await web.post(guests, json={"name": "Budi", "site": "aula-2"}, headers=who)).status_code == 403
    assert (await web.post(guests, json={"name": "Budi", "site": "aula-1"}, headers=who)).status_code == 201


async def test_the_time_of_a_device_that_was_offline_counts_when_it_can_be_right(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, sites = await make_session(ground)
    now = ground.clock.now()
    times = {"earlier": now - timedelta(hours=2), "tomorrow": now + timedelta(days=1), "last-year": now - timedelta(days=365)}
    for nonce, at in times.items():
        person = await make_person(ground, session, nonce, origin=Origin.WALK_IN, site_id=sites[0].id)
        await scan(web, session, office.bearer("operator"), nonce, participant=person.id, at=at.isoformat())
    arrived = {one.nonce: one.arrived_at for one in await stays(ground, session)}
    assert arrived["earlier"] == times["earlier"]
    assert all(abs(arrived[nonce] - now) < timedelta(minutes=1) for nonce in ("tomorrow", "last-year"))


async def test_a_walk_in_is_added_and_in_the_hall_with_one_call(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    address = f"/api/v1/sessions/{session.slug}/participants"
    guest = {"name": " Bapak  Joko ", "capacity": "Ketua RT 06", "element": "rt", "site": "aula-1", "nonce": "g-1"}
    answers = await asyncio.gather(*(web.post(address, json=guest, headers=office.bearer("operator")) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [200, 200, 200, 201]
    assert len({one.json()["id"] for one in answers}) == 1
    made = answers[0].json()
    assert (made["name"], made["capacity"], made["element"], made["site"]) == ("Bapak Joko", "Ketua RT 06", "rt", "aula-1")
    async with ground.database.read() as db:
        people = list(await db.scalars(select(Participant).where(Participant.session_id == session.id)))
    assert [(one.name, one.origin, one.site_id) for one in people] == [("Bapak Joko", Origin.WALK_IN, sites[0].id)]
    assert [one.participant_id for one in await stays(ground, session)] == [people[0].id]


async def test_a_wrong_guest_is_refused_field_by_field(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    address = f"/api/v1/sessions/{session.slug}/participants"
    who = {**office.bearer("operator"), "Accept": "application/json"}
    empty = await web.post(address, json={"name": " ", "site": "aula-1"}, headers=who)
    element = await web.post(address, json={"name": "Joko", "site": "aula-1", "element": "raja"}, headers=who)
    assert [(one.status_code, one.json()["errors"][0]["field"]) for one in (empty, element)] == [(422, "name"), (422, "element")]
    async with ground.database.read() as db:
        assert await db.scalar(select(func.count()).select_from(Participant).where(Participant.session_id == session.id)) == 0


async def test_attendance_is_counted_by_hall_way_sex_and_element(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    who = office.bearer("operator")
    for n, (element, gender, hall) in enumerate([("rt", "male", 0), ("rt", "female", 0), ("perempuan", "female", 1), ("rw", None, 1)]):
        person = await make_person(
            ground, session, f"Warga {n}", element=element, gender=gender, site_id=sites[hall].id, origin=Origin.WALK_IN
        )
        await scan(web, session, who, f"n-{n}", participant=person.id, site=sites[hall].code)
    async with ground.database.read() as db:
        now = await figures(db, session.id, at=ground.clock.now())
        ever = await figures(db, session.id, site_id=sites[0].id)
        before = await figures(db, session.id, at=ground.clock.now() - timedelta(days=700))
    assert now == Figures(
        4,
        {"in_person": 4},
        dict(sorted({sites[0].id: 2, sites[1].id: 2}.items())),
        {"": 1, "female": 2, "male": 1},
        {"perempuan": 1, "rt": 2, "rw": 1},
    )
    assert (ever.total, ever.by_element, before.total) == (2, {"rt": 2}, 0)
    shown = (await web.get(f"/api/v1/sessions/{session.slug}/attendance", headers=who)).json()
    assert (shown["total"], shown["by_site"]) == (4, {"aula-1": 2, "aula-2": 2})
