"""The demonstration: filled through the services, at the moments of the event, and all of it in order."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from app.access.models import BearerToken, Grant, Role
from app.audit.service import verify
from app.figures.counting import numbers_of
from app.guests.models import Invitee
from app.invitations.links import resolve
from app.invitations.models import Seat
from app.participants.models import Attendance
from app.proposals.models import Proposal, ProposalStatus
from app.registration.models import Application, ApplicationState
from app.scenarios import bekasi, pekalongan
from app.scenarios.events import EVENTS
from app.scenarios.fill import APPLICANTS, fill_pekalongan
from app.scenarios.fill_bekasi import PER_HALL, fill_bekasi
from app.scenarios.lines import play_of
from app.sessions.models import ForumSession, SessionState, Site
from app.sessions.series import days_of, series_named
from app.web.ground import Ground


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_event_of_pekalongan_stands_as_it_stood(ground: Ground) -> None:
    filled = await fill_pekalongan(ground)
    async with ground.database.read() as db:
        session = await db.scalar(select(ForumSession).where(ForumSession.slug == filled.slug))
        assert session is not None
        told = Counter(await db.scalars(select(Application.told_state)))
        seats = await db.scalar(select(func.count()).select_from(Seat))
        present = await db.scalar(select(func.count()).select_from(Attendance))
        latest = await db.scalar(select(func.max(Application.received_at)))
        holder = await resolve(db, ground.vault, filled.online[0].token, pekalongan.NOW)
        public = (await db.scalars(select(Proposal).where(Proposal.published_at.is_not(None)))).all()
        verdict = await verify(db, ground.vault, session.id)
    assert (session.state, session.closed_count, session.plan_year) == (SessionState.LIVE, APPLICANTS, 2022)
    assert (len(public) > 15, {one.number[:9] for one in public}) == (True, {"PKL-2022-"})
    assert {one.status for one in public} == {ProposalStatus.VERIFIED, ProposalStatus.DECLINED}
    assert sum(told.values()) == APPLICANTS
    assert told[ApplicationState.SELECTED] == seats
    assert latest is not None
    assert latest <= pekalongan.DEADLINE
    assert present is not None
    assert 20 <= present <= 70
    assert holder is not None
    assert (verdict.broken_at, len(filled.online) > 40) == (None, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_five_days_of_bekasi_stand_as_they_stood_on_the_third(ground: Ground) -> None:
    event = EVENTS["bekasi-2018"]
    filled = await fill_bekasi(ground)
    play = await play_of(ground, filled, event.script, [])
    async with ground.database.read() as db:
        assert event.series is not None
        series = await series_named(db, event.series)
        days = await days_of(db, series.id)
        halls = Counter(await db.scalars(select(Site.session_id)))
        operators = Counter(await db.scalars(select(Grant.session_id).where(Grant.role == Role.OPERATOR, Grant.account_id.is_not(None))))
        seats = Counter(await db.scalars(select(Seat.session_id)))
        statuses = Counter((await db.execute(select(Proposal.session_id, Proposal.status))).all())
        holder = await resolve(db, ground.vault, filled.online[0].token, bekasi.NOW)
        verdicts = [(await verify(db, ground.vault, day.id)).broken_at for day in days]
        numbers = await numbers_of(db, days, bekasi.NOW, sqlite=True)
        answered = {one.number: one.title for one in await db.scalars(select(Proposal).where(Proposal.session_id == days[2].id))}
    over, today, coming = SessionState.ENDED, SessionState.LIVE, SessionState.PUBLISHED
    assert [day.state for day in days] == [over, over, today, coming, coming]
    assert [(day.starts_at, day.plan_year) for day in days] == [(bekasi.wib(day, 9), 2019) for day in bekasi.DAYS]
    assert [(halls[day.id], operators[day.id]) for day in days] == [(12, 12)] * 5
    assert [seats[day.id] for day in days] == [12 * PER_HALL] * 3 + [0, 0]
    assert [statuses[day.id, ProposalStatus.AGREED] for day in days] == [6, 6, 0, 0, 0]
    assert {day.number_prefix for day in days} == {"BKS", "BKS2", "BKS3", "BKS4", "BKS5"}
    assert (filled.slug, holder is not None, verdicts) == (days[2].slug, True, [None] * 5)
    assert (numbers.total("answered"), set(numbers.by_village) - {""}) == (12, set(bekasi.VILLAGES))
    said = [(line.frame["text"], answered[line.frame["fields"]["proposal"]]) for line in play.lines if line.frame["kind"] == "response"]  # type: ignore[index]  # a frame of an answer names its proposal
    assert [title in found for (_, _, title), (_, found) in zip(bekasi.ANSWERS, said, strict=True)] == [True] * len(bekasi.ANSWERS)
    assert (len(play.lines) > len(bekasi.HALL) + len(bekasi.ONLINE), play.room) == (True, days[2].room)
    async with ground.database.read() as db:
        keys = {(one.name, one.agency) for one in await db.scalars(select(BearerToken))}
    assert {(name, agency) for _, name, agency, role, _ in bekasi.STAFF if role == "responder"} <= keys


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("lombok-2020", {"agreed": 2, "forwarded": 2, "not_agreed": 1, "verified": 3}),
        ("lasem-2023", {"forwarded": 7, "returned": 2, "verified": 2, "declined": 2, "new": 7}),
        ("banjarmasin-2017", {"agreed": 3, "not_agreed": 1, "verified": 3, "new": 1}),
    ],
)
async def test_a_meeting_of_invited_people_stands_in_the_middle_of_its_list(ground: Ground, name: str, statuses: dict[str, int]) -> None:
    event = EVENTS[name]
    filled = await event.fill(ground)
    play = await play_of(ground, filled, event.script, [])
    async with ground.database.read() as db:
        session = await db.scalar(select(ForumSession).where(ForumSession.slug == filled.slug))
        assert session is not None
        found = Counter(one.value for one in await db.scalars(select(Proposal.status).where(Proposal.session_id == session.id)))
        villages = await db.scalar(
            select(func.count()).select_from(Proposal).where(Proposal.session_id == session.id, Proposal.village_code.is_(None))
        )
        seats = await db.scalar(select(func.count()).select_from(Seat))
        invited = await db.scalar(select(func.sum(Invitee.seats)))
        here = await db.scalar(select(func.count()).select_from(Attendance))
        holder = await resolve(db, ground.vault, filled.online[0].token, event.script.now)
        verdict = await verify(db, ground.vault, session.id)
    assert (session.state, found, villages) == (SessionState.LIVE, statuses, 0)
    assert (seats, holder is not None, verdict.broken_at) == (invited, True, None)
    assert here is not None
    assert here > 10
    answered = [line for line in play.lines if line.frame["kind"] == "response"]
    assert len(answered) == len(event.script.answers)
