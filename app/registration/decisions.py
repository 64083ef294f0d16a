"""Deciding about applications: all or nothing, never over a colleague's decision, never more people than seats, every change traced."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.notices.service import Told, notify_all
from app.registration.models import Application, ApplicationState, Decision
from app.registration.roll import Roll, names_of, pool_of, stamp_of
from app.registration.selection import ONLINE, OUTCOME, Choice, Plan, possible
from app.sessions.crowd import invited_by_place
from app.sessions.models import ForumSession, Site
from app.vault import Vault

LONGEST_REASON = 300
WITH_REASON = frozenset({Choice.DECLINE, Choice.ADMIT})


@dataclass(frozen=True)
class Item:
    """An application as the moderator saw it."""

    id: str
    version: int


@dataclass(frozen=True)
class Change:
    """An application after a decision."""

    id: str
    state: ApplicationState
    version: int


@dataclass(frozen=True)
class Run:
    """What one press of a button changed; `id` undoes it."""

    id: str
    changed: tuple[Change, ...]


@dataclass(frozen=True)
class _Step:
    """One application's way to its new state; `reason` stands on the application, `cause` in the trace."""

    application: Application
    after: ApplicationState
    reason: str | None
    cause: str | None
    decided_by: str | None


async def decide(
    db: AsyncSession, vault: Vault, session_id: str, items: Sequence[Item], choice: Choice, reason: str | None, *, actor: str, now: datetime
) -> Run:
    """Decide about all items or none; admitting late ones also tells them.

    Conflict `selection.conflict` with `items` when somebody else was faster, `selection.full` when seats are short, `selection.withdrawn`,
    `selection.late`, `selection.not_late`, `selection.published`; Invalid without a reason to decline or admit; NotFound for an application of another session.
    """
    said = (reason or "").strip() or None
    if choice in WITH_REASON and said is None:
        raise Invalid(FieldError("reason", "selection.reason_needed"))
    if said is not None and len(said) > LONGEST_REASON:
        raise Invalid(FieldError("reason", "field.too_long", {"most": LONGEST_REASON}))
    session = await lock_session(db, session_id, told_too=True)
    rows = await _as_seen(db, session_id, items, choice)
    if session.selection_published_at is not None and any(row.told_state is not None for row in rows):
        raise Conflict("selection.published")
    after = OUTCOME[choice]
    undecided = after is ApplicationState.SUBMITTED
    by = None if undecided else actor
    kept = None if undecided else said
    steps = [_Step(row, after, kept, said, by) for row in rows if (row.state, row.reason) != (after, kept)]
    run = await _take(db, vault, session, steps, act=choice.value, actor=actor, now=now)
    if choice is Choice.ADMIT:
        told = [Told(step.application.participant_id, f"admitted:{step.application.id}") for step in steps]
        await notify_all(db, session_id=session_id, kind="late_admitted", people=told, now=now)
    return run


async def fill_seats(db: AsyncSession, vault: Vault, session_id: str, roll: Roll, plan: Plan, *, actor: str, now: datetime) -> Run:
    """Select whom the plan made from this roll names; Conflict `selection.moved` when any application changed since the roll was read."""
    session = await lock_session(db, session_id)
    if await stamp_of(db, session_id) != roll.stamp:
        raise Conflict("selection.moved")
    versions = {row.id: row.version for row in roll.rows}
    causes = {pick.id: pick.cause for pick in plan.picks}
    rows = await _as_seen(db, session_id, [Item(pick.id, versions[pick.id]) for pick in plan.picks], Choice.SELECT)
    steps = [_Step(row, ApplicationState.SELECTED, None, causes[row.id], actor) for row in rows]
    return await _take(db, vault, session, steps, act="fill", actor=actor, now=now)


async def undo(db: AsyncSession, vault: Vault, session_id: str, run_id: str, *, actor: str, now: datetime) -> Run:
    """Put everybody of a run back to where they were, unless somebody decided about any of them since (Conflict `selection.conflict`)."""
    session = await lock_session(db, session_id, told_too=True)
    made = select(Decision).join(Application, Application.id == Decision.application_id)
    past = {d.application_id: d for d in await db.scalars(made.where(Application.session_id == session_id, Decision.run_id == run_id))}
    if not past:
        raise NotFound("selection.unknown_run")
    rows = await _locked(db, session_id, past)
    if session.selection_published_at is not None and any(row.told_state is not None for row in rows):
        raise Conflict("selection.published")
    last, before = await _traces(db, past, run_id)
    overtaken = [row for row in rows if last[row.id].run_id != run_id or row.state != past[row.id].after]
    if overtaken:
        raise Conflict("selection.conflict", items=await who_decided(db, overtaken))
    steps = []
    for row in rows:
        earlier = before.get(row.id)
        back = ApplicationState(past[row.id].before)
        decided = earlier if earlier is not None and back is not ApplicationState.SUBMITTED else None
        steps.append(_Step(row, back, decided.reason if decided else None, f"undo:{run_id}", decided.by if decided else None))
    return await _take(db, vault, session, steps, act="undo", actor=actor, now=now)


