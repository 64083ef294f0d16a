"""The digest of the office: once a day at its hour, only when something waits, numbers alone, and no more after one press."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import anyio
import httpx
import pytest
from sqlalchemy import select

from app.access.models import Account, Role
from app.access.rights import GrantOf
from app.access.service import grant
from app.clock import Clock
from app.database.tables import new_id
from app.digest import sending
from app.digest.gathering import matters_of, waiting_for
from app.digest.hours import waits_until
from app.digest.jobs import jobs
from app.digest.models import DigestWish
from app.digest.service import Wished, switch_off, switch_on
from app.errors import Unavailable
from app.invitations.jobs import senders
from app.notices.letters import Letter
from app.notices.models import Channel, Delivery, DeliveryState, Notice
from app.outbox.models import Job, JobState
from app.outbox.worker import Worker
from app.planning.models import PlenaryItem
from app.proposals.listing import find
from app.proposals.models import ProposalStatus
from app.sessions.models import ForumSession, SessionState
from app.settings import MailSettings
from app.sipd.models import SipdEntry, SipdSheet
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office
from tests.factories import make_session
from tests.factories_outcomes import OutcomeDesk, make_known, make_writer
from tests.factories_proposals import make_proposal, words
from tests.integration.test_notices_delivery import post_office

WIB = timedelta(hours=7)
TITLE, NAME = "Saluran Jalan Melati", "Siti Rahmawati"


def wib(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2021 in Pekalongan."""
    return datetime(2021, 3, day, hour, minute, tzinfo=UTC) - WIB


def at(ground: Ground, moment: datetime, port: int | None = None) -> Ground:
    """The same house at another moment, with a mail server."""
    mail = MailSettings("127.0.0.1", port, None, None, "none", "Rembuk <rembuk@kota.example>") if port else None
    return replace(ground, settings=replace(ground.settings, mail=mail), clock=Clock(moment - datetime.now(UTC)))


async def work(ground: Ground) -> None:
    """Do everything that is due, as a process that has just come up."""
    worker = Worker(ground.database, ground.clock, jobs(ground))
    while await worker.once():
        pass


async def account_of(ground: Ground, login: str = "secretariat") -> str:
    async with ground.database.read() as db:
        return (await db.scalars(select(Account.id).where(Account.login == login))).one()


async def wishes(ground: Ground, account: str, *, hour: int = 7, now: datetime, language: str = "id") -> None:
    async with ground.database.write() as db:
        await switch_on(db, ground.vault, account, Wished(hour, "sekretariat@kota.example", language), now=now)


async def make_waiting(ground: Ground, **changes: object) -> ForumSession:
    """A forum in which one proposal is to be checked."""
    session, _ = await make_session(ground, state=SessionState.LIVE, starts_at=wib(1, 9), ends_at=wib(1, 12), **changes)
    await make_proposal(ground, session, words(ground, f"{NAME}: {TITLE}"))
    return session


@pytest.mark.parametrize(
    ("now", "dealt_on", "expected"),
    [
        (wib(3, 6, 59), None, wib(3, 7)),
        (wib(3, 7), None, None),
        (wib(3, 7), date(2021, 3, 2), None),
        (wib(3, 23, 59), date(2021, 3, 1), None),
        (wib(3, 7), date(2021, 3, 3), wib(4, 7)),
        (wib(4, 0, 30), date(2021, 3, 3), wib(4, 7)),
        (wib(4, 0, 30), date(2021, 3, 1), wib(4, 7)),
    ],
)
def test_a_digest_is_due_from_its_hour_until_midnight_and_once_a_day(
    now: datetime, dealt_on: date | None, expected: datetime | None
) -> None:
    assert waits_until(now, 7, "Asia/Jakarta", dealt_on) == expected


