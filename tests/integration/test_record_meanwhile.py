"""What changes between reading and freezing is in the record as it is then, or nothing becomes final: nobody who was forgotten stays in it."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from app.errors import Conflict
from app.participants.models import Attendance, Participant
from app.planning.service import fill
from app.record.amending import Amendment, add_addendum
from app.record.annex import attendance_of, attendance_whole, sealed_rows
from app.record.draft import Signer
from app.record.final import Prepared, make_final, prepare, show_draft, versions_of
from app.record.models import RecordVersion
from app.rights.correction import Corrected, correct
from app.rights.erasure import ask, erase
from app.rights.retention import carry_out
from app.rights.sweep import sweep
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.factories_plenary import seen_by
from tests.factories_record import WRITTEN, finalise, make_held, stay, write

Change = Callable[[Ground, ForumSession, list[Participant]], Awaitable[None]]


async def read(ground: Ground, session: ForumSession) -> Prepared:
    async with ground.database.read() as db:
        return await prepare(db, ground.vault, ground.settings, ground.catalogues.translator("id"), session)


async def freeze(ground: Ground, session: ForumSession, prepared: Prepared) -> RecordVersion:
    rows = sealed_rows(ground.vault, prepared.gathered.attendees)
    async with ground.database.write() as db:
        return await make_final(db, ground.vault, ground.settings, session, prepared, rows, actor="account:a", now=ground.clock.now())


async def erased(ground: Ground, session: ForumSession, people: list[Participant]) -> None:
    async with ground.database.write() as db:
        asked = await ask(db, ground.vault, session, people[0].id, actor="account:x", now=ground.clock.now())
    await erase(ground, asked.id)


async def removed(ground: Ground, session: ForumSession, people: list[Participant]) -> None:
    async with ground.database.write() as db:
        past = ground.clock.now() - timedelta(days=5000)
        await db.execute(update(ForumSession).where(ForumSession.id == session.id).values(ended_at=past))
    await carry_out(ground, session.id)


async def corrected(ground: Ground, session: ForumSession, people: list[Participant]) -> None:
    async with ground.database.write() as db:
        given = Corrected(name="Siti Rahmawati Dewi", phone="+6285326905742")
        await correct(db, ground.vault, people[0].id, given, actor="account:x", now=ground.clock.now())


async def undone(ground: Ground, session: ForumSession, people: list[Participant]) -> None:
    async with ground.database.write() as db:
        await db.execute(delete(Attendance).where(Attendance.participant_id == people[0].id))


async def came_instead(ground: Ground, session: ForumSession, people: list[Participant]) -> None:
    """As many as before, but others."""
    await undone(ground, session, people)
    async with ground.database.write() as db:
        db.add(stay(session, people[2], "in_person", ground.clock.now()))


async def rewritten(ground: Ground, session: ForumSession, people: list[Participant]) -> None:
    await write(ground, session, replace(WRITTEN, place="Balai Kota"), seen=1)


@pytest.mark.parametrize("change", [erased, removed, corrected, undone, came_instead, rewritten], ids=lambda one: one.__name__)
async def test_who_changed_between_reading_and_freezing_is_not_frozen_as_before(ground: Ground, change: Change) -> None:
    session, _, people = await make_held(ground)
    await write(ground, session)
    before = await read(ground, session)
    await change(ground, session, people)
    with pytest.raises(Conflict) as refused:
        await freeze(ground, session, before)
    async with ground.database.read() as db:
        assert (refused.value.code, await versions_of(db, session.id)) == ("record.changed_meanwhile", [])
    # Read again it becomes final with what is true now.
    assert (await freeze(ground, session, await read(ground, session))).number == 1


@pytest.mark.parametrize("change", [erased, corrected, came_instead], ids=lambda one: one.__name__)
async def test_a_window_and_an_addendum_are_not_made_of_what_was_before(ground: Ground, change: Change) -> None:
    session, (number, *_), people = await make_held(ground)
    await write(ground, session)
    before, now = await read(ground, session), ground.clock.now()
    await change(ground, session, people)
    with pytest.raises(Conflict) as window:
        async with ground.database.write() as db:
            await show_draft(db, ground.vault, session, before, now + timedelta(hours=1), actor="account:a", now=now)
    await finalise(ground, session)
    async with ground.database.write() as db:
        await fill(db, ground.vault, session.id, [number], {"ceiling": 120_000_000}, await seen_by(ground, session))
    before = await read(ground, session)
    async with ground.database.write() as db:
        db.add(stay(session, people[1], "online", ground.clock.now()))
    said = Amendment("050/0500", "2021-05-02", "Salah ketik.")
    with pytest.raises(Conflict) as addendum:
        async with ground.database.write() as db:
            await add_addendum(db, ground.vault, ground.settings, session, before, said, actor="account:a", now=now)
    assert (window.value.code, addendum.value.code) == ("record.changed_meanwhile",) * 2


async def test_an_erasure_on_its_way_takes_a_signer_out_of_what_became_final_meanwhile(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _, people = await make_held(ground)
    draft = replace(WRITTEN, signers=(Signer("Ketua RT", "Siti Rahmawati"),))
    await write(ground, session, draft)
    before = await read(ground, session)

    async def swept(*given: object) -> int:
        done: int = await sweep(*given)
        await freeze(ground, session, before)
        return done

    monkeypatch.setattr("app.rights.erasure.sweep", swept)
    await erased(ground, session, people)
    async with ground.database.read() as db:
        (version,) = await versions_of(db, session.id)
        names = [one.name for one in await attendance_of(db, version)]
    assert ["Siti Rahmawati" in json.dumps(one) for one in (version.source, names)] == [False, False]


async def test_whoever_looks_at_annex_i_is_told_of_a_changed_name_also_without_a_contact(ground: Ground) -> None:
    session, _, people = await make_held(ground)
    async with ground.database.write() as db:
        await db.execute(update(Participant).where(Participant.id == people[0].id).values(phone=None, phone_index=None, address=None))
    await write(ground, session)
    version = await finalise(ground, session)
    async with ground.database.read() as db:
        rows = await attendance_of(db, version)
        assert (rows[0].contact, attendance_whole(ground.vault, version, rows)) == (None, True)
    async with ground.database.write() as db:
        (await attendance_of(db, version))[0].name = "Orang Lain"
    async with ground.database.read() as db:
        assert attendance_whole(ground.vault, version, await attendance_of(db, version)) is False
