"""Finding one's registration again: by code and last four digits, or by having the link sent to one's own number."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import FieldError, Invalid
from app.notices.service import notify
from app.participants.models import Participant
from app.participants.service import open_contact
from app.regions import last_four, name_key, normalize_phone
from app.registration.keys import written
from app.registration.models import Application, ApplicationState
from app.vault import Vault, same
from app.web.ground import Ground
from app.web.throttle import must_wait

MOST_FOUND = 5
HOUR = "%Y%m%d%H"


async def by_code(db: AsyncSession, vault: Vault, code: str, four: str) -> Application:
    """The application with this code whose phone ends in these digits; Invalid says only that the two do not belong together."""
    rows = await db.execute(
        select(Application, Participant)
        .join(Participant, Participant.id == Application.participant_id)
        .where(Application.code == written(code))
        .limit(MOST_FOUND)
    )
    for application, participant in rows:
        phone = open_contact(vault, participant).phone
        if phone is not None and same(last_four(phone), four):
            return application
    raise Invalid(FieldError("four", "registration.code_wrong"))


async def send_again(parts: Ground, *, name: str, phone: str) -> None:
    """Have the status links of this name and number sent to that number; says nothing about whether there were any.

    Raises Unavailable `web.too_many` when asked too often for one number.
    """
    number, key = normalize_phone(phone), name_key(name)
    if number is None or not key:
        return
    index = parts.vault.blind("phone", number)
    must_wait(parts.throttles.send_again, index)
    now = parts.clock.now()
    async with parts.database.write() as db:
        found = await db.scalars(
            select(Application)
            .where(
                Application.phone_index.in_([index, *parts.vault.former_blinds("phone", number)]),
                Application.name_key == key,
                Application.state != ApplicationState.WITHDRAWN,
            )
            .order_by(Application.received_at.desc())
            .limit(MOST_FOUND)
        )
        for application in found.all():
            await notify(
                db,
                session_id=application.session_id,
                participant_id=application.participant_id,
                kind="status_link",
                key=f"status_link:{application.id}:{now.strftime(HOUR)}",
                facts={"application_id": application.id},
                now=now,
            )
