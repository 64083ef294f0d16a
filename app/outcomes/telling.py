"""Telling whoever wrote: one notice per person and publication, about all of their proposals in it; the letter is composed when it goes out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.engine import Database
from app.i18n import Translator
from app.notices.models import Notice
from app.notices.service import Told, notify_all
from app.outcomes.levels import follows
from app.outcomes.models import Outcome, OutcomePublication
from app.outcomes.own import own_key
from app.outcomes.timeline import day_as_moment
from app.outcomes.writers import writers_of
from app.proposals.listing import sources_of
from app.proposals.models import Proposal
from app.proposals.privacy import masked
from app.proposals.service import covered, hidden_names
from app.sessions.models import ForumSession
from app.vault import Vault
from app.web.ground import LetterWords

OUTCOME = "outcome"
"""The kind of the notice and of its letter."""
TOGETHER = 50
"""Notices of one transaction: the writer of SQLite is held for a moment only."""
NAMED = 5
"""Proposals that one letter tells in full; the page behind its link shows all."""


async def tell(database: Database, publication_id: str, now: datetime) -> int:
    """Write the notices of a publication; how many are new. Harmless to repeat: a person has one per publication."""
    async with database.read() as db:
        publication = await db.get_one(OutcomePublication, publication_id)
        about = await db.scalars(select(Outcome.proposal_id).where(Outcome.publication_id == publication_id).distinct())
        people = await writers_of(db, publication.session_id, list(about))
    told = [
        Told(person, f"{OUTCOME}:{publication_id}:{person}", {"publication": publication_id, "proposals": proposals})
        for person, proposals in sorted(people.items())
    ]
    new = 0
    for start in range(0, len(told), TOGETHER):
        async with database.write() as db:
            new += await notify_all(db, session_id=publication.session_id, kind=OUTCOME, people=told[start : start + TOGETHER], now=now)
    return new


def letter_words(vault: Vault, public_url: str) -> LetterWords:
    """What the letter of a notice says beside what every letter does: the answers of its publication, and the writer's own page."""

    async def gather(db: AsyncSession, notice_id: str) -> Callable[[Translator], dict[str, object]] | None:
        notice = await db.get_one(Notice, notice_id)
        session = await db.get_one(ForumSession, notice.session_id)
        ids: Any = notice.facts["proposals"]
        proposals = (await db.scalars(select(Proposal).where(Proposal.id.in_(ids)).order_by(Proposal.number))).all()
        rows = (
            await db.scalars(
                select(Outcome)
                .where(Outcome.publication_id == str(notice.facts["publication"]), Outcome.proposal_id.in_(ids))
                .order_by(Outcome.decided_on, Outcome.id)
            )
        ).all()
        if not rows:
            return None
        sources = await sources_of(db, proposals)
        own = f"{public_url}/jawaban/{own_key(vault, notice.participant_id)}"

        def words(translator: Translator) -> dict[str, object]:
            return {
                "answers": [
                    {
                        "number": one.number,
                        "title": covered(one, sources[one.id])(one.title),
                        "said": [
                            _said(row, session, translator, hidden_names(one, sources[one.id])) for row in rows if row.proposal_id == one.id
                        ],
                    }
                    for one in proposals[:NAMED]
                ],
                "more_answers": max(0, len(proposals) - NAMED),
                "own": own,
            }

        return words

    return gather


def _said(row: Outcome, session: ForumSession, words: Translator, hidden: list[str]) -> dict[str, object]:
    reason = [words.label("reason", row.reason_code)] if row.reason_code and (row.reason_code != "other" or not row.reason) else []
    return {
        "level": words.label("level", row.level.value),
        "verdict": words.label("verdict", row.verdict.value),
        "at": day_as_moment(row.decided_on, session.zone),
        "decided_by": masked(row.decided_by, hidden) if row.decided_by else None,
        "reason": ". ".join([*reason, *([masked(row.reason, hidden)] if row.reason else [])]) or None,
        "next": masked(row.next_step, hidden) if row.next_step else words.label("follows", follows(row.level, row.verdict)),
    }
