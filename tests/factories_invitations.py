"""Seats that tests start from: a person on the session's list with a link of their own."""

from collections.abc import Sequence
from typing import Any

from app.database.tables import new_id
from app.invitations.links import token_for
from app.invitations.models import Seat
from app.meetings.models import Meeting
from app.participants.models import Origin, Participant, ParticipantCounter
from app.regions import name_key
from app.registration.models import Application, ApplicationState
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


async def make_applicant(
    ground: Ground,
    session: ForumSession,
    name: str,
    state: ApplicationState,
    *,
    way: str = "online",
    code: str | None = None,
    **person: Any,
) -> Application:
    """Somebody who applied, with the moderators' decision so far; told of nothing yet."""
    holder = await make_person(ground, session, name, **person)
    application = Application(
        id=new_id(),
        session_id=session.id,
        participant_id=holder.id,
        code=code or f"{new_id()[:4]}-{new_id()[:4]}".upper(),
        phone_index=holder.phone_index,
        name_key=holder.name_key,
        attendance=way,
        site_id=holder.site_id,
        flags=[],
        state=state,
        received_at=ground.clock.now(),
        order=holder.number,
    )
    async with ground.database.write() as db:
        db.add(application)
    return application


async def make_crowd(ground: Ground, session: ForumSession, states: Sequence[ApplicationState]) -> None:
    """Many applicants at once, each with a phone of their own; every second one also has an e-mail address."""
    now, people, applications = ground.clock.now(), [], []
    for number, state in enumerate(states, 1):
        person_id, phone = new_id(), f"+62812{number:08d}"
        index = ground.vault.blind("phone", phone)
        email = f"warga{number}@example.org" if number % 2 else None
        people.append(
            Participant(
                id=person_id,
                session_id=session.id,
                number=number,
                origin=Origin.APPLICATION,
                name=f"Warga {number}",
                name_key=f"warga {number}",
                phone=ground.vault.seal(phone, "participants", "phone", person_id),
                phone_index=index,
                email=ground.vault.seal(email, "participants", "email", person_id),
                created_at=now,
            )
        )
        applications.append(
            Application(
                session_id=session.id,
                participant_id=person_id,
                code=f"{number:04d}-AAAA",
                phone_index=index,
                name_key=f"warga {number}",
                attendance="online",
                flags=[],
                state=state,
                received_at=now,
                order=number,
            )
        )
    async with ground.database.write() as db:
        (await db.get_one(ParticipantCounter, session.id)).last = len(people)
        db.add_all(people)
        await db.flush()
        db.add_all(applications)


async def make_meeting(ground: Ground, session: ForumSession) -> Meeting:
    """The session's meeting as typed by staff."""
    meeting_id = new_id()
    seal = ground.vault.seal
    meeting = Meeting(
        id=meeting_id,
        session_id=session.id,
        link=seal("https://zoom.us/j/81234567890?pwd=rahasia", "meetings", "link", meeting_id),
        meeting_id=seal("812 3456 7890", "meetings", "meeting_id", meeting_id),
        passcode=seal("batik22", "meetings", "passcode", meeting_id),
        changed_at=ground.clock.now(),
    )
    async with ground.database.write() as db:
        db.add(meeting)
    return meeting
