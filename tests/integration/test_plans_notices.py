"""Notices of changed plans: exactly one per person and change under any order of changes, letters and jobs; waiting ones grow together."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.invitations.changes import tell_of_change
from app.invitations.jobs import jobs
from app.invitations.letters import compose, gather, letter_environment
from app.invitations.models import Seat
from app.notices.hand import claim, mark_sent
from app.notices.models import Channel, Delivery, DeliveryState, Notice, ToldChange
from app.notices.service import notify
from app.sessions.fields import HallMove, MeetingSwap, ScheduleFields
from app.sessions.models import ForumSession, ScheduleChange, SessionState
from app.sessions.plans import move_hall, swap_meeting
from app.sessions.schedule import change_schedule
from app.sessions.service import change_state
from app.web.ground import Ground
from tests.factories import make_session
from tests.factories_invitations import make_meeting, make_person, make_seat
from tests.integration.test_notices_delivery import MAIL, post_office, told, with_mail, work

ACTOR = "account:m"
PEOPLE = 3
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.integers(0, PEOPLE - 1)),
        st.tuples(st.just("take"), st.integers(1, 3)),
        st.tuples(st.just("send"), st.just(0)),
        st.tuples(st.just("change"), st.just(0)),
        st.tuples(st.just("job"), st.integers(0, 3)),
    ),
    min_size=4,
    max_size=14,
)


@dataclass
class World:
    """What must have happened, beside what the database says: whom letters reached, which changes were told them, and how many letters that took."""

    reached: set[str] = field(default_factory=set)
    told: set[tuple[str, str]] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)
    letters: dict[str, int] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    in_hand: list[str] = field(default_factory=list)


async def moved(ground: Ground, session: ForumSession, reason: str, **values: object) -> ScheduleChange:
    fields = ScheduleFields.model_validate({"reason": reason, **values})
    async with ground.database.write() as db:
        return await change_schedule(db, ground.vault, session.id, fields, actor=ACTOR, now=ground.clock.now())


async def routed(ground: Ground) -> None:
    async with ground.database.read() as db:
        ids = list(await db.scalars(select(Notice.id).where(Notice.id.not_in(select(Delivery.notice_id)))))
    await jobs(ground)["notices.route"]({"notice_ids": ids})


async def taken(ground: Ground, session: ForumSession, world: World, count: int) -> None:
    """An officer takes rows in hand: from then on the person counts as told, and the letter grows no more."""
    await routed(ground)
    async with ground.database.write() as db:
        rows = await claim(db, session.id, ACTOR, ground.clock.now(), count=count)
        people = await db.execute(
            select(Notice.participant_id, Notice.kind).join(Delivery, Delivery.notice_id == Notice.id).where(Delivery.id.in_(rows))
        )
    world.in_hand += rows
    for person, kind in people:
        world.reached.add(person)
        if kind == "changed":
            world.waiting.discard(person)


async def said(ground: Ground, session: ForumSession, world: World, change_id: str) -> None:
    """The job of a change, and what it must have done."""
    await jobs(ground)["invitations.schedule_changed"]({"session_id": session.id, "change_id": change_id})
    for person in world.reached:
        if (change_id, person) in world.told:
            continue
        world.told.add((change_id, person))
        if person not in world.waiting:
            world.letters[person] = world.letters.get(person, 0) + 1
            world.waiting.add(person)


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@given(steps=STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_in_any_order_everybody_reached_is_told_each_change_once(ground: Ground, steps: list[tuple[str, int]]) -> None:
    session, _ = await make_session(ground)
    people = [await make_person(ground, session, f"Warga {n}", phone=f"+62812345678{n:02}") for n in range(PEOPLE)]
    world = World()
    for number, (step, which) in enumerate(steps):
        match step:
            case "tell":
                async with ground.database.write() as db:
                    key = f"reserve:{session.id}:{number}"
                    person = people[which].id
                    await notify(
                        db, session_id=session.id, participant_id=person, kind="reserve", key=key, facts={}, now=ground.clock.now()
                    )
            case "take":
                await taken(ground, session, world, which)
            case "send" if world.in_hand:
                async with ground.database.write() as db:
                    await mark_sent(db, session.id, world.in_hand.pop(0), ACTOR, ground.clock.now())
            case "change":
                later = session.starts_at + timedelta(days=len(world.changes) + 1)
                world.changes.append((await moved(ground, session, f"alasan {number}", starts_at=later)).id)
            case "job" if world.changes:
                await said(ground, session, world, world.changes[which % len(world.changes)])
    for change in reversed(world.changes * 2):
        await said(ground, session, world, change)
    async with ground.database.read() as db:
        rows = await db.execute(select(ToldChange.change_id, ToldChange.participant_id, ToldChange.notice_id))
        found = [(change, person, notice) for change, person, notice in rows if change in world.changes]
        changed = (Notice.session_id == session.id, Notice.kind == "changed")
        tally = await db.execute(select(Notice.participant_id, func.count()).where(*changed).group_by(Notice.participant_id))
        counted = {row[0]: row[1] for row in tally}
        notices = set(await db.scalars(select(Notice.id).where(*changed)))
    assert {(change, person) for change, person, _ in found} == world.told
    assert counted == world.letters
    assert {notice for _, _, notice in found} == notices


async def test_changes_before_the_letter_goes_are_one_letter_with_the_last_state_and_a_calendar_that_grows(ground: Ground) -> None:
    session, _ = await make_session(ground)
    seat, _ = await make_seat(ground, session, "Siti", email=MAIL)
    async with ground.database.read() as db:
        person = (await make_person(ground, session, "Belum dikabari", phone="+6281234567891")).id
        holder = await db.get_one(Seat, seat.id)
    with post_office() as (office, port):
        parts = with_mail(ground, port)
        async with ground.database.write() as db:
            key = f"reserve:{session.id}"
            await notify(
                db, session_id=session.id, participant_id=holder.participant_id, kind="reserve", key=key, facts={}, now=ground.clock.now()
            )
        await work(parts)
        await moved(ground, session, "aula kebanjiran", starts_at=session.starts_at + timedelta(days=7))
        await moved(ground, session, "listrik padam", until_further_notice=True)
        await work(parts)
        first = office.taken[-1]
        await moved(ground, session, "listrik menyala lagi", starts_at=session.starts_at + timedelta(days=14))
        await work(parts)
        second = office.taken[-1]
    assert len(office.taken) == 3
    one, other = (letter.get_body(("plain",)).get_content() for letter in (first, second))  # type: ignore[union-attr]  # every letter has a plain part
    assert ("Alasan: aula kebanjiran" in one, "Alasan: listrik padam" in one, "tanggal baru menyusul" in one) == (True, True, True)
    assert ("Alasan: listrik menyala lagi" in other, "Alasan: listrik padam" in other, "Mulai: " in other) == (True, False, True)
    files = [next(letter.iter_attachments()) for letter in (first, second)]
    texts = [file.get_content() for file in files]
    lines = [{line.partition(":")[0]: line.partition(":")[2] for line in text.splitlines()} for text in texts]
    assert [file["Content-Type"].params["method"] for file in files] == ["CANCEL", "PUBLISH"]
    assert [one["METHOD"] for one in lines] == ["CANCEL", "PUBLISH"]
    assert [one["STATUS"] for one in lines] == ["CANCELLED", "CONFIRMED"]
    assert lines[0]["UID"] == lines[1]["UID"]
    assert int(lines[0]["SEQUENCE"]) < int(lines[1]["SEQUENCE"])
    async with ground.database.read() as db:
        assert await db.scalar(select(func.count()).select_from(ToldChange).where(ToldChange.participant_id == person)) == 0


async def test_what_was_in_an_officer_s_hand_is_followed_by_another_notice(ground: Ground) -> None:
    session, _ = await make_session(ground)
    person = await make_person(ground, session)
    await told(ground, session, person)
    await work(ground)
    async with ground.database.write() as db:
        (row,) = await claim(db, session.id, ACTOR, ground.clock.now())
        await mark_sent(db, session.id, row, ACTOR, ground.clock.now())
    await moved(ground, session, "hujan lebat", starts_at=session.starts_at + timedelta(days=1))
    await work(ground)
    async with ground.database.write() as db:
        await claim(db, session.id, ACTOR, ground.clock.now())
    await moved(ground, session, "jalan terputus", starts_at=session.starts_at + timedelta(days=2))
    await work(ground)
    async with ground.database.read() as db:
        rows = (
            await db.execute(
                select(Notice.id, Delivery.channel, Delivery.state)
                .join(Delivery, Delivery.notice_id == Notice.id)
                .where(Notice.kind == "changed")
                .order_by(Notice.created_at)
            )
        ).all()
        letters = [
            compose(letter_environment(), ground, sheet, Channel.WHATSAPP_HAND) for one in rows if (sheet := await gather(db, one[0]))
        ]
    hand = Channel.WHATSAPP_HAND
    assert [(channel, state) for _, channel, state in rows] == [(hand, DeliveryState.CLAIMED), (hand, DeliveryState.QUEUED)]
    assert [("hujan lebat" in one.text, "jalan terputus" in one.text) for one in letters if one] == [(True, False), (False, True)]


async def test_a_hall_and_a_meeting_concern_those_who_were_told_of_them(ground: Ground) -> None:
    session, (hall, other) = await make_session(ground)
    await make_meeting(ground, session)
    here, _ = await make_seat(ground, session, "Di aula", way="in_person", site_id=hall.id, phone="+6281200000001")
    there, _ = await make_seat(ground, session, "Di aula lain", way="in_person", site_id=other.id, phone="+6281200000002")
    home, _ = await make_seat(ground, session, "Daring", phone="+6281200000003")
    now = ground.clock.now()
    async with ground.database.write() as db:
        for seat in (here, there, home):
            key = f"invited:{seat.id}"
            await notify(db, session_id=session.id, participant_id=seat.participant_id, kind="invited", key=key, facts={}, now=now)
    await work(ground)
    async with ground.database.write() as db:
        for row in await claim(db, session.id, ACTOR, now):
            await mark_sent(db, session.id, row, ACTOR, now)
    async with ground.database.write() as db:
        wish = HallMove(name="Gedung Serbaguna", address="Jl. Mawar 2", reason="atap bocor")
        moved_hall = await move_hall(db, ground.vault, session.id, hall.id, wish, actor=ACTOR, now=now)
        swap = MeetingSwap(link="https://zoom.us/j/222?pwd=rahasia", passcode="rahasia9", reason="Zoom bermasalah")
        swapped = await swap_meeting(db, ground.vault, session.id, swap, actor=ACTOR, now=now)
    await work(ground)
    async with ground.database.read() as db:
        pairs = {(row.change_id, row.participant_id) for row in await db.scalars(select(ToldChange))}
        stored = str([(one.before, one.after) for one in await db.scalars(select(ScheduleChange))])
        assert await tell_of_change(db, session.id, "tidakadaperubaha", now) == 0
    assert pairs == {(moved_hall.id, here.participant_id), (swapped.id, home.participant_id)}
    assert "rahasia" not in stored


async def test_a_cancelled_forum_says_why_and_strikes_the_calendar(ground: Ground) -> None:
    session, _ = await make_session(ground)
    seat, _ = await make_seat(ground, session, "Siti", email=MAIL)
    with post_office() as (office, port):
        parts = with_mail(ground, port)
        async with ground.database.write() as db:
            key = f"invited:{seat.id}"
            await notify(
                db, session_id=session.id, participant_id=seat.participant_id, kind="invited", key=key, facts={}, now=ground.clock.now()
            )
        await work(parts)
        await moved(ground, session, "hujan lebat", starts_at=session.starts_at + timedelta(days=1))
        async with ground.database.write() as db:
            to = SessionState.CANCELLED
            await change_state(db, ground.vault, session.id, to, actor=ACTOR, reason="banjir besar", now=ground.clock.now())
        await work(parts)
    assert len(office.taken) == 2
    letter = office.taken[-1]
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # every letter has a plain part
    assert str(letter["Subject"]).startswith("Dibatalkan: ")
    assert ("Alasan: banjir besar" in text, "hujan lebat" in text) == (True, False)
    assert "METHOD:CANCEL" in next(letter.iter_attachments()).get_content()
