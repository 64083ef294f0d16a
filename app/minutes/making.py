"""The minutes as a file: gathered in short reads, made in a child process. The same data give the same bytes."""

from pathlib import Path
from typing import Any

from app.documents.pdf import pdf
from app.documents.word import docx
from app.errors import Conflict
from app.minutes.document import LANGUAGE, document_of
from app.minutes.gather import minutes_of
from app.minutes.word import word_document
from app.sessions.models import ForumSession
from app.web.ground import Ground


async def minutes_pdf(parts: Ground, session: ForumSession) -> Path:
    """The minutes as PDF/A in a temporary file that the caller removes. Conflict `minutes.rehearsing` while the office rehearses."""
    return await pdf("minutes.typ", await _given(parts, session), archival=True)


async def minutes_docx(parts: Ground, session: ForumSession) -> Path:
    """The same as a Word document."""
    return await docx(word_document(await _given(parts, session)))


async def _given(parts: Ground, session: ForumSession) -> dict[str, Any]:
    if session.rehearsal is not None:
        raise Conflict("minutes.rehearsing")
    found = await minutes_of(parts.database, session, parts.clock.now())
    return document_of(found, parts.settings, parts.catalogues.translator(LANGUAGE))
