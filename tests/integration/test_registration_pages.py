"""The form on a phone without script: wrong fields, the check step, double presses, and what comes after."""

import gzip
import html
import re

import httpx
import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.notices.models import Notice
from app.outbox.models import Job
from app.participants.models import Origin, Participant
from app.participants.service import consents_of, open_contact
from app.registration.keys import status_key
from app.registration.models import Application, ApplicationState, Decision
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_registration import apply_via_service, make_application

TYPED = {
    "nonce": "satu-formulir",
    "name": "Siti Rahayu",
    "phone": "0853-2690-5742",
    "village_code": "33.75.03.1004",
    "address": "Jalan Buton 4",
    "element": "rt",
    "attendance": "in_person:aula-1",
    "gender": "female",
    "age_group": "adult",
    "wish": "Saluran air di Jalan Buton",
    "capacity": "Ketua RT 03",
    "institution": "RT 03",
    "email": "siti@contoh.id",
    "disability": "netra",
    "guardian_name": "",
    "guardian_phone": "",
    "consent_version": "1",
}
NIK = "3375034508900001"


async def send(web: httpx.AsyncClient, session: ForumSession, step: str = "send", **changes: str) -> httpx.Response:
    return await web.post(f"/s/{session.slug}/daftar", data={**TYPED, "step": step, **changes})


def qr_of(page: str) -> str:
    """The QR code of a status page, as far as a page shows one."""
    found = re.search(r'<div class="qr".*?</div>', page, re.DOTALL)
    return found.group(0) if found else ""


async def count(ground: Ground) -> int:
    async with ground.database.read() as db:
        return int(await db.scalar(select(func.count()).select_from(Application)) or 0)


async def key_of(ground: Ground, application: Application) -> str:
    return status_key(ground.vault, application.id, application.key_generation)


