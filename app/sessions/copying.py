"""An earlier session as the beginning of another: everything but its people, its results and the way into its meeting; all times moved on together."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Grant
from app.access.rights import GrantOf
from app.access.service import grant
from app.audit.service import Act, record
from app.errors import NotFound
from app.sessions.fields import CopyFields, SessionFields
from app.sessions.inheriting import inherit_letter, inherit_plan
from app.sessions.models import ForumSession
from app.sessions.notice import first_notice_of, notice_of
from app.sessions.rows import Rows, rows_of
from app.sessions.service import PLAIN, create_session
from app.vault import Vault

MOMENTS = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at", "public_proposals_until")
SAID = ("title", "summary", "criteria")
YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
FEWEST_SIGNS = 100
"""A notice shorter than this is no notice that an office would write: the new session gets a fresh one."""
WEEK = timedelta(weeks=1)


async def copy_session(
    db: AsyncSession, vault: Vault, source_id: str, fields: CopyFields, *, actor: str, now: datetime, prefix: str | None = None
) -> ForumSession:
    """A draft like `source_id`: halls, quotas, agenda, letters and notice with what it promises, and its staff when wanted; ready to be changed and published. Invalid names wrong fields."""
    source = await db.get(ForumSession, source_id)
    if source is None:
        raise NotFound("sessions.unknown")
    rows = await rows_of(db, source.id)
    by = fields.starts_at - source.starts_at
    years = _year(fields.starts_at, source) - source.year_held
    wanted = _values(source, rows, by, years)
    if fields.title:
        wanted["title"] = fields.title
    if prefix:
        wanted["number_prefix"] = prefix
    notice = await notice_of(db, source.id)
    if notice is not None and notice.text != first_notice_of(source) and len(notice.text) >= FEWEST_SIGNS:
        wanted["notice"] = _later(notice.text, years)
    copied = await create_session(db, vault, SessionFields.model_validate(wanted), actor=actor, now=now)
    if "notice" in wanted:
        await inherit_plan(db, source.id, copied.id, actor=actor, now=now)
    await inherit_letter(db, source.id, copied.id, lambda text: _later(text, years).replace(_later(source.title, years), copied.title), now)
    if fields.staff:
        await copy_staff(db, vault, source, copied, actor=actor, now=now)
    await record(
        db, vault, copied.id, now, Act(actor, "sessions.copied", f"session:{copied.id}", {"from": source.id, "staff": fields.staff})
    )
    return copied


async def copy_staff(db: AsyncSession, vault: Vault, source: ForumSession, copied: ForumSession, *, actor: str, now: datetime) -> int:
    """Give every account the duties it has in `source`, at the hall of the same code; programs' tokens are not copied. How many duties there were."""
    here = {site.code: site.id for site in (await rows_of(db, copied.id)).sites}
    there = {site.id: site.code for site in (await rows_of(db, source.id)).sites}
    duties = await db.execute(
        select(Grant.account_id, Grant.role, Grant.site_id)
        .where(Grant.session_id == source.id, Grant.account_id.is_not(None))
        .order_by(Grant.created_at, Grant.id)
    )
    given = 0
    for account, role, site in duties.all():
        hall = here.get(there.get(site, "")) if site else None
        if account is None or (site and hall is None):
            continue
        await grant(db, vault, account, GrantOf(role, copied.id, hall), actor=actor, now=now)
        given += 1
    return given


def next_year(source: ForumSession) -> datetime:
    """The same weekday and hour about a year later, in the year after."""
    later = source.starts_at + 52 * WEEK
    while _year(later, source) <= source.year_held:
        later += WEEK
    return later


def settings_of(source: ForumSession, rows: Rows, by: timedelta) -> dict[str, object]:
    """What one day of a series has in common with the others: everything but its own name and its numbers; times moved by `by`."""
    kept = _values(source, rows, by, 0)
    return {name: value for name, value in kept.items() if name not in {"title", "number_prefix", "slug"}}


def _values(source: ForumSession, rows: Rows, by: timedelta, years: int) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(source, name) for name in PLAIN}
    values |= {name: moment + by for name in MOMENTS if (moment := getattr(source, name)) is not None}
    values |= {"year_held": source.year_held + years, "plan_year": source.plan_year + years, "practice": source.practice}
    values |= {name: _later(getattr(source, name), years) for name in SAID}
    values["sites"] = [
        {"code": one.code, "name": one.name, "address": one.address, "access_notes": one.access_notes, "seats": one.seats}
        for one in rows.sites
    ]
    values["agenda"] = [{"title": one.title, "planned_at": one.planned_at + by if one.planned_at else None} for one in rows.agenda]
    values["quotas"] = [
        {"attribute": one.attribute, "value": one.value, "minimum": one.minimum, "maximum": one.maximum, "unit": one.unit}
        for one in rows.quotas
    ]
    return values


def _later(text: str, years: int) -> str:
    """The text with every year in it moved on."""
    return YEAR.sub(lambda found: str(int(found.group()) + years), text)


def _year(moment: datetime, session: ForumSession) -> int:
    return moment.astimezone(ZoneInfo(session.zone)).year
