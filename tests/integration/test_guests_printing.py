"""Letters for guests are printed by a press, once, after the forum is announced; whatever happens beside the press, everybody is told once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.errors import Unavailable
from app.guests import change_pages, letter_pages
from app.guests.letters import made
from app.invitations.jobs import jobs
from app.invitations.models import Seat
from app.invitations.switching import give_back, switch_place
from app.notices.models import Attempt, Delivery, DeliveryState, Notice
from app.notices.paper import mark_printed
from app.sessions.fields import HallMove
from app.sessions.models import SessionState
from app.sessions.plans import move_hall
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.integration.test_guests import invited, letters, listed
from tests.integration.test_guests_told import LIST, deputised, invite, owed, printed, told
from tests.integration.test_notices_delivery import work
from tests.integration.test_plans_notices import ACTOR, moved


async def seat_of(ground: Ground, participant: str) -> Seat:
    async with ground.database.read() as db:
        seat = await db.scalar(select(Seat).where(Seat.participant_id == participant))
    assert seat is not None
    return seat


async def rows_of(ground: Ground, participant: str) -> dict[str, Delivery]:
    """What tells one guest of changes, by way."""
    async with ground.database.read() as db:
        mine = select(Delivery).join(Notice, Notice.id == Delivery.notice_id).where(Notice.participant_id == participant)
        return {row.channel.value: row for row in await db.scalars(mine.where(Notice.kind == "changed"))}


async def test_a_forum_moved_while_the_first_letters_are_set_is_told_to_those_whom_they_invite(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = await make_session(ground)
    await invited(web, office, session, LIST)

    async def interrupted(*given: Any) -> Path:
        await moved(ground, session, "jembatan terputus", starts_at=session.starts_at + timedelta(days=7))
        await work(ground)
        return await made(*given)

    monkeypatch.setattr(letter_pages, "made", interrupted)
    assert len(await letters(web, office, f"/meja/{session.slug}/tamu/surat/cetak")) == 5
    for _ in range(2):
        await work(ground)
    assert await told(ground) == [
        ("Bank Jateng", "whatsapp_hand", "queued"),
        ("Dinas PUPR", "whatsapp_hand", "queued"),
        ("Kodim 0710", "letter", "queued"),
        ("Kodim 0710", "letter", "queued"),
        ("Universitas Pekalongan", "letter", "queued"),
    ]


async def test_letters_wait_for_the_forum_to_be_announced(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, state=SessionState.DRAFT)
    await invited(web, office, session, LIST)
    signed = office.bearer("secretariat") | {"Accept": "text/html"}
    refused = await web.post(f"/meja/{session.slug}/tamu/surat/cetak", headers=signed)
    page = await web.get(f"/meja/{session.slug}/tamu/surat", headers=signed)
    assert (refused.status_code, "umumkan forum dahulu" in refused.text) == (409, True)
    assert ("Surat dicetak setelah forum diumumkan" in page.text, "/surat/cetak" in page.text) == (True, False)
    async with ground.database.read() as db:
        assert set(await db.scalars(select(Seat.letter_version))) == {None}


async def test_a_letter_of_change_that_nobody_routed_yet_is_not_owed_once_the_invitation_says_it(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _, here = await invite(ground, office, web)
    change = await moved(ground, session, "hujan", starts_at=session.starts_at + timedelta(days=1))
    await jobs(ground)["invitations.schedule_changed"]({"session_id": session.id, "change_id": change.id})
    await letters(web, office, f"{here}/surat/cetak")
    await work(ground)
    ways = [(way, state) for _, way, state in await told(ground)]
    assert sorted(ways) == [("letter", "cancelled")] * 2 + [("whatsapp_hand", "queued")] * 2


async def test_looking_at_a_door_that_prints_changes_nothing(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await invited(web, office, session, LIST)
    [place, *_] = [seat["id"] for one in await listed(web, office, session) for seat in one["seats"]]
    doors = [f"/meja/{session.slug}/tamu/surat/cetak", f"/meja/{session.slug}/tamu/kursi/{place}/cetak"]
    assert [(await web.get(door, headers=office.bearer("secretariat"))).status_code for door in doors] == [405, 405]
    async with ground.database.read() as db:
        assert set(await db.scalars(select(Seat.letter_version))) == {None}


async def test_a_message_sent_again_takes_the_place_of_the_letter_and_the_letter_waits_anew_when_it_fails_again(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _, _ = await invite(ground, office, web)
    guest = {one["institution"]: one["seats"][0] for one in await listed(web, office, session)}["Dinas PUPR"]["participant"]
    await moved(ground, session, "hujan", starts_at=session.starts_at + timedelta(days=1))
    await work(ground)
    row = (await rows_of(ground, guest))["whatsapp_hand"]
    seen = []
    for verb in ("claim", "failed", "resend", "claim", "failed"):
        door = f"/api/v1/sessions/{session.slug}/deliveries/{row.id}/{verb}"
        assert (await web.post(door, headers=office.bearer("secretariat"))).status_code == 204
        letter = (await rows_of(ground, guest)).get("letter")
        seen.append((verb, letter and (letter.state.value, letter.version)))
    queued, cancelled, again = ("queued", 1), ("cancelled", 2), ("queued", 3)
    assert seen == [("claim", None), ("failed", queued), ("resend", cancelled), ("claim", cancelled), ("failed", again)]


async def test_only_what_went_with_the_seat_waits_again_with_it(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _, _ = await invite(ground, office, web)
    found = {one["institution"]: one["seats"][0] for one in await listed(web, office, session)}
    await moved(ground, session, "hujan", starts_at=session.starts_at + timedelta(days=1))
    await work(ground)
    garrison, works, campus = (found[name]["participant"] for name in ("Kodim 0710", "Dinas PUPR", "Universitas Pekalongan"))
    door = f"/api/v1/sessions/{session.slug}/deliveries"
    on_purpose = (await rows_of(ground, garrison))["letter"]
    by_hand = (await rows_of(ground, works))["whatsapp_hand"]
    for row, verb in ((on_purpose, "cancel"), (by_hand, "claim"), (by_hand, "failed"), (by_hand, "undo"), (by_hand, "sent")):
        assert (await web.post(f"{door}/{row.id}/{verb}", headers=office.bearer("secretariat"))).status_code == 204
    async with ground.database.write() as db:
        for person in (garrison, works, campus):
            await give_back(db, ground.vault, (await seat_of(ground, person)).id, now=ground.clock.now())
    assert [(row.state.value, row.last_problem) for row in (await rows_of(ground, campus)).values()] == [("cancelled", "notices.seat_gone")]
    for name in ("Kodim 0710", "Dinas PUPR", "Universitas Pekalongan"):
        assert (await deputised(web, office, session, found[name])).status_code == 200
    await work(ground)
    states = [{way: row.state.value for way, row in (await rows_of(ground, who)).items()} for who in (garrison, works, campus)]
    assert states == [{"letter": "cancelled"}, {"whatsapp_hand": "sent", "letter": "cancelled"}, {"letter": "queued"}]


async def test_two_presses_at_once_print_a_letter_once(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _, here = await invite(ground, office, web)
    await moved(ground, session, "hujan", starts_at=session.starts_at + timedelta(days=1))
    await work(ground)
    rows, _ = await owed(web, office, here)

    async def faster(db: Any, session_id: str, ids: Any, *given: Any) -> list[str]:
        await mark_printed(db, session_id, ids[:1], *given)
        return await mark_printed(db, session_id, ids, *given)

    monkeypatch.setattr(change_pages, "mark_printed", faster)
    assert len(await printed(web, office, f"{here}/kabar/cetak")) == len(rows) - 1 == 1
    monkeypatch.undo()
    again = await web.post(f"{here}/kabar/cetak", headers=office.bearer("secretariat"))
    assert (again.status_code, "Tidak ada surat untuk dicetak" in again.text) == (409, True)
    assert len(await printed(web, office, f"{here}/kabar/cetak", lagi="1")) == 2


async def test_letters_that_could_not_be_set_are_still_to_be_printed(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _, here = await invite(ground, office, web)
    await moved(ground, session, "hujan", starts_at=session.starts_at + timedelta(days=1))
    await work(ground)
    rows, _ = await owed(web, office, here)

    async def broken(*given: Any, **more: Any) -> Path:
        raise Unavailable("documents.failed")

    monkeypatch.setattr(change_pages, "change_pdf", broken)
    answer = await web.post(f"{here}/kabar/cetak", headers=office.bearer("secretariat"))
    monkeypatch.undo()
    assert (answer.status_code, [state for _, way, state in await told(ground) if way == "letter"]) == (503, ["queued"] * 2)
    for deed in ("sampai", "urung"):
        await web.post(f"{here}/kabar/{rows[0]}/{deed}", headers=office.bearer("secretariat"))
    assert len(await printed(web, office, f"{here}/kabar/cetak")) == 2
    async with ground.database.read() as db:
        tries = await db.scalars(select(Attempt.outcome).where(Attempt.delivery_id == rows[1]).order_by(Attempt.number))
        assert list(tries) == ["failed", "printed"]


async def test_who_went_to_another_place_since_gets_no_letter_with_nothing_on_it(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, sites, here = await invite(ground, office, web)
    found = {one["institution"]: one["seats"][0] for one in await listed(web, office, session)}
    move = HallMove(name="Gedung Serbaguna", address="Jl. Mawar 2", reason="atap bocor")
    async with ground.database.write() as db:
        await move_hall(db, ground.vault, session.id, sites[0].id, move, actor=ACTOR, now=ground.clock.now())
    await work(ground)
    seat = await seat_of(ground, found["Kodim 0710"]["participant"])
    async with ground.database.write() as db:
        await switch_place(db, ground.vault, seat.id, "online", now=ground.clock.now())
    [row], page = await owed(web, office, here)
    assert ("Tamu ini sudah pindah tempat" in page, "Cetak 1 surat" in page, f"{row}/cetak" in page) == (True, False, False)
    for door in ("cetak", f"{row}/cetak"):
        assert (await web.post(f"{here}/kabar/{door}", headers=office.bearer("secretariat"))).status_code == 409
    assert (await rows_of(ground, found["Kodim 0710"]["participant"]))["letter"].state is DeliveryState.QUEUED
    await web.post(f"{here}/kabar/{row}/sampai", headers=office.bearer("secretariat"))
    assert (await owed(web, office, here))[0] == []


async def test_a_desk_in_english_reads_what_changed_in_english_and_the_letter_is_in_indonesian(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _, here = await invite(ground, office, web)
    await moved(ground, session, "banjir", until_further_notice=True)
    await work(ground)
    page = (await web.get(f"{here}/kabar", headers=office.bearer("secretariat") | {"Accept-Language": "en"})).text
    assert ("Postponed, the new date will follow" in page, "Ditunda, tanggal" in page) == (True, False)
    texts = await printed(web, office, f"{here}/kabar/cetak")
    assert ["Ditunda, tanggal baru kami kabarkan kemudian" in text for text in texts] == [True, True]
