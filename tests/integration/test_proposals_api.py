"""The calls of proposals: versions that nobody overwrites unseen, a public form that leaks nothing, origins that are kept."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.journal.service import PUBLIC, Entry, append
from app.journal.service import read as read_log
from app.proposals.models import Proposal, ProposalVersion
from app.sessions.models import ForumSession, Publication
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_proposals import NAME, SAID, make_person, make_proposal, words

JSON = {"Accept": "application/json"}


def address(session: ForumSession, rest: str = "") -> str:
    return f"/api/v1/sessions/{session.slug}/proposals{rest}"


async def patch(
    web: httpx.AsyncClient, office: Office, session: ForumSession, number: str, version: int | str | None, body: dict[str, Any]
) -> httpx.Response:
    headers = {**JSON, **office.bearer("secretariat"), **({} if version is None else {"If-Match": f'"{version}"'})}
    return await web.patch(address(session, f"/{number}"), json=body, headers=headers)


async def versions(ground: Ground) -> list[tuple[int, object]]:
    async with ground.database.read() as db:
        rows = await db.scalars(select(ProposalVersion).order_by(ProposalVersion.version))
        return [(row.version, row.fields.get("title")) for row in rows]


async def test_a_change_needs_the_version_that_was_seen(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_proposal(ground, session)
    seen = await web.get(address(session, f"/{number}"), headers={**JSON, **office.bearer("secretariat")})
    assert (seen.status_code, seen.headers["etag"]) == (200, '"1"')
    blind = await patch(web, office, session, number, None, {"title": "Tanpa versi"})
    assert (blind.status_code, blind.json()["code"]) == (428, "web.no_version")
    first = await patch(web, office, session, number, 1, {"title": "Pertama", "budget": 60_000_000, "quantity": 1.5, "unit": "km"})
    assert (first.status_code, first.headers["etag"], first.json()["title"], first.json()["quantity"]) == (200, '"2"', "Pertama", 1.5)
    late = await patch(web, office, session, number, 1, {"title": "Terlambat"})
    assert (late.status_code, late.json()["code"]) == (412, "web.stale_version")
    odd = await patch(web, office, session, number, "dua", {"title": "Aneh"})
    assert odd.status_code == 412
    same = await patch(web, office, session, number, 2, {"title": "Pertama"})
    assert same.headers["etag"] == '"2"'
    assert [v for v, _ in await versions(ground)] == [1, 2]
    assert (await versions(ground))[1] == (2, "Pertama")
    async with ground.database.read() as db:
        acts = (await db.scalars(select(AuditEntry).where(AuditEntry.act == "proposals.changed"))).all()
    assert [act.facts for act in acts] == [
        f'{{"fields":["budget","quantity","title","unit"],"number":"{number}","status":"new","version":2}}'
    ]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"title": ""}, "title", "field.required"),
        ({"title": None}, "title", "field.required"),
        ({"title": "x" * 161}, "title", "field.too_long"),
        ({"village": "Atlantis"}, "village", "proposals.unknown_village"),
        ({"village_code": "33.75.99.9999"}, "village_code", "proposals.unknown_village"),
        ({"village_code": "32.75.01.1001"}, "village_code", "proposals.unknown_village"),
        ({"rt": "tiga"}, "rt", "proposals.not_numbers"),
        ({"rt": [0]}, "rt.0", "field.too_small"),
        ({"budget": "banyak"}, "budget", "proposals.not_money"),
        ({"budget": 10**30}, "budget", "field.too_big"),
        ({"budget": -1}, "budget", "field.too_small"),
        ({"quantity": "dua belas"}, "quantity", "field.not_a_number"),
        ({"beneficiaries": 10**12}, "beneficiaries", "field.too_big"),
        ({"sector": "bulan"}, "sector", "field.not_a_choice"),
        ({"type": "x"}, "type", "field.not_a_choice"),
        ({"status": "selesai"}, "status", "field.not_a_choice"),
        ({"status": "declined"}, "reason_code", "proposals.no_reason"),
        ({"status": "declined", "reason_code": "other"}, "reason", "field.required"),
        ({"status": "declined", "reason_code": "bosan"}, "reason_code", "field.not_a_choice"),
    ],
)
async def test_every_wrong_field_gets_its_code_and_a_sentence(
    ground: Ground, office: Office, web: httpx.AsyncClient, body: dict[str, Any], field: str, code: str
) -> None:
    session, _ = await make_session(ground)
    number = await make_proposal(ground, session)
    answer = await patch(web, office, session, number, 1, body)
    assert answer.status_code == 422, answer.text
    (wrong,) = answer.json()["errors"]
    assert (wrong["field"], wrong["code"]) == (field, code)
    assert wrong["message"]
    assert wrong["message"] != f"error:{code}"
    assert [v for v, _ in await versions(ground)] == [1]


async def test_a_village_is_known_by_name_or_code(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_proposal(ground, session)
    named = (await patch(web, office, session, number, 1, {"village": "kelurahan panjang baru"})).json()
    assert (named["village"], named["village_code"][:6]) == ("Panjang Baru", "33.75.")
    emptied = (await patch(web, office, session, number, 2, {"village": None})).json()
    assert "village" not in emptied
    coded = (await patch(web, office, session, number, 3, {"village_code": named["village_code"]})).json()
    assert coded["village"] == "Panjang Baru"


async def test_steps_follow_each_other_and_a_refusal_says_why(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    number = await make_proposal(ground, session)
    early = await patch(web, office, session, number, 1, {"status": "agreed"})
    assert (early.status_code, early.json()["code"]) == (409, "proposals.wrong_step")
    no = await patch(web, office, session, number, 1, {"status": "declined", "reason_code": "already_proposed"})
    assert (no.json()["status"], no.json()["reason_code"]) == ("declined", "already_proposed")
    again = await patch(web, office, session, number, 2, {"status": "checked"})
    assert (again.json()["status"], again.json().get("reason_code")) == ("checked", None)
    merged = await patch(web, office, session, number, 3, {"status": "merged"})
    assert merged.status_code == 409


async def test_unknown_numbers_and_forums_are_not_found(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    other, _ = await make_session(ground, number_prefix="BKS")
    number = await make_proposal(ground, other)
    staff = {**JSON, **office.bearer("secretariat")}
    for path in (
        address(session, f"/{number}"),
        address(session, "/PKL-2022-9999"),
        "/api/v1/sessions/tidak/proposals",
    ):
        assert (await web.get(path, headers=staff)).status_code == 404, path
    assert (await patch(web, office, session, number, 1, {"title": "x"})).status_code == 404
    assert (
        await web.post(address(session, f"/{number}/split"), json={"parts": [{"title": "a"}, {"title": "b"}]}, headers=staff)
    ).status_code == 404
    assert (
        await web.post(address(session, "/merge"), json={"into": number, "numbers": ["PKL-2022-0001"]}, headers=staff)
    ).status_code == 404


async def test_verifying_publishes_and_the_public_form_leaks_nothing(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person = await make_person(ground, session)
    child = await make_person(
        ground, session, name="Bima Anggara", capacity="Ketua OSIS SMP 5", child=True, publish_name=True, element="anak"
    )
    official = await make_person(ground, session, name="Bambang Purnomo", capacity="Kepala DPUPR", element="opd")
    numbers = [await make_proposal(ground, session, words(ground, f"{SAID} ({one.name[:3]})", one)) for one in (person, child, official)]
    assert (await web.get(address(session), headers=JSON)).json() == {"items": []}
    for number in numbers:
        assert (await web.get(address(session, f"/{number}"), headers=JSON)).status_code == 404
        done = await patch(web, office, session, number, 1, {"status": "verified", "budget": 185_000_000})
        assert done.json()["published_at"]
    listed = await web.get(address(session), headers=JSON)
    items = listed.json()["items"]
    assert [item["number"] for item in items] == numbers
    assert [item["sources"][0]["author"] for item in items] == ["Ketua RT 03/RW 05, Kandang Panjang", "Warga", "Bambang Purnomo"]
    for hidden in (NAME, "Bima", "OSIS", person.id, child.id):
        assert hidden not in listed.text
    one = (await web.get(address(session, f"/{numbers[0]}"), headers=JSON)).json()
    assert not {"proposer", "capacity", "on_behalf", "flags", "name_public", "verified_by"} & set(one)
    assert (one["budget"], one["sources"][0]["text"]) == (185_000_000, f"{SAID} (Sit)")


async def test_numbers_of_people_are_looked_at_before_they_are_public(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person = await make_person(ground, session)
    said = "Mohon lampu jalan. Hubungi Siti Rahmawati 0812-3456-7890, NIK 3375014101900001."
    number = await make_proposal(ground, session, words(ground, said, person, fields={"problem": "Gelap, telepon 081234567890"}))
    seen = await patch(web, office, session, number, 1, {"status": "verified"})
    assert (seen.json().get("published_at"), seen.json()["flags"]) == (None, ["phone_in_text", "nik_in_text", "name_in_text"])
    bare = await patch(web, office, session, number, 2, {"published": True})
    assert (bare.status_code, bare.json()["errors"][0]["code"]) == (422, "proposals.personal_unchecked")
    masked = await patch(web, office, session, number, 2, {"published": True, "personal_masked": True})
    assert masked.json()["published_at"]
    public = await web.get(address(session, f"/{number}"), headers=JSON)
    assert public.json()["sources"][0]["text"] == "Mohon lampu jalan. Hubungi ▪▪▪ ▪▪▪, NIK ▪▪▪."
    for hidden in ("0812", "3375014101900001", "Siti"):
        assert hidden not in public.text
        assert (await web.get(address(session), params={"q": hidden}, headers=JSON)).json() == {"items": []}
    shown = await patch(web, office, session, number, 3, {"personal_checked": True})
    assert shown.json()["personal_checked_at"]
    assert "0812-3456-7890" in (await web.get(address(session, f"/{number}"), headers=JSON)).text
    taken = await patch(web, office, session, number, 4, {"published": False})
    assert "published_at" not in taken.json()
    assert (await web.get(address(session, f"/{number}"), headers=JSON)).status_code == 404


async def test_new_personal_data_in_a_public_proposal_is_covered(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, publication=Publication.LIVE)
    number = await make_proposal(ground, session)
    await patch(web, office, session, number, 1, {"personal_checked": True, "problem": "Hubungi 0812-3456-7890"})
    assert (await web.get(address(session, f"/{number}"), headers=JSON)).json()["problem"] == "Hubungi 0812-3456-7890"
    await patch(web, office, session, number, 2, {"action": "NIK 3375014101900001"})
    assert (await web.get(address(session, f"/{number}"), headers=JSON)).json()["problem"] == "Hubungi ▪▪▪"


async def frames(ground: Ground, session: ForumSession) -> list[bytes]:
    async with ground.database.read() as db:
        return [event.payload for event in await read_log(db, session.room, PUBLIC, 0)]


async def test_the_room_learns_of_a_new_status_for_what_it_has_seen(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    said, unseen = words(ground), words(ground)
    async with ground.database.write() as db:
        await append(
            db, session.room, PUBLIC, [Entry({"t": "msg", "id": said.source_id, "text": SAID}, said.source_id)], ground.clock.now()
        )
    number, hidden = await make_proposal(ground, session, said), await make_proposal(ground, session, unseen)
    await patch(web, office, session, number, 1, {"status": "checked"})
    await patch(web, office, session, hidden, 1, {"status": "checked"})
    await patch(web, office, session, number, 2, {"status": "verified", "title": "Pengerukan saluran"})
    await patch(web, office, session, number, 3, {"budget": 1000})
    told = f'{{"t":"upd","seq":%d,"id":"{said.source_id}","op":"proposal","v":{{"number":"{number}","status":"%s"%s}}}}'
    assert [frame.decode() for frame in (await frames(ground, session))[1:]] == [
        told % (2, "checked", ""),
        told % (3, "verified", ',"title":"Pengerukan saluran"'),
    ]


async def test_merging_keeps_the_words_and_points_on(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    first, second = words(ground, "Lampu tanggul mati"), words(ground, "PJU tanggul padam")
    into, other = await make_proposal(ground, session, first), await make_proposal(ground, session, second)
    staff = {**JSON, **office.bearer("secretariat")}
    answer = await web.post(address(session, "/merge"), json={"into": into, "numbers": [other]}, headers=staff)
    assert (answer.status_code, answer.headers["etag"], answer.json()["comes_from"]) == (200, '"2"', [other])
    assert {source["id"] for source in answer.json()["sources"]} == {first.source_id, second.source_id}
    merged = (await web.get(address(session, f"/{other}"), headers=staff)).json()
    assert (merged["status"], merged["leads_to"], [s["id"] for s in merged["sources"]]) == ("merged", [into], [second.source_id])
    again = await web.post(address(session, "/merge"), json={"into": into, "numbers": [other]}, headers=staff)
    assert (again.status_code, again.json()["code"]) == (409, "proposals.already_joined")
    itself = await web.post(address(session, "/merge"), json={"into": into, "numbers": [into]}, headers=staff)
    assert itself.json()["errors"][0]["code"] == "proposals.merge_with_itself"


async def test_splitting_gives_each_part_its_words_and_a_number(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    said = words(ground, "Minta lampu dan saluran", fields={"rt": [3], "landmark": "Jalan Samudra", "budget": 5})
    number = await make_proposal(ground, session, said)
    staff = {**JSON, **office.bearer("secretariat")}
    one = await web.post(address(session, f"/{number}/split"), json={"parts": [{"title": "Lampu"}]}, headers=staff)
    assert (one.status_code, one.json()["errors"][0]["field"]) == (422, "parts")
    strange = {"parts": [{"title": "Lampu", "sources": ["aaaaaaaaaaaaaaaa"]}, {"title": "Saluran"}]}
    refused = await web.post(address(session, f"/{number}/split"), json=strange, headers=staff)
    assert refused.json()["errors"][0]["code"] == "proposals.unknown_source"
    parts = {"parts": [{"title": "Lampu", "sources": [said.source_id]}, {"title": "Saluran"}]}
    answer = await web.post(address(session, f"/{number}/split"), json=parts, headers=staff)
    assert answer.status_code == 201, answer.text
    items = answer.json()["items"]
    assert [(i["number"], i["title"], i["comes_from"], i["rt"]) for i in items] == [
        ("PKL-2022-0002", "Lampu", [number], [3]),
        ("PKL-2022-0003", "Saluran", [number], [3]),
    ]
    assert [[s["id"] for s in i["sources"]] for i in items] == [[said.source_id], [said.source_id]]
    assert not any("budget" in item for item in items)
    whole = (await web.get(address(session, f"/{number}"), headers=staff)).json()
    assert (whole["status"], whole["leads_to"], whole["sources"][0]["text"]) == (
        "split",
        ["PKL-2022-0002", "PKL-2022-0003"],
        "Minta lampu dan saluran",
    )


async def test_staff_writes_a_proposal_down(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    body = {"text": "Minta gerobak sampah", "proposer": "Ibu, RT 3", "site": sites[1].code, "sector": "environment", "type": "goods"}
    answer = await web.post(address(session), json=body, headers={**JSON, **office.bearer("operator")})
    made = answer.json()
    assert (answer.status_code, answer.headers["location"], answer.headers["etag"]) == (201, address(session, "/PKL-2022-0001"), '"1"')
    assert (made["via"], made["site"], made["sector"], made["type"], made["proposer"]) == (
        "desk",
        sites[1].code,
        "environment",
        "goods",
        "Ibu, RT 3",
    )
    empty = await web.post(address(session), json={}, headers={**JSON, **office.bearer("operator")})
    assert (empty.status_code, empty.json()["errors"][0]["field"]) == (422, "text")
    nowhere = await web.post(address(session), json={**body, "site": "bulan"}, headers={**JSON, **office.bearer("operator")})
    assert nowhere.json()["errors"][0]["field"] == "site"


async def test_the_list_is_filtered_and_read_page_by_page(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    for n in range(5):
        fields = {"sector": "roads" if n % 2 else "water", "title": f"Usulan 100%{n}"}
        await make_proposal(ground, session, words(ground, f"kata {n}", fields=fields, site_id=sites[0].id if n == 4 else None))
    staff = {**JSON, **office.bearer("reader")}

    async def numbers(**params: Any) -> list[int]:
        answer = await web.get(address(session), params=params, headers=staff)
        assert answer.status_code == 200, answer.text
        return [int(item["number"][-4:]) for item in answer.json()["items"]]

    assert await numbers(sector="roads") == [2, 4]
    assert await numbers(site=sites[0].code) == [5]
    assert await numbers(q="100%3") == [4]
    assert await numbers(q="KATA 2") == [3]
    assert await numbers(q="%") == [1, 2, 3, 4, 5]
    assert await numbers(q="_") == []
    assert await numbers(status=["verified", "agreed"]) == []
    first = (await web.get(address(session), params={"limit": 2}, headers=staff)).json()
    assert first["next"] == "PKL-2022-0002"
    assert await numbers(after=first["next"], limit=200) == [3, 4, 5]
    assert (await web.get(address(session), params={"limit": 10**9}, headers=staff)).status_code == 422


async def test_stored_words_of_any_kind_come_back_as_they_were(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground, publication=Publication.LIVE)
    hostile = '<script>alert(1)</script> {{ 7*7 }} "><img src=x onerror=alert(1)> \U0001f600'
    number = await make_proposal(ground, session, words(ground, hostile, fields={"title": hostile}))
    one = await web.get(address(session, f"/{number}"), headers=JSON)
    assert one.headers["content-type"] == "application/json"
    assert (one.json()["title"], one.json()["sources"][0]["text"]) == (hostile, hostile)
    async with ground.database.read() as db:
        assert await db.scalar(select(Proposal.number)) == number
