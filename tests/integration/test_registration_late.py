"""A form that comes after the deadline: kept by consent, apart from the applicants, until a moderator admits it with a reason."""

import html
import re
from datetime import timedelta

import httpx
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.audit.service import facts_of
from app.invitations.publish import plan, publish
from app.notices.models import Notice
from app.registration.closing import close
from app.registration.keys import status_key
from app.registration.models import Application, ApplicationState, Decision
from app.sessions.models import ForumSession, SessionState
from app.sessions.service import GRACE
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_registration import apply_via_service, form_values, make_application

S = ApplicationState
TYPED = {
    "nonce": "formulir-terlambat",
    "name": "Siti Rahayu",
    "phone": "0853-2690-5742",
    "village_code": "33.75.03.1004",
    "element": "rt",
    "attendance": "online",
    "wish": "Saluran air di Jalan Buton",
    "consent_version": "1",
}


async def closed(ground: Ground, **changes: object) -> ForumSession:
    now = ground.clock.now()
    session, _ = await make_session(ground, registration_closes_at=now - timedelta(minutes=5), **changes)
    return session


async def all_of(ground: Ground, session: ForumSession) -> list[Application]:
    async with ground.database.read() as db:
        return list(await db.scalars(select(Application).where(Application.session_id == session.id).order_by(Application.order)))


async def kept(ground: Ground, web: httpx.AsyncClient, session: ForumSession) -> Application:
    answer = await web.post(f"/s/{session.slug}/daftar", data={**TYPED, "step": "late"})
    assert answer.status_code == 303
    [application] = await all_of(ground, session)
    return application


def carried(page: str) -> dict[str, str]:
    """The unseen fields of the form that asks."""
    form = page[page.index('class="card ask') :]
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    }


