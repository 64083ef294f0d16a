"""Who answers: what agencies and council say in the room or write on a page belongs to the proposal, wherever that goes, until it is taken away."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import select, update

from app.access.models import Account, Role
from app.access.rights import GrantOf
from app.access.service import create_token
from app.database.tables import new_id
from app.participants.models import Participant
from app.proposals import joining, service, undoing
from app.proposals.answering import Answer, heard
from app.proposals.models import Proposal, Response, ResponseVersion
from app.proposals.upkeep import person_changed
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office
from tests.factories import make_session
from tests.factories_proposals import NAME, make_person, make_proposal, words

REPLY = "abcdefghijklmnop"


async def send(web: httpx.AsyncClient, session: ForumSession, who: dict[str, str], cid: str, **body: Any) -> dict[str, Any]:
    """A message through the room's own door."""
    answer = await web.post(f"/api/v1/rooms/{session.room}/messages", json={"cid": cid, **body}, headers=who)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def publish(ground: Ground, session: ForumSession, number: str) -> None:
    async with ground.database.write() as db:
        seen = (await db.scalars(select(Proposal.version).where(Proposal.session_id == session.id, Proposal.number == number))).one()
        await service.change(
            db, ground.vault, session, number, {"published": True}, if_version=seen, actor="system", now=ground.clock.now()
        )


async def answers(web: httpx.AsyncClient, session: ForumSession, number: str) -> list[str]:
    """The answers that anybody reads of a proposal."""
    found = (await web.get(f"/api/v1/sessions/{session.slug}/proposals/{number}")).json()
    return [one["text"] for one in found["responses"]]


async def exported(web: httpx.AsyncClient, office: Office, session: ForumSession, query: str = "") -> dict[str, str]:
    """The column of answers by number."""
    answer = await web.get(f"/api/v1/sessions/{session.slug}/exports/proposals.json{query}", headers=office.bearer("secretariat"))
    return {row["number"]: row["responses"] for row in answer.json()["rows"]}


@pytest_asyncio.fixture
async def live(ground: Ground, office: Office, server: str) -> Any:
    """A live session, and a client of the real server whose room is open."""
    session, _ = await make_session(ground, state=SessionState.LIVE)
    async with httpx.AsyncClient(base_url=server, timeout=60) as web:
        yield session, web


async def test_an_answer_in_the_room_stands_with_the_proposal_until_it_is_hidden(ground: Ground, office: Office, live: Any) -> None:
    session, web = live
    said = await send(
        web, session, office.bearer("operator"), "u-1", kind="aspiration", text="Saluran mampet", **{"for": {"name": "Ibu, RT 3"}}
    )
    number = said["proposal"]
    await publish(ground, session, number)
    by_hand = {"for": {"name": "Ir. Bambang", "capacity": "DPUPR"}, "re": said["id"]}
    first = await send(web, session, office.bearer("responder"), "t-1", kind="response", text="Masuk triwulan II.", re=said["id"])
    await send(web, session, office.bearer("operator"), "t-2", kind="response", text="Hubungi 0812-3456-7890.", **by_hand)
    await send(web, session, office.bearer("responder"), "t-3", kind="response", text="Tanpa rujukan.")
    assert await answers(web, session, number) == ["Masuk triwulan II.", "Hubungi ▪▪▪."]
    story = (await web.get(f"/u/{number}?forum={session.slug}")).text
    assert [piece in story for piece in ("Masuk triwulan II.", "Ir. Bambang", "DPUPR", "0812")] == [True, True, True, False]
    assert (await exported(web, office, session))[number].split("\n")[1] == "DPUPR, Ir. Bambang: Hubungi 0812-3456-7890."

    frame = {"t": "mod", "i": 1, "cid": "m-1", "op": "hide", "target": first["id"]}
    await web.post(f"/api/v1/rooms/{session.room}/frames", json=frame, headers=office.bearer("moderator"))
    assert await answers(web, session, number) == ["Hubungi ▪▪▪."]
    assert "Masuk triwulan II." not in (await web.get(f"/u/{number}?forum={session.slug}")).text
    assert "Masuk triwulan II." not in (await exported(web, office, session))[number]
    desk = await web.get(f"/meja/{session.slug}/usulan/{number}", headers=office.bearer("secretariat"))
    assert ("Masuk triwulan II." in desk.text, "Hubungi 0812" in desk.text) == (False, True)
    await web.post(f"/api/v1/rooms/{session.room}/frames", json={**frame, "cid": "m-2", "op": "unhide"}, headers=office.bearer("moderator"))
    assert await answers(web, session, number) == ["Masuk triwulan II.", "Hubungi ▪▪▪."]


