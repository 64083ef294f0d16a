"""Letters of invitation: what the office writes on them, and all of them (or one) as a PDF of one page each."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import segno
from anyio import to_process
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import i18n
from app.documents.files import TOGETHER, empty_file, nothing_left
from app.documents.pdf import pdf
from app.errors import Conflict
from app.guests.models import InvitationLetter, Invitee, InviteePlace
from app.guests.naming import titled
from app.invitations.letters import join_address
from app.invitations.models import Seat, SeatState
from app.participants.models import Participant
from app.regions import full_name, region, show_phone
from app.sessions.models import ForumSession, SessionState, Site
from app.sessions.rows import agenda_of
from app.web.ground import Ground

LANGUAGE = "id"
"""Letters are papers of the office: always in Indonesian."""
AGENDA_ROWS = 12
"""Longer agendas go on at the session's own address, so that a letter stays one page."""


@dataclass(frozen=True)
class Letterform:
    """What staff write; `dated_on` as 2021-04-01."""

    number: str = ""
    city: str = ""
    dated_on: str = ""
    subject: str = ""
    opening: str = ""
    closing: str = ""
    signer_office: str = ""
    signer_name: str = ""
    signer_rank: str = ""


@dataclass(frozen=True)
class Addressed:
    """One letter: for which seat of the session, to whom, who is meant by name, which seat of theirs, where, and the code with its address."""

    seat_id: str

    to: str
    name: str | None
    seat: str
    hall: str | None
    address: str
    code: str
    link: str


async def letterform(db: AsyncSession, session: ForumSession, unit: str) -> Letterform:
    """What was written last, or something to begin with."""
    held = await db.get(InvitationLetter, session.id)
    if held is not None:
        return Letterform(**{name: getattr(held, name) for name in asdict(Letterform())})
    place = region(session.region_code)
    return Letterform(
        city=place.name if place else "",
        subject=f"Undangan {session.title}",
        opening=(
            f"Dalam rangka penyusunan rencana pembangunan daerah tahun {session.plan_year}, kami mengharap kehadiran "
            f"Bapak/Ibu pada {session.title}, yang akan diselenggarakan pada:"
        ),
        closing="Demikian undangan ini kami sampaikan. Atas perhatian dan kehadiran Bapak/Ibu, kami ucapkan terima kasih.",
        signer_office=f"Kepala {unit}",
    )


async def write_letterform(db: AsyncSession, session_id: str, wanted: Letterform, now: datetime) -> None:
    """Keep what staff wrote for the letters of this session."""
    held = await db.get(InvitationLetter, session_id, with_for_update=True)
    if held is None:
        db.add(InvitationLetter(session_id=session_id, version=1, changed_at=now, **asdict(wanted)))
        return
    for name, value in asdict(wanted).items():
        setattr(held, name, value)
    held.version += 1
    held.changed_at = now


async def addressed(
    db: AsyncSession, parts: Ground, session_id: str, place_id: str | None = None, *, unwritten: bool = False
) -> list[Addressed]:
    """The letters of everybody invited whose seat stands, by institution, or the one of a seat, or those that were never printed."""
    wanted = letter_rows(session_id)
    if place_id is not None:
        wanted = wanted.where(InviteePlace.id == place_id)
    if unwritten:
        wanted = wanted.where(Seat.letter_version.is_(None))
    return [address(parts, *row) for row in (await db.execute(wanted)).all()]


async def letter_counts(db: AsyncSession, session_id: str) -> tuple[int, int]:
    """How many letters there are to write, and how many of them were never printed."""
    unwritten = func.count().filter(Seat.letter_version.is_(None))
    counted = letter_rows(session_id).order_by(None).with_only_columns(func.count(), unwritten, maintain_column_froms=True)
    everybody, fresh = (await db.execute(counted)).one()
    return int(everybody), int(fresh)


def letter_rows(session_id: str) -> Select[InviteePlace, Invitee, Participant, Seat, Site | None]:
    """Guests whose seat stands with what a letter to them says (`address` reads it), by institution."""
    return (
        select(InviteePlace, Invitee, Participant, Seat, Site)
        .join(Invitee, Invitee.id == InviteePlace.invitee_id)
        .join(Participant, Participant.id == InviteePlace.participant_id)
        .join(Seat, Seat.participant_id == Participant.id)
        .outerjoin(Site, Site.id == Seat.site_id)
        .where(InviteePlace.session_id == session_id, Seat.state == SeatState.ACTIVE, Participant.erased_at.is_(None))
        .order_by(Invitee.institution, Invitee.created_at, Invitee.position, InviteePlace.position)
    )


