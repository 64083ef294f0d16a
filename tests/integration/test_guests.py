"""Guests by letter: a list is taken in as a whole and taken back as a whole, counts in seats and quotas, and a deputy stands for the office."""

import asyncio
import gc
import io
import json
import re
import time
from typing import Any

import httpx
import pytest
from openpyxl import Workbook
from pypdf import PdfReader
from sqlalchemy import func, select

from app.guests.columns import Field
from app.guests.deputies import Comes, name_guest
from app.guests.desk import Totals, fillings, totals
from app.guests.import_pages import choices_of
from app.guests.models import GuestImport, Invitee, InviteePlace
from app.guests.reading import rows_read
from app.guests.rows import Usual, read_rows
from app.invitations.models import Seat
from app.invitations.seats import revoke_seat
from app.invitations.switching import give_back, switch_place
from app.participants.models import Origin, Participant
from app.registration.models import ApplicationState
from app.registration.roll import load_roll, stamp_of
from app.sessions.crowd import invited_by_place, selected_by_place
from app.sessions.models import AgendaItem, ForumSession, Quota, Site
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office
from tests.factories import make_session
from tests.factories_invitations import make_applicant

LIST = [
    {"institution": "Dinas PUPR", "office": "Kepala Dinas", "seats": 2},
    {"institution": "Bank Jateng", "name": "Siti Aminah", "phone": "0853-2690-5742", "place": "daring", "gender": "P"},
    {"institution": "Universitas Pekalongan", "office": "Rektor", "element": "Perguruan tinggi", "place": "Aula 2"},
]


async def invited(web: httpx.AsyncClient, office: Office, session: ForumSession, items: list[dict[str, object]]) -> httpx.Response:
    body = {"items": items, "title": "undangan.xlsx"}
    return await web.post(f"/api/v1/sessions/{session.slug}/invitees", json=body, headers=office.bearer("secretariat"))


async def listed(web: httpx.AsyncClient, office: Office, session: ForumSession) -> list[dict[str, Any]]:
    answer = await web.get(f"/api/v1/sessions/{session.slug}/invitees", headers=office.bearer("secretariat"))
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def count(ground: Ground, table: type[Participant | Invitee | InviteePlace | Seat | GuestImport]) -> int:
    async with ground.database.read() as db:
        return await db.scalar(select(func.count()).select_from(table)) or 0


