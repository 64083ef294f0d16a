"""The moderators' page as plain forms: filters, decisions that keep what was ticked, fill, one applicant, and the phone only against a trace."""

import json
import re

import httpx
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.registration.models import Application, ApplicationState
from app.sessions.models import ForumSession
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office
from tests.factories import make_session
from tests.factories_selection import add_quota, applicant, application, apply, people

S = ApplicationState


async def signed_in(web: httpx.AsyncClient, login: str = "moderator") -> None:
    answer = await web.post("/masuk", data={"login": login, "password": PASSWORD})
    assert answer.status_code == 303


def shown(page: str) -> list[str]:
    """The names in rows that the filters leave."""
    rows = re.findall(r"<tr(?: class=\"later\")? data-id.*?</tr>", page, re.DOTALL)
    names = [re.search(r"data-open>(.*?)</a>", row) for row in rows if not re.search(r'data-quotas="[^"]*" hidden', row)]
    return [name.group(1) for name in names if name]


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


async def forum(ground: Ground) -> tuple[ForumSession, list[str]]:
    session, sites = await make_session(ground, seats_online=3, hall_seats=1)
    await add_quota(ground, session, "gender=female", 2)
    pairs = [
        applicant(
            ground, session, 1, name="Siti Rahmawati", gender="female", village="Poncol", element="rt", wish="Saluran air tersumbat."
        ),
        applicant(ground, session, 2, name="Bambang", village="Klego", site=sites[0], flags=["same_phone"]),
        applicant(ground, session, 3, name="Siti Utami", village="Klego", state=S.RESERVE, gender="female"),
        applicant(ground, session, 4, name="<b>Agus</b>"),
    ]
    return session, await apply(ground, *pairs)


