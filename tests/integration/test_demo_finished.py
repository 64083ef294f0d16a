"""A forum of the demonstration that is over: everything that an office does after the end, done by the services that offices use."""

import io
from collections import Counter
from datetime import date

import httpx
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.audit.service import verify
from app.minutes.gather import minutes_of
from app.outcomes.listing import drafts_of, newest_of
from app.planning.listing import delegates_of, lines_of, plenary_of
from app.record.final import MAKE, versions_of
from app.record.jobs import jobs
from app.record.models import FileKind
from app.record.proof import known, sha256_of
from app.scenarios import bekasi
from app.scenarios import bekasi_finished as words
from app.scenarios.fill_bekasi import fill_bekasi
from app.sessions.models import ForumSession
from app.sipd.listing import Scope, items_of
from app.sipd.service import due_of
from app.web.ground import Ground
from tests.factories_record import file_of


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_first_day_of_bekasi_is_finished_down_to_its_record_answers_and_sipd(ground: Ground, web: httpx.AsyncClient) -> None:
    await fill_bekasi(ground)
    async with ground.database.read() as db:
        session = (await db.scalars(select(ForumSession).where(ForumSession.slug == bekasi.FIRST.slug))).one()
        lines = await lines_of(db, session)
        agreed = [line for line in lines if line.decision == "agreed"]
        ceiling = (await plenary_of(db, session.id)).ceiling
        names = [one.name for one in await delegates_of(db, session.id)]
        versions = await versions_of(db, session.id)
        answers = await newest_of(db, [line.proposal.id for line in agreed])
        drafts = [(draft.level.value, proposal.number) for draft, proposal in await drafts_of(db, session.id)]
        entered = [(item.number, item.entry.sipd_id) for item in await items_of(db, session, Scope.AGREED) if item.entry and item.entered]
        due = await due_of(db, session.id)
        verdict = await verify(db, ground.vault, session.id)
    # The list: six agreed ones in front, each with every column of annex II, and a reason for each of the others.
    assert Counter(line.decision for line in lines) == {"agreed": 6, "not_agreed": len(lines) - 6}
    assert ([line.decision for line in lines[:6]], len(lines) > 20) == (["agreed"] * 6, True)
    whole = [line.columns for line in agreed]
    assert [name for one in whole for name, value in vars(one).items() if value is None] == []
    assert [one.ceiling for one in whole] == [words.CORRECTED, *words.CEILINGS[1:]]
    assert sum(one.ceiling or 0 for one in whole) <= (ceiling or 0) == words.CEILING
    assert {line.reason_code for line in lines[6:]} == {code.value for code, _ in words.REFUSALS}
    assert names == [one.name for one in words.DELEGATES]
    # The record and its addendum, the files by their job; what is printed is known to the public check.
    assert [one.source["number"] for one in versions] == [words.RECORD.number, words.ADDENDUM.number]
    for version in versions:
        await jobs(ground)[MAKE]({"version_id": version.id})
    pdf = await file_of(ground, versions[0], FileKind.PDF)
    printed = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)
    assert [said for said in (words.RECORD.number, words.RECORD.chair_name, names[0], "Rp450.000.000") if said not in printed] == []
    async with ground.database.read() as db:
        assert [(one.number, one.version, one.latest) for one in await known(db, sha256_of(io.BytesIO(pdf)))] == [
            (words.RECORD.number, 1, 2)
        ]
    # Minutes with the secretariat's own text.
    minutes = await minutes_of(ground.database, session, bekasi.NOW)
    assert ([one.text for one in minutes.sections if one.text], minutes.closing) == ([words.OPENED], words.CONCLUDED)
    # Answers at two levels, one draft that nobody reads, half of SIPD.
    said = Counter((level.value, one.row.verdict.value, one.number) for levels in answers.values() for level, one in levels.items())
    assert said == {
        ("regency", "agreed", 1): 6,
        ("agency", "accommodated", 2): 2,
        ("agency", "partly", 2): 1,
        ("agency", "not_accommodated", 2): 1,
    }
    assert drafts == [("agency", agreed[4].proposal.number)]
    assert (entered, due) == ([(agreed[n].proposal.number, words.SIPD_IDS[n]) for n in range(3)], date(2018, 2, 1))
    assert verdict.broken_at is None
    page = (await web.get(f"/u/{agreed[1].proposal.number}?forum={session.slug}")).text
    assert ("Terakomodir sebagian" in page, words.PARTLY in page) == (True, True)
    assert words.RECORD.number in (await web.get(f"/s/{session.slug}/berita-acara")).text
