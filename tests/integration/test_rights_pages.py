"""My data behind both doors: seen, taken along, corrected, consent withdrawn, asked to be forgotten; and the desk's page with its dates."""

import dataclasses
import re
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from app.assembly import handlers
from app.audit.models import AuditEntry
from app.clock import Clock
from app.database.tables import new_id
from app.guests.deputies import Comes, name_guest
from app.guests.importing import take_in
from app.guests.models import InviteePlace
from app.guests.rows import Wanted
from app.hall.models import NeedSeenTo
from app.invitations.join import open_device
from app.invitations.models import Seat, SeatDevice
from app.outbox.models import Job, JobState
from app.outbox.worker import Again
from app.participants.models import Participant
from app.participants.service import open_contact
from app.registration.keys import status_key
from app.registration.models import Application
from app.rights.models import Erasure, RetentionRun
from app.sessions.fields import ScheduleFields
from app.sessions.models import ForumSession, PrivacyNotice, SessionState
from app.sessions.schedule import change_schedule
from app.sessions.service import RETENTION, change_state
from app.web.csrf import SEAT_COOKIE
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office
from tests.factories import make_session
from tests.factories_invitations import make_seat
from tests.factories_registration import apply_via_service

CSRF = re.compile(r'name="csrf" value="([^"]+)"')


async def person_of(ground: Ground, application: Application) -> Participant:
    async with ground.database.read() as db:
        return await db.get_one(Participant, application.participant_id)


def form_of(page: httpx.Response, **values: str) -> dict[str, str]:
    csrf = CSRF.search(page.text)
    return {**values, **({"csrf": csrf.group(1)} if csrf else {})}


