"""The minutes as a document says them: texts and numbers only, the same for PDF and Word, without the moment of its making."""

from typing import Any
from zoneinfo import ZoneInfo

from app import i18n
from app.hall.quorum import QuorumState
from app.i18n import Translator
from app.minutes.crowd import Crowd
from app.minutes.decided import Decision, sorted_out
from app.minutes.entries import Entry
from app.minutes.gather import Frame, Minutes, Section
from app.minutes.wording import about_of, bare_time, kind_of, reason_of, standing_of, text_of, time_of, title_and_place, title_of
from app.regions import full_name
from app.sessions.models import ForumSession
from app.sessions.progress import Step
from app.sessions.span import held_between
from app.settings import Settings

LANGUAGE = "id"
"""Minutes are papers of the office: always in Indonesian."""

NO_LETTER = dict.fromkeys(("number", "contact", "page", "signer_office", "signer_name", "signer_rank"), "")
"""What only letters have, whose head is borrowed."""


def document_of(found: Minutes, settings: Settings, words: Translator) -> dict[str, Any]:
    """What `minutes.typ` is given, and the Word document is made of."""
    frame = found.frame
    session = frame.session
    numbers = {step.id: n for n, step in enumerate(frame.steps, 1)}
    return {
        "lang": words.language,
        "title": f"Notulen {session.title}",
        "session": session.title,
        "office": settings.office_name,
        "unit": settings.office_unit,
        "region": full_name(session.region_code),
        **NO_LETTER,
        "facts": _facts(found, words),
        "crowd": _crowd(found.crowd, words, online=_has_online(found)),
        "agenda": [_agenda(n, step, session.zone) for n, step in enumerate(frame.steps, 1)],
        "sections": [_section(one, frame, numbers, words) for one in found.sections],
        "outcome": _outcome(found, words),
        "delegates": [_delegate(one.name, one.element, one.gender, words) for one in found.delegates],
        "dated": _dated(session),
        "closing": found.closing,
        "remark": _remark(found, words),
        "draft": frame.ended_at is None,
    }


def _dated(session: ForumSession) -> list[int]:
    """Year, month and day of the forum where it was held; the file says it, never when it was made."""
    day = (session.opened_at or session.starts_at).astimezone(ZoneInfo(session.zone))
    return [day.year, day.month, day.day]


def _facts(found: Minutes, words: Translator) -> list[list[str]]:
    session, lang, crowd = found.frame.session, words.language, found.crowd.tally.ever
    zone = session.zone
    halls = ", ".join(site.name for site in found.crowd.tally.sites)
    ways = f": {i18n.number(crowd.by_way.get('in_person', 0), lang)} di lokasi, {i18n.number(crowd.by_way.get('online', 0), lang)} daring"
    facts = [
        ["Hari, tanggal", "Ditunda, tanggal baru belum ditetapkan" if session.undated else i18n.day(session.starts_at, zone, lang)],
        ["Waktu menurut undangan", "" if session.undated else i18n.span(session.starts_at, session.ends_at, zone, lang)],
        ["Dibuka dan ditutup", _really(session, lang)],
        ["Tempat", " dan ".join(part for part in (halls, "ruang daring" if _has_online(found) else "") if part)],
        ["Untuk rencana tahun", str(session.plan_year)],
        ["Hadir", f"{i18n.number(crowd.total, lang)} orang{ways if _has_online(found) else ''}"],
        ["Kuorum", _quorum(found.crowd, zone, lang)],
        ["Usulan yang masuk", _proposals(found, words)],
    ]
    return [pair for pair in facts if pair[1]]


def _really(session: ForumSession, lang: str) -> str:
    if session.opened_at is None:
        return "Belum dibuka"
    if session.ended_at is None:
        return f"Dibuka pukul {i18n.clock(session.opened_at, session.zone)}, belum ditutup"
    began, ended = held_between(session)
    later = f", ditutup di sistem {i18n.when(session.ended_at, session.zone, lang)}" if ended != session.ended_at else ""
    return i18n.span(began, ended, session.zone, lang) + later


def _has_online(found: Minutes) -> bool:
    """Whether one could take part from afar."""
    return found.frame.session.seats_online > 0 or found.crowd.tally.ever.by_way.get("online", 0) > 0


def _quorum(crowd: Crowd, zone: str, lang: str) -> str:
    quorum = crowd.tally.quorum
    if quorum.state is QuorumState.NONE or quorum.needed is None:
        return ""
    needed = i18n.number(quorum.needed, lang)
    if quorum.reached_at is None:
        return f"{needed} orang, tidak tercapai"
    return f"{needed} orang, tercapai pukul {i18n.clock(quorum.reached_at, zone)}"


