"""Revoking and rotating close everything that the old link opened; the way into the meeting is shown on a press and logged."""

import httpx
import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.invitations.links import resolve, token_for
from app.invitations.models import Credential, CredentialState, Reveal, Seat, SeatState
from app.journal.models import Revocation
from app.notices.models import Notice
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_meeting, make_seat

SHOWN = {"link": "https://zoom.us/j/81234567890?pwd=rahasia", "meeting_id": "812 3456 7890", "passcode": "batik22"}


def held(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


async def test_the_way_into_the_meeting_is_shown_on_a_press_and_each_press_is_logged(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    seat, secret = await make_seat(ground, session)
    too_early = await web.post("/api/v1/join/reveal", headers=held(secret))
    assert (too_early.status_code, too_early.json()["code"]) == (404, "invitations.no_meeting")
    await make_meeting(ground, session)
    for _ in range(2):
        shown = await web.post("/api/v1/join/reveal", headers=held(secret))
        assert (shown.status_code, shown.json(), shown.headers["cache-control"]) == (200, SHOWN, "no-store")
    async with ground.database.read() as db:
        reveals = [r.seat_id for r in await db.scalars(select(Reveal))]
        acts = [(e.act, e.actor, e.subject) for e in await db.scalars(select(AuditEntry).where(AuditEntry.chain == session.id))]
        ledger = [(c.seat_id, c.state) for c in await db.scalars(select(Credential))]
    assert reveals == [seat.id, seat.id]
    assert acts == [("meetings.revealed", f"person:{seat.participant_id}", f"seat:{seat.id}")] * 2
    assert ledger == [(seat.id, CredentialState.ISSUED)]


async def test_a_seat_in_a_hall_shows_no_meeting(ground: Ground, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    await make_meeting(ground, session)
    _, secret = await make_seat(ground, session, way="in_person", site_id=sites[0].id)
    assert (await web.post("/api/v1/join/reveal", headers=held(secret))).status_code == 404


async def test_revoking_closes_calls_and_sockets_and_the_ledger(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await make_meeting(ground, session)
    seat, secret = await make_seat(ground, session)
    await web.post("/api/v1/join/reveal", headers=held(secret))
    address = f"/api/v1/sessions/{session.slug}/seats/{seat.id}"
    for _ in range(2):
        revoked = await web.post(f"{address}/revoke", json={"reason": "dua kali mendaftar"}, headers=office.bearer("moderator"))
        assert (revoked.status_code, revoked.json()) == (200, {"id": seat.id, "state": "revoked", "generation": 1, "version": 2})
    assert (await web.post("/api/v1/join/reveal", headers=held(secret))).status_code == 401
    rotated = await web.post(f"{address}/rotate", headers=office.bearer("moderator"))
    assert (rotated.status_code, rotated.json()["code"]) == (409, "invitations.seat_revoked")
    async with ground.database.read() as db:
        closes = [(r.person, r.room, r.code) for r in await db.scalars(select(Revocation))]
        kept = await db.get_one(Seat, seat.id)
        ledger = [c.state for c in await db.scalars(select(Credential))]
    assert closes == [(seat.participant_id, session.room, 4503)]
    assert (kept.state, kept.reason, ledger) == (SeatState.REVOKED, "dua kali mendaftar", [CredentialState.REVOKED])


async def test_rotating_ends_the_old_link_and_sends_the_new_one(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    seat, secret = await make_seat(ground, session)
    rotated = await web.post(f"/api/v1/sessions/{session.slug}/seats/{seat.id}/rotate", headers=office.bearer("moderator"))
    assert (rotated.status_code, rotated.json()["generation"]) == (200, 2)
    async with ground.database.read() as db:
        assert await resolve(db, ground.vault, secret, ground.clock.now()) is None
        assert await resolve(db, ground.vault, token_for(ground.vault, seat.id, 2), ground.clock.now()) is not None
        told = [(n.participant_id, n.kind) for n in await db.scalars(select(Notice))]
        assert [r.code for r in await db.scalars(select(Revocation))] == [4501]
    assert told == [(seat.participant_id, "rotated")]


@pytest.mark.parametrize("verb", ["revoke", "rotate"])
async def test_a_seat_of_another_session_is_not_found(ground: Ground, office: Office, web: httpx.AsyncClient, verb: str) -> None:
    session, _ = await make_session(ground)
    other, _ = await make_session(ground)
    seat, _ = await make_seat(ground, other)
    answer = await web.post(f"/api/v1/sessions/{session.slug}/seats/{seat.id}/{verb}", headers=office.bearer("moderator"))
    assert (answer.status_code, answer.json()["code"]) == (404, "invitations.unknown_seat")
