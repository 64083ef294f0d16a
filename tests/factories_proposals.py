"""Words and people that proposals are made of."""

from typing import Any

from app.database.tables import new_id
from app.participants.models import Origin, Participant
from app.proposals.capture import Words, capture
from app.sessions.models import ForumSession
from app.web.ground import Ground

SAID = "Saluran Jalan Samudra mampet, tiap rob air masuk 40 rumah. Mohon dikeruk dan diberi pintu air."
NAME = "Siti Rahmawati"


async def make_person(ground: Ground, session: ForumSession, **changes: Any) -> Participant:
    """A resident of Kandang Panjang who leads an RT and did not agree to her name being public."""
    values: dict[str, Any] = {
        "id": new_id(),
        "session_id": session.id,
        "number": int.from_bytes(new_id()[:4].encode()) % 1_000_000_000,
        "origin": Origin.APPLICATION,
        "name": NAME,
        "name_key": "siti rahmawati",
        "capacity": "Ketua RT 03/RW 05",
        "element": "rt",
        "village": "Kandang Panjang",
        "created_at": ground.clock.now(),
        **changes,
    }
    person = Participant(**values)
    async with ground.database.write() as db:
        db.add(person)
    return person


def words(ground: Ground, text: str = SAID, person: Participant | None = None, **changes: Any) -> Words:
    """Something said in the room."""
    values: dict[str, Any] = {
        "source_kind": "message",
        "source_id": new_id(),
        "text": text,
        "author": person.name if person else "Ibu, RT 3",
        "at": ground.clock.now(),
        "participant_id": person.id if person else None,
        "capacity": person.capacity if person else None,
        **changes,
    }
    return Words(**values)


async def make_proposal(ground: Ground, session: ForumSession, said: Words | None = None) -> str:
    """One captured proposal; its number."""
    async with ground.database.write() as db:
        return (await capture(db, session.id, [said or words(ground)], by="system", now=ground.clock.now()))[0]
