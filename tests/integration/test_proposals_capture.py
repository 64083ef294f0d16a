"""Capture: numbers without gaps, words kept as said, and nothing public that must not be."""

import asyncio

import pytest
from sqlalchemy import select, text

from app.proposals import capture as capturing
from app.proposals.capture import Words, capture, capture_messages, words_back, words_gone
from app.proposals.models import Proposal, ProposalCounter, ProposalSource, ProposalStatus, ProposalVersion
from app.sessions.models import ForumSession, Publication
from app.web.ground import Ground
from tests.factories import make_session
from tests.factories_proposals import NAME, SAID, make_person, make_proposal, words


async def proposal_of(ground: Ground, session: ForumSession, number: str) -> Proposal:
    async with ground.database.read() as db:
        found = await db.scalar(select(Proposal).where(Proposal.session_id == session.id, Proposal.number == number))
    assert found is not None
    return found


async def sources_of(ground: Ground, proposal: Proposal) -> list[ProposalSource]:
    async with ground.database.read() as db:
        return list(await db.scalars(select(ProposalSource).where(ProposalSource.proposal_id == proposal.id).order_by(ProposalSource.at)))


async def test_words_become_a_numbered_proposal_with_source_and_first_version(ground: Ground) -> None:
    session, sites = await make_session(ground)
    person = await make_person(ground, session)
    said = words(ground, person=person, site_id=sites[0].id, via="hall", on_behalf="warga RT 03", fields={"budget": 185_000_000, "rt": [3]})
    number = await make_proposal(ground, session, said)
    assert number == "PKL-2022-0001"
    found = await proposal_of(ground, session, number)
    assert (found.status, found.version, found.budget, found.rt, found.rw) == (ProposalStatus.NEW, 1, 185_000_000, [3], [])
    assert (found.proposer, found.capacity, found.on_behalf) == (NAME, "Ketua RT 03/RW 05", "warga RT 03")
    assert (found.site_id, found.via, found.published_at, found.name_public) == (sites[0].id, "hall", None, False)
    (source,) = await sources_of(ground, found)
    assert (source.kind, source.source_id, source.text, source.village) == ("message", said.source_id, SAID, "Kandang Panjang")
    async with ground.database.read() as db:
        (version,) = (await db.scalars(select(ProposalVersion))).all()
    assert (version.version, version.by) == (1, "system")
    assert version.fields == {"title": found.title, "rt": [3], "budget": 185_000_000, "status": "new"}


async def test_many_at_once_are_numbered_in_their_order(ground: Ground) -> None:
    session, _ = await make_session(ground)
    several, now = [words(ground, f"Usulan jalan {n}") for n in range(3)], ground.clock.now()
    numbers = await ground.database.batch(lambda db: capture(db, session.id, several, by="system", now=now))
    assert numbers == ["PKL-2022-0001", "PKL-2022-0002", "PKL-2022-0003"]
    assert await ground.database.batch(lambda db: capture(db, session.id, [], by="system", now=now)) == []
    assert (await ground.database.batch(lambda db: capture(db, session.id, [words(ground)], by="system", now=now))) == ["PKL-2022-0004"]


async def test_wrong_fields_are_left_out_and_the_words_are_kept(ground: Ground) -> None:
    session, _ = await make_session(ground)
    wrong = {
        "title": "x" * 900,
        "budget": "sangat mahal",
        "quantity": -4,
        "rt": ["a"],
        "sector": "bulan",
        "village_code": "99.99.99.9999",
        "beneficiaries": 10**40,
        "unknown": {"deep": []},
        "unit": "titik",
    }
    found = await proposal_of(ground, session, await make_proposal(ground, session, words(ground, "Halo\u202e bapak", fields=wrong)))
    assert (found.title, found.budget, found.quantity, found.rt, found.sector, found.village_code) == (
        "Halo bapak",
        None,
        None,
        [],
        None,
        None,
    )
    assert (found.unit, found.beneficiaries) == ("titik", None)
    assert [s.text for s in await sources_of(ground, found)] == ["Halo bapak"]


