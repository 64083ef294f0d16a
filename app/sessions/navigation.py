"""The rail of the desk: which pages of a session a member of staff may open, in the order of the work."""

from dataclasses import dataclass

from app.access.models import Role
from app.access.rights import Staff
from app.i18n import Translator
from app.sessions.models import ForumSession


@dataclass(frozen=True)
class DeskPage:
    """A page of the desk: `key` is its last address part, the label an Indonesian source string."""

    key: str
    label: str
    icon: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class DeskItem:
    """An entry of the rail as the layout draws it."""

    href: str
    label: str
    icon: str
    current: bool
    count: int | None = None


ALL = frozenset(Role)
PAGES = (
    DeskPage("", "Ringkasan", "grid", ALL),
    DeskPage("siap", "Kesiapan", "check-circle", frozenset({Role.MODERATOR, Role.SECRETARIAT})),
    DeskPage("atur", "Pengaturan", "edit", frozenset({Role.ADMIN})),
    DeskPage("jadwal", "Jadwal", "calendar", frozenset({Role.MODERATOR})),
    DeskPage("salin", "Salin", "copy", frozenset({Role.ADMIN})),
    DeskPage("petugas", "Petugas", "users", frozenset({Role.ADMIN})),
    DeskPage("pendaftar", "Pendaftar", "users", frozenset({Role.MODERATOR})),
    DeskPage("undangan", "Undangan", "send", frozenset({Role.MODERATOR, Role.SECRETARIAT})),
    DeskPage("tamu", "Tamu undangan", "mail", frozenset({Role.MODERATOR, Role.SECRETARIAT})),
    DeskPage("ruang", "Ruang", "chat", frozenset({Role.MODERATOR, Role.OPERATOR, Role.SECRETARIAT, Role.RESPONDER})),
    DeskPage("lokasi", "Lokasi", "pin", frozenset({Role.OPERATOR, Role.MODERATOR})),
    DeskPage("kehadiran", "Kehadiran", "chart", frozenset({Role.OPERATOR, Role.MODERATOR, Role.SECRETARIAT, Role.READER})),
    DeskPage("terusan", "Teruskan pesan", "paste", frozenset({Role.OPERATOR, Role.MODERATOR})),
    DeskPage("layar", "Layar besar", "video", frozenset({Role.OPERATOR, Role.MODERATOR})),
    DeskPage("usulan", "Usulan", "inbox", frozenset({Role.SECRETARIAT, Role.MODERATOR})),
    DeskPage("tanggapan", "Tanggapan", "institution", frozenset({Role.RESPONDER, Role.SECRETARIAT, Role.MODERATOR, Role.OPERATOR})),
    DeskPage("pleno", "Pleno", "gavel", frozenset({Role.SECRETARIAT, Role.MODERATOR})),
    DeskPage("penilaian", "Penilaian", "list", frozenset({Role.SECRETARIAT, Role.MODERATOR, Role.RESPONDER, Role.READER})),
    DeskPage("berita-acara", "Berita acara", "document", frozenset({Role.SECRETARIAT, Role.MODERATOR})),
    DeskPage("sipd", "Salin ke SIPD", "upload", frozenset({Role.SECRETARIAT, Role.MODERATOR})),
    DeskPage("notulen", "Notulen", "note", frozenset({Role.SECRETARIAT, Role.MODERATOR})),
    DeskPage("hasil", "Hasil", "check-circle", frozenset({Role.SECRETARIAT, Role.RESPONDER})),
    DeskPage("angka", "Angka", "chart", frozenset({Role.READER, Role.MODERATOR, Role.SECRETARIAT})),
    DeskPage("data-pribadi", "Data pribadi", "lock", frozenset({Role.SECRETARIAT})),
    DeskPage("kertas", "Kertas", "print", frozenset({Role.SECRETARIAT, Role.MODERATOR, Role.OPERATOR})),
    DeskPage("rekaman", "Rekaman", "document", frozenset({Role.SECRETARIAT, Role.READER})),
    DeskPage("penutupan", "Penutupan", "check-circle", frozenset({Role.MODERATOR, Role.SECRETARIAT})),
)


def desk_items(session: ForumSession, staff: Staff, current: str, words: Translator) -> list[DeskItem]:
    """The rail for this person in this session; `current` is the key of the page being shown."""
    held = staff.roles_in(session.id)
    return [
        DeskItem(f"/meja/{session.slug}/{page.key}".rstrip("/"), words.gettext(page.label), page.icon, page.key == current)
        for page in PAGES
        if Role.ADMIN in held or held & page.roles
    ]


def may_open(staff: Staff, session_id: str, key: str) -> bool:
    """Whether this person may open a page of the session's desk."""
    page = next(page for page in PAGES if page.key == key)
    return staff.may(page.roles, session_id)
