"""Deciding, undoing and filling through the calls that programs and the page use, on both databases."""

from typing import Any

import httpx
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.audit.service import facts_of, verify
from app.registration.keys import status_key
from app.registration.models import Application, ApplicationState, Decision
from app.registration.service import move
from app.sessions.models import ForumSession, QuotaUnit
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_selection import add_quota, applicant, application, apply, people

S = ApplicationState


class Desk:
    """A moderator's calls in one session."""

    def __init__(self, web: httpx.AsyncClient, office: Office, session: ForumSession, who: str = "moderator") -> None:
        self.web, self.headers = web, {**office.bearer(who), "Accept": "application/json"}
        self.address = f"/api/v1/sessions/{session.slug}/selections"

    async def decide(self, decision: str, items: dict[str, int], reason: str | None = None) -> httpx.Response:
        body: dict[str, Any] = {"items": [{"id": i, "version": v} for i, v in items.items()], "decision": decision, "reason": reason}
        return await self.web.post(self.address, json=body, headers=self.headers)

    async def post(self, door: str, body: dict[str, Any]) -> httpx.Response:
        return await self.web.post(f"{self.address}/{door}", json=body, headers=self.headers)

    async def get(self, door: str) -> Any:
        return (await self.web.get(f"{self.address}/{door}", headers=self.headers)).json()


