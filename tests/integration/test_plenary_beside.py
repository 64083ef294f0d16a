"""The plenary list while others work on the same proposals: on their own page, beside it, and when somebody is forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.errors import Conflict, Invalid
from app.participants.models import Participant
from app.planning import delegates, service, undoing
from app.planning.delegates import Named
from app.planning.listing import delegates_of, not_agreed, plenary_of, priorities
from app.planning.models import Delegate, PlenaryItem, PlenaryStep
from app.proposals import undoing as on_its_page
from app.proposals.choices import Reason
from app.proposals.listing import find
from app.proposals.models import Proposal, ProposalSource, ProposalStatus
from app.proposals.service import change
from app.proposals.upkeep import person_changed
from app.regions import name_key
from app.rights.identity import Identity
from app.rights.sweep import NAMELESS, sweep
from app.rights.words import take_proposals
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.factories_plenary import lines, make_plenary, numbers_of, seen_by
from tests.factories_proposals import make_person
from tests.integration.test_plenary import did, picture

REFUSED: dict[str, Any] = {"status": ProposalStatus.NOT_AGREED, "reason_code": "land_not_owned", "reason": "Lahan milik PT"}


async def on_desk(ground: Ground, session: ForumSession, number: str, **changes: Any) -> None:
    """What a colleague does on the page of proposals."""
    async with ground.database.write() as db:
        one = await find(db, session.id, number)
        await change(db, ground.vault, session, number, changes, if_version=one.version, actor="account:y", now=ground.clock.now())


async def desk_undo(ground: Ground, session: ForumSession, number: str) -> None:
    async with ground.database.write() as db:
        one = await find(db, session.id, number)
        await on_its_page.undo(db, ground.vault, session, number, if_version=one.version, actor="account:y", now=ground.clock.now())


async def annexes(ground: Ground, session: ForumSession) -> tuple[list[str], list[tuple[str, str | None, str | None]]]:
    """The numbers of annex II; numbers and reasons of annex III."""
    async with ground.database.read() as db:
        refused = [(one.proposal.number, one.reason_code, one.reason) for one in await not_agreed(db, session)]
        return [one.proposal.number for one in await priorities(db, session)], refused


async def public(ground: Ground, session: ForumSession, number: str) -> bool:
    async with ground.database.read() as db:
        return (await find(db, session.id, number)).published_at is not None


async def test_what_the_page_of_proposals_decides_is_what_the_annexes_say_after_it_went_on(ground: Ground) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    await did(ground, session, service.agree, [a, b])
    await on_desk(ground, session, a, **REFUSED)
    await on_desk(ground, session, a, status=ProposalStatus.DECLINED, reason_code="land_not_owned")
    await on_desk(ground, session, b, status=ProposalStatus.VERIFIED)
    await on_desk(ground, session, b, status=ProposalStatus.RETURNED, reason_code="land_not_owned")
    await on_desk(ground, session, c, status=ProposalStatus.AGREED)
    assert await did(ground, session, service.agree, [c]) is None
    await on_desk(ground, session, c, status=ProposalStatus.FORWARDED)
    await on_desk(ground, session, d, **REFUSED)
    await did(ground, session, service.not_agree, [d], (Reason.OTHER, "Menunggu lahan"))
    await on_desk(ground, session, d, status=ProposalStatus.FORWARDED)
    said = ([c], [(a, "land_not_owned", "Lahan milik PT"), (d, "other", "Menunggu lahan")])
    assert await annexes(ground, session) == said
    await on_desk(ground, session, c, status=ProposalStatus.VERIFIED)
    assert await annexes(ground, session) == ([], said[1])
    await desk_undo(ground, session, c)
    assert await annexes(ground, session) == said


async def test_a_split_is_not_taken_back_over_what_others_made_of_its_parts(ground: Ground) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    start = await picture(ground, session)
    await did(ground, session, service.split, a, ["Pompa", "Tanggul"])
    part = (await numbers_of(ground, session))[0]
    mine = await seen_by(ground, session)
    await did(ground, session, service.fill, [part], {"program": "Drainase"}, by=await seen_by(ground, session, "account:b"))
    with pytest.raises(Conflict, match=r"planning\.changed_since"):
        await did(ground, session, undoing.undo, by=mine)
    await did(ground, session, undoing.undo, by=await seen_by(ground, session, "account:b"))
    await did(ground, session, service.merge, part, [b], by=await seen_by(ground, session, "account:b"))
    with pytest.raises(Conflict, match=r"planning\.changed_since"):
        await did(ground, session, undoing.undo, by=mine)
    await did(ground, session, undoing.undo, by=await seen_by(ground, session, "account:b"))
    await on_desk(ground, session, part, budget=5)
    with pytest.raises(Conflict, match=r"planning\.changed_since"):
        await did(ground, session, undoing.undo, by=mine)
    await on_desk(ground, session, part, budget=None)
    await did(ground, session, undoing.undo, by=mine)
    assert await picture(ground, session) == start


async def test_a_place_that_was_left_is_free_for_whoever_takes_the_step_back(ground: Ground) -> None:
    session, (x, y, p, q) = await make_plenary(ground)
    await did(ground, session, service.order, p, y)
    await did(ground, session, service.order, p, None)
    await did(ground, session, service.order, q, y, by=await seen_by(ground, session, "account:b"))
    await did(ground, session, undoing.undo)
    found = await numbers_of(ground, session)
    assert sorted(found[1:3]) == sorted([p, q])
    await did(ground, session, service.order, y, found[2])
    assert await numbers_of(ground, session) == [x, found[1], y, found[2]]
    await did(ground, session, service.split, found[1], ["Satu", "Dua"])
    assert len(await numbers_of(ground, session)) == 5


async def test_going_back_puts_nothing_on_the_public_list(ground: Ground) -> None:
    session, (a, b, c, _) = await make_plenary(ground)
    for number in (a, b, c):
        await on_desk(ground, session, number, published=False)
    await did(ground, session, service.not_agree, [a, b], (Reason.OTHER, "Menunggu lahan"))
    await did(ground, session, undoing.undo)
    assert [await public(ground, session, number) for number in (a, b)] == [False, False]
    await did(ground, session, service.not_agree, [a], (Reason.OTHER, "Menunggu lahan"))
    await did(ground, session, service.reopen, [a])
    assert await public(ground, session, a) is False
    later = await seen_by(ground, session)
    await did(ground, session, service.agree, [b], by=later)
    assert await public(ground, session, b) is True
    await did(ground, session, undoing.undo)
    assert await public(ground, session, b) is False
    await did(ground, session, service.split, c, ["Satu", "Dua"])
    parts = (await numbers_of(ground, session))[2:4]
    assert [await public(ground, session, number) for number in parts] == [False, False]


async def test_what_was_public_before_stays_so_when_a_step_is_taken_back(ground: Ground) -> None:
    session, (a, *_) = await make_plenary(ground)
    async with ground.database.read() as db:
        since = (await find(db, session.id, a)).published_at
    at = ground.clock.now() + timedelta(seconds=1)
    await did(ground, session, service.agree, [a], by=await seen_by(ground, session, at=at))
    await did(ground, session, undoing.undo)
    async with ground.database.read() as db:
        one = await find(db, session.id, a)
    assert since is not None
    assert (one.status, one.published_at) == (ProposalStatus.VERIFIED, since)


async def test_what_has_gone_on_is_not_pulled_back_by_a_press_on_many(ground: Ground) -> None:
    session, (a, b, c, _) = await make_plenary(ground)
    await did(ground, session, service.agree, [a])
    await on_desk(ground, session, a, status=ProposalStatus.FORWARDED)
    await did(ground, session, service.agree, [a, b])
    found = {line.proposal.number: line.proposal.status for line in await lines(ground, session)}
    assert (found[a], found[b]) == (ProposalStatus.FORWARDED, ProposalStatus.AGREED)
    with pytest.raises(Conflict, match=r"planning\.gone_on"):
        await did(ground, session, service.not_agree, [a, c], (Reason.OTHER, "Menunggu lahan"))
    with pytest.raises(Conflict, match=r"planning\.gone_on"):
        await did(ground, session, service.reopen, [a])
    assert await annexes(ground, session) == ([a, b], [])


async def test_of_two_who_set_the_ceiling_the_later_one_is_told(ground: Ground) -> None:
    session, (a, *_) = await make_plenary(ground)
    early = await seen_by(ground, session, "account:b")
    await did(ground, session, service.set_ceiling, 250_000_000)
    with pytest.raises(Conflict, match=r"planning\.stale_ceiling"):
        await did(ground, session, service.set_ceiling, 300_000_000, by=early)
    early = await seen_by(ground, session, "account:b")
    await did(ground, session, service.agree, [a])
    await did(ground, session, service.set_ceiling, 300_000_000, by=early)
    async with ground.database.read() as db:
        assert (await plenary_of(db, session.id)).ceiling == 300_000_000


async def test_a_delegate_comes_back_only_where_nobody_of_the_name_stands(ground: Ground) -> None:
    session, _ = await make_plenary(ground)
    await did(ground, session, delegates.add_delegate, Named("Siti Rahmawati"))
    async with ground.database.read() as db:
        (one,) = await delegates_of(db, session.id)
    await did(ground, session, delegates.remove_delegate, one.id)
    await did(ground, session, delegates.add_delegate, Named("SITI RAHMAWATI"), by=await seen_by(ground, session, "account:b"))
    with pytest.raises(Invalid):
        await did(ground, session, undoing.undo)
    async with ground.database.read() as db:
        assert [one.name for one in await delegates_of(db, session.id)] == ["SITI RAHMAWATI"]


async def test_a_delegates_name_follows_the_person_and_a_name_of_nobody_is_forgotten(ground: Ground) -> None:
    session, _ = await make_plenary(ground)
    siti = await make_person(ground, session)
    await did(ground, session, delegates.add_delegate, Named("SITI RAHMAWATI"))
    async with ground.database.write() as db:
        await person_changed(db, siti.id)
        assert (await db.scalars(select(Delegate.name))).all() == ["SITI RAHMAWATI"]
        person = await db.get_one(Participant, siti.id)
        person.name, person.name_key = "Siti Rahmayanti", name_key("Siti Rahmayanti")
        await db.flush()
        await person_changed(db, siti.id)
    await did(ground, session, delegates.add_delegate, Named("Siti Rahmawati"))
    identity = Identity(siti.id, ("Siti Rahmayanti", "Siti Rahmawati"), (), (), "Peserta 1")
    await sweep(ground.database, identity, session.id, session.room, ground.clock.now())
    async with ground.database.read() as db:
        named = [(one.name, one.participant_id) for one in await delegates_of(db, session.id)]
    assert named == [("Siti Rahmayanti", siti.id), (NAMELESS, None)]


async def test_an_erased_proposal_that_was_not_public_leaves_the_annexes_with_every_word(ground: Ground) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    siti = await make_person(ground, session)
    await did(ground, session, service.agree, [a, b])
    await did(ground, session, service.fill, [a, b], {"activity": "Pompa di rumah saya", "ceiling": 7})
    await on_desk(ground, session, a, published=False)
    async with ground.database.write() as db:
        one = await find(db, session.id, a)
        one.participant_id = siti.id
        for source in (await db.scalars(select(ProposalSource).where(ProposalSource.proposal_id == one.id))).all():
            source.participant_id = siti.id
    await take_proposals(ground.database, Identity(siti.id, (siti.name,), (), (), "Peserta 1"), session.room, ground.clock.now())
    assert await annexes(ground, session) == ([b], [])
    async with ground.database.read() as db:
        item = await db.get_one(PlenaryItem, one.id)
        assert (item.decision, item.filled) == (None, {})
        steps = (await db.scalars(select(PlenaryStep).order_by(PlenaryStep.number))).all()
        assert [row.after[one.id] for row in steps] == [{"decision": "agreed", "status": "agreed"}, {}]
        assert (await db.get_one(Proposal, one.id)).status is ProposalStatus.DECLINED
    with pytest.raises(Conflict, match=r"proposals\.nothing_to_undo"):
        await desk_undo(ground, session, a)
