"""Publishing the selection: it becomes final and visible, the selected get their seats, and everybody is told; all in one transaction.

Publishing again tells only those whose result is new (late registrants, a reserve who moved up); nothing told is ever taken back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import Act, record
from app.database.tables import new_id
from app.errors import Conflict, NotFound
from app.invitations.models import Credential, CredentialState, Seat, SeatState
from app.meetings.models import Meeting
from app.notices.service import Told, notify_all
from app.registration.models import Application, ApplicationState, Decision
from app.sessions.models import ForumSession
from app.vault import Vault

LEFT_OVER = "selection.left_over"
"""The reason kept with those whom nobody had decided about when the results were published."""
LETTERS = {
    ApplicationState.SELECTED: "invited",
    ApplicationState.RESERVE: "reserve",
    ApplicationState.DECLINED: "not_selected",
}
ROWS = 100
Undecided = Literal["decline", "refuse"]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Published:
    """How many people were told what."""

    selected: int
    reserve: int
    declined: int

    @property
    def told(self) -> int:
        """Everybody who is told."""
        return self.selected + self.reserve + self.declined


@dataclass(frozen=True)
class Plan:
    """What publishing would do now: people per result, those nobody decided about, and whether results were published before."""

    counts: dict[ApplicationState, int]
    published_at: datetime | None

    @property
    def told(self) -> int:
        """Everybody who would be told, those not decided about included."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class _Row:
    id: str
    participant_id: str
    state: ApplicationState
    attendance: str
    site_id: str | None
    has_phone: bool
    version: int


class ToSeat(Protocol):
    """Somebody who gets a seat."""

    @property
    def participant_id(self) -> str:
        """Whose seat it is."""

    @property
    def attendance(self) -> str:
        """`online` or `in_person`."""

    @property
    def site_id(self) -> str | None:
        """The hall."""

    @property
    def has_phone(self) -> bool:
        """Whether a new browser must give the last four digits of the phone."""


async def plan(db: AsyncSession, session_id: str) -> Plan:
    """The numbers that the moderator is asked about."""
    session = await db.get_one(ForumSession, session_id)
    found = await db.execute(
        select(Application.state, func.count()).where(Application.session_id == session_id, untold()).group_by(Application.state)
    )
    return Plan({state: int(count) for state, count in found}, session.selection_published_at)


def untold() -> ColumnElement[bool]:
    """Applications whose result would be news: nothing told yet, or moved up since."""
    news = or_(Application.told_state.is_(None), and_(Application.state == "selected", Application.told_state != "selected"))
    return and_(news, Application.state.not_in((ApplicationState.WITHDRAWN, ApplicationState.LATE)))


async def publish(
    db: AsyncSession, vault: Vault, session_id: str, *, actor: str, now: datetime, leave_undecided: Undecided = "decline"
) -> Published:
    """Tell every applicant their result; Conflict when there is nothing new, nothing decided, or somebody undecided and `refuse` was asked."""
    session = await db.scalar(
        select(ForumSession).where(ForumSession.id == session_id).with_for_update().execution_options(populate_existing=True)
    )
    if session is None:
        raise NotFound("sessions.unknown")
    rows = await _news(db, session_id)
    _must_make_sense(session, rows, leave_undecided)
    undecided = [row for row in rows if row.state == ApplicationState.SUBMITTED]
    session.selection_published_at = session.selection_published_at or now
    await _decline(db, undecided, actor, now)
    await _mark_told(db, rows, now)
    selected = [row for row in rows if row.state == ApplicationState.SELECTED]
    await give_seats(db, session_id, selected, now)
    told = {state: [row for row in rows if _result(row) == state] for state in LETTERS}
    for state, kind in LETTERS.items():
        people = [Told(row.participant_id, f"result:{row.id}:{state.value}") for row in told[state]]
        await notify_all(db, session_id=session_id, kind=kind, people=people, now=now)
    done = Published(*(len(told[state]) for state in LETTERS))
    facts: dict[str, object] = {
        "selected": done.selected,
        "reserve": done.reserve,
        "declined": done.declined,
        "left_over": len(undecided),
    }
    await record(db, vault, session_id, now, Act(actor, "selection.published", f"session:{session_id}", facts))
    return done


