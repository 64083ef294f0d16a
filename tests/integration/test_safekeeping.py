"""Backup and restore as an office does them: under load, across databases, and never over what is there by mistake."""

import asyncio
import gzip
import json
import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from websockets.exceptions import ConnectionClosed

from app.assembly import handlers, lay_ground
from app.audit.service import Act, chains, record, verify
from app.chat.models import LiveProcess
from app.cli import main
from app.commands.serve import alone
from app.journal.service import PUBLIC, position, read
from app.outbox.models import Job, JobState
from app.participants.models import Participant
from app.proposals.models import Proposal
from app.rights import forgotten
from app.rights.erasure import ask
from app.rights.forgotten import ERASE, FILE, forgotten_in, noted, remember
from app.rights.models import Erasure
from app.safekeeping import restore as restoring
from app.safekeeping.book import BookWriter, Damaged, SafekeepingProblem, header_of, lines
from app.safekeeping.check import check
from app.safekeeping.dump import back_up
from app.safekeeping.restore import restore
from app.sessions.models import ForumSession
from app.settings import Settings
from app.vault import load_vault
from app.web.ground import Ground
from tests.conftest import _named, _on_server, serving
from tests.factories import make_session
from tests.factories_invitations import make_person
from tests.processes import free_port
from tests.room_client import Client, Seeded, seeded


