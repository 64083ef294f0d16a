"""What is typed in a hall goes through the room's own door, marked with the hall, once however often it is sent."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import select

from app.access.models import Role
from app.access.rights import GrantOf
from app.access.service import create_token
from app.chat.models import Message
from app.participants.models import Origin, Participant
from app.proposals.models import Proposal
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_person


@pytest_asyncio.fixture
async def client(server: str) -> AsyncIterator[httpx.AsyncClient]:
    """A program that calls the real server, whose rooms are open."""
    async with httpx.AsyncClient(base_url=server, timeout=60, headers={"Accept": "application/json"}) as found:
        yield found


async def say(
    client: httpx.AsyncClient, session: ForumSession, who: dict[str, str], cid: str, site: str = "aula-1", **body: Any
) -> httpx.Response:
    address = f"/api/v1/sessions/{session.slug}/sites/{site}/messages"
    return await client.post(address, json={"cid": cid, "kind": "aspiration", "text": "Lampu tanggul mati", **body}, headers=who)


async def messages(ground: Ground, session: ForumSession) -> list[Message]:
    async with ground.database.read() as db:
        return list(await db.scalars(select(Message).where(Message.room == session.room).order_by(Message.seq)))


async def test_words_for_somebody_unknown_become_a_numbered_proposal_of_this_hall(
    ground: Ground, office: Office, client: httpx.AsyncClient
) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    who = office.bearer("operator")
    first = await say(client, session, who, "c-1", **{"for": {"name": "Ibu, RT 3"}})
    again = await say(client, session, who, "c-1", **{"for": {"name": "Ibu, RT 3"}})
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json()["proposal"], again.json()["id"]) == ("PKL-2022-0001", first.json()["id"])
    [message] = await messages(ground, session)
    assert (message.site_id, message.via, message.by["site"], message.by["name"]) == (sites[0].id, "hall", "aula-1", "Ibu, RT 3")
    async with ground.database.read() as db:
        [person] = await db.scalars(select(Participant).where(Participant.session_id == session.id))
        [proposal] = await db.scalars(select(Proposal).where(Proposal.session_id == session.id))
    assert (person.origin, person.site_id, person.id) == (Origin.PLACEHOLDER, sites[0].id, message.participant_id)
    assert (proposal.site_id, proposal.via, proposal.participant_id) == (sites[0].id, "hall", person.id)


async def test_an_operator_types_every_kind_for_somebody_on_the_list(ground: Ground, office: Office, client: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, state=SessionState.LIVE)
    person = await make_person(ground, session, "Budi", capacity="Ketua RT 02")
    for kind in ("aspiration", "question", "response", "spoken"):
        answer = await say(client, session, office.bearer("operator"), kind, kind=kind, **{"for": person.id})
        assert (kind, answer.status_code) == (kind, 201)
    assert [(one.kind, one.by["name"], one.participant_id) for one in await messages(ground, session)] == [
        (kind, "Budi", person.id) for kind in ("aspiration", "question", "response", "spoken")
    ]


async def test_an_operator_of_one_hall_types_in_that_hall_only(ground: Ground, client: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    now = ground.clock.now()
    async with ground.database.write() as db:
        bound = [GrantOf(Role.OPERATOR, session.id, sites[0].id)]
        token = await create_token(db, ground.vault, name="meja", grants=bound, expires_at=now + timedelta(days=1), actor="system", now=now)
    who = {"Authorization": f"Bearer {token}"}
    answers = [await say(client, session, who, f"c-{site}", site=site) for site in ("aula-1", "aula-2", "aula-9")]
    assert [one.status_code for one in answers] == [201, 403, 404]


async def test_the_plain_form_says_the_same_and_keeps_what_was_refused(ground: Ground, office: Office, client: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, state=SessionState.LIVE)
    who = {**office.bearer("operator"), "Accept": "text/html"}
    address = f"/meja/{session.slug}/lokasi/aula-1"
    form = {"cid": "f-1", "kind": "aspiration", "text": "Talud Sungai Loji", "name": "Ibu, RT 3", "capacity": "", "speaker": ""}
    assert (await client.post(f"{address}/kata", data=form, headers=who)).status_code == 303
    assert (await client.post(f"{address}/kata", data=form, headers=who)).status_code == 303
    assert [(one.text, one.site_id) for one in await messages(ground, session)] == [("Talud Sungai Loji", sites[0].id)]
    page = (await client.get(address, headers=who)).text
    assert ("PKL-2022-0001" in page, "Ibu, RT 3" in page) == (True, True)
    refused = await client.post(f"{address}/kata", data={**form, "cid": "f-2", "kind": "nyanyian", "text": "Jangan hilang"}, headers=who)
    assert (refused.status_code, "Jangan hilang" in refused.text) == (409, True)


async def test_the_plain_forms_check_in_add_and_undo(ground: Ground, office: Office, client: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    person = await make_person(ground, session, "Budi", site_id=sites[1].id, origin=Origin.WALK_IN)
    who = {**office.bearer("operator"), "Accept": "text/html"}
    address = f"/meja/{session.slug}/lokasi/aula-1"
    asked = await client.post(f"{address}/hadir", data={"nonce": "n1", "participant": person.id}, headers=who)
    assert (asked.status_code, 'name="anyway"' in asked.text) == (409, True)
    let_in = await client.post(f"{address}/hadir", data={"nonce": "n1", "participant": person.id, "anyway": "1"}, headers=who)
    assert let_in.status_code == 303
    wrong = await client.post(f"{address}/tamu", data={"nonce": "n2", "name": "", "capacity": "Ketua RW"}, headers=who)
    assert (wrong.status_code, "Ketua RW" in wrong.text) == (422, True)
    assert (await client.post(f"{address}/tamu", data={"nonce": "n2", "name": "Bapak Joko"}, headers=who)).status_code == 303
    unknown = await client.post(f"{address}/hadir", data={"nonce": "n3", "code": "K7MP-2Q9T"}, headers=who)
    assert unknown.status_code == 409
    page = (await client.get(address, headers=who)).text
    assert [name in page for name in ("Budi", "Bapak Joko")] == [True, True]
    stay = page.split('form="undo" name="stay" value="', 1)[1].split('"', 1)[0]
    assert (await client.post(f"{address}/batal", data={"stay": stay}, headers=who)).status_code == 303
    assert (await client.get(address, headers=who)).text.count('form="undo" name="stay"') == 1
