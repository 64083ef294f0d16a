"""WhatsApp by hand: two officers never hold the same row, only the holder sees the number, everything can be undone."""

import asyncio
import re
from datetime import timedelta
from urllib.parse import unquote

import httpx
import pytest
from sqlalchemy import ColumnElement, Select, select, true

from app.errors import Conflict
from app.invitations.jobs import jobs
from app.invitations.models import Seat
from app.notices import hand
from app.notices.models import Attempt, Channel, Delivery, DeliveryState, Notice
from app.notices.service import notify
from app.registration.models import ApplicationState
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office
from tests.factories import make_session
from tests.factories_invitations import make_crowd, make_person, make_seat
from tests.integration.test_invitations_join import csrf_of


async def make_rows(ground: Ground, session: ForumSession, count: int) -> list[str]:
    """Deliveries by WhatsApp that wait for an officer."""
    person, now, ids = await make_person(ground, session), ground.clock.now(), []
    async with ground.database.write() as db:
        for number in range(count):
            notice = Notice(session_id=session.id, participant_id=person.id, kind="reserve", key=f"k:{number}", facts={}, created_at=now)
            db.add(notice)
            await db.flush()
            delivery = Delivery(notice_id=notice.id, channel=Channel.WHATSAPP_HAND)
            db.add(delivery)
            await db.flush()
            ids.append(delivery.id)
    return ids


async def take(ground: Ground, session: ForumSession, actor: str, count: int = 5, later: timedelta = timedelta()) -> list[str]:
    async with ground.database.write() as db:
        taken = await hand.claim(db, session.id, actor, ground.clock.now() + later, count=count)
        await asyncio.sleep(0.05)
        return taken


async def test_two_officers_at_once_never_take_the_same_row(ground: Ground) -> None:
    session, _ = await make_session(ground)
    ids = await make_rows(ground, session, 12)
    taken = await asyncio.gather(*(take(ground, session, f"account:{n}") for n in range(4)))
    flat = [one for some in taken for one in some]
    assert (len(flat), sorted(flat)) == (len(set(flat)), sorted(ids))
    async with ground.database.read() as db:
        holders = {d.id: d.claimed_by for d in await db.scalars(select(Delivery))}
    assert all(holders[one] == f"account:{n}" for n, some in enumerate(taken) for one in some)


