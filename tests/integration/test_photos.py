"""Photos of proposals: nothing but pixels is kept of them, three stand at a time, and everybody sees only what writer and staff let them see."""

import asyncio
import errno
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import event, func, select, text

from app.audit.models import AuditEntry
from app.errors import Conflict, NotFound, Unavailable
from app.kept.models import KeptFile, KeptPiece, KeptState, Purpose
from app.kept.service import content, drop
from app.main import create_app
from app.participants.service import add_consents
from app.pictures import arriving, remade
from app.proposals import joining, photos, undoing
from app.proposals.listing import find
from app.proposals.photo_models import Photo, PhotoAct
from app.proposals.photos import Brought
from app.proposals.photos_shown import photo_in, photos_of
from app.proposals.privacy import masked
from app.proposals.service import change
from app.rights.correction import withdraw_consent
from app.rights.erasure import ask, erase
from app.sessions.models import SessionState
from app.settings import Settings
from app.web.ground import Ground
from app.web.throttle import Throttles
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_outcomes import make_known, make_writer
from tests.factories_photos import NOT_PHOTOS, bring, jpeg, of_many_scans, photos_on, saved, with_a_second_inside, writers_address
from tests.factories_proposals import make_proposal, words
from tests.integration.test_room_doors import ONLY_EMBEDDED
from tests.integration.test_safekeeping import give_keys, laid, other_settings, rembuk

__all__ = ["other_settings"]

PAGE = {"Accept": "text/html"}


async def whole(ground: Ground, file_id: str) -> bytes:
    return b"".join([piece async for piece in content(ground.database, ground.vault, file_id)])


async def kept_files(ground: Ground) -> dict[KeptState, int]:
    async with ground.database.read() as db:
        rows = await db.execute(select(KeptFile.state, func.count()).where(KeptFile.purpose == Purpose.PHOTO).group_by(KeptFile.state))
        return {row[0]: row[1] for row in rows}