async def test_everything_that_is_kept_can_be_taken_along(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    given = {
        "email": "siti@example.org",
        "needs": "Kursi roda",
        "disability": "Daksa",
        "disability_data": True,
        "wish": "Perbaikan saluran",
    }
    application = await apply_via_service(ground, session, name="Siti Rahayu", phone="085326905742", **given)
    base = f"/r/{status_key(ground.vault, application.id, 1)}"
    assert f'href="{base}/data"' in (await web.get(base)).text
    page = await web.get(f"{base}/data")
    assert (page.status_code, "siti@example.org" in page.text) == (200, True)
    taken = await web.get(f"{base}/data/unduh.json")
    told = taken.json()
    assert (told["person"]["phone"], told["person"]["needs"], told["application"]["wish"]) == (
        "+6285326905742",
        "Kursi roda",
        given["wish"],
    )
    assert {one["purpose"]: one["given"] for one in told["consents"]}["disability_data"] is True
    assert "selected" not in taken.text
    readable = await web.get(f"{base}/data/unduh.html")
    assert ("attachment" in readable.headers["content-disposition"], "Kursi roda" in readable.text) == (True, True)
    assert "mine:" not in readable.text
    assert (await web.get(f"{base[:-1]}0/data")).status_code == 404


async def test_data_are_corrected_and_consent_withdrawn_after_the_deadline_too(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    application = await apply_via_service(
        ground, session, name="Siti Rahayu", phone="085326905742", needs="Kursi roda", disability_data=True, publish_name=True
    )
    await apply_via_service(ground, session, name="Budi", phone="081234567890")
    async with ground.database.write() as db:
        held = await db.merge(session)
        held.registration_closes_at, held.state = ground.clock.now() - timedelta(hours=1), SessionState.ENDED
    base = f"/r/{status_key(ground.vault, application.id, 1)}/data"
    page = await web.get(base)
    wrong = await web.post(f"{base}/perbaiki", data=form_of(page, name="Siti Rahayu", phone="0853 26", address="Jalan Ikan 3"))
    assert (wrong.status_code, "Jalan Ikan 3" in wrong.text, "kurang panjang" in wrong.text) == (422, True, True)
    double = await web.post(f"{base}/perbaiki", data=form_of(page, name="Budi", phone="081234567890"))
    assert double.status_code == 409
    right = form_of(page, name="Siti Rahayuningsih", phone="0812 1111 2222", address="Jalan Ikan 3")
    assert (await web.post(f"{base}/perbaiki", data=right)).status_code == 303
    for purpose in ("disability_data", "publish_name", "publish_name"):
        assert (await web.post(f"{base}/persetujuan", data=form_of(page, purpose=purpose))).status_code == 303
    person = await person_of(ground, application)
    contact = open_contact(ground.vault, person)
    assert (person.name, contact.phone, contact.address) == ("Siti Rahayuningsih", "+6281211112222", "Jalan Ikan 3")
    assert (person.publish_name, contact.needs) == (False, None)
    async with ground.database.read() as db:
        stored = await db.get_one(Application, application.id)
        acts = list(await db.scalars(select(AuditEntry.act).where(AuditEntry.chain == session.id, AuditEntry.act.startswith("rights."))))
    assert (stored.phone_index, stored.name_key) == (person.phone_index, person.name_key)
    assert acts == ["rights.corrected", "rights.consent_withdrawn", "rights.consent_withdrawn"]


async def test_the_last_four_digits_confirm_and_guessing_is_slowed(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    application = await apply_via_service(ground, session, name="Siti Rahayu", phone="085326905742")
    base = f"/r/{status_key(ground.vault, application.id, 1)}/data/hapus"
    page = await web.get(base)
    answers = [
        (await web.post(base, data=form_of(page, four=four))).status_code for four in ("0000", "1111", "2222", "3333", "4444", "5742")
    ]
    assert answers == [422] * 5 + [429]
    async with ground.database.read() as db:
        assert (await db.scalars(select(Erasure))).all() == []


async def test_a_seat_without_application_has_the_same_rights_longer_than_its_link(ground: Ground, web: httpx.AsyncClient) -> None:
    now = ground.clock.now()
    session, _ = await make_session(
        ground,
        state=SessionState.ENDED,
        starts_at=now - timedelta(days=9),
        ends_at=now - timedelta(days=8),
        ended_at=now - timedelta(days=8),
    )
    seat, _ = await make_seat(ground, session, "Hendra Wijaya", phone=None)
    async with ground.database.write() as db:
        secret = await open_device(db, await db.get_one(Seat, seat.id), now)
    base = f"/s/{session.slug}/hadir/data"
    assert (await web.get(base)).status_code == 401
    web.cookies.set(SEAT_COOKIE, secret)
    page = await web.get(base)
    assert (page.status_code, "Hendra Wijaya" in page.text) == (200, True)
    before = await web.get(f"{base}/hapus")
    assert (await web.post(f"{base}/hapus", data=form_of(before))).status_code == 422
    assert (await web.post(f"{base}/hapus", data={"sure": "1"})).status_code == 403
    assert (await web.post(f"{base}/hapus", data=form_of(before, sure="1"))).status_code == 200
    async with ground.database.read() as db:
        wish = (await db.scalars(select(Erasure))).one()
    await run(ground, wish.id)
    async with ground.database.read() as db:
        assert (await db.get_one(Participant, seat.participant_id)).name == "Peserta 1"
        assert (await db.scalars(select(SeatDevice))).all() == []
    assert (await web.get(base)).status_code == 401


async def test_a_deputy_reads_nothing_of_the_invited_whose_phone_loses_the_seat(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    now = ground.clock.now()
    async with ground.database.write() as db:
        guest = Wanted("Bank Jateng", None, "Siti Aminah", 1, "online", None, phone="+6281234567891", email="siti@example.org")
        await take_in(db, ground.vault, session.id, new_id(), "", [guest], actor="account:x", now=now)
        place = (await db.scalars(select(InviteePlace))).one()
        seat = (await db.scalars(select(Seat))).one()
        hers = await open_device(db, seat, now)
    async with ground.database.write() as db:
        await name_guest(db, ground.vault, session.id, place.id, Comes("Rini Wati"), actor="account:x", now=now)
    base = f"/s/{session.slug}/hadir/data"
    web.cookies.set(SEAT_COOKIE, hers)
    assert (await web.get(base)).status_code == 401
    async with ground.database.write() as db:
        web.cookies.set(SEAT_COOKIE, await open_device(db, await db.get_one(Seat, seat.id), now))
        # The same deputy once more, with a phone now: whoever opened the letter since stays in.
        again = Comes("RINI WATI", phone="+6281200001111")
        await name_guest(db, ground.vault, session.id, place.id, again, actor="account:x", now=now)
    told = (await web.get(f"{base}/unduh.json")).json()
    assert told["invitee_places"] == [{"code": place.code, "deputy": True}]
    assert (told["person"]["name"], told["person"]["phone"]) == ("RINI WATI", "+6281200001111")
    assert ("+6281234567891" in str(told), "siti@example.org" in str(told)) == (False, False)


async def run(ground: Ground, erasure_id: str) -> None:
    try:
        await handlers(ground)["rights.erase"]({"erasure_id": erasure_id})
    except Again:
        return


async def test_the_desk_forgets_for_people_and_sets_how_long_what_is_kept(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    application = await apply_via_service(ground, session, name="Siti Rahayu", phone="085326905742")
    page = await web.get("/masuk")
    signed_in = await web.post("/masuk", data=form_of(page, login="secretariat", password=PASSWORD))
    assert signed_in.status_code == 303
    base = f"/meja/{session.slug}/data-pribadi"
    found = await web.get(base, params={"q": "rahayu"})
    assert (found.status_code, "Siti Rahayu" in found.text) == (200, True)
    await web.post(f"{base}/hapus", data=form_of(found, participant=application.participant_id))
    async with ground.database.read() as db:
        wish = (await db.scalars(select(Erasure))).one()
    await run(ground, wish.id)
    after = (await web.get(base)).text
    assert ("Peserta 1" in after, "Siti Rahayu" in after) == (True, False)
    bad = await web.post(f"{base}/simpan", data=form_of(found, specific="-1", contact="12", traces="x"))
    assert (bad.status_code, 'value="x"' in bad.text) == (422, True)
    good = await web.post(f"{base}/simpan", data=form_of(found, specific="1", contact="6", traces="3"))
    assert good.status_code == 303
    async with ground.database.read() as db:
        notices = list(await db.scalars(select(PrivacyNotice.text).order_by(PrivacyNotice.version)))
        job = (await db.scalars(select(Job).where(Job.kind == RETENTION))).one()
    assert (len(notices), "alamat 6 bulan" in notices[-1], job.due_at > session.ends_at + timedelta(days=27)) == (2, True, True)
    stranger = await web.post(f"{base}/hapus", data=form_of(found, participant=new_id()))
    assert stranger.status_code == 404


async def test_what_is_due_is_removed_in_chunks_and_reported_once(ground: Ground) -> None:
    now = ground.clock.now()
    session, _ = await make_session(ground)
    given = {"email": "a@example.org", "needs": "Kursi roda", "disability_data": True}
    people = [await apply_via_service(ground, session, name=f"Warga {n}", **given) for n in range(60)]
    seat, _ = await make_seat(ground, session)
    async with ground.database.write() as db:
        guest = Wanted("Bank Jateng", None, "Siti Aminah", 1, "online", None, phone="+6281234567891", email="siti@example.org")
        await take_in(db, ground.vault, session.id, new_id(), "", [guest], actor="account:x", now=now)
        place = (await db.scalars(select(InviteePlace))).one()
        comes = Comes("Wakil yang datang")
        await name_guest(db, ground.vault, session.id, place.id, comes, actor="account:x", now=now)
        db.add(NeedSeenTo(participant_id=people[0].participant_id, session_id=session.id, at=now, by="account:x"))
        await open_device(db, await db.get_one(Seat, seat.id), now)
        held = await db.merge(session)
        held.state, held.starts_at, held.ends_at = SessionState.ENDED, now - timedelta(days=122), now - timedelta(days=121)
        held.ended_at = held.ends_at
    with pytest.raises(Again) as later:
        await handlers(ground)[RETENTION]({"session_id": session.id})
    assert later.value.at > now + timedelta(days=200)
    person = await person_of(ground, people[0])
    contact = open_contact(ground.vault, person)
    assert (contact.needs, contact.phone is not None, contact.email) == (None, True, "a@example.org")
    async with ground.database.write() as db:
        held = await db.merge(session)
        held.ended_at = now - timedelta(days=400)
    for _ in range(2):
        await handlers(ground)[RETENTION]({"session_id": session.id})
    person = await person_of(ground, people[0])
    assert (person.phone, person.phone_index, person.email, person.name) == (None, None, None, "Warga 0")
    async with ground.database.read() as db:
        runs = {run.kind: (run.people, run.finished_at is not None) for run in await db.scalars(select(RetentionRun))}
        assert (await db.scalars(select(SeatDevice))).all() == []
        assert (await db.scalars(select(NeedSeenTo))).all() == []
        place = (await db.scalars(select(InviteePlace))).one()
        assert (place.name, place.phone, place.email) == ("Siti Aminah", None, None)
    # The bank's delegate too: who stood on its list before a deputy came is a former name.
    assert runs == {"specific": (60, True), "contact": (62, True), "traces": (61, True)}


async def test_nothing_is_removed_while_a_forum_has_no_day_and_its_dates_start_anew_with_the_next(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    now = ground.clock.now()
    session, _ = await make_session(ground)
    first = await apply_via_service(ground, session, name="Siti", needs="Kursi roda", disability_data=True)
    await stands(ground, session, now - timedelta(days=121))
    with pytest.raises(Again):
        await handlers(ground)[RETENTION]({"session_id": session.id})
    await stands(ground, session, session.starts_at)
    second = await apply_via_service(ground, session, name="Rini", needs="Juru bahasa isyarat", disability_data=True)
    assert [await needs_of(ground, one) for one in (first, second)] == [None, "Juru bahasa isyarat"]
    await moved(ground, session, until_further_notice=True)
    await stands(ground, session, now - timedelta(days=400))
    with pytest.raises(Again) as waits:
        await handlers(ground)[RETENTION]({"session_id": session.id})
    assert timedelta(hours=23) < waits.value.at - now < timedelta(hours=25)
    assert await needs_of(ground, second) == "Juru bahasa isyarat"
    desk = await web.get(f"/meja/{session.slug}/data-pribadi", headers=office.bearer("secretariat"))
    mine = await web.get(f"/r/{status_key(ground.vault, second.id, 1)}/data")
    assert [page.text.count("Tanggal baru menyusul") for page in (desk, mine)] == [3, 4]
    start = now + timedelta(days=10)
    await moved(ground, session, starts_at=start, ends_at=start + timedelta(hours=3))
    async with ground.database.write() as db:
        job = (await db.scalars(select(Job).where(Job.kind == RETENTION))).one()
        assert (job.state, job.due_at) == (JobState.WAITING, start + timedelta(days=1, hours=3))
        held = await db.get_one(ForumSession, session.id)
        held.state, held.ended_at = SessionState.ENDED, start + timedelta(hours=3)
    later = dataclasses.replace(ground, clock=Clock(timedelta(days=130)))
    with pytest.raises(Again):
        await handlers(later)[RETENTION]({"session_id": session.id})
    assert await needs_of(ground, second) is None
    async with ground.database.read() as db:
        runs = [(one.kind, one.people) for one in await db.scalars(select(RetentionRun).order_by(RetentionRun.began_at))]
    assert runs == [("specific", 1), ("specific", 1)]


async def test_who_is_never_called_together_again_is_forgotten_as_promised(ground: Ground) -> None:
    now = ground.clock.now()
    session, _ = await make_session(ground, starts_at=now - timedelta(days=122), ends_at=now - timedelta(days=121), undated=True)
    person = await apply_via_service(ground, session, needs="Kursi roda", disability_data=True)
    async with ground.database.write() as db:
        await change_state(db, ground.vault, session.id, SessionState.CANCELLED, actor="account:x", reason="Banjir", now=now)
    with pytest.raises(Again):
        await handlers(ground)[RETENTION]({"session_id": session.id})
    assert await needs_of(ground, person) is None


async def needs_of(ground: Ground, application: Application) -> str | None:
    return open_contact(ground.vault, await person_of(ground, application)).needs


async def stands(ground: Ground, session: ForumSession, start: datetime) -> None:
    """The plan as it is after so much time: the clock of a test cannot wait for months."""
    async with ground.database.write() as db:
        held = await db.get_one(ForumSession, session.id)
        held.starts_at, held.ends_at = start, start + timedelta(hours=3)


async def moved(ground: Ground, session: ForumSession, **fields: object) -> None:
    wanted = ScheduleFields.model_validate({"reason": "Banjir di tiga kelurahan", **fields})
    async with ground.database.write() as db:
        await change_schedule(db, ground.vault, session.id, wanted, actor="account:x", now=ground.clock.now())
