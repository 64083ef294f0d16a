"""The hall's QR code: with the PIN that is said aloud somebody takes a seat or checks in; operators see it and can take it back."""

import asyncio
import contextlib
import re
from datetime import datetime

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act
from app.errors import Unavailable
from app.hall import arrival, checkin, pin
from app.hall.checkin import Scan
from app.invitations.models import Seat, SeatState
from app.participants.models import Attendance, Consent, Origin, Participant
from app.participants.service import Person
from app.sessions.models import ForumSession, SessionState, Site
from app.vault import Vault
from app.web.csrf import SEAT_COOKIE
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_person, make_seat
from tests.factories_registration import make_application


def said(ground: Ground, site: Site) -> str:
    return pin.pin_of(ground.vault, site.id, pin.turn_of(ground.clock.now()))


def wrong(ground: Ground, site: Site) -> str:
    return f"{(int(said(ground, site)) + 7) % 10**6:06}"


async def there(ground: Ground, session: ForumSession) -> list[tuple[str, str | None, str]]:
    """Who is in which hall, and by whose hand."""
    async with ground.database.read() as db:
        rows = await db.execute(
            select(Participant.name, Attendance.site_id, Attendance.recorded_by)
            .join(Participant, Participant.id == Attendance.participant_id)
            .where(Attendance.session_id == session.id)
            .order_by(Participant.number)
        )
        return [tuple(row) for row in rows]


