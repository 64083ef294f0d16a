"""Applying by the API: what is taken, what is refused and how, what the desk sees."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from app.audit.models import AuditEntry
from app.audit.service import facts_of, verify
from app.notices.models import Notice
from app.outbox.models import Job
from app.participants.models import Consent, Origin, Participant
from app.participants.service import consents_of, open_contact, placeholder
from app.registration.models import Application, ApplicationState
from app.registration.offer import village_named
from app.sessions.models import ForumSession, PrivacyNotice, SessionState
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_registration import apply_via_service, form_values, some_phone

JSON = {"Accept": "application/json"}


async def post(web: httpx.AsyncClient, session: ForumSession, **changes: object) -> httpx.Response:
    return await web.post(f"/api/v1/sessions/{session.slug}/applications", json=form_values(**changes), headers=JSON)


async def only_application(ground: Ground) -> tuple[Application, Participant]:
    async with ground.database.read() as db:
        application = (await db.scalars(select(Application))).one()
        participant = await db.get(Participant, application.participant_id)
    assert participant is not None
    return application, participant


async def test_an_application_is_stored_with_everything_in_its_place(ground: Ground, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    answer = await post(
        web,
        session,
        name="  Ibu Siti   Rahayu, S.Pd. ",
        phone="+62 853-2690-5742",
        address="Jalan Buton 4, RT 03/RW 05",
        attendance="in_person",
        site="aula-2",
        capacity="Ketua RT 03/RW 05",
        email="siti@contoh.id",
        gender="female",
        age_group="adult",
        disability="Tuna daksa",
        needs=["Kursi roda", "Pendamping"],
        disability_data=True,
        publish_name=True,
        wish="Saluran air di Jalan Buton diperbaiki\nsepanjang 300 meter",
    )
    assert answer.status_code == 201
    body = answer.json()
    assert sorted(body) == ["at", "code", "id", "key", "state", "status_url"]
    application, participant = await only_application(ground)
    assert (body["id"], body["code"], body["state"]) == (application.id, application.code, "submitted")
    assert body["status_url"] == f"{ground.settings.public_url}/r/{body['key']}"
    assert body["key"].startswith(application.id)
    assert (participant.name, participant.name_key, participant.number) == ("Ibu Siti Rahayu, S.Pd.", "siti rahayu", 1)
    assert (participant.village_code, participant.village) == ("33.75.03.1004", "Kelurahan Panjang Wetan")
    assert (application.attendance, application.site_id, participant.site_id) == ("in_person", sites[1].id, sites[1].id)
    assert (participant.origin, participant.publish_name, participant.publish_photos) == (Origin.APPLICATION, True, False)
    assert application.has_disability is True
    assert application.wish == "Saluran air di Jalan Buton diperbaiki\nsepanjang 300 meter"
    contact = open_contact(ground.vault, participant)
    assert (contact.phone, contact.email) == ("+6285326905742", "siti@contoh.id")
    assert (contact.address, contact.disability) == ("Jalan Buton 4, RT 03/RW 05", "Tuna daksa")
    assert contact.needs == "Kursi roda, Pendamping"
    assert participant.phone is not None
    assert b"5326905742" not in participant.phone


async def test_consents_are_stamped_and_specific_data_kept_only_with_theirs(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    assert (await post(web, session, disability="netra", needs="pendamping", photos=True)).status_code == 201
    application, participant = await only_application(ground)
    contact = open_contact(ground.vault, participant)
    assert (contact.disability, contact.needs, application.has_disability) == (None, None, False)
    async with ground.database.read() as db:
        rows = (await db.scalars(select(Consent))).all()
        chosen = await consents_of(db, participant.id)
    assert chosen == {"notice": True, "publish_name": False, "disability_data": False, "photos": True}
    assert {row.notice_version for row in rows} == {1}


async def test_an_application_is_audited_told_and_its_wish_wanted_by_ids_only(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    made = (await post(web, session, wish="Lampu jalan")).json()
    application, participant = await only_application(ground)
    async with ground.database.read() as db:
        entry = (await db.scalars(select(AuditEntry))).one()
        jobs = {job.kind: job for job in await db.scalars(select(Job))}
        notice = (await db.scalars(select(Notice))).one()
        verdict = await verify(db, ground.vault, session.id)
    assert (entry.act, entry.subject, entry.actor) == ("registration.received", f"application:{made['id']}", f"person:{participant.id}")
    assert facts_of(entry) == {"origin": "application", "late": False, "order": 1}
    assert verdict.broken_at is None
    wish = jobs["proposals.wish"]
    assert (wish.key, wish.payload) == (f"wish:{made['id']}", {"application_id": made["id"]})
    assert (notice.kind, notice.participant_id, notice.facts) == ("registered", participant.id, {"application_id": application.id})


async def test_without_a_wish_no_proposal_is_wanted(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await post(web, session)
    async with ground.database.read() as db:
        assert "proposals.wish" not in set(await db.scalars(select(Job.kind)))


@pytest.mark.parametrize("phone", ["085326905742", "+62 853-2690-5742", "6285326905742", "85326905742"])
async def test_the_same_person_is_refused_however_phone_and_name_are_written(ground: Ground, web: httpx.AsyncClient, phone: str) -> None:
    session, _ = await make_session(ground)
    first = (await post(web, session)).json()
    again = await post(web, session, phone=phone, name="Hj. SITI RAHAYU, S.Pd")
    assert (again.status_code, again.json()["code"]) == (409, "registration.duplicate")
    assert sorted(again.json()) == ["code", "status", "title", "type"]
    for secret in (first["id"], first["key"], first["code"], "Siti", "5742"):
        assert secret not in again.text
    await only_application(ground)


async def test_a_phone_serves_five_people_and_no_sixth(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    answers = [await post(web, session, name=f"Warga {word}") for word in ("Satu", "Dua", "Tiga", "Empat", "Lima", "Enam")]
    assert [answer.status_code for answer in answers] == [201] * 5 + [422]
    assert [(e["field"], e["code"]) for e in answers[5].json()["errors"]] == [("phone", "registration.phone_used_up")]
    async with ground.database.read() as db:
        flags = list(await db.scalars(select(Application.flags).order_by(Application.order)))
    assert flags == [["same_phone"]] * 5


async def test_one_name_in_one_village_is_only_flagged(ground: Ground) -> None:
    session, _ = await make_session(ground)
    first = await apply_via_service(ground, session)
    await apply_via_service(ground, session)
    await apply_via_service(ground, session, village="Kelurahan Kandang Panjang")
    async with ground.database.read() as db:
        flags = list(await db.scalars(select(Application.flags).order_by(Application.order)))
    assert flags == [["same_name_village"], ["same_name_village"], []]
    assert first.flags == []


async def test_a_withdrawn_application_stands_in_nobodys_way(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await post(web, session)
    async with ground.database.write() as db:
        await db.execute(update(Application).values(state=ApplicationState.WITHDRAWN))
    assert (await post(web, session)).status_code == 201


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"registration_opens_at": timedelta(hours=1)}, 425, "registration.not_open"),
        ({"registration_closes_at": timedelta(seconds=-1)}, 410, "registration.closed"),
        ({"state": SessionState.ENDED}, 410, "registration.closed"),
        ({"state": SessionState.CANCELLED}, 410, "registration.closed"),
        ({"state": SessionState.DRAFT}, 404, "sessions.unknown"),
        ({"closed_at": timedelta(days=2)}, 410, "registration.closed"),
    ],
)
async def test_registration_has_its_time(
    ground: Ground, web: httpx.AsyncClient, changes: dict[str, object], status: int, code: str
) -> None:
    now = ground.clock.now()
    values = {name: now + value if isinstance(value, timedelta) else value for name, value in changes.items()}
    session, _ = await make_session(ground, **values)
    answer = await post(web, session)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    async with ground.database.read() as db:
        assert (await db.scalars(select(Application))).all() == []


async def test_what_was_received_at_the_deadline_is_in_time_and_a_millisecond_later_is_not(ground: Ground) -> None:
    session, _ = await make_session(ground)
    made = await apply_via_service(ground, session, at=session.registration_closes_at)
    assert made.received_at == session.registration_closes_at
    with pytest.raises(Exception, match=r"registration\.closed"):
        await apply_via_service(ground, session, at=session.registration_closes_at + timedelta(milliseconds=1))


async def test_a_deadline_moved_beyond_the_count_opens_registration_again(ground: Ground, web: httpx.AsyncClient) -> None:
    now = ground.clock.now()
    session, _ = await make_session(ground, registration_closes_at=now + timedelta(hours=1), closed_at=now - timedelta(hours=1))
    assert (await post(web, session)).status_code == 201


async def test_several_wrong_fields_are_named_at_once(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    answer = await post(web, session, element="raja", attendance="in_person", site="aula-9", age_group="child", consent_version=7)
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [
        ("element", "registration.element_wrong"),
        ("site", "registration.site_wrong"),
        ("guardian_name", "registration.guardian_name_missing"),
        ("guardian_phone", "registration.guardian_phone_missing"),
        ("consent_version", "registration.notice_wrong"),
    ]
    assert all(e["message"].endswith((".", "Anda", "7890")) for e in answer.json()["errors"])


async def test_the_newest_notice_or_one_shown_before_it_may_be_stamped(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    async with ground.database.write() as db:
        db.add(PrivacyNotice(session_id=session.id, version=2, text="Lebih jelas.", created_at=ground.clock.now()))
    assert (await post(web, session, consent_version=2)).status_code == 201
    assert (await post(web, session, phone=some_phone(), consent_version=1)).status_code == 201
    assert (await post(web, session, phone=some_phone(), consent_version=3)).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\xff",
        b"[]",
        b"null",
        b'{"name": {"a": 1}}',
        b'{"name": "A\\u0000b", "phone": ["0"], "consent_version": 1e400}',
        b'{"name": "\\ud800\\ud800", "consent_version": 99999999999999999999}',
        b'{"name": "' + b"x" * 100_000 + b'"}',
        b"[" * 5_000,
    ],
)
async def test_hostile_bodies_are_refused_before_they_cost(ground: Ground, web: httpx.AsyncClient, body: bytes) -> None:
    session, _ = await make_session(ground)
    headers = {**JSON, "Content-Type": "application/json"}
    answer = await web.post(f"/api/v1/sessions/{session.slug}/applications", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_signs_that_are_no_writing_are_left_out(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    body = '{"name":"Siti\\u0007 Ra\\u202ehayu\\ud800","phone":"085326905743","element":"rt","attendance":"online","consent_version":1,"wish":"a\\u0007b\\r\\nc"}'
    headers = {**JSON, "Content-Type": "application/json"}
    assert (await web.post(f"/api/v1/sessions/{session.slug}/applications", content=body, headers=headers)).status_code == 201
    async with ground.database.read() as db:
        found = (await db.scalars(select(Participant).where(Participant.name == "Siti Rahayu"))).all()
        wishes = set(await db.scalars(select(Application.wish)))
    assert len(found) == 1
    assert wishes == {"ab\nc"}


async def test_the_desk_reads_applicants_in_pages_with_masked_phones(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    for word in ("Satu", "Dua", "Tiga"):
        await apply_via_service(ground, session, name=f"Warga {word}", phone="085326905742")
    address, headers = f"/api/v1/sessions/{session.slug}/applications", {**JSON, **office.bearer("moderator")}
    first = (await web.get(address, params={"limit": 2}, headers=headers)).json()
    rest = (await web.get(address, params={"limit": 2, "after": first["next"]}, headers=headers)).json()
    assert [item["name"] for item in first["items"] + rest["items"]] == ["Warga Satu", "Warga Dua", "Warga Tiga"]
    assert rest["next"] is None
    assert {item["phone"] for item in first["items"]} == {"0853-••••-5742"}
    assert first["items"][0]["version"] == 1


@pytest.mark.parametrize(
    ("q", "names"), [("dua", ["Warga Dua"]), ("0853 2690 5742", ["Warga Dua"]), ("%", []), ("warga", ["Warga Satu", "Warga Dua"])]
)
async def test_the_desk_finds_by_name_and_by_whole_phone(
    ground: Ground, office: Office, web: httpx.AsyncClient, q: str, names: list[str]
) -> None:
    session, _ = await make_session(ground)
    await apply_via_service(ground, session, name="Warga Satu")
    await apply_via_service(ground, session, name="Warga Dua", phone="085326905742")
    headers = {**JSON, **office.bearer("secretariat")}
    found = await web.get(f"/api/v1/sessions/{session.slug}/applications", params={"q": q}, headers=headers)
    assert [item["name"] for item in found.json()["items"]] == names


async def test_the_desk_filters_by_state(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    made = await apply_via_service(ground, session)
    address, headers = f"/api/v1/sessions/{session.slug}/applications", {**JSON, **office.bearer("moderator")}
    assert (await web.get(address, params={"state": "selected"}, headers=headers)).json() == {"items": [], "next": None}
    assert [i["code"] for i in (await web.get(address, params={"state": "submitted"}, headers=headers)).json()["items"]] == [made.code]


async def test_a_placeholder_takes_the_next_number_from_either_kind_of_handle(ground: Ground) -> None:
    session, sites = await make_session(ground)
    async with ground.database.write() as db:
        first = await placeholder(db, session.id, "Ibu, RT 3", "RT 3", sites[0].id, now=ground.clock.now())
    now = ground.clock.now()
    second = await ground.database.batch(lambda db: placeholder(db, session.id, "Bapak berpeci", None, None, now=now))
    async with ground.database.read() as db:
        rows = {row.id: row for row in await db.scalars(select(Participant))}
    assert [(rows[i].number, rows[i].origin, rows[i].name_key) for i in (first, second)] == [
        (1, Origin.PLACEHOLDER, "rt 3"),
        (2, Origin.PLACEHOLDER, "berpeci"),
    ]


@pytest.mark.parametrize(
    ("typed", "code", "name"),
    [
        ("33.75.03.1004", "33.75.03.1004", "Kelurahan Panjang Wetan"),
        ("kel. kandang panjang", "33.75.03.1003", "Kelurahan Kandang Panjang"),
        ("33.75", None, "33.75"),
        ("3 Ilir", None, "3 Ilir"),
        ("Desa Seberang", None, "Desa Seberang"),
    ],
)
def test_a_village_is_known_by_code_or_name_and_kept_as_typed_otherwise(typed: str, code: str | None, name: str) -> None:
    assert village_named(typed, "33.75") == (code, name)
