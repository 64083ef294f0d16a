"""Sessions for programs: what goes in comes out, to those who may see it."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.sessions.models import SessionState
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session

SESSIONS = "/api/v1/sessions"
MEETING = {"link": "https://zoom.us/j/812", "meeting_id": "812 3456", "passcode": "rembuk21"}


def whole(ground: Ground) -> dict[str, Any]:
    start = ground.clock.now().replace(microsecond=0) + timedelta(days=5)
    return {
        "title": "  Musrenbang   RKPD Kota Pekalongan ",
        "region_code": "33.75",
        "slug": "musrenbang-2022",
        "starts_at": start.isoformat(),
        "contact_number": "0853 2690 5742",
        "sites": [{"name": "Ruang Buketan", "seats": 40}],
        "agenda": [{"title": "Pembukaan", "planned_at": start.isoformat()}],
        "quotas": [{"attribute": "gender", "value": "female", "minimum": 30, "unit": "percent"}],
        "meeting": MEETING,
    }


async def made(ground: Ground, office: Office, web: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await web.post(SESSIONS, json=whole(ground) | more, headers=office.bearer("admin"))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_session_is_made_published_opened_and_ended(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session = await made(ground, office, web)
    assert (session["slug"], session["title"], session["state"]) == ("musrenbang-2022", "Musrenbang RKPD Kota Pekalongan", "draft")
    assert (session["region"], session["contact_number"]) == ("Kota Pekalongan", "+6285326905742")
    assert session["staff"]["meeting"] == MEETING
    states = []
    for to, role in (("published", "admin"), ("live", "moderator"), ("paused", "moderator"), ("live", "moderator"), ("ended", "moderator")):
        answer = await web.post(f"{SESSIONS}/musrenbang-2022/state", json={"to": to}, headers=office.bearer(role))
        states.append((answer.status_code, answer.json()["state"]))
    assert states == [(200, "published"), (200, "live"), (200, "paused"), (200, "live"), (200, "ended")]
    again = await web.post(f"{SESSIONS}/musrenbang-2022/state", json={"to": "live"}, headers=office.bearer("moderator"))
    assert (again.status_code, again.json()["code"]) == (409, "sessions.wrong_state")


async def test_publishing_is_for_administrators(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await made(ground, office, web)
    answer = await web.post(f"{SESSIONS}/musrenbang-2022/state", json={"to": "published"}, headers=office.bearer("moderator"))
    assert (answer.status_code, answer.json()["code"]) == (403, "access.not_allowed")


async def test_the_public_sees_no_draft_and_never_the_meeting(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await made(ground, office, web)
    assert (await web.get(f"{SESSIONS}/musrenbang-2022")).status_code == 404
    assert (await web.get(SESSIONS)).json() == {"items": []}
    await web.post(f"{SESSIONS}/musrenbang-2022/state", json={"to": "published"}, headers=office.bearer("admin"))
    public = await web.get(f"{SESSIONS}/musrenbang-2022")
    assert (public.status_code, public.json()["staff"], public.json()["registration"]) == (200, None, "open")
    moderator = await web.get(f"{SESSIONS}/musrenbang-2022", headers=office.bearer("moderator"))
    assert (moderator.json()["staff"]["meeting"], moderator.json()["staff"]["meeting_ready"]) == (None, True)
    assert "rembuk21" not in public.text + moderator.text
    assert [one["slug"] for one in (await web.get(SESSIONS)).json()["items"]] == ["musrenbang-2022"]


async def test_of_two_changes_the_second_is_refused(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    await made(ground, office, web)
    address, headers = f"{SESSIONS}/musrenbang-2022", office.bearer("admin")
    first = await web.patch(address, json={"version": 1, "summary": "Satu", "seats_online": 120}, headers=headers)
    second = await web.patch(address, json={"version": 1, "summary": "Dua"}, headers=headers)
    assert (first.status_code, first.json()["summary"], first.json()["seats_online"], first.json()["staff"]["version"]) == (
        200,
        "Satu",
        120,
        2,
    )
    assert (second.status_code, second.json()["code"]) == (409, "sessions.changed")
    assert (await web.get(address, headers=headers)).json()["summary"] == "Satu"


async def test_what_is_not_given_stays(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    before = await made(ground, office, web)
    changes = {"version": 1, "stream_url": "https://example.org/siaran"}
    after = (await web.patch(f"{SESSIONS}/musrenbang-2022", json=changes, headers=office.bearer("admin"))).json()
    assert after["stream_url"] == "https://example.org/siaran"
    before["staff"]["version"] = 2
    assert {**after, "stream_url": None} == before


async def test_a_deadline_is_extended_with_a_reason(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, _ = await make_session(ground)
    later = session.registration_closes_at + timedelta(hours=6)
    body = {"registration_closes_at": later.isoformat(), "reason": "Listrik padam di tiga kelurahan"}
    answer = await web.post(f"{SESSIONS}/{session.slug}/schedule", json=body, headers=office.bearer("moderator"))
    assert (answer.status_code, answer.json()["kind"]) == (200, "extended")
    shown = (await web.get(f"{SESSIONS}/{session.slug}")).json()
    assert shown["registration_closes_at"] == later.isoformat().replace("+00:00", "Z")


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"title": ""}, "title", "field.required"),
    ({"title": "x" * 161}, "title", "field.too_long"),
    ({"region_code": "99.99"}, "region_code", "sessions.region_unknown"),
    ({"region_code": None}, "region_code", "field.wrong"),
    ({"starts_at": "besok"}, "starts_at", "field.not_a_moment"),
    ({"starts_at": "2021-04-11T18:30:00"}, "starts_at", "field.not_a_moment"),
    ({"starts_at": "1821-04-11T18:30:00Z"}, "starts_at", "sessions.year_out_of_range"),
    ({"slug": "Huruf Besar"}, "slug", "sessions.slug_letters"),
    ({"slug": "baru"}, "slug", "sessions.slug_taken"),
    ({"number_prefix": "P K"}, "number_prefix", "sessions.prefix_letters"),
    ({"seats_online": -1}, "seats_online", "field.too_small"),
    ({"seats_online": 10**30}, "seats_online", "field.too_big"),
    ({"zone": "Europe/Paris"}, "zone", "field.not_a_choice"),
    ({"tier": "kota"}, "tier", "field.not_a_choice"),
    ({"stream_url": "http://example.org"}, "stream_url", "sessions.not_https"),
    ({"stream_url": "javascript:alert(1)"}, "stream_url", "sessions.not_https"),
    ({"meeting": {"link": "zoom"}}, "meeting.link", "sessions.not_https"),
    ({"contact_number": "0812"}, "contact_number", "sessions.phone_short"),
    ({"contact_number": "saya"}, "contact_number", "sessions.not_a_phone"),
    ({"late_hours": 900}, "late_hours", "field.too_big"),
    ({"elements": []}, "elements", "field.required"),
    ({"elements": ["raja"]}, "elements.0", "field.not_a_choice"),
    ({"sites": [{"name": "A", "seats": 1}, {"name": "a", "seats": 1}]}, "sites.1.name", "sessions.same_hall"),
    ({"sites": [{"name": "A", "seats": 0}]}, "sites.0.seats", "field.too_small"),
    ({"sites": [{"name": "A", "seats": 1}] * 61}, "sites", "field.too_long"),
    ({"quotas": [{"attribute": "shoe", "value": "42", "minimum": 1}]}, "quotas.0.attribute", "field.not_a_choice"),
    ({"notice": "pendek"}, "notice", "field.too_short"),
    ({"deadline": "2021-04-10T10:00:00Z"}, "deadline", "field.wrong"),
]


@pytest.mark.parametrize(("change", "field", "code"), BAD)
async def test_every_wrong_field_gets_its_sentence(
    ground: Ground, office: Office, web: httpx.AsyncClient, change: dict[str, Any], field: str, code: str
) -> None:
    answer = await web.post(SESSIONS, json=whole(ground) | change, headers=office.bearer("admin"))
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert [(e["field"], e["code"]) for e in errors] == [(field, code)]
    assert len(errors[0]["message"]) > 10
    assert (await web.get(SESSIONS, headers=office.bearer("admin"))).json() == {"items": []}


async def test_the_list_goes_on_where_it_stopped(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    now = ground.clock.now()
    slugs = [(await make_session(ground, halls=0, starts_at=now + timedelta(days=n), slug=f"forum-{n}"))[0].slug for n in range(53)]
    await make_session(ground, halls=0, slug="geladi", practice=True)
    await make_session(ground, halls=0, slug="konsep", state=SessionState.DRAFT)
    first = (await web.get(SESSIONS)).json()
    second = (await web.get(SESSIONS, params={"cursor": first["next"]})).json()
    assert [one["slug"] for one in first["items"] + second["items"]] == slugs[::-1]
    assert "next" not in second
    assert (await web.get(SESSIONS, params={"cursor": "tidak-ada"})).json() == {"items": []}
