"""Where proposals stand among the levels: what the database says of thousands is what the rule says of each, page by page."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import product

from sqlalchemy import insert

from app.database.tables import new_id
from app.outcomes import overview
from app.outcomes.levels import LEVELS, MAY_SAY, Level
from app.outcomes.models import Outcome, OutcomePublication
from app.outcomes.overview import Row, Totals
from app.outcomes.standing import Standing
from app.proposals.capture import Words, capture
from app.proposals.listing import Filters
from app.sessions.models import ForumSession, SessionState, Tier
from app.web.ground import Ground
from tests.factories import make_session

AT = datetime(2021, 4, 1, 3, tzinfo=UTC)


async def answered_at_random(ground: Ground, many: int) -> ForumSession:
    """So many proposals; some levels of each said something, some of it anew, some of it as a draft."""
    session, _ = await make_session(ground, tier=Tier.DISTRICT, state=SessionState.ENDED, ended_at=AT)
    chance = random.Random(3)
    publication = new_id()
    async with ground.database.write() as db:
        said = [Words("message", new_id(), f"Usulan {n}", "Warga", AT, fields={"agency": f"Dinas {n % 3}"}) for n in range(many)]
        await capture(db, session.id, said, by="system", now=AT)
        db.add(OutcomePublication(id=publication, session_id=session.id, number=1, answers=1, by="x", at=AT))
    async with ground.database.write() as db:
        ids = [row.id for row in await overview.rows_of(db, session, Filters()) for row in [row.proposal]]
        rows = [
            _said(session, publication, id_, level, version, chance)
            for id_, level in product(ids, LEVELS)
            for version in range(1, chance.choice((0, 0, 0, 0, 1, 2)) + 1)
        ]
        await db.execute(insert(Outcome), rows)
    return session


def _said(session: ForumSession, publication: str, id_: str, level: Level, version: int, chance: random.Random) -> dict[str, object]:
    known = version == 1 and chance.random() < 0.8
    at = AT + timedelta(days=chance.randrange(30))
    return {
        "id": new_id(),
        "session_id": session.id,
        "proposal_id": id_,
        "level": level,
        "version": version,
        "edit": 1,
        "verdict": chance.choice(MAY_SAY[level]),
        "decided_on": date(2021, 3, 1),
        "by": "x",
        "at": at,
        "publication_id": publication if known else None,
        "published_at": at if known else None,
    }


def numbers(rows: list[Row]) -> list[str]:
    return [row.proposal.number for row in rows]


def _belongs(row: Row, standing: Standing, level: Level | None) -> bool:
    said = {Standing.DRAFT: row.drafts, Standing.ANSWERED: row.published, Standing.WAITING: {row.waits} - {None}}[standing]
    return level in said if level else bool(said)


async def test_the_database_narrows_and_counts_as_the_rule_of_the_levels_does(ground: Ground) -> None:
    session = await answered_at_random(ground, 100)
    async with ground.database.read() as db:
        every = await overview.rows_of(db, session, Filters())
        assert len({row.waits for row in every}) == 6
        for standing, level in product(Standing, (None, *LEVELS)):
            asked = (standing, level)
            meant = [row.proposal.number for row in every if _belongs(row, standing, level)]
            found = await overview.rows_of(db, session, Filters(), asked)
            assert (standing, level, numbers(found)) == (standing, level, meant)
            assert await overview.count_of(db, session, Filters(), asked) == len(meant)
        pages = [await overview.rows_of(db, session, Filters(), skip=skip, limit=40) for skip in (0, 40, 80)]
        totals = await overview.totals_of(db, session, Filters())
        owing = {one.agency: one.counts for one in await overview.owing(db, session, Filters())}
    assert [numbers(page) for page in pages] == [numbers(every[:40]), numbers(every[40:80]), numbers(every[80:])]
    assert totals == Totals(100, sum(bool(row.published) for row in every), sum(row.waits is not None for row in every))
    for agency, counts in owing.items():
        waiting = [row.waits for row in every if row.proposal.agency == agency and row.waits]
        assert counts == {level: waiting.count(level) for level in LEVELS if level in waiting}
    assert len(owing) == 3


async def test_who_waits_is_counted_from_the_end_of_the_forum_or_the_last_publication(ground: Ground) -> None:
    session = await answered_at_random(ground, 40)
    async with ground.database.read() as db:
        every = await overview.rows_of(db, session, Filters())
        for days in (0, 5, 12, 40):
            before = AT + timedelta(days=days)
            last = {row.proposal.id: max([AT, *(one.published_at or AT for one in row.published.values())]) for row in every}
            meant = [row for row in every if row.waits and last[row.proposal.id] < before]
            assert (days, await overview.waiting_since(db, session, before)) == (days, len(meant) if before > AT else 0)
        session.state, session.ended_at = SessionState.LIVE, None
        assert await overview.waiting_since(db, session, AT + timedelta(days=40)) == 0
