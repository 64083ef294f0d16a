"""An office's own Word template: brought, checked, used, frozen with the record that was made with it, and kept for as long as that is."""

import hashlib
import json
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.documents.template_fill import filled
from app.errors import Conflict, Invalid, NotFound
from app.kept.models import KeptFile, KeptState, Purpose
from app.kept.service import give_up_made
from app.planning.service import reopen
from app.record.final import frozen_whole
from app.record.forgetting import give_up_files
from app.record.models import FileKind, RecordTemplate
from app.record.paper import ANNEX_I, ANNEX_II, ANNEX_III, OBJECTIONS, Paper
from app.record.proof import known, told
from app.record.template_example import example
from app.record.template_store import bring, remove, template, templates_of, use
from app.record.template_words import WORDS, about_of, values_of
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories_plenary import seen_by
from tests.factories_record import CHAIR, WRITTEN, amend, file_of, finalise, make_held, word_of, write
from tests.factories_template import with_line
from tests.integration.test_record import cells

AWKWARD = ("{{ nomor }} & <w:p> {% raw %}", "#read(1) =1+1 \u202eمرحبا 🌊", "Jalan " + "panjang " * 60, "Pos")


def styled(text: str = "Gaya kantor {{ unit }}") -> bytes:
    return with_line(text)


async def brought(ground: Ground, session: ForumSession, content: bytes | None = None) -> RecordTemplate:
    return await bring(ground, session, "Templat Krapyak.docx", content or styled(), actor="account:a", now=ground.clock.now())


async def chosen(ground: Ground, session: ForumSession, template_id: str | None) -> None:
    async with ground.database.write() as db:
        await use(db, ground.vault, session, template_id, actor="account:a", now=ground.clock.now())


async def acts(ground: Ground) -> list[tuple[str, dict[str, object]]]:
    async with ground.database.read() as db:
        entries = await db.scalars(select(AuditEntry).where(AuditEntry.act.startswith("record.template")).order_by(AuditEntry.number))
        return [(one.act, json.loads(one.facts)) for one in entries]


async def test_the_final_record_is_made_with_the_template_in_use_and_again_the_same(ground: Ground) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    used = await brought(ground, session)
    await chosen(ground, session, used.id)
    version = await finalise(ground, session)
    assert (version.source["template"], frozen_whole(version)) == (used.sha256, True)
    first = await file_of(ground, version, FileKind.DOCX)
    made = word_of(first)
    assert made.paragraphs[0].text == f"Gaya kantor {ground.settings.office_unit}"
    listed = {tuple(rows[0]): rows for table in made.tables if (rows := cells(table))}
    assert [row[:4] for row in listed[ANNEX_I][1:]] == [
        ["1", "Siti Rahmawati", "PKK Krapyak", "0853-2690-5742"],
        ["2", "Slamet Riyadi", "Ketua atau pengurus RW", "0812-3456-7890"],
    ]
    assert listed[ANNEX_II][2] == ["1", "", "", "", "Rumah pompa Krapyak", "", "Krapyak RW 02", "350 m", "Rp100.000.000", "DPUPR"]
    assert listed[ANNEX_II][-1][7:9] == ["Jumlah", "Rp300.000.000"]
    assert [row[:4] for row in listed[ANNEX_III][2:]] == [["1", "Gedung serbaguna Degayu", "Krapyak RW 02", "350 m"]]
    text = "\n".join(one.text for one in made.paragraphs) + str(listed)
    assert [one in text for one in (CHAIR, "NOMOR : 050/0421", version.sha256, version.audit_head, "{{")] == [True, True, True, True, False]

    # Others are brought and used since, and the file is made again.
    other = await brought(ground, session, styled("Gaya lain"))
    await chosen(ground, session, other.id)
    async with ground.database.write() as db:
        await give_up_files(db, [version.id], ground.clock.now())
    assert await file_of(ground, version, FileKind.DOCX) == first
    words = ground.catalogues.translator("id")
    async with ground.database.read() as db:
        (said,) = told(await known(db, version_sha(first)), words)
    assert said.startswith("Berkas asli Berita Acara Nomor 050/0421")


