"""The time of correction: who attended reads the draft and objects in time, each objection is answered once, and only then the record is final."""

import asyncio
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import select, update

from app.audit.models import AuditEntry
from app.digest.gathering import matters_of
from app.errors import Conflict, Invalid, NotAllowed
from app.invitations.letters import compose, gather, letter_environment
from app.notices.models import Channel, Notice
from app.participants.models import Participant
from app.planning.service import fill
from app.record.corrections import GRACE, open_window
from app.record.draft import Draft
from app.record.final import frozen_whole, make_final, prepare, versions_of
from app.record.forgetting import without
from app.record.models import FileKind, ObjectionSubject, ObjectionVerdict, RecordObjection, RecordVersion, RecordWindow
from app.record.objecting import Wanted, answer, object_to_draft
from app.record.own import key_of
from app.record.telling import tell_window
from app.rights.erasure import ask, erase
from app.rights.mine import everything, mine
from app.rights.retention import carry_out
from app.sessions.models import ForumSession
from app.sessions.typed import local
from app.vault import Vault
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories_plenary import seen_by
from tests.factories_record import CHAIR, WRITTEN, amend, file_of, finalise, make_held, pages_of, word_of, write

LONG = "Volume rumah pompa seharusnya 400 m, seperti yang dibacakan."


@dataclass
class Opened:
    """A forum whose draft is open: the people are Siti (hall), Slamet (online), Nur (not there)."""

    session: ForumSession
    numbers: list[str]
    people: list[Participant]
    window: RecordWindow


async def make_open(ground: Ground, hours: float = 2, draft: Draft = WRITTEN) -> Opened:
    session, numbers, people = await make_held(ground)
    await write(ground, session, draft)
    return Opened(session, numbers, people, await reopen(ground, session, hours))


async def reopen(ground: Ground, session: ForumSession, hours: float) -> RecordWindow:
    words = ground.catalogues.translator("id")
    async with ground.database.read() as db:
        prepared = await prepare(db, ground.vault, ground.settings, words, session, annex=False)
    now = ground.clock.now()
    async with ground.database.write() as db:
        closes = now + timedelta(hours=hours)
        return (await open_window(db, ground.vault, session, prepared.gathered.source, closes, actor="account:a", now=now))[0]


async def close(ground: Ground, at: Opened, ago: timedelta = 2 * GRACE) -> None:
    async with ground.database.write() as db:
        await db.execute(update(RecordWindow).where(RecordWindow.id == at.window.id).values(closes_at=ground.clock.now() - ago))


async def objects(
    ground: Ground, at: Opened, who: Participant, text: str = LONG, subject: ObjectionSubject = ObjectionSubject.PRIORITIES, about: str = ""
) -> RecordObjection:
    now = ground.clock.now()
    wanted = Wanted(subject, about, text)
    async with ground.database.write() as db:
        return await object_to_draft(db, ground.vault, at.session, who.id, wanted, actor=f"participant:{who.id}", received_at=now, now=now)


async def answers(ground: Ground, at: Opened, one: RecordObjection, text: str, *, accepted: bool = True) -> RecordObjection:
    verdict = ObjectionVerdict.ACCEPTED if accepted else ObjectionVerdict.DECLINED
    async with ground.database.write() as db:
        return await answer(db, ground.vault, at.session, one.id, verdict, text, actor="account:a", now=ground.clock.now())


def own(ground: Ground, who: Participant) -> str:
    return f"/koreksi/{key_of(ground.vault, who.id, 1, None)}"


async def rows(ground: Ground, model: type[RecordObjection] = RecordObjection) -> list[RecordObjection]:
    async with ground.database.read() as db:
        return list(await db.scalars(select(model).order_by(model.number)))


