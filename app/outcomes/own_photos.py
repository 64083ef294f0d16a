"""The address under which a writer brings photos of one proposal of theirs, and what stands there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFound
from app.guests.holders import held_since
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
    since: datetime | None = None
    """Since when the seat is theirs, where somebody else had it before."""

    @property
    def actor(self) -> str:
        """How acts of theirs are signed."""
        return f"participant:{self.participant.id}" if self.participant else f"handed:{self.holder_id}"

    def brought(self, photo: Photo) -> bool:
        """Whether a photo is theirs."""
        return photo.added_by == self.actor and (self.since is None or photo.added_at >= self.since)


def photo_key(vault: Vault, proposal_id: str, holder_id: str) -> str:
    """The key in the address, for a participant's id or, of somebody unknown, the id of what they handed in."""
    return proposal_id + holder_id + vault.derive("own_photos", proposal_id + holder_id, 1, LENGTH)


async def by_photo_key(db: AsyncSession, vault: Vault, key: str) -> PhotoHolder:
    """Whose address this is; NotFound for any other text, for whoever was erased, and for whoever only joined in once their words are gone from the proposal.

    Whose proposal it is keeps the address while they are not erased: their photos are theirs to see and to delete whatever became of the words.
    """
    proposal_id, holder_id = key[:ID], key[ID : 2 * ID]
    if not (key.isascii() and key.isalnum()) or not same(key, photo_key(vault, proposal_id, holder_id)):
        raise NotFound("photos.unknown_key")
    proposal = await db.get(Proposal, proposal_id)
    if proposal is None:
        raise NotFound("photos.unknown_key")
    person = await db.get(Participant, holder_id)
    if not (await _speaks(db, proposal, person) if person else await _handed(db, proposal, holder_id)):
        raise NotFound("photos.unknown_key")
    since = await held_since(db, person.id) if person else None
    return PhotoHolder(key, await db.get_one(ForumSession, proposal.session_id), proposal, holder_id, person, since)


async def photos_of_person(db: AsyncSession, vault: Vault, person: Participant) -> list[tuple[Photo, str | None]]:
    """What somebody brought, taken away or not, with the address of each that is there."""
    since = await held_since(db, person.id)
    wanted = select(Photo, Proposal).join(Proposal, Proposal.id == Photo.proposal_id).where(Photo.participant_id == person.id)
    wanted = wanted if since is None else wanted.where(Photo.added_at >= since)
    found = []
    for photo, proposal in (await db.execute(wanted.order_by(Photo.id))).all():
        there = photo.removed_at is None and await _speaks(db, proposal, person)
        found.append((photo, f"/foto-usulan/{photo_key(vault, proposal.id, person.id)}/{photo.id}" if there else None))
    return found


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