async def test_of_a_photo_only_upright_pixels_are_kept(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    brought = jpeg(4000, 3000, orientation=6)
    assert all(sign in brought for sign in (b"Exif", b"Kamera Rahasia", b"Rumah Bu Siti"))
    desk = office.bearer("secretariat")
    answer = await bring(web, session, number, brought, desk, alt="Saluran mampet")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/meja/{session.slug}/usulan/{number}#foto")
    (photo,) = await photos_on(ground, session, number)
    assert (photo.place, photo.width, photo.height, photo.alt, photo.shown_at) == (1, 1200, 1600, "Saluran mampet", None)

    for size, longest in (("", 1600), ("/kecil", 320)):
        got = await web.get(f"/meja/{session.slug}/usulan/{number}/foto/{photo.id}{size}", headers=desk)
        made = Image.open(io.BytesIO(got.content))
        assert (made.format, max(made.size), made.width < made.height) == ("JPEG", longest, True)
        assert (
            dict(made.getexif()),
            set(made.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"},
        ) == ({}, set())
        assert not any(sign in got.content for sign in (b"Exif", b"Kamera", b"Siti", b"GPS"))
        # Held sideways with the white edge at the left of what the sensor saw: turned right, it stands at the right.
        right, left = made.getpixel((made.width - 2, made.height // 3)), made.getpixel((2, made.height // 3))
        assert (min(right) > 240, max(left[1:]) < 80) == (True, True)
        assert got.headers["content-type"] == "image/jpeg"
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert got.headers["cache-control"] == "private, no-cache"
        again = await web.get(got.url, headers={**desk, "If-None-Match": got.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(("kind", "how"), [("PNG", {}), ("WEBP", {"lossless": True})])
async def test_other_kinds_become_jpeg(ground: Ground, office: Office, web: httpx.AsyncClient, kind: str, how: dict[str, bool]) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    assert (await bring(web, session, number, saved(kind, **how), office.bearer("secretariat"))).status_code == 303
    (photo,) = await photos_on(ground, session, number)
    assert Image.open(io.BytesIO(await whole(ground, photo.file_id))).format == "JPEG"


async def test_of_a_photo_with_a_second_inside_the_first_is_kept(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    brought = with_a_second_inside()
    assert Image.open(io.BytesIO(brought)).format == "MPO"
    assert (await bring(web, session, number, brought, office.bearer("secretariat"))).status_code == 303
    (photo,) = await photos_on(ground, session, number)
    made = Image.open(io.BytesIO(await whole(ground, photo.file_id)))
    assert (made.format, made.size) == ("JPEG", (800, 600))


async def test_a_photo_as_progressive_as_cameras_make_it_is_taken(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    assert (await bring(web, session, number, of_many_scans(10), office.bearer("secretariat"))).status_code == 303


IN_ITS_PLACE = """
import runpy, sys
made = runpy.run_path(sys.argv[1])
def tries(data):
    try:
        open(sys.argv[1]).close()
    except OSError as refused:
        raise made["Refused"](refused.strerror)
    raise made["Refused"]("opened")
made["main"].__globals__["remade"] = tries
made["main"]()
"""


def test_whoever_breaks_a_decoder_can_open_no_file() -> None:
    program = str(Path(remade.__file__))
    told = subprocess.run([sys.executable, "-I", "-B", "-c", IN_ITS_PLACE, program], input=b"", capture_output=True, check=True, timeout=60)
    assert json.loads(told.stdout) == {"code": os.strerror(errno.EMFILE)}


async def test_strangers_who_keep_the_turn_do_not_keep_staff_waiting(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    own = await writers_address(ground, session, number, person.id)
    monkeypatch.setattr("app.pictures.arriving.WAITING", 0.1)
    somebody = object()
    await arriving.TURN.acquire_on_behalf_of(somebody)
    try:
        theirs = await web.post(f"{own}/unggah", files={"file": ("a.jpg", jpeg(), "image/jpeg")}, headers=PAGE)
        staff = await bring(web, session, number, jpeg(), office.bearer("secretariat"))
    finally:
        arriving.TURN.release_on_behalf_of(somebody)
    assert (theirs.status_code, "Sedang banyak foto" in theirs.text, staff.status_code) == (503, True, 303)


async def test_what_hangs_behind_a_photo_is_left_behind(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    # A film, for instance, in which bytes happen to look like parts of the picture.
    behind = b"PK\x03\x04<script>alert(1)</script>\xff\xda" * 50
    assert (await bring(web, session, number, jpeg() + behind, office.bearer("secretariat"))).status_code == 303
    (photo,) = await photos_on(ground, session, number)
    assert b"script" not in await whole(ground, photo.file_id)


@pytest.mark.parametrize("code", NOT_PHOTOS)
async def test_what_is_no_photo_is_refused_with_its_sentence(ground: Ground, office: Office, web: httpx.AsyncClient, code: str) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    answer = await bring(web, session, number, NOT_PHOTOS[code], office.bearer("secretariat"), alt="Tulisan saya", nonce="tanda-yang-sama")
    sentence = ground.catalogues.translator("id").error(code, most=7)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Tulisan saya"' in answer.text
    assert 'value="tanda-yang-sama"' in answer.text
    assert (await photos_on(ground, session, number), await kept_files(ground)) == ([], {})


async def test_a_photo_that_never_comes_to_an_end_is_given_up(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    monkeypatch.setattr("app.pictures.arriving.SECONDS", 0.01)
    answer = await bring(web, session, number, jpeg(), office.bearer("secretariat"))
    assert (answer.status_code, ground.catalogues.translator("id").error("pictures.too_hard") in answer.text) == (422, True)


async def test_a_repeated_press_keeps_one(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    desk = office.bearer("secretariat")
    pressed = await asyncio.gather(*(bring(web, session, number, jpeg(), desk, nonce="satu-tekanan") for _ in range(3)))
    assert [one.status_code for one in pressed] == [303] * 3
    assert len(await photos_on(ground, session, number)) == 1
    assert (await kept_files(ground))[KeptState.KEPT] == 2
    # The same picture under another mark is no second one.
    twice = await bring(web, session, number, jpeg(), desk, nonce="tekanan-lain")
    assert (twice.status_code, "sudah ada di usulan ini" in twice.text) == (422, True)


async def race(ground: Ground) -> list[str]:
    """Four people bring a photo at once, each another one."""
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    async with ground.database.read() as db:
        proposal_id = (await find(db, session.id, number)).id

    async def one(seed: int) -> str:
        brought = Brought(f"tekanan-{seed}", f"account:{seed}")
        try:
            photo = await photos.bring(
                ground.database, ground.vault, proposal_id, brought, io.BytesIO(jpeg(seed=seed)), now=ground.clock.now()
            )
        except Conflict as full:
            return full.code
        return str(photo.place)

    ended = sorted(await asyncio.gather(*(one(seed) for seed in range(1, 5))))
    assert [photo.place for photo in await photos_on(ground, session, number)] == [1, 2, 3]
    return ended


async def test_four_at_once_find_three_places(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await race(ground) == ["1", "2", "3", "photos.full"]
    files = await kept_files(ground)
    assert (files[KeptState.KEPT], files[KeptState.GONE]) == (6, 2)

    # Without the second look, the fourth believes what it saw before it was made anew.
    first_look = iter(range(100))
    monkeypatch.setattr(photos, "free_place", lambda others: 1 + next(first_look) % 3)
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        await race(ground)


async def test_everybody_sees_what_writer_and_staff_let_them_see(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    own = await writers_address(ground, session, number, person.id)
    page = (await web.get(own)).text
    assert ("Masih ada tempat untuk 3 foto." in page, 'name="agreed" value="1" checked' in page) == (True, False)
    sent = await web.post(f"{own}/unggah", data={"alt": "Depan rumah"}, files={"file": ("a.jpg", jpeg(), "image/jpeg")}, headers=PAGE)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{own}?selesai=1")
    (photo,) = await photos_on(ground, session, number)
    assert (photo.participant_id, photo.added_by, photo.agreed) == (person.id, f"participant:{person.id}", False)
    public, desk = f"/u/{number}/foto/{photo.id}", office.bearer("secretariat")
    act = f"/meja/{session.slug}/usulan/{number}/foto/{photo.id}"

    async def seen() -> tuple[int, int, bool, int, bool]:
        listed = (await web.get(f"/u/{number}")).text
        told = (await web.get(f"/api/v1/sessions/{session.slug}/proposals/{number}")).json().get("photos", [])
        opened = (await web.get(f"/s/{session.slug}/data/usulan.json")).text
        answers = [(await web.get(f"{public}{size}")).status_code for size in ("", "/kecil")]
        return (*answers, public in listed, len(told), public in opened)

    hidden, shown = (404, 404, False, 0, False), (200, 200, True, 1, True)
    assert await seen() == hidden
    refused = await web.post(act, data={"act": "show", "alt": "Depan rumah"}, headers=desk)
    assert (refused.status_code, "belum mengizinkan" in refused.text, await seen()) == (409, True, hidden)
    await web.post(f"{own}/{photo.id}", data={"act": "agree"})
    assert await seen() == hidden
    assert (await web.post(act, data={"act": "show", "alt": "Depan RT 03"}, headers=desk)).status_code == 303
    assert await seen() == shown
    assert 'alt="Depan RT 03"' in (await web.get(f"/u/{number}")).text
    lite = (await web.get(f"/u/{number}", headers={"Save-Data": "on"})).text
    assert ("Tampilkan 1 foto" in lite, 'loading="lazy"' in lite) == (True, True)
    await web.post(act, data={"act": "hide", "alt": "Depan RT 03"}, headers=desk)
    assert await seen() == hidden
    await web.post(act, data={"act": "show", "alt": "Depan RT 03"}, headers=desk)
    assert await seen() == shown
    await web.post(f"{own}/{photo.id}", data={"act": "disagree"})
    assert await seen() == hidden

    async with ground.database.read() as db:
        acts = (await db.execute(select(PhotoAct.what, PhotoAct.before, PhotoAct.after).order_by(PhotoAct.at, PhotoAct.id))).all()
        audited = (await db.scalars(select(AuditEntry).where(AuditEntry.act.startswith("photos.")).order_by(AuditEntry.number))).all()
    assert sorted(act.what for act in acts) == sorted(["added", "agreed", "described", "shown", "hidden", "shown", "disagreed"])
    assert ("described", "Depan rumah", "Depan RT 03") in [tuple(one) for one in acts]
    assert len(audited) == len(acts)
    assert not any("Depan" in one.facts for one in audited)
    history = (await web.get(f"/meja/{session.slug}/usulan/{number}", headers=desk)).text
    assert "tulisan diubah: Depan rumah → Depan RT 03" in history


async def test_a_consent_that_is_withdrawn_hides_what_was_shown(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session, publish_photos=True)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    own = await writers_address(ground, session, number, person.id)
    assert 'value="1" checked' in (await web.get(own)).text
    await web.post(f"{own}/unggah", data={"agreed": "1"}, files={"file": ("a.jpg", jpeg(), "image/jpeg")}, headers=PAGE)
    (photo,) = await photos_on(ground, session, number)
    await web.post(f"/meja/{session.slug}/usulan/{number}/foto/{photo.id}", data={"act": "show"}, headers=office.bearer("secretariat"))
    assert (await web.get(f"/u/{number}/foto/{photo.id}")).status_code == 200
    async with ground.database.write() as db:
        await add_consents(db, person.id, {"photos": True}, None, ground.clock.now())
        await db.flush()
        await withdraw_consent(db, ground.vault, person.id, "photos", actor=f"participant:{person.id}", now=ground.clock.now())
    assert (await web.get(f"/u/{number}/foto/{photo.id}")).status_code == 404


async def test_only_the_writer_of_a_proposal_holds_its_address(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person, other = await make_writer(ground, session), await make_writer(ground, session, "Budi Santoso")
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    own = await writers_address(ground, session, number, person.id)
    for address in (f"{own[:-1]}{'a' if own[-1] != 'a' else 'b'}", await writers_address(ground, session, number, other.id)):
        assert (await web.get(address, headers=PAGE)).status_code == 404
        answer = await web.post(f"{address}/unggah", files={"file": ("a.jpg", jpeg(), "image/jpeg")}, headers=PAGE)
        assert answer.status_code == 404
    assert await photos_on(ground, session, number) == []


async def test_a_merge_shows_the_photos_of_both_and_its_undoing_parts_them(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    one, two = [await make_known(ground, session, f"Saluran Jalan {name}") for name in ("Samudra", "Bahari")]
    desk = office.bearer("secretariat")
    for n, number in enumerate((one, two), 1):
        assert (await bring(web, session, number, jpeg(seed=n), desk)).status_code == 303
        (photo,) = await photos_on(ground, session, number)
        await web.post(f"/meja/{session.slug}/usulan/{number}/foto/{photo.id}", data={"act": "show"}, headers=desk)

    async def names(number: str) -> list[str]:
        answer = await web.get(f"/api/v1/sessions/{session.slug}/proposals/{number}")
        return [told["name"] for told in answer.json()["photos"]] if answer.status_code == 200 else []

    before = (await names(one), await names(two))
    assert before == ([f"{one}-1.jpg"], [f"{two}-1.jpg"])
    async with ground.database.write() as db:
        await joining.merge(db, ground.vault, session, one, [two], actor="account:x", now=ground.clock.now())
    assert await names(one) == [f"{one}-1.jpg", f"{two}-1.jpg"]
    page = (await web.get(f"/u/{one}")).text
    addresses = re.findall(rf'src="(/u/{one}/foto/[^"]+)"', page)
    assert [(await web.get(address)).status_code for address in addresses] == [200, 200]
    async with ground.database.write() as db:
        version = (await find(db, session.id, two)).version
        await undoing.undo(db, ground.vault, session, two, if_version=version, actor="account:x", now=ground.clock.now())
    assert (await names(one), await names(two)) == before


async def test_staff_takes_them_all_in_one_file(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    desk = office.bearer("secretariat")
    for seed in (1, 2):
        await bring(web, session, number, jpeg(seed=seed), desk)
    answer = await web.get(f"/meja/{session.slug}/usulan/{number}/foto/semua.zip", headers=desk)
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    there = await photos_on(ground, session, number)
    assert archive.namelist() == [f"{number}-1.jpg", f"{number}-2.jpg"]
    assert [archive.read(name) for name in archive.namelist()] == [await whole(ground, one.file_id) for one in there]
    alone = await web.get(f"/meja/{session.slug}/usulan/{number}/foto/{there[1].id}?unduh=1", headers=desk)
    assert alone.headers["content-disposition"] == f'attachment; filename="{number}-2.jpg"'


async def test_a_photo_that_is_taken_away_leaves_its_place_and_no_content(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    desk = office.bearer("secretariat")
    await bring(web, session, number, jpeg(), desk)
    (photo,) = await photos_on(ground, session, number)
    at = f"/meja/{session.slug}/usulan/{number}/foto/{photo.id}"
    assert (await web.post(f"{at}/buang", data={"why": "Wajah terlihat"}, headers=desk)).status_code == 303
    assert (await web.get(at, headers=desk)).status_code == 404
    for file_id in (photo.file_id, photo.thumbnail_id):
        await drop(ground.database, file_id, ground.clock.now())
    async with ground.database.read() as db:
        assert await db.scalar(select(func.count()).select_from(KeptPiece)) == 0
    assert "dibuang: Wajah terlihat" in (await web.get(f"/meja/{session.slug}/usulan/{number}", headers=desk)).text
    await bring(web, session, number, jpeg(seed=2), desk)
    assert [one.place for one in await photos_on(ground, session, number)] == [1]


async def test_an_erasure_takes_the_photos_of_whoever_asked_and_no_others(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    own = await writers_address(ground, session, number, person.id)
    await web.post(f"{own}/unggah", data={"alt": "Rumah saya"}, files={"file": ("a.jpg", jpeg(), "image/jpeg")}, headers=PAGE)
    await bring(web, session, number, jpeg(seed=2), office.bearer("secretariat"))
    async with ground.database.write() as db:
        wish = await ask(db, ground.vault, session, person.id, actor=f"participant:{person.id}", now=ground.clock.now())
    await erase(ground, wish.id)
    (left,) = await photos_on(ground, session, number)
    assert (left.place, left.participant_id) == (2, None)
    async with ground.database.read() as db:
        gone = (await db.scalars(select(Photo).where(Photo.participant_id == person.id))).one()
        words = (await db.execute(select(PhotoAct.before, PhotoAct.after).where(PhotoAct.photo_id == gone.id))).all()
        states = set(await db.scalars(select(KeptFile.state).where(KeptFile.id.in_([gone.file_id, gone.thumbnail_id]))))
    assert (gone.alt, gone.removed_at is not None, {word for pair in words for word in pair}, states) == (
        None,
        True,
        {None},
        {KeptState.GONE},
    )
    assert (await web.get(own, headers=PAGE)).status_code == 404


async def test_an_emptied_proposal_loses_the_photos_of_staff_too(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session)
    number = await make_proposal(ground, session, words(ground, "Mohon saluran di depan rumah saya", person))
    await bring(web, session, number, jpeg(), office.bearer("secretariat"), alt="Rumah Bu Siti")
    async with ground.database.write() as db:
        wish = await ask(db, ground.vault, session, person.id, actor=f"participant:{person.id}", now=ground.clock.now())
    await erase(ground, wish.id)
    async with ground.database.read() as db:
        photo = (await db.scalars(select(Photo))).one()
    assert (photo.removed_at is not None, photo.alt, await kept_files(ground)) == (True, None, {KeptState.GONE: 2})


async def test_a_proposal_that_is_no_longer_public_takes_its_photos_along(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    desk = office.bearer("secretariat")
    await bring(web, session, number, jpeg(), desk)
    (photo,) = await photos_on(ground, session, number)
    await web.post(f"/meja/{session.slug}/usulan/{number}/foto/{photo.id}", data={"act": "show"}, headers=desk)
    assert (await web.get(f"/u/{number}/foto/{photo.id}/kecil")).status_code == 200
    async with ground.database.write() as db:
        one = await find(db, session.id, number)
        wish = {"published": False}
        await change(db, ground.vault, session, number, wish, if_version=one.version, actor="account:x", now=ground.clock.now())
    assert (await web.get(f"/u/{number}/foto/{photo.id}/kecil")).status_code == 404


async def test_programs_bring_describe_show_and_take_away(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    base, desk = f"/api/v1/sessions/{session.slug}/proposals/{number}", office.bearer("secretariat")
    files = {"file": ("a.jpg", jpeg(), "image/jpeg")}
    made = await web.post(f"{base}/photos", data={"alt": "Saluran", "nonce": "satu-saja"}, files=files, headers=desk)
    assert made.status_code == 201
    again = await web.post(f"{base}/photos", data={"alt": "Saluran", "nonce": "satu-saja"}, files=files, headers=desk)
    assert again.json() == made.json()
    told = made.json()
    assert {name: told[name] for name in ("name", "alt", "width", "height", "public", "shown")} == {
        "name": f"{number}-1.jpg",
        "alt": "Saluran",
        "width": 800,
        "height": 600,
        "public": False,
        "shown": False,
    }
    one = made.headers["location"]
    changed = await web.patch(one, json={"shown": True}, headers=desk)
    assert (changed.json()["public"], changed.json()["alt"]) == (True, "Saluran")
    public = (await web.get(base)).json()["photos"]
    assert [photo["alt"] for photo in public] == ["Saluran"]
    assert (await web.get(public[0]["thumbnail"])).headers["content-type"] == "image/jpeg"
    refused = await web.post(f"{base}/photos", files={"file": ("a.svg", NOT_PHOTOS["pictures.drawing"])}, headers=desk)
    assert (refused.status_code, [error["code"] for error in refused.json()["errors"]]) == (422, ["pictures.drawing"])
    assert (await web.delete(f"{one}?why=Buram", headers=desk)).status_code == 204
    assert (await web.get(base)).json().get("photos") is None
    table = await web.get(f"/api/v1/sessions/{session.slug}/exports/proposals.json", headers=desk)
    assert [row["photos"] for row in table.json()["rows"]] == [0]


async def filled(ground: Ground, *, again: bool = False) -> None:
    """Let the file grow no further and use up what is free in it; `again` gives it room."""
    async with ground.database.write() as db:
        if again:
            await db.execute(text(f"PRAGMA max_page_count={2**30}"))
            return
        await db.execute(text("CREATE TABLE filler (content BLOB)"))
    async with ground.database.write() as db:
        now = (await db.execute(text("PRAGMA page_count"))).scalar_one()
        await db.execute(text(f"PRAGMA max_page_count={now}"))
    for _ in range(100):
        try:
            async with ground.database.write() as db:
                await db.execute(text("INSERT INTO filler VALUES (zeroblob(50000))"))
        except Unavailable:
            return
    raise AssertionError("the disk never became full")


@ONLY_EMBEDDED
async def test_a_full_disk_says_so_and_keeps_nothing_half(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    own = await writers_address(ground, session, number, person.id)
    noisy = io.BytesIO()
    Image.effect_noise((1600, 1200), 80).convert("RGB").save(noisy, "JPEG", quality=95)

    async def send() -> httpx.Response:
        files = {"file": ("a.jpg", noisy.getvalue(), "image/jpeg")}
        return await web.post(f"{own}/unggah", data={"alt": "Tulisan saya", "nonce": "tanda-satu"}, files=files, headers=PAGE)

    await filled(ground)
    refused = await send()
    assert (refused.status_code, "Penyimpanan sedang tidak dapat dijangkau" in refused.text) == (503, True)
    assert 'value="Tulisan saya"' in refused.text
    assert 'value="tanda-satu"' in refused.text
    assert await photos_on(ground, session, number) == []
    await filled(ground, again=True)
    assert (await send()).status_code == 303
    assert len(await photos_on(ground, session, number)) == 1


async def test_a_full_temporary_folder_says_so(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")

    async def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("starlette.datastructures.UploadFile.write", full)
    answer = await bring(web, session, number, jpeg(), office.bearer("secretariat"))
    assert (answer.status_code, "Penyimpanan server sedang penuh" in answer.text) == (503, True)


async def test_a_writer_who_sends_without_end_is_slowed_down(ground: Ground) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    own = await writers_address(ground, session, number, person.id)
    app = create_app(replace(ground, settings=replace(ground.settings, limits=True)), work=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ground.settings.public_url) as web:
        tried = [(await web.post(f"{own}/unggah", files={"file": ("a.jpg", b"")}, headers=PAGE)).status_code for _ in range(14)]
    assert tried == [422] * 12 + [429] * 2


def limited(ground: Ground) -> httpx.AsyncClient:
    """The same program as outside, with its limits."""
    app = create_app(replace(ground, settings=replace(ground.settings, limits=True)), work=False)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ground.settings.public_url)


async def test_only_making_a_photo_counts_against_its_writer(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    own = await writers_address(ground, session, number, person.id)
    async with limited(ground) as web:

        async def send(content: bytes, nonce: str) -> int:
            files = {"file": ("a.jpg", content, "image/jpeg")}
            return (await web.post(f"{own}/unggah", data={"nonce": nonce}, files=files, headers=PAGE)).status_code

        arrived = [await send(jpeg(), "tanda-satu") for _ in range(14)]
        monkeypatch.setattr("app.pictures.arriving.WAITING", 0)
        somebody = object()
        await arriving.TURN.acquire_on_behalf_of(somebody)
        try:
            busy = [await send(jpeg(seed=2), "tanda-dua") for _ in range(14)]
        finally:
            arriving.TURN.release_on_behalf_of(somebody)
        monkeypatch.undo()
        assert (arrived, busy, await send(jpeg(seed=2), "tanda-dua")) == ([303] * 14, [503] * 14, 303)


def test_a_hall_of_a_hundred_behind_one_address_sends_three_photos_each() -> None:
    address = Throttles().photo_address
    assert [address.take("10.0.0.1", now=1.0) for _ in range(300)] == [0.0] * 300


async def test_a_photo_whose_commit_was_in_doubt_keeps_its_bytes(
    ground: Ground, office: Office, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    placing, placed = photos._place, []

    async def place(*of: Any) -> Photo:
        placed.append(await placing(*of))
        return placed[-1]

    def lost(_: dict[str, Any]) -> None:
        # It was committed, but nobody heard of it.
        if placed:
            ground.database.listeners.remove(lost)
            raise Unavailable("database.unavailable", retry=5)

    monkeypatch.setattr(photos, "_place", place)
    ground.database.listeners.append(lost)
    first = await bring(web, session, number, jpeg(), office.bearer("secretariat"), nonce="tanda-satu")
    again = await bring(web, session, number, jpeg(), office.bearer("secretariat"), nonce="tanda-satu")
    assert (first.status_code, again.status_code, await kept_files(ground)) == (503, 303, {KeptState.KEPT: 2})
    (photo,) = await photos_on(ground, session, number)
    assert Image.open(io.BytesIO(await whole(ground, photo.file_id))).size == (800, 600)


async def test_a_description_is_covered_like_every_public_text(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session, "Budi Santoso")
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    desk, act = office.bearer("secretariat"), f"/meja/{session.slug}/usulan/{number}"
    told = "Rumah Budi Santoso, telepon 0812-3456-7890"
    await bring(web, session, number, jpeg(), desk, alt=told)
    (photo,) = await photos_on(ground, session, number)
    await web.post(f"{act}/foto/{photo.id}", data={"act": "show"}, headers=desk)
    page = (await web.get(f"/u/{number}")).text
    (spoken,) = (await web.get(f"/api/v1/sessions/{session.slug}/proposals/{number}")).json()["photos"]
    covered = masked(told, ["Budi Santoso"])
    assert ("Budi" in covered, "7890" in covered) == (False, False)
    assert (spoken["alt"], f'alt="{covered}"' in page, "7890" in page) == (covered, True, False)
    card = (await web.get(act, headers=desk)).text
    assert (told in card, "Di halaman umum bagian itu disamarkan." in card) == (True, True)
    await web.post(f"{act}/foto/{photo.id}", data={"alt": "Depan RT 03"}, headers=desk)
    assert "Di halaman umum bagian itu disamarkan." not in (await web.get(act, headers=desk)).text


async def test_one_photo_is_found_without_reading_the_others(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    numbers = [await make_known(ground, session, f"Saluran Jalan {name}") for name in ("Samudra", "Bahari")]
    desk = office.bearer("secretariat")
    for number in numbers:
        await bring(web, session, number, jpeg(), desk)
    (photo,) = await photos_on(ground, session, numbers[0])
    read: list[str] = []

    def loaded(one: Photo, _: object) -> None:
        read.append(one.id)

    event.listen(Photo, "load", loaded)
    try:
        async with ground.database.read() as db:
            proposal = await find(db, session.id, numbers[0])
            one = await photo_in(db, proposal, photo.id, public=False)
        async with ground.database.read() as db:
            all_ = (await photos_of(db, [proposal], public=False))[proposal.id]
        async with ground.database.read() as db:
            other = await find(db, session.id, numbers[1])
            with pytest.raises(NotFound):
                await photo_in(db, other, photo.id, public=False)
    finally:
        event.remove(Photo, "load", loaded)
    assert ([one.photo.id, *(each.photo.id for each in all_)], read) == ([photo.id] * 2, [photo.id] * 3)


async def test_words_that_somebody_else_changed_meanwhile_are_not_written_over(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    desk, page = office.bearer("secretariat"), f"/meja/{session.slug}/usulan/{number}"
    await bring(web, session, number, jpeg(), desk, alt="Saluran")
    (photo,) = await photos_on(ground, session, number)
    assert 'name="was" value="Saluran"' in (await web.get(page, headers=desk)).text
    await web.post(f"{page}/foto/{photo.id}", data={"alt": "Saluran mampet", "was": "Saluran"}, headers=desk)
    stale = await web.post(f"{page}/foto/{photo.id}", data={"act": "show", "alt": "Got", "was": "Saluran"}, headers=desk)
    assert (stale.status_code, "sudah diubah orang lain" in stale.text, "Sekarang: Saluran mampet" in stale.text) == (409, True, True)
    assert ('value="Got"' in stale.text, 'name="was" value="Saluran mampet"' in stale.text) == (True, True)
    # A button alone leaves the words as they are.
    assert (await web.post(f"{page}/foto/{photo.id}", data={"act": "show"}, headers=desk)).status_code == 303
    (there,) = await photos_on(ground, session, number)
    assert (there.alt, there.shown_at is not None) == ("Saluran mampet", True)


async def test_a_photo_that_is_gone_needs_not_go_again(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person = await make_writer(ground, session)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    own, desk = await writers_address(ground, session, number, person.id), office.bearer("secretariat")
    await web.post(f"{own}/unggah", files={"file": ("a.jpg", jpeg(), "image/jpeg")}, headers=PAGE)
    (photo,) = await photos_on(ground, session, number)
    at = f"/meja/{session.slug}/usulan/{number}/foto/{photo.id}"
    for address, said in ((f"{at}/buang", {}), (f"{at}/buang", {}), (f"{own}/{photo.id}", {"act": "remove"})):
        assert (await web.post(address, data=said, headers={**desk, **PAGE})).status_code == 303
    late = await web.post(at, data={"alt": "Tulisan"}, headers={**desk, **PAGE})
    assert (late.status_code, "Foto ini tidak ada" in late.text, number in late.text) == (404, True, True)
    async with ground.database.read() as db:
        assert sorted(await db.scalars(select(PhotoAct.what))) == ["added", "removed"]


async def test_a_rehearsal_neither_shows_a_photo_to_everybody_nor_takes_one_away(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground, state=SessionState.PUBLISHED)
    person = await make_writer(ground, session)
    number = await make_known(ground, session, "Saluran Jalan Samudra", person)
    desk = {**office.bearer("moderator"), "Accept": "application/json"}
    for seed in (1, 2):
        await bring(web, session, number, jpeg(seed=seed), desk)
    shown, hidden = [one.id for one in await photos_on(ground, session, number)]
    at = f"/meja/{session.slug}/usulan/{number}/foto"
    await web.post(f"{at}/{shown}", data={"act": "show"}, headers=desk)
    assert (await web.post(f"/meja/{session.slug}/latihan/mulai", headers=desk)).status_code == 303
    await web.post(f"{at}/{hidden}", data={"act": "show"}, headers=desk)
    assert [(await web.get(f"/u/{number}/foto/{one}")).status_code for one in (shown, hidden)] == [200, 404]
    told = (await web.get(f"/api/v1/sessions/{session.slug}/proposals/{number}")).json()["photos"]
    assert [one["id"] for one in told] == [shown]
    refused = await web.post(f"{at}/{shown}/buang", headers={**desk, **PAGE})
    assert (refused.status_code, "setelah gladi bersih diakhiri" in refused.text) == (409, True)
    await bring(web, session, number, jpeg(seed=3), desk)
    practised = (await photos_on(ground, session, number))[2].id
    assert (await web.post(f"{at}/{practised}/buang", headers={**desk, **PAGE})).status_code == 303
    assert [one.id for one in await photos_on(ground, session, number)] == [shown, hidden]


async def test_a_backup_brings_photos_to_another_machine(
    ground: Ground, office: Office, web: httpx.AsyncClient, other_settings: Settings, tmp_path: Path
) -> None:
    session, _ = await make_session(ground)
    number = await make_known(ground, session, "Saluran Jalan Samudra")
    await bring(web, session, number, jpeg(), office.bearer("secretariat"), alt="Saluran")
    (photo,) = await photos_on(ground, session, number)
    before = [await whole(ground, one) for one in (photo.file_id, photo.thumbnail_id)]
    file = tmp_path / "cadangan.rembuk"
    assert await asyncio.to_thread(rembuk, ground.settings, "backup", str(file)) == 0
    give_keys(ground.settings, other_settings)
    assert await asyncio.to_thread(rembuk, other_settings, "restore", str(file)) == 0
    async with laid(other_settings) as parts:
        (there,) = await photos_on(parts, session, number)
        assert (there.alt, [await whole(parts, one) for one in (there.file_id, there.thumbnail_id)]) == ("Saluran", before)


async def test_a_rehearsal_leaves_no_photo_and_changes_none(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, state=SessionState.PUBLISHED)
    person = await make_writer(ground, session)
    number = await make_proposal(ground, session, words(ground, "Perbaikan saluran di RT 1", person, via="registration"))
    own = await writers_address(ground, session, number, person.id)
    await web.post(f"{own}/unggah", data={"alt": "Nyata", "agreed": "1"}, files={"file": ("a.jpg", jpeg(), "image/jpeg")}, headers=PAGE)
    (real,) = await photos_on(ground, session, number)
    desk = {**office.bearer("moderator"), "Accept": "application/json"}
    assert (await web.post(f"/meja/{session.slug}/latihan/mulai", headers=desk)).status_code == 303
    at = f"/meja/{session.slug}/usulan/{number}/foto"
    await web.post(f"{at}/{real.id}", data={"act": "show", "alt": "Latihan"}, headers=desk)
    await bring(web, session, number, jpeg(seed=2), desk)
    practised = await make_proposal(ground, session, words(ground, "Usulan latihan", person))
    theirs = await writers_address(ground, session, practised, person.id)
    await web.post(f"{theirs}/unggah", files={"file": ("a.jpg", jpeg(seed=3), "image/jpeg")}, headers=PAGE)
    assert (await kept_files(ground))[KeptState.KEPT] == 6
    assert (await web.post(f"/meja/{session.slug}/latihan/hapus", headers=desk)).status_code == 303
    async with ground.database.read() as db:
        left = (await db.scalars(select(Photo))).one()
        acts = list(await db.scalars(select(PhotoAct.what)))
    assert (left.id, left.alt, left.shown_at, acts) == (real.id, "Nyata", None, ["added"])
    assert await kept_files(ground) == {KeptState.KEPT: 2, KeptState.GONE: 4}