async def lock_session(db: AsyncSession, session_id: str, *, told_too: bool = False) -> ForumSession:
    """The session, held alone to the end of the transaction: seats are counted and given inside.

    Conflict once the results are published, unless `told_too`: the caller then refuses to change what somebody was told.
    """
    session = await db.get_one(ForumSession, session_id, with_for_update={"key_share": True}, populate_existing=True)
    if session.selection_published_at is not None and not told_too:
        raise Conflict("selection.published")
    return session


def stale(rows: Sequence[Application], seen: Mapping[str, int]) -> list[Application]:
    """Those that somebody changed since they were seen."""
    return [row for row in rows if row.version != seen[row.id]]


async def who_decided(db: AsyncSession, rows: Sequence[Application]) -> list[dict[str, object]]:
    """What a moderator must know about applications that a colleague was faster with."""
    names = await names_of(db, (row.decided_by for row in rows))
    return [
        {
            "id": row.id,
            "state": row.state.value,
            "version": row.version,
            "decided_by": names.get(row.decided_by or ""),
            "reason": row.reason,
        }
        for row in rows
    ]


async def _as_seen(db: AsyncSession, session_id: str, items: Sequence[Item], choice: Choice) -> list[Application]:
    seen = {item.id: item.version for item in items}
    rows = await _locked(db, session_id, seen)
    if len(rows) < len(seen):
        raise NotFound("selection.unknown")
    if overtaken := stale(rows, seen):
        raise Conflict("selection.conflict", items=await who_decided(db, overtaken))
    if gone := [row for row in rows if not possible(row.state, choice)]:
        withdrawn = [row for row in gone if row.state is ApplicationState.WITHDRAWN]
        code = "selection.withdrawn" if withdrawn else "selection.not_late" if choice is Choice.ADMIT else "selection.late"
        raise Conflict(code, items=await who_decided(db, withdrawn or gone))
    return rows


async def _locked(db: AsyncSession, session_id: str, ids: Iterable[str]) -> list[Application]:
    found = select(Application).where(Application.session_id == session_id, Application.id.in_(list(ids))).order_by(Application.id)
    return list(await db.scalars(found.with_for_update().execution_options(populate_existing=True)))


async def _traces(db: AsyncSession, ids: Iterable[str], run_id: str) -> tuple[dict[str, Decision], dict[str, Decision]]:
    """The last decision about each, and the last one that was made before this run."""
    found = await db.scalars(select(Decision).where(Decision.application_id.in_(list(ids))).order_by(Decision.version))
    last: dict[str, Decision] = {}
    before: dict[str, Decision] = {}
    for one in found:
        if one.run_id == run_id and one.application_id in last:
            before[one.application_id] = last[one.application_id]
        last[one.application_id] = one
    return last, before


async def _take(
    db: AsyncSession, vault: Vault, session: ForumSession, steps: Sequence[_Step], *, act: str, actor: str, now: datetime
) -> Run:
    await _must_have_seats(db, session, steps)
    run_id = new_id()
    acts = []
    for step in steps:
        row, before = step.application, step.application.state
        row.state, row.reason, row.decided_by = step.after, step.reason, step.decided_by
        row.decided_at = now if step.decided_by else None
        row.version += 1
        db.add(
            Decision(
                application_id=row.id,
                run_id=run_id,
                version=row.version,
                before=before,
                after=step.after,
                reason=step.cause,
                by=actor,
                at=now,
            )
        )
        facts: dict[str, object] = {"run": run_id, "before": before.value, "after": step.after.value, "version": row.version}
        acts.append(Act(actor, f"selection.{act}", f"application:{row.id}", facts))
    await db.flush()
    await record(db, vault, session.id, now, *acts)
    return Run(run_id, tuple(Change(s.application.id, s.after, s.application.version) for s in steps))


async def _must_have_seats(db: AsyncSession, session: ForumSession, steps: Sequence[_Step]) -> None:
    """Count inside the lock; only what needs more seats than before is refused."""
    more: Counter[str] = Counter()
    for step in steps:
        pool = pool_of(step.application.attendance, step.application.site_id)
        more[pool] += (step.after is ApplicationState.SELECTED) - (step.application.state is ApplicationState.SELECTED)
    if not any(count > 0 for count in more.values()):
        return
    taken = Counter(await seats_taken(db, session.id))
    halls = {site.id: site for site in await db.scalars(select(Site).where(Site.session_id == session.id))}
    seats = {ONLINE: session.seats_online} | {site.id: site.seats for site in halls.values()}
    short = [
        {
            "pool": halls[pool].code if pool in halls else pool,
            "name": halls[pool].name if pool in halls else None,
            "seats": seats.get(pool, 0),
            "selected": taken[pool],
            "wanted": count,
        }
        for pool, count in more.items()
        if count > 0 and taken[pool] + count > seats.get(pool, 0)
    ]
    if short:
        raise Conflict("selection.full", items=short)


async def seats_taken(db: AsyncSession, session_id: str) -> dict[str, int]:
    """How many are selected or invited by letter, by pool."""
    counted = select(Application.attendance, Application.site_id, func.count()).group_by(Application.attendance, Application.site_id)
    found = await db.execute(counted.where(Application.session_id == session_id, Application.state == ApplicationState.SELECTED))
    taken: Counter[str] = Counter(await invited_by_place(db, session_id))
    for attendance, site_id, count in found:
        taken[pool_of(attendance, site_id)] += count
    return dict(taken)
