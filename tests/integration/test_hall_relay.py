"""Lines from Zoom and elsewhere: pasted, looked at, relayed once each with source and person, however often the button is pressed."""

import re

import httpx
from sqlalchemy import select

from app.chat.models import Message
from app.participants.models import Origin, Participant
from app.proposals.models import Proposal
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session

CHAT = (
    "19:03:22 From Siti Rahayu to Everyone:\r\n\tMohon perbaikan saluran air di Jalan Buton RT 03\r\n"
    "19:04:00 From Budi to Panitia(Direct Message):\r\n\trahasia\r\n"
    "19:05:10 From Budi to Everyone:\r\n\tTerima kasih semuanya\r\n"
    "19:06:00 From Siti Rahayu to Everyone:\r\n\tKapan jalan diperbaiki?\r\n"
)
ADDRESS = "/meja/{slug}/terusan"


async def press(
    client: httpx.AsyncClient,
    session: ForumSession,
    office: Office,
    text: str,
    step: str,
    picks: tuple[str, ...] = (),
    **more: str,
) -> httpx.Response:
    data = {"source": "zoom", "text": text, "step": step, "pick": list(picks), **more}
    return await client.post(ADDRESS.format(slug=session.slug), data=data, headers={**office.bearer("operator"), "Accept": "text/html"})


def offered(page: str) -> list[str]:
    return re.findall(r'name="pick" value="([^"]+)"[^>]* checked', page)


async def said(ground: Ground, session: ForumSession) -> list[Message]:
    async with ground.database.read() as db:
        return list(await db.scalars(select(Message).where(Message.room == session.room).order_by(Message.received_at, Message.seq)))


async def test_a_zoom_chat_is_relayed_once_with_its_people(ground: Ground, office: Office, server: str) -> None:
    session, _ = await make_session(ground, state=SessionState.LIVE)
    async with httpx.AsyncClient(base_url=server, timeout=60) as client:
        looked = await press(client, session, office, CHAT, "look")
        picks = offered(looked.text)
        assert len(picks) == 3
        assert "1 pesan pribadi dilewati." in looked.text
        assert "rahasia" not in re.sub("<textarea.*?</textarea>", "", looked.text, flags=re.DOTALL)
        for _ in range(2):
            assert "3 pesan diteruskan" in (await press(client, session, office, CHAT, "send", tuple(picks))).text
        again = await press(client, session, office, CHAT + "19:07:00 From Ani to Everyone:\r\n\tSetuju\r\n", "look")
        assert (len(offered(again.text)), "3 sudah diteruskan sebelumnya." in again.text) == (1, True)
    messages = await said(ground, session)
    assert [(one.kind, one.by["name"], one.text, one.via, one.source) for one in messages] == [
        ("aspiration", "Siti Rahayu", "Mohon perbaikan saluran air di Jalan Buton RT 03", "relay", "zoom"),
        ("chat", "Budi", "Terima kasih semuanya", "relay", "zoom"),
        ("question", "Siti Rahayu", "Kapan jalan diperbaiki?", "relay", "zoom"),
    ]
    async with ground.database.read() as db:
        everybody = list(await db.scalars(select(Participant).where(Participant.session_id == session.id).order_by(Participant.number)))
        [proposal] = await db.scalars(select(Proposal).where(Proposal.session_id == session.id))
    assert [(one.name, one.origin) for one in everybody] == [("Siti Rahayu", Origin.RELAY), ("Budi", Origin.RELAY)]
    assert messages[0].participant_id == messages[2].participant_id == everybody[0].id
    assert (proposal.via, proposal.proposer, proposal.number) == ("relay", "Siti Rahayu", messages[0].proposal)


async def test_after_the_end_aspirations_come_in_late_and_the_rest_is_refused_with_its_words(
    ground: Ground, office: Office, server: str
) -> None:
    now = ground.clock.now()
    session, _ = await make_session(ground, state=SessionState.ENDED, ended_at=now)
    async with httpx.AsyncClient(base_url=server, timeout=60) as client:
        looked = await press(client, session, office, CHAT, "look")
        assert "Usulan masih diterima sebagai susulan sampai" in looked.text
        every = re.findall(r'name="pick" value="([^"]+)"', looked.text)
        assert (len(every), len(offered(looked.text))) == (3, 1)
        done = await press(client, session, office, CHAT, "send", tuple(every))
    assert "1 pesan diteruskan" in done.text
    assert "2 pesan belum diteruskan" in done.text
    assert "Terima kasih semuanya" in done.text
    assert [(one.state, one.by["name"]) for one in await said(ground, session)] == [("late", "Siti Rahayu")]
