"""The privacy notice of a session: at first a good text, that the office may change; each change is a new version."""

from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.i18n import day
from app.regions import full_name, show_phone
from app.sessions.models import ForumSession, PrivacyNotice

TEXT = Path(__file__).resolve().parents[2] / "templates" / "sessions" / "first_notice.txt"


async def notice_of(db: AsyncSession, session_id: str) -> PrivacyNotice | None:
    """The privacy notice in force: the newest version."""
    newest = select(PrivacyNotice).where(PrivacyNotice.session_id == session_id).order_by(PrivacyNotice.version.desc())
    return (await db.scalars(newest.limit(1))).first()


async def write_notice(db: AsyncSession, session: ForumSession, text: str, now: datetime) -> bool:
    """Put another notice in force; False when this is the one."""
    newest = await notice_of(db, session.id)
    if newest is not None and newest.text == text:
        return False
    db.add(PrivacyNotice(session_id=session.id, version=newest.version + 1 if newest else 1, text=text, created_at=now))
    await db.flush()
    return True


def first_notice_of(session: ForumSession) -> str:
    """The notice that a session has when its office wrote none."""
    contact = show_phone(session.contact_number) if session.contact_number else None
    office = f"Pemerintah {full_name(session.region_code)}"
    return first_notice(office=office, title=session.title, ends_at=session.ends_at, zone=session.zone, contact=contact)


def first_notice(*, office: str, title: str, ends_at: datetime, zone: str, contact: str | None) -> str:
    """Plain Indonesian paragraphs: which data, for which public duty, who sees them, kept how long, which rights, whom to ask."""
    asked = f"WhatsApp {contact}" if contact else f"kantor {office}"
    return _template().substitute(office=office, title=title, day=day(ends_at, zone), contact=asked).strip()


@cache
def _template() -> Template:
    return Template(TEXT.read_text(encoding="utf-8"))
