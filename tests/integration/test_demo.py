"""The demonstration: filled through the services, at the moments of the event, and all of it in order."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from app.audit.service import verify
from app.invitations.links import resolve
from app.invitations.models import Seat
from app.participants.models import Attendance
from app.proposals.models import Proposal, ProposalStatus
from app.registration.models import Application, ApplicationState
from app.scenarios import pekalongan
from app.scenarios.fill import APPLICANTS, fill_pekalongan
from app.sessions.models import ForumSession, SessionState
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
