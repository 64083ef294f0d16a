"""The page of the minutes as it is drawn: the sections, and of one of them what was recorded beside what the secretariat writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from anyio import to_thread
from fastapi import Request
from fastapi.responses import Response

from app.access.models import Role
from app.database.tables import new_id
from app.errors import ForumError, Invalid
from app.i18n import Translator
from app.minutes.course import BEFORE
from app.minutes.difference import difference, is_long
from app.minutes.document import LANGUAGE
from app.minutes.entries import Entry, EntryKind
from app.minutes.gather import Frame, frame_of, section_of
from app.minutes.texts import LONGEST_TEXT, Written, versions_of
from app.minutes.wording import about_of, kind_of, plain, reason_of, standing_of, text_of, time_of, title_and_place, title_of
from app.proposals.agencies import agency_key, one_each
from app.proposals.triage import names_of
from app.sessions.desk_page import desk_page
from app.sessions.guards import Desk
from app.web.forms import Typed
from app.web.ground import Ground
from app.web.pages import translator
from app.web.paging import page_count

MOST_READ = 5000
"""Entries of a section that the page knows of; the document has all of them."""
A_PAGE = 300
"""Entries on one page, and of those that the editor may be begun with or is compared with."""
RECORDED = "tercatat"
"""What the editor is begun with when somebody asks for what was recorded."""


@dataclass(frozen=True)
class Sieve:
    """What of the recorded part is shown: a kind of entry, and the agency that answered; empty for all."""

    kind: str = ""
    agency: str = ""

    def holds(self, entry: Entry) -> bool:
        """Whether an entry is shown."""
        answers = entry.kind is EntryKind.RESPONSE and agency_key(entry.office) == agency_key(self.agency)
        return self.kind in {"", entry.kind.value} and (not self.agency or answers)


@dataclass(frozen=True)
class Line:
    """An entry as the page shows it; `note_id` of a running note that can be taken back."""

    time: str
    kind: str
    code: str
    name: str
    standing: str
    about: str
    text: str
    note_id: str


@dataclass(frozen=True)
class Editor:
    """The secretariat's text as it is being edited: what stands in the field, which version was seen, what it was opened with."""

    text: str
    seen: int
    was: str
    versions: Sequence[Written]
    theirs: Written | None = None
    """What somebody else saved meanwhile."""
    unfit: bool = False
    """Whether more was recorded than there is room for."""

    @property
    def newest(self) -> Written | None:
        """The version that counts."""
        return self.versions[0] if self.versions else None


async def drawn(
    request: Request, parts: Ground, at: Desk, *, form: Typed | None = None, refused: ForumError | None = None, noted: bool = False
) -> Response:
    """The page with the section of the address; after a refusal with everything typed and what is the matter, and whether a note was kept all the same."""
    words = translator(request)
    async with parts.database.read(patient=True) as db:
        frame = await frame_of(db, at.session)
        key = chosen(frame, form.get("section") if form else request.query_params.get("bagian", ""))
        versions = await versions_of(db, at.session.id, key)
        names = await names_of(db, [one.by for one in versions])
    section, more = await section_of(parts.database, frame, key, MOST_READ)
    recorded = plain(replace(section, entries=section.entries[:A_PAGE]), frame, parts.catalogues.translator(LANGUAGE))
    sieve = Sieve(request.query_params.get("jenis", ""), request.query_params.get("perangkat", ""))
    held = [one for one in section.entries if sieve.holds(one)]
    pages = page_count(len(held), A_PAGE)
    number = min(number_in(request.query_params, "page") or 1, pages)
    editor = _editor(request.query_params, form, refused, versions, recorded)
    # Texts that are alike everywhere and nowhere keep a processor for seconds.
    pieces = await to_thread.run_sync(difference, recorded, editor.text) if editor.text and recorded else []
    against = await to_thread.run_sync(difference, editor.theirs.text, editor.text) if editor.theirs else []
    if isinstance(refused, Invalid) and form is not None:
        form = form.with_errors(refused, words)
    return desk_page(
        request,
        "minutes/minutes.html",
        at,
        "notulen",
        refused=refused,
        frame=frame,
        section=section,
        key=key,
        titles={one: title_of(frame, one, words) for one in frame.keys},
        running=running(frame),
        sieve=sieve,
        present=[one for one in EntryKind if any(entry.kind is one for entry in section.entries)],
        agencies=one_each({one.office for one in section.entries if one.kind is EntryKind.RESPONSE and one.office}),
        lines=[_line(one, frame, words) for one in held[(number - 1) * A_PAGE : number * A_PAGE]],
        total=len(held),
        page_number=number,
        pages=pages,
        query={"bagian": key, "jenis": sieve.kind, "perangkat": sieve.agency},
        decisions=[(one, title_and_place(one, words), reason_of(one, words)) for one in section.decisions],
        more=more,
        recorded=bool(recorded),
        editor=editor,
        pieces=pieces,
        against=against,
        cut=is_long(recorded, editor.text) or len(section.entries) > A_PAGE,
        names=names,
        form=form or Typed(),
        note_id=form.get("note_id") if form and form.get("note_id") else new_id(),
        noted=noted,
        saved="tersimpan" in request.query_params,
        may_export=at.staff.may({Role.SECRETARIAT}, at.session.id),
    )


def chosen(frame: Frame, wanted: str) -> str:
    """The section of an address; what the forum deals with now where it names none."""
    return wanted if wanted in frame.keys else running(frame)


def running(frame: Frame) -> str:
    """The section that the forum is dealing with, or with which it ended."""
    points = [one.section for one in frame.course.stretches if frame.step(one.section)]
    return points[-1] if points else frame.steps[0].id if frame.steps else BEFORE


def _editor(query: Mapping[str, str], form: Typed | None, refused: ForumError | None, versions: Sequence[Written], recorded: str) -> Editor:
    newest = versions[0] if versions else None
    seen, now = (newest.version, newest.text) if newest else (0, "")
    if form is None:
        begun = _opened(query.get("isi", ""), now, versions, recorded)
        fits = begun if len(begun) <= LONGEST_TEXT else begun[:LONGEST_TEXT].rpartition("\n")[0]
        return Editor(fits, seen, now, versions, unfit=fits != begun)
    overtaken = refused is not None and refused.code == "minutes.changed"
    typed = form.get("text").replace("\r\n", "\n")
    return Editor(
        typed,
        seen if overtaken else number_in(form, "seen"),
        now if overtaken else form.get("was"),
        versions,
        newest if overtaken else None,
    )


def _opened(wanted: str, now: str, versions: Sequence[Written], recorded: str) -> str:
    """What the editor begins with: the newest words, those of an earlier version, or what was recorded, after them."""
    if wanted == RECORDED:
        return "\n\n".join(part for part in (now, recorded) if part)
    return next((one.text for one in versions if wanted == f"v{one.version}"), now)


def number_in(given: Typed | Mapping[str, str], name: str) -> int:
    """A number that a form or an address carries; 0 for what can be none."""
    text = given.get(name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _line(entry: Entry, frame: Frame, words: Translator) -> Line:
    note = entry.kind is EntryKind.NOTE
    return Line(
        time=time_of(entry.at, frame.session),
        kind=kind_of(entry, words),
        code=entry.kind.value,
        name=entry.name,
        standing=standing_of(entry, words, frame.sites),
        about=about_of(entry, words, frame.session.zone),
        text=text_of(entry, words),
        note_id=entry.key[1:] if note else "",
    )
