"""What people see of a session: the front page, its own page, and the summary of the desk."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from app.access.models import Role
from app.database.tables import new_id
from app.participants.models import Origin, Participant
from app.registration.models import Application
from app.sessions.crowd import Crowd
from app.sessions.models import ForumSession, SessionState
from app.sessions.public import grouped
from app.sessions.readiness import Step, next_step
from app.sessions.registering import Registration, registration_of
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office
from tests.factories import make_session
from tests.integration.test_access import csrf_of

ID = {"Accept-Language": "id"}


async def signed_in(web: httpx.AsyncClient, login: str) -> None:
    web.headers["Accept-Language"] = "id"
    assert (await web.post("/masuk", data={"login": login, "password": PASSWORD})).status_code == 303


async def applied(ground: Ground, session: ForumSession, count: int, site_id: str | None = None) -> None:
    now = ground.clock.now()
    async with ground.database.write() as db:
        for n in range(count):
            number = int(now.timestamp() * 1000) % 1_000_000 + n
            person = Participant(
                id=new_id(),
                session_id=session.id,
                number=number,
                origin=Origin.APPLICATION,
                name=f"Warga {n}",
                name_key=f"warga {n}",
                created_at=now,
                site_id=site_id,
            )
            db.add(person)
            await db.flush()
            db.add(
                Application(
                    session_id=session.id,
                    participant_id=person.id,
                    code=new_id()[:9],
                    name_key=person.name_key,
                    attendance="in_person" if site_id else "online",
                    site_id=site_id,
                    flags=[],
                    received_at=now,
                    order=n,
                )
            )


async def test_the_front_page_is_never_blank(web: httpx.AsyncClient) -> None:
    answer = await web.get("/", headers=ID)
    assert answer.status_code == 200
    assert "Belum ada forum" in answer.text


async def test_the_front_page_groups_forums_by_where_they_stand(ground: Ground, web: httpx.AsyncClient) -> None:
    now = ground.clock.now()
    await make_session(ground, title="Forum Terbuka")
    await make_session(ground, title="Forum Langsung", state=SessionState.LIVE)
    await make_session(ground, title="Forum Besok", registration_opens_at=now + timedelta(hours=1))
    await make_session(ground, title="Forum Lalu", state=SessionState.ENDED)
    await make_session(ground, title="Forum Konsep", state=SessionState.DRAFT)
    await make_session(ground, title="Forum Geladi", practice=True)
    text = (await web.get("/", headers=ID)).text
    order = ["Sedang berlangsung", "Forum Langsung", "Pendaftaran dibuka", "Forum Terbuka", "Akan datang", "Forum Besok", "Forum Lalu"]
    assert sorted(order, key=text.index) == order
    assert "Forum Konsep" not in text
    assert "Forum Geladi" not in text


async def test_a_forum_says_what_when_where_and_how(ground: Ground, web: httpx.AsyncClient) -> None:
    session, (hall, _) = await make_session(ground, hall_seats=10, criteria="Semua unsur terwakili.")
    await applied(ground, session, 4, hall.id)
    await applied(ground, session, 1)
    text = (await web.get(f"/s/{session.slug}", headers=ID)).text
    for words in (
        "Musrenbang RKPD Kota Pekalongan",
        "2 lokasi dan daring",
        "Tersedia",
        "Semua unsur terwakili.",
        "https://wa.me/6285326905742",
    ):
        assert words in text
    assert f'href="/s/{session.slug}/daftar"' in text
    assert "Sisa" not in text
    await applied(ground, session, 5, hall.id)
    assert "Sisa 1" in (await web.get(f"/s/{session.slug}", headers=ID)).text
    await applied(ground, session, 3, hall.id)
    assert "Banyak peminat" in (await web.get(f"/s/{session.slug}", headers=ID)).text


@pytest.mark.parametrize(
    ("changes", "words", "may_register"),
    [
        ({}, "Pendaftaran ditutup dalam", True),
        ({"registration_opens_at": 1}, "Pendaftaran belum dibuka", False),
        ({"registration_closes_at": -1}, "Panitia sedang memilih peserta", False),
        ({"registration_closes_at": -1, "selection_published_at": -0.5}, "Hasil seleksi diumumkan", False),
        ({"state": SessionState.LIVE, "registration_closes_at": -1}, "Tonton siaran langsung", False),
        ({"state": SessionState.LIVE}, "Sedang berlangsung", True),
        ({"state": SessionState.ENDED}, "Forum ini sudah selesai", False),
        ({"state": SessionState.CANCELLED}, "Forum ini dibatalkan", False),
    ],
)
async def test_a_forum_says_whether_one_may_register_or_why_not(
    ground: Ground, web: httpx.AsyncClient, changes: dict[str, Any], words: str, may_register: bool
) -> None:
    now = ground.clock.now()
    moments = {name: now + timedelta(hours=value) if isinstance(value, int | float) else value for name, value in changes.items()}
    session, _ = await make_session(ground, **moments)
    text = (await web.get(f"/s/{session.slug}", headers=ID)).text
    assert words in text
    assert (f'href="/s/{session.slug}/daftar"' in text) is may_register


async def test_unknown_forums_and_drafts_look_the_same(ground: Ground, web: httpx.AsyncClient) -> None:
    draft, _ = await make_session(ground, state=SessionState.DRAFT)
    answers = [await web.get(path, headers=ID) for path in (f"/s/{draft.slug}", "/s/tidak-ada", f"/s/{'x' * 3000}")]
    assert [answer.status_code for answer in answers] == [404, 404, 422]
    assert answers[0].text.replace(draft.slug, "") == answers[1].text.replace("tidak-ada", "")


async def test_words_typed_by_staff_are_no_markup(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, title="<script>alert(1)</script>", summary='"><img src=x>')
    text = (await web.get(f"/s/{session.slug}", headers=ID)).text
    assert "<script>alert" not in text
    assert "<img src=x" not in text


async def test_the_desk_shows_each_person_their_forums(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await signed_in(web, "admin")
    assert "Buat forum pertama" in (await web.get("/meja")).text
    session, _ = await make_session(ground)
    text = (await web.get("/meja")).text
    assert f'href="/meja/{session.slug}"' in text
    assert 'href="/meja/baru"' in text


async def test_the_summary_leads_from_draft_to_the_end(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, state=SessionState.DRAFT, registration_closes_at=ground.clock.now())
    await signed_in(web, "admin")
    desk = f"/meja/{session.slug}"
    seen = []
    for to in ("published", "live", "paused", "live", "ended"):
        text = (await web.get(desk)).text
        seen.append(next(words for words in ("Terbitkan forum ini", "Buka ruang", "Ke ruang", "Lanjutkan ruang") if words in text))
        assert text.count("button primary") == 1
        pressed = await web.post(f"{desk}/keadaan", data={"csrf": csrf_of(text), "to": to})
        assert (pressed.status_code, pressed.headers["location"]) == (303, desk)
    assert seen == ["Terbitkan forum ini", "Buka ruang", "Ke ruang", "Lanjutkan ruang", "Ke ruang"]
    assert "Unduh rekaman" in (await web.get(desk)).text


async def test_a_second_press_says_what_happened(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await signed_in(web, "moderator")
    csrf = csrf_of((await web.get(f"/meja/{session.slug}")).text)
    answers = [await web.post(f"/meja/{session.slug}/keadaan", data={"csrf": csrf, "to": "live"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert "Muat ulang halaman" in answers[1].text
    refused = await web.post(f"/meja/{session.slug}/keadaan", data={"csrf": csrf, "to": "cancelled"})
    assert refused.status_code == 403
    wrong = await web.post(f"/meja/{session.slug}/keadaan", data={"csrf": csrf, "to": "besok"})
    assert wrong.status_code == 422


async def test_every_role_reads_the_summary(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    for role in Role:
        answer = await web.get(f"/meja/{session.slug}", headers=office.bearer(role.value) | ID)
        assert answer.status_code == 200
        assert ("Akhiri" in answer.text, "Batalkan forum" in answer.text) == (False, role is Role.ADMIN)


NOBODY = Crowd(applicants=0, selected=0, undelivered=0, failed=0, proposals_new=0, proposals=0)


def stood(now: datetime, **changes: Any) -> ForumSession:
    values: dict[str, Any] = {
        "state": SessionState.PUBLISHED,
        "starts_at": now + timedelta(days=2),
        "registration_opens_at": now - timedelta(days=1),
        "registration_closes_at": now + timedelta(days=1),
        **changes,
    }
    return ForumSession(**values)


def test_the_next_step_is_the_one_that_is_due(ground: Ground) -> None:
    now = ground.clock.now()
    past = now - timedelta(hours=1)
    many = Crowd(applicants=9, selected=4, undelivered=2, failed=0, proposals_new=3, proposals=5)
    assert next_step(stood(now, state=SessionState.DRAFT), NOBODY, now) is Step.PUBLISH
    assert next_step(stood(now), many, now) is Step.WAIT
    assert next_step(stood(now, registration_closes_at=past), many, now) is Step.SELECT
    assert next_step(stood(now, registration_closes_at=past, selection_published_at=past), many, now) is Step.DELIVER
    assert next_step(stood(now, registration_closes_at=past, selection_published_at=past), NOBODY, now) is Step.OPEN
    assert next_step(stood(now, starts_at=now + timedelta(minutes=30)), many, now) is Step.OPEN
    assert next_step(stood(now, state=SessionState.ENDED), many, now) is Step.VERIFY
    assert next_step(stood(now, state=SessionState.ENDED), NOBODY, now) is Step.EXPORT


def test_the_deadline_itself_is_in_time(ground: Ground) -> None:
    now = ground.clock.now()
    assert registration_of(stood(now, registration_closes_at=now), now) is Registration.OPEN
    assert registration_of(stood(now, registration_closes_at=now - timedelta(microseconds=1)), now) is Registration.CLOSED
    assert grouped([stood(now, state=SessionState.ENDED)], now)["open"] == []
