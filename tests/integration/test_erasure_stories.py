"""Whatever happened to a person, in whatever order: once forgotten, nothing of them is found in database, files, exports, logs or sealed values."""

import contextlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import LargeBinary, Table, select

from app.assembly import handlers
from app.guests.models import FormerHolder, InviteePlace
from app.kept.models import KeptFile, KeptState
from app.kept.service import drop
from app.outbox.worker import Again
from app.participants import service as participants
from app.proposals.models import ProposalSource
from app.rights import sweep
from app.rights.erasure import ask, let_happen
from app.rights.forgotten import ERASE, ERASE_FORMER
from app.rights.former import ask_former, let_former_happen
from app.rights.models import Erasure, ErasureState
from app.rights.places import Place, places
from app.sessions.models import ForumSession
from app.tables import metadata
from app.vault import Vault
from app.web.ground import Ground
from tests.conftest import Office, serving
from tests.factories import make_session
from tests.integration.test_erasure import said_by_others
from tests.integration.test_notices_delivery import post_office, with_mail
from tests.lives import DESK, Life, Words, said_of

LIVES = 3
"""In one database, so that everybody is also looked for among the others."""


async def forgotten(life: Life) -> None:
    """The person asks and the office lets it happen at once."""
    ground = life.ground
    async with ground.database.write() as db:
        session = await db.get_one(ForumSession, life.session.id)
        asked = await ask(db, ground.vault, session, life.person_id, actor=f"person:{life.person_id}", now=life.now)
        await let_happen(db, ground.vault, session, asked.id, actor=DESK, now=life.now)
    with contextlib.suppress(Again):
        await handlers(ground)[ERASE]({"erasure_id": asked.id})
    async with ground.database.read() as db:
        assert (await db.get_one(Erasure, asked.id)).state is ErasureState.DONE
        gone = (await db.scalars(select(KeptFile.id).where(KeptFile.state == KeptState.GONE))).all()
    for file in gone:
        await drop(ground.database, file, life.now)


async def in_the_database(ground: Ground, people: list[Words]) -> set[str]:
    """The columns in which anything of these people stands, sealed values opened."""
    found = set()
    async with ground.database.read() as db:
        for table in metadata.sorted_tables:
            for row in (await db.execute(select(table))).mappings():
                for column in table.columns:
                    cells = _readable(ground.vault, table, column.name, row[column.name], row, sealed=isinstance(column.type, LargeBinary))
                    if any(one.found(cell) for one in people for cell in cells):
                        found.add(f"{table.name}.{column.name}")
    return found


def _readable(vault: Vault, table: Table, column: str, value: Any, row: Any, *, sealed: bool) -> list[bytes | str]:
    """A cell as it stands, and in clear when the vault has sealed it for any value of its row."""
    if value is None:
        return []
    if not isinstance(value, bytes | memoryview):
        return [value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)]
    raw = bytes(value)
    clear: list[bytes | str] = [raw]
    for key in {one for one in row.values() if isinstance(one, str)} if sealed else ():
        with contextlib.suppress(Exception):
            clear.append(vault.open(raw, table.name, column, key) or "")
    return clear


def in_files(folders: list[Path], people: list[Words]) -> set[str]:
    """Files in which anything of these people stands."""
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return {file.name for file in files if any(one.found(file.read_bytes()) for one in people)}


async def in_exports(life: Life, people: list[Words]) -> set[str]:
    """Exports made now in which anything of these people stands."""
    slug, calls, found = life.session.slug, life.calls, set()
    base = f"/api/v1/sessions/{slug}/exports"
    for address in (
        *(f"{base}/{table}.json" for table in ("proposals", "attendance", "chat", "audit")),
        f"/api/v1/sessions/{slug}/invitees",
    ):
        answer = await calls.get(address, headers=life.office.bearer("secretariat"))
        assert answer.status_code == 200, answer.text
        if any(one.found(answer.content) for one in people):
            found.add(address.rpartition("/")[2])
    return found


