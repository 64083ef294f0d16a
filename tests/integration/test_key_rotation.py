"""Changing keys while the server runs: nothing becomes unreadable, links go on working, and a rotation that was killed goes on."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import JSON, Boolean, Column, Enum, Insert, Integer, LargeBinary, String, create_engine, insert, select, text

from app.cli import main
from app.database.tables import new_id
from app.errors import Conflict
from app.invitations.links import resolve
from app.meetings.models import Meeting
from app.participants.models import Participant
from app.participants.service import open_contact
from app.registration.keys import status_key
from app.registration.models import Application
from app.safekeeping import rotation
from app.tables import metadata
from app.vault import VaultProblem, load_vault, read_keys
from app.web.ground import Ground
from tests.conftest import serving
from tests.factories import make_session
from tests.factories_invitations import make_meeting, make_seat
from tests.factories_registration import apply_via_service
from tests.processes import environment


def keys_of(ground: Ground) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ground.settings.data_dir / "keys.json").read_text(encoding="utf-8"))
    return read


def test_every_column_of_bytes_is_sealed_for_its_row_or_known_to_be_bare() -> None:
    """Rotation finds what it must do by this: a table with sealed columns has an `id`, an index stands beside what it indexes."""
    sealed = rotation.sealed_tables()
    assert [one.table.name for one in sealed if "id" not in one.table.c] == []
    known = {(one.table.name, index) for one in sealed for index in one.indexes} | set(rotation.REPEATED)
    found = {(table.name, column) for table in metadata.sorted_tables for column in rotation.indexes_of(table)}
    assert found == known
    assert all(isinstance(metadata.tables[table].c[column].type, LargeBinary) for table, column in rotation.BARE)
    assert all(isinstance(metadata.tables[table].c[column].type, String) for table, column in rotation.REPEATED)


async def test_keys_are_changed_while_people_register(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "SETTLE", 2.0)
    for name, value in environment(ground).items():
        monkeypatch.setenv(name, value)
    session, _ = await make_session(ground)
    await make_meeting(ground, session)
    _, link = await make_seat(ground, session)
    first = await apply_via_service(ground, session, name="Siti Rahayu", phone="085326905742", email="siti@example.org")
    key = status_key(ground.vault, first.id, first.key_generation)
    old_keys = keys_of(ground)
    old_vault = load_vault(json.dumps(old_keys), ground.settings.data_dir)
    async with serving(ground) as address, httpx.AsyncClient(base_url=address, timeout=60) as calls:
        rotating = asyncio.create_task(asyncio.to_thread(main, ["keys", "rotate"]))
        registered = 0
        while not rotating.done():
            form = {
                "name": f"Warga {registered}",
                "phone": f"0812{registered:08d}",
                "element": "warga",
                "attendance": "online",
                "consent_version": 1,
            }
            answer = await calls.post(f"/api/v1/sessions/{session.slug}/applications", json=form)
            registered += answer.status_code == 201
            await asyncio.sleep(0.1)
        assert rotating.result() == 0
        assert registered > 1
        page = await calls.get(f"/r/{key}")
        assert (page.status_code, "siti@example.org" in page.text) == (200, True)
        again = await calls.post(
            f"/api/v1/sessions/{session.slug}/applications",
            json={"name": "Siti Rahayu", "phone": "+62 853 2690 5742", "element": "rt", "attendance": "online", "consent_version": 1},
        )
        assert (again.status_code, again.json()["code"]) == (409, "registration.duplicate")

    new_keys = keys_of(ground)
    assert (set(new_keys["sealing"]) & set(old_keys["sealing"]), new_keys["tokens"], new_keys["audit"]) == (
        set(),
        old_keys["tokens"],
        old_keys["audit"],
    )
    async with ground.database.read() as db:
        people = (await db.scalars(select(Participant))).all()
        assert len(people) == registered + 2
        for person in people:
            phone = open_contact(ground.vault, person).phone or ""
            assert person.phone_index == ground.vault.blind("phone", phone) != old_vault.blind("phone", phone)
            with pytest.raises(VaultProblem):
                open_contact(old_vault, person)
        applied = {one.participant_id: one.phone_index for one in await db.scalars(select(Application))}
        assert applied == {person.id: person.phone_index for person in people if person.id in applied}
        meeting = (await db.scalars(select(Meeting))).one()
        assert ground.vault.open(meeting.passcode, "meetings", "passcode", meeting.id) == "batik22"
        holder = await resolve(db, ground.vault, link, ground.clock.now())
        assert holder is not None
    assert await rotation.counts(ground) == {ground.vault.sealing_id: sealed_cells(people) + 3, "?": 0}


def sealed_cells(people: Any) -> int:
    return sum(getattr(person, name) is not None for person in people for name in ("phone", "email"))


async def test_a_rotation_that_was_killed_goes_on_where_it_was(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    session, _ = await make_session(ground)
    people = [await apply_via_service(ground, session, name=f"Warga {n}") for n in range(5)]
    path = ground.settings.data_dir / "keys.json"
    monkeypatch.setattr(rotation, "TOGETHER", 2)
    monkeypatch.setattr(rotation, "SETTLE", 0.0)
    assert rotation.begin(path)
    newest = ground.vault.sealing_id

    real, written = rotation._write_again, []

    async def dies(*given: Any) -> None:
        if written:
            raise KeyboardInterrupt
        written.append(given)
        await real(*given)

    monkeypatch.setattr(rotation, "_write_again", dies)
    with pytest.raises(KeyboardInterrupt):
        await rotation.rewrite(ground, begun=0.0)
    monkeypatch.setattr(rotation, "_write_again", real)

    assert await rotation.counts(ground) == {"k1": 3, newest: 2, "?": 0}
    with pytest.raises(Conflict, match=r"registration\.duplicate"):
        await apply_via_service(ground, session, name="Warga 4", phone=await phone_of(ground, people[4]))
    assert not rotation.begin(path)
    assert await rotation.rewrite(ground, begun=0.0) == 3
    rotation.finish(path)
    assert (await rotation.counts(ground), read_keys(path.read_text()).former) == ({newest: 5, "?": 0}, ())


async def test_every_sealed_cell_of_every_table_is_sealed_anew(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row in each table that seals something (a second step of staff, pieces of files), found by the tables themselves."""
    monkeypatch.setattr(rotation, "SETTLE", 0.0)
    sealed, rows = rotation.sealed_tables(), {}
    for one in sealed:
        row = rows[one.table.name] = {column.name: filled(column) for column in one.table.columns if not column.nullable}
        row |= {name: ground.vault.seal(f"isi {name}", one.table.name, name, row["id"]) for name in one.columns}
    await put_in(ground, [insert(one.table).values(**rows[one.table.name]) for one in sealed])
    former = {ground.vault.sealing_id: sum(len(one.columns) for one in sealed), "?": 0}
    assert await rotation.counts(ground) == former
    path = ground.settings.data_dir / "keys.json"
    assert rotation.begin(path)
    assert await rotation.rewrite(ground, begun=0.0) == len(sealed)
    rotation.finish(path)
    assert await rotation.counts(ground) == {ground.vault.sealing_id: sum(former.values()), "?": 0}
    async with ground.database.read() as db:
        for one in sealed:
            (row,) = (await db.execute(select(one.table))).mappings()
            opened = {name: ground.vault.open(row[name], one.table.name, name, row["id"]) for name in one.columns}
            assert opened == {name: f"isi {name}" for name in one.columns}
    assert {
        ("accounts", "totp_secret"),
        ("accounts", "totp_pending"),
        ("kept_pieces", "content"),
        ("participants", "former_contacts"),
        ("former_holders", "known_by"),
    } <= {(one.table.name, name) for one in sealed for name in one.columns}


def filled(column: Column[Any]) -> Any:
    """Something that the column takes."""
    match column.type:
        case Enum() as kind:
            return next(iter(kind.enum_class))
        case Boolean():
            return False
        case Integer():
            return 1
        case JSON():
            return {}
        case LargeBinary():
            return b""
        case String():
            return new_id()[: column.type.length]
    return datetime.now(UTC)


async def put_in(ground: Ground, rows: Sequence[Insert]) -> None:
    """Rows without the rows that they refer to."""
    if ground.settings.on_sqlite:
        with create_engine(ground.settings.database_url.replace("+aiosqlite", "")).begin() as loose:
            for row in rows:
                loose.execute(row)
        return
    async with ground.database.write() as db:
        await db.execute(text("SET LOCAL session_replication_role = replica"))
        for row in rows:
            await db.execute(row)


async def phone_of(ground: Ground, application: Application) -> str:
    async with ground.database.read() as db:
        return open_contact(ground.vault, await db.get_one(Participant, application.participant_id)).phone or ""
