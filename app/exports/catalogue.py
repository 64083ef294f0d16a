"""Which tables leave the house, in which formats, and what stands above those that are typeset."""

from collections.abc import Callable

from app import i18n
from app.exports import (
    attendance_table,
    audit_table,
    chat_table,
    open_data,
    outcomes_table,
    plenary_tables,
    proposals_table,
    rw_form_table,
    scores_table,
    sipd_table,
)
from app.exports.gather import Source
from app.exports.tables import Sheet
from app.i18n import Translator
from app.sessions.models import ForumSession
from app.web.ground import Ground

MINUTES, RECORD = "minutes", "record"
"""The exports that are no tables; of the record the newest final version, or the draft while there is none."""
TABLES: dict[str, Callable[[Source], Sheet]] = {
    "proposals": proposals_table.sheet,
    "priorities": plenary_tables.priorities_sheet,
    "not-agreed": plenary_tables.not_agreed_sheet,
    "scores": scores_table.sheet,
    "sipd": sipd_table.sheet,
    "rw-form": rw_form_table.sheet,
    outcomes_table.NAME: outcomes_table.sheet,
    "open-data": open_data.sheet,
    "attendance": attendance_table.sheet,
    "chat": chat_table.sheet,
    "audit": audit_table.sheet,
}
PLAIN = ("csv", "xlsx", "json")
FORMATS: dict[str, tuple[str, ...]] = {
    **{table: (*PLAIN, "pdf") if table == "attendance" else PLAIN for table in TABLES},
    MINUTES: ("pdf", "docx"),
    RECORD: ("pdf", "docx"),
}
INDONESIAN = frozenset({"sipd", "rw-form", "open-data", "attendance", "priorities", "not-agreed"})
"""Tables whose headings and values are Indonesian for every reader: annexes of the law, and what somebody else's form or program takes in."""
NARROWED = frozenset({"proposals", "sipd", "rw-form", "open-data", outcomes_table.NAME})
"""Tables that the filters of the list of proposals narrow; those of SIPD and of the RW by the village alone."""


def letterhead(parts: Ground, session: ForumSession, words: Translator, head: str) -> dict[str, str]:
    """What stands on every page of a typeset table; `head` is the end of the audit chain."""
    lang = words.language
    return {
        "office": parts.settings.office_name,
        "unit": parts.settings.office_unit,
        "session": session.title,
        "held": i18n.span(session.starts_at, session.ends_at, session.zone, lang),
        "day": i18n.day(session.starts_at, session.zone, lang),
        "plan_year": str(session.plan_year),
        "head": head,
        "lang": lang,
        "made": i18n.when(parts.clock.now(), session.zone, lang),
    }