async def lived(ground: Ground, office: Office, calls: httpx.AsyncClient, seed: int) -> tuple[list[Life], dict[str, list[str]]]:
    lives = [Life(ground, office, calls, f"{seed}-{number}") for number in range(LIVES)]
    return lives, {life.words.names[0]: await life.live() for life in lives}


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_of_anybody_is_found_whatever_happened_to_them(
    ground: Ground, office: Office, seed: int, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with post_office() as (mails, port):
        ground = with_mail(ground, port)
        async with serving(ground, work=False) as address, httpx.AsyncClient(base_url=address, timeout=60) as calls:
            lives, stories = await lived(ground, office, calls, seed)
            people = [life.words for life in lives]
            assert len(await in_the_database(ground, people)) > 15
            for life in lives:
                await forgotten(life)
            left = {life.session.slug: await in_exports(life, people) for life in lives}
    assert mails.taken, stories
    assert (await in_the_database(ground, people), left) == (set(), {life.session.slug: set() for life in lives}), stories
    last = await _erasure_of(ground, lives[-1])
    await handlers(ground)[ERASE]({"erasure_id": last})
    assert in_files([tmp_path], people) == set(), stories
    invited = [life for life in lives if life.before]
    lists = [[life.listed.names[0], f"+62{life.listed.digits}", life.listed.mail, *map(said_of, life.before)] for life in invited]
    assert await left_alone(ground, invited) == lists, stories
    await those_before_forgotten(ground)
    assert await in_the_database(ground, [one for life in invited for one in life.before]) == set(), stories
    logged = "".join(capfd.readouterr())
    assert [one.found(logged) for one in people] == [[]] * LIVES, stories


async def left_alone(ground: Ground, lives: list[Life]) -> list[list[str | None]]:
    """Of each invited for whom a deputy came, what the list says, and somebody else's words about everybody who held the seat."""
    left, vault = [], ground.vault
    async with ground.database.read() as db:
        for life in lives:
            place = await db.get_one(InviteePlace, life.place_id)
            confided = [vault.open(getattr(place, name), "invitee_places", name, place.id) for name in ("phone", "email")]
            said = [await db.scalar(select(ProposalSource.text).where(ProposalSource.text == said_of(one))) for one in life.before]
            left.append([place.name, *confided, *said])
    return left


async def those_before_forgotten(ground: Ground) -> None:
    """Everybody who held a seat before asks as well."""
    now = ground.clock.now()
    async with ground.database.write() as db:
        rows = (await db.scalars(select(FormerHolder))).all()
        for row in rows:
            session = await db.get_one(ForumSession, row.session_id)
            await ask_former(db, ground.vault, session, row.id, actor=DESK, now=now)
            await let_former_happen(db, ground.vault, session, row.id, actor=DESK, now=now)
    for row in rows:
        with contextlib.suppress(Again):
            await handlers(ground)[ERASE_FORMER]({"holder_id": row.id})


async def _erasure_of(ground: Ground, life: Life) -> str:
    async with ground.database.read() as db:
        return (await db.scalars(select(Erasure.id).where(Erasure.participant_id == life.person_id))).one()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("left_out", ["proposal_sources", "scans", "responses", "journal_events"])
async def test_a_table_that_the_erasure_left_out_would_be_seen(
    ground: Ground, office: Office, monkeypatch: pytest.MonkeyPatch, left_out: str
) -> None:
    def all_but_one() -> list[Place]:
        return [place for place in places() if place.table.name != left_out]

    monkeypatch.setattr(sweep, "places", all_but_one)
    with post_office() as (_, port):
        ground = with_mail(ground, port)
        async with serving(ground, work=False) as address, httpx.AsyncClient(base_url=address, timeout=60) as calls:
            life = Life(ground, office, calls, "left out")
            await life.begin()
            await life.change_to_live_with_everything()
            await forgotten(life)
    assert {one.partition(".")[0] for one in await in_the_database(ground, [life.words])} == {left_out}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("remembered", [True, False])
async def test_numbers_and_addresses_that_were_not_remembered_would_be_seen(
    ground: Ground, office: Office, monkeypatch: pytest.MonkeyPatch, remembered: bool
) -> None:
    if not remembered:
        monkeypatch.setattr(participants, "CORRECTED", (("name",), (), ("guardian_name", "guardian_phone")))
    async with httpx.AsyncClient() as calls:
        life = Life(ground, office, calls, "reached anew")
        life.session, life.sites = await make_session(ground)
        await life.applies()
        await life.is_reached_anew()
        async with ground.database.write() as db:
            for one in life.words.former:
                await said_by_others(ground, db, life.session, f"Hubungi {one}")
        await forgotten(life)
    left = await in_the_database(ground, [life.words])
    assert left == (set() if remembered else {"proposal_sources.text", "proposals.title", "proposal_versions.fields"})
