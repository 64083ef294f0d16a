"""Plans that change for people: seats that move while they last, pages that say why, copies for another year, and days that belong together."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from app.access.models import Account, Grant, Role
from app.errors import Conflict, Invalid
from app.guests.letters import Letterform, letterform, write_letterform
from app.invitations.join import reveal
from app.invitations.links import resolve
from app.invitations.models import Credential, CredentialState, Seat
from app.invitations.switching import RETURNED, give_back, places, switch_place
from app.journal.service import PUBLIC, read
from app.proposals.models import Proposal, ProposalStatus
from app.registration.models import Application, ApplicationState, Decision
from app.rights.plan import Months
from app.rights.retention import months_of, set_months
from app.sessions.copying import copy_session, next_year
from app.sessions.fields import CopyFields, HallFields, ScheduleFields, SeriesFields, SessionChanges
from app.sessions.models import ForumSession, SessionState
from app.sessions.notice import notice_of
from app.sessions.plans import add_hall
from app.sessions.rows import rows_of, sites_of
from app.sessions.schedule import change_schedule
from app.sessions.series import add_day, days_of, give_series_duty, spread, start_series
from app.sessions.service import change_state, update_session
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_applicant, make_meeting, make_seat
from tests.factories_proposals import make_proposal
from tests.integration.test_access import csrf_of, sign_in
from tests.integration.test_invitations_publish import press
from tests.integration.test_sessions_service import made

ACTOR = "account:m"


async def switched(ground: Ground, seat: Seat, place: str) -> Seat:
    async with ground.database.write() as db:
        return await switch_place(db, ground.vault, seat.id, place, now=ground.clock.now())


async def free(ground: Ground, session: ForumSession) -> dict[str, int]:
    async with ground.database.read() as db:
        return {one.value: one.free for one in await places(db, session)}


async def test_the_last_seat_goes_to_one_and_a_seat_left_is_free_at_once(ground: Ground) -> None:
    session, _ = await make_session(ground, halls=1, hall_seats=1, seats_online=3)
    seats = [(await make_seat(ground, session, f"Warga {n}", phone=f"+6281200000{n:03}"))[0] for n in range(3)]
    outcomes = await asyncio.gather(*(switched(ground, seat, "in_person:aula-1") for seat in seats), return_exceptions=True)
    won = [one for one in outcomes if isinstance(one, Seat)]
    lost = [one.errors[0].code for one in outcomes if isinstance(one, Invalid)]
    assert (len(won), lost) == (1, ["seats.full", "seats.full"])
    assert await free(ground, session) == {"online": 1, "in_person:aula-1": 0}
    await switched(ground, won[0], "online")
    assert await free(ground, session) == {"online": 0, "in_person:aula-1": 1}
    async with ground.database.write() as db:
        await give_back(db, ground.vault, won[0].id, now=ground.clock.now())
    assert await free(ground, session) == {"online": 1, "in_person:aula-1": 1}
    with pytest.raises(Conflict) as refused:
        await switched(ground, won[0], "in_person:aula-1")
    assert refused.value.code == "invitations.seat_revoked"


async def test_the_way_into_the_meeting_follows_the_seat_and_so_does_the_application(ground: Ground) -> None:
    session, sites = await make_session(ground)
    await make_meeting(ground, session)
    applicant = await make_applicant(ground, session, "Siti", ApplicationState.SELECTED)
    await press(ground, session)
    async with ground.database.read() as db:
        seat = (await db.scalars(select(Seat))).one()
    states = []
    for place in ("in_person:aula-2", "online"):
        await switched(ground, seat, place)
        async with ground.database.read() as db:
            states.append((await db.scalars(select(Credential.state))).one())
            application = await db.get_one(Application, applicant.id)
            states.append((application.attendance, application.site_id))
    assert states == [CredentialState.REVOKED, ("in_person", sites[1].id), CredentialState.ISSUED, ("online", None)]
    async with ground.database.write() as db:
        await give_back(db, ground.vault, seat.id, now=ground.clock.now())
    async with ground.database.read() as db:
        row, kept = await db.get_one(Application, applicant.id), await db.get_one(Seat, seat.id)
        trace = (await db.scalars(select(Decision).where(Decision.after == ApplicationState.WITHDRAWN))).one()
    assert (row.state, kept.reason, trace.reason) == (ApplicationState.WITHDRAWN, RETURNED, RETURNED)


async def test_a_hall_holder_is_shown_no_meeting_until_they_move_online(ground: Ground, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    await make_meeting(ground, session)
    _, token = await make_seat(ground, session, way="in_person", site_id=sites[0].id)
    bearer = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    assert (await web.post("/api/v1/join/reveal", headers=bearer)).status_code == 404
    moved = await web.post("/api/v1/join/place", headers=bearer, json={"place": "online"})
    assert (moved.status_code, moved.json()["way"]) == (200, "online")
    assert (await web.post("/api/v1/join/reveal", headers=bearer)).json()["passcode"] == "batik22"
    wrong = await web.post("/api/v1/join/place", headers=bearer, json={"place": "in_person:tidak-ada"})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "seats.no_such_place")
    async with ground.database.write() as db:
        holder = await resolve(db, ground.vault, token, ground.clock.now())
        assert holder is not None
        assert (await reveal(db, ground.vault, holder, ground.clock.now())).meeting_id is not None


async def test_every_page_says_what_changed_and_why(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    seat, token = await make_seat(ground, session, phone=None, way="in_person", site_id=sites[0].id)
    await sign_in(web, "moderator")
    desk = f"/meja/{session.slug}/jadwal"
    csrf = csrf_of((await web.get(desk)).text)
    empty = await web.post(f"{desk}/lokasi", data={"csrf": csrf, "site": sites[0].id, "name": "Gedung Baru", "reason": ""})
    assert (empty.status_code, 'value="Gedung Baru"' in empty.text) == (422, True)
    moves = {"csrf": csrf, "site": sites[0].id, "name": "Gedung Baru", "address": "Jl. Mawar 2", "reason": "Atap aula bocor"}
    assert (await web.post(f"{desk}/lokasi", data=moves)).status_code == 303
    wait = {"csrf": csrf, "until_further_notice": "1", "reason": "Banjir di tiga kelurahan"}
    assert (await web.post(desk, data=wait)).status_code == 303
    assert (await web.post(f"{desk}/batal", data={"csrf": csrf, "reason": "tidak boleh"})).status_code == 403
    web.cookies.clear()
    public = (await web.get(f"/s/{session.slug}")).text
    entered = await web.post(f"/j/{token}", data={})
    home = (await web.get(entered.headers["location"])).text
    for page in (public, home):
        assert ("Banjir di tiga kelurahan" in page, "Atap aula bocor" in page, "Tanggal baru menyusul" in page) == (True, True, True)
    assert "Gedung Baru" in home
    async with ground.database.read() as db:
        events = [bytes(one.payload).decode() for one in await read(db, session.room, PUBLIC, 0)]
        stored = await db.get_one(ForumSession, session.id)
    assert [("Gedung Baru" in one, "Banjir" in one) for one in events] == [(True, False), (False, True)]
    assert stored.undated
    with pytest.raises(Conflict) as refused:
        async with ground.database.write() as db:
            await change_state(db, ground.vault, session.id, SessionState.LIVE, actor=ACTOR, reason=None, now=ground.clock.now())
    assert refused.value.code == "sessions.undated"
    dated = ScheduleFields(starts_at=session.starts_at, reason="Air sudah surut")
    async with ground.database.write() as db:
        await change_schedule(db, ground.vault, session.id, dated, actor=ACTOR, now=ground.clock.now())
    page = csrf_of((await web.get(f"/s/{session.slug}/hadir")).text)
    moved = await web.post(f"/s/{session.slug}/hadir/tempat", data={"csrf": page, "place": "online"})
    assert moved.headers["location"] == f"/s/{session.slug}/hadir?pindah=1"
    async with ground.database.read() as db:
        assert (await db.get_one(Seat, seat.id)).way == "online"
    web.cookies.clear()
    lost = await web.get(f"/s/{session.slug}/hadir")
    assert (lost.status_code, 'href="/status"' in lost.text, "Buka lagi tautan undangan Anda" in lost.text) == (401, True, True)


async def test_what_people_were_told_is_not_changed_in_passing(ground: Ground) -> None:
    session = await made(ground, sites=[{"name": "Aula", "address": "Jl. Lama 1", "seats": 3}])
    async with ground.database.write() as db:
        await change_state(db, ground.vault, session.id, SessionState.PUBLISHED, actor=ACTOR, reason=None, now=ground.clock.now())
        (site,) = await sites_of(db, session.id)
    await make_seat(ground, session, way="in_person", site_id=site.id)
    async with ground.database.write() as db:
        changes = SessionChanges.model_validate({"sites": [{"id": site.id, "name": "Aula", "address": "Jl. Baru 9", "seats": 3}]})
        with pytest.raises(Invalid) as refused:
            await update_session(db, ground.vault, session.id, changes, version=2, actor=ACTOR, now=ground.clock.now())
    assert [(one.field, one.code) for one in refused.value.errors] == [("sites.0.name", "sessions.hall_announced")]
    async with ground.database.write() as db:
        more = HallFields(name="Balai Warga", seats=5, reason="Aula tidak muat")
        change = await add_hall(db, ground.vault, session.id, more, actor=ACTOR, now=ground.clock.now())
        halls = [(one.code, one.seats) for one in await sites_of(db, session.id)]
    assert (change.kind, halls) == ("hall_added", [("aula", 3), ("balai-warga", 5)])


async def test_last_year_s_forum_is_copied_without_its_people(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, title="Musrenbang 2021", summary="Menyusun rencana 2022")
    await make_seat(ground, session, way="in_person", site_id=sites[0].id)
    start, now = next_year(session), ground.clock.now()
    async with ground.database.write() as db:
        account = await db.scalar(select(Account.id).where(Account.login == "operator"))
        db.add(Grant(account_id=account, role=Role.OPERATOR, session_id=session.id, site_id=sites[1].id, created_at=now))
    async with ground.database.write() as db:
        made = await copy_session(db, ground.vault, session.id, CopyFields(starts_at=start, staff=True), actor=ACTOR, now=now)
    async with ground.database.read() as db:
        rows = await rows_of(db, made.id)
        grants = [(one.role, one.site_id) for one in await db.scalars(select(Grant).where(Grant.session_id == made.id))]
        people = (await db.scalars(select(Seat).where(Seat.session_id == made.id))).all()
    by = start - session.starts_at
    years = made.year_held - session.year_held
    assert (by.days % 7, made.state, people) == (0, SessionState.DRAFT, [])
    assert (made.plan_year, years > 0) == (session.plan_year + years, True)
    assert made.title == f"Musrenbang {2021 + years}"
    assert made.registration_closes_at == session.registration_closes_at + by
    assert [(one.code, one.seats) for one in rows.sites] == [(one.code, one.seats) for one in sites]
    assert grants == [(Role.OPERATOR, rows.sites[1].id)]
    admin = office.bearer("admin")
    asked = await web.get(f"/meja/{session.slug}/salin", headers=admin)
    again = await web.post(f"/meja/{session.slug}/salin", headers=admin, data={"starts_at": ""})
    pressed = await web.post(
        f"/meja/{session.slug}/salin", headers=admin, data={"starts_at": "2035-04-01T09:00", "title": "Musrenbang lagi"}
    )
    opened = await web.get(pressed.headers["location"], headers=admin)
    assert (asked.status_code, again.status_code, pressed.status_code, opened.status_code) == (200, 422, 303, 200)


async def test_a_copy_keeps_data_as_long_as_its_notice_says_and_writes_the_same_letters(ground: Ground) -> None:
    session = await made(ground, title="Musrenbang 2021", public_proposals_until="2021-03-30T16:59:00+00:00")
    now = ground.clock.now()
    form = Letterform(
        "005/17", "Bekasi", "2021-03-20", "Undangan Musrenbang 2021", "Hadirilah Musrenbang 2021.", "Salam.", "Camat", "Ani", "IV"
    )
    async with ground.database.write() as db:
        row = await db.get_one(ForumSession, session.id)
        await set_months(db, ground.vault, row, Months(6, 24, 18), "Lama penyimpanan: 24 bulan.", actor=ACTOR, now=now)
        await write_letterform(db, session.id, form, now)
        wish = CopyFields(starts_at=next_year(row), title="Musrenbang Kota 2022")
        copied = await copy_session(db, ground.vault, session.id, wish, actor=ACTOR, now=now)
        series = await start_series(db, ground.vault, session.id, SeriesFields(title="Musrenbang Bekasi"), actor=ACTOR, now=now)
        day = await add_day(db, ground.vault, series, row.starts_at + timedelta(days=1), actor=ACTOR, now=now)
    async with ground.database.read() as db:
        promises = [(await notice_of(db, one.id), await months_of(db, one.id)) for one in (copied, day)]
        letters = [await letterform(db, one, "Bappeda") for one in (copied, day)]
    assert [("24 bulan" in notice.text, months) for notice, months in promises if notice] == [(True, Months(6, 24, 18))] * 2
    years = copied.year_held - session.year_held
    assert years == 1
    words = {"subject": "Undangan Musrenbang Kota 2022", "opening": "Hadirilah Musrenbang Kota 2022."}
    assert letters == [replace(form, number="", dated_on="", **words), replace(form, number="", dated_on="")]
    assert session.public_proposals_until is not None
    by = [one.starts_at - session.starts_at for one in (copied, day)]
    assert [one.public_proposals_until for one in (copied, day)] == [session.public_proposals_until + more for more in by]


async def test_settings_spread_over_the_days_leave_each_day_its_own_last_moment_for_proposals(ground: Ground) -> None:
    first = await made(ground)
    now = ground.clock.now()
    async with ground.database.write() as db:
        series = await start_series(db, ground.vault, first.id, SeriesFields(title="Musrenbang Bekasi"), actor=ACTOR, now=now)
        second = await add_day(db, ground.vault, series, first.starts_at + timedelta(days=3), actor=ACTOR, now=now)
        until = first.starts_at - timedelta(hours=2)
        changes = SessionChanges.model_validate({"public_proposals_until": until})
        await update_session(db, ground.vault, first.id, changes, version=first.version + 1, actor=ACTOR, now=now)
        await spread(db, ground.vault, series, first.id, actor=ACTOR, now=now)
        opened = second.public_proposals_until
        closed = SessionChanges.model_validate({"public_proposals_until": None})
        await update_session(db, ground.vault, first.id, closed, version=first.version + 2, actor=ACTOR, now=now)
        await spread(db, ground.vault, series, first.id, actor=ACTOR, now=now)
    assert (opened, second.public_proposals_until) == (until + timedelta(days=3), None)


async def test_the_days_of_a_series_share_staff_settings_and_one_list(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    first = await made(ground, sites=[{"name": "Kelurahan Jatiasih", "seats": 20}], number_prefix="BKS")
    now = ground.clock.now()
    async with ground.database.write() as db:
        series = await start_series(db, ground.vault, first.id, SeriesFields(title="Musrenbang Bekasi"), actor=ACTOR, now=now)
        second = await add_day(db, ground.vault, series, first.starts_at + timedelta(days=1), actor=ACTOR, now=now)
        account = await db.scalar(select(Account.id).where(Account.login == "operator"))
        assert account is not None
        assert await give_series_duty(db, ground.vault, series, account, Role.OPERATOR, "kelurahan-jatiasih", actor=ACTOR, now=now) == 2
        (known,) = await sites_of(db, first.id)
        halls = [{"id": known.id, "name": "Kelurahan Jatiasih", "seats": 25}, {"name": "Kelurahan Pejuang", "seats": 30}]
        changes = SessionChanges.model_validate({"sites": halls})
        await update_session(db, ground.vault, first.id, changes, version=first.version + 1, actor=ACTOR, now=now)
        done = await spread(db, ground.vault, series, first.id, actor=ACTOR, now=now)
        taken_over = [(one.code, one.seats) for one in await sites_of(db, second.id)]
        held = {
            (one.session_id, one.site_id)
            for one in await db.scalars(select(Grant).where(Grant.role == Role.OPERATOR, Grant.session_id.is_not(None)))
        }
        days = [day.id for day in await days_of(db, series.id)]
        sites = [(day, site.id) for day in days for site in await sites_of(db, day) if site.code == "kelurahan-jatiasih"]
    assert ([day.id for day in done.changed], done.kept) == ([second.id], [])
    assert taken_over == [("kelurahan-jatiasih", 25), ("kelurahan-pejuang", 30)]
    assert (held, days, second.number_prefix) == (set(sites), [first.id, second.id], "BKS2")
    assert (await web.get(f"/seri/{series.slug}")).status_code == 404
    for day in (first, second):
        async with ground.database.write() as db:
            await change_state(db, ground.vault, day.id, SessionState.PUBLISHED, actor=ACTOR, reason=None, now=now)
    numbers = [await make_proposal(ground, day) for day in (first, second)]
    async with ground.database.write() as db:
        await db.execute(update(Proposal).values(published_at=now, status=ProposalStatus.VERIFIED))
    page = (await web.get(f"/seri/{series.slug}")).text
    assert [one in page for one in (*numbers, first.slug, second.slug)] == [True] * 4
    assert [number.partition("-")[0] for number in numbers] == ["BKS", "BKS2"]
    narrowed = (await web.get(f"/seri/{series.slug}?q=BKS2")).text
    assert [number in narrowed for number in numbers] == [False, True]
    seen = await web.get(f"/meja/seri/{series.slug}", headers=office.bearer("reader"))
    assert (seen.status_code, "Petugas operator" in seen.text) == (200, True)
