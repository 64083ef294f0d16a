"""Scoring: what is given counts and is never lost, each act is a step that can be taken back, and points decide nothing."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import httpx
import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.errors import Conflict, Invalid, NotFound
from app.hall.screen import screen_of
from app.planning import assessing, points, screen, service, undoing
from app.planning.board import By
from app.planning.forgetting import forget
from app.planning.models import Fulfilment, PlenaryStep, Score
from app.planning.points import Given
from app.planning.scoring import Combine, Criterion
from app.planning.steps import StepKind
from app.proposals.listing import find
from app.proposals.models import ProposalStatus
from app.proposals.service import change
from app.record.models import RecordVersion
from app.rights.identity import Identity
from app.rights.sweep import sweep
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories_plenary import TITLES, lines, make_plenary, make_verified, numbers_of, seen_by
from tests.factories_scoring import account, assessors, did, gave, make_scoring, scores, totals


async def picture(ground: Ground, session: ForumSession) -> list[tuple[object, ...]]:
    """What the list says beside points."""
    return [(line.place, line.proposal.number, line.decision, line.columns) for line in await lines(ground, session)]


async def test_points_add_up_rank_and_say_who_has_not_scored_and_decide_nothing(ground: Ground) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    rahma, budi = await make_scoring(ground, session, names=("Bu Rahma", "Pak Budi"))
    before = await picture(ground, session)
    await gave(ground, session, rahma, a, 3, 2, 1)
    await gave(ground, session, budi, a, 2, 2, 0, remark="Perlu izin PT KAI")
    await gave(ground, session, rahma, b, 3, 2, 1)
    await gave(ground, session, budi, c, 1, None, 1)
    await did(ground, session, points.fulfil, a, met=True)
    assert await totals(ground, session) == [(a, Fraction(10), 1), (b, Fraction(6), 2), (c, None, None), (d, None, None)]
    found = await scores(ground, session)
    one, two, three, _ = found.of.values()
    assert (one.reached, one.met, one.spread, one.missing) == (True, True, (Fraction(4), Fraction(6)), [])
    assert [one.mean(each.key) for each in found.scheme.criteria] == [Fraction(5, 2), Fraction(2), Fraction(1, 2)]
    assert one.sheets[budi.id].remark == "Perlu izin PT KAI"
    assert (two.reached, two.missing, two.spread) == (False, [budi.id], None)
    assert (three.missing, three.sheets[budi.id].total) == ([rahma.id, budi.id], None)
    assert (found.unfinished, found.done_by(rahma.id), found.done_by(budi.id)) == (3, 2, 1)
    assert await picture(ground, session) == before


async def test_every_act_is_a_step_and_all_taken_back_in_turn_give_the_start(ground: Ground) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    await gave(ground, session, rahma, a, 1, 1, 1)
    start = await totals(ground, session)
    await gave(ground, session, rahma, b, 3, 2, 1)
    await gave(ground, session, rahma, b, 3, 2, 0, remark="Dikoreksi")
    await did(ground, session, points.fulfil, b, met=True)
    await did(ground, session, points.sort_by_points)
    await did(ground, session, points.set_scheme, None)
    await did(ground, session, assessing.remove, rahma.id)
    assert await numbers_of(ground, session) == [b, a, *(await numbers_of(ground, session))[2:]]
    async with ground.database.read() as db:
        kinds = [row.kind for row in await db.scalars(select(PlenaryStep).order_by(PlenaryStep.number))]
        acts = await db.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.act.like("planning.%")))
    wanted = ["scheme", "assessor", "score", "score", "score", "met", "sort", "scheme", "assessor"]
    assert (kinds, acts) == ([StepKind(one) for one in wanted], 9)
    for _ in range(6):
        await did(ground, session, undoing.undo)
    assert await totals(ground, session) == start
    for _ in range(3):
        await did(ground, session, undoing.undo)
    async with ground.database.read() as db:
        assert [(row.points, row.remark) for row in await db.scalars(select(Score))] == [({}, None), ({}, None)]
    assert await assessors(ground, session) == []
    with pytest.raises(Conflict, match=r"planning\.nothing_to_undo"):
        await did(ground, session, undoing.undo)


async def test_what_is_said_already_is_no_step_and_what_cannot_be_given_is_refused(ground: Ground) -> None:
    session, (a, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    assert await gave(ground, session, rahma, a, 3, 2, 1) is not None
    assert await gave(ground, session, rahma, a, 3, 2, 1) is None
    with pytest.raises(Invalid) as refused:
        await gave(ground, session, rahma, a, 4, 2, 2)
    assert [error.facts for error in refused.value.errors] == [{"low": 0, "high": 3}, {"low": 0, "high": 1}]
    with pytest.raises(NotFound, match=r"planning\.no_assessor"):
        await did(ground, session, points.give, "nihil", a, Given({}))
    await did(ground, session, service.merge, (await numbers_of(ground, session))[1], [a])
    with pytest.raises(NotFound, match=r"planning\.not_listed"):
        await gave(ground, session, rahma, a, 1, 1, 1)
    with pytest.raises(Invalid):
        await did(ground, session, assessing.add, "BU  RAHMA", None)
    await did(ground, session, points.set_scheme, None)
    with pytest.raises(Conflict, match=r"planning\.no_scheme"):
        await did(ground, session, points.give, rahma.id, a, Given({}))


async def test_whoever_saw_less_is_refused_and_told_by_whom(ground: Ground, office: Office) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    early = replace(await seen_by(ground, session), actor="account:b")
    actor = f"account:{(await account(ground, 'secretariat')).id}"
    keys = [one.key for one in (await scores(ground, session)).scheme.criteria]
    await did(ground, session, points.give, rahma.id, a, Given(dict.fromkeys(keys, 1)), by=await seen_by(ground, session, actor))
    with pytest.raises(Conflict, match=r"planning\.stale_score") as refused:
        await did(ground, session, points.give, rahma.id, a, Given(dict.fromkeys(keys, 0)), by=early)
    assert refused.value.facts == {"who": "Petugas secretariat", "number": a}
    assert await did(ground, session, points.give, rahma.id, a, Given(dict.fromkeys(keys, 1)), by=early) is None
    assert await did(ground, session, points.give, rahma.id, b, Given(dict.fromkeys(keys, 1)), by=early) is not None
    scheme = (await scores(ground, session)).scheme
    await did(ground, session, points.set_scheme, replace(scheme, combine=Combine.SUM))
    with pytest.raises(Conflict, match=r"planning\.stale_scheme"):
        await did(ground, session, points.set_scheme, replace(scheme, threshold=None), by=early)
    with pytest.raises(Conflict, match=r"planning\.stale_scheme"):
        await did(ground, session, points.give, rahma.id, b, Given(dict.fromkeys(keys, 0)), by=early)


async def test_a_changed_scheme_keeps_what_was_given_and_counts_what_it_asks_for(ground: Ground) -> None:
    session, (a, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    await gave(ground, session, rahma, a, 3, 2, 1)
    scheme = (await scores(ground, session)).scheme
    first, second, third = scheme.criteria
    await did(ground, session, points.set_scheme, replace(scheme, criteria=(replace(first, name="Sangat mendesak"), third)))
    assert (await totals(ground, session))[0] == (a, Fraction(4), 1)
    await did(ground, session, points.set_scheme, replace(scheme, criteria=(replace(first, high=2), third)))
    found = await scores(ground, session)
    (one, *_) = found.of.values()
    assert (one.total, one.missing, one.sheets[rahma.id].points) == (None, [rahma.id], {first.key: 3, second.key: 2, third.key: 1})
    await did(ground, session, points.set_scheme, replace(scheme, criteria=(*scheme.criteria, Criterion("", "Baru", Decimal(1), 0, 1))))
    assert (await totals(ground, session))[0] == (a, None, None)
    for _ in range(3):
        await did(ground, session, undoing.undo)
    assert (await totals(ground, session))[0] == (a, Fraction(6), 1)


async def test_whoever_stops_and_starts_again_with_the_same_names_finds_all_points_again(ground: Ground) -> None:
    session, (a, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    await gave(ground, session, rahma, a, 3, 2, 1)
    scheme = (await scores(ground, session)).scheme
    await did(ground, session, points.set_scheme, None)
    await did(ground, session, assessing.remove, rahma.id)
    await make_scoring(ground, session, names=("BU  RAHMA",))
    assert (await scores(ground, session)).scheme == scheme
    assert [(one.id, one.name) for one in await assessors(ground, session)] == [(rahma.id, "BU  RAHMA")]
    assert (await totals(ground, session))[0] == (a, Fraction(6), 1)
    first, second, third = (replace(one, key="") for one in scheme.criteria)
    await did(ground, session, points.set_scheme, replace(scheme, criteria=(replace(first, name="Lain"), second)))
    await did(ground, session, points.set_scheme, replace(scheme, criteria=(third, replace(first, name=first.name.upper()), second)))
    assert (await totals(ground, session))[0] == (a, Fraction(6), 1)
    keys = [one.key for one in (await scores(ground, session)).scheme.criteria]
    assert keys == [scheme.criteria[n].key for n in (2, 0, 1)]


async def test_an_account_that_is_named_again_has_its_points_still(ground: Ground, office: Office) -> None:
    session, (a, *_) = await make_plenary(ground)
    await make_scoring(ground, session, names=())
    officer = await account(ground, "responder")
    await did(ground, session, assessing.add, officer.name, officer.id)
    (one,) = await assessors(ground, session)
    await gave(ground, session, one, a, 1, 1, 1)
    await did(ground, session, assessing.remove, one.id)
    await did(ground, session, assessing.add, officer.name, None)
    assert (await totals(ground, session))[0] == (a, None, None)
    await did(ground, session, assessing.add, officer.name, officer.id)
    namesake, again = sorted(await assessors(ground, session), key=lambda each: each.account_id is not None)
    assert (namesake.id != one.id, again.id) == (True, one.id)
    assert (await totals(ground, session))[0] == (a, Fraction(3), 1)
    await did(ground, session, undoing.undo)
    assert [each.id for each in await assessors(ground, session)] == [namesake.id]


async def test_a_form_that_came_too_late_keeps_the_criteria_that_a_colleague_added_in_between(ground: Ground) -> None:
    session, (a, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    scheme = (await scores(ground, session)).scheme
    await did(ground, session, points.set_scheme, replace(scheme, criteria=(*scheme.criteria, Criterion("", "Baru", Decimal(1), 0, 1))))
    added = (await scores(ground, session)).scheme
    await gave(ground, session, rahma, a, 3, 2, 1, 1)
    await did(ground, session, points.set_scheme, replace(scheme, criteria=(*scheme.criteria, Criterion("", "BARU", Decimal(2), 0, 1))))
    assert [one.key for one in (await scores(ground, session)).scheme.criteria] == [one.key for one in added.criteria]
    assert (await totals(ground, session))[0] == (a, Fraction(8), 1)


async def test_points_stay_with_what_was_scored_through_merge_and_split(ground: Ground) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    for number in (a, b, c):
        await gave(ground, session, rahma, number, 1, 1, 1)
    before = await totals(ground, session)
    await did(ground, session, service.merge, a, [b])
    await did(ground, session, service.split, c, ["Satu", "Dua"])
    after = await totals(ground, session)
    assert [(number in {a, d}, total) for number, total, _ in after] == [(True, Fraction(3)), (False, None), (False, None), (True, None)]
    part = after[1][0]
    await gave(ground, session, rahma, part, 2, 2, 1)
    other = By("account:b", (await seen_by(ground, session)).seen, ground.clock.now())
    await did(ground, session, undoing.undo)
    with pytest.raises(Conflict, match=r"planning\.nothing_to_undo"):
        await did(ground, session, undoing.undo, by=other)
    await did(ground, session, undoing.undo)
    await did(ground, session, undoing.undo)
    assert await totals(ground, session) == before


async def test_a_split_is_not_taken_back_once_a_part_was_scored(ground: Ground) -> None:
    session, (a, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    await did(ground, session, service.split, a, ["Satu", "Dua"])
    part = (await numbers_of(ground, session))[0]
    keys = [one.key for one in (await scores(ground, session)).scheme.criteria]
    await did(ground, session, points.give, rahma.id, part, Given(dict.fromkeys(keys, 1)), by=await seen_by(ground, session, "account:b"))
    with pytest.raises(Conflict, match=r"planning\.changed_since"):
        await did(ground, session, undoing.undo)


async def test_sorting_is_one_step_equal_ones_keep_their_places_and_later_ones_go_to_the_end(ground: Ground) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    with pytest.raises(Conflict, match=r"planning\.no_points"):
        await did(ground, session, points.sort_by_points)
    await did(ground, session, service.order, d, a)
    await did(ground, session, service.agree, [b])
    for number, given in ((a, (1, 1, 1)), (b, (1, 1, 1)), (c, (3, 2, 1))):
        await gave(ground, session, rahma, number, *given)
    early = await seen_by(ground, session, "account:b")
    assert await did(ground, session, points.sort_by_points) is not None
    assert await numbers_of(ground, session) == [c, a, b, d]
    assert await did(ground, session, points.sort_by_points) is None
    later = await make_verified(ground, session, "Taman baca")
    assert await numbers_of(ground, session) == [c, a, b, d, later]
    await gave(ground, session, rahma, later, 3, 2, 0)
    with pytest.raises(Conflict, match=r"planning\.stale"):
        await did(ground, session, points.sort_by_points, by=early)
    assert await did(ground, session, points.sort_by_points) is not None
    assert await numbers_of(ground, session) == [c, later, a, b, d]
    await did(ground, session, undoing.undo)
    await did(ground, session, undoing.undo)
    await did(ground, session, undoing.undo)
    assert await numbers_of(ground, session) == [d, a, b, c, later]
    assert [line.decision for line in await lines(ground, session)] == [None, None, "agreed", None, None]


async def test_who_may_only_score_takes_back_nothing_but_points(ground: Ground) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    only = frozenset({StepKind.SCORE})
    await did(ground, session, service.agree, [b])
    with pytest.raises(Conflict, match=r"planning\.nothing_to_undo"):
        await did(ground, session, undoing.undo, only=only)
    await gave(ground, session, rahma, a, 3, 2, 1)
    await did(ground, session, undoing.undo, only=only)
    assert [
        (line.decision, total) for line, (_, total, _) in zip(await lines(ground, session), await totals(ground, session), strict=True)
    ] == [
        (None, None),
        ("agreed", None),
        (None, None),
        (None, None),
    ]


async def test_a_list_sorted_while_its_proposals_are_decided_elsewhere_loses_neither(ground: Ground) -> None:
    session, numbers = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    await gave(ground, session, rahma, numbers[-1], 3, 2, 1)
    by = await seen_by(ground, session)

    async def decide(number: str) -> None:
        async with ground.database.write() as db:
            one = await find(db, session.id, number)
            status = {"status": ProposalStatus.AGREED}
            await change(db, ground.vault, session, number, status, if_version=one.version, actor="account:y", now=ground.clock.now())

    await asyncio.gather(did(ground, session, points.sort_by_points, by=by), *(decide(number) for number in numbers))
    found = await lines(ground, session)
    assert [line.proposal.number for line in found] == [numbers[-1], *numbers[:-1]]
    assert [line.decision for line in found] == ["agreed"] * 4


async def test_a_split_is_not_taken_back_from_the_page_of_proposals_either_once_a_part_has_points(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, (a, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    await did(ground, session, service.split, a, ["Satu", "Dua"])
    part = (await numbers_of(ground, session))[0]
    await gave(ground, session, rahma, part, 1, 1, 1)
    address, headers = f"/meja/{session.slug}/usulan/{a}/urungkan", office.bearer("secretariat")
    async with ground.database.read() as db:
        typed = {"version": str((await find(db, session.id, a)).version)}
    refused = await web.post(address, data=typed, headers=headers)
    assert (refused.status_code, f"{part} sudah dinilai" in refused.text) == (409, True)
    assert (await totals(ground, session))[0] == (part, Fraction(3), 1)
    await did(ground, session, undoing.undo)
    assert (await web.post(address, data=typed, headers=headers)).status_code == 303
    assert a in await numbers_of(ground, session)


async def test_sorting_and_moving_are_not_taken_back_while_one_of_them_is_split(ground: Ground) -> None:
    session, (a, b, c, d) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    await gave(ground, session, rahma, c, 1, 1, 1)
    await did(ground, session, service.order, d, a)
    colleague = "account:b"
    await did(ground, session, service.split, d, ["Satu", "Dua"], by=await seen_by(ground, session, colleague))
    with pytest.raises(Conflict, match=r"planning\.changed_since"):
        await did(ground, session, undoing.undo)
    await did(ground, session, undoing.undo, by=await seen_by(ground, session, colleague))
    assert await numbers_of(ground, session) == [d, a, b, c]
    await did(ground, session, points.sort_by_points)
    await did(ground, session, service.split, b, ["Tiga", "Empat"], by=await seen_by(ground, session, colleague))
    stands = await numbers_of(ground, session)
    with pytest.raises(Conflict, match=r"planning\.changed_since"):
        await did(ground, session, undoing.undo)
    assert await numbers_of(ground, session) == stands
    await did(ground, session, undoing.undo, by=await seen_by(ground, session, colleague))
    await did(ground, session, undoing.undo)
    await did(ground, session, undoing.undo)
    assert await numbers_of(ground, session) == [a, b, c, d]


async def test_an_officer_keeps_their_name_when_a_resident_of_the_same_name_is_forgotten(ground: Ground, office: Office) -> None:
    session, _ = await make_plenary(ground)
    await make_scoring(ground, session, names=())
    officer = await account(ground, "responder")
    await did(ground, session, assessing.add, officer.name, None)
    await did(ground, session, assessing.add, officer.name, officer.id)
    identity = Identity("p", (officer.name,), (), (), "Peserta 1")
    await sweep(ground.database, identity, session.id, session.room, ground.clock.now())
    assert [one.name for one in await assessors(ground, session)] == ["Warga", officer.name]


async def test_sorting_is_not_taken_back_once_somebody_moved_one(ground: Ground) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    await gave(ground, session, rahma, b, 1, 1, 1)
    await did(ground, session, points.sort_by_points)
    await did(ground, session, service.order, a, b, by=await seen_by(ground, session, "account:b"))
    with pytest.raises(Conflict, match=r"planning\.changed_since"):
        await did(ground, session, undoing.undo)


class Desk:
    """The pages of scoring as a browser posts them."""

    def __init__(self, web: httpx.AsyncClient, session: ForumSession, headers: Mapping[str, str]) -> None:
        self.web, self.base, self.headers = web, f"/meja/{session.slug}/penilaian", dict(headers)

    async def get(self, path: str = "", status: int = 200) -> str:
        answer = await self.web.get(f"{self.base}{path}", headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.text

    async def send(self, path: str = "", *, seen: str | None = None, **typed: str) -> httpx.Response:
        seen = seen if seen is not None else (re.findall(r'name="seen" value="(\d+)"', await self.get()) or ["0"])[0]
        return await self.web.post(f"{self.base}{path}", data={**typed, "seen": seen}, headers=self.headers)


SCHEME = {
    "name_0": "Mendesak",
    "weight_0": "1",
    "low_0": "0",
    "high_0": "3",
    "meanings_0": "0 = Tidak\n3 = Sangat mendesak",
    "name_1": "Manfaat",
    "weight_1": "1",
    "low_1": "0",
    "high_1": "2",
    "name_2": "Sesuai",
    "weight_2": "1",
    "low_2": "0",
    "high_2": "1",
    "weighing": "times",
    "combine": "mean",
    "factor": "2",
    "condition": "Persyaratan lengkap",
    "threshold": "8",
}


async def test_the_pages_work_by_forms_alone(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, *_) = await make_plenary(ground)
    desk = Desk(web, session, office.bearer("secretariat"))
    assert "Forum ini belum memakai penilaian" in await desk.get()
    text = await desk.get("/skema?mulai=persyaratan")
    assert 'value="Persyaratan lengkap"' in text
    wrong = await desk.send("/skema", **{**SCHEME, "factor": "", "name_1": "mendesak"})
    assert wrong.status_code == 422
    assert "Dua kriteria bernama sama." in wrong.text
    assert 'value="mendesak"' in wrong.text
    assert (await desk.send("/skema", **SCHEME)).status_code == 303
    assert (await desk.send("/penilai", name="")).status_code == 422
    assert (await desk.send("/penilai", name="Bu Rahma")).status_code == 303
    assert (await desk.send("/penilai", account_id=(await account(ground, "operator")).id)).status_code == 422
    assert (await desk.send("/penilai", account_id=(await account(ground, "responder")).id)).status_code == 303
    rahma, _ = await assessors(ground, session)
    keys = [one.key for one in (await scores(ground, session)).scheme.criteria]
    page = await desk.get(f"/isi/{rahma.id}")
    assert "Rumah pompa Krapyak" in page
    assert "Sangat mendesak" in page
    given = {f"p_{key}": value for key, value in zip(keys, ("3", "2", "1"), strict=True)}
    bad = await desk.send(f"/isi/{rahma.id}", number=a, **{**given, f"p_{keys[0]}": "9", "remark": "Tetap ada"})
    assert (bad.status_code, "Isilah bilangan bulat 0 sampai 3." in bad.text, "Tetap ada" in bad.text) == (422, True, True)
    went = await desk.send(f"/isi/{rahma.id}", number=a, **given)
    made = (await seen_by(ground, session)).seen
    assert (went.status_code, went.headers["location"]) == (303, f"{desk.base}/isi/{rahma.id}?saved={a}&step={made}")
    assert "Pengerukan saluran Samudra" in await desk.get(f"/isi/{rahma.id}?saved={a}")
    assert (await desk.send("", do=f"met:{a}")).status_code == 303
    shown = await desk.get()
    assert "Mencapai 8" in shown
    assert "Petugas responder" in shown
    assert 'scoring-total">12<' in shown
    plenary = (await web.get(f"/meja/{session.slug}/pleno", headers=desk.headers)).text
    assert "<b>12</b>" in plenary
    assert (await desk.send("/urungkan", number="99")).status_code == 409
    assert "Lembar penilaian" in await desk.get(f"/lembar?penilai={rahma.id}")
    assert (await desk.send("", do="nihil")).status_code == 404
    assert (await desk.send("", do="off")).status_code == 303
    assert "Forum ini belum memakai penilaian" in await desk.get()
    async with ground.database.read() as db:
        assert await db.scalar(select(func.count()).select_from(Score)) == 1
        assert await db.scalar(select(func.count()).select_from(Fulfilment)) == 1


async def test_only_what_was_just_saved_can_be_taken_back_from_the_line_that_says_so(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    desk = Desk(web, session, office.bearer("secretariat"))
    (rahma,) = await make_scoring(ground, session)
    keys = [one.key for one in (await scores(ground, session)).scheme.criteria]
    for number in (a, b):
        went = await desk.send(f"/isi/{rahma.id}", number=number, **{f"p_{key}": "1" for key in keys})
    told = await desk.get(went.headers["location"].removeprefix(desk.base))
    step = (await seen_by(ground, session)).seen
    assert f"Nilai {b} tersimpan." in told
    assert f'name="number" value="{step}"' in told
    unchanged = await desk.send(f"/isi/{rahma.id}", number=a, **{f"p_{key}": "1" for key in keys})
    told = await desk.get(unchanged.headers["location"].removeprefix(desk.base))
    assert f"Nilai {a} tersimpan." in told
    assert "/urungkan" not in told
    # The same as a part of the page.
    part = {"headers": {**desk.headers, "X-Part": "1"}}
    typed = {"number": a, "seen": str(step), **{f"p_{key}": "1" for key in keys}}
    told = (await web.post(f"{desk.base}/isi/{rahma.id}", data=typed, **part)).text
    assert (f"Nilai {a} tersimpan." in told, "/urungkan" in told) == (True, False)
    told = (await web.post(f"{desk.base}/isi/{rahma.id}", data={**typed, f"p_{keys[0]}": "2"}, **part)).text
    assert f'name="number" value="{step + 1}"' in told


async def test_points_can_be_taken_away_again(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, *_) = await make_plenary(ground)
    desk = Desk(web, session, office.bearer("secretariat"))
    (rahma,) = await make_scoring(ground, session)
    await gave(ground, session, rahma, a, 3, 2, 1)
    keys = [one.key for one in (await scores(ground, session)).scheme.criteria]
    page = await desk.get(f"/isi/{rahma.id}?number={a}")
    assert [f'<input type="radio" name="p_{key}" value="">' in page for key in keys] == [True] * 3
    typed = {f"p_{keys[0]}": "", f"p_{keys[1]}": "2", f"p_{keys[2]}": "1"}
    assert (await desk.send(f"/isi/{rahma.id}", number=a, **typed)).status_code == 303
    async with ground.database.read() as db:
        assert [row.points for row in await db.scalars(select(Score))] == [{keys[1]: 2, keys[2]: 1}]
    assert f'name="p_{keys[0]}" value="" checked' in await desk.get(f"/isi/{rahma.id}?number={a}")


async def test_whoever_is_refused_sees_what_a_colleague_wrote(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, *_) = await make_plenary(ground)
    desk = Desk(web, session, office.bearer("secretariat"))
    (rahma,) = await make_scoring(ground, session)
    await gave(ground, session, rahma, a, 3, 2, 1)
    scheme = (await scores(ground, session)).scheme
    early = str((await seen_by(ground, session)).seen)
    await gave(ground, session, rahma, a, None, 2, 1, remark="Perlu izin PT KAI")
    given = {f"p_{one.key}": "1" for one in scheme.criteria}
    refused = await desk.send(f"/isi/{rahma.id}", seen=early, number=a, remark="Punya saya", **given)
    assert (refused.status_code, "Punya saya" in refused.text) == (409, True)
    assert re.findall(r"Kini tertulis: ([^<]*)<", refused.text) == ["–", "2", "Perlu izin PT KAI"]

    await did(ground, session, points.set_scheme, replace(scheme, criteria=(*scheme.criteria, Criterion("", "Baru", Decimal(7), 0, 9))))
    refused = await desk.send("/skema", seen=early, **SCHEME)
    assert (refused.status_code, 'value="Mendesak"' in refused.text) == (409, True)
    stands = refused.text.partition('id="stands"')[2].partition("</section>")[0]
    assert ("Baru" in stands, "bobot 7" in stands, "0–9" in stands) == (True, True, True)
    assert 'id="stands"' not in await desk.get("/skema")


async def test_stopping_and_removing_are_taken_back_from_where_one_lands(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, *_) = await make_plenary(ground)
    desk = Desk(web, session, office.bearer("secretariat"))
    assert (await desk.send("/skema", **SCHEME)).status_code == 303
    assert (await desk.send("/penilai", name="Bu Rahma")).status_code == 303
    assert "data-confirm" in (await desk.get("/skema")).partition("assessor-off:")[2].partition("</button>")[0]
    assert (await desk.send("", do="off")).status_code == 303
    for page in (await desk.get(), await desk.get("/skema")):
        assert page.count("Urungkan: Cara menilai") == 1
        assert f'action="{desk.base}/urungkan"' in page
    number = str((await seen_by(ground, session)).seen)
    assert (await desk.send("/urungkan", number=number)).status_code == 303
    assert (await totals(ground, session))[0] == (a, None, None)


async def test_nobody_writes_for_another_account_nor_sees_others_points_before_their_own(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    one = await account(ground, "responder")
    await did(ground, session, assessing.add, one.name, one.id)
    _, officer = await assessors(ground, session)
    await gave(ground, session, rahma, a, 3, 2, 1)
    await gave(ground, session, rahma, b, 1, 1, 1)
    await gave(ground, session, officer, b, 3, 2, 0)
    mine = await scores(ground, session, reader=one.id)
    found = {line.proposal.number: mine.of[line.proposal.id] for line in await lines(ground, session)}
    assert [(found[n].hidden, found[n].total, found[n].rank, dict(found[n].sheets)) for n in (a,)] == [(True, None, None, {})]
    assert (found[b].hidden, found[b].total, len(found[b].sheets)) == (False, Fraction(4), 2)
    for login in ("secretariat", "responder"):
        desk = Desk(web, session, office.bearer(login))
        assert "planning.no_assessor" not in await desk.get(f"/isi/{officer.id}", 404)
        refused = await desk.send(f"/isi/{officer.id}", seen="99", number=a)
        assert refused.status_code == 404
    desk = Desk(web, session, office.bearer("responder"))
    assert "Anda bukan penilai di forum ini." in await desk.get()
    assert (await desk.send(f"/isi/{rahma.id}", seen="99", number=a)).status_code == 404


async def test_the_screen_shows_points_only_when_they_are_switched_on(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    await gave(ground, session, rahma, a, 3, 2, 1)
    async with ground.database.write() as db:
        await service.show(db, session.id, on=True)
        await screen_of(db, session.id, ground.clock.now())

    async def shown() -> list[object]:
        async with ground.database.read() as db:
            found = await screen.on_screen(db, session)
        assert found is not None
        return [line.points for line in found.lines]

    assert await shown() == [None] * 4
    desk = Desk(web, session, office.bearer("moderator"))
    assert (await desk.send("", do="screen-on")).status_code == 303
    assert await shown() == [Decimal(6), None, None, None]
    assert (await desk.send("", do="screen-off")).status_code == 303
    assert await shown() == [None] * 4


async def test_the_list_says_that_the_record_is_final_and_locks_nothing(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, *_) = await make_plenary(ground)
    address, headers = f"/meja/{session.slug}/pleno", office.bearer("secretariat")
    first = await web.get(f"{address}/daftar", headers=headers)
    assert "Perubahan di sini menjadi adendum." not in first.text
    async with ground.database.write() as db:
        db.add(
            RecordVersion(
                id="aaaaaaaaaaaaaaaa",
                session_id=session.id,
                number=1,
                code="x",
                source={},
                sha256="",
                audit_head="",
                at=ground.clock.now(),
                by="account:a",
            )
        )
    again = await web.get(f"{address}/daftar", headers={**headers, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, "Perubahan di sini menjadi adendum." in again.text) == (200, True)
    assert await did(ground, session, service.agree, [a]) is not None


async def test_points_leave_the_house_as_a_table(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, b, *_) = await make_plenary(ground, TITLES[:2])
    (rahma,) = await make_scoring(ground, session)
    address, headers = f"/api/v1/sessions/{session.slug}/exports/scores", office.bearer("secretariat")
    await gave(ground, session, rahma, b, 2, 1, None, remark="=1+1")
    await gave(ground, session, rahma, a, 3, 2, 1)
    await did(ground, session, points.fulfil, a, met=True)
    lines_of_text = (await web.get(f"{address}.csv", headers=headers)).text.lstrip("\ufeff").splitlines()
    assert lines_of_text[0] == "No;Nomor usulan;Kegiatan;Penilai;Kriteria;Bobot;Poin;Jumlah penilai;Pengali;Jumlah;Peringkat;Catatan"
    assert lines_of_text[1] == f"1;{a};Rumah pompa Krapyak;Bu Rahma;Mendesak;1;3;6;2;12;1;"
    assert lines_of_text[6] == f"2;{b};Pengerukan saluran Samudra;Bu Rahma;Sesuai rencana daerah;1;;;;;;'=1+1"
    assert len(lines_of_text) == 7
    told = (await web.get(f"{address}.json", headers=headers)).json()
    assert [row["points"] for row in told["rows"]] == [3, 2, 1, 2, 1, None]
    assert (await web.get(f"{address}.xlsx", headers=headers)).status_code == 200
    assert (await web.get(f"/meja/{session.slug}/rekaman", headers=headers)).text.count("exports/scores.") == 3
    await did(ground, session, points.set_scheme, None)
    assert (await web.get(f"{address}.json", headers=headers)).json()["rows"] == []


async def test_of_an_erased_proposal_that_nobody_published_no_points_stay(ground: Ground) -> None:
    session, (a, b, *_) = await make_plenary(ground)
    (rahma,) = await make_scoring(ground, session)
    for number in (a, b):
        await gave(ground, session, rahma, number, 3, 2, 1, remark="Punya Bu Siti")
        await did(ground, session, points.fulfil, number, met=True)
    gone, kept = (line.proposal.id for line in (await lines(ground, session))[:2])
    async with ground.database.write() as db:
        await forget(db, session.id, gone)
    async with ground.database.read() as db:
        assert list(await db.scalars(select(Score.proposal_id))) == [kept]
        assert list(await db.scalars(select(Fulfilment.proposal_id))) == [kept]
        steps = (await db.scalars(select(PlenaryStep).order_by(PlenaryStep.number))).all()
    words = [one.after for one in steps if one.kind in {StepKind.SCORE, StepKind.MET}]
    assert [bool(fields) for after in words for fields in after.values()] == [False, False, True, True]
