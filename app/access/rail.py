"""The rail of the desk outside a session: the forums, and for administrators the accounts of the office."""

from dataclasses import dataclass

from app.access.models import Role
from app.access.rights import Staff
from app.i18n import Translator

READING = frozenset({Role.ADMIN, Role.MODERATOR, Role.SECRETARIAT, Role.READER})
"""Who sees the numbers of all their forums."""

WRITTEN_TO = frozenset({Role.ADMIN, Role.SECRETARIAT})
"""Who may have the daily digest."""


@dataclass(frozen=True)
class RailItem:
    """An entry as the layout draws it."""

    href: str
    label: str
    icon: str
    current: bool
    count: int | None = None


def office_items(staff: Staff, current: str, words: Translator) -> list[RailItem]:
    """The rail; `current` is the last part of the address of the page being shown."""
    items = [RailItem("/meja", words.gettext("Forum"), "megaphone", current == "")]
    if any(grant.role in READING for grant in staff.grants):
        items.append(RailItem("/meja/angka", words.gettext("Angka"), "chart", current == "angka"))
    if staff.may({Role.ADMIN}):
        items.append(RailItem("/meja/petugas", words.gettext("Akun petugas"), "users", current == "petugas"))
        items.append(RailItem("/meja/petugas/masuk", words.gettext("Yang sedang masuk"), "eye", current == "petugas/masuk"))
    if staff.kind == "account" and any(grant.role in WRITTEN_TO for grant in staff.grants):
        items.append(RailItem("/meja/kabar", words.gettext("Kabar harian"), "mail", current == "kabar"))
    if staff.kind == "account":
        items.append(RailItem("/meja/keamanan", words.gettext("Keamanan saya"), "lock", current == "keamanan"))
        items.append(RailItem("/meja/sandi", words.gettext("Kata sandi saya"), "key", current == "sandi"))
    return items