def _proposals(found: Minutes, words: Translator) -> str:
    total = sum(found.proposals.values())
    ways = ", ".join(f"{words.label('via', via).lower()} {i18n.number(n, words.language)}" for via, n in found.proposals.items())
    return f"{i18n.number(total, words.language)} ({ways})" if total else "Belum ada"


def _crowd(crowd: Crowd, words: Translator, *, online: bool) -> dict[str, Any]:
    ever = crowd.tally.ever
    rows = [
        [words.label("element", row.element) if row.element else "Tidak disebut", row.male, row.female, row.unsaid, row.total]
        for row in crowd.rows
    ]
    places = [[site.name, ever.by_site.get(site.id, 0)] for site in crowd.tally.sites]
    places += [["Daring", ever.by_way.get("online", 0)]] if online else []
    sums = [sum(getattr(row, name) for row in crowd.rows) for name in ("male", "female", "unsaid", "total")]
    twice = sum(ever.by_way.values()) > ever.total
    return {"rows": rows, "sums": sums, "places": places, "twice": twice}


def _agenda(number: int, step: Step, zone: str) -> list[str]:
    times = [bare_time(moment, zone) if moment else "–" for moment in (step.planned_at, step.started_at, step.ended_at)]
    late = (
        "–"
        if step.late is None
        else "tepat waktu"
        if step.late == 0
        else f"{abs(step.late)} menit {'lebih lambat' if step.late > 0 else 'lebih awal'}"
    )
    return [str(number), step.title, *times, late]


def _section(section: Section, frame: Frame, numbers: dict[str, int], words: Translator) -> dict[str, Any]:
    agreed, refused = sorted_out(section.decisions)
    number = numbers.get(section.key)
    return {
        "title": f"{number}. {section.step.title}" if section.step else title_of(frame, section.key, words),
        "times": _times(section.step, frame.session.zone) if section.step else "",
        "text": section.text,
        "entries": [_entry(one, frame, words) for one in section.entries],
        "agreed": [_agreed(one, words) for one in agreed],
        "refused": [[one.number, title_and_place(one, words), reason_of(one, words) or "–"] for one in refused],
    }


def _times(step: Step, zone: str) -> str:
    if step.started_at is None:
        return "tidak dibahas"
    ended = f"–{bare_time(step.ended_at, zone)}" if step.ended_at else ""
    return f"pukul {bare_time(step.started_at, zone)}{ended} {i18n.zone_word(zone)}"


def _entry(entry: Entry, frame: Frame, words: Translator) -> dict[str, str]:
    return {
        "time": time_of(entry.at, frame.session),
        "kind": kind_of(entry, words),
        "code": entry.kind.value,
        "name": entry.name,
        "standing": standing_of(entry, words, frame.sites),
        "about": about_of(entry, words, frame.session.zone),
        "text": text_of(entry, words),
    }


def _agreed(one: Decision, words: Translator) -> list[str]:
    money = i18n.rupiah(one.ceiling, words.language) if one.ceiling is not None else "–"
    return [one.number, title_and_place(one, words), money, one.agency or "–"]


def _outcome(found: Minutes, words: Translator) -> list[list[str]]:
    sums, lang = found.totals, words.language
    if not (sums.agreed or sums.not_agreed or sums.open):
        return []
    money = i18n.rupiah(sums.sum, lang)
    facts = [
        ["Disepakati", f"{i18n.number(sums.agreed, lang)} usulan, jumlah pagu {money}"],
        ["Belum disepakati", f"{i18n.number(sums.not_agreed, lang)} usulan"],
        ["Belum dibahas", f"{i18n.number(sums.open, lang)} usulan" if sums.open else ""],
        [
            "Pagu forum",
            i18n.rupiah(sums.ceiling, lang) + (", terlampaui" if sums.sum > sums.ceiling else "") if sums.ceiling is not None else "",
        ],
    ]
    return [pair for pair in facts if pair[1]]


def _delegate(name: str, element: str | None, gender: str | None, words: Translator) -> list[str]:
    return [name, words.label("element", element) if element else "–", words.label("gender", gender) if gender else "–"]


def _remark(found: Minutes, words: Translator) -> str:
    return f"Obrolan biasa di ruang ({i18n.number(found.chats, words.language)} pesan) tidak dimuat." if found.chats else ""
