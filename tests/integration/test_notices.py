"""A person is told of one thing once."""

from sqlalchemy import select

from app.notices.models import Notice
from app.notices.service import CHUNK, ROUTE, Told, notify, notify_all
from app.outbox.models import Job
from app.web.ground import Ground
from tests.factories import make_session
from tests.factories_invitations import make_person


async def test_a_key_that_is_there_already_changes_nothing(ground: Ground) -> None:
    session, _ = await make_session(ground)
    person = await make_person(ground, session)
    for facts in ({"change": "a"}, {"change": "b"}):
        async with ground.database.write() as db:
            await notify(
                db, session_id=session.id, participant_id=person.id, kind="changed", key="k:1", facts=facts, now=ground.clock.now()
            )
    async with ground.database.read() as db:
        notices = (await db.scalars(select(Notice))).all()
        jobs = (await db.scalars(select(Job).where(Job.kind == ROUTE))).all()
    assert [(n.participant_id, n.kind, n.key, n.facts) for n in notices] == [(person.id, "changed", "k:1", {"change": "a"})]
    assert [job.payload for job in jobs] == [{"notice_ids": [notices[0].id]}]


async def test_many_people_are_told_in_chunks_and_only_the_new_ones(ground: Ground) -> None:
    session, _ = await make_session(ground)
    person = await make_person(ground, session)
    people = [Told(person.id, f"k:{n}") for n in range(CHUNK + 5)]
    async with ground.database.write() as db:
        assert await notify_all(db, session_id=session.id, kind="changed", people=people[:3], now=ground.clock.now()) == 3
        assert await notify_all(db, session_id=session.id, kind="changed", people=people, now=ground.clock.now()) == CHUNK + 2
    async with ground.database.read() as db:
        jobs = (await db.scalars(select(Job).where(Job.kind == ROUTE))).all()
    assert sorted(len(list(job.payload["notice_ids"])) for job in jobs) == [3, 5, CHUNK - 3]
