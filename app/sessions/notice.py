"""The first privacy notice of a session: a good text that the office may change; each change is a new version."""

from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template

from app.i18n import day

TEXT = Path(__file__).resolve().parents[2] / "templates" / "sessions" / "first_notice.txt"


def first_notice(*, office: str, title: str, ends_at: datetime, zone: str, contact: str | None) -> str:
    """Plain Indonesian paragraphs: which data, for which public duty, who sees them, kept how long, which rights, whom to ask."""
    asked = f"WhatsApp {contact}" if contact else f"kantor {office}"
    return _template().substitute(office=office, title=title, day=day(ends_at, zone), contact=asked).strip()


@cache
def _template() -> Template:
    return Template(TEXT.read_text(encoding="utf-8"))
