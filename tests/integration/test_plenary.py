"""The plenary list: what is done to it, what is refused, and that everything can be taken back."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.audit.service import verify
from app.errors import Conflict, FieldError, Gone, Invalid, NotFound
from app.planning import delegates, service, steps, undoing
from app.planning.board import By
from app.planning.delegates import Named
from app.planning.listing import delegates_of, lines_of, not_agreed, plenary_of, priorities, totals
from app.planning.models import Delegate, PlenaryItem, PlenaryStep
from app.planning.steps import Step, StepKind
from app.proposals.choices import Reason
from app.proposals.listing import find
from app.proposals.models import Proposal, ProposalStatus
from app.proposals.service import change
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.factories_plenary import lines, make_plenary, make_verified, numbers_of, seen_by
from tests.factories_proposals import make_person, make_proposal


async def did(
    ground: Ground, session: ForumSession, verb: Callable[..., Awaitable[Any]], *args: Any, by: By | None = None, **more: Any
) -> Any:
    """One verb in a transaction of its own, by somebody who sees the list as it is."""
    by = by or await seen_by(ground, session)
    async with ground.database.write() as db:
        return await verb(db, ground.vault, session.id, *args, by, **more)


async def picture(ground: Ground, session: ForumSession) -> list[tuple[Any, ...]]:
    """What everybody reads off the list, and what the proposals themselves say."""
    return [
        (line.place, line.proposal.number, line.decision, line.reason_code, line.reason, line.columns, line.sum, line.proposal.status)
        for line in await lines(ground, session)
    ]


async def test_the_order_is_that_of_the_numbers_until_somebody_moves_one(ground: Ground) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    assert await numbers_of(ground, session) == [a, b, c, d]
    assert await did(ground, session, service.order, d, b) is not None
    assert await numbers_of(ground, session) == [a, d, b, c]
    assert await did(ground, session, service.order, a, None) is not None
    assert await numbers_of(ground, session) == [d, b, c, a]
    assert await did(ground, session, service.order, b, c) is None
    later = await make_verified(ground, session, "Taman baca")
    assert await numbers_of(ground, session) == [d, b, c, a, later]
    assert [line.place for line in await lines(ground, session)] == [1, 2, 3, 4, 5]


async def test_only_what_was_verified_is_dealt_with(ground: Ground) -> None:
    session, (a, *_) = await make_plenary(ground)
    waiting = await make_proposal(ground, session)
    assert waiting not in await numbers_of(ground, session)
    with pytest.raises(NotFound, match=r"planning\.not_listed"):
        await did(ground, session, service.agree, [waiting])
    with pytest.raises(NotFound, match=r"proposals\.unknown"):
        await did(ground, session, service.order, a, "PKL-2022-9999")
    with pytest.raises(Invalid):
        await did(ground, session, service.agree, [])


async def test_a_decision_is_the_proposals_own_status_and_stays_when_other_levels_go_on(ground: Ground) -> None:
    session, (a, b, c, _) = await make_plenary(ground)
    await did(ground, session, service.agree, [a])
    with pytest.raises(Invalid) as missing:
        await did(ground, session, service.not_agree, [b], (None, None))
    assert missing.value.errors == (FieldError("reason_code", "proposals.no_reason"),)
    with pytest.raises(Invalid) as wordless:
        await did(ground, session, service.not_agree, [b], (Reason.OTHER, None))
    assert wordless.value.errors == (FieldError("reason", "field.required"),)
    await did(ground, session, service.not_agree, [b], (Reason.LAND_NOT_OWNED, "Lahan milik PT"))
    found = {line.proposal.number: line for line in await lines(ground, session)}
    assert (found[a].proposal.status, found[a].decision) == (ProposalStatus.AGREED, "agreed")
    assert (found[b].proposal.status, found[b].reason_code, found[b].reason) == ("not_agreed", "land_not_owned", "Lahan milik PT")
    assert found[c].decision is None
    async with ground.database.write() as db:
        for number in (a, b):
            one = await find(db, session.id, number)
            forward = {"status": ProposalStatus.FORWARDED}
            await change(db, ground.vault, session, number, forward, if_version=one.version, actor="account:y", now=ground.clock.now())
    async with ground.database.read() as db:
        assert [line.proposal.number for line in await priorities(db, session)] == [a]
        (refused,) = await not_agreed(db, session)
    assert (refused.proposal.number, refused.reason_code, refused.reason) == (b, "land_not_owned", "Lahan milik PT")


async def test_columns_are_filled_one_by_one_and_many_at_once_beside_the_proposals_own_words(ground: Ground) -> None:
    session, (a, b, c, _) = await make_plenary(ground)
    await did(ground, session, service.fill, [a, b], {"program": "Pengelolaan drainase", "regional_priority": "Rob"})
    await did(ground, session, service.fill, [b], {"quantity": Decimal("1.5"), "ceiling": 70_000_000, "place": "Kandang Panjang"})
    found = {line.proposal.number: line for line in await lines(ground, session)}
    assert (found[a].columns.program, found[a].columns.ceiling, found[a].columns.quantity) == ("Pengelolaan drainase", 100_000_000, 350)
    assert (found[b].columns.ceiling, found[b].columns.quantity, found[b].columns.place) == (70_000_000, Decimal("1.5"), "Kandang Panjang")
    assert (found[b].proposal.budget, found[b].proposal.quantity, found[b].own.place) == (100_000_000, 350, "Krapyak RW 02")
    assert found[c].filled == {}
    await did(ground, session, service.fill, [b], {"ceiling": None})
    again = {line.proposal.number: line for line in await lines(ground, session)}
    assert again[b].columns.ceiling == 100_000_000


async def test_the_sum_runs_over_what_is_agreed_and_says_where_it_passes_the_ceiling(ground: Ground) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    await did(ground, session, service.set_ceiling, 250_000_000)
    await did(ground, session, service.agree, [a, c, d])
    await did(ground, session, service.not_agree, [b], (Reason.CEILING_EXCEEDED, None))
    found = await lines(ground, session)
    assert [(line.sum, line.over) for line in found] == [
        (100_000_000, False),
        (100_000_000, False),
        (200_000_000, False),
        (300_000_000, True),
    ]
    counted = totals(found, 250_000_000)
    assert (counted.agreed, counted.not_agreed, counted.open, counted.sum, counted.without) == (3, 1, 0, 300_000_000, 0)


async def test_doubles_are_merged_bundles_split_and_both_taken_back_with_their_origins(ground: Ground) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    start = await picture(ground, session)
    await did(ground, session, service.order, d, a)
    ordered = await picture(ground, session)
    await did(ground, session, service.merge, a, [b, c])
    assert await numbers_of(ground, session) == [d, a]
    async with ground.database.read() as db:
        assert (await find(db, session.id, a)).comes_from == [b, c]
        assert (await find(db, session.id, b)).leads_to == [a]
    await did(ground, session, undoing.undo)
    assert await picture(ground, session) == ordered
    await did(ground, session, service.split, a, ["Pompa", "Tanggul"])
    first, second = f"{session.number_prefix}-2022-0005", f"{session.number_prefix}-2022-0006"
    assert await numbers_of(ground, session) == [d, first, second, b, c]
    assert [line.proposal.comes_from for line in await lines(ground, session)][1:3] == [[a], [a]]
    await did(ground, session, undoing.undo)
    assert await picture(ground, session) == ordered
    await did(ground, session, undoing.undo)
    assert await picture(ground, session) == start


async def test_everything_done_and_taken_back_gives_the_start(ground: Ground) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    start = await picture(ground, session)
    acts: list[tuple[Callable[..., Awaitable[Any]], tuple[Any, ...]]] = [
        (service.set_ceiling, (5_000_000_000,)),
        (service.order, (c, a)),
        (service.agree, ([a, b],)),
        (service.fill, ([a, d], {"program": "Drainase", "quantity": Decimal("2.25")})),
        (service.not_agree, ([b, d], (Reason.OTHER, "Menunggu lahan"))),
        (service.merge, (a, [c])),
        (service.reopen, ([b],)),
        (service.split, (d, ["Satu", "Dua", "Tiga"])),
        (service.order, (b, None)),
        (delegates.add_delegate, (Named("Siti Rahmawati", "perempuan", "female"),)),
    ]
    for verb, args in acts:
        assert await did(ground, session, verb, *args) is not None
    await replayed(ground, session)
    for _ in acts:
        await did(ground, session, undoing.undo)
    assert await picture(ground, session) == start
    async with ground.database.read() as db:
        assert await delegates_of(db, session.id) == []
        assert (await plenary_of(db, session.id)).ceiling is None
        assert (await verify(db, ground.vault, session.id)).broken_at is None
    with pytest.raises(Conflict, match=r"planning\.nothing_to_undo"):
        await did(ground, session, undoing.undo)


async def replayed(ground: Ground, session: ForumSession) -> None:
    """The steps alone, one after the other, give what the rows say."""
    async with ground.database.read() as db:
        rows = (await db.scalars(select(PlenaryStep).where(PlenaryStep.session_id == session.id).order_by(PlenaryStep.number))).all()
        items = (await db.scalars(select(PlenaryItem).where(PlenaryItem.session_id == session.id))).all()
        status = {one.id: one.status.value for one in await db.scalars(select(Proposal).where(Proposal.session_id == session.id))}
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    state: dict[str, dict[str, Any]] = {}
    for row in rows:
        state = steps.applied(state, Step(row.kind, row.before, row.after))  # type: ignore[arg-type]  # stored as they were made
    for item in items:
        told = state.get(item.proposal_id, {})
        assert told.get("rank") == item.rank
        assert {name: told[name] for name in item.filled} == item.filled
        assert told.get("status", status[item.proposal_id]) == status[item.proposal_id]


async def test_nobody_takes_back_what_others_have_gone_on_from(ground: Ground) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    await did(ground, session, service.agree, [a])
    mine = await seen_by(ground, session)
    other = await seen_by(ground, session, "account:b")
    await did(ground, session, service.not_agree, [a], (Reason.WRONG_ADDRESS, None), by=other)
    with pytest.raises(Conflict, match=r"planning\.changed_since"):
        await did(ground, session, undoing.undo, by=mine)
    await did(ground, session, service.order, b, a, by=await seen_by(ground, session, "account:b"))
    await did(ground, session, undoing.undo, by=await seen_by(ground, session, "account:b"))
    await did(ground, session, undoing.undo, by=await seen_by(ground, session, "account:b"))
    await did(ground, session, undoing.undo, by=mine)
    assert [line.decision for line in await lines(ground, session)] == [None] * 4


async def test_a_change_on_the_page_of_proposals_counts_as_somebody_elses(ground: Ground) -> None:
    session, (a, *_) = await make_plenary(ground)
    await did(ground, session, service.agree, [a])
    async with ground.database.write() as db:
        one = await find(db, session.id, a)
        back = {"status": ProposalStatus.VERIFIED}
        await change(db, ground.vault, session, a, back, if_version=one.version, actor="account:y", now=ground.clock.now())
    with pytest.raises(Conflict, match=r"planning\.decided_elsewhere"):
        await did(ground, session, service.reopen, [a], was={a: "agreed"})
    with pytest.raises(Conflict, match=r"planning\.changed_since"):
        await did(ground, session, undoing.undo)


async def test_a_rehearsal_leaves_the_list_alone(ground: Ground) -> None:
    session, (a, *_) = await make_plenary(ground)
    async with ground.database.write() as db:
        practised = await db.get_one(ForumSession, session.id)
        practised.rehearsal, practised.rehearsal_at = SessionState.LIVE, ground.clock.now()
    with pytest.raises(Conflict, match=r"planning\.rehearsing"):
        await did(ground, session, service.agree, [a])
    made = await make_verified(ground, session, "Usulan latihan")
    async with ground.database.read() as db:
        rehearsing = await db.get_one(ForumSession, session.id)
        assert made not in [line.proposal.number for line in await lines_of(db, rehearsing)]
    cancelled, (b, *_) = await make_plenary(ground, state=SessionState.CANCELLED)
    with pytest.raises(Gone, match=r"planning\.cancelled"):
        await did(ground, cancelled, service.agree, [b])


async def test_a_stale_page_overwrites_nothing_and_other_parts_are_free(ground: Ground) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    early = await seen_by(ground, session, "account:b")
    await did(ground, session, service.fill, [a], {"program": "Drainase"})
    with pytest.raises(Conflict, match=r"planning\.stale"):
        await did(ground, session, service.fill, [a, b], {"program": "Jalan"}, by=early)
    await did(ground, session, service.agree, [a], by=early)
    await did(ground, session, service.order, a, None, by=early)
    found = {line.proposal.number: line for line in await lines(ground, session)}
    assert (found[a].columns.program, found[b].columns.program, found[a].decision, found[a].place) == ("Drainase", None, "agreed", 4)


async def race(ground: Ground, session: ForumSession, calls: list[tuple[str, Callable[..., Awaitable[Any]], tuple[Any, ...]]]) -> list[str]:
    """All at once, each by somebody who saw the same page; `ok` or the code of the refusal."""
    by = await seen_by(ground, session)

    async def one(actor: str, verb: Callable[..., Awaitable[Any]], args: tuple[Any, ...]) -> str:
        try:
            await did(ground, session, verb, *args, by=By(actor, by.seen, by.now))
        except Conflict as refused:
            return refused.code
        return "ok"

    return sorted(await asyncio.gather(*(one(*call) for call in calls)))


async def test_of_two_at_once_one_wins_and_the_other_is_told(ground: Ground) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    same = [(f"account:{n}", service.fill, ([a], {"program": f"Program {n}"})) for n in range(4)]
    assert await race(ground, session, same) == ["ok", "planning.stale", "planning.stale", "planning.stale"]
    moves = [("account:a", service.order, (d, a)), ("account:b", service.order, (d, b)), ("account:c", service.merge, (a, [c]))]
    assert await race(ground, session, moves) == ["ok", "ok", "planning.stale"]
    async with ground.database.read() as db:
        numbers = list(await db.scalars(select(PlenaryStep.number).where(PlenaryStep.session_id == session.id)))
    assert sorted(numbers) == [1, 2, 3]


async def test_different_things_at_once_all_count(ground: Ground) -> None:
    """The negative control of the race: what does not touch the same thing is never refused."""
    session, numbers = await make_plenary(ground)
    calls = [(f"account:{n}", service.agree, ([number],)) for n, number in enumerate(numbers)]
    calls += [(f"account:{n}", service.fill, ([number], {"program": f"P{n}"})) for n, number in enumerate(numbers)]
    assert await race(ground, session, calls) == ["ok"] * 8
    assert [(line.decision, line.columns.program) for line in await lines(ground, session)] == [("agreed", f"P{n}") for n in range(4)]
    assert len(await did_rows(ground, session)) == 8


async def did_rows(ground: Ground, session: ForumSession) -> list[AuditEntry]:
    async with ground.database.read() as db:
        wanted = select(AuditEntry).where(AuditEntry.chain == session.id, AuditEntry.act.startswith("planning."))
        return list(await db.scalars(wanted))


async def test_delegates_are_named_once_and_belong_to_the_person_of_that_name(ground: Ground) -> None:
    session, _ = await make_plenary(ground)
    siti = await make_person(ground, session)
    await did(ground, session, delegates.add_delegate, Named("Siti  Rahmawati", "rt", "female"))
    with pytest.raises(Invalid):
        await did(ground, session, delegates.add_delegate, Named("SITI RAHMAWATI"))
    async with ground.database.read() as db:
        (one,) = await delegates_of(db, session.id)
        step = (await db.scalars(select(PlenaryStep).where(PlenaryStep.session_id == session.id))).one()
    assert (one.participant_id, one.element, one.gender) == (siti.id, "rt", "female")
    assert (step.kind, step.after) == (StepKind.DELEGATE, {f"delegate:{one.id}": {"there": True}})
    await did(ground, session, delegates.remove_delegate, one.id)
    async with ground.database.read() as db:
        assert await delegates_of(db, session.id) == []
        assert (await db.get_one(Delegate, one.id)).name == "Siti  Rahmawati"
    with pytest.raises(NotFound):
        await did(ground, session, delegates.remove_delegate, one.id)
    await did(ground, session, undoing.undo)
    async with ground.database.read() as db:
        assert [one.name for one in await delegates_of(db, session.id)] == ["Siti  Rahmawati"]
