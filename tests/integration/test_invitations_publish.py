"""Publishing tells everybody once, gives seats to the selected only, and happens once however many press."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import event, select

from app.audit.models import AuditEntry
from app.audit.service import verify
from app.errors import Conflict
from app.invitations.models import Credential, CredentialState, Seat
from app.invitations.publish import Published, Undecided, plan, publish
from app.notices.models import Notice
from app.outbox.models import Job
from app.registration.models import Application, ApplicationState, Decision
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.factories import make_session
from tests.factories_invitations import make_applicant, make_crowd, make_meeting

SELECTED, RESERVE, DECLINED = ApplicationState.SELECTED, ApplicationState.RESERVE, ApplicationState.DECLINED
SUBMITTED, WITHDRAWN = ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN


async def press(ground: Ground, session: ForumSession, leave: Undecided = "decline") -> Published:
    async with ground.database.write() as db:
        return await publish(db, ground.vault, session.id, actor="account:m", now=ground.clock.now(), leave_undecided=leave)


async def test_everybody_is_told_once_and_only_the_selected_get_a_seat(ground: Ground) -> None:
    session, sites = await make_session(ground)
    meeting = await make_meeting(ground, session)
    online = await make_applicant(ground, session, "Siti", SELECTED)
    hall = await make_applicant(ground, session, "Budi", SELECTED, way="in_person", site_id=sites[0].id, phone=None)
    others = [await make_applicant(ground, session, state.value, state, phone=None) for state in (RESERVE, DECLINED, SUBMITTED, WITHDRAWN)]
    assert await press(ground, session) == Published(selected=2, reserve=1, declined=2)
    async with ground.database.read() as db:
        seats = {s.participant_id: s for s in await db.scalars(select(Seat))}
        credentials = [(c.seat_id, c.meeting_id, c.state) for c in await db.scalars(select(Credential))]
        told = {a.id: (a.state, a.told_state) for a in await db.scalars(select(Application))}
        kinds = {n.participant_id: n.kind for n in await db.scalars(select(Notice))}
        trace = [(d.application_id, d.before, d.after, d.reason) for d in await db.scalars(select(Decision))]
        acts = list(await db.scalars(select(AuditEntry.act).where(AuditEntry.chain == session.id)))
        assert (await verify(db, ground.vault, session.id)).broken_at is None
        assert (await db.get_one(ForumSession, session.id)).selection_published_at is not None
    assert set(seats) == {online.participant_id, hall.participant_id}
    assert (seats[hall.participant_id].way, seats[hall.participant_id].site_id) == ("in_person", sites[0].id)
    assert (seats[online.participant_id].needs_last_four, seats[hall.participant_id].needs_last_four) == (True, False)
    assert credentials == [(seats[online.participant_id].id, meeting.id, CredentialState.ISSUED)]
    assert [told[a.id] for a in others] == [(RESERVE, RESERVE), (DECLINED, DECLINED), (DECLINED, DECLINED), (WITHDRAWN, None)]
    assert trace == [(others[2].id, "submitted", "declined", "selection.left_over")]
    assert Counter(kinds.values()) == {"invited": 2, "reserve": 1, "not_selected": 2}
    assert others[3].participant_id not in kinds
    assert acts == ["selection.published"]


async def test_two_presses_at_once_publish_once(ground: Ground) -> None:
    session, _ = await make_session(ground)
    await make_crowd(ground, session, [SELECTED] * 20 + [DECLINED] * 20)
    outcomes = await asyncio.gather(*(press(ground, session) for _ in range(4)), return_exceptions=True)
    codes = Counter(o.code if isinstance(o, Conflict) else type(o).__name__ for o in outcomes)
    assert codes == {"Published": 1, "selection.already_published": 3}
    async with ground.database.read() as db:
        assert (len((await db.scalars(select(Seat))).all()), len((await db.scalars(select(Notice))).all())) == (20, 40)


async def test_the_undecided_are_not_passed_over_in_silence(ground: Ground) -> None:
    session, _ = await make_session(ground)
    await make_crowd(ground, session, [SELECTED, SUBMITTED, SUBMITTED])
    async with ground.database.read() as db:
        planned = await plan(db, session.id)
    assert (planned.told, planned.counts) == (3, {SELECTED: 1, SUBMITTED: 2})
    with pytest.raises(Conflict) as refused:
        await press(ground, session, "refuse")
    assert (refused.value.code, refused.value.facts) == ("selection.undecided", {"count": 2})
    async with ground.database.read() as db:
        assert (await db.get_one(ForumSession, session.id)).selection_published_at is None


@pytest.mark.parametrize("states", [[], [SUBMITTED], [WITHDRAWN]])
async def test_nothing_decided_is_nothing_to_publish(ground: Ground, states: list[ApplicationState]) -> None:
    session, _ = await make_session(ground)
    await make_crowd(ground, session, states)
    with pytest.raises(Conflict, match=r"selection\.nothing_decided"):
        await press(ground, session)


async def test_a_reserve_who_moves_up_is_told_and_nobody_else_is_told_again(ground: Ground) -> None:
    session, _ = await make_session(ground)
    await make_crowd(ground, session, [SELECTED, RESERVE, DECLINED])
    await press(ground, session)
    async with ground.database.write() as db:
        moved = (await db.scalars(select(Application).where(Application.state == RESERVE))).one()
        moved.state = SELECTED
    assert await press(ground, session) == Published(1, 0, 0)
    async with ground.database.read() as db:
        kinds = [n.kind for n in await db.scalars(select(Notice).where(Notice.participant_id == moved.participant_id))]
        assert len((await db.scalars(select(Seat))).all()) == 2
        assert len((await db.scalars(select(Notice))).all()) == 4
    assert sorted(kinds) == ["invited", "reserve"]


async def test_412_people_are_published_with_few_statements(ground: Ground) -> None:
    session, _ = await make_session(ground)
    await make_meeting(ground, session)
    await make_crowd(ground, session, [SELECTED] * 170 + [RESERVE] * 40 + [DECLINED] * 152 + [SUBMITTED] * 50)
    statements: list[str] = []
    event.listen(ground.database.writer.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert await press(ground, session) == Published(170, 40, 202)
    # Counted, not timed: a busy machine is slow, but hundreds of people must not mean hundreds of statements.
    assert len(statements) < 60
    async with ground.database.read() as db:
        jobs = (await db.scalars(select(Job).where(Job.kind == "notices.route"))).all()
    ids = [one for job in jobs for one in list(job.payload["notice_ids"])]
    assert (len(ids), len(set(ids))) == (412, 412)
