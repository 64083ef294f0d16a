"""Seats that tests start from: a person on the session's list with a link of their own."""

from typing import Any

from app.database.tables import new_id
from app.invitations.links import token_for
from app.invitations.models import Seat
from app.participants.models import Origin, Participant, ParticipantCounter
from app.regions import name_key
from app.sessions.models import ForumSession
from app.web.ground import Ground


async def make_person(ground: Ground, session: ForumSession, name: str = "Siti Rahmawati", **changes: Any) -> Participant:
    """A participant of the session; `phone` (E.164) and `email` are given plain and sealed here."""
    person_id = new_id()
    phone, email = changes.pop("phone", "+6285326905742"), changes.pop("email", None)
    seal = ground.vault.seal
    async with ground.database.write() as db:
        counter = await db.get_one(ParticipantCounter, session.id, with_for_update=True)
        counter.last += 1
        person = Participant(
            id=person_id,
            session_id=session.id,
            number=counter.last,
            origin=changes.pop("origin", Origin.APPLICATION),
            name=name,
            name_key=name_key(name),
            element=changes.pop("element", "rt"),
            phone=seal(phone, "participants", "phone", person_id),
            phone_index=ground.vault.blind("phone", phone) if phone else None,
            email=seal(email, "participants", "email", person_id),
            created_at=ground.clock.now(),
            **changes,
        )
        db.add(person)
    return person


async def make_seat(
    ground: Ground, session: ForumSession, name: str = "Siti Rahmawati", *, way: str = "online", site_id: str | None = None, **person: Any
) -> tuple[Seat, str]:
    """An active seat and the token of its link (bearer, hello.token, `/j/{token}`)."""
    holder = await make_person(ground, session, name, site_id=site_id, **person)
    seat = Seat(
        id=new_id(),
        session_id=session.id,
        participant_id=holder.id,
        way=way,
        site_id=site_id,
        generation=1,
        needs_last_four=holder.phone is not None,
        issued_at=ground.clock.now(),
    )
    async with ground.database.write() as db:
        db.add(seat)
    return seat, token_for(ground.vault, seat.id, seat.generation)
