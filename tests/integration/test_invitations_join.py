"""The personal link and the page behind it: looking changes nothing, a press ties the browser, digits are asked for, nothing leaks."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select

from app.clock import Clock
from app.invitations.links import token_for
from app.invitations.models import Reveal, Seat, SeatDevice, SeatState
from app.main import create_app
from app.registration.models import ApplicationState
from app.web.csrf import SEAT_COOKIE
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_applicant, make_meeting, make_seat
from tests.integration.test_invitations_publish import press

PHONE = "+6285326905742"


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found.group(1)


async def devices(ground: Ground) -> int:
    async with ground.database.read() as db:
        return await db.scalar(select(func.count()).select_from(SeatDevice)) or 0


async def come_in(web: httpx.AsyncClient, secret: str, four: str = "5742") -> httpx.Response:
    return await web.post(f"/j/{secret}", data={"last_four": four})


async def test_looking_at_a_link_uses_nothing_up_and_names_nobody(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    _, secret = await make_seat(ground, session, "Siti Rahmawati")
    for _ in range(3):
        seen = await web.get(f"/j/{secret}")
        assert seen.status_code == 200
        assert session.title in seen.text
        assert "Siti" not in seen.text
        assert "set-cookie" not in seen.headers
        assert seen.headers["x-robots-tag"] == "noindex, nofollow"
    assert await devices(ground) == 0


async def test_a_press_with_the_right_digits_leads_to_an_address_that_says_nothing(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    _, secret = await make_seat(ground, session, "Siti Rahmawati", phone=PHONE)
    entered = await come_in(web, secret)
    assert (entered.status_code, entered.headers["location"]) == (303, f"/s/{session.slug}/hadir")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    async with ground.database.read() as db:
        stored = (await db.scalars(select(SeatDevice.fingerprint))).all()
    assert web.cookies[SEAT_COOKIE] not in stored
    home = await web.get(entered.headers["location"])
    assert home.status_code == 200
    assert secret not in home.text
    known = await web.get(f"/j/{secret}")
    assert (known.status_code, known.headers["location"]) == (303, f"/s/{session.slug}/hadir")
    assert await devices(ground) == 1


@pytest.mark.parametrize("four", ["", "1234", "574", "85326905742", "５７４２"])
async def test_wrong_digits_are_told_beside_the_field(ground: Ground, web: httpx.AsyncClient, four: str) -> None:
    session, _ = await make_session(ground)
    _, secret = await make_seat(ground, session, phone=PHONE)
    refused = await come_in(web, secret, four)
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert f'value="{four}"' in refused.text
    assert "set-cookie" not in refused.headers
    assert await devices(ground) == 0


async def test_guessing_digits_is_slowed_down_per_seat(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    _, secret = await make_seat(ground, session, phone=PHONE)
    _, other = await make_seat(ground, session, "Budi", phone="+6281234567890")
    outcomes = [(await come_in(web, secret, "0000")).status_code for _ in range(6)]
    assert outcomes == [422] * 5 + [429]
    assert (await come_in(web, secret)).status_code == 429
    assert (await come_in(web, other, "7890")).status_code == 303


async def test_who_has_no_phone_is_not_asked_for_one(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    _, secret = await make_seat(ground, session, phone=None)
    assert "last_four" not in (await web.get(f"/j/{secret}")).text
    assert (await come_in(web, secret, "")).status_code == 303


async def test_meeting_and_passcode_are_shown_on_a_press_only_and_logged(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await make_meeting(ground, session)
    _, secret = await make_seat(ground, session, phone=PHONE)
    await come_in(web, secret)
    home = await web.get(f"/s/{session.slug}/hadir")
    assert "batik22" not in home.text
    assert "zoom.us" not in home.text
    forged = await web.post(f"/s/{session.slug}/hadir")
    assert (forged.status_code, "batik22" in forged.text) == (403, False)
    shown = await web.post(f"/s/{session.slug}/hadir", data={"csrf": csrf_of(home.text)})
    assert shown.status_code == 200
    assert all(part in shown.text for part in ("batik22", "812 3456 7890", "https://zoom.us/j/81234567890?pwd=rahasia"))
    assert shown.headers["cache-control"] == "no-store"
    async with ground.database.read() as db:
        assert [r.device_id is not None for r in await db.scalars(select(Reveal))] == [True]


@pytest.mark.parametrize(
    ("change", "sentence"), [("rotated", "sudah diganti"), ("revoked", "tidak berlaku lagi"), ("expired", "sudah selesai")]
)
async def test_a_link_that_ended_says_so_and_the_browser_is_out(ground: Ground, web: httpx.AsyncClient, change: str, sentence: str) -> None:
    session, _ = await make_session(ground)
    seat, secret = await make_seat(ground, session, phone=PHONE)
    await come_in(web, secret)
    client = web
    async with ground.database.write() as db:
        mine = await db.get_one(Seat, seat.id)
        if change == "rotated":
            mine.generation = 2
        elif change == "revoked":
            mine.state = SeatState.REVOKED
    if change == "expired":
        later = replace(ground, clock=Clock(timedelta(days=10)))
        transport = httpx.ASGITransport(app=create_app(later, work=False))
        headers = {"Accept": "text/html", "Origin": ground.settings.public_url}
        client = httpx.AsyncClient(transport=transport, base_url=ground.settings.public_url, headers=headers, cookies=web.cookies)
    for answer in (await client.get(f"/j/{secret}"), await come_in(client, secret)):
        assert answer.status_code == 410
        assert sentence in answer.text
    assert (f"/s/{session.slug}/usulan" in answer.text) == (change == "expired")
    assert (await client.get(f"/s/{session.slug}/hadir")).status_code == 401
    assert (await client.post("/api/v1/join/reveal")).status_code == 401


async def test_a_link_that_never_was_is_not_found(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    seat, secret = await make_seat(ground, session)
    for wrong in ("x", secret[:-1] + ("a" if secret[-1] != "a" else "b"), token_for(ground.vault, seat.id, 2), "a" * 32):
        assert [(await web.get(f"/j/{wrong}")).status_code, (await come_in(web, wrong)).status_code] == [404, 404]


async def test_a_seat_opens_only_its_own_session(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    other, _ = await make_session(ground)
    _, secret = await make_seat(ground, session, phone=PHONE)
    await come_in(web, secret)
    assert (await web.get(f"/s/{other.slug}/hadir")).status_code == 401


@pytest.mark.parametrize("typed", ["K7MP-2Q9T", "k7mp2q9t", "k7mp 2q9t"])
async def test_the_short_address_lets_the_selected_in_however_the_code_is_typed(ground: Ground, web: httpx.AsyncClient, typed: str) -> None:
    session, _ = await make_session(ground)
    await make_applicant(ground, session, "Siti", ApplicationState.SELECTED, code="K7MP-2Q9T", phone=PHONE)
    await press(ground, session)
    assert (await web.get("/k/k7mp2q9t")).status_code == 200
    wrong = await web.post(f"/k/{typed}", data={"code": typed, "last_four": "0000"})
    assert (wrong.status_code, "tidak cocok" in wrong.text) == (404, True)
    entered = await web.post(f"/k/{typed}", data={"code": typed, "last_four": "5742"})
    assert (entered.status_code, entered.headers["location"]) == (303, f"/s/{session.slug}/hadir")
    assert (await web.get(f"/s/{session.slug}/hadir")).status_code == 200


async def test_the_short_address_leads_others_to_their_application(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    reserve = await make_applicant(ground, session, "Siti", ApplicationState.RESERVE, code="K7MP-2Q9T", phone=PHONE)
    answer = await web.post("/k/K7MP-2Q9T", data={"code": "K7MP-2Q9T", "last_four": "5742"})
    assert (answer.status_code, answer.headers["location"][:19]) == (303, f"/r/{reserve.id}")


async def test_the_calendar_file_keeps_its_uid_and_grows_with_changes(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await make_meeting(ground, session)
    _, secret = await make_seat(ground, session, phone=PHONE)
    await come_in(web, secret)
    answer = await web.get(f"/s/{session.slug}/hadir/kalender.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    lines = answer.text.split("\r\n")
    assert f"UID:{session.id}@{ground.settings.public_url.partition('://')[2]}" in lines
    assert f"SEQUENCE:{session.version}" in lines
    assert secret not in answer.text
    assert "zoom" not in answer.text


async def test_revoking_by_the_desk_closes_the_page_at_once(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    seat, secret = await make_seat(ground, session, phone=PHONE)
    await come_in(web, secret)
    await web.post(f"/api/v1/sessions/{session.slug}/seats/{seat.id}/revoke", headers={**office.bearer("moderator"), "Cookie": ""})
    assert (await web.get(f"/s/{session.slug}/hadir")).status_code == 401


async def test_nothing_of_a_link_goes_to_other_sites_or_logs(
    ground: Ground, web: httpx.AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    session, _ = await make_session(ground)
    _, secret = await make_seat(ground, session, phone=PHONE)
    seen = await web.get(f"/j/{secret}")
    assert seen.headers["referrer-policy"] == "same-origin"
    assert secret not in seen.text
    await come_in(web, secret, "0000")
    await come_in(web, secret)
    await web.get(f"/j/{secret[:-1]}")
    out, err = capfd.readouterr()
    assert secret[16:-1] not in out + err
