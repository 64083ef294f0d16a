"""The roll of a session's applications: what the rules of selection count, and what moderators read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, cast

from sqlalchemy import Row as SqlRow
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, BearerToken
from app.participants.models import Origin, Participant
from app.registration.models import Application, ApplicationState
from app.registration.selection import NOWHERE, ONLINE, Bound, Candidate, Meters, bound, meters
from app.sessions.crowd import holds_seat
from app.sessions.models import ForumSession, Quota, QuotaUnit, Site

# Columns rather than whole rows: a desk reads thousands of them every few seconds, and nothing sealed is wanted.
READ = (
    select(
        Application.id,
        Application.code,
        Application.version,
        Application.order,
        Application.attendance,
        Application.site_id,
        Application.flags,
        Application.late,
        Application.received_at,
        Application.has_disability,
        Application.state,
        Application.told_state,
        Application.reason,
        Application.decided_by,
        Participant.name,
        Participant.capacity,
        Participant.institution,
        Participant.element,
        Participant.village_code,
        Participant.village,
        Participant.gender,
        Participant.age_group,
        Participant.child,
    )
    .join(Participant, Participant.id == Application.participant_id)
    .order_by(Application.order, Application.id)
)
Read: TypeAlias = SqlRow[Any]
INVITED = (
    (Participant.origin == Origin.INVITEE)
    & Participant.erased_at.is_(None)
    & Participant.merged_into.is_(None)
    & holds_seat(Participant.id)
)
"""Guests by letter who hold a seat: nobody selects them, but they take seats and count for quotas."""


@dataclass(frozen=True)
class Row:
    """One applicant on the moderators' desk; nothing sealed is in it."""

    id: str
    code: str
    version: int
    order: int
    name: str
    capacity: str | None
    institution: str | None
    element: str | None
    village: str | None
    attendance: str
    site: str | None
    """The hall's name."""
    flags: tuple[str, ...]
    state: ApplicationState
    received_at: datetime
    told: bool
    """Whether a result was published to them, which is never taken back."""
    reason: str | None
    decided_by: str | None
    """The decider's name."""
    candidate: Candidate


@dataclass(frozen=True)
class Roll:
    """Everybody of a session in the order of registration, with its quotas and seats; `stamp` changes with every change of an application."""

    rows: list[Row]
    bounds: list[Bound]
    seats: dict[str, int]
    """By pool: `online` (when there are such seats or such people), then the halls in their order."""
    halls: dict[str, Site]
    guests: list[Candidate]
    """Those invited by letter, as the selected people that they are for seats and quotas."""
    stamp: str

    @property
    def candidates(self) -> list[Candidate]:
        """As the rules see them, the guests among them."""
        return [*(row.candidate for row in self.rows), *self.guests]

    def meters(self) -> Meters:
        """How seats and quotas stand."""
        return meters(self.candidates, self.bounds, self.seats)


async def load_roll(db: AsyncSession, session: ForumSession) -> Roll:
    """The whole roll in a few reads."""
    halls = {site.id: site for site in await db.scalars(select(Site).where(Site.session_id == session.id).order_by(Site.position))}
    quotas = await db.scalars(select(Quota).where(Quota.session_id == session.id).order_by(Quota.position, Quota.id))
    total = session.seats_online + sum(site.seats for site in halls.values())
    bounds = [
        bound(f"{quota.attribute}={quota.value}", quota.minimum, quota.maximum, percent=quota.unit is QuotaUnit.PERCENT, seats=total)
        for quota in quotas
    ]
    found = cast("Sequence[Read]", (await db.execute(READ.where(Application.session_id == session.id))).all())
    names = await names_of(db, {one.decided_by for one in found})
    rows = [_row(one, halls, names) for one in found]
    invited = await _invited(db, session.id)
    guests = [_guest(one, halls) for one in invited]
    online = any(one.pool == ONLINE for one in (*(row.candidate for row in rows), *guests))
    seats = {ONLINE: session.seats_online} if session.seats_online or online else {}
    seats |= {site.id: site.seats for site in halls.values()}
    stamp = _stamp(len(rows), sum(row.version for row in rows), len(invited), sum(one.version for one in invited))
    return Roll(rows, bounds, seats, halls, guests, stamp)


