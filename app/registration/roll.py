"""The roll of a session's applications: what the rules of selection count, and what moderators read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from sqlalchemy import Row as SqlRow
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, BearerToken
from app.participants.models import Participant
from app.registration.models import Application, ApplicationState
from app.registration.selection import NOWHERE, ONLINE, Bound, Candidate, Meters, bound, meters
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
    stamp: str

    @property
    def candidates(self) -> list[Candidate]:
        """As the rules see them."""
        return [row.candidate for row in self.rows]

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
    seats = {ONLINE: session.seats_online} if session.seats_online or any(r.candidate.pool == ONLINE for r in rows) else {}
    seats |= {site.id: site.seats for site in halls.values()}
    return Roll(rows, bounds, seats, halls, _stamp(len(rows), sum(row.version for row in rows)))


async def stamp_of(db: AsyncSession, session_id: str) -> str:
    """The stamp of the roll as it is in the database now."""
    counted = select(func.count(), func.coalesce(func.sum(Application.version), 0)).where(Application.session_id == session_id)
    count, versions = (await db.execute(counted)).one()
    return _stamp(int(count), int(versions))


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


def _traits(one: Read, hall: Site | None) -> frozenset[str]:
    """What quotas count about an applicant, as `attribute=value`."""
    values = {
        "element": one.element,
        "gender": one.gender,
        "age_group": one.age_group or ("child" if one.child else None),
        "disability": "yes" if one.has_disability else None,
        "village": one.village_code,
        "attendance": one.attendance,
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
        told=one.told_state is not None,
        reason=one.reason,
        decided_by=names.get(one.decided_by or ""),
        candidate=Candidate(one.id, one.order, one.state, pool, _traits(one, hall)),
    )


def _flags(one: Read) -> tuple[str, ...]:
    flags = {*one.flags, *(["late"] if one.late else []), *(["guardian"] if one.child else [])}
    return tuple(sorted(flags))


def _stamp(count: int, versions: int) -> str:
    return f"{count}-{versions}"
