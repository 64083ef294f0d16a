"""Letters really leave: by a real SMTP server that accepts, delays, refuses or dies; each delivery says where it stands."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from app.clock import Clock
from app.database.tables import new_id
from app.invitations.changes import tell_of_change
from app.invitations.jobs import jobs
from app.invitations.publish import publish
from app.notices.hand import resend
from app.notices.machine import LEASE
from app.notices.models import Attempt, Channel, Delivery, DeliveryState, Notice
from app.notices.service import notify
from app.outbox.models import Job, JobState
from app.outbox.worker import Again, Worker
from app.participants.models import Participant
from app.registration.models import ApplicationState
from app.sessions.models import ForumSession, ScheduleChange, ScheduleKind, SessionState
from app.sessions.service import change_state
from app.settings import MailSettings
from app.web.ground import Ground
from tests.factories import make_session
from tests.factories_invitations import make_applicant, make_person

MAIL = "siti@example.org"


@dataclass
class Office:
    """A mail server that answers as told, and keeps what it took."""

    rcpt: str = "250 OK"
    data: str = "250 OK"
    drop: bool = False
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.drop:
            server.transport.abort()
            return "421 gone"
        if self.data.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            message = message_from_bytes(content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        return self.data


@contextmanager
def post_office(port: int = 0) -> Iterator[tuple[Office, int]]:
    office = Office()
    port = port or free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield office, port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def with_mail(ground: Ground, port: int, later: timedelta = timedelta()) -> Ground:
    mail = MailSettings("127.0.0.1", port, None, None, "none", "Musrenbang <undangan@kota.example>")
    return replace(ground, settings=replace(ground.settings, mail=mail), clock=Clock(later))


async def work(ground: Ground) -> None:
    """Do everything that is due."""
    worker = Worker(ground.database, ground.clock, jobs(ground))
    while await worker.once():
        pass


async def told(ground: Ground, session: ForumSession, person: Participant, kind: str = "reserve") -> str:
    async with ground.database.write() as db:
        key = f"{kind}:{new_id()}"
        await notify(db, session_id=session.id, participant_id=person.id, kind=kind, key=key, facts={}, now=ground.clock.now())
    return key


async def standing(ground: Ground) -> list[tuple[str, str, int, str | None]]:
    async with ground.database.read() as db:
        rows = await db.scalars(select(Delivery).order_by(Delivery.channel))
        return [(d.channel.value, d.state.value, d.attempts, d.last_problem) for d in rows]


async def test_an_invitation_arrives_in_words_and_with_the_person_s_own_link(ground: Ground) -> None:
    session, _ = await make_session(ground)
    applicant = await make_applicant(ground, session, "Siti Rahmawati", ApplicationState.SELECTED, email=MAIL, code="K7MP-2Q9T")
    with post_office() as (office, port):
        parts = with_mail(ground, port)
        async with ground.database.write() as db:
            await publish(db, ground.vault, session.id, actor="account:m", now=ground.clock.now())
        await work(parts)
        await work(parts)
    assert await standing(ground) == [("email", "sent", 1, None)]
    (letter,) = office.taken
    text = letter.get_body(("plain",))
    html = letter.get_body(("html",))
    assert text is not None
    assert html is not None
    words = text.get_content()
    assert letter["To"] == MAIL
    assert letter["From"] == "Musrenbang <undangan@kota.example>"
    assert letter["Subject"] == f"Undangan: {session.title}"
    assert "Yth. Siti Rahmawati," in words
    assert f"{ground.settings.public_url}/j/" in words
    assert "0853-2690-5742" in words
    assert "HADIR" not in words
    assert f'href="{ground.settings.public_url}/j/' in html.get_content()
    async with ground.database.read() as db:
        delivery = (await db.scalars(select(Delivery))).one()
        payloads = [job.payload for job in await db.scalars(select(Job))]
    assert letter["Message-ID"] == f"<{delivery.id}@kota.example>"
    assert applicant.code not in str(payloads)
    assert "/j/" not in str(payloads)
    assert MAIL not in str(payloads)


async def test_a_server_that_says_later_is_asked_again_with_growing_pauses(ground: Ground) -> None:
    session, _ = await make_session(ground)
    await told(ground, session, await make_person(ground, session, email=MAIL))
    with post_office() as (office, port):
        office.rcpt = "451 try later"
        await work(with_mail(ground, port))
        assert await standing(ground) == [("email", "waiting_retry", 1, "mail.later")]
        await work(with_mail(ground, port, timedelta(seconds=50)))
        assert await standing(ground) == [("email", "waiting_retry", 1, "mail.later")]
        await work(with_mail(ground, port, timedelta(seconds=70)))
        assert await standing(ground) == [("email", "waiting_retry", 2, "mail.later")]
        async with ground.database.read() as db:
            delivery = (await db.scalars(select(Delivery))).one()
        assert delivery.next_try_at is not None
        assert timedelta(minutes=5) < delivery.next_try_at - ground.clock.now() < timedelta(minutes=7)
        office.rcpt = "250 OK"
        await work(with_mail(ground, port, timedelta(minutes=10)))
        assert await standing(ground) == [("email", "sent", 3, None)]
        assert len(office.taken) == 1
    async with ground.database.read() as db:
        tries = [(a.number, a.outcome, a.problem, a.by) for a in await db.scalars(select(Attempt).order_by(Attempt.number))]
    later = ("waiting_retry", "mail.later", "system")
    assert tries == [(1, *later), (2, *later), (3, "sent", None, "system")]


@pytest.mark.parametrize("where", ["rcpt", "data"])
async def test_a_refused_address_is_not_tried_again_and_an_officer_writes_instead(ground: Ground, where: str) -> None:
    session, _ = await make_session(ground)
    await told(ground, session, await make_person(ground, session, email=MAIL))
    with post_office() as (office, port):
        setattr(office, where, "550 no such user")
        await work(with_mail(ground, port))
        await work(with_mail(ground, port, timedelta(days=3)))
    problem = "mail.address_refused" if where == "rcpt" else "mail.letter_refused"
    assert await standing(ground) == [("email", "failed", 1, problem), ("whatsapp_hand", "queued", 0, None)]


async def test_without_a_phone_a_refused_address_is_left_for_a_person_to_look_at(ground: Ground) -> None:
    session, _ = await make_session(ground)
    await told(ground, session, await make_person(ground, session, email=MAIL, phone=None))
    with post_office() as (office, port):
        office.rcpt = "550 no such user"
        await work(with_mail(ground, port))
    assert await standing(ground) == [("email", "failed", 1, "mail.address_refused")]


@pytest.mark.parametrize("trouble", ["drops", "refuses connections"])
async def test_a_dead_line_is_no_fault_of_the_address(ground: Ground, trouble: str) -> None:
    session, _ = await make_session(ground)
    await told(ground, session, await make_person(ground, session, email=MAIL))
    with post_office() as (office, port):
        office.drop = True
        await work(with_mail(ground, port if trouble == "drops" else free_port()))
        assert await standing(ground) == [("email", "waiting_retry", 1, "mail.away")]
        office.drop = False
        await work(with_mail(ground, port, timedelta(minutes=2)))
    assert await standing(ground) == [("email", "sent", 2, None)]


async def test_after_the_last_pause_a_person_must_look_and_may_send_again(ground: Ground) -> None:
    session, _ = await make_session(ground)
    await told(ground, session, await make_person(ground, session, email=MAIL, phone=None))
    with post_office() as (office, port):
        office.data = "452 full"
        for day in range(9):
            await work(with_mail(ground, port, timedelta(days=day)))
        assert await standing(ground) == [("email", "failed", 8, "mail.later")]
        office.data = "250 OK"
        async with ground.database.write() as db:
            delivery = (await db.scalars(select(Delivery))).one()
            await resend(db, session.id, delivery.id, "account:m", ground.clock.now())
        await work(with_mail(ground, port))
    assert await standing(ground) == [("email", "sent", 1, None)]


async def test_a_delivery_stuck_in_sending_is_freed_when_its_lease_is_over(ground: Ground) -> None:
    session, _ = await make_session(ground)
    await told(ground, session, await make_person(ground, session, email=MAIL))
    with post_office() as (office, port):
        parts = with_mail(ground, port)
        await jobs(parts)["notices.route"]({"notice_ids": [(await only_notice(ground)).id]})
        async with ground.database.write() as db:
            delivery = (await db.scalars(select(Delivery))).one()
            delivery.state, delivery.claimed_until = DeliveryState.SENDING, ground.clock.now() + LEASE
        with pytest.raises(Again) as again:
            await jobs(parts)["notices.deliver"]({"delivery_id": delivery.id})
        assert again.value.at == delivery.claimed_until
        assert office.taken == []
        await work(with_mail(ground, port, LEASE + timedelta(seconds=1)))
    assert await standing(ground) == [("email", "sent", 1, None)]
    assert len(office.taken) == 1


async def test_jobs_done_twice_send_once_and_make_no_second_row(ground: Ground) -> None:
    session, _ = await make_session(ground)
    person = await make_person(ground, session, email=MAIL)
    await told(ground, session, person)
    with post_office() as (office, port):
        handlers = jobs(with_mail(ground, port))
        notice = await only_notice(ground)
        for _ in range(3):
            await handlers["notices.route"]({"notice_ids": [notice.id]})
        async with ground.database.read() as db:
            (delivery,) = (await db.scalars(select(Delivery))).all()
        await asyncio.gather(*(quiet(handlers["notices.deliver"]({"delivery_id": delivery.id})) for _ in range(4)))
        await work(with_mail(ground, port))
    assert len(office.taken) == 1
    assert await standing(ground) == [("email", "sent", 1, None)]


async def test_everybody_already_told_hears_of_a_change_once_on_the_channel_that_reached_them(ground: Ground) -> None:
    session, _ = await make_session(ground)
    reached = await make_person(ground, session, "Siti", email=MAIL)
    by_hand = await make_person(ground, session, "Budi", email="budi@example.org", phone="+6281234567890")
    await make_person(ground, session, "Belum dikabari", phone="+6281234567891")
    with post_office() as (office, port):
        parts = with_mail(ground, port)
        await told(ground, session, reached)
        await told(ground, session, by_hand)
        await work(parts)
        async with ground.database.write() as db:
            notice = (await db.scalars(select(Notice).where(Notice.participant_id == by_hand.id))).one()
            mail = (await db.scalars(select(Delivery).where(Delivery.notice_id == notice.id))).one()
            mail.state, mail.last_problem, mail.sent_at = DeliveryState.FAILED, "mail.address_refused", None
            hand = Delivery(notice_id=notice.id, channel=Channel.WHATSAPP_HAND, state=DeliveryState.SENT, sent_at=ground.clock.now())
            change = a_change(session, ground.clock.now())
            db.add_all([hand, change])
        for _ in range(3):
            await jobs(parts)["invitations.schedule_changed"]({"session_id": session.id, "change_id": change.id})
        await work(parts)
    async with ground.database.read() as db:
        rows = await db.execute(
            select(Notice.participant_id, Delivery.channel, Delivery.state)
            .join(Delivery, Delivery.notice_id == Notice.id)
            .where(Notice.kind == "changed")
        )
        found = {person: (channel, state) for person, channel, state in rows}
        assert len((await db.scalars(select(Notice).where(Notice.kind == "changed"))).all()) == 2
    assert found == {
        reached.id: (Channel.EMAIL, DeliveryState.SENT),
        by_hand.id: (Channel.WHATSAPP_HAND, DeliveryState.QUEUED),
    }
    (letter,) = [m for m in office.taken if str(m["Subject"]).startswith("Perubahan")]
    body = letter.get_body(("plain",))
    assert body is not None
    assert "Alasan: aula dipakai pemilu" in body.get_content()


async def test_who_was_told_of_a_forum_is_told_when_it_is_cancelled(ground: Ground) -> None:
    session, _ = await make_session(ground)
    with post_office() as (office, port):
        parts = with_mail(ground, port)
        await told(ground, session, await make_person(ground, session, email=MAIL))
        await work(parts)
        async with ground.database.write() as db:
            to = SessionState.CANCELLED
            await change_state(db, ground.vault, session.id, to, actor="account:a", reason="banjir", now=ground.clock.now())
        await work(parts)
    body = office.taken[-1].get_body(("plain",))
    assert body is not None
    assert "tidak jadi diselenggarakan" in body.get_content()
    assert len(office.taken) == 2


async def test_a_second_change_is_told_again(ground: Ground) -> None:
    session, _ = await make_session(ground)
    person = await make_person(ground, session, email=MAIL)
    with post_office() as (_, port):
        await told(ground, session, person)
        await work(with_mail(ground, port))
    async with ground.database.write() as db:
        changes = [a_change(session, ground.clock.now()) for _ in range(2)]
        db.add_all(changes)
        await db.flush()
        assert [await tell_of_change(db, session.id, change.id, ground.clock.now()) for change in changes] == [1, 1]


async def test_who_has_neither_phone_nor_mail_is_shown_to_the_officers(ground: Ground) -> None:
    session, _ = await make_session(ground)
    await told(ground, session, await make_person(ground, session, phone=None))
    await work(ground)
    assert await standing(ground) == [("console", "failed", 0, "notices.no_contact")]


async def test_the_console_prints_letters_only_when_the_settings_ask_for_it(ground: Ground, capfd: pytest.CaptureFixture[str]) -> None:
    session, _ = await make_session(ground)
    await told(ground, session, await make_person(ground, session, "Siti"))
    await work(ground)
    assert (await standing(ground), "Siti" in capfd.readouterr().err) == ([("whatsapp_hand", "queued", 0, None)], False)
    await told(ground, session, await make_person(ground, session, "Budi", phone=None))
    await work(replace(ground, settings=replace(ground.settings, console_mail=True)))
    assert "Yth. Budi," in capfd.readouterr().err
    assert ("console", "sent", 1, None) in await standing(ground)


async def test_the_erased_are_written_to_no_more(ground: Ground) -> None:
    session, _ = await make_session(ground)
    person = await make_person(ground, session, email=MAIL)
    await told(ground, session, person)
    with post_office() as (office, port):
        await jobs(with_mail(ground, port))["notices.route"]({"notice_ids": [(await only_notice(ground)).id]})
        async with ground.database.write() as db:
            (await db.get_one(Participant, person.id)).erased_at = ground.clock.now()
        await work(with_mail(ground, port))
    assert office.taken == []
    assert await standing(ground) == [("email", "cancelled", 1, "notices.nobody")]


async def test_a_failing_mail_server_sets_no_job_aside(ground: Ground) -> None:
    session, _ = await make_session(ground)
    await told(ground, session, await make_person(ground, session, email=MAIL))
    port = free_port()
    for day in range(9):
        await work(with_mail(ground, port, timedelta(days=day)))
    async with ground.database.read() as db:
        assert {job.state for job in await db.scalars(select(Job))} == {JobState.DONE}


async def only_notice(ground: Ground) -> Notice:
    async with ground.database.read() as db:
        return (await db.scalars(select(Notice))).one()


async def quiet(trying: object) -> None:
    try:
        await trying  # type: ignore[misc]  # any awaitable
    except Again:
        return


def a_change(session: ForumSession, now: datetime) -> ScheduleChange:
    return ScheduleChange(
        id=new_id(),
        session_id=session.id,
        kind=ScheduleKind.MOVED,
        reason="aula dipakai pemilu",
        before={},
        after={},
        session_version=session.version + 1,
        by="account:a",
        at=now,
    )
