"""The door of a hall: presses that a device kept while the line was down come in together, each once; what cannot simply be counted waits for an operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, FieldError, ForumError, Gone, Invalid, NotFound
from app.hall.checkin import OLDEST, CheckedIn, Scan, add_walk_in, check_in, check_in_wanted
from app.hall.models import DoorPress, Settled
from app.hall.roster import last_part, open_stays
from app.participants.models import Participant
from app.participants.service import Person, take_turn
from app.registration.keys import written
from app.sessions.models import Site
from app.sessions.rows import sites_of
from app.vault import Vault

SHOWN = 4
"""Signs of an unknown code that are kept."""
MOST = 200
NONCE_USED = "hall.nonce_used"


@dataclass(frozen=True)
class Press:
    """One press: its nonce and the device's time (none: somebody says that it counts now), and a participant's id, a code or scanned link, or the name of a guest on no list."""

    nonce: str
    at: datetime | None
    participant: str | None = None
    code: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a press: `refusal` (a code) when an operator has to settle it, else whose stay it is and since when.

    With `practice` it was made in a rehearsal that has been wiped, is not kept, and `refusal` says so.
    """

    nonce: str
    refusal: str | None
    facts: dict[str, object]
    participant: str | None
    name: str | None
    at: datetime
    fresh: bool
    practice: bool = False


@dataclass(frozen=True)
class Unsettled:
    """A press that waits for an operator; `hall` is where the person is now."""

    id: str
    nonce: str
    refusal: str
    participant: str | None
    name: str | None
    hint: str | None
    hall: str | None
    pressed_at: datetime
    uploaded_at: datetime


@dataclass(frozen=True)
class Decision:
    """Let in after all, as the `participant` or the guest of this `name` when the press names nobody itself; or not counted."""

    admit: bool
    participant: str | None = None
    name: str | None = None


async def take(db: AsyncSession, vault: Vault, site: Site, press: Press, *, actor: str, now: datetime) -> Outcome:
    """Count one press, or keep it for an operator; the same nonce again is the same press. Never raises for what a guest or device can do."""
    await take_turn(db, site.session_id)
    before = await db.scalar(select(DoorPress).where(DoorPress.session_id == site.session_id, DoorPress.nonce == press.nonce))
    if before is not None:
        return await _again(db, before)
    try:
        stay, refused = await _tried(db, vault, site, press, actor, now)
    except Gone as practised:
        return Outcome(press.nonce, practised.code, practised.facts, None, None, press.at or now, fresh=False, practice=True)
    person = stay.participant_id if stay else refused.facts.get("participant_id") if refused else None
    pressed_at = press.at if press.at is not None and now - OLDEST <= press.at <= now else now
    db.add(
        DoorPress(
            id=new_id(),
            session_id=site.session_id,
            site_id=site.id,
            nonce=press.nonce,
            participant_id=person,
            hint=_hint(press.code) if person is None else None,
            refusal=refused.code if refused else None,
            pressed_at=pressed_at,
            uploaded_at=now,
            uploaded_by=actor,
        )
    )
    await db.flush()
    if refused is not None:
        name = refused.facts.get("person")
        known = str(person) if person else None
        return Outcome(press.nonce, refused.code, refused.facts, known, str(name) if name else None, pressed_at, fresh=True)
    assert stay is not None
    return Outcome(press.nonce, None, {}, stay.participant_id, stay.name, stay.arrived_at, stay.fresh)


async def unsettled(db: AsyncSession, site: Site) -> Sequence[Unsettled]:
    """What waits at this hall for an operator, the oldest first."""
    rows = await db.execute(
        select(DoorPress, Participant.name)
        .outerjoin(Participant, Participant.id == DoorPress.participant_id)
        .where(DoorPress.site_id == site.id, DoorPress.refusal.is_not(None), DoorPress.settled.is_(None))
        .order_by(DoorPress.pressed_at, DoorPress.id)
        .limit(MOST)
    )
    found = [(press, name) for press, name in rows]
    stays = await open_stays(db, site.session_id) if found else {}
    halls = {one.id: one.name for one in await sites_of(db, site.session_id)} if found else {}
    here = {press.id: stays.get(press.participant_id or "") for press, _ in found}
    return [
        Unsettled(
            press.id,
            press.nonce,
            press.refusal or "",
            press.participant_id,
            name,
            press.hint,
            halls.get(stay.site_id) if (stay := here[press.id]) else None,
            press.pressed_at,
            press.uploaded_at,
        )
        for press, name in found
    ]


async def settle(db: AsyncSession, vault: Vault, site: Site, press_id: str, decision: Decision, *, actor: str, now: datetime) -> None:
    """An operator decides: in this hall after all since the moment of the press, or not counted. Settled is settled: a second time changes nothing.

    NotFound for a press of another hall, Invalid when nobody is known to let in.
    """
    await take_turn(db, site.session_id)
    press = await db.get(DoorPress, press_id, with_for_update=True, populate_existing=True)
    if press is None or press.site_id != site.id or press.refusal is None:
        raise NotFound("hall.unknown_press")
    if press.settled is not None:
        return
    if decision.admit:
        press.participant_id = await _let_in(db, vault, site, press, decision, actor=actor, now=now)
    press.settled, press.settled_at, press.settled_by = Settled.ADMITTED if decision.admit else Settled.DROPPED, now, actor
    facts: dict[str, object] = {"site": site.id, "refusal": press.refusal, "as": press.settled}
    await record(db, vault, site.session_id, now, Act(actor, "hall.press_settled", f"door_press:{press.id}", facts))


async def _let_in(db: AsyncSession, vault: Vault, site: Site, press: DoorPress, decision: Decision, *, actor: str, now: datetime) -> str:
    """Who is now in the hall: by the press's own nonce, unless that was what spoke against it."""
    scan = Scan(f"door-{press.id}" if press.refusal == NONCE_USED else press.nonce, press.pressed_at)
    known = press.participant_id or decision.participant
    if known is not None:
        return (await check_in(db, vault, site, known, scan, actor=actor, now=now)).participant_id
    if decision.name is None:
        raise Invalid(FieldError("participant", "field.required"))
    guest, _ = await add_walk_in(db, vault, site, Person(name=decision.name, site_id=site.id), scan, actor=actor, now=now)
    return guest.id


async def _tried(
    db: AsyncSession, vault: Vault, site: Site, press: Press, actor: str, now: datetime
) -> tuple[CheckedIn | None, ForumError | None]:
    scan = Scan(press.nonce, press.at, ask=True)
    try:
        if press.name:
            person = Person(name=press.name, site_id=site.id)
            _, stay = await add_walk_in(db, vault, site, person, scan, actor=actor, now=now)
            return stay, None
        return await check_in_wanted(db, vault, site, press.participant, press.code, scan, actor=actor, now=now), None
    except (Conflict, NotFound) as refused:
        return None, refused


async def _again(db: AsyncSession, press: DoorPress) -> Outcome:
    person = await db.get(Participant, press.participant_id) if press.participant_id else None
    waits = press.refusal if press.settled is None else None
    facts: dict[str, object] = {"person": person.name if person else "–", "hall": "–"}
    return Outcome(press.nonce, waits, facts, press.participant_id, person.name if person else None, press.pressed_at, fresh=False)


def _hint(code: str | None) -> str | None:
    """The beginning of a short code; nothing of a link, whose beginning tells nobody anything."""
    last = last_part(code or "")
    return f"{written(last)[:SHOWN]}…" if 0 < len(last) <= SHOWN * 2 + 4 else None
