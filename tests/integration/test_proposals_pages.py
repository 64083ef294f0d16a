"""The public pages of proposals: what anybody reads, and what nobody may."""

import re

import httpx
import pytest

from app.proposals import service
from app.proposals.models import Proposal
from app.sessions.models import ForumSession, SessionState
from app.web.ground import Ground
from tests.factories import make_session
from tests.factories_proposals import NAME, SAID, make_person, make_proposal, words


async def change(ground: Ground, session: ForumSession, number: str, version: int, **changes: object) -> Proposal:
    async with ground.database.write() as db:
        return await service.change(db, ground.vault, session, number, changes, if_version=version, actor="system", now=ground.clock.now())


async def test_the_list_shows_what_is_public_and_narrows(ground: Ground, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    empty = await web.get(f"/s/{session.slug}/usulan")
    assert (empty.status_code, "Belum ada usulan di sini" in empty.text) == (200, True)
    shown = await make_proposal(
        ground, session, words(ground, fields={"title": "Pengerukan saluran", "sector": "water"}, site_id=sites[0].id)
    )
    other = await make_proposal(ground, session, words(ground, fields={"title": "Lampu tanggul", "village": "Panjang Baru"}))
    hidden = await make_proposal(ground, session, words(ground, fields={"title": "Belum dilihat"}))
    await change(ground, session, shown, 1, status="verified")
    await change(ground, session, other, 1, status="verified", village="Panjang Baru")

    async def numbers(query: str = "") -> list[str]:
        return re.findall(r'href="/u/([^"]+)"', (await web.get(f"/s/{session.slug}/usulan{query}")).text)

    assert await numbers() == [shown, other]
    assert await numbers("?sector=water") == [shown]
    assert await numbers("?village=Panjang+Baru") == [other]
    assert await numbers(f"?site={sites[0].code}") == [shown]
    assert await numbers("?status=agreed") == []
    assert await numbers("?q=LAMPU") == [other]
    assert await numbers("?q=%20&sector=bulan&status=x&page=1") == [shown, other]
    assert "Belum dilihat" not in (await web.get(f"/s/{session.slug}/usulan")).text
    waiting = await web.get(f"/u/{hidden}", headers={"Accept": "text/html"})
    assert (waiting.status_code, "Belum dilihat" in waiting.text, "sedang diperiksa sekretariat" in waiting.text) == (404, False, True)
    unknown = await web.get("/u/PKL-2022-9999", headers={"Accept": "text/html"})
    assert (unknown.status_code, "Halaman tidak ditemukan" in unknown.text, "sedang diperiksa" in unknown.text) == (404, True, False)
    assert (await web.get(f"/s/{session.slug}/usulan?q=zzz")).text.count("Tidak ada usulan yang cocok") == 1


async def test_a_page_tells_the_whole_story_and_no_name(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    person = await make_person(ground, session)
    number = await make_proposal(
        ground, session, words(ground, person=person, fields={"budget": 185_000_000, "quantity": 400, "unit": "m"})
    )
    await change(ground, session, number, 1, status="verified")
    await change(ground, session, number, 2, status="declined", reason_code="already_proposed", reason="Sudah masuk rencana 2021.")
    answer = await web.get(f"/u/{number.lower()}")
    assert answer.status_code == 200
    for piece in (
        SAID,
        "Ketua RT 03/RW 05, Kandang Panjang",
        "Rp185.000.000",
        "400 m",
        "Diverifikasi sekretariat",
        "Sudah pernah diusulkan",
    ):
        assert piece in answer.text, piece
    assert "Sudah masuk rencana 2021." in answer.text
    assert NAME not in answer.text
    assert person.id not in answer.text


async def test_hostile_words_are_harmless_text(ground: Ground, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}'
    fields = dict.fromkeys(("title", "problem", "action", "landmark", "hamlet", "agency", "unit"), hostile)
    number = await make_proposal(ground, session, words(ground, hostile, capacity=hostile, fields=fields))
    await change(ground, session, number, 1, status="declined", reason_code="other", reason=hostile, published=True)
    for address in (f"/u/{number}", f"/s/{session.slug}/usulan", f"/s/{session.slug}/usulan?q={hostile}"):
        text = (await web.get(address)).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;alert(1)" in text


@pytest.mark.parametrize("number", ["PKL-2022-9999", "x", "..%5c", "a" * 300, "%F0%9F%98%80"])
async def test_an_unknown_number_is_not_found(ground: Ground, web: httpx.AsyncClient, number: str) -> None:
    answer = await web.get(f"/u/{number}")
    assert answer.status_code == 404


async def test_one_number_in_two_forums_is_chosen_between(ground: Ground, web: httpx.AsyncClient) -> None:
    first, _ = await make_session(ground, title="Musrenbang kota")
    second, _ = await make_session(ground, title="Musrenbang anak")
    draft, _ = await make_session(ground, title="Konsep", state=SessionState.DRAFT)
    for session in (first, second, draft):
        await change(ground, session, await make_proposal(ground, session), 1, status="verified", title=f"Usulan {session.title}")
    answer = await web.get("/u/PKL-2022-0001")
    assert answer.status_code == 200
    assert re.findall(r'href="/u/PKL-2022-0001\?forum=([^"]+)"', answer.text) == [first.slug, second.slug]
    chosen = await web.get(f"/u/PKL-2022-0001?forum={second.slug}")
    assert "Usulan Musrenbang anak" in chosen.text
    assert (await web.get("/u/PKL-2022-0001?forum=lain")).status_code == 404


async def test_a_draft_shows_its_list_to_nobody(ground: Ground, web: httpx.AsyncClient) -> None:
    draft, _ = await make_session(ground, state=SessionState.DRAFT)
    assert (await web.get(f"/s/{draft.slug}/usulan")).status_code == 404