WRONG = [
    ("name", "", "Bagian ini perlu diisi."),
    ("name", "12345", "Tulis nama dengan huruf. Contoh: Siti Rahayu"),
    ("name", "S" * 121, "Isian ini terlalu panjang, paling banyak 120 huruf."),
    ("name", f"Siti {NIK}", "Sepertinya ini NIK."),
    ("phone", "", "Tulis nomor telepon Anda. Contoh: 0812-3456-7890"),
    ("phone", "0812 3456", "Nomor ini kurang panjang. Contoh: 0812-3456-7890"),
    ("phone", "0812 3456 7890 123", "Nomor ini terlalu panjang. Contoh: 0812-3456-7890"),
    ("phone", "nomor ibu", "Ini belum seperti nomor telepon. Contoh: 0812-3456-7890"),
    ("phone", NIK, "Sepertinya ini NIK."),
    ("village_code", "", "Pilih kelurahan atau desa Anda. Bila tidak ada di daftar, tulis namanya."),
    ("village_code", "lain", "Pilih kelurahan atau desa Anda. Bila tidak ada di daftar, tulis namanya."),
    ("address", "x" * 301, "Isian ini terlalu panjang, paling banyak 300 huruf."),
    ("address", f"NIK {NIK}", "Sepertinya ini NIK."),
    ("element", "", "Pilih salah satu. Bila ragu, pilih Warga umum."),
    ("element", "raja", "Pilih salah satu. Bila ragu, pilih Warga umum."),
    ("attendance", "", "Pilih cara Anda hadir dari daftar."),
    ("attendance", "in_person:istana", "Pilih salah satu lokasi dari daftar."),
    ("attendance", "surat", "Pilih salah satu dari daftar."),
    ("gender", "x", "Pilih salah satu dari daftar."),
    ("age_group", "tua", "Pilih salah satu dari daftar."),
    ("age_group", "child", "Peserta di bawah 18 tahun perlu didampingi. Tulis nama orang tua atau wali."),
    ("age_group", "child", "Tulis nomor telepon orang tua atau wali. Contoh: 0812-3456-7890"),
    ("email", "siti@contoh", "Alamat surel ini belum lengkap. Contoh: siti@contoh.id"),
    ("capacity", "x" * 121, "Isian ini terlalu panjang, paling banyak 120 huruf."),
    ("institution", "x" * 161, "Isian ini terlalu panjang, paling banyak 160 huruf."),
    ("disability", "x" * 201, "Isian ini terlalu panjang, paling banyak 200 huruf."),
    ("wish", "x" * 2001, "Isian ini terlalu panjang, paling banyak 2000 huruf."),
    ("wish", f"NIK saya {NIK}", "Sepertinya ini NIK."),
    ("consent_version", "9", "Pemberitahuan data pribadi belum terbaca."),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("step", ["check", "send"])
async def test_each_wrong_field_gets_its_sentence_and_loses_nothing(ground: Ground, web: httpx.AsyncClient, step: str) -> None:
    session, _ = await make_session(ground)
    lacking: list[tuple[str, str, object]] = []
    for field, value, sentence in WRONG:
        answer = await send(web, session, step, **{field: value})
        page = html.unescape(answer.text)
        if answer.status_code != 422 or sentence not in page:
            lacking.append((field, value[:20], answer.status_code))
        for name, typed in {**TYPED, field: value}.items():
            kept = f'value="{typed}"' in page or (name == "wish" and typed in page)
            if typed and name not in {"consent_version", "village_code", "element", "attendance", "gender", "age_group"} and not kept:
                lacking.append((field, name, "lost"))
        chosen = {"village_code", "element", "gender", "age_group"} - {field}
        lacking += [(field, name, "lost") for name in chosen if f'<option value="{TYPED[name]}" selected>' not in page]
    assert lacking == []
    assert await count(ground) == 0


async def test_the_check_step_shows_every_answer_and_stores_nothing(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    page = (await send(web, session, "check", needs="Kursi roda")).text
    for answer in ("Siti Rahayu", "0853-2690-5742", "Kelurahan Panjang Wetan", "Jalan Buton 4", "Aula 1", "Saluran air di Jalan Buton"):
        assert f"<b>{answer}</b>" in page or f'<span class="said">{answer}</span>' in page
    assert "Data bantuan belum akan disimpan" in page
    assert '<input type="hidden" name="nonce" value="satu-formulir">' in page
    assert await count(ground) == 0


async def test_going_back_from_the_check_keeps_everything(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    answer = await send(web, session, "edit", needs="Pendamping", publish_name="1")
    assert answer.status_code == 200
    assert 'value="Siti Rahayu"' in answer.text
    assert re.search(r'name="needs" value="Pendamping"[^>]* checked', answer.text)
    assert re.search(r'name="publish_name" value="1" checked', answer.text)
    assert 'class="error"' not in answer.text


async def test_registering_ends_with_code_qr_and_what_comes_next(ground: Ground, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    sent = await send(web, session)
    assert sent.status_code == 303
    done = await web.get(sent.headers["location"])
    async with ground.database.read() as db:
        application = (await db.scalars(select(Application))).one()
    assert sent.headers["location"] == f"/r/{await key_of(ground, application)}/terdaftar"
    assert f'<p class="code">{application.code}</p>' in done.text
    assert "Apa selanjutnya" in done.text
    assert re.search(r'<div class="qr"[^>]*>\s*<svg', done.text)
    assert application.site_id == sites[0].id
    assert done.headers["cache-control"] == "no-store"


async def test_pressing_twice_answers_twice_the_same_and_makes_one(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    first, second = await send(web, session), await send(web, session)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert await count(ground) == 1


async def test_another_person_on_the_same_form_is_another_application(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    first, second = await send(web, session), await send(web, session, name="Budi Rahayu")
    assert first.headers["location"] != second.headers["location"]
    assert await count(ground) == 2


async def test_a_double_learns_nothing_but_that_it_is_one_and_may_have_the_link_sent(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    made = await apply_via_service(ground, session, phone="085326905742", name="Siti Rahayu", address="Gang Rahasia 9")
    answer = await send(web, session, nonce="lain", address="", wish="", email="")
    assert answer.status_code == 409
    assert "Nama dan nomor ini sudah terdaftar" in answer.text
    for secret in (made.code, made.id, "Rahasia"):
        assert secret not in answer.text
    sent = await web.post(f"/s/{session.slug}/daftar/tautan", data={"name": "SITI RAHAYU", "phone": "+6285326905742"})
    unknown = await web.post(f"/s/{session.slug}/daftar/tautan", data={"name": "Tidak Ada", "phone": "081299998888"})
    assert (sent.status_code, sent.text) == (200, unknown.text)
    async with ground.database.read() as db:
        notices = list(await db.scalars(select(Notice).where(Notice.kind == "status_link")))
    assert [(n.participant_id, n.facts) for n in notices] == [(made.participant_id, {"application_id": made.id})]


async def test_having_links_sent_is_slowed_down_per_number(ground: Ground, web: httpx.AsyncClient) -> None:
    data = {"name": "Siti", "phone": "085326905742"}
    answers = [await web.post("/status/tautan", data=data) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) > 0


async def test_a_form_after_the_deadline_keeps_the_words_for_copying(ground: Ground, web: httpx.AsyncClient) -> None:
    now = ground.clock.now()
    session, _ = await make_session(ground, registration_closes_at=now)
    answer = await send(web, session)
    assert answer.status_code == 410
    for words in ("Pendaftaran sudah ditutup", "Saluran air di Jalan Buton", "Siti Rahayu", "Jalan Buton 4"):
        assert words in answer.text
    assert (await web.get(f"/s/{session.slug}/daftar")).status_code == 200


async def test_a_full_place_is_shown_and_refused(ground: Ground, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, hall_seats=1)
    await make_application(
        ground,
        session,
        site_id=sites[0].id,
        state=ApplicationState.SELECTED,
        told_state=ApplicationState.SELECTED,
        told_at=ground.clock.now(),
    )
    page = (await web.get(f"/s/{session.slug}/daftar")).text
    assert re.search(r'value="in_person:aula-1"[^>]* disabled', page)
    refused = await send(web, session)
    assert refused.status_code == 422
    assert "Lokasi ini sudah penuh." in refused.text
    assert (await send(web, session, attendance="in_person:aula-2")).status_code == 303


async def test_a_child_is_registered_with_a_guardian(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    sent = await send(web, session, age_group="child", guardian_name="Ibu Aminah", guardian_phone="081234567890")
    assert sent.status_code == 303
    async with ground.database.read() as db:
        participant = (await db.scalars(select(Participant))).one()
    contact = open_contact(ground.vault, participant)
    assert (participant.child, contact.guardian_name, contact.guardian_phone) == (True, "Ibu Aminah", "+6281234567890")


@pytest.mark.parametrize("told", [None, ApplicationState.DECLINED])
async def test_a_decision_in_the_making_is_not_seen(ground: Ground, web: httpx.AsyncClient, told: ApplicationState | None) -> None:
    session, _ = await make_session(ground)
    made = await make_application(
        ground, session, state=ApplicationState.SELECTED, told_state=told, reason="mewakili wilayah rob", decided_by="account:x"
    )
    page = (await web.get(f"/r/{await key_of(ground, made)}")).text
    assert "Anda terpilih</h1>" not in page
    assert "wilayah rob" not in page
    assert ("Anda belum terpilih" in page) is (told is not None)


@pytest.mark.parametrize(
    ("state", "headline"),
    [
        (ApplicationState.SELECTED, "Anda terpilih"),
        (ApplicationState.RESERVE, "Anda di daftar cadangan"),
        (ApplicationState.DECLINED, "Anda belum terpilih"),
    ],
)
async def test_what_was_told_is_shown_with_its_reason(
    ground: Ground, web: httpx.AsyncClient, state: ApplicationState, headline: str
) -> None:
    session, _ = await make_session(ground)
    made = await make_application(ground, session, state=state, told_state=state, reason="mewakili RT 03")
    page = (await web.get(f"/r/{await key_of(ground, made)}")).text
    assert headline in page
    assert "Alasan: mewakili RT 03" in page
    assert "ditolak" not in page.lower()


async def test_correcting_writes_over_and_appends_what_was_chosen(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    key = (await send(web, session)).headers["location"].split("/")[2]
    form = await web.get(f"/r/{key}/ubah")
    assert 'value="085326905742"' in form.text
    assert 'value="Jalan Buton 4"' in form.text
    changes = {
        "phone": "081234567890",
        "attendance": "online",
        "wish": "Lampu jalan",
        "photos": "1",
        "needs": "Kursi roda",
        "disability_data": "1",
    }
    saved = await web.post(f"/r/{key}/ubah", data={**TYPED, **changes})
    assert (saved.status_code, saved.headers["location"]) == (303, f"/r/{key}?tersimpan=1")
    async with ground.database.read() as db:
        application = (await db.scalars(select(Application))).one()
        participant = await db.get_one(Participant, application.participant_id)
        chosen = await consents_of(db, participant.id)
        acts = list(await db.scalars(select(AuditEntry.act)))
        wishes = set(await db.scalars(select(Job.key).where(Job.kind == "proposals.wish")))
        people = list(await db.scalars(select(Job.payload).where(Job.kind == "proposals.person")))
    assert (application.attendance, application.site_id, application.wish, application.version) == ("online", None, "Lampu jalan", 2)
    assert application.phone_index == participant.phone_index == ground.vault.blind("phone", "+6281234567890")
    assert (open_contact(ground.vault, participant).needs, application.has_disability) == ("Kursi roda", True)
    assert chosen == {"notice": True, "publish_name": False, "disability_data": True, "photos": True}
    assert acts == ["registration.received", "registration.corrected"]
    assert wishes == {f"wish:{application.id}", f"wish:{application.id}:2"}
    assert people == [{"participant_id": participant.id}]


async def test_correcting_into_somebody_else_is_refused_beside_the_name(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await apply_via_service(ground, session, name="Budi Santoso", phone="081234567890")
    key = (await send(web, session)).headers["location"].split("/")[2]
    answer = await web.post(f"/r/{key}/ubah", data={**TYPED, "name": "BUDI SANTOSO", "phone": "081234567890"})
    assert answer.status_code == 422
    assert "Nama dan nomor ini sudah terdaftar." in answer.text
    assert 'value="BUDI SANTOSO"' in answer.text


async def test_withdrawing_asks_once_and_leaves_a_trace(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    key = (await send(web, session)).headers["location"].split("/")[2]
    assert "Ya, tarik pendaftaran saya" in (await web.get(f"/r/{key}/tarik")).text
    for _ in range(2):
        assert (await web.post(f"/r/{key}/tarik")).status_code == 303
    page = (await web.get(f"/r/{key}")).text
    async with ground.database.read() as db:
        application = (await db.scalars(select(Application))).one()
        decisions = [(d.before, d.after) for d in await db.scalars(select(Decision))]
    assert "Pendaftaran ditarik" in page
    assert (application.state, decisions) == (ApplicationState.WITHDRAWN, [("submitted", "withdrawn")])
    again = await send(web, session, nonce="baru")
    assert again.status_code == 303


async def test_after_the_deadline_nothing_can_be_corrected_moved_or_withdrawn(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, registration_closes_at=ground.clock.now())
    made = await make_application(ground, session)
    key = await key_of(ground, made)
    statuses = [
        (await web.get(f"/r/{key}/ubah")).status_code,
        (await web.post(f"/r/{key}/ubah", data=TYPED)).status_code,
        (await web.post(f"/r/{key}/pindah", data={"attendance": "in_person:aula-1"})).status_code,
        (await web.post(f"/r/{key}/tarik")).status_code,
    ]
    assert statuses == [410, 410, 410, 410]
    async with ground.database.read() as db:
        assert (await db.get_one(Application, made.id)).version == 1


async def test_moving_to_a_hall_and_not_to_a_full_one(ground: Ground, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, hall_seats=1)
    await make_application(ground, session, site_id=sites[1].id, state=ApplicationState.SELECTED, told_state=ApplicationState.SELECTED)
    made = await make_application(ground, session)
    key = await key_of(ground, made)
    assert (await web.post(f"/r/{key}/pindah", data={"attendance": "in_person:aula-1"})).status_code == 303
    full = await web.post(f"/r/{key}/pindah", data={"attendance": "in_person:aula-2"})
    assert full.status_code == 422
    assert "Lokasi ini sudah penuh." in full.text
    async with ground.database.read() as db:
        moved = await db.get_one(Application, made.id)
    assert (moved.attendance, moved.site_id, moved.version) == ("in_person", sites[0].id, 2)


@pytest.mark.parametrize("key", ["x", "a" * 32, "ä" * 32, "a" * 64])
async def test_a_wrong_key_is_not_found(ground: Ground, web: httpx.AsyncClient, key: str) -> None:
    assert (await web.get(f"/r/{key}")).status_code == 404


async def test_the_key_of_another_generation_is_not_found(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    made = await make_application(ground, session)
    assert (await web.get(f"/r/{status_key(ground.vault, made.id, 1)}")).status_code == 200
    assert (await web.get(f"/r/{status_key(ground.vault, made.id, 2)}")).status_code == 404


async def test_code_and_four_digits_lead_to_the_status_page(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    made = await make_application(ground, session, phone="+6285326905742")
    wrong = await web.post("/status", data={"code": made.code, "four": "0000"})
    assert wrong.status_code == 422
    assert "Kode dan empat angka ini tidak cocok." in wrong.text
    spoken = f" {made.code.lower().replace('-', ' ')}"
    right = await web.post("/status", data={"code": spoken, "four": "5742"})
    assert (right.status_code, right.headers["location"]) == (303, f"/r/{await key_of(ground, made)}")


async def test_after_five_tries_a_code_pauses_even_for_the_right_digits(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    made = await make_application(ground, session, phone="+6285326905742")
    codes = [(await web.post("/status", data={"code": made.code, "four": f"{n:04}"})).status_code for n in range(5)]
    paused = await web.post("/status", data={"code": made.code, "four": "5742"})
    assert (codes, paused.status_code) == ([422] * 5, 429)


async def test_the_counter_registers_somebody_without_a_phone(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    data = {**TYPED, "phone": "", "village_code": ""}
    sent = await web.post(f"/meja/{session.slug}/pendaftar/baru", data=data, headers=office.bearer("operator"))
    async with ground.database.read() as db:
        application = (await db.scalars(select(Application))).one()
        participant = await db.get_one(Participant, application.participant_id)
        actor = await db.scalar(select(AuditEntry.actor).where(AuditEntry.act == "registration.received"))
    assert sent.headers["location"].startswith(f"/meja/{session.slug}/pendaftar/baru?terdaftar={application.id}&tanda=")
    assert (participant.origin, participant.phone, application.flags, application.late) == (Origin.COUNTER, None, ["counter"], False)
    assert actor is not None
    assert actor.startswith("token:")
    shown = await web.get(sent.headers["location"], headers=office.bearer("operator"))
    assert (application.code in shown.text, "<svg" in qr_of(shown.text)) == (True, True)
    other = await web.get(sent.headers["location"], headers=office.bearer("secretariat"))
    assert (application.code in other.text, qr_of(other.text)) == (True, "")


async def test_the_counter_is_late_only_with_a_reason(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, registration_closes_at=ground.clock.now())
    address, headers = f"/meja/{session.slug}/pendaftar/baru", office.bearer("secretariat")
    refused = await web.post(address, data=TYPED, headers=headers)
    assert refused.status_code == 422
    assert "Di luar waktu pendaftaran perlu alasan. Tulis alasannya." in refused.text
    sent = await web.post(address, data={**TYPED, "late_reason": "Listrik padam di kelurahan"}, headers=headers)
    assert sent.status_code == 303
    async with ground.database.read() as db:
        application = (await db.scalars(select(Application))).one()
        reason = await db.scalar(select(Decision.reason))
    assert (application.late, application.flags, reason) == (True, ["counter", "late"], "Listrik padam di kelurahan")


async def test_the_counter_is_shown_who_is_registered_already(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    made = await apply_via_service(ground, session, phone="085326905742", name="Siti Rahayu")
    answer = await web.post(f"/meja/{session.slug}/pendaftar/baru", data=TYPED, headers=office.bearer("operator"))
    assert answer.status_code == 409
    assert "Orang ini sudah terdaftar" in answer.text
    assert (made.code in answer.text, qr_of(answer.text)) == (True, "")
    asked = {"application": made.id}
    address = f"/meja/{session.slug}/pendaftar/baru/tautan"
    assert (await web.post(address, data=asked, headers=office.bearer("operator"))).status_code == 403
    shown = await web.post(address, data=asked, headers=office.bearer("secretariat"))
    assert "<svg" in qr_of(shown.text)
    async with ground.database.read() as db:
        facts = list(await db.scalars(select(AuditEntry.facts).where(AuditEntry.act == "personal.unmasked")))
    assert facts == ['{"data":["status_link"]}']


async def test_the_form_speaks_english_too(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    page = (await web.get(f"/s/{session.slug}/daftar?lang=en")).text
    assert "Register as a participant" in page
    assert "Nama lengkap" not in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_first_visit_to_the_form_is_light(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, region_code="52.03")
    page = (await web.get(f"/s/{session.slug}/daftar")).text
    assert page.count("<option") > 200
    total = len(gzip.compress(page.encode()))
    for address in set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page)):
        total += len(gzip.compress((await web.get(address)).content))
    assert total <= 50 * 1024