@pytest.fixture
def other_settings(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """A machine with an empty database of the other kind and the same keys."""
    data_dir = tmp_path / "other"
    data_dir.mkdir()
    other = replace(settings.at("127.0.0.1", free_port()), data_dir=data_dir)
    if not settings.on_sqlite:
        yield replace(other, database_url=f"sqlite+aiosqlite:///{data_dir / 'rembuk.db'}")
        return
    server, name = request.getfixturevalue("postgres_server"), f"other_{uuid.uuid4().hex[:8]}"
    _on_server(server, f'CREATE DATABASE "{name}"')
    yield replace(other, database_url=_named(server, name))
    _on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def rembuk(settings: Settings, *words: str) -> int:
    """The exit status of the command, run as an office runs it but for the start of a process."""
    url = settings.database_url.replace("+aiosqlite", "").replace("+asyncpg", "")
    with pytest.MonkeyPatch.context() as env:
        env.setenv("REMBUK_DATA_DIR", str(settings.data_dir))
        env.setenv("REMBUK_DATABASE_URL", url)
        return main(list(words))


def give_keys(one: Settings, other: Settings) -> None:
    other.data_dir.mkdir(exist_ok=True)
    shutil.copy(one.data_dir / "keys.json", other.data_dir / "keys.json")


@asynccontextmanager
async def laid(settings: Settings) -> AsyncIterator[Ground]:
    parts = lay_ground(settings)
    try:
        yield parts
    finally:
        await parts.database.close()


async def speak(client: Client, who: int, acked: dict[str, dict[str, Any]], enough: asyncio.Event) -> None:
    with suppress(ConnectionClosed, AssertionError, TimeoutError):
        for n in range(10_000):
            ack = await client.say(f"Usulan {who}-{n}: perbaikan saluran", kind="aspiration" if n % 3 == 0 else "chat", cid=f"s{who}-{n}")
            assert ack["t"] == "ack", ack
            acked[ack["cid"]] = ack
            if len(acked) >= 60:
                enough.set()


async def events_of(parts: Ground, room: str) -> list[dict[str, Any]]:
    stored = []
    async with parts.database.read() as db:
        while page := await read(db, room, PUBLIC, len(stored)):
            stored += page
    return [json.loads(event.payload) for event in stored]


async def test_a_backup_under_load_holds_everything_acknowledged_before_it_began(
    ground: Ground, other_settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    room = await seeded(ground, 4)
    (ground.settings.data_dir / "scans").mkdir(parents=True)
    (ground.settings.data_dir / "scans" / "daftar hadir.pdf").write_bytes(b"%PDF tanda tangan" * 9000)
    acked: dict[str, dict[str, Any]] = {}
    enough = asyncio.Event()
    file = tmp_path / "cadangan.rembuk"
    async with serving(ground):
        clients = [await Client(ground.settings.public_url, room.room, token).__aenter__() for token in room.tokens]
        speaking = [asyncio.create_task(speak(client, n, acked, enough)) for n, client in enumerate(clients)]
        await asyncio.wait_for(enough.wait(), 90)
        before = dict(acked)
        made = await asyncio.to_thread(rembuk, ground.settings, "backup", str(file))
        during = len(acked) - len(before)
        for task in speaking:
            task.cancel()
        await asyncio.gather(*speaking, return_exceptions=True)
        for client in clients:
            await client.__aexit__()
    assert (made, "keys are not in it" in capsys.readouterr().out) == (0, True)
    assert during > 0
    async with ground.database.read() as db:
        epoch = (await position(db, room.room, PUBLIC)).epoch
    await into_the_other(ground, other_settings, file, room, before, epoch)


async def into_the_other(ground: Ground, other: Settings, file: Path, room: Seeded, before: dict[str, dict[str, Any]], epoch: str) -> None:
    give_keys(ground.settings, other)
    assert await asyncio.to_thread(rembuk, other, "restore", str(file)) == 0
    async with laid(other) as parts:
        events = await events_of(parts, room.room)
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        by_cid = {event["cid"]: event for event in events if "cid" in event}
        assert {cid: by_cid[cid]["seq"] for cid in before} == {cid: ack["seq"] for cid, ack in before.items()}
        async with parts.database.read() as db:
            numbers = set(await db.scalars(select(Proposal.number)))
            assert {ack["proposal"] for ack in before.values() if "proposal" in ack} <= numbers
            assert (await position(db, room.room, PUBLIC)).epoch != epoch
            verdicts = [await verify(db, parts.vault, chain) for chain in await chains(db)]
        assert [one.broken_at for one in verdicts] == [None] * len(verdicts) != []
        assert (other.data_dir / "scans" / "daftar hadir.pdf").read_bytes() == b"%PDF tanda tangan" * 9000
        async with serving(parts), Client(f"http://127.0.0.1:{other.port}", room.room, room.tokens[0]) as client:
            assert (await client.say("sesudah pemulihan"))["seq"] == len(events) + 1


async def test_restore_says_why_it_refuses_and_changes_nothing(ground: Ground, tmp_path: Path) -> None:
    session, _ = await make_session(ground)
    await make_person(ground, session, "Siti Rahmawati")
    budi = await make_person(ground, session, "Budi Santoso", phone=None)
    async with ground.database.write() as db:
        await record(db, ground.vault, session.id, ground.clock.now(), Act("system", "sessions.published", f"session:{session.id}", {}))
    file = tmp_path / "cadangan.rembuk"
    await back_up(ground, file)
    with pytest.raises(SafekeepingProblem, match="exists already"):
        await back_up(ground, file)
    assert file.stat().st_mode & 0o077 == 0

    settings, vault = ground.settings, ground.vault
    with pytest.raises(SafekeepingProblem, match="not empty"):
        await restore(settings, vault, file, force=False)
    with pytest.raises(SafekeepingProblem, match="not the keys"):
        await restore(settings, load_vault(None, tmp_path / "stranger"), file, force=True)
    with pytest.raises(Damaged, match="damaged"):
        await restore(settings, vault, bitten(file), force=True)
    with pytest.raises(Damaged, match="damaged"):
        await restore(settings, vault, bitten(file, cut=True), force=True)
    with pytest.raises(SafekeepingProblem, match="newer"):
        await restore(settings, vault, rewritten(file, format=99), force=True)
    with pytest.raises(SafekeepingProblem, match="newer"):
        await restore(settings, vault, rewritten(file, migration="9999"), force=True)

    async with ground.database.write() as db:
        (await db.get_one(ForumSession, session.id)).title = "Diubah sesudah cadangan"
    await forget(ground, session, budi)
    await ground.database.close()
    done = await restore(settings, vault, file, force=True)
    assert (done.findings, done.kept is not None, done.forgotten, done.all_known) == ([], settings.on_sqlite, 1, True)
    async with laid(settings) as parts:
        async with parts.database.read() as db:
            wanted = (await db.scalars(select(Job).where(Job.kind == ERASE))).one()
        await handlers(parts)[ERASE](wanted.payload)
        async with parts.database.read() as db:
            people = {person.id: person for person in await db.scalars(select(Participant))}
            assert (await db.scalars(select(ForumSession.title))).all() == [session.title]
        assert people.pop(budi.id).name == "Peserta 2"
        (person,) = people.values()
        assert vault.open(person.phone, "participants", "phone", person.id) == "+6285326905742"


async def forget(ground: Ground, session: ForumSession, person: Participant) -> None:
    """Somebody is forgotten after the backup was made; a restore must not bring them back."""
    async with ground.database.write() as db:
        asked = await ask(db, ground.vault, session, person.id, actor="account:x", now=ground.clock.now())
    await handlers(ground)[ERASE]({"erasure_id": asked.id})


class PowerCut(BaseException):
    """Nothing after this moment happens."""


@pytest.mark.parametrize("cut_before", ["_give_way", "load", "load_files"])
async def test_a_power_cut_while_restoring_leaves_nobody_remembered(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut_before: str
) -> None:
    session, _ = await make_session(ground)
    budi, wati = [await make_person(ground, session, name, phone=None) for name in ("Budi Santoso", "Wati Lestari")]
    file = tmp_path / "cadangan.rembuk"
    await back_up(ground, file)
    await forget(ground, session, budi)
    async with ground.database.write() as db:
        await ask(db, ground.vault, session, wati.id, actor="account:x", now=ground.clock.now())
    # As on a machine that did not do the erasure itself: only the database that gives way knows it.
    (ground.settings.data_dir / FILE).unlink()
    await ground.database.close()

    def cut(*_: object, **__: object) -> None:
        raise PowerCut

    if cut_before == "_give_way" and not ground.settings.on_sqlite:
        cut_before = "findings"
    with monkeypatch.context() as power:
        power.setattr(restoring, cut_before, cut)
        with pytest.raises(PowerCut):
            await restore(ground.settings, ground.vault, file, force=True)
    done = await restore(ground.settings, ground.vault, file, force=True)
    assert (done.forgotten, noted(ground.settings.data_dir)) == (2, {budi.id, wati.id})
    async with laid(ground.settings) as parts:
        assert await names_after_the_start(parts) == ["Peserta 1", "Peserta 2"]


async def test_another_machine_knows_the_forgotten_by_the_list_beside_the_newest_backup(
    ground: Ground, other_settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session, _ = await make_session(ground)
    people = [await make_person(ground, session, name, phone=None) for name in ("Budi Santoso", "Wati Lestari", "Joko Susilo")]
    await back_up(ground, tmp_path / "senin.rembuk")
    await forget(ground, session, people[0])
    await back_up(ground, tmp_path / "selasa.rembuk")
    assert noted(tmp_path) == {people[0].id}
    await forget(ground, session, people[1])
    give_keys(ground.settings, other_settings)
    assert await asyncio.to_thread(rembuk, other_settings, "restore", str(tmp_path / "senin.rembuk")) == 0
    told = capsys.readouterr()
    assert ("1 people were forgotten after" in told.out, "does not know who was forgotten" in told.err) == (True, True)
    shutil.copy(ground.settings.data_dir / FILE, other_settings.data_dir / FILE)
    async with laid(other_settings) as parts:
        assert await names_after_the_start(parts) == ["Peserta 1", "Peserta 2", "Joko Susilo"]
        assert await remember(parts.database, other_settings.data_dir, parts.clock.now()) == 0
    await ground.database.close()


async def test_each_machine_learns_at_its_start_who_was_forgotten_on_another(ground: Ground, tmp_path: Path) -> None:
    session, _ = await make_session(ground)
    budi = await make_person(ground, session, "Budi Santoso", phone=None)
    await forget(ground, session, budi)
    assert await remember(ground.database, tmp_path / "second", ground.clock.now()) == 0
    assert noted(tmp_path / "second") == {budi.id}
    (tmp_path / "second" / FILE).write_text("torn4by2a")
    assert await remember(ground.database, tmp_path / "second", ground.clock.now()) == 0
    assert noted(tmp_path / "second") == {budi.id}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "damaged",
    [
        *(lambda ids: b"\xef\xbb\xbf" + "\r\n".join(ids).encode(), lambda ids: "\n".join(ids).encode("utf-16")),
        *(lambda ids: "\n\0\0\0\n".join(ids).encode(), lambda ids: f"kantor lama:\xa0{ids[0]}\n{ids[1]}\n{ids[1][:7]}".encode("latin-1")),
    ],
    ids=["utf-8 with a mark", "two bytes a sign", "zeros of a power cut", "words and half a line"],
)
async def test_a_damaged_list_is_read_as_far_as_it_holds_ids(ground: Ground, damaged: Callable[[list[str]], bytes]) -> None:
    session, _ = await make_session(ground)
    people = [await make_person(ground, session, name, phone=None) for name in ("Budi Santoso", "Wati Lestari", "Joko Susilo")]
    (ground.settings.data_dir / FILE).write_bytes(damaged([one.id for one in people[:2]]))
    assert await names_after_the_start(ground) == ["Peserta 1", "Peserta 2", "Joko Susilo"]
    await forget(ground, session, people[2])
    assert noted(ground.settings.data_dir) == {one.id for one in people}


@pytest.fixture
def both_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two starts look at the same moment whom the database knows as forgotten, and see nobody."""
    there = asyncio.Barrier(2)

    async def seen(connection: AsyncConnection, *, asked: bool = False) -> set[str]:
        known = await forgotten_in(connection, asked=asked)
        if asked:
            await asyncio.wait_for(there.wait(), 10)
        return known

    monkeypatch.setattr(forgotten, "forgotten_in", seen)


async def started_twice(ground: Ground) -> list[int | BaseException]:
    """What two starts with one name on the list found to do."""
    session, _ = await make_session(ground)
    budi = await make_person(ground, session, "Budi Santoso", phone=None)
    (ground.settings.data_dir / FILE).write_text(budi.id)
    starts = [remember(ground.database, ground.settings.data_dir, ground.clock.now()) for _ in range(2)]
    return await asyncio.gather(*starts, return_exceptions=True)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_server_and_worker_that_start_together_want_somebody_forgotten_once(ground: Ground, both_at_once: None) -> None:
    assert await started_twice(ground) == [1, 1]
    async with ground.database.read() as db:
        (asked,) = (await db.scalars(select(Erasure.id))).all()
        assert (await db.execute(select(Job.payload, Job.state).where(Job.kind == ERASE))).all() == [
            ({"erasure_id": asked}, JobState.WAITING)
        ]
    await handlers(ground)[ERASE]({"erasure_id": asked})
    async with ground.database.read() as db:
        assert list(await db.scalars(select(Participant.name))) == ["Peserta 1"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_starts_that_did_not_expect_each_other_would_be_seen(
    ground: Ground, both_at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql.Insert, "on_conflict_do_nothing", lambda plain, **_: plain)
    problems = [one for one in await started_twice(ground) if one != 1]
    assert [type(one) for one in problems] == [IntegrityError]


async def names_after_the_start(parts: Ground) -> list[str]:
    """The names of everybody in the order of their numbers, after what a start brings with it."""
    await remember(parts.database, parts.settings.data_dir, parts.clock.now())
    async with parts.database.read() as db:
        wanted = (await db.scalars(select(Job).where(Job.kind == ERASE))).all()
    for job in wanted:
        await handlers(parts)[ERASE](job.payload)
    async with parts.database.read() as db:
        return list(await db.scalars(select(Participant.name).order_by(Participant.number)))


def bitten(file: Path, *, cut: bool = False) -> Path:
    """A copy of which a part was lost, or in which one letter is another."""
    copy = file.with_name(f"{uuid.uuid4().hex}.rembuk")
    if cut:
        copy.write_bytes(file.read_bytes()[:-40])
        return copy
    text = gzip.decompress(file.read_bytes())
    copy.write_bytes(gzip.compress(text.replace(b"Siti Rahmawati", b"Siti Rahmawata", 1)))
    return copy


def rewritten(file: Path, **changes: object) -> Path:
    """A whole file whose header says something else."""
    copy = file.with_name(f"{uuid.uuid4().hex}.rembuk")
    book = BookWriter(copy)
    book.line({**header_of(file), **changes})
    for line in list(lines(file))[1:]:
        book.line(line)
    book.finish()
    return copy


async def test_a_running_server_is_not_restored_over(ground: Ground, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await make_session(ground)
    file = tmp_path / "cadangan.rembuk"
    await back_up(ground, file)
    assert check(file, ground.vault).rows["forum_sessions"] == 1
    # On SQLite a server holds the lock of its folder, on PostgreSQL it says every few seconds that it lives.
    with alone(ground.settings):
        async with ground.database.write() as db:
            db.add(LiveProcess(seen_at=ground.clock.now()))
        refused = await asyncio.to_thread(status_of_refusal, ground.settings, "restore", str(file), "--force")
    assert (refused != 0, "stop" in capsys.readouterr().err) == (True, True)


def status_of_refusal(settings: Settings, *words: str) -> int | str | None:
    try:
        return rembuk(settings, *words)
    except SystemExit as end:
        return end.code