async def made(parts: Ground, session: ForumSession, form: Letterform, letters: Sequence[Addressed]) -> Path:
    """The PDF in a temporary file that the caller removes.

    Conflict `guests.no_letters` when there is nobody to write to, `guests.over` for a forum that was cancelled, `guests.letters_later` for one not announced yet: nobody is told of what changes in a draft.
    """
    if session.state is SessionState.CANCELLED:
        raise Conflict("guests.over")
    if session.state is SessionState.DRAFT:
        raise Conflict("guests.letters_later")
    if not letters:
        raise Conflict("guests.no_letters")
    async with parts.database.read() as db:
        agenda = await agenda_of(db, session.id)
    points = [{"at": i18n.clock(one.planned_at, session.zone) if one.planned_at else "", "title": one.title} for one in agenda]
    given: dict[str, Any] = {
        **headed(parts, session, form),
        "day": None if session.undated else i18n.day(session.starts_at, session.zone, LANGUAGE),
        "time": None if session.undated else times(session.starts_at, session.ends_at, session.zone, words_of(parts)),
        "agenda": points[:AGENDA_ROWS],
        "more": max(0, len(points) - AGENDA_ROWS),
    }
    return await printed("invitation.typ", given, [asdict(one) for one in letters])


def headed(parts: Ground, session: ForumSession, form: Letterform) -> dict[str, Any]:
    """What stands on every letter of the office: its head, what staff wrote, the session, and whom to ask."""
    return {
        **asdict(form),
        "office": parts.settings.office_name,
        "unit": parts.settings.office_unit,
        "region": full_name(session.region_code),
        "date": written_day(form.dated_on, session.zone),
        "title": session.title,
        "page": f"{parts.settings.public_url}/s/{session.slug}".partition("://")[2],
        "contact": " ".join(filter(None, (session.contact_name, show_phone(session.contact_number or "")))),
    }


async def printed(document: str, given: dict[str, Any], letters: Sequence[dict[str, Any]]) -> Path:
    """A PDF of letters, each with its QR code where it has a `link`, in a temporary file that the caller removes."""
    rows = await to_process.run_sync(_spill, list(letters), limiter=TOGETHER)
    try:
        return await pdf(document, given, Path(rows))
    finally:
        Path(rows).unlink(missing_ok=True)  # noqa: ASYNC240 - not awaited: one that is stopped leaves no names behind


def address(parts: Ground, place: InviteePlace, invitee: Invitee, person: Participant, seat: Seat, site: Site | None) -> Addressed:
    """What a letter for this seat says of its guest."""
    office = place.office or (invitee.office if place.position == 1 else None)
    return Addressed(
        seat_id=seat.id,
        to=titled(office, invitee.institution),
        name=person.name if place.deputy or place.name else None,
        seat=words_of(parts).gettext("%(position)s dari %(seats)s") % {"position": place.position, "seats": invitee.seats}
        if invitee.seats > 1 and not invitee.delegates
        else "",
        hall=site.name if site else None,
        address=site.address if site else "",
        code=place.code,
        link=join_address(parts, seat),
    )


def written_day(day: str, zone: str) -> str:
    """The day on the letter in words, without the day of the week; empty when none was written."""
    if not day:
        return ""
    noon = datetime.combine(date.fromisoformat(day), datetime.min.time().replace(hour=12), ZoneInfo(zone))
    return i18n.day(noon, zone, LANGUAGE).partition(", ")[2]


def words_of(parts: Ground) -> i18n.Translator:
    """The language in which letters are written."""
    return parts.catalogues.translator(LANGUAGE)


def times(starts_at: datetime, ends_at: datetime, zone: str, words: i18n.Translator) -> str:
    """`18.30 – 21.00 WIB`, or until the end when that is another day."""
    start, end = i18n.clock(starts_at, zone), i18n.clock(ends_at, zone)
    same_day = starts_at.astimezone(ZoneInfo(zone)).date() == ends_at.astimezone(ZoneInfo(zone)).date()
    return f"{start[:5]} – {end}" if same_day else words.gettext("%(start)s – selesai") % {"start": start}


def _spill(letters: Sequence[dict[str, Any]]) -> str:
    """In the child process: a letter a line, each with its QR code as SVG."""
    target = empty_file(".jsonl")
    with nothing_left(target), open(target, "w", encoding="utf-8", errors="replace") as file:
        for one in letters:
            drawn = io.BytesIO()
            if one["link"]:
                segno.make(one["link"], error="m").save(drawn, kind="svg", border=0, xmldecl=False)
            file.write(json.dumps({**one, "qr": drawn.getvalue().decode()}, ensure_ascii=False) + "\n")
    return target
