"""Setting up by hand: few fields make a forum, wrong ones get a sentence, and nothing typed is lost."""

from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import select

from app.meetings.service import meeting_of, opened
from app.sessions.models import ForumSession, PrivacyNotice, SessionState
from app.sessions.rows import rows_of
from app.sessions.typed import local_moment, region_of
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.integration.test_access import csrf_of
from tests.integration.test_sessions_pages import signed_in

LEAST = {
    "title": "Musrenbang RKPD Kota Pekalongan",
    "region": "33.75 Kota Pekalongan",
    "starts_at": "2031-04-11T18:30",
    "seats_online": "100",
    "late_hours": "24",
    "elements": ["rt", "warga"],
}


async def posted(web: httpx.AsyncClient, path: str, **changes: object) -> httpx.Response:
    page = await web.get(path)
    return await web.post(path, data={**LEAST, "csrf": csrf_of(page.text), **changes})


async def only(ground: Ground) -> ForumSession:
    async with ground.database.read() as db:
        return (await db.scalars(select(ForumSession))).one()


async def test_name_region_and_start_make_a_forum(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await signed_in(web, "admin")
    answer = await posted(web, "/meja/baru")
    session = await only(ground)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/meja/{session.slug}")
    assert session.starts_at == datetime(2031, 4, 11, 18, 30, tzinfo=ZoneInfo("Asia/Jakarta"))
    assert (session.tier, session.number_prefix, session.plan_year, session.elements) == ("regency", "PKL", 2032, ["rt", "warga"])
    assert "Terbitkan forum ini" in (await web.get(answer.headers["location"])).text


async def test_everything_typed_is_stored(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await signed_in(web, "admin")
    await posted(
        web,
        "/meja/baru",
        **{
            "region": "Lombok Timur",
            "sites.0.name": "Aula",
            "sites.0.seats": "40",
            "sites.3.name": "Balai",
            "sites.3.seats": "20",
            "sites.3.access_notes": "jalur kursi roda",
            "agenda.0.title": "Pembukaan",
            "agenda.0.planned_at": "11-04-2031 18.30",
            "quotas.0.who": "gender:female",
            "quotas.0.minimum": "30",
            "quotas.0.unit": "percent",
            "quotas.1.who": "site:Balai",
            "quotas.1.maximum": "20",
            "quotas.1.unit": "number",
            "meeting.link": "https://zoom.us/j/812",
            "meeting.passcode": "rembuk21",
            "contact_number": "0853-2690-5742",
            "screen_shows_all": "1",
        },
    )
    session = await only(ground)
    async with ground.database.read() as db:
        rows = await rows_of(db, session.id)
        access = opened(ground.vault, await meeting_of(db, session.id))
    assert (session.zone, session.region_code, session.screen_shows_all) == ("Asia/Makassar", "52.03", True)
    assert [(s.name, s.seats, s.access_notes) for s in rows.sites] == [("Aula", 40, ""), ("Balai", 20, "jalur kursi roda")]
    assert [(a.title, a.planned_at) for a in rows.agenda] == [("Pembukaan", session.starts_at)]
    assert [(q.attribute, q.value, q.minimum, q.maximum) for q in rows.quotas] == [
        ("gender", "female", 30, None),
        ("site", "balai", None, 20),
    ]
    assert (access.link, access.passcode, session.contact_number) == ("https://zoom.us/j/812", "rembuk21", "+6285326905742")


WRONG = {
    "title": ("", "Bagian ini perlu diisi."),
    "region": ("pekalongan", "33.26 Kabupaten Pekalongan"),
    "starts_at": ("besok malam", "Tulis tanggal dan jam"),
    "ends_at": ("30-02-2031 10.00", "Tulis tanggal dan jam"),
    "plan_year": ("dua ribu", "Tulis dengan angka"),
    "number_prefix": ("P-K", "Pakai huruf dan angka saja"),
    "seats_online": ("-5", "paling sedikit 0"),
    "sites.0.seats": ("banyak", "Tulis dengan angka"),
    "agenda.0.planned_at": ("malam", "Tulis tanggal dan jam"),
    "quotas.0.minimum": ("101", "paling banyak 100"),
    "quotas.1.who": ("element:raja", "Nilai ini tidak ada"),
    "meeting.link": ("zoom.us/j/1", "https://"),
    "stream_url": ("http://contoh.id", "https://"),
    "contact_number": ("0812", "Nomor ini kurang panjang"),
    "late_hours": ("1000", "paling banyak 168"),
    "notice": ("Terlalu pendek", "paling sedikit 100"),
}
ROWS = {
    "sites.0.name": "Aula & <b>Balai</b>",
    "agenda.0.title": "Pembukaan",
    "quotas.0.who": "gender:female",
    "quotas.0.unit": "percent",
    "quotas.1.minimum": "1",
    "quotas.1.unit": "number",
}
UNREADABLE = {"title", "region", "starts_at", "ends_at", "plan_year", "number_prefix", "seats_online", "sites.0.seats", "meeting.link"}


@pytest.mark.parametrize("name", sorted(WRONG))
async def test_a_wrong_field_gets_its_sentence_and_everything_typed_is_kept(
    ground: Ground, office: Office, web: httpx.AsyncClient, name: str
) -> None:
    await signed_in(web, "admin")
    typed, sentence = WRONG[name]
    given = (
        {"sites.0.seats": "40", "quotas.0.minimum": "30", "quotas.1.who": "element:rt", "summary": "Rembuk warga"} | ROWS | {name: typed}
    )
    answer = await posted(web, "/meja/baru", **given)
    assert answer.status_code == 422
    _, _, beside = answer.text.partition(f'id="f-{name}-error"')
    assert sentence in beside[:700]
    for kept in ("Rembuk warga", "Aula &amp; &lt;b&gt;Balai&lt;/b&gt;", "Pembukaan", 'value="gender:female" selected'):
        assert kept in answer.text
    assert name == "title" or typed in answer.text
    async with ground.database.read() as db:
        assert (await db.scalars(select(ForumSession))).all() == []


async def test_every_wrong_field_is_named_at_once(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await signed_in(web, "admin")
    wrong = {name: WRONG[name][0] for name in UNREADABLE} | {"sites.0.name": "Aula"}
    answer = await posted(web, "/meja/baru", **wrong)
    assert {name for name in UNREADABLE if f'id="f-{name}-error"' in answer.text} == UNREADABLE


async def test_one_more_row_loses_nothing(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await signed_in(web, "admin")
    answer = await posted(web, "/meja/baru", **{"add": "sites", "sites.0.name": "Aula", "title": "Forum Kita"})
    assert answer.status_code == 200
    assert 'value="Forum Kita"' in answer.text
    assert 'name="sites.4.name"' in answer.text
    assert 'class="error"' not in answer.text


async def test_a_forum_is_copied_without_its_times_and_secrets(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await signed_in(web, "admin")
    text = (await web.get(f"/meja/baru?dari={session.slug}")).text
    assert 'value="Aula 1"' in text
    assert 'name="sites.0.id"' not in text
    assert 'name="starts_at" value=""' in text


async def test_settings_are_changed_and_said_to_be(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    await signed_in(web, "admin")
    path = f"/meja/{session.slug}/atur"
    answer = await posted(
        web,
        path,
        **{
            "version": "1",
            "title": "Nama Baru",
            "sites.0.id": sites[1].id,
            "sites.0.name": "Aula Besar",
            "sites.0.seats": "55",
            "sites.1.id": sites[0].id,
            "sites.1.name": "Aula 1",
            "sites.1.seats": "30",
            "sites.1.remove": "1",
        },
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?tersimpan=1")
    assert "Perubahan tersimpan" in (await web.get(f"{path}?tersimpan=1")).text
    async with ground.database.read() as db:
        stored = (await db.scalars(select(ForumSession))).one()
        rows = await rows_of(db, session.id)
        notices = (await db.scalars(select(PrivacyNotice))).all()
    assert (stored.title, stored.starts_at, stored.stream_url, len(notices)) == ("Nama Baru", session.starts_at, None, 1)
    assert [(s.id, s.code, s.name, s.seats) for s in rows.sites] == [(sites[1].id, "aula-2", "Aula Besar", 55)]


async def test_two_editors_at_once_the_second_keeps_what_they_typed(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await signed_in(web, "admin")
    path = f"/meja/{session.slug}/atur"
    first = await posted(web, path, version="1", title="Dari Anita")
    second = await posted(web, path, version="1", title="Dari Budi")
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Petugas lain baru saja mengubah forum ini" in second.text
    assert "Muat versi terbaru" in second.text
    assert 'value="Dari Budi"' in second.text
    assert (await only(ground)).title == "Dari Anita"


async def test_a_draft_may_still_move_its_times(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, state=SessionState.DRAFT)
    await signed_in(web, "admin")
    times = {"starts_at": "2031-05-01T09:00", "ends_at": "2031-05-01T12:00", "registration_closes_at": "30-04-2031 10.00"}
    answer = await posted(web, f"/meja/{session.slug}/atur", version="1", **times)
    assert answer.status_code == 303
    assert (await only(ground)).registration_closes_at == datetime(2031, 4, 30, 10, 0, tzinfo=ZoneInfo("Asia/Jakarta"))


async def test_the_schedule_is_moved_with_a_reason(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await signed_in(web, "moderator")
    path = f"/meja/{session.slug}/jadwal"
    csrf = csrf_of((await web.get(path)).text)
    later = "2031-05-01T09:00"
    without = await web.post(path, data={"csrf": csrf, "starts_at": later})
    assert without.status_code == 422
    assert 'id="f-reason-error"' in without.text
    assert f'value="{later}"' in without.text
    moved = await web.post(path, data={"csrf": csrf, "starts_at": later, "reason": "Gedung dipakai pemilu"})
    assert moved.status_code == 303
    assert "Gedung dipakai pemilu" in (await web.get(f"/s/{session.slug}")).text
    assert (await only(ground)).starts_at == datetime(2031, 5, 1, 9, 0, tzinfo=ZoneInfo("Asia/Jakarta"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("33.75", "33.75"),
        ("33.75 Kota Pekalongan", "33.75"),
        ("Kota Pekalongan", "33.75"),
        ("33.17.14", "33.17.14"),
        ("33.75.01.1002 Kelurahan", "33.75.01.1002"),
        ("99.99", None),
        ("", None),
        ("Atlantis", None),
    ],
)
def test_a_region_is_known_by_code_or_name(text: str, code: str | None) -> None:
    assert region_of(text)[0] == code


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2021-04-10T10:00", 3),
        ("10-04-2021 10.00", 3),
        ("10/4/2021 10:00", 3),
        ("10-04-2021 pukul 10.00", 3),
        ("2021-04-10T10:00+09:00", 1),
        ("31-02-2021 10.00", None),
        ("10.00", None),
        ("9" * 400, None),
    ],
)
def test_a_moment_is_read_in_the_forums_zone(text: str, hour: int | None) -> None:
    found = local_moment(text, "Asia/Jakarta")
    assert (found.astimezone(ZoneInfo("UTC")).hour if found else None) == hour
