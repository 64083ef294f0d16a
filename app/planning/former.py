"""What a forum scored by before: a criterion of the same name is the same one, with all the points that were given for it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.planning.models import PlenaryStep
from app.planning.scoring import Criterion, Scheme
from app.planning.steps import SCHEME, StepKind


async def keyed(db: AsyncSession, session_id: str, present: Mapping[str, Any], scheme: Scheme) -> Scheme:
    """The scheme with a key for each criterion: its own, else that of the newest one of this name, whatever case it was written in, else a new one."""
    taken = {one.key for one in scheme.criteria if one.key}
    if len(taken) == len(scheme.criteria):
        return scheme
    known = await _keys(db, session_id, present)
    criteria: list[Criterion] = []
    for one in scheme.criteria:
        key = one.key or next((key for name, key in known if name == one.name.casefold() and key not in taken), new_id())
        taken.add(key)
        criteria.append(replace(one, key=key))
    return replace(scheme, criteria=tuple(criteria))


async def _keys(db: AsyncSession, session_id: str, present: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, key) of every criterion there is or was, the newest first."""
    of = select(PlenaryStep.after).where(PlenaryStep.session_id == session_id, PlenaryStep.kind == StepKind.SCHEME)
    schemes = [present, *[_scheme(after) for after in await db.scalars(of.order_by(PlenaryStep.number.desc()))]]
    return [(one["name"].casefold(), one["key"]) for each in schemes for one in (each or {}).get("criteria", ())]


def _scheme(after: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = after.get(SCHEME, {}).get("scheme")
    return found
