"""A forum that has ended with its plenary decided and people who were there."""

import io
from datetime import datetime, timedelta

from docx import Document
from docx.document import Document as Word
from pypdf import PdfReader
from sqlalchemy import update

from app.database.tables import new_id
from app.kept.service import content
from app.participants.models import Attendance, Participant
from app.planning.service import agree, not_agree
from app.proposals.choices import Reason
from app.record.amending import Amendment, add_addendum
from app.record.annex import sealed_rows
from app.record.draft import Draft, write_draft
from app.record.files import made
from app.record.final import make_final, prepare
from app.record.models import FileKind, RecordVersion
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.factories_invitations import make_person
from tests.factories_plenary import TITLES, make_plenary, seen_by

CHAIR = "Ir. Anita Heru, M.Sc."
WRITTEN = Draft(number="050/0421", dated_on="2021-04-11", place="Ruang Kresna", chair_name=CHAIR)


async def make_held(ground: Ground, titles: tuple[str, ...] = TITLES) -> tuple[ForumSession, list[str], list[Participant]]:
    """All agreed but the last; Siti sat in a hall, Slamet came online, Nur did not come. The session, its numbers, the people."""
    session, numbers = await make_plenary(ground, titles)
    people = [
        await make_person(ground, session, "Siti Rahmawati", institution="PKK Krapyak", gender="female"),
        await make_person(ground, session, "Slamet Riyadi", element="rw", phone="+6281234567890"),
        await make_person(ground, session, "Nur Tidak Hadir"),
    ]
    now = ground.clock.now()
    async with ground.database.write() as db:
        if numbers:
            await agree(db, ground.vault, session.id, numbers[:-1], await seen_by(ground, session))
    async with ground.database.write() as db:
        if numbers:
            by = await seen_by(ground, session)
            await not_agree(db, ground.vault, session.id, numbers[-1:], (Reason.LAND_NOT_OWNED, "Menunggu hibah"), by)
    async with ground.database.write() as db:
        db.add(stay(session, people[0], "in_person", now))
        db.add(stay(session, people[1], "online", now))
        ended = update(ForumSession).where(ForumSession.id == session.id)
        await db.execute(ended.values(state=SessionState.ENDED, opened_at=now - timedelta(hours=3), ended_at=now))
    return session, numbers, people


def stay(session: ForumSession, who: Participant, way: str, at: datetime) -> Attendance:
    """Somebody was there."""
    facts = {"nonce": new_id(), "arrived_at": at, "recorded_at": at, "recorded_by": "system"}
    return Attendance(session_id=session.id, participant_id=who.id, way=way, **facts)


async def write(ground: Ground, session: ForumSession, draft: Draft = WRITTEN, seen: int = 0) -> int:
    """What the secretariat types."""
    words = ground.catalogues.translator("id")
    async with ground.database.write() as db:
        return await write_draft(db, ground.vault, words, session, draft, seen, actor="account:a", now=ground.clock.now())


async def finalise(ground: Ground, session: ForumSession) -> RecordVersion:
    """The record as version 1."""
    words = ground.catalogues.translator("id")
    async with ground.database.read() as db:
        prepared = await prepare(db, ground.vault, ground.settings, words, session)
    rows = sealed_rows(ground.vault, prepared.gathered.attendees)
    async with ground.database.write() as db:
        return await make_final(db, ground.vault, ground.settings, session, prepared, rows, actor="account:a", now=ground.clock.now())


async def amend(ground: Ground, session: ForumSession, number: str = "050/0500") -> RecordVersion:
    """What changed since as the next version."""
    words = ground.catalogues.translator("id")
    amendment = Amendment(number, "2021-05-02", "Salah ketik.")
    async with ground.database.read() as db:
        prepared = await prepare(db, ground.vault, ground.settings, words, session)
    async with ground.database.write() as db:
        return await add_addendum(
            db, ground.vault, ground.settings, session, prepared, amendment, actor="account:a", now=ground.clock.now()
        )


async def file_of(ground: Ground, version: RecordVersion, kind: FileKind) -> bytes:
    """A file of a version."""
    from_kept = await made(ground, version.id, kind)
    return await content_of(ground, from_kept.id)


async def content_of(ground: Ground, file_id: str) -> bytes:
    """The bytes of a kept file."""
    return b"".join([piece async for piece in content(ground.database, ground.vault, file_id)])


def pages_of(pdf: bytes) -> list[str]:
    """The words of the agreement and of each annex, with single spaces."""
    parts = [""]
    for page in PdfReader(io.BytesIO(pdf)).pages:
        words = " ".join(page.extract_text().split())
        if words.startswith("LAMPIRAN "):
            parts.append(words)
        else:
            parts[-1] += f" {words}"
    return parts


def word_of(docx: bytes) -> Word:
    """The Word document."""
    return Document(io.BytesIO(docx))