async def test_each_seat_of_an_invitation_is_a_participant_with_a_code(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    answer = await invited(web, office, session, LIST)
    assert (answer.status_code, answer.json()["invitees"], answer.json()["seats"]) == (201, 3, 4)
    found = await listed(web, office, session)
    shown = [
        (one["institution"], one.get("hall"), one.get("element"), [(s["name"], s.get("capacity")) for s in one["seats"]]) for one in found
    ]
    assert shown == [
        ("Bank Jateng", None, None, [("Siti Aminah", None)]),
        ("Dinas PUPR", "Aula 1", "opd", [("Kepala Dinas PUPR", None), ("Utusan Dinas PUPR (2)", None)]),
        ("Universitas Pekalongan", "Aula 2", "perguruan_tinggi", [("Rektor Universitas Pekalongan", None)]),
    ]
    codes = [seat["code"] for one in found for seat in one["seats"]]
    assert len(set(codes)) == 4
    assert {code[0] for code in codes} == {"S"}
    async with ground.database.read() as db:
        people = (await db.scalars(select(Participant).order_by(Participant.number))).all()
        assert [(one.number, one.origin) for one in people] == [(n, Origin.INVITEE) for n in (1, 2, 3, 4)]
        bank = next(one for one in people if one.name == "Siti Aminah")
        assert ground.vault.open(bank.phone, "participants", "phone", bank.id) == "+6285326905742"
        assert await db.scalar(select(func.count()).select_from(Seat)) == 4


async def test_a_list_is_taken_in_as_a_whole_or_not_at_all(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, hall_seats=3)
    wrong = [*LIST, {"institution": "", "phone": "12", "place": "Gedung Lain", "gender": "x", "element": "entah"}]
    answer = await invited(web, office, session, wrong)
    assert answer.status_code == 422
    assert {(e["field"], e["code"]) for e in answer.json()["errors"]} == {
        ("items.3.institution", "field.required"),
        ("items.3.phone", "registration.phone_wrong"),
        ("items.3.place", "guests.place_wrong"),
        ("items.3.gender", "guests.gender_wrong"),
        ("items.3.element", "guests.element_wrong"),
    }
    many = [{"institution": "Dinas Kesehatan", "seats": 4}]
    full = await invited(web, office, session, many)
    assert (full.status_code, full.json()["code"]) == (409, "guests.full")
    assert [await count(ground, table) for table in (GuestImport, Invitee, Participant, Seat)] == [0, 0, 0, 0]


async def test_the_same_press_is_one_list_and_who_is_on_it_is_not_invited_twice(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    body = {"items": LIST, "id": "abcdefgh234567ab"}
    for _ in range(2):
        answer = await web.post(f"/api/v1/sessions/{session.slug}/invitees", json=body, headers=office.bearer("moderator"))
        assert answer.json() == {"id": "abcdefgh234567ab", "invitees": 3, "seats": 4, "undone": False}
    assert await count(ground, Participant) == 4
    more = await invited(web, office, session, [*LIST, {"institution": "BPS"}])
    assert (more.json()["invitees"], await count(ground, Invitee)) == (1, 4)
    assert (await invited(web, office, session, LIST)).json()["code"] == "guests.nothing_new"


async def test_guests_count_in_seats_and_quotas_and_nobody_selects_them(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground, hall_seats=2)
    async with ground.database.write() as db:
        db.add(Quota(session_id=session.id, attribute="element", value="opd", minimum=2, maximum=None, position=1))
    await invited(web, office, session, LIST)
    async with ground.database.read() as db:
        roll = await load_roll(db, await db.get_one(ForumSession, session.id))
    meters = roll.meters()
    assert {one.pool: one.selected for one in meters.seats} == {"online": 1, sites[0].id: 2, sites[1].id: 1}
    assert [(one.trait, one.selected, one.short) for one in meters.quotas] == [("element=opd", 2, 0)]
    assert roll.rows == []
    form = (await web.get(f"/s/{session.slug}/daftar")).text
    assert ("penuh" in form.casefold()) is True
    smaller = await web.patch(f"/api/v1/sessions/{session.slug}", json={"seats_online": 0, "version": 1}, headers=office.bearer("admin"))
    assert smaller.json()["errors"][0]["code"] == "sessions.seats_taken"


@pytest.mark.parametrize("by", ["the guest", "the desk"])
async def test_a_seat_that_a_guest_does_not_keep_is_free_for_another(
    ground: Ground, office: Office, web: httpx.AsyncClient, by: str
) -> None:
    session, sites = await make_session(ground, halls=1, hall_seats=1)
    async with ground.database.write() as db:
        db.add(Quota(session_id=session.id, attribute="element", value="opd", minimum=1, maximum=None, position=1))
    other = [{"institution": "BPS"}]
    await invited(web, office, session, [{"institution": "Dinas PUPR"}])
    application = await make_applicant(ground, session, "Siti", ApplicationState.SUBMITTED, way="in_person", site_id=sites[0].id)
    choose = {"decision": "select", "items": [{"id": application.id, "version": 1}]}
    door = f"/api/v1/sessions/{session.slug}/selections"
    full = [await invited(web, office, session, other), await web.post(door, json=choose, headers=office.bearer("moderator"))]
    assert [one.json()["code"] for one in full] == ["guests.full", "selection.full"]
    async with ground.database.write() as db:
        seat, now = (await db.scalars(select(Seat))).one(), ground.clock.now()
        if by == "the guest":
            await give_back(db, ground.vault, seat.id, now=now)
        else:
            await revoke_seat(db, ground.vault, session.id, seat.id, reason="Batal", actor="account:m", now=now)
    async with ground.database.read() as db:
        roll = await load_roll(db, await db.get_one(ForumSession, session.id))
        stamp, invitees = await stamp_of(db, session.id), await invited_by_place(db, session.id)
    assert (roll.guests, roll.meters().quotas[0].selected, roll.stamp == stamp, invitees) == ([], 0, True, {})
    if by == "the guest":
        assert (await invited(web, office, session, other)).status_code == 201
    else:
        assert (await web.post(door, json=choose, headers=office.bearer("moderator"))).status_code == 200
    async with ground.database.read() as db:
        assert await selected_by_place(db, session.id) == {sites[0].id: 1}


async def test_a_guest_who_moved_is_listed_where_the_seat_is(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await invited(web, office, session, [{"institution": "Dinas PUPR", "seats": 2, "place": "Aula 1"}])
    [before] = await listed(web, office, session)
    async with ground.database.write() as db:
        mine = await db.scalar(select(Seat.id).where(Seat.participant_id == before["seats"][0]["participant"]))
        assert mine is not None
        await switch_place(db, ground.vault, mine, "online", now=ground.clock.now())
    [after] = await listed(web, office, session)
    assert [(one["way"], one.get("hall")) for one in before["seats"]] == [("in_person", "Aula 1")] * 2
    assert [(one["way"], one.get("hall")) for one in after["seats"]] == [("online", None), ("in_person", "Aula 1")]
    assert (after["way"], after.get("hall")) == ("online", None)
    desk = f"/meja/{session.slug}/tamu"
    pages = [desk, *(f"{desk}/kursi/{one['id']}" for one in after["seats"])]
    texts = [(await web.get(one, headers=office.bearer("secretariat"))).text for one in pages]
    shown = ["Daring, Aula 1</td>", "<dt>Tempat</dt><dd>Daring</dd>", "<dt>Tempat</dt><dd>Aula 1</dd>"]
    assert [one in text for one, text in zip(shown, texts, strict=True)] == [True] * 3


async def test_seats_that_were_given_up_are_not_in_the_totals_and_are_marked(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    await invited(web, office, session, [*LIST, {"institution": "BPS"}])
    async with ground.database.write() as db:
        mine = select(Seat).join(InviteePlace, InviteePlace.participant_id == Seat.participant_id)
        mine = mine.join(Invitee, Invitee.id == InviteePlace.invitee_id).where(Invitee.institution.in_(("BPS", "Dinas PUPR")))
        by_place = (await db.scalars(mine.order_by(Invitee.institution, InviteePlace.position))).all()
        deputy = await db.scalar(select(InviteePlace.id).where(InviteePlace.participant_id == by_place[1].participant_id))
        assert deputy is not None
        await name_guest(db, ground.vault, session.id, deputy, Comes("Budi"), actor="account:x", now=ground.clock.now())
        for seat in by_place[:2]:
            await give_back(db, ground.vault, seat.id, now=ground.clock.now())
    async with ground.database.read() as db:
        assert await totals(db, session.id) == Totals(invitees=3, seats=3, deputies=0, present=0, returned=2)
    desk = (await web.get(f"/meja/{session.slug}/tamu", headers=office.bearer("secretariat"))).text
    assert (desk.count("Kursi tidak dipakai"), "2 kursi tidak dipakai" in desk) == (2, True)


async def test_a_list_of_thousands_does_not_hold_up_the_room(ground: Ground) -> None:
    session, sites = await make_session(ground)
    async with ground.database.read() as db:
        choices = choices_of(session, await fillings(db, session), ground.catalogues)
    rows = [
        [f"Dinas Perhubungan {n}", "Kepala", f"Nama {n}", "2", "", "Aula 1", "L", f"0812-3456-{n:04}", f"a{n}@example.org"]
        for n in range(3000)
    ]
    longest, done = 0.0, asyncio.Event()

    async def turn() -> None:
        """How long at most the thread of the loop works between two turns: its own seconds, whatever else the machine does."""
        nonlocal longest
        before = time.thread_time()
        while not done.is_set():
            await asyncio.sleep(0.005)
            longest, before = max(longest, time.thread_time() - before), time.thread_time()

    turning = asyncio.create_task(turn())
    await asyncio.sleep(0)
    # A collection among all that other tests have left here is no work of the reading.
    gc.disable()
    try:
        read = await rows_read(rows, range(1, 3001), list(Field), choices, Usual(sites[0].id))
    finally:
        done.set()
        await turning
        gc.enable()
    before = time.thread_time()
    assert read == read_rows(rows, range(1, 3001), list(Field), choices, Usual(sites[0].id))
    assert longest < (time.thread_time() - before) / 4


async def test_a_whole_list_can_be_taken_back_until_somebody_came(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    first = (await invited(web, office, session, LIST)).json()["id"]
    other = (await invited(web, office, session, [{"institution": "BPS"}])).json()["id"]
    bps = next(one for one in await listed(web, office, session) if one["institution"] == "BPS")
    scan = {"code": bps["seats"][0]["code"].lower(), "site": sites[0].code, "nonce": "n1"}
    came = await web.post(f"/api/v1/sessions/{session.slug}/checkins", json=scan, headers=office.bearer("operator"))
    assert came.status_code == 201
    undo = f"/api/v1/sessions/{session.slug}/guest-imports"
    refused = await web.post(f"{undo}/{other}/undo", headers=office.bearer("secretariat"))
    assert (refused.status_code, refused.json()["code"]) == (409, "guests.present")
    for _ in range(2):
        gone = await web.post(f"{undo}/{first}/undo", headers=office.bearer("secretariat"))
        assert gone.json() == {"id": first, "invitees": 3, "seats": 4, "undone": True}
    assert [await count(ground, table) for table in (Invitee, InviteePlace, Participant, Seat)] == [1, 1, 1, 1]


async def test_a_deputy_is_entered_as_mewakili_and_the_invited_may_come_after_all(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, sites = await make_session(ground)
    await invited(web, office, session, LIST)
    found = await listed(web, office, session)
    seats = {one["institution"]: one["seats"][0] for one in found}
    here = f"/api/v1/sessions/{session.slug}"
    deputy = await web.post(
        f"{here}/invitee-places/{seats['Dinas PUPR']['id']}/deputy", json={"name": "Budi Santoso"}, headers=office.bearer("operator")
    )
    assert (deputy.json()["name"], deputy.json()["capacity"]) == ("Budi Santoso", "mewakili Kepala Dinas PUPR")
    assert deputy.json()["code"] == seats["Dinas PUPR"]["code"]
    bank = seats["Bank Jateng"]
    named = await web.post(
        f"{here}/invitee-places/{bank['id']}/deputy", json={"name": "Rini", "phone": "081234567890"}, headers=office.bearer("operator")
    )
    assert named.json()["capacity"] == "mewakili Siti Aminah"
    signed = office.bearer("secretariat")
    await web.post(f"/meja/{session.slug}/tamu/kursi/{bank['id']}/semula", headers=signed)
    async with ground.database.read() as db:
        person = await db.get_one(Participant, bank["participant"])
        phone = ground.vault.open(person.phone, "participants", "phone", person.id)
    assert (person.name, person.capacity, person.gender, phone) == ("Siti Aminah", None, "female", "+6285326905742")
    scan = {"code": seats["Dinas PUPR"]["code"], "site": sites[0].code, "nonce": "n1"}
    await web.post(f"{here}/checkins", json=scan, headers=office.bearer("operator"))
    table = await web.get(f"{here}/exports/attendance.csv", headers=signed)
    assert "Budi Santoso;Dinas PUPR, mewakili Kepala Dinas PUPR;" in table.text
    desk = await web.get(f"/meja/{session.slug}/lokasi/{sites[0].code}?q=dinas+pupr", headers=office.bearer("operator"))
    assert "Utusan Dinas PUPR (2)" in desk.text


async def bring(web: httpx.AsyncClient, office: Office, session: ForumSession, **fields: object) -> httpx.Response:
    file = fields.pop("file", None)
    given = {name: (None, str(value)) for name, value in fields.items()}
    files = given | ({"file": ("tamu.xlsx", file)} if file else {})
    return await web.post(f"/meja/{session.slug}/tamu/impor/unggah", files=files, headers=office.bearer("secretariat"))


async def test_a_workbook_is_read_at_the_door_for_files(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("DAFTAR UNDANGAN",),
        ("No", "Instansi", "Jabatan", "Jml Kursi"),
        (1, "Dinas Kesehatan", "Kepala", 2),
        (2, "BPS", "", "dua"),
    ):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    answer = await bring(web, office, session, file=file.getvalue())
    assert answer.status_code == 200
    assert "1 baris perlu diperbaiki" in answer.text
    assert "Tulis jumlah kursi sebagai angka" in answer.text
    assert 'value="dua"' in answer.text
    broken = await bring(web, office, session, file=b"PK\x03\x04\x00\x00broken")
    assert (broken.status_code, "rusak" in broken.text) == (422, True)


async def test_a_long_list_comes_back_in_one_field_and_the_limits_hold_with_a_cookie(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    signed_in = await web.post("/masuk", data={"login": "secretariat", "password": PASSWORD})
    assert signed_in.status_code == 303
    page = await web.get(f"/meja/{session.slug}/tamu/impor")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    rows = [[f"Lembaga {n}", "keterangan " * 150] for n in range(900)]
    table = json.dumps(["", ["Instansi", "Catatan"], rows, list(range(2, 902))])
    assert len(table) > 1024 * 1024
    fields = {"csrf": csrf[1], "table": table, "map.0": "institution", "kind": "invitees"}
    address = f"/meja/{session.slug}/tamu/impor/unggah"
    answer = await web.post(address, files={name: (None, value) for name, value in fields.items()})
    assert (answer.status_code, "Lembaga 899" in answer.text) == (200, True)
    many = {"csrf": csrf[1], **{f"cell.{n}.0": "x" for n in range(400)}}
    assert (await web.post(address, files={name: (None, value) for name, value in many.items()})).status_code == 400


async def test_a_village_hands_in_its_delegates_as_people(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    table = '["", ["Nama", "Jabatan", "L/P"], [["Budi, S.T.", "Ketua RT 03", "L"], ["Sri", "PKK", "P"]], [2, 3]]'
    sent = {"table": table, "kind": "delegates", "village": "Poncol", "map.0": "name", "map.1": "office", "map.2": "gender"}
    answer = await bring(web, office, session, act="take", **sent)
    assert answer.status_code == 303
    [one] = await listed(web, office, session)
    assert (one["institution"], one["delegates"]) == ("Kelurahan Poncol", True)
    assert [(s["name"], s["capacity"]) for s in one["seats"]] == [("Budi, S.T.", "Ketua RT 03"), ("Sri", "PKK")]
    async with ground.database.read() as db:
        people = (await db.scalars(select(Participant).order_by(Participant.number))).all()
    assert {(one.village_code is not None, one.village) for one in people} == {(True, "Kelurahan Poncol")}
    assert [(one.element, one.gender) for one in people] == [("rt", "male"), ("perempuan", "female")]


async def letters(web: httpx.AsyncClient, office: Office, address: str, **form: str) -> list[str]:
    answer = await web.post(address, data=form, headers=office.bearer("secretariat"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages]


@pytest.mark.parametrize("long", [False, True])
async def test_every_seat_has_a_letter_of_one_page(ground: Ground, office: Office, web: httpx.AsyncClient, long: bool) -> None:
    session, sites = await make_session(ground)
    async with ground.database.write() as db:
        for n in range(40 if long else 3):
            title = f"Acara {n} " + "yang panjang sekali " * (6 if long else 0)
            db.add(AgendaItem(session_id=session.id, position=n, title=title, planned_at=session.starts_at))
        (await db.get_one(Site, sites[0].id)).address = "Jalan Panjang " * (20 if long else 1)
    form = {
        "number": "005/12/2021",
        "subject": "Undangan",
        "opening": "Mengharap " * (60 if long else 1),
        "signer_office": "Kepala Bappeda",
    }
    signed = office.bearer("secretariat")
    written = await web.post(f"/meja/{session.slug}/tamu/surat", data=form | {"dated_on": "2021-04-01"}, headers=signed)
    assert written.status_code == 303
    guests = LIST if not long else [{"institution": "Perusahaan Umum Daerah " * 6, "office": "Direktur Utama " * 7, "seats": 3}]
    await invited(web, office, session, guests)
    found = await listed(web, office, session)
    codes = [seat["code"] for one in found for seat in one["seats"]]
    pages = await letters(web, office, f"/meja/{session.slug}/tamu/surat/cetak")
    assert len(pages) == len(codes)
    for page, code in zip(pages, codes, strict=True):
        assert code in page
        assert "005/12/2021" in page
        assert "1 April 2021" in page
        assert "Kepala Bappeda" in page
        assert "Pemerintah Daerah".upper() in page
    [alone] = await letters(web, office, f"/meja/{session.slug}/tamu/kursi/{found[0]['seats'][0]['id']}/cetak")
    assert codes[0] in alone