async def test_without_the_lock_they_would(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the same race with lock and condition taken away hands rows out twice."""
    session, _ = await make_session(ground)
    await make_rows(ground, session, 5)

    def unlocked(statement: Select[Delivery], **_: object) -> Select[Delivery]:
        return statement

    def everything(_: object) -> ColumnElement[bool]:
        return true()

    monkeypatch.setattr(Select, "with_for_update", unlocked)
    monkeypatch.setattr(hand, "free", everything)
    taken = await asyncio.gather(*(take(ground, session, f"account:{n}") for n in range(3)), return_exceptions=True)
    flat = [one for some in taken if isinstance(some, list) for one in some]
    assert len(flat) > len(set(flat))


async def test_a_claim_is_a_lease_of_ten_minutes(ground: Ground) -> None:
    session, _ = await make_session(ground)
    ids = await make_rows(ground, session, 2)
    assert sorted(await take(ground, session, "account:a")) == sorted(ids)
    assert await take(ground, session, "account:b", later=timedelta(minutes=9)) == []
    assert sorted(await take(ground, session, "account:b", later=timedelta(minutes=10, seconds=1))) == sorted(ids)
    async with ground.database.write() as db:
        with pytest.raises(Conflict, match=r"notices\.not_yours"):
            await hand.mark_sent(db, session.id, ids[0], "account:a", ground.clock.now())


async def test_sent_undone_failed_and_sent_again_leave_their_trace(ground: Ground) -> None:
    session, _ = await make_session(ground)
    (row,) = await make_rows(ground, session, 1)
    await take(ground, session, "account:a")
    states = []
    for verb in (hand.mark_sent, hand.mark_sent, hand.undo, "failed", hand.undo, hand.mark_sent, hand.resend):
        async with ground.database.write() as db:
            if verb == "failed":
                await hand.give_up(db, session.id, row, "account:a", ground.clock.now(), hand.HandProblem.NOT_ON_WHATSAPP)
            else:
                await verb(db, session.id, row, "account:a", ground.clock.now())  # type: ignore[operator]  # verbs of one shape, in a table
            one = await db.get_one(Delivery, row)
            states.append((one.state.value, one.last_problem, one.sent_at is not None))
    assert states == [
        ("sent", None, True),
        ("sent", None, True),
        ("claimed", None, False),
        ("failed", "hand.not_on_whatsapp", False),
        ("claimed", None, False),
        ("sent", None, True),
        ("queued", None, False),
    ]
    async with ground.database.read() as db:
        tries = [(a.number, a.outcome, a.by) for a in await db.scalars(select(Attempt).order_by(Attempt.number))]
    outcomes = ("sent", "undone", "failed", "undone", "sent", "queued")
    assert tries == [(n, outcome, "account:a") for n, outcome in enumerate(outcomes, 1)]


async def test_what_is_cancelled_is_not_handed_out(ground: Ground) -> None:
    session, _ = await make_session(ground)
    ids = await make_rows(ground, session, 2)
    async with ground.database.write() as db:
        await hand.cancel(db, session.id, ids[0], "account:a", ground.clock.now())
    assert await take(ground, session, "account:b") == [ids[1]]
    async with ground.database.write() as db:
        with pytest.raises(Conflict, match=r"notices\.under_way"):
            await hand.cancel(db, session.id, ids[1], "account:a", ground.clock.now())


async def told_of_seat(ground: Ground, session: ForumSession) -> Seat:
    seat, _ = await make_seat(ground, session, "Siti Rahmawati")
    async with ground.database.write() as db:
        await notify(
            db, session_id=session.id, participant_id=seat.participant_id, kind="invited", key="i:1", facts={}, now=ground.clock.now()
        )
        notice_id = (await db.scalars(select(Notice.id))).one()
    await jobs(ground)["notices.route"]({"notice_ids": [notice_id]})
    return seat


async def sign_in(web: httpx.AsyncClient, login: str) -> None:
    web.cookies.clear()
    await web.post("/masuk", data={"login": login, "password": PASSWORD})


async def test_an_officer_takes_opens_marks_and_undoes_without_script(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await told_of_seat(ground, session)
    desk = f"/meja/{session.slug}/undangan"
    await sign_in(web, "secretariat")
    before = await web.get(desk)
    assert ("wa.me" in before.text, "0853-2690-5742" in before.text) == (False, False)
    csrf = {"csrf": csrf_of(before.text)}
    assert (await web.post(f"{desk}/ambil", data={**csrf, "count": "5"})).status_code == 303
    mine = await web.get(desk)
    found = re.search(r'href="https://wa\.me/6285326905742\?text=([^"]+)"', mine.text)
    assert found
    text = unquote(found.group(1))
    assert "Balas HADIR" in text
    assert f"{ground.settings.public_url}/j/" in text
    async with ground.database.read() as db:
        row = (await db.scalars(select(Delivery.id))).one()
    web.cookies.clear()
    await sign_in(web, "moderator")
    other = await web.get(desk)
    assert ("wa.me" in other.text, "0853-2690-5742" in other.text, "Di tangan petugas lain" in other.text) == (False, False, True)
    stolen = await web.post(f"{desk}/{row}/sent", data={"csrf": csrf_of(other.text)})
    assert (stolen.status_code, "tidak (lagi) di tangan Anda" in stolen.text) == (409, True)
    await sign_in(web, "secretariat")
    csrf = {"csrf": csrf_of((await web.get(desk)).text)}
    sent = await web.post(f"{desk}/{row}/sent", data=csrf)
    after = await web.get(sent.headers["location"])
    assert (f"{desk}/{row}/undo" in after.text, "wa.me" in after.text) == (True, False)
    await web.post(f"{desk}/{row}/undo", data=csrf)
    async with ground.database.read() as db:
        assert (await db.get_one(Delivery, row)).state == DeliveryState.CLAIMED


async def test_programs_see_states_and_never_addresses(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    seat = await told_of_seat(ground, session)
    address = f"/api/v1/sessions/{session.slug}/deliveries"
    listed = await web.get(address, headers=office.bearer("moderator"))
    (item,) = listed.json()["items"]
    shown = {name: item[name] for name in ("name", "kind", "channel", "state", "attempts", "seat", "participant")}
    assert shown == {
        "name": "Siti Rahmawati",
        "kind": "invited",
        "channel": "whatsapp_hand",
        "state": "queued",
        "attempts": 0,
        "seat": seat.id,
        "participant": seat.participant_id,
    }
    assert "5742" not in listed.text
    assert (await web.get(f"{address}?state=sent", headers=office.bearer("moderator"))).json()["items"] == []
    claimed = await web.post(f"{address}/{item['id']}/claim", headers=office.bearer("moderator"))
    late = await web.post(f"{address}/{item['id']}/claim", headers=office.bearer("secretariat"))
    assert (claimed.status_code, late.status_code, late.json()["code"]) == (204, 409, "notices.taken")


async def test_a_seat_is_revoked_at_the_desk_with_a_reason(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    seat = await told_of_seat(ground, session)
    page = f"/meja/{session.slug}/undangan/kursi/{seat.id}"
    await sign_in(web, "moderator")
    csrf = {"csrf": csrf_of((await web.get(page)).text)}
    silent = await web.post(f"{page}/cabut", data={**csrf, "reason": " "})
    assert (silent.status_code, "Tulis alasannya" in silent.text) == (422, True)
    assert (await web.post(f"{page}/cabut", data={**csrf, "reason": "tersebar"})).status_code == 303
    async with ground.database.read() as db:
        assert (await db.get_one(Seat, seat.id)).reason == "tersebar"
        assert [d.state for d in await db.scalars(select(Delivery))] == [DeliveryState.CANCELLED]


async def test_publishing_by_the_button_asks_with_the_count_and_does_it_once(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    await make_crowd(ground, session, [ApplicationState.SELECTED] * 3 + [ApplicationState.SUBMITTED])
    await sign_in(web, "moderator")
    address = f"/meja/{session.slug}/pendaftar/umumkan"
    asked = await web.get(address)
    assert "Umumkan hasil kepada 4 pendaftar?" in asked.text
    csrf = {"csrf": csrf_of(asked.text)}
    first, second = await web.post(address, data=csrf), await web.post(address, data=csrf)
    assert (first.status_code, first.headers["location"]) == (303, f"/meja/{session.slug}/undangan?kabar=diumumkan")
    assert (second.status_code, "Hasil sudah diumumkan" in second.text) == (409, True)
