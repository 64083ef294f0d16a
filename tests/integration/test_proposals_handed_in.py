"""The public form: open until a date, once per form, always checked first, and hard on machines without asking anybody else."""

import asyncio
import html
import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.proposals import stamps
from app.proposals.models import HandedIn, Proposal, ProposalSource, ProposalStatus
from app.sessions.models import ForumSession, Publication
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session

WORDS = {"text": "Perbaikan saluran air di Jalan Buton RT 03", "village_code": "33.75.03.1004", "name": "Siti Rahayu", "consent": "1"}


async def forum(ground: Ground, hours: int = 5) -> ForumSession:
    until = ground.clock.now() + timedelta(hours=hours)
    session, _ = await make_session(ground, public_proposals_until=until, publication=Publication.LIVE)
    return session


def stamped(ground: Ground, session: ForumSession, *, seconds: float = 30) -> str:
    return stamps.stamp(ground.vault, session.id, ground.clock.now() - timedelta(seconds=seconds))


def proof(given: str) -> str:
    answers: Iterator[str] = (str(n) for n in range(10**6))
    return next(one for one in answers if stamps.proves(given, one))


async def send(web: httpx.AsyncClient, session: ForumSession, given: str, **changes: str) -> httpx.Response:
    return await web.post(f"/s/{session.slug}/usulan/kirim", data={**WORDS, "stempel": given, **changes})


async def proposals(ground: Ground) -> list[Proposal]:
    async with ground.database.read() as db:
        return list(await db.scalars(select(Proposal).order_by(Proposal.number)))


async def test_anybody_hands_in_once_and_gets_a_number_that_only_the_secretariat_publishes(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session = await forum(ground)
    page = await web.get(f"/s/{session.slug}/usulan/kirim")
    fresh = re.search(r'name="stempel" value="([^"]+)"', page.text)
    assert fresh is not None
    assert stamps.worth(ground.vault, session.id, fresh[1], ground.clock.now() + timedelta(minutes=1)) is stamps.Worth.RIGHT
    given = stamped(ground, session)
    answers = [await send(web, session, given, bukti=proof(given), publish_name="1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    [one] = await proposals(ground)
    assert (one.number, one.status, one.via, one.published_at) == ("PKL-2022-0001", ProposalStatus.NEW, "web", None)
    assert (one.proposer, one.name_public, one.village_code, one.participant_id) == ("Siti Rahayu", True, "33.75.03.1004", None)
    async with ground.database.read() as db:
        [handed] = await db.scalars(select(HandedIn))
        [source] = await db.scalars(select(ProposalSource))
        [entry] = await db.scalars(select(AuditEntry).where(AuditEntry.chain == session.id))
    assert (handed.proven, handed.notice_version, handed.proposal_id) == (True, 1, one.id)
    assert (source.kind, source.source_id, source.text) == ("web", handed.id, WORDS["text"])
    assert (entry.act, entry.actor, "Siti" in entry.facts) == ("proposals.handed_in", "public:web", False)
    receipt = await web.get(answers[0].headers["location"])
    assert "PKL-2022-0001" in receipt.text
    assert (await web.get(answers[0].headers["location"][:-4] + "0000")).status_code == 404
    assert "PKL-2022-0001" not in (await web.get(f"/s/{session.slug}/usulan")).text
    triage = await web.get(f"/meja/{session.slug}/usulan?via=web", headers=office.bearer("secretariat"))
    assert "PKL-2022-0001" in triage.text


async def test_two_presses_at_once_are_one_proposal_also_the_first_of_a_session(ground: Ground, web: httpx.AsyncClient) -> None:
    session = await forum(ground)
    given = stamped(ground, session)
    answers = await asyncio.gather(*(send(web, session, given, bukti=proof(given)) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [303] * 4
    assert [one.number for one in await proposals(ground)] == ["PKL-2022-0001"]


async def test_without_script_it_is_taken_and_the_secretariat_is_told(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session = await forum(ground)
    assert (await send(web, session, stamped(ground, session), name="", bukti="")).status_code == 303
    [one] = await proposals(ground)
    assert (one.proposer, one.name_public) == ("Warga", False)
    page = await web.get(f"/meja/{session.slug}/usulan/{one.number}", headers=office.bearer("secretariat"))
    assert "Dari formulir umum, tanpa bukti peramban" in page.text


async def test_what_looks_like_a_machine_must_press_again_and_loses_nothing(ground: Ground, web: httpx.AsyncClient) -> None:
    session = await forum(ground)
    for seconds, changes, sentence in (
        (1, {}, "Formulir ini sampai lebih cepat daripada orang mengisinya."),
        (13 * 3600, {}, "Formulir ini terlalu lama terbuka."),
        (30, {"stempel": "1.2.3"}, "Formulir ini terlalu lama terbuka."),
        (30, {"situs": "https://murah.example"}, "Ada isian tersembunyi yang terisi, seperti yang dilakukan mesin."),
    ):
        answer = await send(web, session, stamped(ground, session, seconds=seconds), **changes)
        assert (answer.status_code, sentence in answer.text, WORDS["text"] in answer.text) == (409, True, True)
    assert await proposals(ground) == []


async def test_one_form_is_good_for_one_proposal(ground: Ground, web: httpx.AsyncClient) -> None:
    session = await forum(ground)
    given = stamped(ground, session)
    await send(web, session, given)
    other = await send(web, session, given, text="Lampu jalan di Jalan Jlamprang padam")
    assert (other.status_code, "Lampu jalan di Jalan Jlamprang padam" in other.text) == (409, True)
    assert len(await proposals(ground)) == 1
    elsewhere = await forum(ground)
    assert (await send(web, elsewhere, given)).status_code == 409


async def test_wrong_fields_are_named_and_closed_means_closed_with_the_words_kept(ground: Ground, web: httpx.AsyncClient) -> None:
    session, over = await forum(ground), await forum(ground, hours=-1)
    answer = await send(web, session, stamped(ground, session), consent="", text="Selokan, NIK saya 3375034508900001")
    assert answer.status_code == 422
    assert "Centang ini untuk mengirim usulan Anda." in answer.text
    assert "Sepertinya ini NIK" in answer.text
    late = await send(web, over, stamped(ground, over))
    assert (late.status_code, WORDS["text"] in html.unescape(late.text)) == (410, True)
    assert "Formulir ini ditutup" in (await web.get(f"/s/{over.slug}/usulan/kirim")).text
    assert await proposals(ground) == []


async def test_a_hall_of_a_hundred_passes_and_a_machine_without_proof_is_slowed(ground: Ground, web: httpx.AsyncClient) -> None:
    throttles = ground.throttles
    assert [throttles.hand_in.take("hall") for _ in range(200)] == [0.0] * 200
    waits = [throttles.hand_in_unproven.take("127.0.0.1") for _ in range(41)]
    assert (waits[:40], waits[40] > 0) == ([0.0] * 40, True)
    session = await forum(ground)
    answer = await send(web, session, stamped(ground, session))
    assert (answer.status_code, WORDS["text"] in answer.text, len(await proposals(ground))) == (429, True, 0)


async def test_the_date_is_set_on_the_settings_page(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    headers = {**office.bearer("admin"), "Accept": "application/json"}
    until = "2030-04-12T17:00:00+07:00"
    changed = await web.patch(f"/api/v1/sessions/{session.slug}", json={"public_proposals_until": until, "version": 1}, headers=headers)
    assert changed.status_code == 200
    page = await web.get(f"/meja/{session.slug}/atur", headers=office.bearer("admin"))
    assert 'name="public_proposals_until" value="2030-04-12T17:00"' in page.text
