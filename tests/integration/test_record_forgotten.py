"""Somebody is forgotten, or contacts go, after the record became final: out of it goes what named them, and nothing else."""

import json
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import select, update

from app.database.tables import new_id
from app.guests.holders import give_way
from app.outbox.worker import Again
from app.participants.models import Participant
from app.planning.models import Delegate
from app.planning.service import fill
from app.record.amending import Amendment, add_addendum
from app.record.annex import attendees_of
from app.record.files import files_of
from app.record.final import frozen_whole, prepare
from app.record.forgetting import without
from app.record.models import FileKind, RecordAttendee, RecordVersion
from app.regions import name_key
from app.rights.erasure import ask, erase
from app.rights.former import ask_former, erase_former
from app.rights.retention import carry_out
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.factories_invitations import make_person
from tests.factories_plenary import seen_by
from tests.factories_record import WRITTEN, amend, file_of, finalise, make_held, write
from tests.integration.test_erasure_guests import holder_called


async def forget(ground: Ground, session: ForumSession, person_id: str) -> None:
    async with ground.database.write() as db:
        asked = await ask(db, ground.vault, session, person_id, actor="account:x", now=ground.clock.now())
    with suppress(Again):
        await erase(ground, asked.id)


async def name_delegate(ground: Ground, session: ForumSession, name: str, participant_id: str | None = None) -> None:
    async with ground.database.write() as db:
        db.add(Delegate(id=new_id(), session_id=session.id, participant_id=participant_id, position=1, name=name, at=ground.clock.now()))


async def version_now(ground: Ground, version: RecordVersion) -> RecordVersion:
    async with ground.database.read() as db:
        return await db.get_one(RecordVersion, version.id)


async def rows_of(ground: Ground, version: RecordVersion) -> list[RecordAttendee]:
    async with ground.database.read() as db:
        wanted = select(RecordAttendee).where(RecordAttendee.version_id == version.id).order_by(RecordAttendee.position)
        return list(await db.scalars(wanted))


async def states(ground: Ground, version: RecordVersion) -> list[tuple[str, str]]:
    """Each file that was made of a version, and whether its content is there."""
    async with ground.database.read() as db:
        return [(one.file.kind.value, one.kept.state.value) for one in (await files_of(db, [version]))[version.id]]


async def test_of_frozen_data_an_erasure_touches_only_where_people_are_named(ground: Ground) -> None:
    """A person called like the village: the forum, its address and what was agreed for places stay as they were."""
    session, _, _ = await make_held(ground, ("Balai warga Aren Jaya", "Pos Aren Jaya"))
    jaya = await make_person(ground, session, "Jaya")
    await name_delegate(ground, session, "Jaya", jaya.id)
    async with ground.database.write() as db:
        await db.execute(
            update(ForumSession).where(ForumSession.id == session.id).values(title="Musrenbang Aren Jaya", slug="aren-jaya-21")
        )
    async with ground.database.read() as db:
        session = await db.get_one(ForumSession, session.id)
    await write(
        ground, session, replace(WRITTEN, place="Balai Aren Jaya", agreed="{forum} di {tempat} mengutus: {utusan}.", chair_name="Jaya")
    )
    version = await finalise(ground, session)
    old = version.source
    pdf = await file_of(ground, version, FileKind.PDF)
    assert "aren-jaya-21" in str(old["public"])
    await forget(ground, session, jaya.id)
    new = (await version_now(ground, version)).source
    assert {key: new[key] for key in new if new[key] != old[key]} == {
        "chair": ["Pimpinan Sidang", "Peserta 4", ""],
        "agreed": [["KESATU", "Musrenbang Aren Jaya di Balai Aren Jaya mengutus: Peserta 4."]],
        "delegates": [["Peserta 4", ""]],
    }
    assert new.keys() == old.keys()
    # Who is named as a delegate, though not in annex I, is in the files that were made.
    assert await states(ground, version) == [("pdf", "gone")]
    assert await file_of(ground, version, FileKind.PDF) != pdf


def test_signers_and_changes_about_delegates_are_named_by_whole_names_only() -> None:
    said = {
        "forum": "F", "region": "", "office": "", "unit": "", "held": [], "agreed": [], "delegates": [],
        "chair": ["Ketua", "Jaya Kusuma", ""],
        "signers": [["Wakil Jaya", "Jaya", "RW Jaya"], ["RT", "Jaya Kusuma", ""]],
        "changes": [["7", "Pos Jaya", "Utama", "Jaya", "Jaya"], ["", "Utusan", "Utusan", "Jaya; RT Jaya", "Tidak tercantum"]],
    }  # fmt: skip
    assert without(said, lambda name: name == "Jaya", "Peserta 1") == {
        **said,
        "signers": [["Wakil Jaya", "Peserta 1", "RW Jaya"], ["RT", "Jaya Kusuma", ""]],
        "changes": [["7", "Pos Jaya", "Utama", "Jaya", "Jaya"], ["", "Utusan", "Utusan", "Peserta 1; RT Jaya", "Tidak tercantum"]],
    }


