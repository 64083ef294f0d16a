"""Applications that tests start from."""

import random
from datetime import datetime, timedelta
from typing import Any

from app.database.tables import new_id
from app.participants.models import Origin
from app.participants.service import Person, add_participant
from app.registration.applying import Sender, apply
from app.registration.form import ApplicationForm
from app.registration.keys import new_code
from app.registration.models import Application, ApplicationState
from app.sessions.models import ForumSession
from app.web.ground import Ground


def some_phone() -> str:
    """A number that nobody else in the test has (practically)."""
    return f"0812{random.randrange(10**7, 10**8)}"


def form_values(**changes: Any) -> dict[str, Any]:
    """A right application as a program sends it; a change to None leaves the field out."""
    values = {
        "name": "Siti Rahayu",
        "phone": "0853-2690-5742",
        "village": "33.75.03.1004",
        "element": "rt",
        "attendance": "online",
        "consent_version": 1,
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


async def apply_via_service(ground: Ground, session: ForumSession, *, at: datetime | None = None, **changes: Any) -> Application:
    """Somebody applies by the same service as on the page; `at` is when the form was received."""
    values = form_values(phone=some_phone(), **changes) if "phone" not in changes else form_values(**changes)
    now = ground.clock.now()
    async with ground.database.write() as db:
        return await apply(db, ground.vault, session.id, ApplicationForm.model_validate(values), Sender(), received_at=at or now, now=now)


async def make_application(
    ground: Ground, session: ForumSession, *, name: str | None = None, phone: str | None = None, **changes: Any
) -> Application:
    """A row as if somebody had applied: `changes` are columns of Application or fields of Person (element, gender, age_group, village_code …)."""
    now = ground.clock.now()
    own = {key: changes.pop(key) for key in list(changes) if key in Person.__dataclass_fields__}
    if "site_id" in own:
        changes["site_id"] = own["site_id"]
    person = Person(name=name or f"Warga {new_id()[:6]}", phone=phone or f"+62{some_phone()[1:]}", **{"element": "warga", **own})
    async with ground.database.write() as db:
        participant = await add_participant(db, ground.vault, session.id, person, origin=Origin.APPLICATION, now=now)
        values: dict[str, Any] = {
            "id": new_id(),
            "session_id": session.id,
            "participant_id": participant.id,
            "code": new_code(),
            "phone_index": participant.phone_index,
            "name_key": participant.name_key,
            "attendance": "in_person" if participant.site_id else "online",
            "site_id": participant.site_id,
            "flags": [],
            "has_disability": participant.disability is not None,
            "state": ApplicationState.SUBMITTED,
            "received_at": now - timedelta(minutes=1),
            "order": participant.number,
            **changes,
        }
        application = Application(**values)
        db.add(application)
    return application
