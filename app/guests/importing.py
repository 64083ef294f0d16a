"""Taking a list of invitations in, all of it or nothing, and taking a whole list back; capacity is counted under the lock that publishing holds."""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, NotFound
from app.guests.models import FormerHolder, GuestImport, Invitee, InviteePlace
from app.guests.naming import guest_named
from app.guests.rows import ONLINE, Wanted
from app.invitations.models import Credential, Reveal, Seat, SeatDevice
from app.invitations.publish import give_seats
from app.notices.models import Attempt, Channel, Delivery, DeliveryState, Notice, ToldChange
from app.participants.models import Attendance, Consent, Origin, Participant
from app.participants.service import Person, add_participants
from app.registration.decisions import seats_taken
from app.registration.keys import ALPHABET
from app.sessions.models import ForumSession, SessionState, Site
from app.vault import Vault

MOST_PEOPLE = 1500
"""In one list: more would hold the writer of the embedded database for too long."""
FIRST_SIGN = "S"
"""Of a guest's code; not in the alphabet of the others, so that no two codes of a session are ever the same."""
OVER = {SessionState.ENDED, SessionState.CANCELLED}
CHUNK = 200


@dataclass(frozen=True)
class _Seated:
    """Whose seat is given: a deputy does not know the phone of the invited, so the letter alone opens it."""

    participant_id: str
    attendance: str
    site_id: str | None
    has_phone: bool = False


@dataclass(frozen=True)
class _Group:
    """The rows that make one invitee: one invitation, or the delegates of a village for one place."""

    invitee: Invitee
    rows: tuple[Wanted, ...]


async def known_keys(db: AsyncSession, session_id: str) -> set[tuple[str, str, str]]:
    """The invitations that stand on the session's list, as `Wanted.key` names them."""
    statement = select(Invitee.institution, Invitee.office, InviteePlace.office, InviteePlace.name, Invitee.delegates)
    rows = await db.execute(
        statement.join(InviteePlace, InviteePlace.invitee_id == Invitee.id).where(
            Invitee.session_id == session_id, (InviteePlace.position == 1) | Invitee.delegates
        )
    )
    found = set()
    for institution, office, own_office, name, delegates in rows.all():
        found.add(Wanted(institution, own_office if delegates else office, name, 1, None, None).key)
    return found


async def take_in(
    db: AsyncSession, vault: Vault, session_id: str, import_id: str, title: str, wanted: Sequence[Wanted], *, actor: str, now: datetime
) -> GuestImport:
    """Invite everybody of a list who is not on the session's list yet; the same id a second time is the first one's list.

    Conflict `guests.nothing_new`, `guests.too_many`, `guests.over`, or `guests.full` with `items` {name, seats, taken, wanted}.
    """
    session = await hold(db, session_id)
    again = await db.get(GuestImport, import_id)
    if again is not None:
        if again.session_id != session_id:
            raise NotFound("guests.unknown_import")
        return again
    if session.state in OVER:
        raise Conflict("guests.over")
    known = await known_keys(db, session_id)
    fresh = [one for one in wanted if one.key not in known]
    seats = sum(one.seats for one in fresh)
    if not fresh:
        raise Conflict("guests.nothing_new")
    if seats > MOST_PEOPLE:
        raise Conflict("guests.too_many", most=MOST_PEOPLE)
    await must_fit(db, session, _by_pool(fresh))
    groups = list(_grouped(fresh, session_id, import_id, now))
    made = GuestImport(id=import_id, session_id=session_id, title=title, invitees=len(groups), seats=seats, by=actor, at=now)
    db.add(made)
    await db.flush()
    await _write(db, vault, session_id, groups, now)
    facts: dict[str, object] = {"invitees": len(groups), "seats": seats}
    await record(db, vault, session_id, now, Act(actor, "guests.imported", f"guest_import:{import_id}", facts))
    return made