async def give_seats(db: AsyncSession, session_id: str, rows: Iterable[ToSeat], now: datetime) -> None:
    """A seat per person, and for those online a row in the ledger of the meeting; who has one keeps it."""
    seats = [
        {
            "id": new_id(),
            "session_id": session_id,
            "participant_id": row.participant_id,
            "way": row.attendance,
            "site_id": row.site_id,
            "generation": 1,
            "state": SeatState.ACTIVE,
            "needs_last_four": row.has_phone,
            "issued_at": now,
            "version": 1,
        }
        for row in rows
    ]
    meeting = await db.scalar(select(Meeting.id).where(Meeting.session_id == session_id))
    dialect = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    for some in _chunks(seats):
        made = await db.execute(
            dialect(Seat).values(list(some)).on_conflict_do_nothing(index_elements=["participant_id"]).returning(Seat.id, Seat.way)
        )
        online = [seat_id for seat_id, way in made.all() if way == "online"]
        if meeting is not None and online:
            # The manual provider issues at once: everybody shares its link, and it is shown on a press only.
            await db.execute(insert(Credential), [_issued(seat_id, meeting, now) for seat_id in online])


def _issued(seat_id: str, meeting_id: str, now: datetime) -> dict[str, object]:
    state = CredentialState.ISSUED
    return {"id": new_id(), "seat_id": seat_id, "meeting_id": meeting_id, "state": state, "attempts": 1, "issued_at": now}


def _must_make_sense(session: ForumSession, rows: Sequence[_Row], leave_undecided: Undecided) -> None:
    decided = [row for row in rows if row.state != ApplicationState.SUBMITTED]
    if not decided and session.selection_published_at is not None:
        raise Conflict("selection.already_published")
    if not decided:
        raise Conflict("selection.nothing_decided")
    if leave_undecided == "refuse" and len(decided) < len(rows):
        raise Conflict("selection.undecided", count=len(rows) - len(decided))


async def _news(db: AsyncSession, session_id: str) -> list[_Row]:
    found = await db.execute(
        select(
            Application.id,
            Application.participant_id,
            Application.state,
            Application.attendance,
            Application.site_id,
            Application.phone_index.is_not(None),
            Application.version,
        )
        .where(Application.session_id == session_id, untold())
        .order_by(Application.order)
        .with_for_update()
    )
    return [_Row(*row) for row in found]


async def _decline(db: AsyncSession, undecided: Sequence[_Row], actor: str, now: datetime) -> None:
    """Their version grows when they are marked as told, right after."""
    run = new_id()
    for some in _chunks(undecided):
        await db.execute(
            update(Application)
            .where(Application.id.in_([row.id for row in some]))
            .values(state=ApplicationState.DECLINED, decided_at=now, decided_by=actor)
            .execution_options(synchronize_session=False)
        )
        rows = [
            {
                "id": new_id(),
                "application_id": row.id,
                "run_id": run,
                "version": row.version + 1,
                "before": ApplicationState.SUBMITTED.value,
                "after": ApplicationState.DECLINED.value,
                "reason": LEFT_OVER,
                "by": actor,
                "at": now,
            }
            for row in some
        ]
        await db.execute(insert(Decision), rows)


async def _mark_told(db: AsyncSession, rows: Sequence[_Row], now: datetime) -> None:
    for some in _chunks([row.id for row in rows]):
        await db.execute(
            update(Application)
            .where(Application.id.in_(some))
            .values(told_state=Application.state, told_at=now, version=Application.version + 1)
            .execution_options(synchronize_session=False)
        )


def _result(row: _Row) -> ApplicationState:
    return ApplicationState.DECLINED if row.state == ApplicationState.SUBMITTED else row.state


def _chunks(values: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (values[start : start + ROWS] for start in range(0, len(values), ROWS))