async def test_who_attended_is_told_once_with_a_link_of_their_own_and_reads_the_draft_without_others_contacts(
    ground: Ground, web: httpx.AsyncClient
) -> None:
    at = await make_open(ground)
    siti, slamet, nur = at.people
    assert [await tell_window(ground.database, at.window.id, ground.clock.now()) for _ in range(2)] == [2, 0]
    async with ground.database.read() as db:
        notices = (await db.scalars(select(Notice).where(Notice.kind == "correction"))).all()
        assert {one.participant_id for one in notices} == {siti.id, slamet.id}
        sheet = await gather(db, next(one.id for one in notices if one.participant_id == siti.id), ground.letters)
    assert sheet is not None
    letter = compose(letter_environment(), ground, sheet, Channel.WHATSAPP_HAND)
    assert letter is not None
    assert f"{ground.settings.public_url}{own(ground, siti)}" in letter.text
    page = (await web.get(own(ground, siti))).text
    for words in ("Rumah pompa Krapyak", "Gedung serbaguna Degayu", "bertempat di Ruang Kresna", "0853-••••-5742", "PKK Krapyak"):
        assert words in page
    assert ("0812-3456-7890" in page, "Slamet Riyadi" in page) == (False, False)
    page = (await web.get(own(ground, nur))).text
    assert ("Anda belum tercatat hadir" in page, "Rumah pompa" in page, "Kirim keberatan" in page) == (True, False, False)
    assert (await web.get(f"/koreksi/{siti.id}{'a' * 16}")).status_code == 404