async def test_a_guest_writes_name_and_pin_and_sits_in_that_hall(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    door, desk = f"/h/{sites[0].id}", f"/meja/{session.slug}/lokasi/aula-1"
    typed = {"name": "Bapak Joko", "element": "rt", "institution": "RT 03", "nonce": "n1", "way": "new"}
    refused = [
        await web.post(door, data={**typed, **more}) for more in ({}, {"pin": wrong(ground, sites[0])}, {"pin": said(ground, sites[1])})
    ]
    assert [(one.status_code, 'value="Bapak Joko"' in one.text, SEAT_COOKIE in web.cookies) for one in refused] == [(422, True, False)] * 3
    assert await there(ground, session) == []

    twice = await asyncio.gather(*(web.post(door, data={**typed, "pin": said(ground, sites[0])}) for _ in range(2)))
    assert [(one.status_code, one.headers["location"]) for one in twice] == [(303, door)] * 2
    assert await there(ground, session) == [("Bapak Joko", sites[0].id, "self")]
    mine = await web.get(door)
    assert "Anda tercatat hadir" in mine.text
    assert (await web.get(f"/s/{session.slug}/ruang")).status_code == 200
    async with ground.database.read() as db:
        seat = (await db.scalars(select(Seat))).one()
        person = await db.get_one(Participant, seat.participant_id)
        consent = (await db.scalars(select(Consent))).one()
    assert (seat.site_id, seat.way, person.origin, person.institution, consent.purpose) == (
        sites[0].id,
        "in_person",
        Origin.WALK_IN,
        "RT 03",
        "notice",
    )

    seen = await web.get(f"{desk}/keadaan", headers=office.bearer("operator"))
    stay = re.search(r'form="take-back" name="stay" value="([a-z2-7]+)"', seen.text)
    assert stay is not None
    for _ in range(2):
        assert (await web.post(f"{desk}/tarik", data={"stay": stay.group(1)}, headers=office.bearer("operator"))).status_code == 303
    assert await there(ground, session) == []
    assert (await web.get(f"/s/{session.slug}/ruang")).status_code == 401
    async with ground.database.read() as db:
        assert (await db.get_one(Seat, seat.id)).state == SeatState.REVOKED
    assert "Bapak Joko" not in (await web.get(f"{desk}/keadaan", headers=office.bearer("operator"))).text


async def test_who_has_a_code_or_a_seat_checks_in_with_it_and_the_pin(ground: Ground, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    application = await make_application(ground, session, name="Siti", site_id=sites[0].id, attendance="in_person")
    _, token = await make_seat(ground, session, "Budi", way="in_person", site_id=sites[1].id, phone=None)
    door = f"/h/{sites[0].id}"
    asked = {"way": "code", "nonce": "n1", "code": application.code.lower()}
    guessed = await web.post(door, data={**asked, "pin": wrong(ground, sites[0])})
    unknown = await web.post(door, data={**asked, "code": "K7MP-2Q9T", "pin": said(ground, sites[0])})
    assert [(one.status_code, SEAT_COOKIE in web.cookies) for one in (guessed, unknown)] == [(422, False), (404, False)]
    entered = await web.post(door, data={**asked, "pin": said(ground, sites[0])})
    assert (entered.status_code, "Anda tercatat hadir" in entered.text, SEAT_COOKIE in web.cookies) == (200, True, False)

    assert (await web.post(f"/j/{token}", data={})).status_code == 303
    page = await web.get(door)
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    mine = {"way": "seat", "nonce": "n2", "pin": said(ground, sites[0]), "csrf": csrf.group(1)}
    assert (await web.post(door, data=mine)).status_code == 303
    assert await there(ground, session) == [("Siti", sites[0].id, "self"), ("Budi", sites[0].id, "self")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_guesser_waits_and_a_hall_of_a_hundred_behind_the_same_address_does_not(ground: Ground, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE, hall_seats=200)
    door, throttle = f"/h/{sites[0].id}", ground.throttles.hall_pin.near
    for n in range(100):
        guest = {
            "name": f"Warga Nomor {['satu', 'dua', 'tiga', 'empat', 'lima'][n % 5]} {'a' * (n // 5 + 1)}",
            "way": "new",
            "nonce": f"n{n}",
        }
        if n % 3 == 0:
            assert (await web.post(door, data={**guest, "pin": wrong(ground, sites[0])})).status_code == 422
        assert (await web.post(door, data={**guest, "pin": said(ground, sites[0])})).status_code == 303
        web.cookies.clear()
    assert len(await there(ground, session)) == 100
    guess = {"name": "Penebak", "way": "new", "nonce": "x", "pin": wrong(ground, sites[0])}
    tried = 0
    while (last := await web.post(door, data=guess)).status_code == 422:
        tried += 1
        assert tried <= throttle.burst
    assert (last.status_code, "Penebak" in last.text) == (429, True)
    assert tried >= throttle.burst - 34
    assert (await web.post(f"/h/{sites[1].id}", data={**guess, "pin": said(ground, sites[1])})).status_code == 303


@pytest.mark.parametrize(("state", "status"), [(SessionState.DRAFT, 404), (SessionState.ENDED, 410), (SessionState.CANCELLED, 410)])
async def test_nobody_comes_in_before_or_after(ground: Ground, web: httpx.AsyncClient, state: SessionState, status: int) -> None:
    session, sites = await make_session(ground, state=state)
    guest = {"name": "Bapak Joko", "way": "new", "nonce": "n1", "pin": said(ground, sites[0])}
    assert (await web.post(f"/h/{sites[0].id}", data=guest)).status_code == status
    assert await there(ground, session) == []


async def test_the_pin_stands_on_the_desk_and_never_on_the_screen(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    who = office.bearer("operator")
    control = (await web.get(f"/meja/{session.slug}/layar", headers=who)).text
    code = re.search(r"kode=([A-Z0-9-]{9})", control)
    assert code is not None
    screens = [(await web.get(f"/s/{session.slug}/{path}?kode={code.group(1)}")).text for path in ("layar", "layar/data")]
    poster = (await web.get(f"/meja/{session.slug}/lokasi/aula-1/poster", headers=who)).text
    desk = (await web.get(f"/meja/{session.slug}/lokasi/aula-1", headers=who)).text
    now = ground.clock.now()
    pins = [pin.pin_of(ground.vault, sites[0].id, pin.turn_of(now) - back) for back in (0, 1)]
    shown = [f"{one[:3]} {one[3:]}" for one in pins]
    assert any(one in desk for one in shown)
    assert not any(form in text for text in (control, poster, *screens) for form in [*pins, *shown])


async def test_a_namesake_on_the_list_is_pointed_out(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    await make_person(ground, session, "Siti Rahayu", site_id=sites[0].id)
    guest = {"name": "siti  rahayu", "way": "new", "nonce": "n1", "pin": said(ground, sites[0])}
    assert (await web.post(f"/h/{sites[0].id}", data=guest)).status_code == 303
    seen = await web.get(f"/meja/{session.slug}/lokasi/aula-1/keadaan", headers=office.bearer("operator"))
    assert "Nama yang sama ada di daftar" in seen.text


async def taken_back_while_scanned_elsewhere(
    ground: Ground, session: ForumSession, sites: list[Site], monkeypatch: pytest.MonkeyPatch
) -> list[object]:
    """What becomes of two desks that act on one guest, each held up where it has one lock and wants the next."""
    async with ground.database.write() as db:
        now = ground.clock.now()
        guest = await arrival.come_in_new(db, ground.vault, session, sites[0], Person(name="Bapak Joko"), "n1", now=now)
    has_stay, has_head = asyncio.Event(), asyncio.Event()
    recorded = checkin.record

    async def recording(db: AsyncSession, vault: Vault, session_id: str, now: datetime, act: Act) -> None:
        if act.act == "hall.checked_in":
            await db.flush()
            has_stay.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(has_head.wait(), 2)
        await recorded(db, vault, session_id, now, act)

    async def undoing(db: AsyncSession, vault: Vault, site: Site, stay_id: str, *, actor: str, now: datetime) -> None:
        has_head.set()
        await checkin.undo(db, vault, site, stay_id, actor=actor, now=now)

    monkeypatch.setattr(checkin, "record", recording)
    monkeypatch.setattr(arrival, "undo", undoing)

    async def elsewhere() -> None:
        async with ground.database.write() as db:
            scan = Scan("elsewhere")
            await checkin.check_in(db, ground.vault, sites[1], guest.stay.participant_id, scan, actor="system", now=ground.clock.now())

    async def back() -> None:
        await asyncio.wait_for(has_stay.wait(), 10)
        async with ground.database.write() as db:
            await arrival.take_back(db, ground.vault, sites[0], guest.stay.id, actor="system", now=ground.clock.now())

    return list(await asyncio.gather(elsewhere(), back(), return_exceptions=True))


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_guest_taken_back_while_scanned_elsewhere_holds_nobody_up(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    assert await taken_back_while_scanned_elsewhere(ground, session, sites, monkeypatch) == [None, None]
    assert await there(ground, session) == [("Bapak Joko", sites[1].id, "system")]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_without_holding_the_person_first_the_two_desks_would_wait_for_each_other(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)

    async def unheld(db: AsyncSession, session_id: str, participant_id: str) -> Participant:
        return await db.get_one(Participant, participant_id)

    monkeypatch.setattr(arrival, "hold_person", unheld)
    ends = await taken_back_while_scanned_elsewhere(ground, session, sites, monkeypatch)
    (lost,) = [end for end in ends if end is not None]
    assert isinstance(lost, Unavailable)
    assert isinstance(lost.__cause__, DBAPIError)
    assert getattr(lost.__cause__.orig, "sqlstate", None) == "40P01"
