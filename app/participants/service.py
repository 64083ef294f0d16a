"""Everybody of a session: numbered under one lock, contact and specific data sealed for their row, consents appended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.tables import new_id
from app.journal.service import Handle
from app.participants.models import Consent, Origin, Participant, ParticipantCounter
from app.regions import name_key
from app.vault import Vault

SEALED = ("phone", "email", "address", "disability", "needs", "guardian_name", "guardian_phone")
"""Columns that are stored as ciphertext bound to (`participants`, column, id)."""
FORMER = ("former_names", "former_contacts", "former_guardians")
"""Columns of what was corrected, sealed like the others; apart, because they are kept for different times."""
CORRECTED = (("name",), ("phone", "email", "address"), ("guardian_name", "guardian_phone"))
"""What goes into each of these."""
PURPOSES = ("publish_name", "disability_data", "photos")
"""What somebody may agree to, each by itself."""

PARTICIPANTS = cast("Table", Participant.__table__)
COUNTERS = cast("Table", ParticipantCounter.__table__)


@dataclass(frozen=True)
class Person:
    """What is known about somebody, in clear; phones E.164, `village_code` a kode wilayah, `site_id` the chosen hall."""

    name: str
    phone: str | None = None
    capacity: str | None = None
    institution: str | None = None
    element: str | None = None
    village_code: str | None = None
    village: str | None = None
    site_id: str | None = None
    gender: str | None = None
    age_group: str | None = None
    child: bool = False
    publish_name: bool = False
    publish_photos: bool = False
    email: str | None = None
    address: str | None = None
    disability: str | None = None
    needs: str | None = None
    guardian_name: str | None = None
    guardian_phone: str | None = None
    language: str = "id"


@dataclass(frozen=True)
class Contact:
    """The sealed data of one participant, opened: for that person, and for staff whose work needs it."""

    phone: str | None
    email: str | None
    address: str | None
    disability: str | None
    needs: str | None
    guardian_name: str | None
    guardian_phone: str | None


@dataclass(frozen=True)
class Former:
    """What somebody was known by before it was corrected."""

    names: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    """Phones E.164, e-mail and postal addresses."""
    guardians: tuple[str, ...] = ()
    """Names and phones of guardians."""


async def take_turn(db: AsyncSession, session_id: str) -> None:
    """Hold the session's counter of participants to the end of the transaction: who counts or looks for doubles does it alone."""
    held = _insert(db)(COUNTERS).values(session_id=session_id, last=0)
    await db.execute(held.on_conflict_do_update(index_elements=["session_id"], set_={"last": COUNTERS.c.last}))


async def add_participant(db: AsyncSession, vault: Vault, session_id: str, person: Person, *, origin: Origin, now: datetime) -> Participant:
    """A new participant with the next number of the session (the counter's row stays locked until the commit)."""
    row_id = new_id()
    participant = Participant(
        id=row_id,
        session_id=session_id,
        number=await _next_number(db, session_id),
        origin=origin,
        version=1,
        created_at=now,
        **_columns(vault, row_id, person),
    )
    db.add(participant)
    await db.flush()
    return participant


async def add_participants(
    db: AsyncSession, vault: Vault, session_id: str, people: Sequence[Person], *, origin: Origin, now: datetime
) -> list[str]:
    """Many new participants with numbers in a row, in few statements; their ids in the same order."""
    if not people:
        return []
    last = await _next_number(db, session_id, len(people))
    rows = []
    for number, person in enumerate(people, last - len(people) + 1):
        row_id = new_id()
        fixed = {"id": row_id, "session_id": session_id, "number": number, "origin": origin, "version": 1, "created_at": now}
        rows.append({**fixed, **_columns(vault, row_id, person)})
    await db.execute(insert(Participant), rows)
    return [str(row["id"]) for row in rows]


def rewrite(vault: Vault, participant: Participant, person: Person, *, remembered: bool = True) -> None:
    """Write corrected data over a participant; number, origin and language stay, the version rises.

    What stood there is remembered, unless it was nobody's: others may have written it, and an erasure must find it there.
    """
    if remembered:
        _remember(vault, participant, person)
    for name, value in _columns(vault, participant.id, person).items():
        if name != "language":
            setattr(participant, name, value)
    participant.version += 1


