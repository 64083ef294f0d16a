"""Telling those who attended that the draft may be corrected, and each who objected what was answered; letters are composed when they go out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import Clock
from app.database.engine import Database
from app.i18n import Translator
from app.notices.models import Channel, Delivery, DeliveryState, Notice
from app.notices.service import Told, notify_all
from app.participants.models import Attendance, Participant
from app.record.corrections import about_of, is_final, opened_words
from app.record.models import RecordObjection, RecordWindow
from app.record.own import correction_key, held_since
from app.vault import Vault
from app.web.ground import LetterWords

CORRECTION = "correction"
"""The kind of the notice that the draft may be corrected: {window, until}."""
TOGETHER = 50
"""Notices of one transaction: the writer of SQLite is held for a moment only."""
REACHABLE = or_(Participant.phone.is_not(None), Participant.email.is_not(None))


@dataclass(frozen=True)
class Reach:
    """How many of those who attended know until when they may object, how many a letter waits for or did not reach, and how many have no contact."""

    told: int
    waiting: int
    failed: int
    without: int


async def address_of(db: AsyncSession, vault: Vault, public_url: str, participant_id: str) -> str:
    """Where somebody reads the draft and objects; for whoever holds the link."""
    return f"{public_url}/koreksi/{await correction_key(db, vault, participant_id)}"


async def tell_window(database: Database, window_id: str, now: datetime) -> int:
    """Write the notices of a window as it closes now; how many are new. Harmless to repeat: a person has one per closing moment.

    What waits to be sent about an earlier moment is not sent any more.
    """
    async with database.read() as db:
        window = await db.get_one(RecordWindow, window_id)
        people = (await db.scalars(_attended(window).where(REACHABLE).order_by(Participant.number))).all()
    facts: dict[str, object] = {"window": window_id, "until": window.closes_at.isoformat()}
    told = [Told(person, _key(window) + person, facts) for person in people]
    new = 0
    for start in range(0, len(told), TOGETHER):
        async with database.write() as db:
            some = told[start : start + TOGETHER]
            await _drop_earlier(db, window, [one.participant_id for one in some])
            new += await notify_all(db, session_id=window.session_id, kind=CORRECTION, people=some, now=now)
    return new


def _key(window: RecordWindow) -> str:
    """How the keys of its notices begin."""
    return f"{CORRECTION}:{window.id}:{window.closes_at.isoformat()}:"


def _attended(window: RecordWindow) -> Select[str]:
    there = select(Attendance.participant_id).where(Attendance.session_id == window.session_id)
    return select(Participant.id).where(
        Participant.session_id == window.session_id, Participant.id.in_(there), Participant.erased_at.is_(None)
    )


async def _drop_earlier(db: AsyncSession, window: RecordWindow, people: Sequence[str]) -> None:
    earlier = select(Notice.id).where(
        Notice.participant_id.in_(people), Notice.kind == CORRECTION, ~Notice.key.startswith(_key(window), autoescape=True)
    )
    waiting = Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.WAITING_RETRY))
    gone = update(Delivery).where(Delivery.notice_id.in_(earlier), waiting)
    await db.execute(gone.values(state=DeliveryState.CANCELLED, next_try_at=None, version=Delivery.version + 1))


async def reach_of(db: AsyncSession, window: RecordWindow) -> Reach:
    """Whom the closing moment of a window has reached so far."""
    there = {row[0]: row[1] for row in await db.execute(_attended(window).add_columns(REACHABLE))}
    deliveries = (
        select(Notice.participant_id, Delivery.state)
        .join(Delivery, Delivery.notice_id == Notice.id)
        .where(Notice.session_id == window.session_id, Notice.kind == CORRECTION, Notice.key.startswith(_key(window), autoescape=True))
        # The console of a trial installation reaches nobody.
        .where((Delivery.channel != Channel.CONSOLE) | (Delivery.state == DeliveryState.FAILED))
    )
    states: dict[str, set[DeliveryState]] = {}
    for person, state in await db.execute(deliveries):
        states.setdefault(person, set()).add(state)
    told = {person for person in there if DeliveryState.SENT in states.get(person, ())}
    contact = {person for person, reachable in there.items() if reachable} - told
    failed = {person for person in contact if states.get(person, set()) - {DeliveryState.CANCELLED} == {DeliveryState.FAILED}}
    return Reach(len(told), len(contact - failed), len(failed), len(there) - len(told) - len(contact))


def window_words(vault: Vault, public_url: str, clock: Clock) -> LetterWords:
    """Until when the draft may be corrected, and where; nothing once that is over, or was put off, or the record is final."""

    async def gather(db: AsyncSession, notice_id: str) -> Callable[[Translator], dict[str, object]] | None:
        notice = await db.get_one(Notice, notice_id)
        window = await db.get_one(RecordWindow, str(notice.facts["window"]))
        if window.closes_at < clock.now() or notice.facts["until"] != window.closes_at.isoformat() or await is_final(db, notice.session_id):
            return None
        before = select(Notice.id).where(
            Notice.participant_id == notice.participant_id, Notice.id != notice.id, Notice.key.startswith(f"{CORRECTION}:{window.id}:")
        )
        again = await db.scalar(before.limit(1)) is not None
        own = await address_of(db, vault, public_url, notice.participant_id)
        return lambda _: {"until": window.closes_at, "own": own, "again": again}

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
