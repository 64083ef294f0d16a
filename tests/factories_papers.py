"""Scans and rows of the grid that tests start from."""

import io
from typing import Any

from app.database.tables import new_id
from app.papers.keying import FormFields
from app.papers.models import Scan, ScanKind
from app.papers.scans import Paper, add_scan
from app.sessions.models import ForumSession
from app.web.ground import Ground

PDF = b"%PDF-1.7\n" + b"0" * 300_000 + b"\x00\xff%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"1" * 100 + b"IEND\xaeB`\x82"


async def make_scan(ground: Ground, session: ForumSession, kind: ScanKind, site_id: str | None = None, content: bytes = PDF) -> Scan:
    """A scan that is there; each content once."""
    paper = Paper(kind, site_id, "")
    now = ground.clock.now()
    return await add_scan(ground.database, ground.vault, session, paper, io.BytesIO(content), actor="system", now=now)


def row(**changed: str) -> tuple[str, dict[str, Any]]:
    """A row's id and what stands in its cells."""
    cells = {
        "number": "",
        "name": "Siti Rahmawati",
        "rt_rw": "03/05",
        "title": "Perbaikan drainase Jalan Buton",
        "text": "Air masuk rumah tiap rob.",
        "location": "Jalan Buton",
        "quantity": "1.200",
        "unit": "meter",
        "written": "",
        "action": "Warga menyiapkan tenaga.",
        "sector": "5 Penerangan jalan",
    }
    return new_id(), {**cells, **changed}


def keyed(**changed: str) -> FormFields:
    """What a row of the grid says, its empty cells left out."""
    return FormFields.model_validate({name: cell for name, cell in row(**changed)[1].items() if cell})
