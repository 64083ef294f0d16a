"""Applicants to select from, written straight into the tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.database.tables import new_id
from app.participants.models import Origin, Participant
from app.regions import name_key
from app.registration.models import Application, ApplicationState
from app.sessions.models import ForumSession, Quota, QuotaUnit, Site
from app.web.ground import Ground


def applicant(
    ground: Ground, session: ForumSession, order: int, *, name: str | None = None, site: Site | None = None, **changes: Any
) -> tuple[Participant, Application]:
    """Participant and application number `order`: online unless a hall is given; changes go to whichever of the two has the column."""
    now: datetime = ground.clock.now()
    person_id = new_id()
    called = name or f"Warga {order}"
    phone = f"+62853{order:08d}"
    person = Participant(
        id=person_id,
        session_id=session.id,
        number=order,
        origin=Origin.APPLICATION,
        name=called,
        name_key=name_key(called),
        element="warga",
        phone=ground.vault.seal(phone, "participants", "phone", person_id),
        phone_index=ground.vault.blind("phone", phone),
        created_at=now,
    )
    application = Application(
        id=new_id(),
        session_id=session.id,
        participant_id=person_id,
        code=f"K{order // 10000:03d}-{order % 10000:04d}",
        phone_index=person.phone_index,
        name_key=person.name_key,
        attendance="in_person" if site else "online",
        site_id=site.id if site else None,
        flags=[],
        state=ApplicationState.SUBMITTED,
        version=1,
        received_at=now,
        order=order,
    )
    for column, value in changes.items():
        setattr(application if hasattr(Application, column) else person, column, value)
    return person, application


async def apply(ground: Ground, *pairs: tuple[Participant, Application]) -> list[str]:
    """Store applicants; their applications' ids."""
    async with ground.database.write() as db:
        db.add_all([person for person, _ in pairs])
        await db.flush()
        db.add_all([application for _, application in pairs])
    return [application.id for _, application in pairs]


async def people(ground: Ground, session: ForumSession, count: int, **changes: Any) -> list[str]:
    """So many applicants alike, numbered from 1."""
    return await apply(ground, *(applicant(ground, session, n, **changes) for n in range(1, count + 1)))


async def add_quota(
    ground: Ground, session: ForumSession, trait: str, minimum: int | None, maximum: int | None = None, unit: QuotaUnit = QuotaUnit.NUMBER
) -> None:
    """The next quota, on `attribute=value`."""
    attribute, _, value = trait.partition("=")
    async with ground.database.write() as db:
        place = await db.scalar(select(func.count()).where(Quota.session_id == session.id)) or 0
        quota = Quota(session_id=session.id, attribute=attribute, value=value, minimum=minimum, maximum=maximum, unit=unit, position=place)
        db.add(quota)


async def application(ground: Ground, application_id: str) -> Application:
    """As it stands in the database now."""
    async with ground.database.read() as db:
        return await db.get_one(Application, application_id)
