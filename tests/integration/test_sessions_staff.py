"""Staff: duties per forum and hall, first passwords shown once, and the accounts of the office."""

import re

import httpx
import pytest
from sqlalchemy import select

from app.access.models import Account, Grant, Role
from app.access.people import first_password
from app.journal.models import Revocation
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office
from tests.factories import make_session
from tests.integration.test_access import csrf_of
from tests.integration.test_sessions_pages import signed_in


async def sent(web: httpx.AsyncClient, path: str, action: str = "", **data: str) -> httpx.Response:
    page = await web.get(path)
    return await web.post(path + action, data={"csrf": csrf_of(page.text), **data})


def shown_password(text: str) -> str:
    found = re.search(r'id="first-password">([^<]+)<', text)
    assert found
    return found.group(1)


async def grants_of(ground: Ground, login: str) -> list[tuple[str, str | None, str | None]]:
    async with ground.database.read() as db:
        rows = await db.execute(
            select(Grant.role, Grant.session_id, Grant.site_id).join(Account, Account.id == Grant.account_id).where(Account.login == login)
        )
        return [(str(role), session_id, site_id) for role, session_id, site_id in rows]


async def test_a_new_operator_signs_in_with_the_password_shown_once(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (hall, _) = await make_session(ground)
    await signed_in(web, "admin")
    path = f"/meja/{session.slug}/petugas"
    made = await sent(web, path, "/baru", name="Siti", login="Siti", role="operator", site=hall.id)
    password = shown_password(made.text)
    assert await grants_of(ground, "siti") == [("operator", session.id, hall.id)]
    assert password not in (await web.get(path)).text
    web.cookies.clear()
    assert (await web.post("/masuk", data={"login": "siti", "password": password})).status_code == 303
    assert (await web.get(f"/meja/{session.slug}")).status_code == 200
    assert (await web.get(path)).status_code == 403


async def test_a_duty_is_given_and_taken_and_the_sockets_hear_of_it(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, (hall, _) = await make_session(ground)
    await signed_in(web, "admin")
    path = f"/meja/{session.slug}/petugas"
    async with ground.database.read() as db:
        account = await db.scalar(select(Account.id).where(Account.login == "reader"))
    assert account is not None
    duty = {"account": account, "role": "operator", "site": hall.id}
    assert (await sent(web, path, **duty)).status_code == 303
    assert ("operator", session.id, hall.id) in await grants_of(ground, "reader")
    assert (await sent(web, path, "/cabut", **duty)).status_code == 303
    assert await grants_of(ground, "reader") == [("reader", None, None)]
    async with ground.database.read() as db:
        told = (await db.scalars(select(Revocation))).all()
    assert [(one.person, one.room, one.code) for one in told] == [(account, session.room, 4003), (account, None, 4003)]
    assert (await sent(web, path, "/cabut", **duty)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "new_name"),
        ({"login": ""}, "new_login"),
        ({"login": "admin"}, "new_login"),
        ({"role": "raja"}, "new_role"),
        ({"password": "pendek"}, "new_password"),
        ({"site": "lokasi-lain"}, "new_site"),
    ],
)
async def test_a_wrong_field_of_a_newcomer_is_named(
    ground: Ground, office: Office, web: httpx.AsyncClient, changes: dict[str, str], field: str
) -> None:
    session, _ = await make_session(ground)
    await signed_in(web, "admin")
    given = {"name": "Siti Aminah", "login": "siti", "agency": "DPUPR", "role": "operator"} | changes
    answer = await sent(web, f"/meja/{session.slug}/petugas", "/baru", **given)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert 'value="DPUPR"' in answer.text
    async with ground.database.read() as db:
        assert await db.scalar(select(Account.id).where(Account.login == "siti")) is None


async def test_an_admin_of_one_forum_rules_only_there(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    mine, _ = await make_session(ground)
    other, _ = await make_session(ground)
    await signed_in(web, "admin")
    made = await sent(web, f"/meja/{mine.slug}/petugas", "/baru", name="Wakil", login="wakil", role="admin")
    password = shown_password(made.text)
    web.cookies.clear()
    await web.post("/masuk", data={"login": "wakil", "password": password})
    codes = [
        (await web.get(path)).status_code
        for path in (f"/meja/{mine.slug}/atur", f"/meja/{other.slug}/atur", f"/meja/{other.slug}", "/meja/baru", "/meja/petugas")
    ]
    assert codes == [200, 403, 403, 403, 403]


async def test_the_office_locks_an_account_out_at_once_but_never_its_last_admin(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    await signed_in(web, "moderator")
    moderators = dict(web.cookies)
    web.cookies.clear()
    await signed_in(web, "admin")
    async with ground.database.read() as db:
        ids = {account.login: account.id for account in await db.scalars(select(Account))}
    assert (await sent(web, "/meja/petugas", f"/{ids['moderator']}/kunci")).status_code == 303
    refused = await sent(web, "/meja/petugas", f"/{ids['admin']}/kunci")
    assert refused.status_code == 409
    assert "Ini pengelola terakhir" in refused.text
    admins = dict(web.cookies)
    web.cookies.clear()
    web.cookies.update(moderators)
    assert (await web.get("/meja")).status_code == 303
    web.cookies.clear()
    assert (await web.post("/masuk", data={"login": "moderator", "password": PASSWORD})).status_code == 422
    web.cookies.update(admins)
    assert (await sent(web, "/meja/petugas", f"/{ids['moderator']}/buka")).status_code == 303
    web.cookies.clear()
    assert (await web.post("/masuk", data={"login": "moderator", "password": PASSWORD})).status_code == 303


async def test_the_office_makes_accounts(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await signed_in(web, "admin")
    made = await sent(web, "/meja/petugas", name="Budi", login="budi", role="secretariat")
    assert len(shown_password(made.text)) >= 24
    assert await grants_of(ground, "budi") == [(Role.SECRETARIAT, None, None)]
    again = await sent(web, "/meja/petugas", name="Budi", login="budi")
    assert again.status_code == 422
    assert 'id="f-login-error"' in again.text


async def test_everybody_changes_their_own_password(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await signed_in(web, "reader")
    wrong = await sent(web, "/meja/sandi", old="bukan ini", new="kalimat baru yang panjang")
    short = await sent(web, "/meja/sandi", old=PASSWORD, new="pendek")
    assert ('id="f-old-error"' in wrong.text, 'id="f-new-error"' in short.text) == (True, True)
    changed = await sent(web, "/meja/sandi", old=PASSWORD, new="kalimat baru yang panjang")
    assert changed.status_code == 303
    assert (await web.get("/meja")).status_code == 303
    assert (await web.post("/masuk", data={"login": "reader", "password": "kalimat baru yang panjang"})).status_code == 303


def test_first_passwords_can_be_read_aloud_and_never_repeat() -> None:
    made = {first_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([a-z]{6}-){3}[a-z]{6}", one) for one in made)
