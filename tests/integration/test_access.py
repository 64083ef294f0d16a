"""The doors of the office: set-up once, sign-in throttled, cookies guarded, rights in their scope."""

import re

import httpx
import pytest
from sqlalchemy import select

from app.access.models import Account, Grant, Role
from app.access.rights import GrantOf, Staff
from app.access.service import new_setup_secret, staff_by_bearer
from app.audit.models import OFFICE, AuditEntry
from app.audit.service import verify
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found.group(1)


async def sign_in(web: httpx.AsyncClient, login: str) -> httpx.Response:
    return await web.post("/masuk", data={"login": login, "password": PASSWORD})


async def test_the_first_page_makes_one_administrator_and_only_one(ground: Ground, web: httpx.AsyncClient) -> None:
    async with ground.database.write() as db:
        secret = await new_setup_secret(db, ground.clock.now())
    assert (await web.get(f"/pasang/{secret}")).status_code == 200
    form = {"name": "Anita", "login": "Anita@Kota.go.id ", "password": PASSWORD}
    made = await web.post(f"/pasang/{secret}", data=form)
    assert (made.status_code, made.headers["location"]) == (303, "/meja")
    again = await web.post(f"/pasang/{secret}", data={**form, "login": "lain"})
    assert again.status_code == 404
    async with ground.database.read() as db:
        accounts = (await db.scalars(select(Account))).all()
        grants = (await db.scalars(select(Grant))).all()
        acts = (await db.scalars(select(AuditEntry.act).where(AuditEntry.chain == OFFICE))).all()
        verdict = await verify(db, ground.vault, OFFICE)
    assert [a.login for a in accounts] == ["anita@kota.go.id"]
    assert [(g.account_id, g.role) for g in grants] == [(accounts[0].id, Role.ADMIN)]
    assert acts == ["access.account_created", "access.granted"]
    assert (verdict.entries, verdict.broken_at) == (2, None)


async def test_a_wrong_field_of_the_first_page_gets_a_sentence_and_loses_nothing(ground: Ground, web: httpx.AsyncClient) -> None:
    async with ground.database.write() as db:
        secret = await new_setup_secret(db, ground.clock.now())
    answer = await web.post(f"/pasang/{secret}", data={"name": "Anita", "login": "anita", "password": "rahasia9"})
    assert answer.status_code == 422
    assert "paling sedikit 10 huruf" in answer.text
    assert 'value="Anita"' in answer.text
    assert "rahasia9" not in answer.text


async def test_signing_in_and_out(office: Office, web: httpx.AsyncClient) -> None:
    answer = await sign_in(web, "Moderator")
    assert (answer.status_code, answer.headers["location"]) == (303, "/meja")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    refused = await web.post("/keluar")
    assert refused.status_code == 403
    assert (await web.get("/masuk")).status_code == 303


async def test_the_same_answer_for_a_wrong_name_and_a_wrong_password(office: Office, web: httpx.AsyncClient) -> None:
    wrong_name = await web.post("/masuk", data={"login": "siapa", "password": PASSWORD})
    wrong_password = await web.post("/masuk", data={"login": "siapa", "password": "x" * 12})
    assert wrong_name.status_code == wrong_password.status_code == 422
    assert wrong_name.text == wrong_password.text


async def test_guessing_a_password_is_slowed_down(office: Office, web: httpx.AsyncClient) -> None:
    codes = [(await web.post("/masuk", data={"login": "admin", "password": f"tebakan {n} panjang"})).status_code for n in range(9)]
    assert codes == [422] * 8 + [429]


async def test_a_form_from_another_site_is_refused(office: Office, web: httpx.AsyncClient) -> None:
    answer = await web.post("/masuk", data={"login": "admin", "password": PASSWORD}, headers={"Origin": "http://evil.example"})
    assert (answer.status_code, "Permintaan ini datang dari alamat lain" in answer.text) == (403, True)


async def test_every_answer_carries_the_security_headers(web: httpx.AsyncClient) -> None:
    for path in ("/masuk", "/tidak-ada", "/static/x"):
        headers = (await web.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


async def test_bearers_carry_their_grants(ground: Ground, office: Office) -> None:
    async with ground.database.read() as db:
        staff = await staff_by_bearer(db, office.tokens["operator"], ground.clock.now())
        nobody = await staff_by_bearer(db, "tidak-ada", ground.clock.now())
    assert staff is not None
    assert staff.grants == (GrantOf(Role.OPERATOR),)
    assert nobody is None


async def test_going_on_never_leaves_the_site(office: Office, web: httpx.AsyncClient) -> None:
    answer = await web.post("/masuk", data={"login": "admin", "password": PASSWORD, "next": "//evil.example/x"})
    assert answer.headers["location"] == "/meja"


@pytest.mark.parametrize(
    ("grants", "asked", "may"),
    [
        ((GrantOf(Role.MODERATOR),), ({Role.MODERATOR}, "s1", None), True),
        ((GrantOf(Role.MODERATOR, "s1"),), ({Role.MODERATOR}, "s1", None), True),
        ((GrantOf(Role.MODERATOR, "s1"),), ({Role.MODERATOR}, "s2", None), False),
        ((GrantOf(Role.MODERATOR, "s1"),), ({Role.MODERATOR}, None, None), False),
        ((GrantOf(Role.OPERATOR, "s1", "hall"),), ({Role.OPERATOR}, "s1", "other"), False),
        ((GrantOf(Role.OPERATOR, "s1", "hall"),), ({Role.OPERATOR}, "s1", "hall"), True),
        ((GrantOf(Role.ADMIN),), ({Role.SECRETARIAT}, "s1", "hall"), True),
        ((), (set(Role), "s1", None), False),
    ],
)
def test_rights_reach_as_far_as_their_scope(
    grants: tuple[GrantOf, ...], asked: tuple[set[Role], str | None, str | None], may: bool
) -> None:
    staff = Staff("1", "account", "A", grants)
    assert staff.may(*asked) is may
