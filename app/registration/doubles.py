"""Who is registered already: refused, limited or flagged. Call only while holding the turn (`take_turn`), so that nobody else adds meanwhile."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, FieldError, Invalid
from app.participants.models import Participant
from app.registration.models import Application, ApplicationState

MOST_PER_PHONE = 5
SAME_PHONE = "same_phone"
SAME_NAME_VILLAGE = "same_name_village"


async def refuse_doubles(
    db: AsyncSession, session_id: str, phone_index: str | None, name_key: str, *, besides: str | None = None, former: Sequence[str] = ()
) -> None:
    """Conflict when this phone and name stand on the list already; Invalid when the phone has been used by five others.

    `former` are the phone's indexes under keys that are being changed.
    """
    if phone_index is None:
        return
    rows = await db.execute(
        select(Application.id, Application.code, Application.name_key).where(
            _stands(session_id), Application.phone_index.in_([phone_index, *former])
        )
    )
    others = [row for row in rows if row.id != besides]
    for row in others:
        if row.name_key == name_key:
            raise Conflict("registration.duplicate", found=row.id)
    if len(others) >= MOST_PER_PHONE:
        raise Invalid(FieldError("phone", "registration.phone_used_up", {"most": MOST_PER_PHONE}))


async def flag_lookalikes(db: AsyncSession, application: Application, participant: Participant) -> None:
    """Mark, on this application and on those like it, a shared phone and a shared name in one village; for the moderators only."""
    alike: list[tuple[str, ColumnElement[bool]]] = []
    if application.phone_index is not None:
        alike.append((SAME_PHONE, Application.phone_index == application.phone_index))
    village = _same_village(participant)
    if village is not None:
        alike.append((SAME_NAME_VILLAGE, (Application.name_key == application.name_key) & village))
    flags = set(application.flags) - {SAME_PHONE, SAME_NAME_VILLAGE}
    for flag, condition in alike:
        others = await db.scalars(
            select(Application)
            .join(Participant, Participant.id == Application.participant_id)
            .where(_stands(application.session_id), condition, Application.id != application.id)
            .order_by(Application.id)
            .with_for_update(of=Application)
        )
        for other in others:
            flags.add(flag)
            if flag not in other.flags:
                other.flags = sorted({*other.flags, flag})
    application.flags = sorted(flags)


def _same_village(participant: Participant) -> ColumnElement[bool] | None:
    if participant.village_code:
        return Participant.village_code == participant.village_code
    if participant.village:
        return func.lower(Participant.village) == participant.village.lower()
    return None


def _stands(session_id: str) -> ColumnElement[bool]:
    return (Application.session_id == session_id) & (Application.state != ApplicationState.WITHDRAWN)
