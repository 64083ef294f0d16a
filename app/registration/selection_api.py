"""Calls of selection for programs and for the moderators' page: decide, undo, fill, meters, what changed."""

from functools import partial
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from app.access.models import Role
from app.errors import Conflict
from app.registration import decisions
from app.registration.decisions import Item, Run
from app.registration.models import ApplicationState
from app.registration.roll import Roll, load_roll, stamp_of
from app.registration.selection import ONLINE, Cause, Choice, Plan, fill
from app.sessions.guards import Desk, desk
from app.sessions.models import ForumSession
from app.web.ground import Ground, ground

router = APIRouter(prefix="/api/v1/sessions/{slug}/selections", tags=["selection"])
Parts = Annotated[Ground, Depends(ground)]
Moderator = Annotated[Desk, Depends(desk(Role.MODERATOR))]
MOST_ITEMS = 2000
ROUNDS = 3
"""How often filling starts anew when a colleague decides meanwhile."""


class Seen(BaseModel):
    """An application and the version on which the decision rests."""

    id: str = Field(min_length=1, max_length=16)
    version: int = Field(ge=1, le=2**31 - 1)


class Decide(BaseModel):
    """One decision about several applications."""

    items: list[Seen] = Field(min_length=1, max_length=MOST_ITEMS)
    decision: Choice
    reason: str | None = Field(default=None, max_length=decisions.LONGEST_REASON)


class Changed(BaseModel):
    """An application after the decision."""

    id: str
    state: ApplicationState
    version: int


class Decided(BaseModel):
    """What changed; `run` undoes it."""

    changed: list[Changed]
    run: str


class Undo(BaseModel):
    """Which press of a button to take back."""

    run: str = Field(min_length=1, max_length=16)


class Fill(BaseModel):
    """Whether only to look."""

    dry_run: bool = True


class Picked(BaseModel):
    """`cause` is `order` or `quota:ATTRIBUTE=VALUE`."""

    id: str
    cause: str


class UnmetMinimum(BaseModel):
    """A minimum that the undecided cannot meet."""

    attribute: str
    value: str
    minimum: int
    reached: int
    cause: Cause


class Filled(BaseModel):
    """The plan, and what it changed unless it was only looked at."""

    dry_run: bool
    picks: list[Picked]
    unmet: list[UnmetMinimum]
    changed: list[Changed]
    run: str | None


class Seats(BaseModel):
    """Seats of a pool: `online`, or a hall by its code."""

    pool: str
    name: str | None
    selected: int
    seats: int


class QuotaState(BaseModel):
    """A quota in people; `short` is missing from the minimum, `candidates` could still be selected."""

    attribute: str
    value: str
    selected: int
    minimum: int
    maximum: int | None
    candidates: int
    short: int


class MetersAnswer(BaseModel):
    """How seats and quotas stand; percentages count all seats of the session."""

    stamp: str
    seats: list[Seats]
    quotas: list[QuotaState]


class Standing(BaseModel):
    """Where one application stands."""

    id: str
    state: ApplicationState
    version: int
    decided_by: str | None
    reason: str | None


class Changes(MetersAnswer):
    """All that a page must redraw; no items when the stamp is still right."""

    count: int
    published: bool
    items: list[Standing]


@router.post("")
async def decide(parts: Parts, at: Moderator, wish: Decide) -> Decided:
    """Select, reserve, decline or undecide: all of the items or none."""
    items = [Item(one.id, one.version) for one in wish.items]
    async with parts.database.write() as db:
        run = await decisions.decide(
            db, parts.vault, at.session.id, items, wish.decision, wish.reason, actor=at.staff.actor, now=parts.clock.now()
        )
    return Decided(changed=_changed(run), run=run.id)


@router.post("/undo")
async def undo(parts: Parts, at: Moderator, wish: Undo) -> Decided:
    """Take one press of a button back."""
    async with parts.database.write() as db:
        run = await decisions.undo(db, parts.vault, at.session.id, wish.run, actor=at.staff.actor, now=parts.clock.now())
    return Decided(changed=_changed(run), run=run.id)


@router.post("/fill")
async def fill_seats(parts: Parts, at: Moderator, wish: Fill) -> Filled:
    """Give the free seats by order of registration so that quotas hold; by default only say to whom."""
    if wish.dry_run:
        _, plan = await planned(parts, at.session)
        return _filled(plan, None)
    for round_ in range(ROUNDS):
        roll, plan = await planned(parts, at.session)
        try:
            async with parts.database.write() as db:
                run = await decisions.fill_seats(db, parts.vault, at.session.id, roll, plan, actor=at.staff.actor, now=parts.clock.now())
            return _filled(plan, run)
        except Conflict as moved:
            if moved.code != "selection.moved" or round_ == ROUNDS - 1:
                raise
    raise AssertionError("unreachable")


@router.get("/meters")
async def read_meters(parts: Parts, at: Moderator) -> MetersAnswer:
    """How seats and quotas stand."""
    async with parts.database.read() as db:
        roll = await load_roll(db, at.session)
    return MetersAnswer(**_meters(roll))


@router.get("/changes")
async def read_changes(parts: Parts, at: Moderator, stamp: Annotated[str, Query(max_length=40)] = "") -> Changes:
    """What a page that was drawn at `stamp` must redraw."""
    published = at.session.selection_published_at is not None
    async with parts.database.read() as db:
        now = await stamp_of(db, at.session.id)
        if now == stamp:
            return Changes(stamp=now, seats=[], quotas=[], count=int(now.partition("-")[0]), published=published, items=[])
        roll = await load_roll(db, at.session)
    items = [Standing(id=r.id, state=r.state, version=r.version, decided_by=r.decided_by, reason=r.reason) for r in roll.rows]
    return Changes(**_meters(roll), count=len(roll.rows), published=published, items=items)


async def planned(parts: Ground, session: ForumSession) -> tuple[Roll, Plan]:
    """The roll and the plan made from it, reckoned beside the loop and with no transaction open."""
    async with parts.database.read() as db:
        roll = await load_roll(db, session)
    return roll, await anyio.to_thread.run_sync(partial(fill, roll.candidates, roll.bounds, roll.seats))


def _changed(run: Run) -> list[Changed]:
    return [Changed(id=one.id, state=one.state, version=one.version) for one in run.changed]


def _filled(plan: Plan, run: Run | None) -> Filled:
    return Filled(
        dry_run=run is None,
        picks=[Picked(id=pick.id, cause=pick.cause) for pick in plan.picks],
        unmet=[
            UnmetMinimum(attribute=a, value=v, minimum=u.minimum, reached=u.reached, cause=u.cause)
            for u in plan.unmet
            for a, _, v in [u.trait.partition("=")]
        ],
        changed=_changed(run) if run else [],
        run=run.id if run else None,
    )


def _meters(roll: Roll) -> dict[str, object]:
    found = roll.meters()
    halls = roll.halls
    seats = [
        Seats(
            pool=ONLINE if one.pool == ONLINE else halls[one.pool].code,
            name=None if one.pool == ONLINE else halls[one.pool].name,
            selected=one.selected,
            seats=one.seats,
        )
        for one in found.seats
    ]
    quotas = [
        QuotaState(attribute=a, value=v, selected=q.selected, minimum=q.minimum, maximum=q.maximum, candidates=q.candidates, short=q.short)
        for q in found.quotas
        for a, _, v in [q.trait.partition("=")]
    ]
    return {"stamp": roll.stamp, "seats": seats, "quotas": quotas}
