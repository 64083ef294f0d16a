"""What people asked for so that they can take part (a ramp, an interpreter): a checklist per hall, ticked off as it is seen to.

The need is opened for those who must meet it; names stand as initials, and a disability is not shown at all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.access.rights import Staff
from app.access.service import must
from app.audit.service import Act, record
from app.errors import NotFound
from app.hall.models import NeedSeenTo
from app.hall.roster import Expected, expected_at, on_list, where_expected
from app.participants.models import Participant
from app.sessions.models import ForumSession, Site
from app.sessions.rows import sites_of
from app.vault import Vault

ROLES = {Role.OPERATOR, Role.MODERATOR}
SIGNED = "isyarat"
"""The word by which a wish for sign language is known."""
SEEN_TO = cast("Table", NeedSeenTo.__table__)


@dataclass(frozen=True)
class Need:
    """One person's need: initials, the wish as it was written, and since when it is seen to."""

    participant_id: str
    initials: str
    element: str | None
    wish: str
    seen_to_at: datetime | None


@dataclass(frozen=True)
class AtHall:
    """The needs of one hall, or of those online (`site` none), and how often each word stands among them."""

    site: Site | None
    needs: Sequence[Need]
    words: Mapping[str, int]

    @property
    def open(self) -> int:
        """How many are not seen to yet."""
        return sum(one.seen_to_at is None for one in self.needs)


async def needs_of(db: AsyncSession, vault: Vault, session: ForumSession, staff: Staff) -> list[AtHall]:
    """The needs of everybody who is expected, by hall, then online: those places at which this person works."""
    seen = {row.participant_id: row.at for row in await db.scalars(select(NeedSeenTo).where(NeedSeenTo.session_id == session.id))}
    found: dict[str, list[Need]] = {}
    for person, seat, application in await db.execute(on_list(session.id).where(Participant.needs.is_not(None))):
        expected, hall = where_expected(person, seat, application)
        if expected in {Expected.HERE, Expected.ONLINE}:
            found.setdefault(hall or "", []).append(_need(vault, person, seen.get(person.id)))
    places = [site for site in await sites_of(db, session.id) if staff.may(ROLES, session.id, site.id)]
    halls = [_at(site, found.get(site.id, [])) for site in places]
    return [*halls, _at(None, found[""])] if "" in found and _everywhere(staff, session) else halls


async def see_to(
    db: AsyncSession, vault: Vault, session: ForumSession, participant_id: str, *, done: bool, staff: Staff, now: datetime
) -> None:
    """Somebody's need is seen to, or after all not yet; twice changes nothing. NotFound for nobody with a need, NotAllowed for another's hall."""
    person = await db.get(Participant, participant_id, with_for_update=True, populate_existing=True)
    if person is None or person.session_id != session.id or person.needs is None or person.erased_at is not None:
        raise NotFound("hall.unknown_person")
    _, hall = await expected_at(db, person)
    must(staff, ROLES, session.id, hall)
    if hall is None and not _everywhere(staff, session):
        raise NotFound("hall.unknown_person")
    if done:
        insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
        row = {"participant_id": person.id, "session_id": session.id, "at": now, "by": staff.actor}
        changed = await db.execute(insert(SEEN_TO).values(row).on_conflict_do_nothing().returning(SEEN_TO.c.participant_id))
    else:
        changed = await db.execute(delete(SEEN_TO).where(SEEN_TO.c.participant_id == person.id).returning(SEEN_TO.c.participant_id))
    if changed.first() is not None:
        act = "hall.need_seen_to" if done else "hall.need_open_again"
        await record(db, vault, session.id, now, Act(staff.actor, act, f"participant:{person.id}", {"site": hall}))


def initials(name: str) -> str:
    """The first letters of a name: enough to tell two people apart at a desk."""
    return " ".join(f"{word[0].upper()}." for word in name.split()[:3])


def signs_wanted(halls: Sequence[AtHall]) -> int:
    """How many people asked for sign language."""
    return sum(SIGNED in one.wish.casefold() for hall in halls for one in hall.needs)


def _need(vault: Vault, person: Participant, seen_to_at: datetime | None) -> Need:
    wish = vault.open(person.needs, "participants", "needs", person.id) or ""
    return Need(person.id, initials(person.name), person.element, wish, seen_to_at)


def _at(site: Site | None, needs: Sequence[Need]) -> AtHall:
    words = Counter(word.strip() for one in needs for word in one.wish.split(",") if word.strip())
    return AtHall(site, sorted(needs, key=lambda one: (one.seen_to_at is not None, one.wish)), dict(words.most_common()))


def _everywhere(staff: Staff, session: ForumSession) -> bool:
    return any(staff.sites_in(session.id, role) is None for role in ROLES)
