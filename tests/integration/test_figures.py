"""The head of office sees numbers and no names; what changes is counted again after a few seconds, once for all who look."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from app.figures import kept
from app.figures.counting import Numbers, numbers_of
from app.figures.kept import Kept
from app.figures.routes import over_time
from app.participants.models import Attendance
from app.proposals.models import Proposal
from app.registration.models import Application
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_proposals import NAME, make_person, make_proposal, words
from tests.factories_selection import applicant, apply


async def counted(ground: Ground, *sessions: ForumSession) -> Numbers:
    async with ground.database.read() as db:
        return await numbers_of(db, sessions, ground.clock.now(), sqlite=ground.database.on_sqlite)


async def test_people_and_proposals_are_counted_by_where_and_what(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    now = ground.clock.now()
    await apply(ground, *(applicant(ground, session, n, name=f"Warga {n}", village="Poncol") for n in range(1, 4)))
    person = await make_person(ground, session, gender="female")
    for n in range(2):
        stay = {
            "way": "in_person",
            "site_id": sites[0].id,
            "arrived_at": now - timedelta(hours=2),
            "recorded_at": now,
            "recorded_by": "system",
        }
        async with ground.database.write() as db:
            left = now - timedelta(hours=1) if n == 0 else None
            db.add(Attendance(session_id=session.id, participant_id=person.id, nonce=f"n-{n}", left_at=left, **stay))
    await make_proposal(ground, session, words(ground, person=person, fields={"sector": "water", "village": "Poncol"}, site_id=sites[0].id))
    await make_proposal(ground, session, words(ground))
    found = await counted(ground, session)
    assert (found.total("registered"), found.total("proposals"), found.attended, found.present_halls) == (3, 2, 1, 1)
    assert (found.by_sector, found.by_village) == ({"": 1, "water": 1}, {"": 1, "Poncol": 1})
    assert [(place.name, place.present, place.proposals) for place in found.places] == [("Aula 1", 1, 1), ("Aula 2", 0, 0), ("", 0, 1)]
    assert sum(count for _, count in found.by_day) == 3
    page = await web.get(f"/meja/{session.slug}/angka", headers=office.bearer("reader"))
    assert (page.status_code, NAME in page.text, "Warga 1" in page.text, "Pendaftar per hari" in page.text) == (200, False, False, True)
    whole = await web.get("/meja/angka", headers=office.bearer("reader"))
    assert (whole.status_code, session.title in whole.text, NAME in whole.text) == (200, True, False)


async def test_a_hall_of_several_days_is_one_place_and_nobody_is_there_after_the_end(ground: Ground) -> None:
    over, sites = await make_session(ground, state=SessionState.ENDED, halls=1, hall_seats=30, seats_online=0)
    today, _ = await make_session(ground, state=SessionState.LIVE, halls=1, hall_seats=20, seats_online=0)
    person, now = await make_person(ground, over), ground.clock.now()
    async with ground.database.write() as db:
        stay = {"way": "in_person", "site_id": sites[0].id, "arrived_at": now, "recorded_at": now, "recorded_by": "system"}
        db.add(Attendance(session_id=over.id, participant_id=person.id, nonce="n-1", **stay))
    found = await counted(ground, over, today)
    assert ([(place.name, place.seats, place.present) for place in found.places], found.attended) == ([("Aula 1", 50, 0)], 1)


async def test_a_day_ends_at_midnight_of_the_forum(ground: Ground) -> None:
    session, _ = await make_session(ground, zone="Asia/Jayapura")
    people = [applicant(ground, session, n, name=f"Warga {n}") for n in range(1, 3)]
    ids = await apply(ground, *people)
    moments = ("2031-04-01T14:59:00+00:00", "2031-04-01T15:01:00+00:00")
    async with ground.database.write() as db:
        for one, moment in zip(ids, moments, strict=True):
            (await db.get_one(Application, one)).received_at = ground.clock.now().fromisoformat(moment)
    assert (await counted(ground, session)).by_day == [(date(2031, 4, 1), 1), (date(2031, 4, 2), 1)]


async def test_pages_that_refresh_themselves_ask_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    shelf, count = Kept(), _counting(asked)
    assert [await shelf.get("a", count), await shelf.get("a", count)] == [Numbers(spoke=1)] * 2
    monkeypatch.setattr(kept, "KEEP", -1.0)
    assert (await shelf.get("a", count)).spoke == 2


def _counting(asked: list[int]) -> Callable[[], Awaitable[Numbers]]:
    async def count() -> Numbers:
        asked.append(1)
        return Numbers(spoke=len(asked))

    return count


async def test_nothing_new_is_answered_with_304(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    address, who = f"/meja/{session.slug}/angka/data", office.bearer("reader")
    tag = (await web.get(address, headers=who)).headers["etag"]
    assert (await web.get(address, headers={**who, "If-None-Match": tag})).status_code == 304


async def test_proposals_are_counted_by_source_element_and_hour(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE, zone="Asia/Makassar")
    person = await make_person(ground, session, element="rt")
    for _ in range(2):
        await make_proposal(ground, session, words(ground, person=person, site_id=sites[0].id, via="hall"))
    number = await make_proposal(ground, session, words(ground, via="relay"))
    async with ground.database.write() as db:
        for one in await db.scalars(select(Proposal).where(Proposal.session_id == session.id)):
            one.created_at = datetime(2031, 4, 1, 15 if one.number == number else 13, 59, tzinfo=UTC)
    found = await counted(ground, session)
    assert (found.by_way, found.by_element) == ({"hall": 2, "relay": 1}, {"rt": 2, "": 1})
    assert found.by_hour == [(datetime(2031, 4, 1, 21), 2), (datetime(2031, 4, 1, 23), 1)]
    page = (await web.get(f"/meja/{session.slug}/angka", headers=office.bearer("reader"))).text
    for title in ("Usulan menurut waktu", "Usulan menurut cara masuk", "Usulan menurut unsur pengusul"):
        assert title in page
    assert "Terbanyak 2 usulan, mulai pukul 21.00" in page


def test_over_time_shows_hours_of_a_day_and_days_of_a_month() -> None:
    evening = [(datetime(2031, 4, 1, 21), 2), (datetime(2031, 4, 1, 23), 1)]
    shown = over_time(evening)
    assert (shown.hourly, [count for _, count in shown.rows]) == (True, [0, 0, 0, 0, 0, 2, 0, 1])
    weeks = [(datetime(2031, 3, 1, 9), 5), *evening, (datetime(2031, 4, 10, 9), 4)]
    shown = over_time(weeks)
    assert (shown.hourly, shown.earlier, len(shown.rows), sum(count for _, count in shown.rows)) == (False, 5, 31, 7)
    assert over_time([]).rows == []
