"""Paper forms keyed in: each row once, corrected in place, linked to its printed number, and still there after a power cut."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest_asyncio
from sqlalchemy import func, select

from app.access.models import Role
from app.access.rights import GrantOf
from app.access.service import create_token
from app.papers.models import PaperForm
from app.papers.numbers import take_numbers
from app.proposals.models import Proposal, ProposalSource, ProposalVersion
from app.sessions.models import ForumSession, Site
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_papers import row
from tests.processes import served


class Desk:
    """The secretariat at the grid of one session."""

    def __init__(self, web: httpx.AsyncClient, headers: dict[str, str], session: ForumSession) -> None:
        self.web, self.headers, self.session = web, {**headers, "Accept": "application/json"}, session

    async def save(self, row_id: str, cells: dict[str, str], **more: str) -> httpx.Response:
        address = f"/api/v1/sessions/{self.session.slug}/paper-forms/{row_id}"
        return await self.web.put(address, json={**cells, **more}, headers=self.headers)


@pytest_asyncio.fixture
async def held(ground: Ground) -> AsyncIterator[tuple[ForumSession, list[Site]]]:
    """A session that was held yesterday evening."""
    start = ground.clock.now() - timedelta(hours=20)
    yield await make_session(ground, starts_at=start, ends_at=start + timedelta(hours=3))


@pytest_asyncio.fixture
async def desk(web: httpx.AsyncClient, office: Office, held: tuple[ForumSession, list[Site]]) -> Desk:
    return Desk(web, office.bearer("secretariat"), held[0])


async def counted(ground: Ground, session: ForumSession) -> tuple[int, int]:
    async with ground.database.read() as db:
        proposals = await db.scalar(select(func.count()).select_from(Proposal).where(Proposal.session_id == session.id))
        forms = await db.scalar(select(func.count()).select_from(PaperForm).where(PaperForm.session_id == session.id))
    return int(proposals or 0), int(forms or 0)


async def test_rows_corrected_to_one_number_at_the_same_moment_are_told_so(desk: Desk) -> None:
    rows = [row() for _ in range(3)]
    for row_id, cells in rows:
        assert (await desk.save(row_id, cells)).status_code == 200
    answers = await asyncio.gather(*(desk.save(row_id, cells, number="F-0001") for row_id, cells in rows))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422]
    wrong = {answer.json()["errors"][0]["code"] for answer in answers if answer.status_code == 422}
    assert wrong == {"papers.number_taken"}


async def test_a_row_becomes_one_proposal_with_its_own_time(ground: Ground, desk: Desk) -> None:
    written = ground.clock.now() - timedelta(hours=19)
    row_id, cells = row(written=f"{written.astimezone(ZoneInfo('Asia/Jakarta')):%d-%m-%Y %H.%M}")
    answers = [await desk.save(row_id, cells) for _ in range(3)]
    assert [(a.status_code, a.json()["proposal"], a.json()["changed"]) for a in answers] == [
        (200, "PKL-2022-0001", True),
        (200, "PKL-2022-0001", False),
        (200, "PKL-2022-0001", False),
    ]
    assert answers[0].json()["cells"] == {**cells, "site": "", "seen": "1", "quantity": "1200"}
    async with ground.database.read() as db:
        form = await db.get_one(PaperForm, row_id)
        proposal = await db.get_one(Proposal, form.proposal_id)
        source = await db.scalar(select(ProposalSource).where(ProposalSource.proposal_id == proposal.id))
    assert source is not None
    minute = written.replace(second=0, microsecond=0)
    assert (form.written_at, source.at, source.kind, source.source_id) == (minute, minute, "paper", row_id)
    assert form.keyed_at > minute
    assert (proposal.via, proposal.proposer, proposal.rt, proposal.rw, proposal.landmark) == (
        "paper",
        "Siti Rahmawati",
        [3],
        [5],
        "Jalan Buton",
    )
    assert (proposal.quantity, proposal.unit, source.text) == (1200, "meter", "Air masuk rumah tiap rob.")
    assert (proposal.action, proposal.sector) == ("Warga menyiapkan tenaga.", "street_lighting")
    assert proposal.name_public is False


async def test_a_correction_changes_the_same_proposal_until_the_desk_takes_over(ground: Ground, desk: Desk, office: Office) -> None:
    row_id, cells = row()
    assert (await desk.save(row_id, cells)).status_code == 200
    corrected = await desk.save(row_id, {**cells, "title": "Normalisasi drainase", "text": "", "name": "Budi", "quantity": "1,5"})
    assert corrected.json() == {
        "row": row_id,
        "proposal": "PKL-2022-0001",
        "changed": True,
        "version": 2,
        "cells": {**cells, "site": "", "seen": "2", "title": "Normalisasi drainase", "text": "", "name": "Budi", "quantity": "1,5"},
    }
    assert await counted(ground, desk.session) == (1, 1)
    async with ground.database.read() as db:
        said = await db.scalar(select(ProposalSource.text))
        versions = list(await db.scalars(select(ProposalVersion.version).order_by(ProposalVersion.version)))
    assert (said, versions) == ("Normalisasi drainase", [1, 2])
    await desk.web.patch(
        f"/api/v1/sessions/{desk.session.slug}/proposals/PKL-2022-0001",
        json={"title": "Diubah meja"},
        headers={**desk.headers, "If-Match": '"2"'},
    )
    late = await desk.save(row_id, cells)
    assert (late.status_code, late.json()["code"]) == (409, "papers.taken_over")


async def test_two_people_at_one_row_do_not_overwrite_each_other(ground: Ground, desk: Desk, office: Office) -> None:
    row_id, cells = row()
    assert (await desk.save(row_id, cells)).status_code == 200
    colleague = Desk(desk.web, office.bearer("moderator"), desk.session)
    assert (await colleague.save(row_id, {**cells, "title": "Milik rekan"}, seen="1")).json()["version"] == 2
    mine = {**cells, "title": "Milik saya"}
    held_up = await desk.save(row_id, mine, seen="1")
    assert (held_up.status_code, held_up.json()["code"], held_up.json()["version"]) == (409, "papers.changed_beside", 2)
    assert (await desk.save(row_id, mine, seen="2")).json()["version"] == 3
    again = await desk.save(row_id, {**mine, "unit": "unit"}, seen="2")
    assert (again.status_code, again.json()["version"]) == (200, 4)


async def test_wrong_cells_are_named_and_nothing_is_stored(ground: Ground, desk: Desk) -> None:
    row_id, cells = row(rt_rw="lima", title="", quantity="banyak", number="!!", sector="99")
    refused = await desk.save(row_id, cells)
    assert refused.status_code == 422
    assert {error["field"]: error["code"] for error in refused.json()["errors"]} == {
        "rt_rw": "papers.not_neighbourhoods",
        "title": "field.required",
        "quantity": "field.not_a_number",
        "number": "papers.not_a_number",
        "sector": "papers.not_a_sector",
    }
    future = await desk.save(*row(written="1-1-2090 10.00"))
    assert [(e["field"], e["code"]) for e in future.json()["errors"]] == [("written", "papers.time_to_come")]
    assert await counted(ground, desk.session) == (0, 0)


async def test_a_printed_number_finds_its_hall_and_is_taken_once(ground: Ground, desk: Desk, held: tuple[ForumSession, list[Site]]) -> None:
    session, sites = held
    now = ground.clock.now()
    async with ground.database.write() as db:
        ranges = [await take_numbers(db, session.id, site.id, 20, now) for site in sites]
        ranges.append(await take_numbers(db, session.id, sites[0].id, 5, now))
    assert [(one.start, one.stop) for one in ranges] == [(1, 21), (21, 41), (41, 46)]
    first = await desk.save(*row(number="25"))
    assert (first.json()["cells"]["number"], first.json()["cells"]["site"]) == ("F0025", sites[1].code)
    again = await desk.save(*row(number="f25"))
    assert [(e["field"], e["code"]) for e in again.json()["errors"]] == [("number", "papers.number_taken")]
    assert await counted(ground, session) == (1, 1)


async def test_an_operator_keys_for_their_own_hall_only(
    ground: Ground, web: httpx.AsyncClient, desk: Desk, held: tuple[ForumSession, list[Site]]
) -> None:
    session, sites = held
    now = ground.clock.now()
    grants = [GrantOf(Role.OPERATOR, session.id, sites[0].id)]
    async with ground.database.write() as db:
        token = await create_token(db, ground.vault, name="aula", grants=grants, expires_at=None, actor="system", now=now)
    operator = Desk(web, {"Authorization": f"Bearer {token}"}, session)
    mine = await operator.save(*row(), site=sites[0].code)
    other = await operator.save(*row(), site=sites[1].code)
    none = await operator.save(*row())
    assert [a.status_code for a in (mine, other, none)] == [200, 422, 422]
    row_id, cells = row()
    await desk.save(row_id, cells, site=sites[1].code)
    assert (await operator.save(row_id, {**cells, "title": "Diubah"}, site=sites[0].code)).status_code == 404
    shown = await web.get(f"/meja/{session.slug}/kertas/ketik", headers=operator.headers)
    assert ("PKL-2022-0001" in shown.text, "PKL-2022-0002" in shown.text) == (True, False)


async def test_without_script_the_page_is_one_form_that_keeps_what_is_wrong(ground: Ground, web: httpx.AsyncClient, desk: Desk) -> None:
    right, wrong = row(), row(title="", name="Budi Tanpa Judul")
    address = f"/meja/{desk.session.slug}/kertas/ketik"
    posted = {f"{row_id}.{name}": value for row_id, cells in (right, wrong) for name, value in cells.items()}
    answer = await web.post(address, data={**posted, "site": ""}, headers={**desk.headers, "Accept": "text/html"})
    assert (answer.status_code, "PKL-2022-0001" in answer.text, "Budi Tanpa Judul" in answer.text) == (422, True, True)
    mended = {**posted, f"{wrong[0]}.title": "Lampu jalan", f"{right[0]}.site": ""}
    assert (await web.post(address, data=mended, headers=desk.headers)).status_code == 303
    assert await counted(ground, desk.session) == (2, 2)
    async with ground.database.read() as db:
        assert list(await db.scalars(select(Proposal.version).order_by(Proposal.number))) == [1, 1]


async def test_without_script_rows_that_are_closed_are_shown_and_not_sent(ground: Ground, web: httpx.AsyncClient, desk: Desk) -> None:
    (closed, _), (still_open, _), (new, cells) = rows = [row() for _ in range(3)]
    for row_id, kept in rows[:2]:
        assert (await desk.save(row_id, kept)).status_code == 200
    api = f"/api/v1/sessions/{desk.session.slug}/proposals/PKL-2022-0001"
    assert (await web.patch(api, json={"title": "Diubah meja"}, headers={**desk.headers, "If-Match": '"1"'})).status_code == 200
    address = f"/meja/{desk.session.slug}/kertas/ketik"
    shown = (await web.get(address, headers={**desk.headers, "Accept": "text/html"})).text
    named = dict(re.findall(r'name="([a-z2-7]{16}[.][a-z_]+)"[^>]* value="([^"]*)"', shown))
    assert ("Diubah meja" in shown, {name.split(".")[0] for name in named} & {closed, still_open}) == (True, {still_open})
    sent = {**named, f"{still_open}.title": "Diperbaiki", **{f"{new}.{name}": value for name, value in cells.items()}}
    assert (await web.post(address, data={**sent, "site": ""}, headers=desk.headers)).status_code == 303
    async with ground.database.read() as db:
        titles = list(await db.scalars(select(Proposal.title).order_by(Proposal.number)))
    assert titles == ["Diubah meja", "Diperbaiki", cells["title"]]


async def test_a_power_cut_in_the_middle_of_keying_loses_and_doubles_nothing(
    ground: Ground, office: Office, held: tuple[ForumSession, list[Site]]
) -> None:
    session, _ = held
    rows = [row(number=str(n), title=f"Usulan di kertas {n}") for n in range(1, 9)]
    acknowledged: set[str] = set()
    async with served(ground) as running, httpx.AsyncClient(base_url=running.address, timeout=30) as calls:
        desk = Desk(calls, office.bearer("secretariat"), session)
        for row_id, cells in rows[:5]:
            assert (await desk.save(row_id, cells)).status_code == 200
            acknowledged.add(row_id)
        running.kill()
    async with served(ground) as running, httpx.AsyncClient(base_url=running.address, timeout=30) as calls:
        desk = Desk(calls, office.bearer("secretariat"), session)
        morning = [(await desk.save(row_id, cells)).json()["changed"] for row_id, cells in rows]
    assert morning == [row_id not in acknowledged for row_id, _ in rows]
    async with ground.database.read() as db:
        titles = list(await db.scalars(select(Proposal.title).where(Proposal.session_id == session.id).order_by(Proposal.number)))
    assert titles == [cells["title"] for _, cells in rows]
