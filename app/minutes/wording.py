"""How entries and decisions read: who spoke from where, what about, and one line of plain text for each."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from app import i18n
from app.i18n import Translator
from app.minutes.course import AFTER, BEFORE, CLOSING
from app.minutes.decided import Decision
from app.minutes.entries import Entry, EntryKind
from app.minutes.gather import Frame, Section
from app.minutes.hearing import WRITTEN
from app.planning.listing import AGREED
from app.sessions.models import ForumSession, Site


def bare_time(moment: datetime, zone: str) -> str:
    """`10.00`, in the forum's zone."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H.%M}"


def time_of(moment: datetime, session: ForumSession) -> str:
    """The same, with its day before it where that is not the day of the forum: `12-04 08.15`."""
    zone = ZoneInfo(session.zone)
    local = moment.astimezone(zone)
    same = local.date() == session.starts_at.astimezone(zone).date()
    return f"{local:%H.%M}" if same else f"{local:%d-%m %H.%M}"


def title_of(frame: Frame, key: str, words: Translator) -> str:
    """What a section is called."""
    step = frame.step(key)
    if step is not None:
        return step.title
    match key:
        case str() if key == BEFORE:
            return words.gettext("Sebelum acara pertama") if frame.steps else words.gettext("Jalannya forum")
        case str() if key == AFTER:
            return words.gettext("Sesudah forum ditutup")
        case str() if key == CLOSING:
            return words.gettext("Kesimpulan")
    return words.gettext("Acara yang sudah dihapus")


def kind_of(entry: Entry, words: Translator) -> str:
    """What an entry is, in a word or two."""
    return words.label("minutes_kind", entry.kind.value)


def standing_of(entry: Entry, words: Translator, sites: Mapping[str, Site]) -> str:
    """In what office, for which element and from where somebody spoke: `Ketua RT 03, RT, Aula Kota`."""
    # An agency that answers by a page of its own speaks under its own name.
    parts = [entry.office] if entry.office != entry.name else []
    if entry.element and not _says_element(entry):
        parts.append(words.label("element", entry.element))
    if entry.behalf:
        parts.append(words.gettext("atas nama %(who)s") % {"who": entry.behalf})
    parts.append(_place(entry, words, sites))
    return ", ".join(part for part in parts if part)


def about_of(entry: Entry, words: Translator, zone: str) -> str:
    """To what an entry belongs: the proposal that it became, or what it answers."""
    if entry.kind is not EntryKind.RESPONSE:
        return entry.number or ""
    said = ""
    if entry.answered and entry.answered_at is not None:
        facts = {"name": entry.answered, "time": bare_time(entry.answered_at, zone)}
        said = words.gettext("menanggapi %(name)s pukul %(time)s") % facts
    return ", ".join(part for part in (said, entry.number) if part)


def text_of(entry: Entry, words: Translator) -> str:
    """The words of an entry."""
    match entry.kind:
        case EntryKind.PAUSED:
            return words.gettext("Forum dijeda.")
        case EntryKind.RESUMED:
            return words.gettext("Forum dilanjutkan.")
    return entry.text


def reason_of(decision: Decision, words: Translator) -> str:
    """Why something was not agreed."""
    coded = words.label("reason", decision.reason_code) if decision.reason_code else ""
    return ": ".join(part for part in (coded, decision.reason) if part)


def title_and_place(decision: Decision, words: Translator) -> str:
    """What a decision is about; of words that were taken away nothing is said."""
    if not decision.title:
        return words.gettext("(kata-katanya sudah ditarik)")
    return ", ".join(part for part in (decision.title, decision.where) if part)


def plain(section: Section, frame: Frame, words: Translator) -> str:
    """What stands in a section by itself, as a text to begin with: one line for each entry and decision."""
    lines = [entry_line(one, words, frame) for one in section.entries]
    return "\n".join([*lines, *(decision_line(one, words) for one in section.decisions)])


def entry_line(entry: Entry, words: Translator, frame: Frame) -> str:
    """`09.14 Aspirasi, Siti (Ketua RT 03, Aula Kota): Saluran mampet. [PKL-2022-0003]`."""
    standing, about = standing_of(entry, words, frame.sites), about_of(entry, words, frame.session.zone)
    who = f"{entry.name} ({standing})" if entry.name and standing else entry.name or standing
    head = ", ".join(part for part in (kind_of(entry, words), who) if part)
    tail = f" [{about}]" if about else ""
    return f"{time_of(entry.at, frame.session)} {head}: {' '.join(text_of(entry, words).split())}{tail}"


def decision_line(decision: Decision, words: Translator) -> str:
    """`Disepakati: PKL-2022-0003 Rumah pompa, Krapyak (Rp100.000.000)`."""
    said = words.label("status", decision.decision)
    money = i18n.rupiah(decision.ceiling, words.language) if decision.ceiling is not None and decision.decision == AGREED else ""
    rest = money if decision.decision == AGREED else reason_of(decision, words)
    return f"{said}: {decision.number} {title_and_place(decision, words)}" + (f" ({rest})" if rest else "")


def _says_element(entry: Entry) -> bool:
    """Whether the office says already for whom somebody speaks: `Ketua RT 03`, or the agency of an answer."""
    named = entry.element is not None and entry.element.upper() in entry.office.upper().replace("/", " ").split()
    return named or (entry.kind is EntryKind.RESPONSE and entry.office != "")


def _place(entry: Entry, words: Translator, sites: Mapping[str, Site]) -> str:
    site = sites.get(entry.site_id or "")
    match entry.via:
        case str() if entry.via == WRITTEN:
            return words.gettext("tertulis")
        case "relay":
            return words.gettext("diteruskan operator")
        case _ if site is not None:
            return site.name
        case "online":
            return words.gettext("daring")
    return ""
