"""Proposals that come by a form of their own: numbered at once for the secretariat's list, published by nobody but the secretariat."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import canonical, new_id
from app.errors import Conflict, Gone, NotFound
from app.proposals.capture import Words, capture, take_turn
from app.proposals.choices import Via
from app.proposals.listing import find
from app.proposals.models import HandedIn, Proposal, ProposalSource
from app.registration.filing import hold_session
from app.sessions.models import ForumSession, SessionState
from app.vault import Vault, same

KEY = 16
SHUT = {SessionState.DRAFT, SessionState.CANCELLED}


@dataclass(frozen=True)
class Sheet:
    """What stands in the form: the words, whose they are as far as they said, and `nonce`, the same for a repeated press.

    With `participant_id` a seat's holder sends it; else anybody, while the public form is open.
    """

    nonce: str
    text: str
    author: str
    capacity: str | None = None
    participant_id: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    name_public: bool = False
    proven: bool = False
    notice_version: int | None = None

    @property
    def body_hash(self) -> str:
        """By which the same words are known again."""
        return hashlib.sha256(canonical([self.text, self.author, dict(self.fields)])).hexdigest()


def takes_from_all(session: ForumSession, stamp: datetime) -> bool:
    """Whether a form of the public page that was complete at this moment is taken."""
    until = session.public_proposals_until
    return until is not None and stamp <= until and session.state not in SHUT


async def hand_in(db: AsyncSession, vault: Vault, session_id: str, sheet: Sheet, *, received_at: datetime, now: datetime) -> HandedIn:
    """Number what was handed in, once per nonce. Gone `proposals.form_closed`; Conflict `proposals.form_used` for other words under a nonce."""
    session = await hold_session(db, session_id)
    if sheet.participant_id is None and not takes_from_all(session, received_at):
        raise Gone("proposals.form_closed")
    # Whoever holds the counter looks alone: the same form pressed twice finds what the first press made.
    await take_turn(db, session_id)
    again = await handed_in(db, session_id, sheet.nonce)
    if again is not None:
        if again.body_hash != sheet.body_hash:
            raise Conflict("proposals.form_used")
        return again
    public = sheet.participant_id is None
    row_id = new_id()
    words = Words(
        source_kind="web" if public else "join",
        source_id=row_id,
        text=sheet.text,
        author=sheet.author,
        at=received_at,
        participant_id=sheet.participant_id,
        capacity=sheet.capacity,
        via=Via.WEB if public else Via.ONLINE,
        fields=sheet.fields,
        name_public=sheet.name_public,
    )
    actor = "public:web" if public else f"participant:{sheet.participant_id}"
    (number,) = await capture(db, session_id, [words], by=actor, now=now)
    proposal = await find(db, session_id, number)
    made = HandedIn(
        id=row_id,
        session_id=session_id,
        nonce=sheet.nonce,
        body_hash=sheet.body_hash,
        participant_id=sheet.participant_id,
        proposal_id=proposal.id,
        proven=sheet.proven,
        notice_version=sheet.notice_version,
        received_at=received_at,
    )
    db.add(made)
    await db.flush()
    facts: dict[str, object] = {"number": number, "proven": sheet.proven, "notice": sheet.notice_version, "named": sheet.name_public}
    await record(db, vault, session_id, now, Act(actor, "proposals.handed_in", f"proposal:{proposal.id}", facts))
    return made


async def handed_in(db: AsyncSession, session_id: str, nonce: str) -> HandedIn | None:
    """What this form made before."""
    return await db.scalar(select(HandedIn).where(HandedIn.session_id == session_id, HandedIn.nonce == nonce))


async def unproven(db: AsyncSession, proposal_id: str) -> bool:
    """Whether a proposal came from the public page without a browser's proof."""
    wanted = select(HandedIn.id).where(HandedIn.proposal_id == proposal_id, HandedIn.participant_id.is_(None), HandedIn.proven.is_(False))
    return await db.scalar(wanted.limit(1)) is not None


def receipt_key(vault: Vault, handed: HandedIn) -> str:
    """The key in the address of the receipt."""
    return handed.id + vault.derive("handed_in", handed.id, 1, KEY)


async def by_key(db: AsyncSession, vault: Vault, session_id: str, key: str) -> tuple[HandedIn, Proposal]:
    """What was handed in and where it stands; NotFound for any other text."""
    found = await db.get(HandedIn, key[:16]) if key.isascii() else None
    if found is None or found.session_id != session_id or not same(key, receipt_key(vault, found)):
        raise NotFound("proposals.unknown_receipt")
    return found, await db.get_one(Proposal, found.proposal_id)


async def words_of(db: AsyncSession, handed: HandedIn) -> str:
    """What was written in the form; empty when it was taken away since."""
    return await db.scalar(select(ProposalSource.text).where(ProposalSource.source_id == handed.id)) or ""


async def own(db: AsyncSession, session_id: str, participant_id: str) -> list[tuple[HandedIn, Proposal]]:
    """What a seat's holder handed in, newest first."""
    rows = await db.execute(
        select(HandedIn, Proposal)
        .join(Proposal, Proposal.id == HandedIn.proposal_id)
        .where(HandedIn.session_id == session_id, HandedIn.participant_id == participant_id)
        .order_by(HandedIn.received_at.desc())
    )
    return [(row[0], row[1]) for row in rows]
