"""What stands on the printed pages of halls, as plain values for the document `pack.typ`."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import segno
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import i18n
from app.hall.roster import Expected, roster
from app.i18n import Translator
from app.papers.numbers import form_number
from app.papers.written import SECTORS
from app.participants.models import Origin, Participant
from app.sessions.models import ForumSession, Site
from app.sessions.rows import agenda_of
from app.settings import Settings
from app.vault import Vault

BLANK_ROWS = 30
"""Empty lines of an attendance sheet, for those who come unannounced."""


@dataclass(frozen=True)
class HallPages:
    """What is printed for one hall: the numbers of its forms, as serials."""

    site: Site
    forms: range


def hall_address(settings: Settings, site: Site) -> str:
    """The address behind the QR code at a hall's door."""
    return f"{settings.public_url}/h/{site.id}"


async def letterhead(db: AsyncSession, settings: Settings, words: Translator, session: ForumSession) -> dict[str, Any]:
    """What stands on every page: the office, the forum, its day, and the agenda; with the choices that a form offers."""
    lang, zone = words.language, session.zone
    agenda = [
        {"time": i18n.clock(one.planned_at, zone) if one.planned_at else "", "title": one.title} for one in await agenda_of(db, session.id)
    ]
    return {
        "lang": lang,
        "title": session.title,
        "office": settings.office_name,
        "unit": settings.office_unit,
        "session": session.title,
        "day": i18n.day(session.starts_at, zone, lang),
        "span": i18n.span(session.starts_at, session.ends_at, zone, lang),
        "plan_year": str(session.plan_year),
        "agenda": agenda,
        "sectors": [words.label("sector", sector.value) for sector in SECTORS],
        "public": _linked(f"{settings.public_url}/s/{session.slug}"),
    }


async def hall_pages(db: AsyncSession, vault: Vault, settings: Settings, session: ForumSession, pages: HallPages) -> dict[str, Any]:
    """The pages of one hall: who is expected there (name and institution only: whoever signs reads the lines above), its forms, its door."""
    return {
        "name": pages.site.name,
        "address": pages.site.address,
        "people": await expected_people(db, vault, session.id, pages.site.id),
        "forms": [form_number(serial) for serial in pages.forms],
        "door": _linked(hall_address(settings, pages.site)),
        "blank": BLANK_ROWS,
    }


async def expected_people(db: AsyncSession, vault: Vault, session_id: str, site_id: str) -> list[list[str]]:
    """Name and institution of everybody expected at a hall, in the order of names."""
    guests = [guest for guest in await roster(db, vault, session_id, site_id) if guest.expected == Expected.HERE]
    institutions = await _institutions(db, [guest.id for guest in guests])
    practised = await _practised(db, session_id)
    return [
        [guest.name, institutions.get(guest.id) or guest.capacity or guest.village or ""] for guest in guests if guest.id not in practised
    ]


async def _practised(db: AsyncSession, session_id: str) -> frozenset[str]:
    """Guests whom only a rehearsal knows: no sheet for the day carries them."""
    since = select(ForumSession.rehearsal_at).where(ForumSession.id == session_id).scalar_subquery()
    made_up = Participant.origin.in_((Origin.WALK_IN, Origin.PLACEHOLDER, Origin.RELAY))
    return frozenset(
        await db.scalars(select(Participant.id).where(Participant.session_id == session_id, made_up, Participant.created_at >= since))
    )


async def _institutions(db: AsyncSession, ids: Sequence[str]) -> Mapping[str, str | None]:
    rows = await db.execute(select(Participant.id, Participant.institution).where(Participant.id.in_(ids)))
    return {row.id: row.institution for row in rows}


def _linked(address: str) -> dict[str, str]:
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False, svgns=True, nl=False)
    return {"address": address.partition("://")[2], "qr": out.getvalue().decode()}
