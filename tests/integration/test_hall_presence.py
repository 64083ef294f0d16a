"""Attendance at any moment, and the quorum: as numbers for programs, and as a paragraph for the minutes."""

from datetime import datetime, timedelta

import httpx

from app.database.tables import new_id
from app.participants.models import Attendance, Origin
from app.sessions.models import ForumSession, QuotaUnit, Site
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session
from tests.factories_invitations import make_person, make_seat


async def stayed(
    ground: Ground, session: ForumSession, person_id: str, site: Site | None, came: datetime, left: datetime | None = None
) -> None:
    async with ground.database.write() as db:
        db.add(
            Attendance(
                session_id=session.id,
                participant_id=person_id,
                way="in_person" if site else "online",
                site_id=site.id if site else None,
                nonce=new_id(),
                arrived_at=came,
                left_at=left,
                recorded_at=came,
                recorded_by="system",
            )
        )


async def test_attendance_and_quorum_at_any_moment(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    now = ground.clock.now()
    session, sites = await make_session(ground, quorum=60, quorum_unit=QuotaUnit.PERCENT)
    people = [
        (await make_seat(ground, session, f"Warga {n}", way="in_person", site_id=sites[n % 2].id, gender=("female", "male")[n % 2]))[0]
        for n in range(4)
    ]
    walk_in = await make_person(ground, session, "Tamu", origin=Origin.WALK_IN, element="opd", site_id=sites[0].id)
    start = now - timedelta(hours=3)
    for n, seat in enumerate(people[:2]):
        await stayed(ground, session, seat.participant_id, sites[n], start + timedelta(minutes=10 * n))
    await stayed(ground, session, people[2].participant_id, None, start + timedelta(minutes=30), start + timedelta(minutes=90))
    await stayed(ground, session, walk_in.id, sites[0], start + timedelta(minutes=120))

    async def asked(minutes: int) -> dict[str, object]:
        at = (start + timedelta(minutes=minutes)).isoformat()
        address = f"/api/v1/sessions/{session.slug}/attendance"
        found = (await web.get(address, params={"at": at}, headers=office.bearer("reader"))).json()
        quorum = found["quorum"]
        return {
            **{name: found[name] for name in ("total", "ever", "by_way", "by_site")},
            "state": quorum["state"],
            "needed": quorum["needed"],
        }

    assert await asked(20) == {
        "total": 2,
        "ever": 2,
        "by_way": {"in_person": 2},
        "by_site": {"aula-1": 1, "aula-2": 1},
        "state": "short",
        "needed": 3,
    }
    both = {"by_way": {"in_person": 2, "online": 1}, "by_site": {"aula-1": 1, "aula-2": 1}}
    assert await asked(60) == {"total": 3, "ever": 3, **both, "state": "reached", "needed": 3}
    assert (await asked(100))["state"] == "short"
    assert await asked(130) == {
        "total": 3,
        "ever": 4,
        "by_way": {"in_person": 3},
        "by_site": {"aula-1": 2, "aula-2": 1},
        "state": "reached",
        "needed": 3,
    }
    whole = (await web.get(f"/api/v1/sessions/{session.slug}/attendance", headers=office.bearer("secretariat"))).json()
    assert datetime.fromisoformat(whole["quorum"]["reached_at"]) == start + timedelta(minutes=30)
    assert (whole["by_gender"], whole["by_element"]) == ({"": 1, "female": 1, "male": 1}, {"opd": 1, "rt": 2})
    page = (await web.get(f"/meja/{session.slug}/kehadiran", headers=office.bearer("reader"))).text
    for words in ("hadir 3 orang: 3 di lokasi dan 0 daring.", "Menurut lokasi: Aula 1 (2), Aula 2 (1).", "Kuorum 3 orang tercapai pukul"):
        assert words in page


async def test_a_number_a_share_of_nobody_and_no_rule_are_told_apart(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    rules = [(2, QuotaUnit.NUMBER, "short"), (50, QuotaUnit.PERCENT, "unknown"), (None, QuotaUnit.NUMBER, "none")]
    for quorum, unit, state in rules:
        session, _ = await make_session(ground, quorum=quorum, quorum_unit=unit)
        found = (await web.get(f"/api/v1/sessions/{session.slug}/attendance", headers=office.bearer("operator"))).json()
        assert (found["quorum"]["state"], found["quorum"]["present"]) == (state, 0)
        assert (await web.get(f"/meja/{session.slug}/kehadiran", headers=office.bearer("operator"))).status_code == 200
