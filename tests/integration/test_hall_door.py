"""Presses that a device at the door kept while the line was down: each counts once, and what has changed meanwhile waits for an operator."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.hall import door
from app.hall.door_list import print_of
from app.hall.models import DoorPress
from app.invitations.links import token_for
from app.invitations.models import Seat, SeatState
from app.participants.models import Attendance, Origin, Participant
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_person, make_seat
from tests.factories_registration import make_application


def at(ground: Ground, minutes: int) -> str:
    return (ground.clock.now() - timedelta(minutes=minutes)).isoformat()


async def upload(
    web: httpx.AsyncClient, office: Office, session: ForumSession, *presses: dict[str, Any], site: str = "aula-1"
) -> list[dict[str, Any]]:
    address = f"/api/v1/sessions/{session.slug}/sites/{site}/presses"
    answer = await web.post(address, json={"presses": presses}, headers={**office.bearer("operator"), "Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def look(web: httpx.AsyncClient, office: Office, session: ForumSession, known: str = "") -> dict[str, Any]:
    address = f"/api/v1/sessions/{session.slug}/sites/aula-1/door"
    return dict((await web.get(address, params={"known": known}, headers=office.bearer("operator"))).json())


async def stays(ground: Ground, session: ForumSession) -> list[Attendance]:
    async with ground.database.read() as db:
        return list(await db.scalars(select(Attendance).where(Attendance.session_id == session.id).order_by(Attendance.recorded_at)))


async def test_the_list_recognises_codes_and_gives_none_away(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    application = await make_application(ground, session, name="Siti", site_id=sites[0].id, attendance="in_person")
    seat, token = await make_seat(ground, session, "Budi", way="in_person", site_id=sites[1].id)
    found = await look(web, office, session)
    people = {one["name"]: one for one in found["people"]}
    assert print_of(found["salt"], application.code) in people["Siti"]["prints"]
    assert people["Budi"]["prints"] == [print_of(found["salt"], token)]
    assert (people["Budi"]["expected"], people["Budi"]["hall"]) == ("other_hall", sites[1].id)
    assert {frozenset(one) for one in found["people"]} == {frozenset({"id", "name", "capacity", "expected", "hall", "prints"})}
    assert all(len(mark) == 6 for one in found["people"] for mark in one["prints"])

    again = await look(web, office, session, known=found["version"])
    assert again["people"] is None
    async with ground.database.write() as db:
        row = await db.get_one(Seat, seat.id)
        row.generation, row.version = 2, 2
    renewed = await look(web, office, session, known=found["version"])
    assert print_of(found["salt"], token_for(ground.vault, seat.id, 2)) in {mark for one in renewed["people"] for mark in one["prints"]}


async def test_kept_presses_count_once_with_the_time_of_the_device_and_of_the_upload(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, sites = await make_session(ground)
    siti = await make_person(ground, session, "Siti", site_id=sites[0].id, origin=Origin.WALK_IN)
    _, token = await make_seat(ground, session, "Budi", way="in_person", site_id=sites[0].id)
    presses = [
        {"nonce": "a", "at": at(ground, 40), "participant": siti.id},
        {"nonce": "b", "at": at(ground, 30), "code": f"{ground.settings.public_url}/j/{token}"},
        {"nonce": "c", "at": at(ground, 20), "name": " Bapak  Joko "},
        {"nonce": "d", "at": at(ground, 10), "code": token},
        {"nonce": "e", "at": at(ground, 5), "name": "7"},
    ]
    first = await upload(web, office, session, *presses)
    assert [(one["state"], one["name"]) for one in first] == [
        ("in", "Siti"),
        ("in", "Budi"),
        ("in", "Bapak Joko"),
        ("again", "Budi"),
        ("wrong", "7"),
    ]
    again = await upload(web, office, session, *presses)
    assert [one["state"] for one in again] == ["again"] * 4 + ["wrong"]
    found = await stays(ground, session)
    assert [(one.nonce, one.arrived_at.isoformat()) for one in found] == [
        (one["nonce"], datetime.fromisoformat(one["at"]).isoformat()) for one in presses[:3]
    ]
    assert all(one.recorded_at - one.arrived_at > timedelta(minutes=19) for one in found)
    async with ground.database.read() as db:
        kept = list(await db.scalars(select(DoorPress).order_by(DoorPress.pressed_at)))
    assert [(one.nonce, one.refusal, one.uploaded_at > one.pressed_at) for one in kept] == [(n, None, True) for n in "abcd"]


async def test_what_changed_meanwhile_waits_for_an_operator_and_is_settled_once(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    siti = await make_person(ground, session, "Siti", site_id=sites[0].id, origin=Origin.WALK_IN)
    seat, token = await make_seat(ground, session, "Budi", way="in_person", site_id=sites[0].id)
    async with ground.database.write() as db:
        row = await db.get_one(Seat, seat.id)
        row.state, row.revoked_at = SeatState.REVOKED, ground.clock.now()
    await upload(web, office, session, {"nonce": "x", "at": at(ground, 3), "participant": siti.id}, site="aula-2")
    async with ground.database.read() as db:
        assert await db.scalar(select(DoorPress.refusal).where(DoorPress.nonce == "x")) == "hall.other_hall"
    elsewhere = f"/api/v1/sessions/{session.slug}/checkins"
    here = {"participant": siti.id, "site": "aula-2", "nonce": "y"}
    assert (await web.post(elsewhere, json=here, headers=office.bearer("operator"))).status_code == 201

    refused = await upload(
        web,
        office,
        session,
        {"nonce": "a", "at": at(ground, 9), "participant": siti.id},
        {"nonce": "b", "at": at(ground, 8), "code": token},
        {"nonce": "c", "at": at(ground, 7), "code": "K7MP-2Q9T"},
        {"nonce": "d", "at": at(ground, 6), "participant": "tidak-ada"},
    )
    codes = ["hall.in_other_hall", "hall.seat_revoked", "hall.unknown_code", "hall.unknown_person"]
    assert [(one["state"], one["code"]) for one in refused] == [("refused", code) for code in codes]
    assert "Aula 2" in refused[0]["sentence"]
    waiting = (await look(web, office, session))["waiting"]
    assert [(one["code"], one["name"], one["hint"]) for one in waiting] == [
        (codes[0], "Siti", None),
        (codes[1], "Budi", None),
        (codes[2], None, "K7MP…"),
        (codes[3], None, None),
    ]
    assert len(await stays(ground, session)) == 1

    settle = f"/api/v1/sessions/{session.slug}/sites/aula-1/presses"
    who = {**office.bearer("operator"), "Accept": "application/json"}
    both = await asyncio.gather(*(web.post(f"{settle}/{waiting[0]['id']}/settle", json={"admit": True}, headers=who) for _ in range(2)))
    assert [one.status_code for one in both] == [204, 204]
    nobody = await web.post(f"{settle}/{waiting[2]['id']}/settle", json={"admit": True}, headers=who)
    assert (nobody.status_code, nobody.json()["errors"][0]["field"]) == (422, "participant")
    assert (await web.post(f"{settle}/{waiting[2]['id']}/settle", json={"admit": False}, headers=who)).status_code == 204
    assert (
        await web.post(f"{settle.replace('aula-1', 'aula-2')}/{waiting[1]['id']}/settle", json={"admit": False}, headers=who)
    ).status_code == 404
    found = await stays(ground, session)
    assert [(one.site_id, one.left_at is None) for one in found] == [(sites[1].id, False), (sites[0].id, True)]
    assert [one["id"] for one in (await look(web, office, session))["waiting"]] == [waiting[1]["id"], waiting[3]["id"]]
    repeated = await upload(web, office, session, {"nonce": "a", "at": at(ground, 9), "participant": siti.id})
    assert (repeated[0]["state"], len(await stays(ground, session))) == ("again", 2)


async def test_an_unknown_code_becomes_somebody_of_the_list_or_a_guest_since_the_moment_of_the_scan(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    siti = await make_person(ground, session, "Siti", site_id=sites[0].id, origin=Origin.WALK_IN)
    presses = [{"nonce": f"scan-{n}", "at": at(ground, 9 - n), "code": f"K7MP-2Q9{n}"} for n in range(2)]
    await upload(web, office, session, *presses)
    waiting = (await look(web, office, session))["waiting"]
    assert [one["nonce"] for one in waiting] == ["scan-0", "scan-1"]
    settle = f"/api/v1/sessions/{session.slug}/sites/aula-1/presses"
    who = {**office.bearer("operator"), "Accept": "application/json"}

    async def decide(n: int, **wish: str) -> httpx.Response:
        return await web.post(f"{settle}/{waiting[n]['id']}/settle", json={"admit": True, **wish}, headers=who)

    wrong = await decide(1, name="42")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "name")
    twice = await asyncio.gather(*(decide(1, name=" Bapak  Joko ") for _ in range(3)))
    assert [one.status_code for one in [await decide(0, participant=siti.id), *twice]] == [204] * 4
    found = sorted(await stays(ground, session), key=lambda one: one.nonce)
    assert [(one.nonce, one.arrived_at) for one in found] == [(one["nonce"], datetime.fromisoformat(one["at"])) for one in presses]
    async with ground.database.read() as db:
        people = [await db.get_one(Participant, one.participant_id) for one in found]
        settled = list(await db.scalars(select(DoorPress).order_by(DoorPress.nonce)))
    assert [(one.name, one.origin, one.site_id) for one in people] == [
        (name, Origin.WALK_IN, sites[0].id) for name in ("Siti", "Bapak Joko")
    ]
    assert [one.participant_id for one in settled] == [one.id for one in people]
    assert (await look(web, office, session))["waiting"] == []
    assert [one["state"] for one in await upload(web, office, session, *presses)] == ["again", "again"]
    assert len(await stays(ground, session)) == 2


async def test_two_tabs_that_upload_the_same_press_make_one(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    press = {"nonce": "a", "at": at(ground, 9), "code": "K7MP-2Q9T"}
    answers = await asyncio.gather(*(upload(web, office, session, press) for _ in range(4)))
    assert [one[0]["code"] for one in answers] == ["hall.unknown_code"] * 4
    assert len((await look(web, office, session))["waiting"]) == 1


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_without_taking_turns_two_tabs_would_collide(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = await make_session(ground)
    both_looked, tried = asyncio.Barrier(2), door._tried

    async def no_turn(db: AsyncSession, session_id: str) -> None:
        return None

    async def trying(*given: Any) -> Any:
        found = await tried(*given)
        await asyncio.wait_for(both_looked.wait(), 20)
        return found

    monkeypatch.setattr(door, "take_turn", no_turn)
    monkeypatch.setattr(door, "_tried", trying)
    press = {"nonce": "a", "at": at(ground, 9), "code": "K7MP-2Q9T"}
    found = await asyncio.gather(*(upload(web, office, session, press) for _ in range(2)), return_exceptions=True)
    assert [type(one) for one in found if isinstance(one, BaseException)] == [IntegrityError]