def version_sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def test_an_addendum_and_the_pdf_keep_the_form_of_the_program(ground: Ground) -> None:
    session, numbers, _ = await make_held(ground)
    await write(ground, session)
    await chosen(ground, session, (await brought(ground, session)).id)
    await finalise(ground, session)
    async with ground.database.write() as db:
        await reopen(db, ground.vault, session.id, numbers[:1], await seen_by(ground, session))
    addendum = await amend(ground, session)
    assert "template" not in addendum.source
    assert word_of(await file_of(ground, addendum, FileKind.DOCX)).paragraphs[0].text != f"Gaya kantor {ground.settings.office_unit}"


async def test_awkward_words_long_lists_and_empty_annexes_stand_in_a_template_as_they_were_written(ground: Ground) -> None:
    session, _, _ = await make_held(ground, (*AWKWARD[:3], *(f"Usulan {n}" for n in range(300)), AWKWARD[3]))
    await write(ground, session, replace(WRITTEN, number="{{ 7*7 }}", closing="{utusan} {% x %}\nbaris"))
    await chosen(ground, session, (await brought(ground, session)).id)
    made = word_of(await file_of(ground, await finalise(ground, session), FileKind.DOCX))
    listed = {tuple(rows[0]): rows for table in made.tables if (rows := cells(table))}
    named = [row[4] for row in listed[ANNEX_II][2:-1]]
    assert (len(named), set(AWKWARD[:3]) - set(named)) == (303, set())
    assert "NOMOR : {{ 7*7 }}" in [one.text for one in made.paragraphs]
    assert [one.text for one in made.paragraphs if one.text.endswith("{% x %}\nbaris")] != []

    empty, _, _ = await make_held(ground, ())
    await write(ground, empty)
    await chosen(ground, empty, (await brought(ground, empty)).id)
    made = word_of(await file_of(ground, await finalise(ground, empty), FileKind.DOCX))
    listed = {tuple(rows[0]): rows for table in made.tables if (rows := cells(table))}
    assert (listed[ANNEX_II][2][4], listed[ANNEX_III][2]) == ("Nihil", ["", "Nihil", "", "", ""])


async def test_corrections_stand_in_the_template_only_where_there_were_some(ground: Ground) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    version = await finalise(ground, session)
    answers = [["Lampiran II, 001", "Diterima", "Pagu dibetulkan."]]
    told_of = {"windows": ["Senin sampai Selasa"], "filed": 1, "accepted": 1, "declined": 0, "answers": answers}
    papers = [Paper({**version.source, **more}, []) for more in ({}, {"corrections": told_of})]
    without, with_some = (word_of(filled(example(), WORDS, values_of(one), about_of(one))) for one in papers)
    assert "CATATAN MASA KOREKSI" not in [one.text for one in without.paragraphs]
    assert cells(with_some.tables[-1]) == [list(OBJECTIONS), ["1", *answers[0]]]
    assert "Diajukan 1 keberatan: 1 diterima, 0 tidak diterima." in " ".join(one.text for one in with_some.paragraphs)
    assert cells(without.tables[-1])[0] == list(ANNEX_III)


async def test_a_template_is_kept_once_used_left_and_removed_and_each_step_is_recorded(ground: Ground) -> None:
    session, _, _ = await make_held(ground)
    kept = await brought(ground, session)
    with pytest.raises(Invalid) as twice:
        await brought(ground, session)
    assert [one.code for one in twice.value.errors] == ["record.template_twice"]
    await chosen(ground, session, kept.id)
    await chosen(ground, session, kept.id)
    await chosen(ground, session, None)
    async with ground.database.write() as db:
        await remove(db, ground.vault, session, kept.id, actor="account:a", now=ground.clock.now())
    async with ground.database.read() as db:
        assert await templates_of(db, session.id) == []
        assert (await db.get_one(KeptFile, kept.file_id)).state == KeptState.GONE
        with pytest.raises(NotFound):
            await template(db, session.id, kept.id)
    again = await brought(ground, session)
    assert (again.id, again.number, again.in_use) == (kept.id, 1, False)
    facts = {"number": 1, "sha256": kept.sha256}
    assert await acts(ground) == [
        ("record.template_added", {**facts, "bytes": kept.size}),
        ("record.template_used", facts),
        ("record.template_unused", {}),
        ("record.template_removed", facts),
        ("record.template_added", {**facts, "bytes": kept.size}),
    ]


