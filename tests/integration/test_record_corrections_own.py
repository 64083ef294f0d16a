"""One's own page of corrections: what its link shows, for how long it is good, and whose words are whose on a seat that changed hands."""

import html
import re
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from app.errors import Conflict
from app.invitations.seats import rotate_seat
from app.notices.models import Notice
from app.outbox.worker import Again
from app.outcomes.own import own_key
from app.participants.models import Origin, Participant
from app.planning.cells import PRIORITIES
from app.record.models import RecordObjection, RecordWindow
from app.record.objecting import those_called
from app.record.own import correction_key
from app.rights.former import ask_former, erase_former
from app.rights.mine import everything, mine
from app.rights.retention import carry_out
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories_invitations import make_seat
from tests.factories_record import stay
from tests.integration.test_erasure_guests import holder_called
from tests.integration.test_record_corrections import Opened, answers, make_open, objects, own, rows
from tests.integration.test_record_forgotten import forget, hand_over


async def address(ground: Ground, who: Participant) -> str:
    async with ground.database.read() as db:
        return f"/koreksi/{await correction_key(db, ground.vault, who.id)}"


async def words(ground: Ground) -> list[tuple[str | None, str | None]]:
    """Text and answer of each objection."""
    found = await rows(ground)
    return [tuple(ground.vault.open(getattr(one, name), "record_objections", name, one.id) for name in ("text", "answer")) for one in found]


async def two_on_one_seat(ground: Ground) -> tuple[Opened, Participant]:
    """Siti objects, Sri takes the seat, Sri objects; both are answered."""
    at = await make_open(ground)
    siti = at.people[0]
    hers = await objects(ground, at, siti, "Dari yang dulu")
    await hand_over(ground, siti.id, "Sri Wahyuni")
    now = await objects(ground, at, siti, "Dari yang kini")
    await answers(ground, at, hers, "Jawaban dulu")
    await answers(ground, at, now, "Jawaban kini")
    return at, siti


