"""Halls, agenda and quotas of a session as rows: the list somebody wrote becomes the rows that are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.errors import FieldError, Invalid
from app.sessions.crowd import people_at, selected_by_place
from app.sessions.fields import AgendaFields, QuotaFields, SiteFields
from app.sessions.models import AgendaItem, ForumSession, Quota, Site
from app.sessions.naming import not_taken, slug_of
from app.sessions.vocabulary import QuotaAttribute

LONGEST_CODE = 26


@dataclass(frozen=True)
class Rows:
    """What hangs on a session, each in its order."""

    sites: list[Site]
    agenda: list[AgendaItem]
    quotas: list[Quota]


async def rows_of(db: AsyncSession, session_id: str) -> Rows:
    """Halls, agenda and quotas of a session."""
    return Rows(await sites_of(db, session_id), await agenda_of(db, session_id), await quotas_of(db, session_id))


async def sites_of(db: AsyncSession, session_id: str) -> list[Site]:
    """The halls in their order."""
    return list(await db.scalars(select(Site).where(Site.session_id == session_id).order_by(Site.position, Site.id)))


async def agenda_of(db: AsyncSession, session_id: str) -> list[AgendaItem]:
    """The agenda in its order."""
    return list(
        await db.scalars(select(AgendaItem).where(AgendaItem.session_id == session_id).order_by(AgendaItem.position, AgendaItem.id))
    )


async def quotas_of(db: AsyncSession, session_id: str) -> list[Quota]:
    """The quotas in their order."""
    return list(await db.scalars(select(Quota).where(Quota.session_id == session_id).order_by(Quota.position, Quota.id)))


def coded(sites: Sequence[SiteFields], codes_by_id: dict[str, str] | None = None) -> list[SiteFields]:
    """The same halls, each with a code of its own; a hall that exists keeps the code that is printed on its door."""
    known = codes_by_id or {}
    kept = [known.get(site.id or "") or site.code for site in sites]
    taken = {code for code in kept if code}
    found = []
    for site, code in zip(sites, kept, strict=True):
        chosen = code or not_taken(slug_of(site.name, LONGEST_CODE) or "lokasi", taken)
        taken.add(chosen)
        found.append(site.model_copy(update={"code": chosen}))
    return found


def named_sites(quotas: Sequence[QuotaFields], sites: Sequence[SiteFields]) -> list[QuotaFields]:
    """Quotas of a hall may give its name; they are kept by its code."""
    codes = {site.name.casefold(): site.code for site in sites}
    found = []
    for quota in quotas:
        code = codes.get(quota.value.casefold()) if quota.attribute is QuotaAttribute.SITE else None
        found.append(quota.model_copy(update={"value": code}) if code else quota)
    return found


async def write_sites(db: AsyncSession, session: ForumSession, wanted: Sequence[SiteFields]) -> bool:
    """Make the halls those that are wanted; whether anything changed. Invalid when one with people in it would go or lose their seats."""
    there = {site.id: site for site in await sites_of(db, session.id)}
    await _refuse_losses(db, session, there, wanted)
    gone = set(there) - {site.id for site in wanted if site.id}
    if gone:
        await db.execute(delete(Site).where(Site.id.in_(gone)))
    changed = bool(gone)
    for position, site in enumerate(wanted, 1):
        values = {"name": site.name, "address": site.address, "access_notes": site.access_notes, "seats": site.seats, "position": position}
        if site.id in there:
            changed |= _overwrite(there[site.id], values)
        else:
            db.add(Site(id=new_id(), session_id=session.id, code=site.code, **values))
            changed = True
    await db.flush()
    return changed


async def write_agenda(db: AsyncSession, session: ForumSession, wanted: Sequence[AgendaFields]) -> bool:
    """Make the agenda the one that is wanted; whether anything changed. The point being dealt with stays the same row."""
    there = {item.id: item for item in await agenda_of(db, session.id)}
    gone = set(there) - {item.id for item in wanted if item.id}
    if gone:
        await db.execute(delete(AgendaItem).where(AgendaItem.id.in_(gone)))
        if session.agenda_item_id in gone:
            session.agenda_item_id = None
    changed = bool(gone)
    for position, item in enumerate(wanted, 1):
        values = {"title": item.title, "planned_at": item.planned_at, "position": position}
        if item.id in there:
            changed |= _overwrite(there[item.id], values)
        else:
            db.add(AgendaItem(id=new_id(), session_id=session.id, **values))
            changed = True
    await db.flush()
    return changed


async def write_quotas(db: AsyncSession, session: ForumSession, wanted: Sequence[QuotaFields]) -> bool:
    """Make the quotas those that are wanted; whether anything changed."""
    there = {(row.attribute, row.value): row for row in await quotas_of(db, session.id)}
    keys = {(str(quota.attribute), quota.value) for quota in wanted}
    gone = [row.id for key, row in there.items() if key not in keys]
    if gone:
        await db.execute(delete(Quota).where(Quota.id.in_(gone)))
    changed = bool(gone)
    for position, quota in enumerate(wanted, 1):
        values = {"minimum": quota.minimum, "maximum": quota.maximum, "unit": quota.unit, "position": position}
        row = there.get((str(quota.attribute), quota.value))
        if row is not None:
            changed |= _overwrite(row, values)
        else:
            db.add(Quota(id=new_id(), session_id=session.id, attribute=str(quota.attribute), value=quota.value, **values))
            changed = True
    await db.flush()
    return changed


async def _refuse_losses(db: AsyncSession, session: ForumSession, there: dict[str, Site], wanted: Sequence[SiteFields]) -> None:
    strangers = [place for place, site in enumerate(wanted) if site.id is not None and site.id not in there]
    if strangers:
        raise Invalid(*(FieldError(f"sites.{place}.name", "sessions.hall_unknown") for place in strangers))
    for site_id in set(there) - {site.id for site in wanted}:
        if await people_at(db, session.id, site_id):
            raise Invalid(FieldError("sites", "sessions.hall_in_use", {"hall": there[site_id].name}))
    chosen = await selected_by_place(db, session.id)
    short = [
        FieldError(f"sites.{place}.seats", "sessions.seats_taken", {"taken": chosen[site.id]})
        for place, site in enumerate(wanted)
        if site.id is not None and site.seats < chosen.get(site.id, 0)
    ]
    if short:
        raise Invalid(*short)


def _overwrite(row: object, values: Mapping[str, object]) -> bool:
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)
