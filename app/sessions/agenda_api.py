"""The agenda for programs and for the chair's buttons in the room."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.sessions import agenda
from app.sessions.fields import Fields
from app.sessions.guards import Desk, PublicSession, desk
from app.sessions.models import ForumSession
from app.sessions.progress import behind
from app.web.ground import Ground, ground

router = APIRouter(prefix="/api/v1/sessions/{slug}/agenda", tags=["sessions"])
Parts = Annotated[Ground, Depends(ground)]
Chair = Annotated[Desk, Depends(desk(Role.MODERATOR))]


class AgendaPress(Fields):
    """Where to go: `next`, `previous`, a point's id, or `undo`. `seen` is the point that was present when it was pressed, "" for none."""

    to: Annotated[str, Field(min_length=1, max_length=40)]
    seen: Annotated[str, Field(max_length=40)] | None = None


class StepShown(BaseModel):
    """A point of the agenda: `state` is done, now or next; `late` by how many minutes it began after the plan (before: negative)."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    title: str
    state: str
    planned_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    late: int | None


class AgendaNow(BaseModel):
    """The whole agenda; `behind` in minutes against the plan now, `undoable` while the last press can be taken back."""

    current: str | None
    behind: int | None
    undoable: bool
    items: list[StepShown]


@router.get("")
async def read_agenda(parts: Parts, session: PublicSession) -> AgendaNow:
    """The agenda with planned and real times."""
    async with parts.database.read() as db:
        return await _now(db, session, parts.clock.now())


@router.post("")
async def press(parts: Parts, at: Chair, wish: AgendaPress) -> AgendaNow:
    """Go on, back or to any point, or take the last press back; 409 `sessions.agenda_moved` when somebody else was faster."""
    now, actor = parts.clock.now(), at.staff.actor
    async with parts.database.write() as db:
        if wish.to == "undo":
            session = await agenda.undo(db, parts.vault, at.session.id, actor=actor, now=now)
        else:
            session = await agenda.go(db, parts.vault, at.session.id, wish.to, actor=actor, now=now, seen=wish.seen)
        return await _now(db, session, now)


async def _now(db: AsyncSession, session: ForumSession, now: datetime) -> AgendaNow:
    steps = await agenda.steps_shown(db, session)
    current = next((step.id for step in steps if step.state == "now"), None)
    undoable = await agenda.may_undo(db, session.id, now)
    return AgendaNow(
        current=current,
        behind=behind(steps, now),
        undoable=undoable,
        items=[StepShown.model_validate(step) for step in steps],
    )