async def test_a_link_shows_the_last_digits_and_the_village_only(ground: Ground, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    siti = at.people[0]
    async with ground.database.write() as db:
        sealed = ground.vault.seal("Jalan Melati 7", "participants", "address", siti.id)
        await db.execute(update(Participant).where(Participant.id == siti.id).values(address=sealed, village="Krapyak"))
    page = (await web.get(await address(ground, siti))).text
    shown = [one in page for one in ("Krapyak, 0853-••••-5742", "tidak ditampilkan di sini", "Jalan Melati", "2690")]
    assert shown == [True, True, False, False]


async def test_the_key_of_the_answers_opens_no_corrections(ground: Ground, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    assert (await web.get(f"/koreksi/{own_key(ground.vault, at.people[0].id)}")).status_code == 404


async def test_a_link_is_good_until_the_seat_changes_hands_or_its_link_is_replaced(ground: Ground, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    siti = at.people[0]
    first = await address(ground, siti)
    assert first == own(ground, siti)
    await hand_over(ground, siti.id, "Sri Wahyuni")
    second = await address(ground, siti)
    await hand_over(ground, siti.id, "Siti Rahmawati")
    third = await address(ground, siti)
    assert [(await web.get(one)).status_code for one in (first, second, third)] == [404, 404, 200]
    assert (await web.post(first, data={"subject": "other", "text": "Masih saya"})).status_code == 404
    seat, _ = await make_seat(ground, at.session, "Budi Santoso")
    async with ground.database.read() as db:
        budi = await db.get_one(Participant, seat.participant_id)
    before = await address(ground, budi)
    async with ground.database.write() as db:
        await rotate_seat(db, ground.vault, at.session.id, seat.id, reason=None, actor="account:x", now=ground.clock.now())
    assert [(await web.get(one)).status_code for one in (before, await address(ground, budi))] == [404, 200]


async def test_from_the_page_of_ones_seat_one_reads_and_objects_without_getting_a_link(ground: Ground, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    seat, secret = await make_seat(ground, at.session, "Budi Santoso", phone="+6281211112222")
    async with ground.database.write() as db:
        db.add(stay(at.session, await db.get_one(Participant, seat.participant_id), "online", ground.clock.now()))
    here, bearer = f"/s/{at.session.slug}/hadir/koreksi", {"authorization": f"Bearer {secret}"}
    page = await web.get(here, headers=bearer)
    assert (page.status_code, "Budi Santoso" in page.text, "/koreksi/" + seat.participant_id in page.text) == (200, True, False)
    sent = await web.post(here, data={"subject": "other", "text": "Dari kursi saya"}, headers=bearer)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{here}?tersimpan=1#keberatan")
    assert [one.participant_id for one in await rows(ground)] == [seat.participant_id]


async def test_who_has_the_seat_now_sees_and_is_told_nothing_of_who_had_it_before(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    at, siti = await two_on_one_seat(ground)
    page = (await web.get(await address(ground, siti))).text
    assert ("Dari yang dulu" in page, "Dari yang kini" in page) == (False, True)
    async with ground.database.read() as db:
        told = (await db.scalars(select(Notice.facts).where(Notice.kind == "objection"))).all()
        person = await db.get_one(Participant, siti.id)
        kept = await everything(db, ground.vault, await mine(db, ground.vault, at.session, person))
    assert [one["objection"] for one in told] == [(await rows(ground))[1].id]
    assert [one["text"] for one in kept["record_objections"]] == ["Dari yang kini"]
    desk = (await web.get(f"/meja/{at.session.slug}/berita-acara/koreksi", headers=office.bearer("secretariat"))).text
    assert [desk.count(one) for one in ("Pemegang undangan sebelumnya", "Sri Wahyuni")] == [1, 1]


@pytest.mark.parametrize("former", [True, False], ids=["before", "now"])
async def test_of_two_on_one_seat_each_is_forgotten_with_their_own_objections(ground: Ground, former: bool) -> None:
    at, siti = await two_on_one_seat(ground)
    if former:
        holder = await holder_called(ground, "Siti Rahmawati")
        async with ground.database.write() as db:
            await ask_former(db, ground.vault, at.session, holder, actor="account:x", now=ground.clock.now())
        with suppress(Again):
            await erase_former(ground, holder)
    else:
        await forget(ground, at.session, siti.id)
    left = [("Dari yang dulu", "Jawaban dulu"), ("Dari yang kini", "Jawaban kini")]
    left[0 if former else 1] = (None, None)
    assert await words(ground) == left


async def test_nothing_is_written_down_for_somebody_whose_name_nobody_knows_yet(ground: Ground) -> None:
    at = await make_open(ground)
    async with ground.database.write() as db:
        await db.execute(update(Participant).where(Participant.id == at.people[0].id).values(origin=Origin.PLACEHOLDER))
    async with ground.database.read() as db:
        assert await those_called(db, at.session.id, "siti") == []
    with pytest.raises(Conflict) as refused:
        await objects(ground, at, at.people[0])
    assert (refused.value.code, await rows(ground, RecordObjection)) == ("record.placeholder", [])


async def test_those_who_attended_read_every_column_of_annex_ii(ground: Ground, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    page = (await web.get(await address(ground, at.people[0]))).text
    priorities: Any = at.window.source["priorities"]
    # One row of pairs for each activity, each with all headings and cells.
    pairs = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page)
    told = [(heading, cell or "–") for row in priorities for (_, heading), cell in zip(PRIORITIES[1:], row["cells"], strict=True)]
    assert [(heading, html.unescape(cell)) for heading, cell in pairs if heading in dict(told)] == told


async def test_with_the_contacts_the_drafts_go_that_were_shown(ground: Ground, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    await objects(ground, at, at.people[0])
    async with ground.database.write() as db:
        past = ground.clock.now() - timedelta(days=5000)
        await db.execute(update(ForumSession).where(ForumSession.id == at.session.id).values(ended_at=past))
    await carry_out(ground, at.session.id)
    async with ground.database.read() as db:
        assert (await db.get_one(RecordWindow, at.window.id)).source == {}
    page = await web.get(await address(ground, at.people[0]))
    assert (page.status_code, "Isi rancangan" in page.text, "Teksnya sudah dihapus." in page.text) == (200, False, True)
    # Whoever asks afterwards is forgotten all the same.
    await forget(ground, at.session, at.people[0].id)
