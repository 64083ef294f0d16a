"""The life of staff: a password by a link, a second step, where one is signed in, and nobody thrown out of a live session."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
from sqlalchemy import select, update

from app.access.codes import code_at, present_step
from app.access.models import Account
from app.audit.models import OFFICE, AuditEntry
from app.clock import Clock
from app.main import create_app
from app.sessions.models import ForumSession, SessionState
from app.web.csrf import STAFF_COOKIE
from app.web.ground import Ground
from tests.conftest import PASSWORD, Office
from tests.factories import make_session
from tests.integration.test_access import csrf_of, sign_in

NEW = "kata sandi yang baru sekali"
PHONE = "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"


@asynccontextmanager
async def browser(ground: Ground, *, later: timedelta = timedelta(), **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """Another browser, when it is later."""
    app = create_app(replace(ground, clock=Clock(later)), work=False)
    sent = {"Accept": "text/html", "Origin": ground.settings.public_url, **headers}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ground.settings.public_url, headers=sent) as client:
        yield client


async def press(web: httpx.AsyncClient, page: str, path: str, **fields: str) -> httpx.Response:
    """Post the form of a page that is open."""
    return await web.post(path, data={**fields, "csrf": csrf_of((await web.get(page)).text)})


async def account_of(ground: Ground, login: str) -> Account:
    async with ground.database.read() as db:
        return (await db.scalars(select(Account).where(Account.login == login))).one()


async def acts(ground: Ground) -> list[str]:
    async with ground.database.read() as db:
        return list(await db.scalars(select(AuditEntry.act).where(AuditEntry.chain == OFFICE).order_by(AuditEntry.number)))


async def link_for(ground: Ground, admin: httpx.AsyncClient, login: str) -> str:
    answer = await press(admin, "/meja/petugas", f"/meja/petugas/{(await account_of(ground, login)).id}/sandi")
    found = re.search(r'id="reset-link">([^<]+)<', answer.text)
    assert found
    return found.group(1)


def code(secret: str, ground: Ground, *, steps: int = 0) -> str:
    return code_at(secret, present_step(ground.clock.now()) + steps)


async def with_second_step(ground: Ground, web: httpx.AsyncClient) -> tuple[str, list[str]]:
    """Set the second step up in a signed-in browser: the key and the recovery codes."""
    begun = await press(web, "/meja/keamanan", "/meja/keamanan/kode/mulai", password=PASSWORD)
    assert (begun.status_code, begun.headers["location"]) == (303, "/meja/keamanan/kode")
    found = re.search(r'id="key">([^<]+)<', (await web.get("/meja/keamanan/kode")).text)
    assert found
    secret = found.group(1).replace(" ", "")
    wrong = await press(web, "/meja/keamanan/kode", "/meja/keamanan/kode", code="000000" if code(secret, ground) != "000000" else "111111")
    assert (wrong.status_code, "Kode ini tidak cocok" in wrong.text) == (422, True)
    shown = await press(web, "/meja/keamanan/kode", "/meja/keamanan/kode", code=code(secret, ground))
    codes = re.findall(r"<li class=\"code small\">([a-z0-9-]+)</li>", shown.text)
    assert len(codes) == 10
    assert codes[0] not in (await web.get("/meja/keamanan")).text
    return secret, codes


async def second(web: httpx.AsyncClient, given: str) -> httpx.Response:
    """Sign in with the password, then with a code."""
    first = await sign_in(web, "operator")
    assert first.status_code == 200
    assert STAFF_COOKIE not in web.cookies
    found = re.search(r'name="step" value="([^"]+)"', first.text)
    assert found
    return await web.post("/masuk/kode", data={"step": found.group(1), "code": given})


async def test_a_link_sets_a_new_password_once_and_ends_what_was(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await sign_in(web, "admin")
    async with browser(ground) as old, browser(ground) as new:
        await sign_in(old, "operator")
        first = await link_for(ground, web, "operator")
        assert (await old.get("/meja")).status_code == 303
        assert (await sign_in(old, "operator")).status_code == 422
        link = await link_for(ground, web, "operator")
        assert (await new.get(first)).status_code == 404
        assert (await new.get(link)).status_code == (await new.get(link)).status_code == 200
        short = await new.post(link, data={"password": "pendek"})
        assert (short.status_code, "paling sedikit 10 huruf" in short.text) == (422, True)
        used = await new.post(link, data={"password": NEW})
        assert (used.status_code, used.headers["location"]) == (303, "/masuk?baru=1")
        assert (await new.post(link, data={"password": "sandi lain yang panjang"})).status_code == 404
        assert (await new.post("/masuk", data={"login": "operator", "password": NEW})).status_code == 303
    assert link not in (await web.get("/meja/petugas")).text
    assert (await acts(ground))[-3:] == ["access.reset_link_made", "access.reset_link_made", "access.password_changed"]


async def test_a_link_runs_out(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await sign_in(web, "admin")
    link = await link_for(ground, web, "operator")
    async with browser(ground, later=timedelta(hours=13)) as late:
        assert (await late.get(link)).status_code == (await late.post(link, data={"password": NEW})).status_code == 404


async def test_a_second_step_takes_each_code_once(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await sign_in(web, "operator")
    secret, spare = await with_second_step(ground, web)
    async with browser(ground) as other:
        now = code(secret, ground, steps=1)  # that of the set-up has been taken
        assert (await second(other, "abc")).status_code == 422
        assert (await second(other, f"{now[:3]} {now[3:]}")).status_code == 303
        assert (await other.get("/meja")).status_code == 200
        other.cookies.clear()
        again = await second(other, now)
        assert (again.status_code, "sudah dipakai" in again.text) == (422, True)
        assert (await second(other, spare[3].upper())).status_code == 303
        other.cookies.clear()
        assert (await second(other, spare[3])).status_code == 422
    assert "Tersisa 9 kode cadangan" in (await web.get("/meja/keamanan")).text


async def test_guessing_the_second_step_is_slowed_down_and_its_time_runs_out(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    await sign_in(web, "operator")
    secret, _ = await with_second_step(ground, web)
    async with browser(ground) as thief, browser(ground, later=timedelta(minutes=11)) as late:
        step = re.findall(r'name="step" value="([^"]+)"', (await sign_in(thief, "operator")).text)[0]
        gone = await late.post("/masuk/kode", data={"step": step, "code": code(secret, ground)})
        assert (gone.status_code, "Waktu untuk langkah kedua sudah lewat" in gone.text) == (422, True)
        other = step.replace((await account_of(ground, "operator")).id, (await account_of(ground, "admin")).id)
        assert (await thief.post("/masuk/kode", data={"step": other, "code": "123456"})).status_code == 422
        tries = [(await thief.post("/masuk/kode", data={"step": step, "code": "x"})).status_code for _ in range(6)]
        assert tries == [422] * 5 + [429]


async def test_an_administrator_takes_the_second_step_of_a_lost_telephone_away(
    ground: Ground, office: Office, web: httpx.AsyncClient
) -> None:
    async with browser(ground) as operator:
        await sign_in(operator, "operator")
        await with_second_step(ground, operator)
    await sign_in(web, "admin")
    assert "Dua langkah" in (await web.get("/meja/petugas")).text
    await press(web, "/meja/petugas", f"/meja/petugas/{(await account_of(ground, 'operator')).id}/kode")
    async with browser(ground) as operator:
        assert (await sign_in(operator, "operator")).status_code == 303
    assert (await acts(ground))[-1] == "access.totp_removed"


async def test_the_key_lies_sealed_and_nothing_of_it_is_told(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await sign_in(web, "operator")
    secret, codes = await with_second_step(ground, web)
    account = await account_of(ground, "operator")
    assert account.totp_secret is not None
    assert secret.encode() not in account.totp_secret
    assert ground.vault.open(account.totp_secret, "accounts", "totp_secret", account.id) == secret
    pages = "".join([(await web.get(path)).text for path in ("/meja/keamanan", "/meja/keamanan/kode", "/meja")])
    assert not any(word in pages for word in (secret, *codes))
    assert (await press(web, "/meja/keamanan", "/meja/keamanan/kode/hapus", password="bukan sandi saya")).status_code == 422
    assert (await press(web, "/meja/keamanan", "/meja/keamanan/kode/hapus", password=PASSWORD)).status_code == 303
    assert (await account_of(ground, "operator")).totp_secret is None


async def test_one_sees_where_one_is_signed_in_and_leaves_everywhere(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await sign_in(web, "operator")
    async with browser(ground, **{"User-Agent": PHONE}) as phone, browser(ground) as admin:
        await sign_in(phone, "operator")
        await sign_in(admin, "admin")
        assert "Chrome, Android" in (await web.get("/meja/keamanan")).text
        everybody = (await admin.get("/meja/petugas/masuk")).text
        assert (everybody.count("Petugas operator</th>"), everybody.count("Petugas admin</th>")) == (2, 1)
        gone = await press(web, "/meja/keamanan", "/meja/keamanan/keluar")
        assert (gone.status_code, gone.headers["location"]) == (303, "/masuk")
        assert (await phone.get("/meja")).status_code == 303
        await sign_in(phone, "operator")
        await press(admin, "/meja/petugas", f"/meja/petugas/{(await account_of(ground, 'operator')).id}/keluar")
        assert (await phone.get("/meja")).status_code == 303
        assert (await admin.get("/meja")).status_code == 200
    assert (await acts(ground))[-2:] == ["access.signed_out_everywhere"] * 2


async def test_nobody_is_thrown_out_of_a_live_session(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    await sign_in(web, "moderator")
    cookies = dict(web.cookies)

    async def there(hours: int) -> bool:
        async with browser(ground, later=timedelta(hours=hours)) as later:
            later.cookies.update(cookies)
            return (await later.get("/masuk")).status_code == 303

    async def now(state: SessionState, ended: int | None = None) -> None:
        moment = None if ended is None else ground.clock.now() + timedelta(hours=ended)
        async with ground.database.write() as db:
            await db.execute(update(ForumSession).where(ForumSession.id == session.id).values(state=state, ended_at=moment))

    assert (await there(17), await there(34), await there(53)) == (True, True, False)
    await now(SessionState.LIVE)
    assert await there(53)
    await now(SessionState.ENDED, ended=70)
    assert await there(75)
    assert not await there(94)
