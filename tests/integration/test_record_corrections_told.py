"""Telling those who attended: each closing moment once, nobody after it, and the desk sees whom no word reached."""

from datetime import timedelta

import httpx
from sqlalchemy import select, update

from app.invitations.letters import compose, gather, letter_environment
from app.notices.models import Channel, Delivery, DeliveryState, Notice
from app.outbox.models import Job
from app.participants.models import Participant
from app.record.corrections import TELL, Opening, open_window
from app.record.models import ObjectionSubject, RecordWindow
from app.record.telling import CORRECTION, Reach, reach_of, tell_window
from app.registration.models import Application, ApplicationState
from app.sessions.typed import local
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories_invitations import make_applicant
from tests.factories_record import stay
from tests.integration.test_record_corrections import Opened, close, make_open, objects, reopen, rows


async def prolong(ground: Ground, at: Opened, hours: float) -> Opening:
    until = at.window.closes_at + timedelta(hours=hours)
    async with ground.database.write() as db:
        _, done = await open_window(db, ground.vault, at.session, at.window.source, until, actor="account:a", now=ground.clock.now())
    return done


async def tell(ground: Ground, at: Opened) -> int:
    return await tell_window(ground.database, at.window.id, ground.clock.now())


async def letters(ground: Ground) -> list[str | None]:
    """What each notice says now, in the order in which they were written."""
    found = []
    async with ground.database.read() as db:
        for one in await db.scalars(select(Notice).where(Notice.kind == CORRECTION).order_by(Notice.created_at, Notice.key)):
            sheet = await gather(db, one.id, ground.letters)
            letter = compose(letter_environment(), ground, sheet, Channel.WHATSAPP_HAND) if sheet else None
            found.append(letter.text if letter else None)
    return found


async def deliver(ground: Ground, who: Participant, state: DeliveryState) -> None:
    async with ground.database.write() as db:
        notice = await db.scalar(select(Notice).where(Notice.participant_id == who.id).order_by(Notice.created_at.desc()).limit(1))
        assert notice is not None
        db.add(Delivery(notice_id=notice.id, channel=Channel.WHATSAPP_HAND, state=state))


async def test_a_new_closing_moment_is_told_once_also_to_who_came_onto_the_list_since(ground: Ground) -> None:
    at = await make_open(ground)
    assert await tell(ground, at) == 2
    await deliver(ground, at.people[0], DeliveryState.QUEUED)
    async with ground.database.write() as db:
        db.add(stay(at.session, at.people[2], "online", ground.clock.now()))
    assert [await prolong(ground, at, 3), await prolong(ground, at, 3)] == [Opening.PROLONGED, Opening.SAME]
    assert [await tell(ground, at) for _ in range(2)] == [3, 0]
    said = await letters(ground)
    # What was written about the earlier moment says nothing any more, and is not waiting.
    assert [one is None for one in said] == [True, True, False, False, False]
    assert sorted("diperpanjang" in (one or "") for one in said[2:]) == [False, True, True]
    async with ground.database.read() as db:
        assert (await db.scalars(select(Delivery.state))).all() == [DeliveryState.CANCELLED]
        jobs = (await db.scalars(select(Job.key).where(Job.kind == TELL))).all()
    assert len(jobs) == 2


async def test_no_letter_goes_out_once_the_window_is_closed(ground: Ground) -> None:
    at = await make_open(ground)
    await tell(ground, at)
    assert [one is None for one in await letters(ground)] == [False, False]
    await close(ground, at)
    async with ground.database.write() as db:
        window = await db.get_one(RecordWindow, at.window.id)
        await db.execute(update(Notice).values(facts={"window": window.id, "until": window.closes_at.isoformat()}))
    assert await letters(ground) == [None, None]


async def test_who_withdrew_and_came_all_the_same_is_told(ground: Ground) -> None:
    at = await make_open(ground)
    application = await make_applicant(ground, at.session, "Budi Santoso", ApplicationState.WITHDRAWN, phone="+6281211112222")
    async with ground.database.write() as db:
        db.add(stay(at.session, await db.get_one(Participant, application.participant_id), "in_person", ground.clock.now()))
        assert (await db.get_one(Application, application.id)).state is ApplicationState.WITHDRAWN
    assert await tell(ground, at) == 3
    assert ["Budi Santoso" in (one or "") for one in await letters(ground)].count(True) == 1


async def test_the_desk_sees_who_was_told_who_waits_and_who_has_no_contact(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    siti, slamet, nur = at.people
    async with ground.database.write() as db:
        db.add(stay(at.session, nur, "online", ground.clock.now()))
        await db.execute(update(Participant).where(Participant.id == nur.id).values(phone=None, phone_index=None))
    await tell(ground, at)
    await deliver(ground, siti, DeliveryState.SENT)
    desk, staff = f"/meja/{at.session.slug}/berita-acara/koreksi", office.bearer("secretariat")
    page = (await web.get(desk, headers=staff)).text
    assert "1 dikabari, 1 menunggu dikirim, 1 tanpa kontak" in page
    assert f'href="/meja/{at.session.slug}/undangan">Kirim lewat WhatsApp' in page
    await deliver(ground, slamet, DeliveryState.FAILED)
    async with ground.database.read() as db:
        assert await reach_of(db, at.window) == Reach(told=1, waiting=0, failed=1, without=1)
    await close(ground, at)
    page = (await web.get(desk, headers=staff)).text
    assert ("tidak sempat dikabari" in page, "menunggu dikirim" in page) == (True, False)


async def test_the_page_says_what_a_press_for_a_closing_moment_did(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    desk, staff = f"/meja/{at.session.slug}/berita-acara/koreksi", office.bearer("secretariat")
    later = {"closes_at": local(ground.clock.now() + timedelta(days=1), at.session.zone)}
    went = [(await web.post(desk, data=later, headers=staff)).headers["location"] for _ in range(2)]
    assert went == [f"{desk}?diperpanjang=1", f"{desk}?tetap=1"]
    said = [(await web.get(one, headers=staff)).text for one in went]
    assert ["Masa koreksi diperpanjang." in one for one in said] == [True, False]
    assert ["Tidak ada yang berubah." in one for one in said] == [False, True]


async def test_numbers_go_on_over_the_session_and_the_office_speaks_of_the_person_concerned(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    at = await make_open(ground)
    await objects(ground, at, at.people[0])
    await close(ground, at)
    await reopen(ground, at.session, 1)
    await objects(ground, at, at.people[1], "Nomor saya lain", ObjectionSubject.ATTENDANCE)
    assert [one.number for one in await rows(ground)] == [1, 2]
    page = (await web.get(f"/meja/{at.session.slug}/berita-acara/koreksi", headers=office.bearer("secretariat"))).text
    assert ("Baris yang bersangkutan di Lampiran I" in page, "Baris saya" in page) == (True, False)
