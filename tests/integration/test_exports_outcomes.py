"""Answers out of the house: the table of what became of proposals, and the columns of open data; what is published and nothing else."""

import csv
import io
from typing import Any

import httpx
import openpyxl
import pytest

from app.exports.open_columns import LEVEL_NAMES
from app.outcomes.levels import Level
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_outcomes import OutcomeDesk, make_known, make_writer
from tests.factories_proposals import make_proposal, words

NAME = "Siti Rahmawati"


async def answered(ground: Ground, office: Office, web: httpx.AsyncClient) -> tuple[ForumSession, list[str]]:
    """Three proposals: answered at two levels, one of them twice and once more as a draft; answered with a draft alone; not looked at by anybody."""
    session, _ = await make_session(ground, state=SessionState.LIVE)
    writer = await make_writer(ground, session, NAME)
    first = await make_known(ground, session, "Saluran Jalan Melati", writer)
    second = await make_known(ground, session, "Lampu jalan RT 3")
    third = await make_proposal(ground, session, words(ground, "Jembatan kayu di Degayu"))
    desk = OutcomeDesk(web, session, office.bearer("secretariat"))
    await desk.write(first, level="district", verdict="agreed", decided_on="2021-02-01", decided_by="Musrenbang Kecamatan")
    await desk.publication()
    await desk.write(first, verdict="forwarded")
    await desk.publication()
    refusal = {"verdict": "not_accommodated", "reason_code": "ceiling_exceeded", "reason": f"Menunggu {NAME}, 0853-2690-5742"}
    paper = {"document": "Berita acara", "document_number": "050/12", "document_link": "https://contoh.id/ba.pdf"}
    await desk.write(first, decided_on="2021-03-02", **refusal, **paper)
    await desk.publication()
    await desk.write(first, verdict="declined", reason_code="other", reason="Rancangan rahasia")
    await desk.write(second, decided_on="2021-03-09", reason="Rancangan rahasia")
    return session, [first, second, third]


async def rows_of(web: httpx.AsyncClient, address: str, bearer: dict[str, str]) -> list[dict[str, Any]]:
    answer = await web.get(address, headers=bearer)
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]  # type: ignore[no-any-return]  # a list of the table's rows


async def test_the_table_of_answers_has_a_row_for_each_level_that_published_one_and_no_draft(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, (first, second, third) = await answered(ground, office, web)
    bearer, address = office.bearer("secretariat"), f"/api/v1/sessions/{session.slug}/exports/outcomes"
    rows = await rows_of(web, f"{address}.json", bearer)
    kept = ("number", "level", "verdict", "reason", "decided_on", "decided_by", "document_number", "publication", "version", "awaits")
    assert [tuple(row[key] for key in kept) for row in rows] == [
        (first, "Musyawarah kecamatan", "Disepakati", "", "2021-02-01", "Musrenbang Kecamatan", None, 1, 1, ""),
        (
            first,
            "Perangkat daerah",
            "Belum terakomodir",
            "Melebihi pagu · Menunggu ▪▪▪, ▪▪▪",
            "2021-03-02",
            "DPUPR",
            "050/12",
            3,
            2,
            "",
        ),
        (second, None, None, None, None, None, None, None, None, "Musyawarah kabupaten atau kota"),
        (third, None, None, None, None, None, None, None, None, "Musyawarah kabupaten atau kota"),
    ]
    text = (await web.get(f"{address}.csv", headers=bearer)).content.decode("utf-8-sig")
    sheet = openpyxl.load_workbook(io.BytesIO((await web.get(f"{address}.xlsx", headers=bearer)).content)).active
    assert sheet is not None
    assert (len(list(csv.reader(io.StringIO(text), delimiter=";"))), sheet.max_row) == (5, 5)
    assert not [secret for secret in ("rahasia", NAME, "5742") if secret in text]
    assert len(await rows_of(web, f"{address}.json?agency=DPUPR", bearer)) == 3
    page = (await web.get(f"/meja/{session.slug}/rekaman?agency=DPUPR", headers=bearer)).text
    assert f"{address}.xlsx?agency=DPUPR" in page


async def test_a_longer_table_of_answers_knows_its_size(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = await answered(ground, office, web)
    monkeypatch.setattr("app.exports.routes.AT_ONCE", 3)
    bearer = office.bearer("secretariat")
    wanted = await web.get(f"/api/v1/sessions/{session.slug}/exports/outcomes.csv", headers=bearer)
    assert (wanted.status_code, (await web.get(wanted.json()["href"], headers=bearer)).json()["total"]) == (202, 4)


async def test_open_data_say_what_is_published_last_at_each_level_in_words_that_name_nobody(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, (first, second, _) = await answered(ground, office, web)
    text = (await web.get(f"/s/{session.slug}/data/usulan.csv")).content.decode("utf-8-sig")
    rows = {row["nomor"]: row for row in csv.DictReader(io.StringIO(text), delimiter=";")}
    said = {LEVEL_NAMES[level][0] for level in Level}
    found = {
        number: {name: (row[f"jawaban_{name}"], row[f"tanggal_{name}"], row[f"alasan_{name}"]) for name in said if row[f"jawaban_{name}"]}
        for number, row in rows.items()
    }
    assert found == {
        first: {
            "kecamatan": ("Disepakati", "2021-02-01", ""),
            "perangkat_daerah": ("Belum terakomodir", "2021-03-02", "Melebihi pagu"),
        },
        second: {},
    }
    assert not [secret for secret in ("rahasia", "Menunggu", NAME, "5742", "Siti") if secret in text]
    meant = {row["key"]: row for row in (await web.get(f"/s/{session.slug}/data/kamus.json")).json()["rows"]}
    assert meant["plan_verdict"]["values"] == "Terakomodir, Terakomodir sebagian, Belum terakomodir"
    assert (meant["plan_verdict"]["column"], meant["budget_decided_on"]["type"]) == ("jawaban_rkpd", "tanggal (TTTT-BB-HH)")