async def placeholder(db: Handle, session_id: str, name: str, capacity: str | None, site_id: str | None, *, now: datetime) -> str:
    """The id of a new participant of whom only a word is known ("Ibu, RT 3"), to be completed later; by Core, so that the room's writer may call it."""
    row_id = new_id()
    await db.execute(
        insert(PARTICIPANTS).values(
            id=row_id,
            session_id=session_id,
            number=await _next_number(db, session_id),
            origin=Origin.PLACEHOLDER,
            name=name,
            name_key=name_key(name),
            capacity=capacity,
            site_id=site_id,
            child=False,
            publish_name=False,
            publish_photos=False,
            language="id",
            version=1,
            created_at=now,
        )
    )
    return row_id


def open_contact(vault: Vault, participant: Participant) -> Contact:
    """The sealed data in clear."""
    return Contact(**{name: vault.open(getattr(participant, name), "participants", name, participant.id) for name in SEALED})


def former_of(vault: Vault, participant: Participant) -> Former:
    """What somebody had before."""
    kept = (vault.open(getattr(participant, column), "participants", column, participant.id) for column in FORMER)
    return Former(*(tuple(one.splitlines()) if one else () for one in kept))


def keep_former(vault: Vault, participant: Participant, former: Former) -> None:
    """Remember this of somebody, and nothing else."""
    for column, said in zip(FORMER, (former.names, former.contacts, former.guardians), strict=True):
        lines = dict.fromkeys(" ".join(one.split()) for one in said)
        setattr(participant, column, vault.seal("\n".join(lines), "participants", column, participant.id))


def known_by(vault: Vault, participant: Participant) -> Former:
    """What somebody is known by now and was before, as it is remembered once somebody else stands in their place."""
    held, former = open_contact(vault, participant), former_of(vault, participant)
    contacts, guardians = (held.phone, held.email, held.address), (held.guardian_name, held.guardian_phone)
    return Former(
        (participant.name, *former.names),
        (*filter(None, contacts), *former.contacts),
        (*filter(None, guardians), *former.guardians),
    )


def _remember(vault: Vault, participant: Participant, now: Person) -> None:
    """Of what stands there, whatever is about to be another."""
    held, before = {**vars(open_contact(vault, participant)), "name": participant.name}, former_of(vault, participant)
    names, contacts, guardians = ([held[one] for one in group if held[one] not in (None, getattr(now, one))] for group in CORRECTED)
    if names or contacts or guardians:
        kept = Former((*before.names, *names), (*before.contacts, *contacts), (*before.guardians, *guardians))
        keep_former(vault, participant, kept)


def phone_index(vault: Vault, e164: str | None) -> str | None:
    """By which equal phones are found without being read."""
    return vault.blind("phone", e164) if e164 else None


async def add_consents(db: AsyncSession, participant_id: str, given: Mapping[str, bool], notice_version: int | None, now: datetime) -> None:
    """Append what was shown (`notice`, with its version) and what was chosen per purpose."""
    if notice_version is not None:
        db.add(Consent(participant_id=participant_id, purpose="notice", given=True, notice_version=notice_version, at=now))
    for purpose, chosen in given.items():
        db.add(Consent(participant_id=participant_id, purpose=purpose, given=chosen, notice_version=notice_version, at=now))
    await db.flush()


async def consents_of(db: AsyncSession, participant_id: str) -> dict[str, bool]:
    """What counts now per purpose: the newest choice."""
    rows = await db.scalars(select(Consent).where(Consent.participant_id == participant_id).order_by(Consent.at, Consent.id))
    return {row.purpose: row.given for row in rows}


def _columns(vault: Vault, row_id: str, person: Person) -> dict[str, object]:
    plain = {name: value for name, value in vars(person).items() if name not in SEALED}
    sealed = {name: vault.seal(getattr(person, name), "participants", name, row_id) for name in SEALED}
    return {**plain, **sealed, "name_key": name_key(person.name), "phone_index": phone_index(vault, person.phone)}


async def _next_number(db: Handle, session_id: str, many: int = 1) -> int:
    """The last of as many numbers as are taken."""
    added = _insert(db)(COUNTERS).values(session_id=session_id, last=many)
    bumped = added.on_conflict_do_update(index_elements=["session_id"], set_={"last": COUNTERS.c.last + many}).returning(COUNTERS.c.last)
    return int((await db.execute(bumped)).scalar_one())


def _insert(db: Handle) -> type[sqlite.Insert] | type[postgresql.Insert]:
    dialect = db.get_bind().dialect if isinstance(db, AsyncSession) else db.dialect
    return sqlite.Insert if dialect.name == "sqlite" else postgresql.Insert