async def stamp_of(db: AsyncSession, session_id: str) -> str:
    """The stamp of the roll as it is in the database now."""
    applied = select(func.count(), func.coalesce(func.sum(Application.version), 0)).where(Application.session_id == session_id)
    invited = select(func.count(), func.coalesce(func.sum(Participant.version), 0)).where(Participant.session_id == session_id, INVITED)
    return _stamp(*(await db.execute(applied)).one(), *(await db.execute(invited)).one())


async def names_of(db: AsyncSession, actors: Iterable[str | None]) -> dict[str, str]:
    """The names of those who decided, by `account:ID` or `token:ID`."""
    wanted = {actor for actor in actors if actor}
    names: dict[str, str] = {}
    for kind, table in (("account", Account), ("token", BearerToken)):
        ids = {actor.partition(":")[2] for actor in wanted if actor.startswith(f"{kind}:")}
        if ids:
            found = await db.execute(select(table.id, table.name).where(table.id.in_(ids)))
            names |= {f"{kind}:{row_id}": name for row_id, name in found}
    return names


def pool_of(attendance: str, site_id: str | None) -> str:
    """Where an application wants to sit."""
    return ONLINE if attendance == ONLINE else site_id or NOWHERE


async def _invited(db: AsyncSession, session_id: str) -> Sequence[Read]:
    kept = (Participant.element, Participant.gender, Participant.age_group, Participant.child, Participant.village_code)
    wanted = select(Participant.id, Participant.number, Participant.version, Participant.site_id, *kept)
    found = await db.execute(wanted.where(Participant.session_id == session_id, INVITED).order_by(Participant.number))
    return cast("Sequence[Read]", found.all())


def _guest(one: Read, halls: Mapping[str, Site]) -> Candidate:
    hall = halls.get(one.site_id or "")
    traits = _traits(one, "in_person" if one.site_id else ONLINE, hall, has_disability=False)
    return Candidate(one.id, one.number, ApplicationState.SELECTED, one.site_id or ONLINE, traits)


def _traits(one: Read, attendance: str, hall: Site | None, *, has_disability: bool) -> frozenset[str]:
    """What quotas count about somebody, as `attribute=value`."""
    values = {
        "element": one.element,
        "gender": one.gender,
        "age_group": one.age_group or ("child" if one.child else None),
        "disability": "yes" if has_disability else None,
        "village": one.village_code,
        "attendance": attendance,
        "site": hall.code if hall else None,
    }
    return frozenset(f"{attribute}={value}" for attribute, value in values.items() if value)


def _row(one: Read, halls: Mapping[str, Site], names: Mapping[str, str]) -> Row:
    hall = halls.get(one.site_id or "") if one.attendance != ONLINE else None
    pool = pool_of(one.attendance, one.site_id)
    return Row(
        id=one.id,
        code=one.code,
        version=one.version,
        order=one.order,
        name=one.name,
        capacity=one.capacity,
        institution=one.institution,
        element=one.element,
        village=one.village,
        attendance=one.attendance,
        site=hall.name if hall else None,
        flags=_flags(one),
        state=one.state,
        received_at=one.received_at,
        told=one.told_state is not None,
        reason=one.reason,
        decided_by=names.get(one.decided_by or ""),
        candidate=Candidate(one.id, one.order, one.state, pool, _traits(one, one.attendance, hall, has_disability=one.has_disability)),
    )


def _flags(one: Read) -> tuple[str, ...]:
    flags = {*one.flags, *(["late"] if one.late else []), *(["guardian"] if one.child else [])}
    return tuple(sorted(flags))


def _stamp(*figures: int) -> str:
    return "-".join(str(int(figure)) for figure in figures)
