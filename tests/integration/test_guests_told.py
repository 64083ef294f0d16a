"""Guests by letter hear of changed plans once: by mail, by WhatsApp, or on paper that says what was and what is; letters printed later say it themselves."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pypdf import PdfReader
from sqlalchemy import func, select, update

from app.guests import change_pages
from app.guests.change_letters import change_pdf
from app.invitations.models import Seat, SeatState
from app.invitations.switching import give_back
from app.notices.models import Channel, Delivery, Notice, ToldChange
from app.participants.models import Participant
from app.sessions.fields import HallMove, MeetingSwap
from app.sessions.models import ForumSession, SessionState, Site
from app.sessions.plans import move_hall, swap_meeting
from app.sessions.service import change_state
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_meeting
from tests.integration.test_guests import invited, letters, listed
from tests.integration.test_notices_delivery import post_office, with_mail, work
from tests.integration.test_plans_notices import ACTOR, moved

LIST: list[dict[str, object]] = [
    {"institution": "Bank Jateng", "email": "bank@example.org", "phone": "0853-2690-5742"},
    {"institution": "Dinas PUPR", "phone": "0812-0000-0001"},
    {"institution": "Kodim 0710", "office": "Dandim", "seats": 2},
    {"institution": "Universitas Pekalongan", "office": "Rektor", "place": "daring"},
]


async def invite(ground: Ground, office: Office, web: httpx.AsyncClient) -> tuple[ForumSession, list[Site], str]:
    """Everybody on the list has a letter but the second seat of the garrison; the session, its halls and the door of the guests."""
    session, sites = await make_session(ground)
    await invited(web, office, session, LIST)
    here = f"/meja/{session.slug}/tamu"
    for one in await listed(web, office, session):
        await letters(web, office, f"{here}/kursi/{one['seats'][0]['id']}/cetak")
    return session, sites, here


async def told(ground: Ground) -> list[tuple[str, str, str]]:
    """Whom notices of change tell: institution, way and state."""
    async with ground.database.read() as db:
        rows = select(Participant.institution, Delivery.channel, Delivery.state).join(Notice, Notice.participant_id == Participant.id)
        found = await db.execute(rows.join(Delivery, Delivery.notice_id == Notice.id).where(Notice.kind == "changed"))
        return sorted((str(row[0]), row[1].value, row[2].value) for row in found)


async def printed(web: httpx.AsyncClient, office: Office, address: str, **form: str) -> list[str]:
    answer = await web.post(address, data=form, headers=office.bearer("secretariat"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages]


async def owed(web: httpx.AsyncClient, office: Office, here: str) -> tuple[list[str], str]:
    """The deliveries that the page lists, and the page."""
    page = (await web.get(f"{here}/kabar", headers=office.bearer("secretariat"))).text
    return re.findall(r"/kabar/([a-z2-7]{16})/sampai", page), page


async def test_a_change_reaches_every_guest_with_a_letter_once_by_mail_by_whatsapp_or_on_paper(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _, here = await invite(ground, office, web)
    with post_office() as (mail, port):
        parts = with_mail(ground, port)
        await moved(ground, session, "jembatan terputus", starts_at=session.starts_at + timedelta(days=7))
        await work(parts)
        await work(parts)
    assert await told(ground) == [
        ("Bank Jateng", "email", "sent"),
        ("Dinas PUPR", "whatsapp_hand", "queued"),
        ("Kodim 0710", "letter", "queued"),
        ("Universitas Pekalongan", "letter", "queued"),
    ]
    assert [str(letter["To"]) for letter in mail.taken] == ["bank@example.org"]
    rows, page = await owed(web, office, here)
    assert (len(rows), "Dandim 0710" in page, "Alasan: jembatan terputus" in page, "Dinas PUPR" in page) == (2, True, True, False)
    for door in (here, f"/meja/{session.slug}/jadwal", f"/meja/{session.slug}/undangan"):
        shown = (await web.get(door, headers=office.bearer("moderator"))).text
        assert "2 tamu menunggu kabar lewat surat" in shown
    first, second = await printed(web, office, f"{here}/kabar/cetak", number="005/99")
    codes = [seat["code"] for one in await listed(web, office, session) for seat in one["seats"]]
    for text in (first, second):
        assert ("005/99" in text, "Semula" in text, "Menjadi" in text, "Alasan: jembatan terputus" in text) == (True,) * 4
        assert sum(code in text for code in codes) == 1
    assert "Yth. Dandim 0710" in first
    assert [state for _, way, state in await told(ground) if way == "letter"] == ["sending", "sending"]
    await web.post(f"{here}/kabar/{rows[0]}/sampai", headers=office.bearer("secretariat"))
    assert sorted(state for _, way, state in await told(ground) if way == "letter") == ["sending", "sent"]
    await web.post(f"{here}/kabar/{rows[0]}/urung", headers=office.bearer("secretariat"))
    for _ in range(2):
        done = await web.post(f"{here}/kabar/sampai", data={"seen": ground.clock.now().isoformat()}, headers=office.bearer("secretariat"))
        assert done.status_code == 303
    assert [state for _, way, state in await told(ground) if way == "letter"] == ["sent", "sent"]
    assert (await owed(web, office, here))[0] == []


async def test_letters_printed_after_the_page_was_shown_are_not_marked_with_the_others(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _, here = await invite(ground, office, web)
    await moved(ground, session, "hujan", starts_at=session.starts_at + timedelta(days=1))
    await work(ground)
    rows, _ = await owed(web, office, here)
    seen = ground.clock.now().isoformat()
    await printed(web, office, f"{here}/kabar/{rows[0]}/cetak")
    await web.post(f"{here}/kabar/sampai", data={"seen": seen}, headers=office.bearer("secretariat"))
    assert sorted(state for _, way, state in await told(ground) if way == "letter") == ["queued", "sending"]


async def test_a_second_change_joins_the_letter_that_waits_and_follows_the_one_that_was_printed(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, sites, here = await invite(ground, office, web)
    await moved(ground, session, "banjir", until_further_notice=True)
    await work(ground)
    move = HallMove(name="Gedung Serbaguna", address="Jl. Mawar 2", reason="atap bocor")
    async with ground.database.write() as db:
        await move_hall(db, ground.vault, session.id, sites[0].id, move, actor=ACTOR, now=ground.clock.now())
    await work(ground)
    both = {text.split("Yth. ")[1][:6]: text for text in await printed(web, office, f"{here}/kabar/cetak")}
    assert ("atap bocor" in both["Dandim"], "Gedung Serbaguna, Jl. Mawar 2" in both["Dandim"], "Aula 1" in both["Dandim"]) == (True,) * 3
    assert ("banjir" in both["Rektor"], "atap bocor" in both["Rektor"], "Ditunda" in both["Rektor"]) == (True, False, True)
    await moved(ground, session, "air surut", starts_at=session.starts_at + timedelta(days=9))
    await work(ground)
    later = await printed(web, office, f"{here}/kabar/cetak")
    assert [("air surut" in text, "banjir" in text, "Ditunda" in text) for text in later] == [(True, False, True)] * 2
    async with ground.database.read() as db:
        pairs = await db.scalar(select(func.count()).select_from(ToldChange))
        notices = await db.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "changed"))
    assert (pairs, notices) == (4 + 3 + 4, 4 + 2)


async def test_a_change_that_comes_while_letters_are_being_printed_is_told_by_another(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _, here = await invite(ground, office, web)
    await moved(ground, session, "hujan", starts_at=session.starts_at + timedelta(days=1))
    await work(ground)

    async def interrupted(*given: Any, **more: Any) -> Path:
        await moved(ground, session, "banjir", starts_at=session.starts_at + timedelta(days=2))
        await work(ground)
        return await change_pdf(*given, **more)

    monkeypatch.setattr(change_pages, "change_pdf", interrupted)
    texts = await printed(web, office, f"{here}/kabar/cetak")
    assert [("hujan" in text, "banjir" in text) for text in texts] == [(True, False)] * 2
    assert sorted(state for _, way, state in await told(ground) if way == "letter") == ["queued"] * 2 + ["sending"] * 2


async def test_a_letter_printed_after_the_change_tells_it_instead_of_a_letter_of_change_and_messages_go_all_the_same(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _, here = await invite(ground, office, web)
    await moved(ground, session, "hujan", starts_at=session.starts_at + timedelta(days=1))
    await work(ground)
    page = (await web.get(f"{here}/surat", headers=office.bearer("secretariat"))).text
    pages = await letters(web, office, f"{here}/surat/cetak", baru="1")
    assert ("5 surat, satu halaman" in page, "Cetak 1 surat yang belum pernah" in page, len(pages)) == (True, True, 1)
    await letters(web, office, f"{here}/surat/cetak")
    await work(ground)
    assert {(way, state) for _, way, state in await told(ground)} == {("letter", "cancelled"), ("whatsapp_hand", "queued")}
    async with ground.database.read() as db:
        assert set(await db.scalars(select(Delivery.last_problem).where(Delivery.channel == Channel.LETTER))) == {"notices.in_letter"}
    before = len(await told(ground))
    async with ground.database.write() as db:
        await change_state(db, ground.vault, session.id, SessionState.CANCELLED, actor=ACTOR, reason="banjir", now=ground.clock.now())
    await work(ground)
    assert len(await told(ground)) == before + 3
    refused = await web.post(f"{here}/surat/cetak", headers=office.bearer("secretariat"))
    texts = await printed(web, office, f"{here}/kabar/cetak")
    codes = [seat["code"] for one in await listed(web, office, session) for seat in one["seats"]]
    assert (refused.status_code, len(texts)) == (409, 3)
    assert [("Pembatalan" in one, "Dibatalkan" in one, any(code in one for code in codes)) for one in texts] == [(True, True, False)] * 3


@pytest.mark.parametrize("first", ["job", "letter"])
async def test_a_letter_printed_before_the_job_of_the_change_keeps_no_message_from_going(
    ground: Ground, office: Office, web: httpx.AsyncClient, first: str
) -> None:
    session, _, here = await invite(ground, office, web)
    await moved(ground, session, "hujan", starts_at=session.starts_at + timedelta(days=1))
    if first == "job":
        await work(ground)
    for _ in range(2):
        await letters(web, office, f"{here}/surat/cetak")
    await work(ground)
    messages = [(who, state) for who, way, state in await told(ground) if way == "whatsapp_hand"]
    assert messages == [("Bank Jateng", "queued"), ("Dinas PUPR", "queued")]
    assert [state for _, way, state in await told(ground) if way == "letter" and state != "cancelled"] == []
    async with ground.database.read() as db:
        assert await db.scalar(select(func.count()).select_from(ToldChange)) == (4 if first == "job" else 2)


async def test_a_meeting_concerns_guests_online_and_a_longer_registration_nobody_who_was_invited(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _, here = await invite(ground, office, web)
    await make_meeting(ground, session)
    async with ground.database.write() as db:
        swap = MeetingSwap(link="https://zoom.us/j/222?pwd=rahasia", reason="Zoom bermasalah")
        await swap_meeting(db, ground.vault, session.id, swap, actor=ACTOR, now=ground.clock.now())
    await moved(ground, session, "listrik padam", registration_closes_at=session.registration_closes_at + timedelta(hours=1))
    await work(ground)
    assert await told(ground) == [("Universitas Pekalongan", "letter", "queued")]
    [text] = await printed(web, office, f"{here}/kabar/cetak")
    assert ("Tautan baru ada di halaman undangan Anda" in text, "rahasia" in text) == (True, False)


async def test_who_cannot_be_reached_on_whatsapp_is_told_on_paper_instead(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _, _ = await invite(ground, office, web)
    await moved(ground, session, "hujan", starts_at=session.starts_at + timedelta(days=1))
    await work(ground)
    door = f"/api/v1/sessions/{session.slug}/deliveries"
    async with ground.database.read() as db:
        ids = list(await db.scalars(select(Delivery.id).where(Delivery.channel == Channel.WHATSAPP_HAND).order_by(Delivery.id)))
    for verb in ("claim", "failed"):
        answer = await web.post(f"{door}/{ids[0]}/{verb}", headers=office.bearer("secretariat"))
        assert answer.status_code == 204
    ways = [way for _, way, state in await told(ground) if state == "queued"]
    assert sorted(ways) == ["letter", "letter", "letter", "whatsapp_hand"]
    await web.post(f"{door}/{ids[0]}/undo", headers=office.bearer("secretariat"))
    ways = [way for _, way, state in await told(ground) if state == "queued"]
    assert sorted(ways) == ["letter", "letter", "whatsapp_hand"]


async def test_a_guest_taken_off_the_list_is_owed_nothing_any_more(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _, here = await invite(ground, office, web)
    await moved(ground, session, "hujan", starts_at=session.starts_at + timedelta(days=1))
    await work(ground)
    found = {one["institution"]: one for one in await listed(web, office, session)}
    gone = await web.post(f"{here}/{found['Kodim 0710']['id']}/hapus", headers=office.bearer("secretariat"))
    async with ground.database.write() as db:
        seat = await db.scalar(select(Seat).where(Seat.participant_id == found["Universitas Pekalongan"]["seats"][0]["participant"]))
        assert seat is not None
        await give_back(db, ground.vault, seat.id, now=ground.clock.now())
    assert (gone.headers["location"], (await owed(web, office, here))[0]) == (f"{here}?urung=1", [])


async def test_a_rehearsal_tells_no_guest_anything(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _, here = await invite(ground, office, web)
    moderator = office.bearer("moderator") | {"Accept": "application/json"}
    for press in ("mulai", "hapus"):
        assert (await web.post(f"/meja/{session.slug}/latihan/{press}", headers=moderator)).status_code == 303
    await work(ground)
    assert (await told(ground), (await owed(web, office, here))[0]) == ([], [])


async def deputised(web: httpx.AsyncClient, office: Office, session: ForumSession, place: dict[str, Any]) -> httpx.Response:
    door = f"/api/v1/sessions/{session.slug}/invitee-places/{place['id']}/deputy"
    return await web.post(door, json={"name": "Budi Santoso"}, headers=office.bearer("operator"))


async def test_a_deputy_for_a_seat_that_was_given_back_takes_it_again_and_is_told_what_changed_meanwhile(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, sites, here = await invite(ground, office, web)
    found = {one["institution"]: one["seats"][0] for one in await listed(web, office, session)}
    place = found["Kodim 0710"]
    async with ground.database.write() as db:
        seat = await db.scalar(select(Seat).where(Seat.participant_id == place["participant"]))
        assert seat is not None
        await give_back(db, ground.vault, seat.id, now=ground.clock.now())
    await moved(ground, session, "hujan", starts_at=session.starts_at + timedelta(days=1))
    await work(ground)
    assert ("Kodim 0710", "letter", "queued") not in await told(ground)
    page = await web.get(f"{here}/kursi/{place['id']}", headers=office.bearer("secretariat"))
    assert "Kursi ini tidak dipakai" in page.text
    answer = await deputised(web, office, session, place)
    assert (answer.status_code, answer.json()["name"], answer.json()["code"]) == (200, "Budi Santoso", place["code"])
    await work(ground)
    async with ground.database.read() as db:
        again = await db.get_one(Seat, seat.id)
    assert (again.state, again.reason, again.generation) == (SeatState.ACTIVE, None, 1)
    assert [one for one in await told(ground) if one[0] == "Kodim 0710"] == [("Kodim 0710", "letter", "queued")]
    scan = {"code": place["code"], "site": sites[0].code, "nonce": "n1"}
    arrived = await web.post(f"/api/v1/sessions/{session.slug}/checkins", json=scan, headers=office.bearer("operator"))
    assert arrived.status_code == 201


async def test_a_seat_given_back_is_taken_again_only_while_seats_last_and_never_when_it_was_revoked(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, sites, here = await invite(ground, office, web)
    found = {one["institution"]: one["seats"][0] for one in await listed(web, office, session)}
    async with ground.database.write() as db:
        seat = await db.scalar(select(Seat).where(Seat.participant_id == found["Kodim 0710"]["participant"]))
        assert seat is not None
        await give_back(db, ground.vault, seat.id, now=ground.clock.now())
        await db.execute(update(Site).where(Site.id == sites[0].id).values(seats=3))
    full = await deputised(web, office, session, found["Kodim 0710"])
    page = await web.post(f"{here}/kursi/{found['Kodim 0710']['id']}", data={"name": "Budi"}, headers=office.bearer("secretariat"))
    assert (full.status_code, full.json()["code"], page.status_code) == (409, "guests.full", 409)
    assert ("Semua kursi di tempat itu sudah terpakai." in page.text, 'value="Budi"' in page.text) == (True, True)
    async with ground.database.write() as db:
        await db.execute(update(Site).where(Site.id == sites[0].id).values(seats=30))
        await db.execute(update(Seat).where(Seat.id == seat.id).values(reason="salah orang"))
    revoked = await deputised(web, office, session, found["Kodim 0710"])
    assert (revoked.status_code, revoked.json()["code"]) == (409, "guests.revoked")
