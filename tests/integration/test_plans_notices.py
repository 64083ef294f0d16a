"""Notices of changed plans: exactly one per person and change under any order of changes, letters and jobs; waiting ones grow together."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from app.database.tables import new_id
from app.guests.deputies import Comes, name_guest
from app.guests.importing import hold, take_in
from app.guests.models import Invitee, InviteePlace
from app.guests.rows import Wanted
from app.invitations.changes import note_letters, tell_of_change
from app.invitations.jobs import jobs
from app.invitations.letters import compose, gather, letter_environment
from app.invitations.models import Seat
from app.invitations.switching import switch_place
from app.notices.hand import claim, mark_sent, release, undo
from app.notices.models import Attempt, Channel, Delivery, DeliveryState, Notice, ToldChange
from app.notices.paper import hand_over_printed, mark_printed
from app.notices.service import notify
from app.sessions.fields import HallFields, HallMove, MeetingSwap, ScheduleFields
from app.sessions.models import ForumSession, ScheduleChange, ScheduleKind, SessionState
from app.sessions.plans import add_hall, move_hall, swap_meeting
from app.sessions.schedule import change_schedule
from app.sessions.service import change_state
from app.web.ground import Ground
from tests.factories import make_session
from tests.factories_invitations import make_meeting, make_person, make_seat
from tests.integration.test_notices_delivery import MAIL, post_office, told, with_mail, work

ACTOR = "account:m"
PEOPLE = 3
GUESTS = ({"phone": "0812-0000-0001", "place": "daring"}, {}, {"place": "daring"})
"""Guests by letter: one with WhatsApp, one in the hall and one online whom no message reaches."""
MOVE, HALL, MEETING, POSTPONE, EXTEND, ADD, CANCEL = range(7)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.integers(0, PEOPLE - 1)),
        st.tuples(st.just("take"), st.integers(1, PEOPLE)),
        st.tuples(st.sampled_from(("send", "undo", "release", "print", "hand")), st.just(0)),
        st.tuples(st.just("change"), st.integers(MOVE, ADD)),
        st.tuples(st.just("change"), st.integers(MOVE, ADD)),
        st.tuples(st.just("switch"), st.integers(0, PEOPLE + len(GUESTS) - 1)),
        st.tuples(st.sampled_from(("letter", "deputy")), st.integers(0, len(GUESTS) - 1)),
        st.tuples(st.just("job"), st.integers(0, 3)),
    ),
    min_size=8,
    max_size=18,
)


@dataclass
class World:
    """What must have happened, beside what the database says: who holds or got letters, where they sit, which changes were told them, in how many letters."""

    seats: dict[str, str] = field(default_factory=dict)
    online: set[str] = field(default_factory=set)
    guests: list[str] = field(default_factory=list)
    phones: set[str] = field(default_factory=set)
    written: dict[str, int] = field(default_factory=dict)
    """How many changes the letter on paper of a guest says already."""
    out: dict[str, tuple[str, str]] = field(default_factory=dict)
    in_hand: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    told: set[tuple[str, str]] = field(default_factory=set)
    waiting: Counter[str] = field(default_factory=Counter)
    paper: Counter[str] = field(default_factory=Counter)
    """Those of them that wait to be printed: a letter of invitation takes their place, never that of a message."""
    letters: Counter[str] = field(default_factory=Counter)
    changes: list[tuple[str, int]] = field(default_factory=list)
    undated: bool = False
    moved: set[str] = field(default_factory=set)
    """Those who sit in the hall that the changes are about."""

    def tell(self, number: int, person: str) -> None:
        """Somebody is told of this change, once, by a letter that waits or another."""
        change_id = self.changes[number][0]
        if (change_id, person) in self.told:
            return
        self.told.add((change_id, person))
        if not self.waiting[person]:
            self.letters[person] += 1
            self.waiting[person] += 1

    def concerned(self, number: int) -> set[str]:
        """Whom this change is to be told now."""
        kind = self.changes[number][1]
        reached = {person for person, _ in self.out.values()} | set(self.written)
        reached -= {person for person, said in self.written.items() if number < said}
        here = {HALL: reached & self.moved, MEETING: reached & self.online, EXTEND: reached - set(self.guests)}
        return here.get(kind, reached)


async def moved(ground: Ground, session: ForumSession, reason: str, **values: object) -> ScheduleChange:
    fields = ScheduleFields.model_validate({"reason": reason, **values})
    async with ground.database.write() as db:
        return await change_schedule(db, ground.vault, session.id, fields, actor=ACTOR, now=ground.clock.now())


async def routed(ground: Ground, world: World | None = None) -> None:
    """Give new notices their way; each gets exactly one, that which reaches its person now."""
    async with ground.database.read() as db:
        ids = list(await db.scalars(select(Notice.id).where(Notice.id.not_in(select(Delivery.notice_id)))))
    await jobs(ground)["notices.route"]({"notice_ids": ids})
    if world is None:
        return
    async with ground.database.read() as db:
        ways = select(Notice.participant_id, Delivery.channel, Delivery.state).join(Delivery, Delivery.notice_id == Notice.id)
        rows = (await db.execute(ways.where(Notice.id.in_(ids)))).all()
        found = Counter((row[0], row[1]) for row in rows)
        people = Counter(await db.scalars(select(Notice.participant_id).where(Notice.id.in_(ids))))
    by_hand = {person: Channel.WHATSAPP_HAND if person in world.phones else Channel.LETTER for person in world.seats}
    assert found == Counter({(person, by_hand[person]): count for person, count in people.items()})
    for person, way, state in rows:
        world.paper[person] += way is Channel.LETTER and state is DeliveryState.QUEUED
        world.waiting[person] -= state is DeliveryState.CANCELLED


async def taken(ground: Ground, session: ForumSession, world: World, count: int) -> None:
    """An officer takes rows in hand: from then on the person counts as told, and the letter grows no more."""
    await routed(ground, world)
    async with ground.database.write() as db:
        rows = await claim(db, session.id, ACTOR, ground.clock.now(), count=count)
        found = select(Delivery.id, Notice.participant_id, Notice.kind).join(Notice, Notice.id == Delivery.notice_id)
        held = {row: (person, kind) for row, person, kind in await db.execute(found.where(Delivery.id.in_(rows)))}
    world.in_hand += rows
    world.out |= held
    world.waiting.subtract(person for person, kind in held.values() if kind == "changed")


async def handled(ground: Ground, session: ForumSession, world: World, step: str) -> None:
    """The officer sends a letter, takes that back, or lays it aside unsent: it waits again, and may grow again."""
    rows = world.sent if step == "undo" else world.in_hand
    if not rows:
        return
    row, act = rows.pop(0), {"send": mark_sent, "undo": undo, "release": release}[step]
    async with ground.database.write() as db:
        await act(db, session.id, row, ACTOR, ground.clock.now())
    if step == "release":
        person, kind = world.out.pop(row)
        world.waiting[person] += kind == "changed"
    else:
        (world.sent if step == "send" else world.in_hand).append(row)


async def on_paper(ground: Ground, session: ForumSession, world: World, step: str) -> None:
    """The desk prints every letter of change that waits, or says that all printed ones have been handed over."""
    await routed(ground, world)
    now = ground.clock.now()
    async with ground.database.write() as db:
        if step == "hand":
            await hand_over_printed(db, session.id, now, ACTOR, now, 100)
            return
        waiting = select(Delivery.id, Notice.participant_id).join(Notice, Notice.id == Delivery.notice_id)
        rows = (await db.execute(waiting.where(Delivery.channel == Channel.LETTER, Delivery.state == DeliveryState.QUEUED))).all()
        await mark_printed(db, session.id, [row[0] for row in rows], ACTOR, now)
    world.waiting.subtract(row[1] for row in rows)
    world.paper.clear()


async def guest_does(ground: Ground, session: ForumSession, world: World, step: str, person: str, number: int) -> None:
    """A letter of invitation is printed for a guest, which says everything so far; or somebody else comes, with or without a phone."""
    now = ground.clock.now()
    async with ground.database.write() as db:
        if step == "letter":
            held = await hold(db, session.id)
            await note_letters(db, [world.seats[person]], held.version, now)
            # The message of a change goes out all the same, in whatever order its job and the letter come.
            for change in [n for n in range(len(world.changes)) if person in world.phones & world.concerned(n)]:
                world.tell(change, person)
            world.written[person] = len(world.changes)
            world.waiting[person] -= world.paper.pop(person, 0)
            return
        place = await db.scalar(select(InviteePlace.id).where(InviteePlace.participant_id == person))
        phone = f"+62813000{number:05}" if person not in world.phones else None
        await name_guest(db, ground.vault, session.id, str(place), Comes(f"Wakil {number}", phone), actor=ACTOR, now=now)
        world.phones ^= {person}


async def changed(ground: Ground, session: ForumSession, world: World, hall: str, kind: int, number: int) -> str:
    """Something of the plans becomes another thing, never the same twice; what is postponed already gets a day."""
    reason, now = f"alasan {number}", ground.clock.now()
    if kind in {MOVE, POSTPONE, EXTEND}:
        later = {"starts_at": session.starts_at + timedelta(days=number + 1)}
        if kind == EXTEND:
            return (
                await moved(ground, session, reason, registration_closes_at=session.registration_closes_at + timedelta(minutes=number))
            ).id
        put_off = kind == POSTPONE and not world.undated
        world.undated = put_off
        return (await moved(ground, session, reason, **({"until_further_notice": True} if put_off else later))).id
    async with ground.database.write() as db:
        match kind:
            case _ if kind == HALL:
                move = HallMove(name=f"Gedung {number}", reason=reason)
                return (await move_hall(db, ground.vault, session.id, hall, move, actor=ACTOR, now=now)).id
            case _ if kind == ADD:
                more = HallFields(name=f"Lokasi {number}", seats=5, reason=reason)
                return (await add_hall(db, ground.vault, session.id, more, actor=ACTOR, now=now)).id
            case _ if kind == MEETING:
                swap = MeetingSwap(link=f"https://zoom.us/j/{number}", reason=reason)
                return (await swap_meeting(db, ground.vault, session.id, swap, actor=ACTOR, now=now)).id
        await change_state(db, ground.vault, session.id, SessionState.CANCELLED, actor=ACTOR, reason=reason, now=now)
        newest = select(ScheduleChange.id).where(ScheduleChange.session_id == session.id, ScheduleChange.kind == ScheduleKind.CANCELLED)
        return str(await db.scalar(newest))


async def switched(ground: Ground, world: World, person: str) -> None:
    """Somebody goes to the hall instead of staying at home, or the other way round."""
    async with ground.database.write() as db:
        place = "in_person:aula-1" if person in world.online else "online"
        await switch_place(db, ground.vault, world.seats[person], place, now=ground.clock.now())
    world.online ^= {person}
    world.moved ^= {person}


async def said(ground: Ground, session: ForumSession, world: World, number: int) -> None:
    """The job of a change, and what it must have done."""
    change_id = world.changes[number][0]
    await jobs(ground)["invitations.schedule_changed"]({"session_id": session.id, "change_id": change_id})
    for person in world.concerned(number):
        world.tell(number, person)


async def peopled(ground: Ground, session: ForumSession, hall: str) -> World:
    """People who registered, the first in the hall, and the guests by letter."""
    world = World()
    for n in range(PEOPLE):
        place = {"way": "in_person", "site_id": hall} if n == 0 else {}
        seat, _ = await make_seat(ground, session, f"Warga {n}", phone=f"+62812345678{n:02}", **place)
        world.seats[seat.participant_id] = seat.id
        world.phones.add(seat.participant_id)
    wanted = [
        Wanted(f"Dinas {n}", None, None, 1, "opd", None if "place" in one else hall, phone="+6281200000001" if "phone" in one else None)
        for n, one in enumerate(GUESTS)
    ]
    async with ground.database.write() as db:
        await take_in(db, ground.vault, session.id, new_id(), "", wanted, actor=ACTOR, now=ground.clock.now())
        guests = select(Seat).join(InviteePlace, InviteePlace.participant_id == Seat.participant_id)
        guests = guests.join(Invitee, Invitee.id == InviteePlace.invitee_id).where(Seat.session_id == session.id)
        seats = (await db.scalars(guests.order_by(Invitee.position))).all()
        everybody = (await db.scalars(select(Seat).where(Seat.session_id == session.id))).all()
    world.guests = [one.participant_id for one in seats]
    world.seats |= {one.participant_id: one.id for one in seats}
    world.phones.add(world.guests[0])
    world.online = {one.participant_id for one in everybody if one.way == "online"}
    world.moved = {one.participant_id for one in everybody if one.site_id == hall}
    return world


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@given(steps=STEPS, cancelled=st.booleans())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_in_any_order_everybody_reached_is_told_each_change_once(
    ground: Ground, steps: list[tuple[str, int]], cancelled: bool
) -> None:
    async with ground.database.write() as db:
        # One database serves all examples: what waits there from the one before is none of this one's.
        await db.execute(delete(ToldChange))
        for table in (Attempt, Delivery, Notice):
            await db.execute(delete(table))
    session, (site, _) = await make_session(ground)
    await make_meeting(ground, session)
    world = await peopled(ground, session, site.id)
    people = list(world.seats)
    first = [("tell", n) for n in range(PEOPLE)] + [("letter", n) for n in range(len(GUESTS) - 1)]
    for number, (step, which) in enumerate([*first, *steps, *([("change", CANCEL)] if cancelled else [])]):
        match step:
            case "tell":
                key, person = f"reserve:{session.id}:{number}", people[which]
                async with ground.database.write() as db:
                    await notify(
                        db, session_id=session.id, participant_id=person, kind="reserve", key=key, facts={}, now=ground.clock.now()
                    )
            case "take":
                await taken(ground, session, world, which)
            case "change":
                world.changes.append((await changed(ground, session, world, site.id, which, number), which))
            case "switch":
                await switched(ground, world, people[which])
            case "letter" | "deputy":
                await guest_does(ground, session, world, step, world.guests[which], number)
            case "job" if world.changes:
                await said(ground, session, world, which % len(world.changes))
            case "print" | "hand":
                await on_paper(ground, session, world, step)
            case "send" | "undo" | "release":
                await handled(ground, session, world, step)
    for one in reversed([*range(len(world.changes))] * 2):
        await said(ground, session, world, one)
    await routed(ground, world)
    async with ground.database.read() as db:
        wanted = select(ToldChange.change_id, ToldChange.participant_id, ToldChange.notice_id)
        rows = await db.execute(wanted.where(ToldChange.change_id.in_([change for change, _ in world.changes])))
        found = [(change, person, notice) for change, person, notice in rows]
        ours = (Notice.session_id == session.id, Notice.kind == "changed")
        tally = await db.execute(select(Notice.participant_id, func.count()).where(*ours).group_by(Notice.participant_id))
        counted = {row[0]: row[1] for row in tally}
        notices = set(await db.scalars(select(Notice.id).where(*ours)))
    assert {(change, person) for change, person, _ in found} == world.told
    assert counted == dict(world.letters)
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