async def test_a_late_form_is_asked_about_and_then_kept_as_it_was_typed(ground: Ground, web: httpx.AsyncClient) -> None:
    session = await closed(ground)
    asked = await web.post(f"/s/{session.slug}/daftar", data={**TYPED, "step": "send"})
    assert (asked.status_code, await all_of(ground, session)) == (410, [])
    assert "Simpan sebagai terlambat?" in asked.text
    again = {**carried(asked.text), "step": "late"}
    answers = [await web.post(f"/s/{session.slug}/daftar", data=again) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    [application] = await all_of(ground, session)
    assert (application.state, application.late, application.flags, application.wish) == (S.LATE, True, ["late"], TYPED["wish"])
    assert "Tersimpan sebagai terlambat" in (await web.get(answers[0].headers["location"])).text
    async with ground.database.read() as db:
        notices = list(await db.scalars(select(Notice.kind)))
        [entry] = await db.scalars(select(AuditEntry).where(AuditEntry.act == "registration.received"))
    assert notices == ["late_kept"]
    assert facts_of(entry) == {"origin": "application", "late": True, "order": 1, "waits": True}


async def test_a_wrong_field_of_a_late_form_gets_its_sentence_and_the_same_button(ground: Ground, web: httpx.AsyncClient) -> None:
    session = await closed(ground)
    answer = await web.post(f"/s/{session.slug}/daftar", data={**TYPED, "phone": "0812", "step": "late"})
    assert answer.status_code == 422
    for words in ("Nomor ini kurang panjang. Contoh: 0812-3456-7890", "Saluran air di Jalan Buton", 'name="step" value="late"'):
        assert words in answer.text


async def test_without_consent_calls_are_refused_as_before_and_over_means_over(ground: Ground, web: httpx.AsyncClient) -> None:
    session, over = await closed(ground), await closed(ground, state=SessionState.ENDED)
    headers = {"Accept": "application/json"}

    async def hand_in(to: ForumSession, **more: object) -> tuple[int, str]:
        answer = await web.post(f"/api/v1/sessions/{to.slug}/applications", json={**form_values(), **more}, headers=headers)
        return answer.status_code, answer.json().get("code") if answer.status_code != 201 else answer.json()["state"]

    assert await hand_in(session) == (410, "registration.closed")
    assert await hand_in(session, late_consent=True) == (201, "late")
    assert await hand_in(over, late_consent=True) == (410, "registration.closed")
    page = await web.post(f"/s/{over.slug}/daftar", data={**TYPED, "step": "send"})
    assert (page.status_code, "Simpan sebagai terlambat?" in page.text, "Saluran air di Jalan Buton" in page.text) == (410, False, True)


async def test_late_ones_are_outside_the_counted_list_and_the_published_results(ground: Ground, web: httpx.AsyncClient) -> None:
    session = await closed(ground)
    await make_application(ground, session, state=S.SELECTED)
    await web.post(f"/s/{session.slug}/daftar", data={**TYPED, "step": "late"})
    async with ground.database.write() as db:
        await close(db, ground.vault, session.id, session.registration_closes_at + GRACE)
    async with ground.database.write() as db:
        assert (await plan(db, session.id)).counts == {S.SELECTED: 1}
        await publish(db, ground.vault, session.id, actor="system", now=ground.clock.now())
        counted = await db.scalar(select(ForumSession.closed_count).where(ForumSession.id == session.id))
    assert counted == 1
    assert [(one.state, one.told_state) for one in await all_of(ground, session)] == [(S.SELECTED, S.SELECTED), (S.LATE, None)]


async def test_a_moderator_admits_with_a_reason_even_after_the_results_and_may_take_it_back(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session = await closed(ground)
    await make_application(ground, session, state=S.SELECTED)
    async with ground.database.write() as db:
        await publish(db, ground.vault, session.id, actor="system", now=ground.clock.now())
    await web.post(f"/s/{session.slug}/daftar", data={**TYPED, "step": "late"})
    late = (await all_of(ground, session))[1]
    address, headers = f"/api/v1/sessions/{session.slug}/selections", {**office.bearer("moderator"), "Accept": "application/json"}

    async def decide(decision: str, version: int, reason: str | None = None) -> httpx.Response:
        body = {"items": [{"id": late.id, "version": version}], "decision": decision, "reason": reason}
        return await web.post(address, json=body, headers=headers)

    assert (await decide("select", 1)).json()["code"] == "selection.late"
    assert (await decide("admit", 1)).json()["errors"][0]["code"] == "selection.reason_needed"
    admitted = (await decide("admit", 1, "Listrik padam di kelurahan")).json()
    assert admitted["changed"] == [{"id": late.id, "state": "submitted", "version": 2}]
    assert (await web.post(f"{address}/undo", json={"run": admitted["run"]}, headers=headers)).json()["changed"][0]["state"] == "late"
    await decide("admit", 3, "Listrik padam di kelurahan")
    assert (await decide("select", 4)).json()["changed"] == [{"id": late.id, "state": "selected", "version": 5}]
    async with ground.database.write() as db:
        await publish(db, ground.vault, session.id, actor="system", now=ground.clock.now())
    rows = {one.id: one for one in await all_of(ground, session)}
    assert (rows[late.id].late, rows[late.id].flags, rows[late.id].told_state) == (True, ["late"], S.SELECTED)
    async with ground.database.read() as db:
        notices = list(
            await db.scalars(select(Notice.kind).where(Notice.participant_id == late.participant_id).order_by(Notice.created_at))
        )
        reasons = list(await db.scalars(select(Decision.reason).where(Decision.application_id == late.id, Decision.before == "late")))
        acts = await db.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.act == "selection.admit"))
    assert sorted(notices) == ["invited", "late_admitted", "late_kept"]
    assert (reasons, acts) == (["Listrik padam di kelurahan"] * 2, 2)
    other = next(one for one in rows.values() if one.id != late.id)
    refused = await web.post(address, json={"items": [{"id": other.id, "version": other.version}], "decision": "select"}, headers=headers)
    assert refused.json()["code"] == "selection.published"


async def test_who_came_late_may_take_it_back_at_any_time(ground: Ground, web: httpx.AsyncClient) -> None:
    session = await closed(ground)
    late = await kept(ground, web, session)
    key = status_key(ground.vault, late.id, late.key_generation)
    page = await web.get(f"/r/{key}")
    assert f"/r/{key}/tarik" in page.text
    await web.post(f"/r/{key}/tarik")
    assert [one.state for one in await all_of(ground, session)] == [S.WITHDRAWN]


async def test_an_officer_who_is_shown_a_status_link_is_recorded(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    other, _ = await make_session(ground)
    mine, foreign = await apply_via_service(ground, session), await apply_via_service(ground, other)
    for shown in (mine, foreign):
        await web.get(f"/meja/{session.slug}/pendaftar/baru?terdaftar={shown.id}", headers=office.bearer("operator"))
        await web.post(f"/meja/{session.slug}/pendaftar/baru/tautan", data={"application": shown.id}, headers=office.bearer("moderator"))
    async with ground.database.read() as db:
        entries = list(await db.scalars(select(AuditEntry).where(AuditEntry.act == "personal.unmasked")))
    assert [(one.chain, one.subject) for one in entries] == [(session.id, f"participant:{mine.participant_id}")]
    assert entries[0].actor.startswith("token:")
