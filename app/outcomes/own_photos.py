"""The address under which a writer brings photos of one proposal of theirs, and what stands there."""

from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFound
from app.participants.models import Participant
from app.proposals.handing import words_of
from app.proposals.models import HandedIn, Proposal, ProposalSource
from app.proposals.photo_models import Photo
from app.sessions.models import ForumSession
from app.vault import Vault, same

ID = 16
LENGTH = 16


@dataclass(frozen=True)
class PhotoHolder:
    """A writer at one of their proposals: a participant, or whoever holds the receipt of the public form."""

    key: str
    session: ForumSession
    proposal: Proposal
    holder_id: str
    participant: Participant | None

    @property
    def actor(self) -> str:
        """How acts of theirs are signed."""
        return f"participant:{self.participant.id}" if self.participant else f"handed:{self.holder_id}"

    def brought(self, photo: Photo) -> bool:
        """Whether a photo is theirs."""
        return photo.added_by == self.actor


def photo_key(vault: Vault, proposal_id: str, holder_id: str) -> str:
    """The key in the address, for a participant's id or, of somebody unknown, the id of what they handed in."""
    return proposal_id + holder_id + vault.derive("own_photos", proposal_id + holder_id, 1, LENGTH)


async def by_photo_key(db: AsyncSession, vault: Vault, key: str) -> PhotoHolder:
    """Whose address this is; NotFound for any other text, for whoever was erased, and once their words are gone from the proposal."""
    proposal_id, holder_id = key[:ID], key[ID : 2 * ID]
    if not (key.isascii() and key.isalnum()) or not same(key, photo_key(vault, proposal_id, holder_id)):
        raise NotFound("photos.unknown_key")
    proposal = await db.get(Proposal, proposal_id)
    if proposal is None:
        raise NotFound("photos.unknown_key")
    person = await db.get(Participant, holder_id)
    if not (await _speaks(db, proposal, person) if person else await _handed(db, proposal, holder_id)):
        raise NotFound("photos.unknown_key")
    return PhotoHolder(key, await db.get_one(ForumSession, proposal.session_id), proposal, holder_id, person)


async def _speaks(db: AsyncSession, proposal: Proposal, person: Participant) -> bool:
    if person.erased_at is not None:
        return False
    said = exists().where(
        ProposalSource.proposal_id == Proposal.id, ProposalSource.participant_id == person.id, ProposalSource.gone.is_(None)
    )
    theirs = or_(Proposal.participant_id == person.id, said)
    return await db.scalar(select(Proposal.id).where(Proposal.id == proposal.id, theirs)) is not None


async def _handed(db: AsyncSession, proposal: Proposal, holder_id: str) -> bool:
    handed = await db.get(HandedIn, holder_id)
    if handed is None or handed.proposal_id != proposal.id or handed.participant_id is not None:
        return False
    return bool(await words_of(db, handed))