async def take_back(db: AsyncSession, vault: Vault, session_id: str, import_id: str, *, actor: str, now: datetime) -> GuestImport:
    """Undo a whole list; a second time changes nothing. Conflict as `remove`."""
    await hold(db, session_id)
    made = await db.get(GuestImport, import_id, populate_existing=True)
    if made is None or made.session_id != session_id:
        raise NotFound("guests.unknown_import")
    if made.undone_at is not None:
        return made
    invitees = (await db.scalars(select(Invitee.id).where(Invitee.import_id == import_id))).all()
    gone = await _erase(db, invitees)
    made.undone_by, made.undone_at = actor, now
    await record(db, vault, session_id, now, Act(actor, "guests.import_undone", f"guest_import:{import_id}", {"seats": gone}))
    return made


async def remove(db: AsyncSession, vault: Vault, session_id: str, invitee_id: str, *, actor: str, now: datetime) -> Invitee:
    """Take one invitation back. Conflict `guests.present` (with `count`) when somebody of it has been there, `guests.used` when one has written."""
    await hold(db, session_id)
    invitee = await db.get(Invitee, invitee_id)
    if invitee is None or invitee.session_id != session_id:
        raise NotFound("guests.unknown_invitee")
    gone = await _erase(db, [invitee.id])
    await record(db, vault, session_id, now, Act(actor, "guests.removed", f"invitee:{invitee_id}", {"seats": gone}))
    return invitee


async def hold(db: AsyncSession, session_id: str) -> ForumSession:
    """The session, held alone to the end of the transaction, as publishing and selecting do: seats are counted and given inside."""
    return await db.get_one(ForumSession, session_id, with_for_update={"key_share": True}, populate_existing=True)


async def must_fit(db: AsyncSession, session: ForumSession, more: Counter[str]) -> None:
    """Conflict `guests.full` when a place has fewer free seats than are wanted; call it while the session is held."""
    taken = await seats_taken(db, session.id)
    halls = {site.id: site for site in await db.scalars(select(Site).where(Site.session_id == session.id))}
    seats = {ONLINE: session.seats_online} | {site.id: site.seats for site in halls.values()}
    short = [
        {"name": halls[pool].name if pool in halls else None, "seats": seats.get(pool, 0), "taken": taken.get(pool, 0), "wanted": count}
        for pool, count in more.items()
        if taken.get(pool, 0) + count > seats.get(pool, 0)
    ]
    if short:
        raise Conflict("guests.full", items=short)


def new_codes(count: int, taken: Iterable[str]) -> list[str]:
    """So many fresh codes like S7MP-2Q9T, none of them taken."""
    held = set(taken)
    found: list[str] = []
    while len(found) < count:
        signs = FIRST_SIGN + "".join(secrets.choice(ALPHABET) for _ in range(7))
        code = f"{signs[:4]}-{signs[4:]}"
        if code not in held:
            held.add(code)
            found.append(code)
    return found


def _by_pool(wanted: Sequence[Wanted]) -> Counter[str]:
    pools: Counter[str] = Counter()
    for one in wanted:
        pools[one.site_id or ONLINE] += one.seats
    return pools


def _grouped(wanted: Sequence[Wanted], session_id: str, import_id: str, now: datetime) -> Iterator[_Group]:
    """Delegates of one village for one place stand under one invitee; every other row is one."""
    bunches: dict[tuple[object, ...], list[Wanted]] = {}
    for number, one in enumerate(wanted):
        bunches.setdefault((one.institution, one.site_id) if one.delegate else (number,), []).append(one)
    for position, members in enumerate(bunches.values(), 1):
        first = members[0]
        invitee = Invitee(
            id=new_id(),
            session_id=session_id,
            import_id=import_id,
            position=position,
            institution=first.institution,
            office=None if first.delegate else first.office,
            element=first.element,
            way="in_person" if first.site_id else ONLINE,
            site_id=first.site_id,
            seats=len(members) if first.delegate else first.seats,
            delegates=first.delegate,
            created_at=now,
        )
        yield _Group(invitee, tuple(members))


