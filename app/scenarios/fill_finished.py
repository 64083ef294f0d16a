"""A forum that is over, brought to its end: the list decided and filled in, record and addendum final, minutes written, answers published, SIPD begun."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account
from app.database.tables import new_id
from app.minutes.course import CLOSING
from app.minutes.gather import frame_of
from app.minutes.texts import write_text
from app.outcomes import publishing, writing
from app.outcomes.levels import Level, Verdict
from app.outcomes.listing import drafts_of
from app.outcomes.writing import Answer, Writer
from app.planning import service as plenary
from app.planning.board import By
from app.planning.delegates import add_delegate
from app.planning.listing import AGREED, Line, lines_of, plenary_of
from app.record.amending import add_addendum
from app.record.annex import sealed_rows
from app.record.draft import write_draft
from app.record.final import make_final, prepare
from app.scenarios import bekasi_finished as words
from app.sessions.models import ForumSession
from app.sipd import service as sipd
from app.sipd.service import Entered
from app.web.ground import Ground

LOGIN = "sekretariat"
"""Who does all this."""


async def finish(ground: Ground, session: ForumSession) -> None:
    """Everything from the plenary's decisions on, in the order and at the hours of the two days after the forum; it must be over."""
    ended = session.ends_at
    async with ground.database.read() as db:
        who = f"account:{(await db.scalars(select(Account.id).where(Account.login == LOGIN))).one()}"
        session = await db.get_one(ForumSession, session.id)
    await _decide(ground, session, who, ended + timedelta(hours=2))
    await _minutes(ground, session, who, ended + timedelta(hours=3))
    await _record(ground, session, who, ended + timedelta(hours=4))
    await _answers(ground, session, who, ended + timedelta(hours=20))
    await _addendum(ground, session, who, ended + timedelta(hours=26))
    await _sipd(ground, session, who, ended + timedelta(hours=28))


async def _decide(ground: Ground, session: ForumSession, who: str, at: datetime) -> None:
    """What the day agreed on stands first and gets its columns; the others get a reason each; five people go on to the next tier."""
    lines = await _lines(ground, session)
    agreed, others = await _agreed(ground, session), [line.proposal.number for line in lines if line.decision != AGREED]
    async with ground.database.write() as db:
        await plenary.set_ceiling(db, ground.vault, session.id, words.CEILING, await _by(db, session, who, at))
    for place, line in enumerate(agreed):
        number, sector = line.proposal.number, str(line.proposal.sector)
        given: dict[str, object] = {
            "regional_priority": words.PRIORITY,
            "regional_target": words.TARGET,
            "program": words.PROGRAMS[sector],
            "activity_target": words.AIMS[sector],
            "quantity": words.MEASURES[sector][0],
            "unit": words.MEASURES[sector][1],
            "ceiling": words.CEILINGS[place % len(words.CEILINGS)],
        }
        async with ground.database.write() as db:
            first = others[0] if others else None
            await plenary.order(db, ground.vault, session.id, number, first, await _by(db, session, who, at))
            await plenary.fill(db, ground.vault, session.id, [number], given, await _by(db, session, who, at))
    for turn, why in enumerate(words.REFUSALS):
        async with ground.database.write() as db:
            numbers = others[turn :: len(words.REFUSALS)]
            await plenary.not_agree(db, ground.vault, session.id, numbers, why, await _by(db, session, who, at + timedelta(minutes=turn)))
    for named in words.DELEGATES:
        async with ground.database.write() as db:
            await add_delegate(db, ground.vault, session.id, named, await _by(db, session, who, at + timedelta(minutes=30)))


async def _minutes(ground: Ground, session: ForumSession, who: str, at: datetime) -> None:
    """The secretariat's text under the first point of the agenda and the conclusion."""
    async with ground.database.write() as db:
        known = (frame := await frame_of(db, session)).keys
        for section, text in ((frame.steps[0].id, words.OPENED), (CLOSING, words.CONCLUDED)):
            await write_text(db, ground.vault, session, section, text, known=known, seen=0, was="", actor=who, now=at)


