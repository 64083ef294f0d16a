"""Sessions that belong together: made from one of them, with one staff and one set of settings; each keeps its own day, people and record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.access.rights import GrantOf, Staff
from app.access.service import grant, ungrant
from app.audit.service import Act, record
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.journal.service import revoke
from app.sessions.copying import copy_session, settings_of
from app.sessions.fields import CopyFields, SeriesFields, SessionChanges
from app.sessions.models import ForumSession, Series, SessionState, Site
from app.sessions.naming import not_taken, slug_of
from app.sessions.navigation import PAGES
from app.sessions.rows import rows_of, sites_of
from app.sessions.service import locked, update_session
from app.sessions.staffing import ROLE_CHANGED
from app.vault import Vault

MOST_DAYS = 60
LONGEST_PREFIX = 8


@dataclass(frozen=True)
class Spread:
    """Which days took the settings over, and which were left alone because people know them already."""

    changed: list[ForumSession]
    kept: list[ForumSession]


async def series_named(db: AsyncSession, slug: str) -> Series:
    """The series of an address; NotFound when there is none."""
    found = await db.scalar(select(Series).where(Series.slug == slug)) if slug.isprintable() else None
    if found is None:
        raise NotFound("sessions.series_unknown")
    return found


async def days_of(db: AsyncSession, series_id: str) -> list[ForumSession]:
    """The sessions of a series, the first day first."""
    days = select(ForumSession).where(ForumSession.series_id == series_id).order_by(ForumSession.starts_at, ForumSession.id)
    return list(await db.scalars(days))


def may_see(staff: Staff, days: Sequence[ForumSession]) -> bool:
    """Whether somebody works in any of these sessions."""
    return any(staff.may(set(Role), day.id) for day in days)


async def start_series(db: AsyncSession, vault: Vault, first_id: str, fields: SeriesFields, *, actor: str, now: datetime) -> Series:
    """A series whose first day is this session; Conflict when it belongs to one already."""
    first = await locked(db, first_id)
    if first.series_id is not None:
        raise Conflict("sessions.in_series")
    taken = set(await db.scalars(select(Series.slug))) | {page.key for page in PAGES} | {"salin", "seri"}
    words = slug_of(fields.title) or "seri"
    year = str(first.year_held)
    series = Series(slug=not_taken(words if year in words.split("-") else f"{words}-{year}", taken), created_at=now, **fields.model_dump())
    db.add(series)
    await db.flush()
    first.series_id = series.id
    first.version += 1
    await record(db, vault, first.id, now, Act(actor, "sessions.series_started", f"series:{series.id}", {}))
    return series


async def add_day(
    db: AsyncSession, vault: Vault, series: Series, starts_at: datetime, *, actor: str, now: datetime, title: str | None = None
) -> ForumSession:
    """One more day like the first, with its staff; its proposals are numbered with a sign of the day, so that no number stands twice in the list."""
    days = await days_of(db, series.id)
    if len(days) >= MOST_DAYS:
        raise Invalid(FieldError("starts_at", "sessions.days_many", {"most": MOST_DAYS}))
    if starts_at in {day.starts_at for day in days}:
        raise Invalid(FieldError("starts_at", "sessions.day_there"))
    first = days[0]
    prefix = _prefix(first.number_prefix, {day.number_prefix for day in days})
    wish = CopyFields(starts_at=starts_at, title=title or first.title, staff=True)
    day = await copy_session(db, vault, first.id, wish, actor=actor, now=now, prefix=prefix)
    day.series_id = series.id
    await db.flush()
    return day


async def spread(db: AsyncSession, vault: Vault, series: Series, source_id: str, *, actor: str, now: datetime) -> Spread:
    """Write one day's halls, seats, quotas, agenda and words over the days that have not been announced; their own dates, names and numbers stay."""
    days = await days_of(db, series.id)
    source = next((day for day in days if day.id == source_id), None)
    if source is None:
        raise NotFound("sessions.unknown")
    rows = await rows_of(db, source.id)
    changed, kept = [], []
    for day in days:
        if day.id == source.id:
            continue
        if day.state is not SessionState.DRAFT:
            kept.append(day)
            continue
        wanted = settings_of(source, rows, day.starts_at - source.starts_at)
        wanted.pop("practice")
        wanted["sites"] = _as_there(wanted["sites"], await sites_of(db, day.id))
        changes = SessionChanges.model_validate(wanted)
        changed.append(await update_session(db, vault, day.id, changes, version=day.version, actor=actor, now=now))
    return Spread(changed, kept)


async def give_series_duty(
    db: AsyncSession, vault: Vault, series: Series, account_id: str, role: Role, hall: str | None, *, actor: str, now: datetime
) -> int:
    """Let an account work on every day, at the hall of this code or everywhere; how many days have such a hall."""
    given = 0
    for day, site in await _at_each(db, series, hall):
        await grant(db, vault, account_id, GrantOf(role, day.id, site.id if site else None), actor=actor, now=now)
        await revoke(db, account_id, day.room, ROLE_CHANGED, now)
        given += 1
    if not given:
        raise Invalid(FieldError("hall", "sessions.hall_unknown"))
    return given


async def take_series_duty(
    db: AsyncSession, vault: Vault, series: Series, account_id: str, role: Role, hall: str | None, *, actor: str, now: datetime
) -> int:
    """Take a duty away on every day that has it; on how many."""
    taken = 0
    for day, site in await _at_each(db, series, hall):
        try:
            await ungrant(db, vault, account_id, GrantOf(role, day.id, site.id if site else None), actor=actor, now=now)
        except NotFound:
            continue
        taken += 1
    return taken


async def _at_each(db: AsyncSession, series: Series, hall: str | None) -> list[tuple[ForumSession, Site | None]]:
    found: list[tuple[ForumSession, Site | None]] = []
    for day in await days_of(db, series.id):
        site = next((one for one in await sites_of(db, day.id) if one.code == hall), None) if hall else None
        if hall is None or site is not None:
            found.append((day, site))
    return found


def _as_there(wanted: object, there: Sequence[Site]) -> list[dict[str, object]]:
    """The wanted halls, each with the id of the hall that has its code already."""
    assert isinstance(wanted, list)
    ids = {site.code: site.id for site in there}
    return [{**one, "id": ids.get(str(one["code"]))} for one in wanted]


def _prefix(first: str, taken: set[str]) -> str:
    number = len(taken) + 1
    while (name := f"{first[: LONGEST_PREFIX - 2]}{number}") in taken:
        number += 1
    return name
