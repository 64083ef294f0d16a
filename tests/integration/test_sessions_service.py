"""A session from its first line to its end, on both databases."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from app.audit.models import AuditEntry
from app.audit.service import verify
from app.errors import Conflict, Invalid, NotFound
from app.journal.service import PUBLIC, position, read
from app.meetings.models import Meeting
from app.meetings.service import meeting_of, opened
from app.outbox.models import Job, JobState
from app.sessions.fields import ScheduleFields, SessionChanges, SessionFields
from app.sessions.models import ForumSession, PrivacyNotice, ScheduleKind, SessionState
from app.sessions.notice import notice_of
from app.sessions.rows import rows_of
from app.sessions.schedule import change_schedule
from app.sessions.service import GRACE, change_state, create_session, update_session
from app.web.ground import Ground
from tests.factories import make_session

ACTOR = "account:test"


def fields(ground: Ground, **more: Any) -> SessionFields:
    start = ground.clock.now() + timedelta(days=3)
    given: dict[str, Any] = {"title": "Musrenbang RKPD Kota Pekalongan", "region_code": "33.75", "starts_at": start, **more}
    return SessionFields.model_validate(given)


async def made(ground: Ground, **more: Any) -> ForumSession:
    async with ground.database.write() as db:
        return await create_session(db, ground.vault, fields(ground, **more), actor=ACTOR, now=ground.clock.now())


async def to(ground: Ground, session: ForumSession, *states: SessionState) -> ForumSession:
    for state in states:
        async with ground.database.write() as db:
            session = await change_state(db, ground.vault, session.id, state, actor=ACTOR, reason=None, now=ground.clock.now())
    return session


async def codes_of(ground: Ground, **more: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        await made(ground, **more)
    return {error.field: error.code for error in refused.value.errors}


async def acts(ground: Ground, session: ForumSession) -> list[str]:
    async with ground.database.read() as db:
        return list(await db.scalars(select(AuditEntry.act).where(AuditEntry.chain == session.id).order_by(AuditEntry.number)))


async def test_three_lines_make_a_whole_session(ground: Ground) -> None:
    session = await made(ground)
    async with ground.database.read() as db:
        notice = await notice_of(db, session.id)
        counters = [
            await db.scalar(text(f"SELECT last FROM {name} WHERE session_id = :id"), {"id": session.id})
            for name in ("participant_counters", "proposal_counters")
        ]
        head = (await position(db, session.room, PUBLIC)).head
    assert (session.state, session.tier, session.zone, session.number_prefix) == ("draft", "regency", "Asia/Jakarta", "PKL")
    assert session.slug == f"musrenbang-rkpd-kota-pekalongan-{session.year_held}"
    assert session.plan_year == session.year_held + 1
    assert session.ends_at - session.starts_at == timedelta(hours=3)
    assert session.starts_at - session.registration_closes_at == timedelta(days=1)
    assert (counters, head) == ([0, 0], 0)
    assert notice is not None
    assert "Pemerintah Kota Pekalongan" in notice.text
    assert await acts(ground, session) == ["sessions.created"]


async def test_two_sessions_of_one_name_get_two_addresses(ground: Ground) -> None:
    first, second = await made(ground), await made(ground)
    assert second.slug == f"{first.slug}-2"


async def test_halls_agenda_and_quotas_stand_as_written(ground: Ground) -> None:
    start = ground.clock.now() + timedelta(days=3)
    session = await made(
        ground,
        sites=[{"name": "Ruang Buketan", "seats": 40}, {"name": "Aula Kecamatan Utara", "seats": 30, "access_notes": "Jalur kursi roda"}],
        agenda=[{"title": "Pembukaan", "planned_at": start}, {"title": "Paparan"}],
        quotas=[
            {"attribute": "gender", "value": "female", "minimum": 30, "unit": "percent"},
            {"attribute": "site", "value": "Ruang Buketan", "maximum": 40},
        ],
    )
    async with ground.database.read() as db:
        rows = await rows_of(db, session.id)
    assert [(site.code, site.seats, site.position) for site in rows.sites] == [("ruang-buketan", 40, 1), ("aula-kecamatan-utara", 30, 2)]
    assert [item.title for item in rows.agenda] == ["Pembukaan", "Paparan"]
    assert [(q.attribute, q.value, q.minimum, q.maximum, q.unit) for q in rows.quotas] == [
        ("gender", "female", 30, None, "percent"),
        ("site", "ruang-buketan", None, 40, "number"),
    ]


async def test_the_meeting_is_sealed(ground: Ground) -> None:
    session = await made(ground, meeting={"link": "https://zoom.us/j/81234567890", "meeting_id": "812 3456 7890", "passcode": "rembuk21"})
    async with ground.database.read() as db:
        stored = await meeting_of(db, session.id)
    assert isinstance(stored, Meeting)
    assert b"zoom" not in (stored.link or b"")
    assert b"rembuk21" not in (stored.passcode or b"")
    access = opened(ground.vault, stored)
    assert (access.link, access.meeting_id, access.passcode) == ("https://zoom.us/j/81234567890", "812 3456 7890", "rembuk21")


async def test_what_does_not_fit_together_is_named_field_by_field(ground: Ground) -> None:
    start = ground.clock.now() + timedelta(days=3)
    wrong = await codes_of(
        ground,
        ends_at=start - timedelta(hours=1),
        registration_closes_at=start + timedelta(hours=1),
        plan_year=2090,
        seats_online=0,
        agenda=[{"title": "A", "planned_at": start}, {"title": "B", "planned_at": start - timedelta(minutes=1)}],
        quotas=[
            {"attribute": "gender", "value": "warga", "minimum": 1},
            {"attribute": "element", "value": "rt"},
            {"attribute": "element", "value": "rw", "minimum": 5, "maximum": 4},
            {"attribute": "element", "value": "rw", "minimum": 101, "unit": "percent"},
            {"attribute": "village", "value": "33.17.14.2001", "minimum": 1},
        ],
    )
    assert wrong == {
        "ends_at": "sessions.ends_before_start",
        "registration_closes_at": "sessions.closes_after_start",
        "plan_year": "sessions.plan_year_far",
        "seats_online": "sessions.no_seats",
        "agenda.1.planned_at": "sessions.agenda_backwards",
        "quotas.0.value": "sessions.quota_value",
        "quotas.1.minimum": "sessions.quota_unbounded",
        "quotas.2.maximum": "sessions.quota_bounds",
        "quotas.3.value": "sessions.same_quota",
        "quotas.3.minimum": "field.too_big",
        "quotas.4.value": "sessions.quota_value",
    }


async def test_the_room_hears_when_it_opens_pauses_and_ends(ground: Ground) -> None:
    session = await to(ground, await made(ground), SessionState.PUBLISHED)
    async with ground.database.read() as db:
        assert (await position(db, session.room, PUBLIC)).head == 0
    session = await to(ground, session, SessionState.LIVE, SessionState.PAUSED, SessionState.LIVE, SessionState.ENDED)
    async with ground.database.read() as db:
        events = [json.loads(event.payload) for event in await read(db, session.room, PUBLIC, 0)]
    assert [(e["seq"], e["t"], e["op"], e["v"]["to"]) for e in events] == [
        (1, "room", "state", "open"),
        (2, "room", "state", "paused"),
        (3, "room", "state", "open"),
        (4, "room", "state", "ended"),
    ]
    assert session.opened_at is not None
    assert session.ended_at is not None
    assert session.opened_at < session.ended_at
    assert await acts(ground, session) == ["sessions.created"] + ["sessions.state_changed"] * 5


async def test_a_step_that_does_not_follow_is_refused(ground: Ground) -> None:
    session = await made(ground)
    with pytest.raises(Conflict) as refused:
        await to(ground, session, SessionState.LIVE)
    assert refused.value.code == "sessions.wrong_state"
    with pytest.raises(NotFound):
        async with ground.database.write() as db:
            await change_state(db, ground.vault, "tidakadasamasekl", SessionState.LIVE, actor=ACTOR, reason=None, now=ground.clock.now())


async def test_two_presses_of_open_open_once(ground: Ground) -> None:
    session = await to(ground, await made(ground), SessionState.PUBLISHED)
    outcomes = await asyncio.gather(*(to(ground, session, SessionState.LIVE) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["Conflict", "Conflict", "Conflict", "ForumSession"]
    async with ground.database.read() as db:
        assert (await position(db, session.room, PUBLIC)).head == 1


async def test_publishing_plans_the_closing_and_an_extension_moves_it(ground: Ground) -> None:
    session = await to(ground, await made(ground), SessionState.PUBLISHED)
    later = session.registration_closes_at + timedelta(hours=5)
    assert await closing(ground, session) == (JobState.WAITING, session.registration_closes_at + GRACE)
    change = await moved(ground, session, registration_closes_at=later)
    assert change.kind == ScheduleKind.EXTENDED
    assert await closing(ground, session) == (JobState.WAITING, later + GRACE)
    async with ground.database.read() as db:
        told = (await db.scalars(select(Job).where(Job.kind == "invitations.schedule_changed"))).all()
    assert [job.payload for job in told] == [{"session_id": session.id, "change_id": change.id}]


async def test_a_registration_that_was_closed_is_opened_again(ground: Ground) -> None:
    now = ground.clock.now()
    session, _ = await make_session(ground, registration_closes_at=now - timedelta(hours=1), closed_at=now, closed_count=7, closed_hash="x")
    change = await moved(ground, session, registration_closes_at=now + timedelta(hours=9))
    assert change.kind == ScheduleKind.REOPENED
    async with ground.database.read() as db:
        stored = await db.get(ForumSession, session.id)
    assert stored is not None
    assert (stored.closed_at, stored.closed_count, stored.closed_hash) == (None, None, None)
    assert await closing(ground, session) == (JobState.WAITING, now + timedelta(hours=9) + GRACE)


async def test_a_postponed_forum_keeps_its_length(ground: Ground) -> None:
    session = await to(ground, await made(ground), SessionState.PUBLISHED)
    change = await moved(ground, session, starts_at=session.starts_at + timedelta(days=7))
    async with ground.database.read() as db:
        stored = await db.get(ForumSession, session.id)
    assert stored is not None
    assert change.kind == ScheduleKind.MOVED
    assert (stored.starts_at, stored.ends_at) == (session.starts_at + timedelta(days=7), session.ends_at + timedelta(days=7))


@pytest.mark.parametrize(
    ("state", "hours", "code"),
    [
        (SessionState.PUBLISHED, -1, "sessions.deadline_earlier"),
        (SessionState.PUBLISHED, 0, "sessions.nothing_moved"),
        (SessionState.PUBLISHED, 900, "sessions.closes_after_start"),
        (SessionState.ENDED, 1, "sessions.over"),
    ],
)
async def test_a_wrong_move_is_refused(ground: Ground, state: SessionState, hours: int, code: str) -> None:
    session, _ = await make_session(ground, state=state)
    with pytest.raises((Invalid, Conflict)) as refused:
        await moved(ground, session, registration_closes_at=session.registration_closes_at + timedelta(hours=hours))
    codes = [e.code for e in refused.value.errors] if isinstance(refused.value, Invalid) else [refused.value.code]
    assert codes == [code]


async def test_results_that_are_out_keep_registration_closed(ground: Ground) -> None:
    now = ground.clock.now()
    session, _ = await make_session(ground, registration_closes_at=now - timedelta(hours=1), selection_published_at=now)
    with pytest.raises(Conflict) as refused:
        await moved(ground, session, registration_closes_at=now + timedelta(hours=1))
    assert refused.value.code == "sessions.results_out"


async def test_of_two_editors_the_second_is_told(ground: Ground) -> None:
    session = await made(ground)
    one = await changed(ground, session, version=1, summary="Satu")
    assert (one.summary, one.version) == ("Satu", 2)
    with pytest.raises(Conflict) as refused:
        await changed(ground, session, version=1, summary="Dua")
    assert refused.value.code == "sessions.changed"
    async with ground.database.read() as db:
        stored = await db.get(ForumSession, session.id)
    assert stored is not None
    assert stored.summary == "Satu"


async def test_saving_without_a_change_is_no_change(ground: Ground) -> None:
    session = await made(ground, sites=[{"name": "Aula", "seats": 3}])
    async with ground.database.read() as db:
        (site,) = (await rows_of(db, session.id)).sites
    same = await changed(ground, session, version=1, title=session.title, sites=[{"id": site.id, "name": "Aula", "seats": 3}])
    assert same.version == 1
    assert await acts(ground, session) == ["sessions.created"]


async def test_a_hall_keeps_its_code_and_goes_only_while_nobody_is_in_it(ground: Ground) -> None:
    session = await made(ground, sites=[{"name": "Aula Utara", "seats": 3}, {"name": "Aula Selatan", "seats": 3}])
    async with ground.database.read() as db:
        north, south = (await rows_of(db, session.id)).sites
    renamed = await changed(ground, session, version=1, sites=[{"id": north.id, "name": "Gedung Baru", "seats": 5}])
    async with ground.database.write() as db:
        assert [(s.code, s.name) for s in (await rows_of(db, session.id)).sites] == [("aula-utara", "Gedung Baru")]
        await db.execute(
            text("INSERT INTO grants (id, role, session_id, site_id, created_at) VALUES ('g', 'operator', :s, :site, :now)"),
            {"s": session.id, "site": north.id, "now": datetime(2021, 4, 1) if ground.database.on_sqlite else ground.clock.now()},
        )
    with pytest.raises(Invalid) as refused:
        await changed(ground, renamed, version=2, sites=[])
    assert [(e.field, e.code, e.facts) for e in refused.value.errors] == [("sites", "sessions.hall_in_use", {"hall": "Gedung Baru"})]
    assert south.code == "aula-selatan"


async def test_published_moments_move_only_with_a_reason(ground: Ground) -> None:
    session = await to(ground, await made(ground), SessionState.PUBLISHED)
    with pytest.raises(Conflict) as refused:
        await changed(ground, session, version=2, starts_at=session.starts_at + timedelta(days=1))
    assert refused.value.code == "sessions.use_schedule"


async def test_numbered_proposals_keep_their_prefix(ground: Ground) -> None:
    session = await made(ground)
    async with ground.database.write() as db:
        await db.execute(text("UPDATE proposal_counters SET last = 1 WHERE session_id = :id"), {"id": session.id})
    with pytest.raises(Invalid) as refused:
        await changed(ground, session, version=1, number_prefix="XYZ")
    assert [(e.field, e.code) for e in refused.value.errors] == [("number_prefix", "sessions.numbers_given")]


async def test_a_new_notice_leaves_the_old_one_as_it_was(ground: Ground) -> None:
    session = await made(ground)
    await changed(ground, session, version=1, notice="Data Anda dipakai untuk musrenbang. " * 5)
    async with ground.database.read() as db:
        notices = (await db.scalars(select(PrivacyNotice).order_by(PrivacyNotice.version))).all()
        verdict = await verify(db, ground.vault, session.id)
    assert [notice.version for notice in notices] == [1, 2]
    assert notices[0].text != notices[1].text
    assert verdict.broken_at is None


async def changed(ground: Ground, session: ForumSession, *, version: int, **values: Any) -> ForumSession:
    async with ground.database.write() as db:
        changes = SessionChanges.model_validate(values)
        return await update_session(db, ground.vault, session.id, changes, version=version, actor=ACTOR, now=ground.clock.now())


async def moved(ground: Ground, session: ForumSession, **moments: datetime) -> Any:
    wanted = ScheduleFields.model_validate({**moments, "reason": "Jaringan terganggu"})
    async with ground.database.write() as db:
        return await change_schedule(db, ground.vault, session.id, wanted, actor=ACTOR, now=ground.clock.now())


async def closing(ground: Ground, session: ForumSession) -> tuple[str, datetime]:
    async with ground.database.read() as db:
        job = await db.scalar(select(Job).where(Job.key == f"close:{session.id}"))
    assert job is not None
    return job.state, job.due_at