async def test_a_double_click_files_one_objection_and_what_is_wrong_keeps_what_was_typed(ground: Ground, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    address = own(ground, at.people[0])
    form = {"subject": "not_agreed", "about": at.numbers[0], "text": LONG}
    sent = await asyncio.gather(*(web.post(address, data=form) for _ in range(2)))
    assert [(one.status_code, one.headers["location"]) for one in sent] == [(303, f"{address}?tersimpan=1#keberatan")] * 2
    (one,) = await rows(ground)
    # The proposal stands in annex II, whatever the list was called.
    assert (one.number, one.subject, one.about) == (1, ObjectionSubject.PRIORITIES, at.numbers[0])
    assert ground.vault.open(one.text, "record_objections", "text", one.id) == LONG
    assert LONG.encode() not in (one.text or b"")
    page = (await web.get(f"{address}?tersimpan=1")).text
    assert ("Keberatan nomor 1 sudah kami terima." in page, LONG in page, "Belum dijawab" in page) == (True, True, True)
    wrong = await web.post(address, data={"text": LONG + " Lagi."})
    assert (wrong.status_code, LONG + " Lagi." in wrong.text) == (422, True)
    assert (await web.post(address, data={"subject": "priorities", "about": "XX-9", "text": "Lain"})).status_code == 422
    assert (await web.post(own(ground, at.people[2]), data=form)).status_code == 403
    assert len(await rows(ground)) == 1
    async with ground.database.read() as db:
        acts = (await db.scalars(select(AuditEntry).where(AuditEntry.act == "record.objection_filed"))).all()
    assert len(acts) == 1


async def test_many_who_object_at_once_each_get_a_number_of_their_own(ground: Ground, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    sent = [(who, f"Hal {n} dari {who.name}") for n in range(5) for who in at.people[:2]]
    answered = await asyncio.gather(*(web.post(own(ground, who), data={"subject": "body", "text": text}) for who, text in sent))
    assert [one.status_code for one in answered] == [303] * 10
    assert [one.number for one in await rows(ground)] == list(range(1, 11))


async def test_in_time_is_what_was_received_in_time(ground: Ground, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    closes, who = at.window.closes_at, at.people[0].id

    async def received(moment: datetime, text: str) -> None:
        async with ground.database.write() as db:
            wanted, later = Wanted(ObjectionSubject.OTHER, "", text), closes + timedelta(seconds=40)
            await object_to_draft(db, ground.vault, at.session, who, wanted, actor="participant:x", received_at=moment, now=later)

    await received(closes, "a")
    await received(closes - timedelta(seconds=1), "b")
    with pytest.raises(Conflict) as late:
        await received(closes + timedelta(milliseconds=1), "c")
    assert late.value.code == "record.window_over"
    assert [one.number for one in await rows(ground)] == [1, 2]
    await close(ground, at)
    page = await web.post(own(ground, at.people[0]), data={"subject": "other", "text": "Terlambat menulis ini"})
    assert (page.status_code, "Masa koreksi sudah berakhir" in page.text, "Terlambat menulis ini" in page.text) == (409, True, True)


async def test_nothing_is_final_while_somebody_may_object_or_waits(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    one = await objects(ground, at, at.people[0])
    codes = []
    # Also in the minute in which a form that was in time may still stand in line.
    for closing in (None, timedelta(seconds=20), 2 * GRACE):
        if closing:
            await close(ground, at, closing)
        with pytest.raises(Conflict) as refused:
            await finalise(ground, at.session)
        codes.append(refused.value.code)
    assert codes == ["record.window_open", "record.window_open", "record.objections_open"]
    desk = f"/meja/{at.session.slug}/berita-acara"
    page = await web.post(f"{desk}/tetapkan", data={"number": "1", "chair_name": CHAIR, "seen": "1"}, headers=office.bearer("secretariat"))
    assert (page.status_code, "1 keberatan belum dijawab" in page.text) == (409, True)
    await answers(ground, at, one, "Volume diperbaiki menjadi 400 m.")
    version = await finalise(ground, at.session)
    assert version.source["corrections"]["answers"] == [["Lampiran II (prioritas)", "Diterima", "Volume diperbaiki menjadi 400 m."]]
    with pytest.raises(Conflict) as refused:
        await reopen(ground, at.session, 1)
    assert refused.value.code == "record.already_final"


async def test_an_answer_between_reading_and_freezing_is_not_lost(ground: Ground) -> None:
    at = await make_open(ground)
    one = await objects(ground, at, at.people[0])
    await close(ground, at)
    async with ground.database.read() as db:
        before = await prepare(db, ground.vault, ground.settings, ground.catalogues.translator("id"), at.session)
    await answers(ground, at, one, "Sudah diperbaiki.")
    now = ground.clock.now()
    with pytest.raises(Conflict) as refused:
        async with ground.database.write() as db:
            await make_final(db, ground.vault, ground.settings, at.session, before, (), actor="account:a", now=now)
    assert refused.value.code == "record.changed_meanwhile"
    version = await finalise(ground, at.session)
    assert (before.gathered.source["corrections"]["accepted"], version.source["corrections"]["accepted"]) == (0, 1)


async def test_the_record_says_how_it_was_corrected_and_the_public_page_counts_only(ground: Ground, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    siti, slamet, _ = at.people
    first = await objects(ground, at, siti, about=at.numbers[0])
    second = await objects(ground, at, slamet, "Nomor saya 0812-3456-0000", ObjectionSubject.ATTENDANCE)
    public = f"/s/{at.session.slug}/berita-acara"
    page = (await web.get(public)).text
    assert ("Sudah ada 2 keberatan." in page, LONG in page) == (True, False)
    await answers(ground, at, first, "Volume tetap 350 m, sesuai yang disepakati.", accepted=False)
    await answers(ground, at, second, "Nomor diganti menjadi 0812-3456-0000.")
    await close(ground, at)
    version = await finalise(ground, at.session)
    assert frozen_whole(version)
    pdf = " ".join(pages_of(await file_of(ground, version, FileKind.PDF)))
    word = word_of(await file_of(ground, version, FileKind.DOCX))
    told = [[cell.text for cell in row.cells] for row in word.tables[-1].rows]
    lines = [
        ["1", f"Lampiran II (prioritas), {at.numbers[0]}", "Tidak diterima", "Volume tetap 350 m, sesuai yang disepakati."],
        ["2", "Baris yang bersangkutan di Lampiran I", "Diterima", ""],
    ]
    assert told == [["No", "Tentang", "Putusan", "Jawaban"], *lines]
    assert ("CATATAN MASA KOREKSI" in pdf, "Diajukan 2 keberatan: 1 diterima, 1 tidak diterima." in pdf) == (True, True)
    assert ("Volume tetap 350 m, sesuai yang disepakati." in pdf, "0812-3456-0000" in json.dumps(version.source)) == (True, False)
    page = (await web.get(public)).text
    assert ("1 diterima, 1 tidak diterima" in page, "Volume tetap" in page) == (True, False)


async def test_without_a_window_nothing_of_it_stands_in_the_record(ground: Ground) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    assert "corrections" not in version.source
    assert "MASA KOREKSI" not in " ".join(pages_of(await file_of(ground, version, FileKind.PDF)))


async def test_each_objection_is_answered_once_and_told_once(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    siti = at.people[0]
    one = await objects(ground, at, siti)
    desk, staff = f"/meja/{at.session.slug}/berita-acara/koreksi", office.bearer("secretariat")
    bad = await web.post(f"{desk}/{one.id}/jawab", data={"verdict": "accepted", "answer": "Hubungi 0812-3456-7890"}, headers=staff)
    assert (bad.status_code, "hapus nomornya" in bad.text, "Hubungi 0812-3456-7890" in bad.text) == (422, True, True)
    said = {"verdict": "accepted", "answer": "Volume diperbaiki."}
    sent = [(await web.post(f"{desk}/{one.id}/jawab", data=said, headers=staff)).status_code for _ in range(2)]
    other = await web.post(f"{desk}/{one.id}/jawab", data={"verdict": "declined", "answer": "Tidak."}, headers=staff)
    assert (sent, other.status_code) == ([303, 303], 409)
    async with ground.database.read() as db:
        notices = (await db.scalars(select(Notice).where(Notice.kind == "objection"))).all()
        assert [(one.participant_id, list(one.facts)) for one in notices] == [(siti.id, ["objection"])]
        sheet = await gather(db, notices[0].id, ground.letters)
    assert sheet is not None
    letter = compose(letter_environment(), ground, sheet, Channel.WHATSAPP_HAND)
    assert letter is not None
    assert ("Volume diperbaiki." in letter.text, "Putusan: Diterima" in letter.text, own(ground, siti) in letter.text) == (True, True, True)
    page = (await web.get(own(ground, siti))).text
    assert ("Jawaban sekretariat" in page, "Volume diperbaiki." in page) == (True, True)
    assert (await web.post(f"{desk}/aaaaaaaaaaaaaaaa/jawab", data=said, headers=staff)).status_code == 404


async def test_staff_write_down_what_somebody_without_a_phone_objects_to(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    desk, staff = f"/meja/{at.session.slug}/berita-acara/koreksi", office.bearer("secretariat")
    async with ground.database.write() as db:
        await db.execute(update(Participant).where(Participant.id == at.people[0].id).values(phone=None, phone_index=None))
    found = (await web.get(f"{desk}?nama=siti", headers=staff)).text
    assert (at.people[0].id in found, at.people[1].id in found) == (True, False)
    assert "Tidak ada yang tercatat hadir" in (await web.get(f"{desk}?nama=Nur Tidak", headers=staff)).text
    form = {"participant": at.people[0].id, "nama": "siti", "subject": "body", "text": "Waktunya bukan siang."}
    assert (await web.post(f"{desk}/catat", data=form, headers=staff)).status_code == 303
    wrong = await web.post(f"{desk}/catat", data={**form, "text": ""}, headers=staff)
    assert (wrong.status_code, "Siti Rahmawati" in wrong.text) == (422, True)
    assert (await web.post(f"{desk}/catat", data={**form, "participant": at.people[2].id}, headers=staff)).status_code == 403
    (one,) = await rows(ground)
    assert (one.participant_id, one.filed_by.split(":")[0]) == (at.people[0].id, "token")
    await answers(ground, at, one, "Waktunya diperbaiki.")
    async with ground.database.read() as db:
        assert (await db.scalars(select(Notice).where(Notice.kind == "objection"))).all() == []
    assert "Sampaikan jawabannya langsung." in (await web.get(desk, headers=staff)).text


async def test_a_window_is_prolonged_and_never_shortened(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    desk, staff = f"/meja/{session.slug}/berita-acara/koreksi", office.bearer("secretariat")
    now = ground.clock.now()
    told = {}
    for name, ahead in (("soon", timedelta(minutes=2)), ("never", timedelta(days=60)), ("day", timedelta(days=1)), ("less", timedelta(hours=3)), ("more", timedelta(days=2))):  # fmt: skip
        sent = await web.post(desk, data={"closes_at": local(now + ahead, session.zone)}, headers=staff)
        told[name] = sent.status_code
    told["none"] = (await web.post(desk, data={"closes_at": "kapan-kapan"}, headers=staff)).status_code
    assert told == {"soon": 422, "never": 422, "day": 303, "less": 422, "more": 303, "none": 422}
    async with ground.database.read() as db:
        windows = (await db.scalars(select(RecordWindow))).all()
        acts = (await db.scalars(select(AuditEntry.act).where(AuditEntry.act.like("record.window_%")).order_by(AuditEntry.number))).all()
    assert [(one.number, one.closes_at - now > timedelta(days=1, hours=23)) for one in windows] == [(1, True)]
    assert list(acts) == ["record.window_opened", "record.window_prolonged"]


async def test_what_people_read_stays_as_it_was_opened(ground: Ground, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    await write(ground, at.session, replace(WRITTEN, place="Balai Kota"), seen=1)
    page = (await web.get(own(ground, at.people[0]))).text
    assert ("Ruang Kresna" in page, "Balai Kota" in page) == (True, False)
    await close(ground, at)
    again = await reopen(ground, at.session, 1)
    page = (await web.get(own(ground, at.people[0]))).text
    assert (again.number, "Ruang Kresna" in page, "Balai Kota" in page) == (2, False, True)
    async with ground.database.write() as db:
        await db.execute(update(RecordWindow).values(closes_at=ground.clock.now() - 2 * GRACE))
    assert len((await finalise(ground, at.session)).source["corrections"]["windows"]) == 2


async def test_one_person_is_slowed_down_and_nobody_else_behind_the_same_address(ground: Ground, web: httpx.AsyncClient) -> None:
    at = await make_open(ground)
    siti, slamet, _ = at.people
    codes = [(await web.post(own(ground, siti), data={"subject": "other", "text": f"Hal {n}"})).status_code for n in range(11)]
    assert codes == [303] * 10 + [429]
    assert (await web.post(own(ground, slamet), data={"subject": "other", "text": "Hal lain"})).status_code == 303


async def test_forgetting_takes_ones_objections_and_ones_name_out_of_the_others(ground: Ground, web: httpx.AsyncClient) -> None:
    at = await make_open(ground, draft=replace(WRITTEN, chair_name="Siti Rahmawati"))
    siti, slamet, _ = at.people
    hers = await objects(ground, at, siti)
    his = await objects(ground, at, slamet, "Ibu Siti Rahmawati bilang volumenya 400 m.")
    await answers(ground, at, hers, "Sudah diperbaiki.")
    await answers(ground, at, his, "Sudah dijawab kepada Siti Rahmawati.")
    await close(ground, at)
    version = await finalise(ground, at.session)
    async with ground.database.write() as db:
        asked = await ask(db, ground.vault, at.session, siti.id, actor="account:x", now=ground.clock.now())
    await erase(ground, asked.id)
    first, second = await rows(ground)
    assert (first.text, first.answer, first.verdict) == (None, None, ObjectionVerdict.ACCEPTED)
    told = [ground.vault.open(getattr(second, name), "record_objections", name, second.id) or "" for name in ("text", "answer")]
    assert [("Siti" in one, "▪" in one or "Peserta" in one) for one in told] == [(False, True)] * 2
    async with ground.database.read() as db:
        sources = [(await db.get_one(RecordWindow, at.window.id)).source, (await db.get_one(RecordVersion, version.id)).source]
    assert ["Siti Rahmawati" in json.dumps(one, ensure_ascii=False) for one in sources] == [False, False]
    assert (await web.get(own(ground, siti))).status_code == 404


async def test_with_the_contacts_the_words_of_objections_go(ground: Ground) -> None:
    at = await make_open(ground)
    one = await objects(ground, at, at.people[0])
    await answers(ground, at, one, "Sudah diperbaiki.")
    async with ground.database.write() as db:
        past = ground.clock.now() - timedelta(days=5000)
        await db.execute(update(ForumSession).where(ForumSession.id == at.session.id).values(ended_at=past))
    await carry_out(ground, at.session.id)
    (one,) = await rows(ground)
    assert (one.text, one.answer, one.verdict) == (None, None, ObjectionVerdict.ACCEPTED)


async def test_my_data_hold_my_objections(ground: Ground) -> None:
    at = await make_open(ground)
    one = await objects(ground, at, at.people[0], about=at.numbers[0])
    await answers(ground, at, one, "Sudah diperbaiki.")
    async with ground.database.read() as db:
        person = await db.get_one(Participant, at.people[0].id)
        told = await everything(db, ground.vault, await mine(db, ground.vault, at.session, person))
    (row,) = told["record_objections"]
    assert (row["text"], row["answer"], row["subject"], row["about"], row["verdict"]) == (LONG, "Sudah diperbaiki.", "priorities", at.numbers[0], "accepted")  # fmt: skip
    assert [name for name in row if name.endswith(("_by", "_id"))] == []


async def test_chair_place_and_signers_are_changed_by_an_addendum_with_its_reason(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    await finalise(ground, session)
    staff, desk = office.bearer("secretariat"), f"/meja/{session.slug}/berita-acara"
    with pytest.raises(Conflict) as same:
        await amend(ground, session)
    assert same.value.code == "record.no_difference"
    form = {
        "number": "050/0500",
        "dated_on": "2021-05-02",
        "seen": "1",
        "reason": "Pimpinan sidang diganti.",
        "place": "Balai Kota",
        "chair_name": "Budi Santoso",
        "chair_office": "Pimpinan Sidang",
        "chair_rank": "",
        "signer_role": ["Ketua atau pengurus RW", "Ketua atau pengurus RT"],
        "signer_name": ["Slamet Riyadi", ""],
        "signer_below": ["RW 02", ""],
    }
    empty = await web.post(f"{desk}/adendum", data={**form, "chair_name": ""}, headers=staff)
    assert (empty.status_code, "Pimpinan sidang diganti." in empty.text) == (422, True)
    assert (await web.post(f"{desk}/adendum", data=form, headers=staff)).status_code == 303
    async with ground.database.read() as db:
        first, second = await versions_of(db, session.id)
    changes = [(one[1], one[3], one[4]) for one in second.source["changes"]]
    assert changes[:2] == [
        ("Tempat acara", "Ruang Kresna", "Balai Kota"),
        ("Pimpinan sidang", "Ir. Anita Heru, M.Sc.; Pimpinan Sidang", "Budi Santoso; Pimpinan Sidang"),
    ]
    assert ("Ketua atau pengurus RW", "tanpa nama", "Slamet Riyadi; RW 02") in changes
    assert (second.source["previous"], second.source["chair"][1], first.source["chair"][1]) == (first.sha256, "Budi Santoso", "Ir. Anita Heru, M.Sc.")  # type: ignore[index]  # fmt: skip
    pdf = pages_of(await file_of(ground, second, FileKind.PDF))[0]
    assert ("Budi Santoso" in pdf, "Pimpinan sidang diganti." in pdf, "Balai Kota" in pdf) == (True, True, True)
    # The next one follows this one.
    page = (await web.get(desk, headers=staff)).text
    assert ('value="Budi Santoso"' in page, 'value="Balai Kota"' in page) == (True, True)
    with pytest.raises(Conflict) as same:
        await amend(ground, session, "050/0501")
    assert same.value.code == "record.no_difference"


async def test_a_look_at_the_desk_opens_no_contact_of_annex_i_twice(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    desk, staff = f"/meja/{session.slug}/berita-acara", office.bearer("secretariat")
    opened: list[str] = []
    before = Vault.open

    def counted(self: Vault, sealed: bytes | None, table: str, column: str, row_id: str) -> str | None:
        opened.append(table)
        return before(self, sealed, table, column, row_id)

    monkeypatch.setattr(Vault, "open", counted)
    assert '<b class="figure">2</b> orang hadir' in (await web.get(desk, headers=staff)).text
    assert opened == []
    await finalise(ground, session)
    opened.clear()
    looks = []
    for _ in range(2):
        await web.get(desk, headers=staff)
        looks.append([one for one in opened if one in {"record_attendees", "participants"}])
        opened.clear()
    assert looks == [["record_attendees"] * 2, []]


async def test_who_was_not_there_files_nothing_by_any_door(ground: Ground) -> None:
    at = await make_open(ground)
    with pytest.raises(NotAllowed):
        await objects(ground, at, at.people[2])
    with pytest.raises(Invalid) as unknown:
        await objects(ground, at, at.people[0], about="TIDAK-1")
    assert [(one.field, one.code) for one in unknown.value.errors] == [("about", "record.unknown_row")]
    for n in range(20):
        await objects(ground, at, at.people[0], f"Hal {n}")
    with pytest.raises(Conflict) as many:
        await objects(ground, at, at.people[0], "Hal 20")
    assert (many.value.code, len(await rows(ground))) == ("record.too_many_objections", 20)


async def test_what_waits_for_an_answer_is_in_the_digest_until_it_has_one(ground: Ground) -> None:
    at = await make_open(ground)
    ones = [await objects(ground, at, who) for who in at.people[:2]]
    counts = []
    for one in (None, *ones):
        if one is not None:
            await answers(ground, at, one, "Sudah diperbaiki.")
        async with ground.database.read() as db:
            matters = await matters_of(db, await db.get_one(ForumSession, at.session.id), ground.clock.now())
        counts.append([(matter.count, matter.page) for matter in matters if matter.key == "objected"])
    assert counts == [[(2, "berita-acara/koreksi")], [(1, "berita-acara/koreksi")], []]


async def test_a_chain_with_another_version_in_it_is_said_to_be_broken(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (a, *_), _ = await make_held(ground)
    await write(ground, session)
    await finalise(ground, session)
    async with ground.database.write() as db:
        await fill(db, ground.vault, session.id, [a], {"ceiling": 120_000_000}, await seen_by(ground, session))
    second = await amend(ground, session)
    pages = {"desk": f"/meja/{session.slug}/berita-acara", "public": f"/s/{session.slug}/berita-acara"}

    async def told() -> list[bool]:
        staff = office.bearer("secretariat")
        return ["Rantai versi tidak utuh." in (await web.get(page, headers=staff)).text for page in pages.values()]

    assert await told() == [False, False]
    async with ground.database.write() as db:
        row = await db.get_one(RecordVersion, second.id)
        row.source = {**row.source, "previous": "0" * 64}
    assert await told() == [True, True]


def test_a_chair_who_is_forgotten_is_forgotten_in_the_changes_too() -> None:
    said = {
        "chair": ["Pimpinan Sidang", "Budi", ""],
        "signers": [],
        "delegates": [],
        "agreed": [],
        "changes": [["", "Pimpinan sidang", "Penanda tangan", "Anita; Pimpinan Sidang", "Budi; Pimpinan Sidang"]],
    }
    gone = without(said, lambda name: name == "Anita", "Peserta 1")
    assert gone["changes"] == [["", "Pimpinan sidang", "Penanda tangan", "Peserta 1; Pimpinan Sidang", "Budi; Pimpinan Sidang"]]
    assert gone["chair"] == said["chair"]
