"""Coming in by a personal link: what the link is worth, the press that ties it to this browser, and showing the way into the meeting."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import FieldError, Invalid, NotFound
from app.invitations.links import ID_LENGTH, TOKEN, SeatHolder, expired, seat_of
from app.invitations.models import Credential, CredentialState, Reveal, Seat, SeatDevice, SeatState
from app.meetings.models import Meeting
from app.participants.models import Participant
from app.regions import last_four
from app.registration.keys import status_key
from app.registration.keys import written as written
from app.registration.models import Application, ApplicationState
from app.sessions.models import ForumSession
from app.vault import Vault, fingerprint, same, token


class Worth(StrEnum):
    """What a link is worth now."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ROTATED = "rotated"


@dataclass(frozen=True)
class Found:
    """A seat reached by its link or code, with what the link is worth."""

    worth: Worth
    seat: Seat
    session: ForumSession
    person: Participant


@dataclass(frozen=True)
class Shown:
    """The way into the meeting, in plain text: for this person's eyes only."""

    link: str | None
    meeting_id: str | None
    passcode: str | None


async def look_up(db: AsyncSession, vault: Vault, secret: str, now: datetime) -> Found | None:
    """What a link names and is worth; None for a text that never was a link of ours. Changes nothing."""
    if not TOKEN.fullmatch(secret):
        return None
    found = await _found(db, secret[:ID_LENGTH], now)
    if found is None:
        return None
    if seat_of(vault, secret, found.seat.generation):
        return found
    older = any(seat_of(vault, secret, generation) for generation in range(1, found.seat.generation))
    return Found(Worth.ROTATED, found.seat, found.session, found.person) if older else None


async def by_code(db: AsyncSession, vault: Vault, code: str, four: str, now: datetime) -> Found | str:
    """The seat behind a printed code, or the status key of an application without one; NotFound unless the phone's last four digits are right."""
    candidates = await db.execute(
        select(Application, Participant)
        .join(Participant, Participant.id == Application.participant_id)
        .where(Application.code == written(code), Application.state != ApplicationState.WITHDRAWN, Participant.erased_at.is_(None))
    )
    for application, person in candidates.all():
        if not knows_phone(vault, person, four):
            continue
        seat_id = await db.scalar(select(Seat.id).where(Seat.participant_id == person.id))
        found = await _found(db, seat_id, now) if seat_id else None
        return found or status_key(vault, application.id, application.key_generation)
    raise NotFound("invitations.code_unknown")


def knows_phone(vault: Vault, person: Participant, four: str) -> bool:
    """Whether these are the last four digits of the person's number; never without a number."""
    phone = vault.open(person.phone, "participants", "phone", person.id)
    digits = "".join(sign for sign in four[:20] if sign.isascii() and sign.isdigit())
    return phone is not None and same(digits, last_four(phone))


def must_know_phone(vault: Vault, found: Found, four: str) -> None:
    """Refuse, beside the field, who does not know the digits that this seat asks for."""
    if found.seat.needs_last_four and not knows_phone(vault, found.person, four):
        raise Invalid(FieldError("last_four", "invitations.last_four" if four else "invitations.last_four_missing"))


async def open_device(db: AsyncSession, seat: Seat, now: datetime) -> str:
    """Tie a browser to the seat's present link; the secret for its cookie."""
    secret = token()
    db.add(SeatDevice(fingerprint=fingerprint(secret), seat_id=seat.id, generation=seat.generation, opened_at=now))
    await db.flush()
    return secret


async def reveal(db: AsyncSession, vault: Vault, holder: SeatHolder, now: datetime) -> Shown:
    """Link, meeting ID and passcode for this person; logged. NotFound when there is no meeting for them (yet)."""
    meeting = await db.scalar(select(Meeting).where(Meeting.session_id == holder.session_id))
    seat = await db.scalar(select(Seat).where(Seat.id == holder.seat_id).with_for_update())
    if meeting is None or seat is None or seat.way != "online" or not (meeting.link or meeting.meeting_id):
        raise NotFound("invitations.no_meeting")
    if seat.state != SeatState.ACTIVE or seat.generation != holder.generation:
        raise NotFound("invitations.unknown_seat")
    credential = await _credential(db, seat.id, meeting.id, now)
    if credential.state != CredentialState.ISSUED:
        raise NotFound("invitations.no_meeting")
    db.add(Reveal(seat_id=seat.id, device_id=holder.device_id, at=now))
    act = Act(f"person:{holder.participant_id}", "meetings.revealed", f"seat:{seat.id}", {"device": holder.device_id})
    await record(db, vault, holder.session_id, now, act)

    def plain(name: str) -> str | None:
        return vault.open(getattr(meeting, name), "meetings", name, meeting.id)

    return Shown(plain("link"), plain("meeting_id"), plain("passcode"))


async def _credential(db: AsyncSession, seat_id: str, meeting_id: str, now: datetime) -> Credential:
    """The ledger's row; a meeting that was typed after publishing is issued here. The seat's row is held, so there is one."""
    found = await db.scalar(select(Credential).where(Credential.seat_id == seat_id, Credential.meeting_id == meeting_id))
    if found is None:
        found = Credential(id=new_id(), seat_id=seat_id, meeting_id=meeting_id, state=CredentialState.ISSUED, attempts=1, issued_at=now)
        db.add(found)
        await db.flush()
    return found


async def _found(db: AsyncSession, seat_id: str, now: datetime) -> Found | None:
    row = (
        await db.execute(
            select(Seat, ForumSession, Participant)
            .join(ForumSession, ForumSession.id == Seat.session_id)
            .join(Participant, Participant.id == Seat.participant_id)
            .where(Seat.id == seat_id)
        )
    ).one_or_none()
    if row is None or row[2].erased_at is not None:
        return None
    worth = Worth.REVOKED if row[0].state != SeatState.ACTIVE else Worth.EXPIRED if expired(row[1], now) else Worth.OPEN
    return Found(worth, row[0], row[1], row[2])
