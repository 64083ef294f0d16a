"""Personal data on the desk: masked on every page and call, seen in full by a press for one person, and each press recorded."""

import json
import re

import httpx
import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.database.tables import new_id
from app.invitations.models import Seat
from app.participants.models import Participant
from app.registration.models import Application
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_registration import apply_via_service
from tests.integration.test_rights import table

PERSON = {
    "name": "Siti Rahayu",
    "phone": "085611223344",
    "email": "siti.rahasia@contoh.id",
    "address": "Jalan Buton Dalam 417",
    "disability": "netra total",
    "needs": "Pendamping khusus berkursi",
    "disability_data": True,
    "child": True,
    "age_group": "child",
    "guardian_name": "Wagiyem Sastro",
    "guardian_phone": "081312345678",
    "attendance": "in_person",
    "site": "aula-1",
}
SECRET = (
    "5611223344",
    "0856-1122-3344",
    "siti.rahasia",
    "Buton Dalam",
    "netra total",
    "Pendamping khusus",
    "Wagiyem",
    "1312345678",
    "0813-1234-5678",
)
IN_BULK = {("GET", "/api/v1/sessions/{slug}/exports/{table}.{kind}")}
"""Lists that a work needs whole; making one is recorded."""
CHECKLIST = ("/meja/{slug}/kebutuhan", "Pendamping khusus")
"""What a hall has to prepare stands there with initials, and with nothing else of the person."""


def leaks(text: str) -> list[str]:
    return [word for word in SECRET if word in text]


async def everybody(ground: Ground) -> tuple[ForumSession, Application, Participant]:
    """A forum with one person who wrote everything down, seated in the first hall."""
    session, sites = await make_session(ground)
    application = await apply_via_service(ground, session, **PERSON)
    async with ground.database.write() as db:
        person = await db.get_one(Participant, application.participant_id)
        place = {"session_id": session.id, "participant_id": person.id, "way": "in_person", "site_id": sites[0].id}
        db.add(Seat(id=new_id(), **place, issued_at=ground.clock.now()))
    return session, application, person


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
async def test_no_page_and_no_call_shows_personal_data_unasked(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, application, person = await everybody(ground)
    known = {"slug": session.slug, "site": "aula-1", "room": session.room, "application": application.id, "participant": person.id}
    seen, found = 0, []
    for (method, path), who in sorted(table().items()):
        if method != "GET" or who == "public" or (method, path) in IN_BULK:
            continue
        address = re.sub(r"\{([^}:]+)[^}]*\}", lambda name: known.get(name.group(1), "nihil"), path)
        for kind in ("text/html", "application/json"):
            answer = await web.get(address, headers={**office.bearer("admin"), "Accept": kind})
            seen += answer.status_code == 200
            found += [(path, kind, word) for word in leaks(answer.text) if (path, word) != CHECKLIST]
    assert found == []
    assert seen > 40


async def test_one_press_shows_one_person_and_says_who_looked(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, application, person = await everybody(ground)
    other = await apply_via_service(ground, session, name="Budi", phone="081200001111", address="Jalan Lain 9")
    one = f"/meja/{session.slug}/pendaftar/orang/{application.id}"
    before = await web.get(one, headers=office.bearer("moderator"))
    assert ("0856-••••-3344" in before.text, "••••@contoh.id" in before.text) == (True, True)
    shown = await web.post(f"{one}/nomor", headers=office.bearer("moderator"))
    expected = {"0856-1122-3344", "siti.rahasia", "Buton Dalam", "Pendamping khusus", "Wagiyem", "0813-1234-5678"}
    assert set(leaks(shown.text)) == expected
    assert "Jalan Lain" not in shown.text
    assert leaks((await web.get(one, headers=office.bearer("moderator"))).text) == []
    async with ground.database.read() as db:
        entries = list(await db.scalars(select(AuditEntry).where(AuditEntry.act == "personal.unmasked")))
    assert [(one.subject, one.actor.partition(":")[0]) for one in entries] == [(f"participant:{person.id}", "token")]
    assert "needs" in json.loads(entries[0].facts)["data"]
    assert leaks(entries[0].facts) == []
    assert other.participant_id not in entries[0].subject


async def test_the_hall_sees_that_somebody_needs_help_and_what_by_a_press(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _, person = await everybody(ground)
    desk = f"/meja/{session.slug}/lokasi/aula-1"
    page = (await web.get(desk, headers=office.bearer("operator"))).text
    assert ("Perlu bantuan, tampilkan" in page, leaks(page)) == (True, [])
    asked = {"participant": person.id}
    shown = await web.post(f"{desk}/kebutuhan", data=asked, headers=office.bearer("operator"))
    assert leaks(shown.text) == ["Pendamping khusus"]
    elsewhere, _ = await make_session(ground)
    answer = await web.post(f"/meja/{elsewhere.slug}/lokasi/aula-1/kebutuhan", data=asked, headers=office.bearer("operator"))
    assert answer.status_code == 404
    async with ground.database.read() as db:
        facts = list(await db.scalars(select(AuditEntry.facts).where(AuditEntry.act == "personal.unmasked")))
    assert facts == ['{"data":["needs"]}']
