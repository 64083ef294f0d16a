"""Rows that tests start from: the forum of Kota Pekalongan with its halls and quotas."""

from datetime import datetime, timedelta
from typing import Any

from app.database.tables import new_id
from app.journal.service import open_room
from app.participants.models import ParticipantCounter
from app.proposals.models import ProposalCounter
from app.sessions.models import ForumSession, PrivacyNotice, SessionState, Site, Tier
from app.web.ground import Ground

ELEMENTS = [
    "rt",
    "rw",
    "lpm",
    "perempuan",
    "pemuda",
    "anak",
    "disabilitas",
    "tokoh_agama",
    "lsm",
    "perguruan_tinggi",
    "opd",
    "dprd",
    "warga",
]


async def make_session(ground: Ground, *, halls: int = 2, hall_seats: int = 30, **changes: Any) -> tuple[ForumSession, list[Site]]:
    """A published session whose registration is open now: 100 seats online, halls `aula-1` …, one privacy notice, an open room's logs."""
    now: datetime = ground.clock.now()
    values: dict[str, Any] = {
        "id": new_id(),
        "slug": f"pekalongan-{new_id()[:6]}",
        "room": new_id(),
        "title": "Musrenbang RKPD Kota Pekalongan",
        "summary": "Rembuk warga dan pemerintah.",
        "tier": Tier.REGENCY,
        "region_code": "33.75",
        "number_prefix": "PKL",
        "year_held": 2021,
        "plan_year": 2022,
        "zone": "Asia/Jakarta",
        "starts_at": now + timedelta(days=2),
        "ends_at": now + timedelta(days=2, hours=3),
        "registration_opens_at": now - timedelta(days=1),
        "registration_closes_at": now + timedelta(days=1),
        "seats_online": 100,
        "elements": ELEMENTS,
        "stream_url": "https://example.org/siaran",
        "contact_number": "+6285326905742",
        "contact_name": "Bappeda",
        "state": SessionState.PUBLISHED,
        "created_at": now,
        **changes,
    }
    session = ForumSession(**values)
    sites = [
        Site(id=new_id(), session_id=session.id, code=f"aula-{n}", name=f"Aula {n}", seats=hall_seats, position=n)
        for n in range(1, halls + 1)
    ]
    async with ground.database.write() as db:
        db.add(session)
        await db.flush()
        db.add_all(sites)
        db.add(PrivacyNotice(session_id=session.id, version=1, text="Data dipakai untuk musrenbang.", created_at=now))
        db.add(ParticipantCounter(session_id=session.id, last=0))
        db.add(ProposalCounter(session_id=session.id, last=0))
        await open_room(db, session.room)
    return session, sites