async def test_it_comes_once_at_its_hour_with_numbers_and_pages_and_nothing_that_anybody_wrote(ground: Ground, office: Office) -> None:
    session = await make_waiting(ground)
    account = await account_of(ground)
    await wishes(ground, account, now=wib(2, 20))
    with post_office() as (server, port):
        await work(at(ground, wib(3, 6, 59), port))
        assert server.taken == []
        for minute in (0, 1, 30):
            await work(at(ground, wib(3, 7, minute), port))
            await work(at(ground, wib(3, 7, minute), port))
    (letter,) = server.taken
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # every letter has its words
    html = letter.get_body(("html",)).get_content()
    address = f"/meja/{session.slug}/usulan?status=waiting"
    assert (letter["To"], letter["Subject"]) == ("sekretariat@kota.example", "1 hal menunggu, Rabu, 3 Maret 2021")
    assert ("1 usulan menunggu diperiksa" in text, f"{ground.settings.public_url}{address}" in text.split()) == (True, True)
    assert ("1 usulan menunggu diperiksa" in html, address in html) == (True, True)
    assert not [one for one in (TITLE, NAME, "Siti", "Melati", "secretariat") if one in text + html]
    async with ground.database.read() as db:
        wish = (await db.scalars(select(DigestWish))).one()
        (job,) = (await db.execute(select(Job.state, Job.due_at).where(Job.kind == "digest.send"))).all()
    assert (wish.dealt_on, wish.problem, wish.claimed_until) == (date(2021, 3, 3), None, None)
    assert tuple(job) == (JobState.WAITING, wib(4, 7))
    assert b"sekretariat@kota.example" not in wish.address


async def test_after_days_without_a_server_it_comes_once(ground: Ground, office: Office) -> None:
    await make_waiting(ground)
    await wishes(ground, await account_of(ground), now=wib(2, 20))
    with post_office() as (server, port):
        for moment in (wib(6, 2), wib(6, 15, 20), wib(6, 15, 21), wib(6, 23)):
            await work(at(ground, moment, port))
        assert [letter["Subject"] for letter in server.taken] == ["1 hal menunggu, Sabtu, 6 Maret 2021"]
        await work(at(ground, wib(7, 7), port))
    assert len({letter["Message-ID"] for letter in server.taken}) == 2


async def test_nothing_is_sent_when_nothing_waits_and_what_comes_later_waits_for_the_next_day(ground: Ground, office: Office) -> None:
    await make_session(ground, state=SessionState.LIVE, starts_at=wib(1, 9), ends_at=wib(1, 12))
    await wishes(ground, await account_of(ground), now=wib(2, 20))
    with post_office() as (server, port):
        await work(at(ground, wib(3, 7), port))
        await make_waiting(ground, slug="kedua", number_prefix="KDA")
        await work(at(ground, wib(3, 9), port))
        assert server.taken == []
        await work(at(ground, wib(4, 7), port))
    assert len(server.taken) == 1


