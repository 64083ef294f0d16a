"""The address of a writer's own page: everything of theirs and what became of it, for whoever holds the link."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFound
from app.participants.models import Participant
from app.vault import Vault, same

LENGTH = 16


def own_key(vault: Vault, participant_id: str) -> str:
    """The key in the address: the id, and what only this house can make of it."""
    return participant_id + vault.derive("own_outcomes", participant_id, 1, LENGTH)


async def by_own_key(db: AsyncSession, vault: Vault, key: str) -> Participant:
    """Whose page this is; NotFound for any other text, and for whoever was erased."""
    person = await db.get(Participant, key[:16]) if key.isascii() and key.isalnum() else None
    if person is None or person.erased_at is not None or not same(key, own_key(vault, person.id)):
        raise NotFound("outcomes.unknown_key")
    return person
