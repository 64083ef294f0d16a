"""Duty links: operator's work in one hall for one day, without an account. Opening asks a name; the day's end, or a press, takes it all back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import DutyLink, DutyShift, Role
from app.access.rights import GrantOf, Staff
from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, Gone, Invalid, NotFound
from app.journal.service import revoke
from app.outbox.service import enqueue
from app.vault import Vault, fingerprint, same, token

DUTY = "duty"
"""The kind of staff who came by a link; the audit chain writes them as `duty:ID` of their shift."""
OVER = 4003
"""Close code of room sockets whose duty is over: they come back and find the door closed."""
AHEAD = timedelta(days=400)
ID_LENGTH = 16
SECRET_LENGTH = 16


@dataclass(frozen=True)
class Place:
    """The hall and day of a link, with the zone in which that day begins and ends."""

    session_id: str
    site_id: str
    day: date
    zone: str


@dataclass(frozen=True)
class Duty:
    """A link with those who opened it, the latest first."""

    link: DutyLink
    shifts: Sequence[DutyShift]


def secret_of(vault: Vault, link: DutyLink) -> str:
    """The last part of the link's address: 32 characters of base32, the id first."""
    return link.id + vault.derive(DUTY, link.id, link.generation, SECRET_LENGTH)


async def make_link(db: AsyncSession, vault: Vault, place: Place, *, actor: str, now: datetime) -> DutyLink:
    """The link of this hall and day, made or, when it was revoked, made anew; Invalid for a day that is over or very far away."""
    starts, ends = _day(place)
    if ends <= now or starts > now + AHEAD:
        raise Invalid(FieldError("day", "access.duty_day"))
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    fresh = {"starts_at": starts, "expires_at": ends, "generation": 1, "created_by": actor, "created_at": now}
    values = {"id": new_id(), "session_id": place.session_id, "site_id": place.site_id, "day": place.day.isoformat(), **fresh}
    made = await db.execute(
        insert(DutyLink).values(values).on_conflict_do_nothing(index_elements=["site_id", "day"]).returning(DutyLink.id)
    )
    is_new = made.first() is not None
    found = select(DutyLink).where(DutyLink.site_id == place.site_id, DutyLink.day == place.day.isoformat())
    link = (await db.scalars(found.with_for_update())).one()
    if not is_new and link.revoked_at is None:
        return link
    if not is_new:
        link.generation, link.revoked_at = link.generation + 1, None
    payload: dict[str, object] = {"link_id": link.id, "generation": link.generation}
    await enqueue(db, "access.duty_over", f"duty:{link.id}:{link.generation}", payload, due_at=link.expires_at, now=now)
    facts: dict[str, object] = {"site": link.site_id, "day": link.day, "generation": link.generation}
    await record(db, vault, link.session_id, now, Act(actor, "access.duty_link_made", f"duty_link:{link.id}", facts))
    return link


async def duties_of(db: AsyncSession, session_id: str) -> list[Duty]:
    """Every link of a session by day and hall, with those who opened it."""
    links = list(await db.scalars(select(DutyLink).where(DutyLink.session_id == session_id).order_by(DutyLink.day, DutyLink.created_at)))
    found = await db.scalars(
        select(DutyShift).where(DutyShift.link_id.in_([one.id for one in links])).order_by(DutyShift.started_at.desc())
    )
    shifts = list(found)
    return [Duty(link, [one for one in shifts if one.link_id == link.id]) for link in links]


async def names_of(db: AsyncSession, session_id: str) -> Mapping[str, str]:
    """The names that people on duty gave, by the actor that stands in rows and in the audit chain."""
    rows = await db.execute(
        select(DutyShift.id, DutyShift.name).join(DutyLink, DutyLink.id == DutyShift.link_id).where(DutyLink.session_id == session_id)
    )
    return {f"{DUTY}:{shift}": name for shift, name in rows}


async def look_up(db: AsyncSession, vault: Vault, secret: str) -> DutyLink | None:
    """The link whose secret this is, revoked or over or not; None for a wrong one or one that was replaced."""
    if not secret.isascii() or not secret.isalnum() or len(secret) != ID_LENGTH + SECRET_LENGTH:
        return None
    link = await db.get(DutyLink, secret[:ID_LENGTH])
    return link if link is not None and same(secret, secret_of(vault, link)) else None


def must_be_open(link: DutyLink, now: datetime) -> None:
    """Refuse a link that was revoked or is over (Gone), or whose day has not come (Conflict)."""
    if link.revoked_at is not None:
        raise Gone("access.duty_revoked")
    if now >= link.expires_at:
        raise Gone("access.duty_over")
    if now < link.starts_at:
        raise Conflict("access.duty_not_yet")