async def test_what_a_record_was_made_with_is_not_removed_and_outlives_an_erasure(ground: Ground) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    kept = await brought(ground, session)
    await chosen(ground, session, kept.id)
    await finalise(ground, session)
    with pytest.raises(Conflict) as refused:
        async with ground.database.write() as db:
            await remove(db, ground.vault, session, kept.id, actor="account:a", now=ground.clock.now())
    assert refused.value.code == "record.template_frozen"
    async with ground.database.write() as db:
        await give_up_made(db, session.id, ground.clock.now())
    async with ground.database.read() as db:
        files = (await db.scalars(select(KeptFile).where(KeptFile.purpose == Purpose.TEMPLATE, KeptFile.state == KeptState.KEPT))).all()
        assert [one.id for one in files] == [kept.file_id]


async def test_nobody_reaches_the_template_of_another_session(ground: Ground) -> None:
    (mine, _, _), (theirs, _, _) = await make_held(ground), await make_held(ground)
    kept = await brought(ground, theirs)
    with pytest.raises(NotFound):
        await chosen(ground, mine, kept.id)


async def test_the_page_tells_what_is_wrong_and_then_keeps_previews_and_uses(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _, _ = await make_held(ground)
    await write(ground, session)
    at, headers = f"/meja/{session.slug}/berita-acara/templat", office.bearer("secretariat")
    empty = await web.get(at, headers=headers)
    assert (empty.status_code, "Bentuk bawaan dipakai" in empty.text) == (200, True)
    sample = await web.get(f"{at}/contoh.docx", headers=headers)
    assert sample.content == example()

    wrong = await web.post(f"{at}/unggah", headers=headers, files={"file": ("Gaya.docx", with_line("Nomor {{ nomer }} <b>"))})
    assert wrong.status_code == 422
    assert "Tanda {{ nomer }} tidak dikenal. Mungkin maksudnya {{ nomor }}." in wrong.text
    assert ("Nomor {{ nomer }} &lt;b&gt;" in wrong.text, "1 hal perlu diperbaiki" in wrong.text) == (True, True)
    async with ground.database.read() as db:
        assert (await db.scalars(select(KeptFile))).all() == []

    right = await web.post(f"{at}/unggah", headers=headers, files={"file": ("Gaya.docx", styled())})
    assert (right.status_code, right.headers["location"]) == (303, f"{at}?diperiksa=1")
    async with ground.database.read() as db:
        (kept,) = await templates_of(db, session.id)
    look = await web.get(f"{at}/{kept.id}/pratinjau.docx", headers=headers)
    assert [one.text for one in word_of(look.content).paragraphs[:2]] == ["RANCANGAN", f"Gaya kantor {ground.settings.office_unit}"]
    before = await web.get(f"/meja/{session.slug}/berita-acara/rancangan.docx", headers=headers)
    assert f"Gaya kantor {ground.settings.office_unit}" not in [one.text for one in word_of(before.content).paragraphs]
    used = await web.post(f"{at}/{kept.id}/pakai", headers=headers)
    assert used.headers["location"] == f"{at}?dipakai=1"
    after = await web.get(f"/meja/{session.slug}/berita-acara/rancangan.docx", headers=headers)
    assert after.content == look.content
    shown = await web.get(f"{at}?dipakai=1", headers=headers)
    assert ("Templat ke-1 kini dipakai." in shown.text, "Templat ke-1 dipakai" in shown.text) == (True, True)
    desk = await web.get(f"/meja/{session.slug}/berita-acara", headers=headers)
    assert "DOCX dibuat dengan templat kantor ke-1." in desk.text
    whole = await web.get(f"{at}/{kept.id}/templat.docx", headers=headers)
    assert whole.content == styled()

    looker = await web.get(at, headers=office.bearer("moderator"))
    assert (looker.status_code, f"{at}/unggah" in looker.text, "oleh sekretariat" in looker.text) == (200, False, True)
    assert (await web.post(f"{at}/bawaan", headers=headers)).headers["location"] == f"{at}?dipakai=0"
    assert (await web.post(f"{at}/{kept.id}/buang", headers=headers)).status_code == 303
    assert (await web.get(f"{at}/{kept.id}/templat.docx", headers=headers)).status_code == 404
    assert (await web.post(f"{at}/unggah", headers=headers, data={"x": "y"})).status_code == 422
