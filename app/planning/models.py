"""The plenary's rows: one list per session, what it adds to each proposal, the steps that made it so, the delegates it sends on, and points."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column
from app.planning.steps import StepKind


class Plenary(Table):
    """The list of a session, whatever number of halls it has; its row is locked by every step, so that steps come one after the other."""

    __tablename__ = "plenaries"

    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, primary_key=True)
    head: Mapped[int] = mapped_column(default=0)
    """Number of the newest step."""
    beat: Mapped[int] = mapped_column(default=0)
    """Grows with whatever changes what desks and screens show, steps or not."""
    ceiling: Mapped[int | None] = mapped_column(BigInteger)
    """The budget ceiling of this forum, whole rupiah."""
    on_screen: Mapped[bool] = mapped_column(default=False)
    focus_id: Mapped[str | None] = mapped_column(Id)
    """The proposal being dealt with, which the big screen shows."""


class PlenaryItem(Table):
    """What the plenary adds to a proposal; what it says itself stays as it is. The three `…_step` are the newest steps that changed each part."""

    __tablename__ = "plenary_items"
    __table_args__ = (Index("ix_plenary_items_session_id", "session_id"),)

    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"), type_=Id, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    rank: Mapped[str | None]
    """Place in the list, compared as text; empty while nobody has moved it: then its number says where."""
    decision: Mapped[str | None] = mapped_column(String(20))
    """`agreed` or `not_agreed` as the plenary said it, whatever other levels made of the proposal since."""
    reason_code: Mapped[str | None] = mapped_column(String(30))
    reason: Mapped[str | None]
    filled: Mapped[dict[str, object]] = mapped_column(default=dict)
    """Columns of annex II that were filled, by name; quantities as text, money in whole rupiah."""
    placed_step: Mapped[int] = mapped_column(default=0)
    decided_step: Mapped[int] = mapped_column(default=0)
    filled_step: Mapped[int] = mapped_column(default=0)


class PlenaryStep(Table):
    """One act on the list, never changed: what stood before and after, by what it is about. Taking back is a step of its own."""

    __tablename__ = "plenary_steps"

    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[StepKind]
    before: Mapped[dict[str, object]]
    """{proposal id | `list` | `delegate:ID`: {field: value}}."""
    after: Mapped[dict[str, object]]
    undoes: Mapped[int | None]
    at: Mapped[datetime]
    by: Mapped[str]


class Delegate(Table):
    """Somebody whom the plenary sends to the next tier; named in the record. The steps hold the id only."""

    __tablename__ = "delegates"
    __table_args__ = (Index("ix_delegates_session_id", "session_id"), Index("ix_delegates_participant_id", "participant_id"))

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id"), type_=Id)
    """The participant of this name, where exactly one has it."""
    position: Mapped[int]
    name: Mapped[str]
    element: Mapped[str | None] = mapped_column(String(30))
    gender: Mapped[str | None] = mapped_column(String(10))
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Scoring(Table):
    """How a session scores its proposals, if it does. `step` is the newest that changed the scheme."""

    __tablename__ = "scorings"

    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, primary_key=True)
    scheme: Mapped[dict[str, object]] = mapped_column(default=dict)
    """As `app.planning.scoring` stores it; empty while nothing is scored."""
    on_screen: Mapped[bool] = mapped_column(default=False)
    step: Mapped[int] = mapped_column(default=0)


class Assessor(Table):
    """Somebody who scores: a member of staff by their account, or a name whose paper the secretariat types. The steps hold the id only."""

    __tablename__ = "assessors"
    __table_args__ = (Index("ix_assessors_session_id", "session_id"), Index("ix_assessors_participant_id", "participant_id"))

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"), type_=Id)
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id"), type_=Id)
    """The participant of this name, where exactly one has it and it is no account's."""
    position: Mapped[int]
    name: Mapped[str]
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Score(Table):
    """What one assessor gave one proposal. It stays with the proposal that was scored, whatever that is merged into or split into."""

    __tablename__ = "scores"
    __table_args__ = (Index("ix_scores_session_id", "session_id"), Index("ix_scores_proposal_id", "proposal_id"))

    assessor_id: Mapped[str] = mapped_column(ForeignKey("assessors.id"), type_=Id, primary_key=True)
    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"), type_=Id, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    points: Mapped[dict[str, object]] = mapped_column(default=dict)
    """Whole points by the key of the criterion; those of criteria that are gone stay and do not count."""
    remark: Mapped[str | None]
    step: Mapped[int] = mapped_column(default=0)


class Fulfilment(Table):
    """That a proposal meets the condition on which its points are multiplied."""

    __tablename__ = "fulfilments"
    __table_args__ = (Index("ix_fulfilments_session_id", "session_id"),)

    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"), type_=Id, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    met: Mapped[bool] = mapped_column(default=False)
    step: Mapped[int] = mapped_column(default=0)
