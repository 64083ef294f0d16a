"""Telling those who attended that the draft may be corrected, and each who objected what was answered; letters are composed when they go out."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.engine import Database
from app.i18n import Translator
from app.notices.models import Notice
from app.notices.service import Told, notify_all
from app.participants.models import Attendance, Participant
from app.record.corrections import about_of, is_final, opened_words
from app.record.models import RecordObjection, RecordWindow
from app.record.own import correction_key, held_since
from app.vault import Vault
from app.web.ground import LetterWords

CORRECTION = "correction"
"""The kind of the notice that the draft may be corrected: {window}."""
TOGETHER = 50
"""Notices of one transaction: the writer of SQLite is held for a moment only."""


async def address_of(db: AsyncSession, vault: Vault, public_url: str, participant_id: str) -> str:
    """Where somebody reads the draft and objects; for whoever holds the link."""
    return f"{public_url}/koreksi/{await correction_key(db, vault, participant_id)}"


async def tell_window(database: Database, window_id: str, now: datetime) -> int:
    """Write the notices of a window; how many are new. Harmless to repeat: a person has one per window."""
    async with database.read() as db:
        window = await db.get_one(RecordWindow, window_id)
        there = select(Attendance.participant_id).where(Attendance.session_id == window.session_id)
        reachable = or_(Participant.phone.is_not(None), Participant.email.is_not(None))
        wanted = select(Participant.id).where(Participant.session_id == window.session_id, Participant.id.in_(there), reachable)
        people = (await db.scalars(wanted.where(Participant.erased_at.is_(None)).order_by(Participant.number))).all()
    told = [Told(person, f"{CORRECTION}:{window_id}:{person}", {"window": window_id}) for person in people]
    new = 0
    for start in range(0, len(told), TOGETHER):
        async with database.write() as db:
            some = told[start : start + TOGETHER]
            new += await notify_all(db, session_id=window.session_id, kind=CORRECTION, people=some, now=now)
    return new


def window_words(vault: Vault, public_url: str) -> LetterWords:
    """Until when the draft may be corrected, and where; nothing once the record is final."""

    async def gather(db: AsyncSession, notice_id: str) -> Callable[[Translator], dict[str, object]] | None:
        notice = await db.get_one(Notice, notice_id)
        window = await db.get_one(RecordWindow, str(notice.facts["window"]))
        if await is_final(db, notice.session_id):
            return None
        own = await address_of(db, vault, public_url, notice.participant_id)
        return lambda _: {"until": window.closes_at, "own": own}

    return gather


def answer_words(vault: Vault, public_url: str) -> LetterWords:
    """The answer to an objection; nothing once its words are gone, or somebody else has the seat."""

    async def gather(db: AsyncSession, notice_id: str) -> Callable[[Translator], dict[str, object]] | None:
        notice = await db.get_one(Notice, notice_id)
        one = await db.get_one(RecordObjection, str(notice.facts["objection"]))
        said = opened_words(vault, one, "answer")
        since = (await held_since(db, [one.participant_id])).get(one.participant_id)
        if not said or one.verdict is None or (since is not None and one.received_at <= since):
            return None
        verdict, own = one.verdict.value, await address_of(db, vault, public_url, notice.participant_id)

        def words(translator: Translator) -> dict[str, object]:
            told = translator.label("objection_verdict", verdict)
            return {"about": about_of(translator, one), "filed": one.received_at, "verdict": told, "said": said, "own": own}

        return words

    return gather