async def test_filters_work_without_script_and_are_kept_in_the_address(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await forum(ground)
    await signed_in(web)
    here = f"/meja/{session.slug}/pendaftar"
    wanted = {
        "": ["Siti Rahmawati", "Bambang", "&lt;b&gt;Agus&lt;/b&gt;"],
        "?state=all&q=siti": ["Siti Rahmawati", "Siti Utami"],
        "?state=reserve": ["Siti Utami"],
        "?state=all&village=Klego": ["Bambang", "Siti Utami"],
        "?way=aula-1": ["Bambang"],
        "?element=rt": ["Siti Rahmawati"],
        "?state=all&quota=gender%3Dfemale&sort=-name": ["Siti Utami", "Siti Rahmawati"],
        "?q=tiada": [],
    }
    assert {query: shown((await web.get(here + query)).text) for query in wanted} == wanted


async def test_a_published_list_opens_on_everybody(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await forum(ground)
    async with ground.database.write() as db:
        (await db.get_one(ForumSession, session.id)).selection_published_at = ground.clock.now()
    await signed_in(web)
    answer = await web.get(f"/meja/{session.slug}/pendaftar?q=siti")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/meja/{session.slug}/pendaftar?state=all&q=siti")
    assert (await web.get(f"/meja/{session.slug}/pendaftar?state=reserve")).status_code == 200


async def test_the_page_says_what_quotas_still_miss(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, ids = await forum(ground)
    await signed_in(web)
    page = (await web.get(f"/meja/{session.slug}/pendaftar")).text
    assert "Masih kurang <b>2 perempuan</b>." in page
    assert "Lihat 2 calon" in page
    await web.post(
        f"/meja/{session.slug}/pendaftar", data={"csrf": csrf(page), "item": [f"{ids[0]}:1", f"{ids[2]}:1"], "decision": "select"}
    )
    assert "Semua kuota terpenuhi" in (await web.get(f"/meja/{session.slug}/pendaftar")).text


async def test_a_plain_form_decides_returns_to_the_filter_and_offers_to_undo(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, ids = await forum(ground)
    await signed_in(web)
    here = f"/meja/{session.slug}/pendaftar"
    page = (await web.get(here)).text
    form = {"csrf": csrf(page), "item": [f"{ids[0]}:1", f"{ids[3]}:1"], "decision": "select", "reason": ""}
    back = await web.post(f"{here}?q=siti", data=form)
    assert (back.status_code, back.headers["location"].partition("done=")[0]) == (303, f"{here}?q=siti&")
    after = (await web.get(back.headers["location"])).text
    assert "2 orang dipilih" in after
    run = re.search(r'name="run" value="([^"]+)"', after)
    assert run is not None
    undone = await web.post(f"{here}/urungkan", data={"csrf": csrf(after), "run": run.group(1)})
    assert undone.status_code == 303
    assert [(await application(ground, i)).state for i in ids] == [S.SUBMITTED, S.SUBMITTED, S.RESERVE, S.SUBMITTED]


async def test_what_is_refused_keeps_ticks_and_reason_and_says_who_was_faster(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, ids = await forum(ground)
    await signed_in(web)
    here = f"/meja/{session.slug}/pendaftar"
    page = (await web.get(here)).text
    nobody = await web.post(here, data={"csrf": csrf(page), "decision": "select"})
    assert (nobody.status_code, "Centang dahulu pendaftar" in nobody.text) == (422, True)
    silent = await web.post(here, data={"csrf": csrf(page), "item": f"{ids[0]}:1", "decision": "decline", "reason": " "})
    assert (silent.status_code, "Tulis alasannya." in silent.text) == (422, True)
    other = {"items": [{"id": ids[0], "version": 1}], "decision": "reserve"}
    await web.post(f"/api/v1/sessions/{session.slug}/selections", json=other, headers=office.bearer("admin"))
    late = await web.post(here, data={"csrf": csrf(page), "item": f"{ids[0]}:1", "decision": "select", "reason": "mewakili <RT 3>"})
    assert late.status_code == 409
    assert "program admin baru saja memutus Siti Rahmawati." in late.text
    assert 'value="mewakili &lt;RT 3&gt;"' in late.text
    assert f'value="{ids[0]}:2" aria-label="Centang Siti Rahmawati" checked' in late.text
    assert (await application(ground, ids[0])).state == S.RESERVE


async def test_the_plan_is_looked_at_then_filled_and_a_stale_plan_is_shown_anew(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, ids = await forum(ground)
    await signed_in(web)
    here = f"/meja/{session.slug}/pendaftar"
    plan = (await web.get(f"{here}/isi")).text
    assert "Isi 3 kursi" in plan
    assert "Masih akan kurang <b>1 perempuan</b>." in plan
    stamp = re.search(r'name="stamp" value="([^"]+)"', plan)
    assert stamp is not None
    other = {"items": [{"id": ids[3], "version": 1}], "decision": "decline", "reason": "data ganda"}
    await web.post(f"/api/v1/sessions/{session.slug}/selections", json=other, headers=office.bearer("admin"))
    moved = await web.post(f"{here}/isi", data={"csrf": csrf(plan), "stamp": stamp.group(1)})
    assert (moved.status_code, "Isi 2 kursi" in moved.text) == (409, True)
    fresh = re.search(r'name="stamp" value="([^"]+)"', moved.text)
    assert fresh is not None
    filled = await web.post(f"{here}/isi", data={"csrf": csrf(moved.text), "stamp": fresh.group(1)})
    assert filled.status_code == 303
    assert [(await application(ground, i)).state for i in ids] == [S.SELECTED, S.SELECTED, S.RESERVE, S.DECLINED]


async def test_an_applicant_is_shown_with_a_masked_phone_and_unmasking_is_recorded(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    session, ids = await forum(ground)
    other, _ = await make_session(ground)
    await signed_in(web)
    one = f"/meja/{session.slug}/pendaftar/orang/{ids[0]}"
    page = (await web.get(one)).text
    assert "Saluran air tersumbat." in page
    assert ("0853-••••-0001" in page, "0853-0000-0001" in page) == (True, False)
    opened = await web.post(f"{one}/nomor", data={"csrf": csrf(page)})
    assert "0853-0000-0001" in opened.text
    async with ground.database.read() as db:
        acts = list(await db.scalars(select(AuditEntry).where(AuditEntry.act == "personal.unmasked")))
        person = await db.scalar(select(Application.participant_id).where(Application.id == ids[0]))
    everything = ["address", "email", "guardian_name", "guardian_phone", "needs", "phone"]
    assert [(a.subject, json.loads(a.facts), a.actor.partition(":")[0]) for a in acts] == [
        (f"participant:{person}", {"data": everything}, "account")
    ]
    assert (await web.get(f"/meja/{other.slug}/pendaftar/orang/{ids[0]}")).status_code == 404


async def test_thousands_are_filtered_by_the_server_and_paged(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await people(ground, session, 2001)
    await signed_in(web)
    here = f"/meja/{session.slug}/pendaftar"
    last = shown((await web.get(f"{here}?page=5")).text)
    assert last == ["Warga 2001"]
    assert shown((await web.get(f"{here}?q=warga+1999")).text) == ["Warga 1999"]
