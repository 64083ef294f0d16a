"""*Kirim usulan* from the join page: before the room opens, while it is open and after its end, once each, with its state."""

from datetime import timedelta

import httpx
from sqlalchemy import select

from app.chat.models import Message
from app.proposals.models import Proposal
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.factories import make_session
from tests.factories_invitations import make_seat

WORDS = "Perbaikan saluran air di Jalan Buton RT 03"


async def state(ground: Ground, session: ForumSession, to: SessionState, **more: object) -> None:
    async with ground.database.write() as db:
        row = await db.get_one(ForumSession, session.id)
        row.state = to
        for name, value in more.items():
            setattr(row, name, value)


async def test_one_form_goes_where_words_may_go_now(ground: Ground, server: str) -> None:
    session, _ = await make_session(ground)
    seat, token = await make_seat(ground, session, "Siti Rahayu", capacity="Ketua RT 03")
    address = f"/s/{session.slug}/hadir/usulan"
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/html"}
    async with httpx.AsyncClient(base_url=server, timeout=60, headers=headers) as client:

        async def send(cid: str, text: str = WORDS) -> httpx.Response:
            return await client.post(address, data={"cid": cid, "text": text})

        assert [(await send("c-1")).status_code for _ in range(2)] == [303, 303]
        await state(ground, session, SessionState.LIVE)
        assert (await send("c-1")).status_code == 303
        assert [(await send("c-2")).status_code for _ in range(2)] == [303, 303]
        await state(ground, session, SessionState.PAUSED)
        assert (await send("c-3")).status_code == 303
        await state(ground, session, SessionState.ENDED, ended_at=ground.clock.now())
        assert (await send("c-4")).status_code == 303
        page = await client.get(address)
        for words in ("PKL-2022-0001", "PKL-2022-0002", "PKL-2022-0003", "Terlambat, menunggu moderator", "susulan sampai"):
            assert words in page.text
        empty = await send("c-5", "")
        assert empty.status_code in {400, 422}
    async with ground.database.read() as db:
        messages = list(await db.scalars(select(Message).order_by(Message.received_at)))
        proposals = list(await db.scalars(select(Proposal).order_by(Proposal.number)))
    assert [(one.cid, one.state) for one in messages] == [("c-2", "visible"), ("c-4", "late")]
    assert [(one.number, one.via, one.participant_id) for one in proposals] == [
        (f"PKL-2022-000{n}", "online", seat.participant_id) for n in (1, 2, 3)
    ]


async def test_after_the_hours_for_late_words_nothing_is_taken_and_the_link_has_ended(ground: Ground, server: str) -> None:
    session, _ = await make_session(ground, state=SessionState.ENDED, ended_at=ground.clock.now() - timedelta(hours=30))
    _, token = await make_seat(ground, session, "Siti Rahayu")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=server, timeout=60, headers=headers) as client:
        answer = await client.post(f"/s/{session.slug}/hadir/usulan", data={"cid": "c-1", "text": WORDS})
    assert answer.status_code == 401
