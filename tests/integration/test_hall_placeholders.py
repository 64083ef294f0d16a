"""Somebody of whom only a word was known becomes a person, and keeps what they said."""

from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import select

from app.access.models import Role
from app.access.rights import GrantOf
from app.access.service import create_token
from app.chat.models import Message, MessageState
from app.database.tables import new_id
from app.participants.models import Attendance, Origin, Participant
from app.participants.service import placeholder
from app.proposals.capture import Words, capture
from app.proposals.models import Proposal, ProposalSource
from app.sessions.models import ForumSession, Site
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_person


async def speak(
    ground: Ground, session: ForumSession, site: Site, name: str = "Ibu, RT 3", text: str = "Talud Sungai Loji"
) -> tuple[str, str]:
    """Words typed for a placeholder, captured as a proposal; the placeholder's and the message's id."""
    now = ground.clock.now()
    message_id = new_id()
    async with ground.database.write() as db:
        person = await placeholder(db, session.id, name, "Warga", site.id, now=now)
        words = Words("message", message_id, text, name, now, participant_id=person, site_id=site.id, via="hall")
        number = (await capture(db, session.id, [words], by="account:x", now=now))[0]
        db.add(
            Message(
                id=message_id,
                room=session.room,
                sender="operator",
                cid=message_id,
                body_hash="0",
                kind="aspiration",
                text=text,
                by={"id": person, "name": name, "role": "attendee", "capacity": "Warga", "via": "hall", "site": site.code},
                participant_id=person,
                site_id=site.id,
                via="hall",
                state=MessageState.VISIBLE,
                proposal=number,
                received_at=now,
            )
        )
    return person, message_id


async def complete(web: httpx.AsyncClient, session: ForumSession, who: dict[str, str], person: str, **known: Any) -> httpx.Response:
    address = f"/api/v1/sessions/{session.slug}/participants/{person}/complete"
    return await web.post(address, json=known, headers={**who, "Accept": "application/json"})


async def test_a_placeholder_is_completed_with_what_is_known_now(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    person, message_id = await speak(ground, session, sites[0])
    answer = await complete(web, session, office.bearer("operator"), person, name="Sri Rejeki", capacity="Ketua RT 03", element="rt")
    assert (answer.status_code, answer.json()["id"], answer.json()["name"]) == (200, person, "Sri Rejeki")
    async with ground.database.read() as db:
        row = await db.get_one(Participant, person)
        message = await db.get_one(Message, message_id)
        proposal = await db.scalar(select(Proposal).where(Proposal.session_id == session.id))
        source = await db.scalar(select(ProposalSource).where(ProposalSource.source_id == message_id))
        there = list(await db.scalars(select(Attendance).where(Attendance.session_id == session.id)))
    assert (row.origin, row.name, row.capacity, row.element, row.site_id) == (
        Origin.WALK_IN,
        "Sri Rejeki",
        "Ketua RT 03",
        "rt",
        sites[0].id,
    )
    assert (message.by["name"], message.by["capacity"], message.by["site"]) == ("Sri Rejeki", "Ketua RT 03", "aula-1")
    assert proposal is not None
    assert source is not None
    assert (proposal.proposer, proposal.capacity, proposal.participant_id) == ("Sri Rejeki", "Ketua RT 03", person)
    assert (source.author, source.text) == ("Sri Rejeki", "Talud Sungai Loji")
    assert [(one.participant_id, one.site_id, one.arrived_at) for one in there] == [(person, sites[0].id, row.created_at)]
    again = await complete(web, session, office.bearer("operator"), person, name="Orang lain")
    assert (again.status_code, again.json()["code"]) == (409, "hall.already_complete")


async def test_a_placeholder_turns_out_to_be_somebody_on_the_list(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    person, message_id = await speak(ground, session, sites[0])
    sri = await make_person(
        ground, session, "Sri Rejeki", capacity="Ketua RT 03", site_id=sites[0].id, publish_name=True, village="Krapyak"
    )
    answer = await complete(web, session, office.bearer("secretariat"), person, same_as=sri.id)
    assert (answer.status_code, answer.json()["id"]) == (200, sri.id)
    async with ground.database.read() as db:
        ghost = await db.get_one(Participant, person)
        message = await db.get_one(Message, message_id)
        proposal = await db.scalar(select(Proposal).where(Proposal.session_id == session.id))
        source = await db.scalar(select(ProposalSource).where(ProposalSource.source_id == message_id))
        there = (await db.execute(select(Attendance.participant_id, Attendance.arrived_at))).all()
    assert (ghost.merged_into, ghost.name) == (sri.id, "Ibu, RT 3")
    assert (message.participant_id, message.by["name"], message.by["id"]) == (sri.id, "Sri Rejeki", sri.id)
    assert proposal is not None
    assert source is not None
    assert (proposal.participant_id, proposal.proposer, proposal.name_public) == (sri.id, "Sri Rejeki", True)
    assert (source.participant_id, source.village, source.name_public) == (sri.id, "Krapyak", True)
    assert there == [(sri.id, ghost.created_at)]


async def test_nonsense_joins_nobody(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    other, others = await make_session(ground)
    person, _ = await speak(ground, session, sites[0])
    second, _ = await speak(ground, session, sites[0], "Bapak, RT 4")
    stranger = await make_person(ground, other, "Sri", site_id=others[0].id)
    who = office.bearer("operator")
    answers = [
        await complete(web, session, who, person, same_as=person),
        await complete(web, session, who, person, same_as=second),
        await complete(web, session, who, person, same_as=stranger.id),
        await complete(web, session, who, new_id(), name="Sri Rejeki"),
        await complete(web, session, who, person),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (409, "hall.same_person"),
        (409, "hall.join_with_person"),
        (404, "hall.unknown_person"),
        (404, "hall.unknown_person"),
        (422, "form.invalid"),
    ]


async def test_an_operator_of_another_hall_completes_nobody_here(ground: Ground, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    person, _ = await speak(ground, session, sites[0])
    now = ground.clock.now()
    async with ground.database.write() as db:
        bound = [GrantOf(Role.OPERATOR, session.id, sites[1].id)]
        token = await create_token(db, ground.vault, name="meja", grants=bound, expires_at=now + timedelta(days=1), actor="system", now=now)
    who = {"Authorization": f"Bearer {token}"}
    assert (await complete(web, session, who, person, name="Sri")).status_code == 403
    page = await web.post(f"/meja/{session.slug}/lokasi/{sites[0].code}/lengkapi/{person}", data={"name": "Sri"}, headers=who)
    assert page.status_code == 403
    assert "Talud Sungai Loji" not in page.text