async def test_two_processes_at_a_rolling_restart_send_one_letter(ground: Ground, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_waiting(ground)
    account = await account_of(ground)
    await wishes(ground, account, now=wib(2, 20))
    leaving, left = anyio.Event(), anyio.Event()
    sent: list[str] = []

    class Slow:
        async def send(self, letter: Letter, delivery_id: str) -> None:
            leaving.set()
            await anyio.sleep(0.3)
            sent.append(delivery_id)
            left.set()

    house = at(ground, wib(3, 7))
    monkeypatch.setattr("app.digest.jobs.senders", lambda settings: {Channel.EMAIL: Slow()})
    async with anyio.create_task_group() as old:
        old.start_soon(Worker(ground.database, house.clock, jobs(house)).run)
        await leaving.wait()
        # The old process is told to end while the letter is on its way; the new one looks at once.
        old.cancel_scope.cancel()
    assert left.is_set()
    await work(house)
    await work(at(ground, wib(3, 7, 5)))
    assert len(sent) == 1


async def test_a_mail_server_that_is_away_is_tried_again_and_a_refused_address_is_said_on_the_page(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    await make_waiting(ground)
    await wishes(ground, await account_of(ground), now=wib(2, 20))
    with post_office() as (server, port):
        server.data = "451 later"
        await work(at(ground, wib(3, 7), port))
        server.data = "250 OK"
        await work(at(ground, wib(3, 7, 9), port))
        assert server.taken == []
        await work(at(ground, wib(3, 7, 11), port))
        assert len(server.taken) == 1
        server.rcpt = "550 nobody"
        await work(at(ground, wib(4, 7), port))
        await work(at(ground, wib(4, 9), port))
    async with ground.database.read() as db:
        wish = (await db.scalars(select(DigestWish))).one()
    assert (len(server.taken), wish.dealt_on, wish.problem) == (1, date(2021, 3, 4), "mail.address_refused")
    await signed_in(web)
    assert "Surat terakhir tidak terkirim." in (await web.get("/meja/kabar")).text


async def test_it_counts_what_waits_of_each_kind_and_leaves_out_what_does_not(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    now = ground.clock.now()
    session, _ = await make_session(ground, state=SessionState.ENDED, ended_at=now - timedelta(days=20), ends_at=now - timedelta(days=20))
    writer = await make_writer(ground, session, NAME)
    first = await make_known(ground, session, TITLE, writer)
    second = await make_known(ground, session, "Lampu jalan")
    await make_proposal(ground, session, words(ground, "Belum diperiksa"))
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    await desk.write(first, level="regency", verdict="agreed")
    await desk.publication()
    await desk.write(first, level="plan", verdict="accommodated")
    async with ground.database.write() as db:
        failed, sent, queued = DeliveryState.FAILED, DeliveryState.SENT, DeliveryState.QUEUED
        # Failed on every way; arrived; failed by e-mail and in an officer's hand; failed when the forum was still to come.
        for n, (states, days) in enumerate((([failed], 0), ([sent], 0), ([failed, queued], 0), ([failed], 30))):
            told = {"kind": "outcome", "key": f"k{n}", "facts": {}, "created_at": now - timedelta(days=days)}
            notice = Notice(id=new_id(), session_id=session.id, participant_id=writer.id, **told)
            db.add(notice)
            await db.flush()
            db.add_all(
                Delivery(notice_id=notice.id, channel=channel, state=state)
                for channel, state in zip((Channel.EMAIL, Channel.WHATSAPP_HAND), states, strict=False)
            )
        db.add(SipdSheet(session_id=session.id, due_on=(now + WIB).date() + timedelta(days=3)))
        for number in (first, second):
            one = await find(db, session.id, number)
            one.status = ProposalStatus.AGREED
        db.add(SipdEntry(proposal_id=(await find(db, session.id, first)).id, session_id=session.id, version=1, entered_on=now.date()))
    async with ground.database.read() as db:
        # The one that was answered today waits for its next level since today.
        found = [(one.key, one.count, one.days) for one in await matters_of(db, session, now)]
        assert found == [("verify", 1, 0), ("unanswered", 2, 14), ("drafted", 1, 0), ("undelivered", 1, 0), ("sipd", 1, 3)]
        later = [(one.key, one.count, one.days) for one in await matters_of(db, session, now + timedelta(days=40))]
        assert later == [("verify", 1, 0), ("unanswered", 3, 14), ("drafted", 1, 0), ("undelivered", 1, 0)]
        assert (await db.scalars(select(PlenaryItem.proposal_id))).all() == []


async def test_only_one_s_own_forums_are_counted_and_none_of_somebody_locked_out(ground: Ground, office: Office) -> None:
    mine, theirs = await make_waiting(ground), await make_waiting(ground, slug="lain", number_prefix="LAI")
    now = wib(3, 7)
    async with ground.database.write() as db:
        account = Account(id=new_id(), login="staf@kota.example", name="Staf", agency=None, created_at=now)
        db.add(account)
        await db.flush()
        await grant(db, ground.vault, account.id, GrantOf(Role.SECRETARIAT, mine.id), actor="system", now=now)
        await grant(db, ground.vault, account.id, GrantOf(Role.MODERATOR, theirs.id), actor="system", now=now)
    async with ground.database.read() as db:
        assert [one.session.slug for one in await waiting_for(db, account.id, now)] == [mine.slug]
        assert {one.session.slug for one in await waiting_for(db, await account_of(ground), now)} == {mine.slug, theirs.slug}
    async with ground.database.write() as db:
        (await db.get_one(Account, account.id)).disabled_at = now
    async with ground.database.read() as db:
        assert await waiting_for(db, account.id, now) == []
        assert await waiting_for(db, await account_of(ground), now + timedelta(days=500)) == []


async def signed_in(web: httpx.AsyncClient, login: str = "secretariat") -> None:
    answer = await web.post("/masuk", data={"login": login, "password": PASSWORD})
    assert answer.status_code == 303, answer.text


def token_in(text: str) -> str:
    return re.findall(r'name="csrf" value="([^"]+)"', text)[0]


async def test_it_is_switched_on_changed_and_off_on_the_account_s_page(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await make_waiting(ground)
    await signed_in(web)
    page = (await web.get("/meja/kabar")).text
    assert ("Hidupkan kabar harian" in page, 'href="/meja/kabar"' in page) == (True, True)
    wrong = await web.post("/meja/kabar", data={"csrf": token_in(page), "hour": "6", "address": "bukan alamat"})
    assert (wrong.status_code, "bukan alamat" in wrong.text, 'value="6" selected' in wrong.text) == (422, True, True)
    for hour in ("6", "8"):
        answer = await web.post("/meja/kabar", data={"csrf": token_in(page), "hour": hour, "address": "staf@kota.example"})
        assert answer.status_code == 303
    shown = (await web.get(answer.headers["location"])).text
    assert ("Kabar harian aktif." in shown, "staf@kota.example" in shown, 'value="8" selected' in shown) == (True, True, True)
    async with ground.database.read() as db:
        assert [(one.hour, one.told_at) for one in await db.scalars(select(DigestWish))] == [(8, None)]
        assert len((await db.scalars(select(Job.id).where(Job.kind == "digest.send", Job.state == JobState.WAITING))).all()) == 1
    await web.post("/meja/kabar/mati", data={"csrf": token_in(page)})
    async with ground.database.read() as db:
        assert (await db.scalars(select(DigestWish))).all() == []
        assert (await db.scalars(select(Job.state).where(Job.kind == "digest.send"))).all() == [JobState.CANCELLED]
    web.cookies.clear()
    await signed_in(web, "moderator")
    assert (await web.get("/meja/kabar", headers={"Accept": "text/html"})).status_code == 403


async def test_the_link_in_the_letter_stops_it_by_a_press_and_never_by_a_look(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    await make_waiting(ground)
    account = await account_of(ground)
    await wishes(ground, account, now=wib(2, 20), language="en")
    with post_office() as (server, port):
        await work(at(ground, wib(3, 7), port))
        (letter,) = server.taken
        assert "1 proposal to be checked" in letter.get_body(("plain",)).get_content()
        address = letter["List-Unsubscribe"].strip(" <>").removeprefix(ground.settings.public_url)
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "Berhenti menerima" in (await web.get(address)).text
        async with ground.database.read() as db:
            assert (await db.scalars(select(DigestWish.account_id))).all() == [account]
        for _ in range(2):
            stopped = await web.post(address, data={"List-Unsubscribe": "One-Click"})
            assert (stopped.status_code, "tidak menerima kabar harian lagi" in stopped.text) == (200, True)
        await work(at(ground, wib(4, 7), port))
        # Switched on anew, an old letter stops nothing.
        await wishes(ground, account, now=wib(4, 20))
        await web.post(address)
        await work(at(ground, wib(5, 7), port))
    assert len(server.taken) == 2
    assert (await web.get(f"{address[:-1]}{'a' if address[-1] != 'a' else 'b'}")).status_code == 404


async def test_what_is_switched_off_while_it_waits_is_not_sent(ground: Ground, office: Office) -> None:
    await make_waiting(ground)
    account = await account_of(ground)
    await wishes(ground, account, now=wib(2, 20))
    async with ground.database.write() as db:
        await switch_off(db, account, now=wib(2, 21))
    with post_office() as (server, port):
        house = at(ground, wib(3, 7), port)
        await work(house)
        await jobs(house)["digest.send"]({"account_id": account})
    assert (server.taken, senders(ground.settings)) == ([], {})


async def test_a_database_that_is_busy_when_the_letter_has_left_does_not_make_it_go_twice(
    ground: Ground, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_waiting(ground)
    await wishes(ground, await account_of(ground), now=wib(2, 20))
    settle, refusals = sending._settle, [Unavailable("web.busy")] * 2

    async def busy(*args: Any, **more: Any) -> datetime | None:
        if refusals:
            raise refusals.pop()
        return await settle(*args, **more)

    monkeypatch.setattr(sending, "_settle", busy)
    monkeypatch.setattr(sending, "PATIENCE", (0.0, 0.0))
    with post_office() as (server, port):
        for minute in (0, 1, 5):
            await work(at(ground, wib(3, 7, minute), port))
    assert (len(server.taken), refusals) == (1, [])


async def test_a_digest_that_cannot_be_gathered_is_counted_as_failing(
    ground: Ground, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_waiting(ground)
    await wishes(ground, await account_of(ground), now=wib(2, 20))

    async def broken(*_: object) -> list[object]:
        raise RuntimeError("broken")

    monkeypatch.setattr(sending, "waiting_for", broken)
    with post_office() as (_, port):
        for minute in (0, 5, 10):
            await work(at(ground, wib(3, 7, minute), port))
    async with ground.database.read() as db:
        wish = (await db.scalars(select(DigestWish))).one()
        attempts = await db.scalar(select(Job.attempts).where(Job.kind == "digest.send"))
    assert (wish.claimed_until, attempts) == (None, 3)