async def _write(db: AsyncSession, vault: Vault, session_id: str, groups: Sequence[_Group], now: datetime) -> None:
    db.add_all([group.invitee for group in groups])
    await db.flush()
    places = [(group.invitee, n, one) for group in groups for n, one in _places(group)]
    people = [_person(invitee, n, one) for invitee, n, one in places]
    ids = await add_participants(db, vault, session_id, people, origin=Origin.INVITEE, now=now)
    codes = new_codes(len(ids), await db.scalars(select(InviteePlace.code).where(InviteePlace.session_id == session_id)))
    rows = []
    for (invitee, n, one), person, code in zip(places, ids, codes, strict=True):
        row_id = new_id()
        mine = n == 1 or invitee.delegates
        rows.append(
            {
                "id": row_id,
                "session_id": session_id,
                "invitee_id": invitee.id,
                "participant_id": person,
                "code": code,
                "position": n,
                "name": one.name if mine else None,
                "office": one.office if mine else None,
                "gender": one.gender if mine else None,
                "phone": vault.seal(one.phone if mine else None, "invitee_places", "phone", row_id),
                "email": vault.seal(one.email if mine else None, "invitee_places", "email", row_id),
                "deputy": False,
            }
        )
    await db.execute(insert(InviteePlace), rows)
    seated = [_Seated(person, invitee.way, invitee.site_id) for (invitee, _, _), person in zip(places, ids, strict=True)]
    await give_seats(db, session_id, seated, now)


def _places(group: _Group) -> Iterator[tuple[int, Wanted]]:
    """Each seat of an invitee with its number from 1."""
    if group.invitee.delegates:
        yield from enumerate(group.rows, 1)
    else:
        yield from ((n, group.rows[0]) for n in range(1, group.rows[0].seats + 1))


def _person(invitee: Invitee, position: int, one: Wanted) -> Person:
    mine = position == 1 or invitee.delegates
    name, capacity = guest_named(
        one.name if mine else None, one.office if mine else None, invitee.institution, position, 1 if invitee.delegates else one.seats
    )
    return Person(
        name=name,
        capacity=capacity,
        institution=invitee.institution,
        element=one.element,
        site_id=invitee.site_id,
        village=one.village,
        village_code=one.village_code,
        gender=one.gender if mine else None,
        phone=one.phone if mine else None,
        email=one.email if mine else None,
    )


async def _erase(db: AsyncSession, invitees: Sequence[str]) -> int:
    """Delete invitations with all that hangs on them; how many seats that were."""
    people = (await db.scalars(select(InviteePlace.participant_id).where(InviteePlace.invitee_id.in_(invitees)))).all()
    present = select(func.count(func.distinct(Attendance.participant_id))).where(Attendance.participant_id.in_(people))
    if count := await db.scalar(present):
        raise Conflict("guests.present", count=count)
    try:
        for start in range(0, len(people), CHUNK):
            await _erase_people(db, people[start : start + CHUNK])
        await db.execute(delete(Invitee).where(Invitee.id.in_(invitees)))
    except IntegrityError as held:
        raise Conflict("guests.used") from held
    return len(people)


async def _erase_people(db: AsyncSession, people: Sequence[str]) -> None:
    await _erase_paper(db, people)
    seats = select(Seat.id).where(Seat.participant_id.in_(people))
    for table in (SeatDevice, Credential, Reveal):
        await db.execute(delete(table).where(table.seat_id.in_(seats)))
    await db.execute(delete(Seat).where(Seat.participant_id.in_(people)))
    await db.execute(delete(InviteePlace).where(InviteePlace.participant_id.in_(people)))
    await db.execute(delete(FormerHolder).where(FormerHolder.participant_id.in_(people)))
    await db.execute(delete(Consent).where(Consent.participant_id.in_(people)))
    await db.execute(delete(Participant).where(Participant.id.in_(people)))


async def _erase_paper(db: AsyncSession, people: Sequence[str]) -> None:
    """Notices that no message carried go with the guest; whoever was written to stays on record."""
    written = select(Delivery.notice_id).where(
        Delivery.channel != Channel.LETTER, Delivery.state.not_in((DeliveryState.QUEUED, DeliveryState.CANCELLED))
    )
    notices = select(Notice.id).where(Notice.participant_id.in_(people), Notice.id.not_in(written))
    told = list(await db.scalars(notices))
    deliveries = select(Delivery.id).where(Delivery.notice_id.in_(told))
    await db.execute(delete(ToldChange).where(ToldChange.notice_id.in_(told)))
    await db.execute(delete(Attempt).where(Attempt.delivery_id.in_(deliveries)))
    await db.execute(delete(Delivery).where(Delivery.notice_id.in_(told)))
    await db.execute(delete(Notice).where(Notice.id.in_(told)))