async def _record(ground: Ground, session: ForumSession, who: str, at: datetime) -> None:
    """Written and made final; its files are made by the job that this wants."""
    indonesian = ground.catalogues.translator("id")
    async with ground.database.write() as db:
        await write_draft(db, ground.vault, indonesian, session, words.RECORD, 0, actor=who, now=at)
    async with ground.database.read() as db:
        prepared = await prepare(db, ground.vault, ground.settings, indonesian, session)
    async with ground.database.write() as db:
        given = (ground.settings, session, prepared, sealed_rows(ground.vault, prepared.gathered.attendees))
        await make_final(db, ground.vault, *given, actor=who, now=at + timedelta(minutes=10))


async def _addendum(ground: Ground, session: ForumSession, who: str, at: datetime) -> None:
    """One ceiling is put right."""
    first = (await _agreed(ground, session))[0].proposal.number
    async with ground.database.write() as db:
        await plenary.fill(db, ground.vault, session.id, [first], {"ceiling": words.CORRECTED}, await _by(db, session, who, at))
    async with ground.database.read() as db:
        prepared = await prepare(db, ground.vault, ground.settings, ground.catalogues.translator("id"), session)
    async with ground.database.write() as db:
        given = (ground.settings, session, prepared, words.ADDENDUM)
        await add_addendum(db, ground.vault, *given, actor=who, now=at + timedelta(minutes=10))


async def _answers(ground: Ground, session: ForumSession, who: str, at: datetime) -> None:
    """The forum's own decisions are published, then what agencies answered; one answer is still a draft."""
    async with ground.database.write() as db:
        await writing.draft_from_plenary(db, ground.vault, session.id, Writer(who, at))
    await _publish(ground, session, who, at + timedelta(minutes=5))
    later = at + timedelta(hours=3)
    reason, document, number = words.ACCOMMODATED
    verdicts = (
        (Verdict.ACCOMMODATED, reason, document, number),
        (Verdict.PARTLY, words.PARTLY, document, number),
        (Verdict.ACCOMMODATED, reason, document, number),
        (Verdict.NOT_ACCOMMODATED, words.LATER, None, None),
    )
    agreed = await _agreed(ground, session)
    for line, said in zip(agreed, verdicts, strict=False):
        await _answer(ground, session, line, _day(session, later), said, Writer(who, later))
    await _publish(ground, session, who, later + timedelta(minutes=5))
    await _answer(ground, session, agreed[len(verdicts)], _day(session, later), verdicts[0], Writer(who, later + timedelta(minutes=20)))


async def _answer(
    ground: Ground, session: ForumSession, line: Line, day: date, said: tuple[Verdict, str, str | None, str | None], writer: Writer
) -> None:
    verdict, reason, document, number = said
    answer = Answer(Level.AGENCY, verdict, day, line.proposal.agency, None, reason, document, number)
    async with ground.database.write() as db:
        await writing.write(db, ground.vault, session.id, answer, {line.proposal.number: ""}, writer)


async def _publish(ground: Ground, session: ForumSession, who: str, at: datetime) -> None:
    async with ground.database.write() as db:
        drafts = {draft.id: draft.edit for draft, _ in await drafts_of(db, session.id)}
        await publishing.publish(db, ground.vault, session.id, new_id(), drafts, actor=who, now=at)


async def _sipd(ground: Ground, session: ForumSession, who: str, at: datetime) -> None:
    """Half of what was agreed is keyed in, and the last day is set."""
    due = _day(session, session.ends_at) + timedelta(days=9)
    async with ground.database.write() as db:
        await sipd.set_due(db, ground.vault, session.id, due, sipd.By(who, 0, at), was=None)
    agreed = await _agreed(ground, session)
    for turn, (line, sipd_id) in enumerate(zip(agreed, words.SIPD_IDS, strict=False)):
        async with ground.database.write() as db:
            by = sipd.By(who, 0, at + timedelta(minutes=4 * turn))
            await sipd.mark(db, ground.vault, session.id, line.proposal.number, Entered(_day(session, at), sipd_id), by)


async def _lines(ground: Ground, session: ForumSession) -> Sequence[Line]:
    async with ground.database.read() as db:
        return await lines_of(db, session)


async def _agreed(ground: Ground, session: ForumSession) -> list[Line]:
    return [line for line in await _lines(ground, session) if line.decision == AGREED]


async def _by(db: AsyncSession, session: ForumSession, who: str, at: datetime) -> By:
    """Somebody who sees the list as it is now."""
    return By(who, (await plenary_of(db, session.id)).head, at)


def _day(session: ForumSession, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(session.zone)).date()