async def test_the_files_of_a_record_stay_when_somebody_is_forgotten_whom_it_does_not_name(ground: Ground) -> None:
    session, _, people = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    first = {kind: await file_of(ground, version, kind) for kind in (FileKind.PDF, FileKind.DOCX)}
    await forget(ground, session, people[2].id)
    assert await states(ground, version) == [("pdf", "kept"), ("docx", "kept")]
    assert {kind: await file_of(ground, version, kind) for kind in first} == first
    await name_delegate(ground, session, "Utusan Lain")
    addendum = await amend(ground, session)
    await file_of(ground, addendum, FileKind.PDF)
    await forget(ground, session, people[0].id)
    assert await states(ground, version) == [("pdf", "gone"), ("docx", "gone")]
    assert await states(ground, addendum) == [("pdf", "kept")]


async def test_a_forgotten_row_of_annex_i_cannot_be_tried_out_with_a_guess(ground: Ground) -> None:
    session, _, people = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    before = await rows_of(ground, version)
    await forget(ground, session, people[0].id)
    after = await rows_of(ground, version)
    assert [(one.name, one.contact, one.salt) for one in after[:1]] == [("Peserta 1", None, "")]
    assert (after[1].name, after[1].salt) == ("Slamet Riyadi", before[1].salt)
    assert [one.digest for one in after] == version.source["attendance"]
    assert frozen_whole(await version_now(ground, version))


async def test_when_contacts_go_no_phone_can_be_computed_back_from_annex_i(ground: Ground) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    await file_of(ground, version, FileKind.PDF)
    long_ago = ground.clock.now().replace(year=2001)
    async with ground.database.write() as db:
        await db.execute(update(ForumSession).where(ForumSession.id == session.id).values(ended_at=long_ago))
    await carry_out(ground, session.id)
    assert [(one.name, one.contact, one.salt) for one in await rows_of(ground, version)] == [
        ("Siti Rahmawati", None, ""),
        ("Slamet Riyadi", None, ""),
    ]
    assert (await states(ground, version), frozen_whole(await version_now(ground, version))) == ([("pdf", "gone")], True)


async def hand_over(ground: Ground, person_id: str, name: str) -> None:
    """Somebody else has the seat from now on."""
    async with ground.database.write() as db:
        guest = await db.get_one(Participant, person_id)
        await give_way(db, ground.vault, guest, ground.clock.now())
        guest.name, guest.name_key = name, name_key(name)


async def test_who_had_a_seat_when_the_record_became_final_is_forgotten_in_it_and_whoever_has_it_now_is_not_asked(ground: Ground) -> None:
    session, _, people = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    await hand_over(ground, people[0].id, "Sri Wahyuni")
    await forget(ground, session, people[0].id)
    async with ground.database.read() as db:
        assert (await attendees_of(db, ground.vault, version))[0].name == "Siti Rahmawati"
    holder = await holder_called(ground, "Siti Rahmawati")
    async with ground.database.write() as db:
        await ask_former(db, ground.vault, session, holder, actor="account:x", now=ground.clock.now())
    with suppress(Again):
        await erase_former(ground, holder)
    assert [(one.name, one.institution, one.contact, one.salt == "") for one in await rows_of(ground, version)][:1] == [
        ("Peserta 1 terdahulu", None, None, True)
    ]


async def test_texts_that_staff_wrote_freely_name_nobody_who_was_forgotten(ground: Ground) -> None:
    session, (pump, *_), people = await make_held(ground)
    async with ground.database.write() as db:
        await db.execute(update(ForumSession).where(ForumSession.id == session.id).values(title="Musrenbang Siti Rahmawati"))
    async with ground.database.read() as db:
        session = await db.get_one(ForumSession, session.id)
    opening, agreed = "Pada {forum} hadir Siti Rahmawati.", "Ibu Siti Rahmawati membacakan hasil {forum}."
    await write(
        ground, session, replace(WRITTEN, opening=opening, heard="Paparan Siti Rahmawati", agreed=agreed, closing="Ttd. Siti Rahmawati")
    )
    first = await finalise(ground, session)
    async with ground.database.write() as db:
        await fill(db, ground.vault, session.id, [pump], {"ceiling": 120_000_000}, await seen_by(ground, session))
    words = ground.catalogues.translator("id")
    async with ground.database.read() as db:
        prepared = await prepare(db, ground.vault, ground.settings, words, session)
    async with ground.database.write() as db:
        amendment, now = Amendment("050/0500", "2021-05-02", "Salah tulis Siti Rahmawati."), ground.clock.now()
        second = await add_addendum(db, ground.vault, ground.settings, session, prepared, amendment, actor="account:a", now=now)
    assert "Siti Rahmawati." in str(second.source["opening"])
    await forget(ground, session, people[0].id)
    old, new = [(await version_now(ground, one)).source for one in (first, second)]
    assert [old[name] for name in ("opening", "heard", "agreed", "closing")] == [
        "Pada Musrenbang Siti Rahmawati hadir Peserta 1.",
        ["Paparan Peserta 1"],
        [["KESATU", "Ibu Peserta 1 membacakan hasil Musrenbang Siti Rahmawati."]],
        "Ttd. Peserta 1",
    ]
    assert (new["reason"], "Salah tulis Peserta 1." in str(new["opening"]), "tulis Siti" in json.dumps(new)) == (
        "Salah tulis Peserta 1.",
        True,
        False,
    )