@pytest.mark.parametrize(
    ("text_", "flags"),
    [
        ("Hubungi saya di 0812-3456-7890", ["phone_in_text"]),
        ("NIK saya 3375014101900001", ["nik_in_text"]),
        ("Saya Siti Rahmawati minta lampu", ["name_in_text"]),
        (SAID, []),
    ],
)
async def test_a_live_session_publishes_at_once_only_what_names_nobody(ground: Ground, text_: str, flags: list[str]) -> None:
    session, _ = await make_session(ground, publication=Publication.LIVE)
    person = await make_person(ground, session)
    found = await proposal_of(ground, session, await make_proposal(ground, session, words(ground, text_, person)))
    assert (found.flags, found.published_at is None) == (flags, flags != [])


@pytest.mark.parametrize(
    ("changes", "public"),
    [
        ({}, False),
        ({"publish_name": True}, True),
        ({"element": "opd"}, True),
        ({"publish_name": True, "element": "opd", "child": True}, False),
    ],
)
async def test_a_name_is_public_by_wish_or_office_and_never_a_childs(ground: Ground, changes: dict[str, object], public: bool) -> None:
    session, _ = await make_session(ground)
    person = await make_person(ground, session, **changes)
    found = await proposal_of(ground, session, await make_proposal(ground, session, words(ground, person=person)))
    assert (found.name_public, found.child) == (public, bool(changes.get("child")))
    assert [s.name_public for s in await sources_of(ground, found)] == [public]


async def test_several_messages_become_one_proposal(ground: Ground) -> None:
    session, _ = await make_session(ground)
    person = await make_person(ground, session)
    said: list[Words] = [words(ground, person=person), words(ground, "Saya dukung.")]
    async with ground.database.write() as db:
        number = await capture_messages(db, session.id, said, {"title": "Pengerukan saluran"}, by="account:x", now=ground.clock.now())
    found = await proposal_of(ground, session, number)
    assert (found.title, found.proposer) == ("Pengerukan saluran", NAME)
    assert {s.source_id for s in await sources_of(ground, found)} == {one.source_id for one in said}


async def test_words_taken_away_leave_the_list_and_return_with_their_words(ground: Ground) -> None:
    session, _ = await make_session(ground, publication=Publication.LIVE)
    said = words(ground)
    number = await make_proposal(ground, session, said)
    before = await proposal_of(ground, session, number)
    await ground.database.batch(lambda db: words_gone(db, said.source_id, "hidden"))
    gone = await proposal_of(ground, session, number)
    assert (gone.published_at, [(s.text, s.gone) for s in await sources_of(ground, gone)]) == (None, [("", "hidden")])
    await ground.database.batch(lambda db: words_back(db, said.source_id, SAID))
    back = await proposal_of(ground, session, number)
    assert (back.published_at, [(s.text, s.gone) for s in await sources_of(ground, back)]) == (before.published_at, [(SAID, None)])


async def number_together(ground: Ground, session: ForumSession) -> list[str]:
    async def one(n: int) -> list[str]:
        async with ground.database.write() as db:
            return await capture(
                db, session.id, [words(ground, f"Usulan {n}"), words(ground, f"Lagi {n}")], by="system", now=ground.clock.now()
            )

    answers = await asyncio.gather(*(one(n) for n in range(10)), return_exceptions=True)
    return sorted(number for answer in answers if isinstance(answer, list) for number in answer)


async def test_numbers_have_no_gaps_however_many_write_at_once(ground: Ground) -> None:
    session, _ = await make_session(ground)
    assert await number_together(ground, session) == [f"PKL-2022-{n:04d}" for n in range(1, 21)]


async def test_without_the_counters_lock_numbers_would_collide(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    session, _ = await make_session(ground)

    async def unlocked(db: object, session_id: str, count: int) -> int:
        last = await db.scalar(select(ProposalCounter.last).where(ProposalCounter.session_id == session_id))
        await asyncio.sleep(0.05)
        await db.execute(text("UPDATE proposal_counters SET last = :last WHERE session_id = :id"), {"last": last + count, "id": session_id})
        return last + 1

    monkeypatch.setattr(capturing, "take_serials", unlocked)
    numbers = await number_together(ground, session)
    assert (len(numbers) == 20) is ground.database.on_sqlite, "SQLite writes one at a time; PostgreSQL needs the lock"
