"""One applicant for the moderator who decides: what they wrote, what was decided, and their phone, shown in full only against a trace."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.errors import NotFound
from app.participants.models import Participant
from app.regions import mask_phone, show_phone
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
    """What the panel shows beside the row; phones are masked unless asked for with a trace."""

    wish: str | None
    gender: str | None
    age_group: str | None
    has_disability: bool
    received_at: datetime
    phone: str | None
    guardian_phone: str | None
    steps: list[Step]


async def detail(db: AsyncSession, vault: Vault, session_id: str, application_id: str) -> Detail:
    """An applicant with masked phones; NotFound when they are not in this session."""
    return await _read(db, vault, session_id, application_id, show=mask_phone)


async def detail_with_phone(db: AsyncSession, vault: Vault, session_id: str, application_id: str, *, actor: str, now: datetime) -> Detail:
    """The same with the phones in full; who looked is recorded."""
    found = await _read(db, vault, session_id, application_id, show=show_phone)
    await record(db, vault, session_id, now, Act(actor, "selection.phone_shown", f"application:{application_id}", {}))
    return found


async def _read(db: AsyncSession, vault: Vault, session_id: str, application_id: str, *, show: Callable[[str], str]) -> Detail:
    row = (
        await db.execute(
            select(Application, Participant)
            .join(Participant, Participant.id == Application.participant_id)
            .where(Application.id == application_id, Application.session_id == session_id)
        )
    ).first()
    if row is None:
        raise NotFound("selection.unknown")
    application, person = row
    phones = [vault.open(getattr(person, column), "participants", column, person.id) for column in ("phone", "guardian_phone")]
    phone, guardian_phone = (show(one) if one else None for one in phones)
    return Detail(
        wish=application.wish,
        gender=person.gender,
        age_group=person.age_group,
        has_disability=application.has_disability,
        received_at=application.received_at,
        phone=phone,
        guardian_phone=guardian_phone,
        steps=await _steps(db, application_id),
    )


async def _steps(db: AsyncSession, application_id: str) -> list[Step]:
    found = list(await db.scalars(select(Decision).where(Decision.application_id == application_id).order_by(Decision.version)))
    names = await names_of(db, (one.by for one in found))
    return [Step(one.before, one.after, one.reason, names.get(one.by), one.at) for one in found]
