"""The pages inside an archive: plain HTML beside its own style sheet, readable from a folder without any server."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from anyio import to_thread
from jinja2 import Environment, Template

from app import i18n
from app.audit.service import Verdict
from app.closing.checklist import Point, still_open
from app.closing.zip_file import Written
from app.exports.gather import Source
from app.exports.tables import Cell, Row, Sheet, comma
from app.i18n import Catalogues, Translator
from app.sessions.models import AgendaItem
from app.web.files import StaticFiles
from app.web.pages import TEMPLATES, environment

STYLE = TEMPLATES / "closing" / "archive.css"
ROWS = "<!-- rows -->"
PHOTOS = "foto/"
"""The folder of the photos of proposals."""
"""Stands in the page of a table where its rows come, so that they can be written as they are read."""


@dataclass(frozen=True)
class ScanLine:
    """A scan as the first page of an archive lists it."""

    path: str
    kind: str
    hall: str
    note: str
    added_at: datetime


@dataclass(frozen=True)
class Offline:
    """The pages of one archive: the environment of templates, every language, what they are about, the agenda, and when they are made."""

    env: Environment
    catalogues: Catalogues
    given: Source
    agenda: Sequence[AgendaItem]
    at: datetime

    def index(self, written: Sequence[Written], scans: Sequence[ScanLine], points: Sequence[Point], verdict: Verdict) -> str:
        """The first page: what is in the archive, where the session stood, and how its audit chain ends."""
        paths = {one.path for one in written}
        tables = [name for name in dict.fromkeys(_table_of(path) for path in sorted(paths)) if name]
        kinds = {name: [path for path in sorted(paths) if _table_of(path) == name] for name in tables}
        photos = sorted(path for path in paths if path.startswith(PHOTOS))
        return self._page(
            "archive_index.html", tables=kinds, agenda=self.agenda, scans=scans, photos=photos, points=still_open(points), verdict=verdict
        )

    async def table(self, sheet: Sheet) -> AsyncIterator[bytes]:
        """A table as a page, row by row as it is read."""
        before, _, after = self._page("archive_table.html", sheet=sheet, rows_mark=ROWS).partition(ROWS)
        yield before.encode()
        rows = self.env.get_template("closing/archive_rows.html")
        zone = ZoneInfo(sheet.zone)
        async for page in sheet.pages:
            yield await to_thread.run_sync(_rendered, rows, page, zone)
        yield after.encode()

    def readme(self, written: Sequence[Written], points: Sequence[Point], verdict: Verdict) -> str:
        """What to read first, in Indonesian and in English whoever asked for it: what this is, whose data are in it, and the hash of every file."""
        still = still_open(points)
        parts = []
        for name, language in (("archive_readme.txt", "id"), ("archive_readme_en.txt", "en"), ("archive_sums.txt", "id")):
            text = (TEMPLATES / "closing" / name).read_text(encoding="utf-8")
            facts = self._facts(self.catalogues.translator(language), verdict=verdict, written=written, points=still)
            parts.append(self.env.from_string(text).render(facts))
        return "\n\n\n".join(part.strip("\n") for part in parts) + "\n"

    def style(self) -> str:
        """The style sheet of the pages."""
        return STYLE.read_text(encoding="utf-8")

    def _page(self, template: str, **more: object) -> str:
        return self.env.get_template(f"closing/{template}").render(self._facts(**more))

    def _facts(self, words: Translator | None = None, /, **more: object) -> dict[str, Any]:
        session, words = self.given.session, words or self.given.words
        return {
            "translator": words,
            "lang": words.language,
            "now": self.at,
            "zone": session.zone,
            "session": session,
            "halls": sorted(self.given.halls.values(), key=lambda site: site.position),
            "made": i18n.when(self.at, session.zone, words.language),
            **more,
        }


def offline(catalogues: Catalogues, given: Source, agenda: Sequence[AgendaItem], at: datetime) -> Offline:
    """The pages of the archive of one session."""
    return Offline(environment(StaticFiles()), catalogues, given, agenda, at)


def _rendered(rows: Template, page: Sequence[Row], zone: ZoneInfo) -> bytes:
    return rows.render(rows=[[_shown(cell, zone) for cell in row] for row in page]).encode("utf-8", "replace")


def _table_of(path: str) -> str:
    """Which table a file holds; empty for none."""
    folder, _, name = path.partition("/")
    return Path(name).stem if folder == "data" else ""


def _shown(cell: Cell, zone: ZoneInfo) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return cell.astimezone(zone).strftime("%d-%m-%Y %H.%M")
        case date():
            return cell.strftime("%d-%m-%Y")
        case float() | Decimal():
            return comma(cell)
    return str(cell)