async def test_an_answer_may_name_a_proposal_that_did_not_come_from_the_room(ground: Ground, office: Office, live: Any) -> None:
    session, web = live
    number = await make_proposal(ground, session, words(ground, source_kind="application"))
    await publish(ground, session, number)
    await send(
        web, session, office.bearer("responder"), "t-1", kind="response", text="Sudah dianggarkan.", fields={"proposal": number.lower()}
    )
    wrong = {"cid": "t-2", "kind": "response", "text": "Salah nomor.", "fields": {"proposal": "PKL-2022-9999"}}
    refused = await web.post(f"/api/v1/rooms/{session.room}/messages", json=wrong, headers=office.bearer("responder"))
    assert (refused.status_code, await answers(web, session, number)) == (404, ["Sudah dianggarkan."])


async def test_answers_follow_a_proposal_through_merge_split_and_back(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    numbers = [await make_proposal(ground, session, words(ground, f"Usulan {n}")) for n in range(2)]
    for number in numbers:
        await publish(ground, session, number)
    old, new = numbers
    address = f"/meja/{session.slug}/tanggapan/{old}"
    form = {"id": REPLY, "text": "Disurvei bulan depan.", "author": "Kepala Bidang", "agency": "DPUPR"}
    for _ in range(2):
        assert (await web.post(address, data=form, headers=office.bearer("secretariat"))).status_code == 303
    now = ground.clock.now()
    async with ground.database.write() as db:
        await joining.merge(db, ground.vault, session, new, [old], actor="system", now=now)
    assert await answers(web, session, new) == ["Disurvei bulan depan."]
    async with ground.database.write() as db:
        parts = await joining.split(db, ground.vault, session, new, [joining.Part("Satu"), joining.Part("Dua")], actor="system", now=now)
    assert [await answers(web, session, part.number) for part in parts] == [["Disurvei bulan depan."]] * 2
    async with ground.database.write() as db:
        whole = (await db.scalars(select(Proposal).where(Proposal.session_id == session.id, Proposal.number == new))).one()
        await undoing.undo(db, ground.vault, session, new, if_version=whole.version, actor="system", now=now)
    assert await answers(web, session, new) == ["Disurvei bulan depan."]


async def test_the_answer_of_somebody_erased_is_gone(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_proposal(ground, session)
    await publish(ground, session, number)
    person = await make_person(ground, session, element="opd", institution="DPUPR")
    given = Answer(new_id(), "Kami survei.", person.name, ground.clock.now(), "system", number=number, participant_id=person.id)
    async with ground.database.write() as db:
        await heard(db, session.id, [given])
    assert (await answers(web, session, number), NAME in (await web.get(f"/u/{number}")).text) == (["Kami survei."], True)
    async with ground.database.write() as db:
        (await db.get_one(Participant, person.id)).erased_at = ground.clock.now()
        await db.flush()
        await person_changed(db, person.id)
    assert (await answers(web, session, number), "Kami survei" in (await web.get(f"/u/{number}")).text) == ([], False)


async def test_a_written_answer_keeps_its_versions_and_leaves_none_when_withdrawn(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    number = await make_proposal(ground, session)
    await publish(ground, session, number)
    who, address = office.bearer("responder"), f"/meja/{session.slug}/tanggapan/{number}"
    empty = await web.post(address, data={"id": REPLY, "text": ""}, headers=who)
    assert (empty.status_code, REPLY in empty.text) == (422, True)
    await web.post(address, data={"id": REPLY, "text": "Tahun ini.", "author": "Orang Lain", "agency": "Bukan dinasnya"}, headers=who)
    [seen] = (await web.get(f"/api/v1/sessions/{session.slug}/proposals/{number}")).json()["responses"]
    assert (seen["text"], "Orang Lain" in str(seen), "Bukan dinasnya" in str(seen)) == ("Tahun ini.", False, False)
    await web.post(f"{address}/{REPLY}", data={"text": "Tahun depan.", "version": "1"}, headers=who)
    stale = await web.post(f"{address}/{REPLY}", data={"text": "Dua tahun lagi.", "version": "1"}, headers=who)
    assert (stale.status_code, "Dua tahun lagi." in stale.text, await answers(web, session, number)) == (409, True, ["Tahun depan."])
    others = await web.post(f"{address}/{REPLY}", data={"act": "withdraw"}, headers=office.bearer("operator"))
    assert others.status_code == 403
    async with ground.database.read() as db:
        assert (await db.scalars(select(ResponseVersion.text))).all() == ["Tahun ini."]
    await web.post(f"{address}/{REPLY}", data={"act": "withdraw"}, headers=who)
    async with ground.database.read() as db:
        left = (await db.scalars(select(Response.text))).all(), (await db.scalars(select(ResponseVersion.text))).all()
    assert (await answers(web, session, number), left) == ([], ([""], []))


async def test_the_agency_sees_its_own_first_and_what_waits_on_top(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    ours = [
        await make_proposal(ground, session, words(ground, fields={"title": f"Milik {n}", "agency": name}))
        for n, name in enumerate(("DPUPR", "Dpupr Kota Pekalongan"))
    ]
    other = await make_proposal(ground, session, words(ground, fields={"title": "Milik lain", "agency": "Dinas Kesehatan"}))
    csrf = await responder(ground, web, "DPUPR")

    async def listed(query: str = "") -> list[str]:
        page = (await web.get(f"/meja/{session.slug}/tanggapan{query}")).text
        return sorted((one for one in [*ours, other] if f"/tanggapan/{one}" in page), key=page.index)

    assert await listed() == ours
    assert await listed("?untuk=every") == [*ours, other]
    assert await listed("?agency=dinas+kesehatan") == [other]
    await web.post(f"/meja/{session.slug}/tanggapan/{ours[0]}", data={"id": REPLY, "text": "Ya.", "csrf": csrf})
    assert await listed() == ours[::-1]
    assert list(await exported(web, office, session, "?agency=DPUPR")) == ours
    await web.post(f"/meja/{session.slug}/tanggapan/{other}", data={"id": new_id(), "text": "Kami bantu.", "csrf": csrf})
    assert await listed() == ours[::-1]
    assert list(await exported(web, office, session, "?agency=dpupr")) == [*ours, other]


async def test_the_filter_by_agency_follows_a_proposal_into_the_one_it_was_merged_with(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, _ = await make_session(ground)
    meant, answered, middle, last, stranger = [
        await make_proposal(ground, session, words(ground, f"Usulan {n}", fields={"title": f"Usulan {n}", "agency": agency}))
        for n, agency in enumerate(("DPUPR", None, None, "Dinas Kesehatan", None))
    ]
    desk, headers = f"/meja/{session.slug}/tanggapan/{answered}", office.bearer("secretariat")
    form = {"id": REPLY, "text": "Kami survei.", "author": "Kepala Bidang", "agency": "Bank Jateng"}
    assert (await web.post(desk, data=form, headers=headers)).status_code == 303
    now = ground.clock.now()
    async with ground.database.write() as db:
        await joining.merge(db, ground.vault, session, middle, [meant, answered], actor="system", now=now)
    async with ground.database.write() as db:
        await joining.merge(db, ground.vault, session, last, [middle], actor="system", now=now)

    async def narrowed(agency: str) -> set[str]:
        return set(await exported(web, office, session, f"?agency={agency}")) - {stranger}

    assert await narrowed("DPUPR") == {meant, middle, last}
    assert await narrowed("Bank Jateng") == {answered, middle, last}
    assert await narrowed("Dinas Kesehatan") == {last}
    await responder(ground, web, "DPUPR")
    own = (await web.get(f"/meja/{session.slug}/tanggapan")).text
    assert [f"/tanggapan/{one}" in own for one in (last, stranger)] == [True, False]
    async with ground.database.write() as db:
        parts = [joining.Part("Satu"), joining.Part("Dua")]
        made = [one.number for one in await joining.split(db, ground.vault, session, last, parts, actor="system", now=now)]
    assert await narrowed("Bank Jateng") == {answered, middle, last, *made}
    assert await narrowed("DPUPR") == {meant, middle, last}


async def test_who_speaks_by_a_key_for_an_agency_answers_in_its_name(ground: Ground, office: Office, live: Any) -> None:
    session, web = live
    number = await make_proposal(ground, session)
    await publish(ground, session, number)
    expires = ground.clock.now() + timedelta(days=1)
    async with ground.database.write() as db:
        grants = [GrantOf(Role.RESPONDER, session.id)]
        given = {"expires_at": expires, "actor": "system", "now": ground.clock.now()}
        key = await create_token(db, ground.vault, name="Hj. Nur Aini", agency="DPRD Kota Pekalongan", grants=grants, **given)
    who = {"Authorization": f"Bearer {key}"}
    await send(web, session, who, "d-1", kind="response", text="Kami kawal.", fields={"proposal": number})
    assert (await exported(web, office, session, "?agency=dprd+kota+pekalongan")) == {
        number: "DPRD Kota Pekalongan, Hj. Nur Aini: Kami kawal."
    }


async def test_lists_narrow_to_an_electoral_district(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    places = {"Kandang Panjang": "33.75.03", "Poncol": "33.75.02", None: None}
    numbers = [await make_proposal(ground, session, words(ground, fields={"title": f"Di {name}", "village": name})) for name in places]
    for number in numbers:
        await publish(ground, session, number)
    desk, form = (
        f"/meja/{session.slug}/dapil",
        "Kecamatan\tDapil\nPekalongan Utara\tDapil 1\n33.75.02\tDapil 2\nKecamatan Mana\tDapil 3\nPekalongan Utara\tDapil 2",
    )
    wrong = await web.post(desk, data={"text": form}, headers=office.bearer("secretariat"))
    assert (wrong.status_code, wrong.text.count("Baris 4"), wrong.text.count("Baris 5"), "33.75.02\tDapil 2" in wrong.text) == (
        422,
        1,
        1,
        True,
    )
    right = "\n".join(form.split("\n")[:3])
    assert (await web.post(desk, data={"text": right}, headers=office.bearer("secretariat"))).status_code == 303
    api = f"/api/v1/sessions/{session.slug}/proposals"
    for dapil, wanted in (("Dapil 1", [numbers[0]]), ("Dapil 2", [numbers[1]])):
        found = (await web.get(api, params={"dapil": dapil})).json()["items"]
        page = (await web.get(f"/s/{session.slug}/usulan", params={"dapil": dapil})).text
        assert [one["number"] for one in found] == wanted
        assert [one for one in numbers if f"/u/{one}" in page] == wanted
        assert list(await exported(web, office, session, f"?dapil={dapil}")) == wanted
    assert (await web.get(api, params={"dapil": "Dapil 9"})).status_code == 422


async def responder(ground: Ground, web: httpx.AsyncClient, agency: str) -> str:
    """Signs in as the responder's account, which speaks for this agency; the CSRF token of its forms."""
    async with ground.database.write() as db:
        await db.execute(update(Account).where(Account.login == "responder").values(agency=agency))
    await web.post("/masuk", data={"login": "responder", "password": PASSWORD})
    inside = re.search(r'name="csrf" value="([^"]+)"', (await web.get("/meja")).text)
    assert inside is not None
    return inside[1]
