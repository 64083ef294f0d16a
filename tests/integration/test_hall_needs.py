"""Needs as a checklist: for those who must meet them, without names, ticked off once."""

from datetime import timedelta

import httpx
from sqlalchemy import select

from app.access.models import Role
from app.access.rights import GrantOf
from app.access.service import create_token
from app.audit.models import AuditEntry
from app.hall.models import NeedSeenTo
from app.participants.models import Participant
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_seat


async def need(ground: Ground, person_id: str, wish: str) -> None:
    async with ground.database.write() as db:
        person = await db.get_one(Participant, person_id)
        person.needs = ground.vault.seal(wish, "participants", "needs", person_id)
        person.disability = ground.vault.seal("tuna rungu", "participants", "disability", person_id)


async def test_needs_are_a_checklist_per_hall_without_names(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    siti, _ = await make_seat(ground, session, "Siti Rahmawati", way="in_person", site_id=sites[0].id)
    budi, _ = await make_seat(ground, session, "Budi Santoso", way="in_person", site_id=sites[1].id)
    ratna, _ = await make_seat(ground, session, "Ratna Dewi", way="online")
    for seat, wish in ((siti, "juru bahasa isyarat, kursi depan"), (budi, "jalur kursi roda"), (ratna, "teks langsung")):
        await need(ground, seat.participant_id, wish)
    now, address = ground.clock.now(), f"/meja/{session.slug}/kebutuhan"
    async with ground.database.write() as db:
        bound = [GrantOf(Role.OPERATOR, session.id, sites[0].id)]
        token = await create_token(db, ground.vault, name="meja", grants=bound, expires_at=now + timedelta(days=1), actor="system", now=now)
    mine, chair = {"Authorization": f"Bearer {token}"}, office.bearer("moderator")
    seen = {who: (await web.get(address, headers=headers)).text for who, headers in (("mine", mine), ("chair", chair))}
    wishes = ("juru bahasa isyarat", "jalur kursi roda", "teks langsung")
    assert {who: [wish in text for wish in wishes] for who, text in seen.items()} == {"mine": [True, False, False], "chair": [True] * 3}
    assert "S. R." in seen["mine"]
    assert not any(secret in text for text in seen.values() for secret in ("Rahmawati", "Santoso", "tuna rungu"))
    assert "Siaran juru bahasa belum diisi" in seen["mine"]

    tick = {"participant": siti.participant_id, "done": "1"}
    assert [(await web.post(address, data=tick, headers=mine)).status_code for _ in range(2)] == [303, 303]
    others = [budi.participant_id, ratna.participant_id, "tidak-ada"]
    answers = [await web.post(address, data={**tick, "participant": one}, headers=mine) for one in others]
    assert [one.status_code for one in answers] == [403, 404, 404]
    async with ground.database.read() as db:
        assert list(await db.scalars(select(NeedSeenTo.participant_id))) == [siti.participant_id]
        acts = list(await db.scalars(select(AuditEntry.act).where(AuditEntry.act.like("hall.need%"))))
    assert acts == ["hall.need_seen_to"]
    assert "Semua siap" in (await web.get(address, headers=mine)).text
    assert (await web.post(address, data={**tick, "done": "0"}, headers=chair)).status_code == 303
    async with ground.database.read() as db:
        assert list(await db.scalars(select(NeedSeenTo.participant_id))) == []