async def begin(db: AsyncSession, vault: Vault, secret: str, name: str, now: datetime) -> tuple[DutyLink, str]:
    """Somebody begins their duty in one browser; the secret is for its cookie. NotFound, Gone and Conflict as above."""
    link = await look_up(db, vault, secret)
    if link is None:
        raise NotFound("access.no_duty")
    link = await db.get_one(DutyLink, link.id, with_for_update=True, populate_existing=True)
    if not same(secret, secret_of(vault, link)):
        raise Gone("access.duty_revoked")
    must_be_open(link, now)
    cookie = token()
    shift = DutyShift(id=new_id(), link_id=link.id, generation=link.generation, name=name, fingerprint=fingerprint(cookie), started_at=now)
    db.add(shift)
    await db.flush()
    facts: dict[str, object] = {"link": link.id, "site": link.site_id}
    await record(db, vault, link.session_id, now, Act(f"{DUTY}:{shift.id}", "access.duty_begun", f"duty:{shift.id}", facts))
    return link, cookie


async def staff_on_duty(db: AsyncSession, cookie: str, now: datetime) -> Staff | None:
    """Who is on duty with this cookie now: an operator of that hall, and of nothing else."""
    row = (
        await db.execute(
            select(DutyShift.id, DutyShift.name, DutyLink.session_id, DutyLink.site_id)
            .join(DutyLink, (DutyLink.id == DutyShift.link_id) & (DutyLink.generation == DutyShift.generation))
            .where(
                DutyShift.fingerprint == fingerprint(cookie),
                DutyShift.ended_at.is_(None),
                DutyLink.revoked_at.is_(None),
                DutyLink.starts_at <= now,
                DutyLink.expires_at > now,
            )
        )
    ).first()
    return Staff(row[0], DUTY, row[1], (GrantOf(Role.OPERATOR, row[2], row[3]),)) if row else None


async def revoke_link(db: AsyncSession, vault: Vault, session_id: str, link_id: str, *, actor: str, now: datetime) -> None:
    """Nobody comes in by this link any more, and whoever did is out at once; a second time changes nothing."""
    link = await db.get(DutyLink, link_id, with_for_update=True, populate_existing=True)
    if link is None or link.session_id != session_id:
        raise NotFound("access.no_duty")
    if link.revoked_at is not None:
        return
    link.revoked_at = now
    await _end(db, link.id, now)
    await record(db, vault, session_id, now, Act(actor, "access.duty_link_revoked", f"duty_link:{link.id}", {}))


async def end_shift(db: AsyncSession, vault: Vault, session_id: str, shift_id: str, *, actor: str, now: datetime) -> None:
    """One person's duty is over, in whichever browser; the link still works for others."""
    shift = await db.get(DutyShift, shift_id, with_for_update=True, populate_existing=True)
    link = await db.get(DutyLink, shift.link_id) if shift else None
    if shift is None or link is None or link.session_id != session_id:
        raise NotFound("access.no_duty")
    if shift.ended_at is None:
        shift.ended_at = now
        await revoke(db, shift.id, None, OVER, now)
        await record(db, vault, session_id, now, Act(actor, "access.duty_ended", f"duty:{shift.id}", {}))


async def leave(db: AsyncSession, cookie: str, now: datetime) -> None:
    """End the duty of this cookie, as its owner signs out; nothing for any other cookie."""
    left = update(DutyShift).where(DutyShift.fingerprint == fingerprint(cookie), DutyShift.ended_at.is_(None)).values(ended_at=now)
    for (shift_id,) in (await db.execute(left.returning(DutyShift.id))).all():
        await revoke(db, shift_id, None, OVER, now)


async def day_is_over(db: AsyncSession, link_id: str, generation: int, now: datetime) -> None:
    """Close what is still open of a link whose day has ended."""
    link = await db.get(DutyLink, link_id, with_for_update=True)
    if link is not None and link.generation == generation and now >= link.expires_at:
        await _end(db, link.id, now)


async def _end(db: AsyncSession, link_id: str, now: datetime) -> None:
    ended = update(DutyShift).where(DutyShift.link_id == link_id, DutyShift.ended_at.is_(None)).values(ended_at=now)
    for (shift_id,) in (await db.execute(ended.returning(DutyShift.id))).all():
        await revoke(db, shift_id, None, OVER, now)


def _day(place: Place) -> tuple[datetime, datetime]:
    zone = ZoneInfo(place.zone)
    following = place.day + timedelta(days=1)
    return datetime.combine(place.day, time(), zone), datetime.combine(following, time(), zone)
