"""Letters: what a notice says, composed from the database at the moment of sending, in the person's language.

A template's first line is the subject, the rest the text; e-mail gets the same words as simple HTML beside them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.i18n import Translator
from app.invitations.appointment import FILE_NAME, appointment
from app.invitations.calendar import calendar, method
from app.invitations.links import token_for
from app.invitations.models import Seat, SeatState
from app.notices.letters import Enclosure, Letter
from app.notices.models import Channel, Delivery, Notice, ToldChange
from app.participants.models import Participant
from app.regions import show_phone
from app.registration.keys import status_key
from app.registration.models import Application, ApplicationState
from app.sessions.changes import Shown, shown
from app.sessions.models import ForumSession, ScheduleChange, ScheduleKind, Site
from app.vault import Vault
from app.web.ground import Ground, LetterWords
from app.web.pages import FILTERS, TEMPLATES

FOLDER = TEMPLATES / "letters"
LANGUAGES = ("id", "en")
LETTER_KINDS = (
    *("registered", "late_kept", "late_admitted", "status_link", "invited", "reserve", "not_selected", "changed", "rotated"),
    *("outcome", "correction", "objection"),
)
OF_THE_RECORD = frozenset({"correction", "objection"})
"""Letters to those who attended, also when they had withdrawn before they came."""
ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Sheet:
    """Everything that a letter may name, read in one go."""

    notice: Notice
    session: ForumSession
    person: Participant
    seat: Seat | None
    site: Site | None
    application: Application | None
    changes: tuple[Shown, ...] = ()
    """What a notice of change tells, oldest first."""
    more: Callable[[Translator], dict[str, object]] | None = None
    """What the letter says of features on floors above."""


@cache
def letter_environment() -> Environment:
    """The environment of letters: plain text is not escaped, HTML is; undefined names are errors."""
    env = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= FILTERS
    return env


async def gather(db: AsyncSession, notice_id: str, letters: Mapping[str, LetterWords] = MappingProxyType({})) -> Sheet | None:
    """The sheet of a notice; None when the person was erased, or has withdrawn since (but `OF_THE_RECORD`). `letters` are those of features on floors above."""
    notice = await db.get(Notice, notice_id)
    if notice is None:
        return None
    session = await db.get_one(ForumSession, notice.session_id)
    person = await db.get_one(Participant, notice.participant_id)
    application = await db.scalar(select(Application).where(Application.participant_id == person.id))
    seat = await db.scalar(select(Seat).where(Seat.participant_id == person.id, Seat.state == SeatState.ACTIVE))
    withdrawn = application is not None and application.state == ApplicationState.WITHDRAWN
    if person.erased_at is not None or (withdrawn and notice.kind not in OF_THE_RECORD):
        return None
    if notice.kind in {"invited", "rotated"} and seat is None:
        return None
    site = await db.get(Site, seat.site_id) if seat is not None and seat.site_id is not None else None
    told = select(ScheduleChange).join(ToldChange, ToldChange.change_id == ScheduleChange.id).where(ToldChange.notice_id == notice.id)
    changes = list(await db.scalars(told.order_by(ScheduleChange.at, ScheduleChange.id)))
    above = letters.get(notice.kind)
    more = await above(db, notice.id) if above is not None else None
    if above is not None and more is None:
        return None
    return Sheet(notice, session, person, seat, site, application, tuple(shown(changes)), more)


def compose(env: Environment, parts: Ground, sheet: Sheet, channel: Channel) -> Letter | None:
    """The letter for one channel; None when the person has no address there."""
    person = sheet.person
    column = "email" if channel == Channel.EMAIL else "phone"
    to = parts.vault.open(getattr(person, column), "participants", column, person.id)
    if to is None and channel != Channel.CONSOLE:
        return None
    language = person.language if person.language in LANGUAGES else LANGUAGES[0]
    words = _words(parts, sheet, channel, language)
    written = env.get_template(f"{language}/{sheet.notice.kind}.txt").render(words).strip()
    subject, _, text = written.partition("\n")
    text = re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
    html = _html(env, text, words) if channel == Channel.EMAIL else None
    enclosed = _calendar(parts, sheet, words["translator"]) if channel == Channel.EMAIL else None
    return Letter(to or person.name, subject.strip(), text, html, enclosed)


async def letter_of(parts: Ground, env: Environment, delivery: Delivery) -> Letter | None:
    """The letter of a delivery as things stand now."""
    async with parts.database.read() as db:
        sheet = await gather(db, delivery.notice_id, parts.letters)
    return compose(env, parts, sheet, delivery.channel) if sheet else None


def join_address(parts: Ground, seat: Seat) -> str:
    """The personal address of a seat."""
    return f"{parts.settings.public_url}/j/{token_for(parts.vault, seat.id, seat.generation)}"


def _words(parts: Ground, sheet: Sheet, channel: Channel, language: str) -> dict[str, Any]:
    session, application, url = sheet.session, sheet.application, parts.settings.public_url
    translator: Translator = parts.catalogues.translator(language)
    return {
        "translator": translator,
        "lang": language,
        "zone": session.zone,
        "now": parts.clock.now(),
        "office": parts.settings.office_name,
        "unit": parts.settings.office_unit,
        "by_hand": channel == Channel.WHATSAPP_HAND,
        "session": session,
        "name": sheet.person.name,
        "site": sheet.site,
        "online": sheet.seat is not None and sheet.seat.way == "online",
        "link": join_address(parts, sheet.seat) if sheet.seat else None,
        "code": application.code if application else None,
        "short": f"{url.partition('://')[2]}/k/{application.code}" if application and sheet.person.phone is not None else None,
        "status": _status(parts.vault, url, application),
        "page": f"{url}/s/{session.slug}",
        "contact": show_phone(session.contact_number) if session.contact_number else None,
        "contact_name": session.contact_name or parts.settings.office_unit,
        **_changed(sheet),
        **(sheet.more(translator) if sheet.more is not None else {}),
    }


def _changed(sheet: Sheet) -> dict[str, Any]:
    """What changed since this person was told, each reason once; of a forum that was cancelled that alone."""
    told = [one for one in sheet.changes if one.kind is ScheduleKind.CANCELLED] or list(sheet.changes)
    kinds = {one.kind for one in told}
    halls = [one for one in told if one.kind is ScheduleKind.HALL_ADDED]
    return {
        "reasons": list(dict.fromkeys(one.reason for one in told if one.reason)),
        "new_meeting": ScheduleKind.MEETING in kinds,
        "new_halls": [one.after for one in halls],
        "moved_from": next((one.before for one in told if one.kind is ScheduleKind.RELOCATED), None),
    }


def _calendar(parts: Ground, sheet: Sheet, words: Translator) -> Enclosure | None:
    """The appointment anew, for a change that a calendar must know."""
    if sheet.notice.kind != "changed" or sheet.seat is None:
        return None
    event = appointment(sheet.session, sheet.site, sheet.seat.version, public_url=parts.settings.public_url, words=words)
    return Enclosure(FILE_NAME, "calendar", {"method": method(event)}, calendar(event, parts.clock.now()))


def _status(vault: Vault, url: str, application: Application | None) -> str | None:
    return f"{url}/r/{status_key(vault, application.id, application.key_generation)}" if application else None


def _html(env: Environment, text: str, words: dict[str, Any]) -> str:
    """Paragraphs of the text; a line that is nothing but an address becomes a button."""
    paragraphs = [[_pieces(line) for line in paragraph.splitlines()] for paragraph in text.strip().split("\n\n")]
    return env.get_template("mail.html").render({**words, "paragraphs": paragraphs})


def _pieces(line: str) -> list[tuple[str, str | None]]:
    """A line as (words, address or none), in order."""
    pieces: list[tuple[str, str | None]] = []
    end = 0
    for found in ADDRESS.finditer(line):
        pieces += [(line[end : found.start()], None), (found.group(), found.group())]
        end = found.end()
    return [piece for piece in [*pieces, (line[end:], None)] if piece[0]]