async def test_a_decision_changes_all_items_and_leaves_a_trace(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    first, second = await people(ground, session, 2)
    answer = await Desk(web, office, session).decide("select", {first: 1, second: 1}, "mewakili wilayah terdampak rob")
    assert answer.status_code == 200
    assert sorted(answer.json()["changed"], key=lambda c: c["id"]) == sorted(
        [{"id": i, "state": "selected", "version": 2} for i in (first, second)], key=lambda c: c["id"]
    )
    row = await application(ground, first)
    assert (row.state, row.reason, row.version, row.told_state) == (S.SELECTED, "mewakili wilayah terdampak rob", 2, None)
    assert row.decided_at is not None
    assert (row.decided_by or "").startswith("token:")
    async with ground.database.read() as db:
        trace = (await db.scalars(select(Decision).where(Decision.application_id == first))).one()
        acts = list(await db.scalars(select(AuditEntry).where(AuditEntry.subject == f"application:{first}")))
        verdict = await verify(db, ground.vault, session.id)
    assert (trace.before, trace.after, trace.run_id, trace.version) == ("submitted", "selected", answer.json()["run"], 2)
    assert [(a.act, a.actor, facts_of(a)) for a in acts] == [
        ("selection.select", row.decided_by, {"run": trace.run_id, "before": "submitted", "after": "selected", "version": 2})
    ]
    assert (verdict.entries, verdict.broken_at) == (2, None)


async def test_declining_needs_a_reason(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    (one,) = await people(ground, session, 1)
    desk = Desk(web, office, session)
    refused = await desk.decide("decline", {one: 1}, "  ")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "selection.reason_needed")
    assert (await application(ground, one)).version == 1
    done = await desk.decide("decline", {one: 1}, "kuota unsur terpenuhi")
    assert [c["state"] for c in done.json()["changed"]] == ["declined"]


async def test_a_stale_version_changes_nobody_and_says_who_was_faster(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    one, two = await people(ground, session, 2)
    await Desk(web, office, session, "admin").decide("decline", {one: 1}, "data ganda")
    late = await Desk(web, office, session).decide("select", {one: 1, two: 1})
    assert (late.status_code, late.json()["code"]) == (409, "selection.conflict")
    assert late.json()["items"] == [{"id": one, "state": "declined", "version": 2, "decided_by": "program admin", "reason": "data ganda"}]
    assert [(await application(ground, i)).state for i in (one, two)] == [S.DECLINED, S.SUBMITTED]


async def test_seats_are_never_exceeded_and_say_where_they_are_short(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, seats_online=1, hall_seats=1)
    one, two, three = await apply(
        ground, applicant(ground, session, 1), applicant(ground, session, 2, site=sites[0]), applicant(ground, session, 3, site=sites[0])
    )
    desk = Desk(web, office, session)
    full = await desk.decide("select", {one: 1, two: 1, three: 1})
    assert (full.status_code, full.json()["code"]) == (409, "selection.full")
    assert full.json()["items"] == [{"pool": "aula-1", "name": "Aula 1", "seats": 1, "selected": 0, "wanted": 2}]
    assert {(await application(ground, i)).state for i in (one, two, three)} == {S.SUBMITTED}
    assert (await desk.decide("select", {one: 1, two: 1})).status_code == 200
    assert (await desk.decide("reserve", {two: 2, three: 1})).status_code == 200
    assert (await desk.decide("select", {three: 2})).status_code == 200


async def test_what_is_not_there_or_withdrawn_or_published_is_refused(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    other, _ = await make_session(ground)
    one, gone = await apply(ground, applicant(ground, session, 1), applicant(ground, session, 2, state=S.WITHDRAWN))
    desk = Desk(web, office, session)
    assert (await Desk(web, office, other).decide("select", {one: 1})).status_code == 404
    assert (await desk.decide("select", {gone: 1})).json()["code"] == "selection.withdrawn"
    assert (await desk.decide("select", {})).status_code == 422
    async with ground.database.write() as db:
        (await db.get_one(ForumSession, session.id)).selection_published_at = ground.clock.now()
        (await db.get_one(Application, one)).told_state = S.DECLINED
    assert (await desk.decide("select", {one: 1})).json()["code"] == "selection.published"
    assert (await desk.post("fill", {"dry_run": False})).json()["code"] == "selection.published"


async def test_a_press_can_be_taken_back_until_somebody_decides_again(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    one, two = await people(ground, session, 2)
    desk = Desk(web, office, session)
    await desk.decide("reserve", {one: 1}, "menunggu kursi")
    run = (await desk.decide("select", {one: 2, two: 1})).json()["run"]
    undone = await desk.post("undo", {"run": run})
    assert {c["id"]: c["state"] for c in undone.json()["changed"]} == {one: "reserve", two: "submitted"}
    first, second = await application(ground, one), await application(ground, two)
    assert (first.reason, first.version, second.decided_by, second.decided_at) == ("menunggu kursi", 4, None, None)
    again = await desk.post("undo", {"run": run})
    assert (again.status_code, again.json()["code"], len(again.json()["items"])) == (409, "selection.conflict", 2)
    assert (await desk.post("undo", {"run": "nihil"})).status_code == 404


async def test_filling_keeps_quotas_explains_itself_and_can_be_taken_back(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, seats_online=4, halls=0)
    await add_quota(ground, session, "gender=female", 50, unit=QuotaUnit.PERCENT)
    await add_quota(ground, session, "disability=yes", 1)
    ids = await apply(ground, *(applicant(ground, session, n, gender="female" if n in {5, 6} else "male") for n in range(1, 8)))
    desk = Desk(web, office, session)
    looked = (await desk.post("fill", {"dry_run": True})).json()
    by_quota = "quota:gender=female"
    causes = {ids[0]: "order", ids[1]: "order", ids[4]: by_quota, ids[5]: by_quota}
    assert {p["id"]: p["cause"] for p in looked["picks"]} == causes
    assert looked["unmet"] == [{"attribute": "disability", "value": "yes", "minimum": 1, "reached": 0, "cause": "candidates"}]
    assert (looked["changed"], (await application(ground, ids[0])).state) == ([], S.SUBMITTED)
    done = (await desk.post("fill", {"dry_run": False})).json()
    assert {c["id"] for c in done["changed"]} == set(causes)
    async with ground.database.read() as db:
        traced = await db.execute(select(Decision.application_id, Decision.reason).where(Decision.run_id == done["run"]))
        assert {row[0]: row[1] for row in traced} == causes
    meters = await desk.get("meters")
    assert meters["seats"] == [{"pool": "online", "name": None, "selected": 4, "seats": 4}]
    assert meters["quotas"][0] == {
        "attribute": "gender",
        "value": "female",
        "selected": 2,
        "minimum": 2,
        "maximum": None,
        "candidates": 0,
        "short": 0,
    }
    await desk.post("undo", {"run": done["run"]})
    assert {(await application(ground, i)).state for i in ids} == {S.SUBMITTED}


async def test_a_page_learns_what_colleagues_changed(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    one, two = await people(ground, session, 2)
    desk = Desk(web, office, session)
    stamp = (await desk.get("meters"))["stamp"]
    assert (await desk.get(f"changes?stamp={stamp}"))["items"] == []
    await Desk(web, office, session, "admin").decide("reserve", {two: 1})
    news = await desk.get(f"changes?stamp={stamp}")
    assert [(i["id"], i["state"], i["version"], i["decided_by"]) for i in news["items"]] == [
        (one, "submitted", 1, None),
        (two, "reserve", 2, "program admin"),
    ]


async def test_who_moves_to_another_place_before_hearing_the_result_is_decided_about_again(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, sites = await make_session(ground, halls=1, hall_seats=1)
    here, online = await apply(ground, applicant(ground, session, 1, site=sites[0]), applicant(ground, session, 2))
    desk = Desk(web, office, session)
    await desk.decide("select", {here: 1, online: 1})
    now = ground.clock.now()
    key = status_key(ground.vault, online, 1)
    async with ground.database.write() as db:
        await move(db, ground.vault, key, attendance="in_person", site="aula-1", received_at=now, now=now)
    row = await application(ground, online)
    assert (row.state, row.version, row.decided_by) == (S.SUBMITTED, 3, None)
    assert (await desk.decide("select", {online: 3})).json()["code"] == "selection.full"
