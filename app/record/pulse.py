"""Whether a record that was read still says what is so: asked again in the transaction that freezes or shows it."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.participants.models import Attendance, Participant
from app.participants.service import take_turn
from app.planning.listing import pulse as list_pulse
from app.record.corrections import beat
from app.record.models import RecordDraft, RecordObjection
from app.sessions.models import ForumSession


async def pulse_of(db: AsyncSession, session_id: str) -> str:
    """Another text whenever the list, the objections, the draft, the people or who was there may read otherwise."""
    draft = await db.scalar(select(RecordDraft.version).where(RecordDraft.session_id == session_id))
    # Each correction and erasure raises a version; a retention only empties contacts and answers.
    people = select(func.count(), func.sum(Participant.version), func.count(Participant.phone), func.count(Participant.address))
    here = (await db.execute(people.where(Participant.session_id == session_id))).one()
    # Of two who came and went the later one was written down later.
    stays = select(func.count(), func.max(Attendance.recorded_at), func.count(Attendance.left_at), func.max(Attendance.left_at))
    there = (await db.execute(stays.where(Attendance.session_id == session_id))).one()
    words = select(func.count(RecordObjection.text), func.count(RecordObjection.answer))
    said = (await db.execute(words.where(RecordObjection.session_id == session_id))).one()
    parts = (await list_pulse(db, session_id), await beat(db, session_id), draft, *here, *there, *said)
    return "|".join(map(str, parts))


async def hold_still(db: AsyncSession, session_id: str) -> ForumSession:
    """The session, held to the end of the transaction: no other record, window, correction or erasure of somebody is between."""
    # Rows that refer to the session are still written meanwhile: whoever does that may have the turn already.
    held = await db.get_one(ForumSession, session_id, with_for_update={"key_share": True}, populate_existing=True)
    await take_turn(db, session_id)
    return held
