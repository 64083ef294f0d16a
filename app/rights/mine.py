"""Everything that is kept about one person, for that person: gathered once, read as a page or as JSON.

What the desk is still deciding is left out, and who of the office did something: those are not the person's data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import LargeBinary, Table, TypeDecorator, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.chat.models import Message, Vote
from app.guests.models import InviteePlace
from app.invitations.models import Reveal, Seat, SeatDevice
from app.notices.models import Delivery, Notice
from app.outcomes.own_photos import photos_of_person
from app.participants.models import Attendance, Consent, Participant
from app.participants.service import Contact, consents_of, former_of, open_contact
from app.proposals.models import Proposal, ProposalSource
from app.record.models import RecordObjection
from app.record.own import own_objections
from app.registration.models import Application
from app.rights.models import Erasure
from app.rights.places import of_one, owned
from app.sessions.models import ForumSession
from app.vault import Vault, VaultProblem

TOLD = (
    "name",
    "capacity",
    "institution",
    "element",
    "village",
    "gender",
    "age_group",
    "child",
    "publish_name",
    "publish_photos",
    "language",
)
"""What stands openly on the list, in the order in which people read it."""
PHOTO = ("alt", "agreed", "width", "height", "added_at", "removed_at")
HANDLED = frozenset(
    {
        *(
            "applications",
            "attendances",
            "consents",
            "erasures",
            "former_holders",
            "invitee_places",
            "messages",
            "notices",
            "photos",
            "proposal_sources",
        ),
        *("proposals", "seats"),
    }
)
OBJECTIONS = RecordObjection.__tablename__
HIDDEN = frozenset({"fingerprint", "nonce", "body_hash", "key", "generation", "version", "session_id", "participant_id", "id"})


@dataclass(frozen=True)
class Mine:
    """A person of a session with what they may see and do."""

    session: ForumSession
    person: Participant
    contact: Contact
    consents: Mapping[str, bool]
    application: Application | None
    seat: Seat | None
    erasure: Erasure | None


async def mine(db: AsyncSession, vault: Vault, session: ForumSession, person: Participant) -> Mine:
    """The person with the rows that the page begins with."""
    return Mine(
        session=session,
        person=person,
        contact=open_contact(vault, person),
        consents=await consents_of(db, person.id),
        application=await db.scalar(select(Application).where(Application.participant_id == person.id)),
        seat=await db.scalar(select(Seat).where(Seat.participant_id == person.id)),
        erasure=await db.scalar(select(Erasure).where(Erasure.participant_id == person.id)),
    )


async def everything(db: AsyncSession, vault: Vault, own: Mine) -> dict[str, Any]:
    """All of it as JSON has it; moments RFC 3339 in UTC."""
    person = own.person
    # Of an invited seat nothing that the list says of somebody: a deputy may sit there, and names before may be another's.
    invited = await _rows(db, InviteePlace, InviteePlace.participant_id == person.id, ("code", "office", "deputy"))
    former = former_of(vault, person)
    told: dict[str, Any] = {
        "session": {"title": own.session.title, "slug": own.session.slug},
        "person": _filled(
            {
                **{name: getattr(person, name) for name in TOLD},
                **vars(own.contact),
                "former_names": list(former.names),
                "former_contacts": list(former.contacts),
                "former_guardians": list(former.guardians),
                "registered_at": person.created_at,
            }
        ),
        "consents": await _rows(db, Consent, Consent.participant_id == person.id, ("purpose", "given", "notice_version", "at")),
        "attendance": await _rows(db, Attendance, Attendance.participant_id == person.id, ("way", "arrived_at", "left_at")),
        "messages": await _rows(
            db,
            Message,
            (Message.participant_id == person.id) | (Message.sender == person.id),
            ("kind", "text", "on_behalf", "via", "state", "reason", "proposal", "received_at"),
        ),
        "votes": await _rows(db, Vote, (Vote.person == person.id) & Vote.given, ("message_id", "at")),
        "proposals": await _rows(db, Proposal, Proposal.participant_id == person.id, ("number", "title", "status", "reason", "created_at")),
        "words": await _rows(db, ProposalSource, ProposalSource.participant_id == person.id, ("kind", "text", "at", "gone")),
        "photos": [
            _filled({**{name: getattr(photo, name) for name in PHOTO}, "address": address})
            for photo, address in await photos_of_person(db, vault, person)
        ],
        "notices": await _notices(db, person.id),
    }
    if own.application is not None:
        told["application"] = _application(own.application)
    if own.seat is not None:
        told["seat"] = _filled({"way": own.seat.way, "state": own.seat.state, "issued_at": own.seat.issued_at})
        told["devices"] = await _rows(db, SeatDevice, SeatDevice.seat_id == own.seat.id, ("opened_at",))
        told["link_shown"] = await _rows(db, Reveal, Reveal.seat_id == own.seat.id, ("at",))
    if invited:
        told["invitee_places"] = invited
    for table in owned():
        # Of a seat that changed hands the objections before are another's.
        theirs = await own_objections(db, person.id) if table.name == OBJECTIONS else of_one(table, person.id)
        if table.name not in HANDLED and (rows := await _others(db, vault, table, theirs)):
            told[table.name] = rows
    return told


def _application(application: Application) -> dict[str, Any]:
    told = application.told_state == application.state
    return _filled(
        {
            "code": application.code,
            "attendance": application.attendance,
            "wish": application.wish,
            "received_at": application.received_at,
            "state": application.told_state,
            "reason": application.reason if told else None,
            "told_at": application.told_at,
        }
    )


async def _notices(db: AsyncSession, person_id: str) -> list[dict[str, Any]]:
    rows = await db.execute(
        select(Notice.kind, Delivery.channel, Delivery.state, Delivery.sent_at, Notice.created_at)
        .outerjoin(Delivery, Delivery.notice_id == Notice.id)
        .where(Notice.participant_id == person_id)
        .order_by(Notice.created_at, Notice.id)
    )
    return [_filled(dict(row)) for row in rows.mappings()]


async def _rows(db: AsyncSession, model: Any, where: Any, names: Sequence[str]) -> list[dict[str, Any]]:
    columns = [getattr(model, name) for name in names]
    rows = await db.execute(select(*columns).where(where).order_by(*model.__table__.primary_key.columns))
    return [_filled(dict(row)) for row in rows.mappings()]


async def _others(db: AsyncSession, vault: Vault, table: Table, theirs: Any) -> list[dict[str, Any]]:
    """Rows of features that have nothing of their own to say here: every column that is the person's, sealed ones opened."""
    rows = await db.execute(select(table).where(theirs).order_by(*table.primary_key.columns))
    found = []
    for row in rows.mappings():
        shown: dict[str, Any] = {}
        for column in table.columns:
            name, value = column.name, row[column.name]
            if name in HIDDEN or name.endswith(("_by", "_index", "_id")):
                continue
            stored = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
            shown[name] = _opened(vault, table, name, row) if isinstance(stored, LargeBinary) else value
        found.append(_filled(shown))
    return found


def _opened(vault: Vault, table: Table, name: str, row: Mapping[Any, Any]) -> str | None:
    try:
        return vault.open(row[name], table.name, name, str(row["id"])) if "id" in table.c else None
    except VaultProblem:
        return None


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty, in values of JSON."""
    return {str(name): _plain(value) for name, value in row.items() if value not in (None, "", [], {})}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case Enum():
            return value.value
        case Decimal():
            return format(value.normalize(), "f")
    return value
