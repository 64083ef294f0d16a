"""One applicant for the moderator who decides: what they wrote, what was decided, and how to reach them, shown in full only against a trace."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.rights import Staff
from app.errors import NotFound
from app.participants.models import Participant
from app.participants.unmasking import SEALED, Datum, masked, unmask
from app.registration.models import Application, Decision
from app.registration.roll import names_of
from app.vault import Vault


@dataclass(frozen=True)
class Step:
    """One decision; `by` is a name, none when the applicant or a machine did it."""

    before: str
    after: str
    reason: str | None
    by: str | None
    at: datetime


@dataclass(frozen=True)
class Detail:
    """What the panel shows beside the row; `contact` is masked unless asked for with a trace."""

    wish: str | None
    gender: str | None
    age_group: str | None
    has_disability: bool
    received_at: datetime
    contact: Mapping[Datum, str]
    steps: list[Step]


async def detail(db: AsyncSession, vault: Vault, session_id: str, application_id: str) -> Detail:
    """An applicant with masked data; NotFound when they are not in this session."""
    application, person = await _found(db, session_id, application_id)
    return Detail(
        wish=application.wish,
        gender=person.gender,
        age_group=person.age_group,
        has_disability=application.has_disability,
        received_at=application.received_at,
        contact=masked(vault, person),
        steps=await _steps(db, application_id),
    )


async def detail_in_full(db: AsyncSession, vault: Vault, session_id: str, application_id: str, *, staff: Staff, now: datetime) -> Detail:
    """The same with phones, e-mail, address and needs in full; who looked is recorded."""
    known = await detail(db, vault, session_id, application_id)
    _, person = await _found(db, session_id, application_id)
    return replace(known, contact=await unmask(db, vault, staff, person, SEALED, now=now))


async def _found(db: AsyncSession, session_id: str, application_id: str) -> tuple[Application, Participant]:
    row = (
        await db.execute(
            select(Application, Participant)
            .join(Participant, Participant.id == Application.participant_id)
            .where(Application.id == application_id, Application.session_id == session_id)
        )
    ).first()
    if row is None:
        raise NotFound("selection.unknown")
    return row[0], row[1]


async def _steps(db: AsyncSession, application_id: str) -> list[Step]:
    found = list(await db.scalars(select(Decision).where(Decision.application_id == application_id).order_by(Decision.version)))
    names = await names_of(db, (one.by for one in found))
    return [Step(one.before, one.after, one.reason, names.get(one.by), one.at) for one in found]
