"""What staff read of applications: filtered, in pages by order of registration, phones masked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.participants.models import Participant
from app.regions import mask_phone, name_key, normalize_phone
from app.registration.keys import written
from app.registration.models import Application, ApplicationState
from app.sessions.models import Site
from app.vault import Vault

MOST_A_PAGE = 200


@dataclass(frozen=True)
class Applicant:
    """One applicant as the desk sees them; `phone` masked, `site` the hall's code."""

    id: str
    code: str
    name: str
    state: ApplicationState
    version: int
    flags: list[str]
    order: int
    received_at: datetime
    late: bool
    element: str | None
    capacity: str | None
    institution: str | None
    village_code: str | None
    village: str | None
    attendance: str
    site: str | None
    gender: str | None
    age_group: str | None
    child: bool
    has_disability: bool
    phone: str | None
    wish: str | None


async def applicants(
    db: AsyncSession, vault: Vault, session_id: str, *, state: ApplicationState | None, q: str | None, after: int, limit: int
) -> tuple[list[Applicant], int | None]:
    """Applicants whose order comes after `after`, at most `limit`, and the order from which to ask on (none: that was all)."""
    query = (
        select(Application, Participant, Site.code)
        .join(Participant, Participant.id == Application.participant_id)
        .join(Site, Site.id == Application.site_id, isouter=True)
        .where(Application.session_id == session_id, Application.order > after)
        .order_by(Application.order)
        .limit(limit + 1)
    )
    if state is not None:
        query = query.where(Application.state == state)
    if q:
        query = _matching(query, vault, q)
    rows = (await db.execute(query)).all()
    items = [_applicant(vault, application, participant, site) for application, participant, site in rows[:limit]]
    return items, items[-1].order if len(rows) > limit else None


def _matching(query: Select[Application, Participant, str], vault: Vault, q: str) -> Select[Application, Participant, str]:
    """By part of the name, by code, or by the whole phone in any writing."""
    key = name_key(q) or q.casefold()
    found = [Application.code == written(q), Participant.name_key.contains(key, autoescape=True)]
    phone = normalize_phone(q)
    if phone is not None:
        found.append(Application.phone_index.in_([vault.blind("phone", phone), *vault.former_blinds("phone", phone)]))
    return query.where(or_(*found))


def _applicant(vault: Vault, application: Application, participant: Participant, site: str | None) -> Applicant:
    phone = vault.open(participant.phone, "participants", "phone", participant.id)
    return Applicant(
        id=application.id,
        code=application.code,
        name=participant.name,
        state=application.state,
        version=application.version,
        flags=application.flags,
        order=application.order,
        received_at=application.received_at,
        late=application.late,
        element=participant.element,
        capacity=participant.capacity,
        institution=participant.institution,
        village_code=participant.village_code,
        village=participant.village,
        attendance=application.attendance,
        site=site,
        gender=participant.gender,
        age_group=participant.age_group,
        child=participant.child,
        has_disability=application.has_disability,
        phone=mask_phone(phone) if phone else None,
        wish=application.wish,
    )
