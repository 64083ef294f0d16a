"""What became of proposals: answers by level, the publications that made them known, and lists of earlier years with what became of those."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column
from app.outcomes.levels import Level, Verdict


class OutcomePublication(Table):
    """One press of *publish*: everything that became known with it. Its id is chosen by the page, so that a second press is the first one's."""

    __tablename__ = "outcome_publications"
    __table_args__ = (UniqueConstraint("session_id", "number"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    number: Mapped[int]
    """From 1 within the session."""
    answers: Mapped[int]
    by: Mapped[str]
    at: Mapped[datetime]


class Outcome(Table):
    """What one level answered to a proposal. A draft while `publication_id` is empty; never changed once it is published: a change is the next version."""

    __tablename__ = "outcomes"
    __table_args__ = (
        UniqueConstraint("proposal_id", "level", "version"),
        Index("ix_outcomes_session_id", "session_id"),
        Index("ix_outcomes_publication_id", "publication_id"),
    )

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"), type_=Id)
    level: Mapped[Level]
    version: Mapped[int]
    verdict: Mapped[Verdict]
    reason_code: Mapped[str | None] = mapped_column(String(30))
    reason: Mapped[str | None]
    decided_by: Mapped[str | None]
    """The forum, agency or office that decided, as people call it."""
    decided_on: Mapped[date]
    document: Mapped[str | None]
    document_number: Mapped[str | None]
    document_link: Mapped[str | None]
    next_step: Mapped[str | None]
    """What comes next in the office's own words; empty for what usually does."""
    edit: Mapped[int] = mapped_column(default=1)
    """Grows with every change of the draft, so that nobody publishes or overwrites what they have not seen."""
    by: Mapped[str]
    at: Mapped[datetime]
    publication_id: Mapped[str | None] = mapped_column(ForeignKey("outcome_publications.id"), type_=Id)
    published_at: Mapped[datetime | None]

    @property
    def seen(self) -> str:
        """What a form says of it to whoever reads it, and gives back: another row or another edit is not what was seen."""
        return f"{self.id}:{self.edit}"


class EarlierImport(Table):
    """A list of an earlier year that was taken in, to be taken back as a whole; its id is chosen by the page."""

    __tablename__ = "earlier_imports"
    __table_args__ = (Index("ix_earlier_imports_session_id", "session_id"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    title: Mapped[str]
    proposals: Mapped[int]
    by: Mapped[str]
    at: Mapped[datetime]
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]


class EarlierProposal(Table):
    """A proposal of an earlier year under its old number. `proposal_id` is the one of this year in which it goes on, once somebody said so."""

    __tablename__ = "earlier_proposals"
    __table_args__ = (
        UniqueConstraint("session_id", "year", "number"),
        Index("ix_earlier_proposals_import_id", "import_id"),
        Index("ix_earlier_proposals_proposal_id", "proposal_id"),
    )

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    import_id: Mapped[str] = mapped_column(ForeignKey("earlier_imports.id"), type_=Id)
    position: Mapped[int]
    year: Mapped[int]
    number: Mapped[str] = mapped_column(String(60))
    title: Mapped[str]
    village: Mapped[str | None]
    village_code: Mapped[str | None] = mapped_column(String(13))
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 3))
    unit: Mapped[str | None] = mapped_column(String(30))
    budget: Mapped[int | None] = mapped_column(BigInteger)
    agency: Mapped[str | None]
    proposal_id: Mapped[str | None] = mapped_column(ForeignKey("proposals.id"), type_=Id)
    adopted: Mapped[bool] = mapped_column(default=False)
    """Whether `proposal_id` was made of it, rather than found to say the same."""
    changed_by: Mapped[str | None]
    changed_at: Mapped[datetime | None]


class EarlierOutcome(Table):
    """What a level answered then; known to everybody since, so that nobody is told of it again."""

    __tablename__ = "earlier_outcomes"
    __table_args__ = (UniqueConstraint("earlier_id", "level"), Index("ix_earlier_outcomes_import_id", "import_id"))

    id: Mapped[str] = id_column()
    earlier_id: Mapped[str] = mapped_column(ForeignKey("earlier_proposals.id"), type_=Id)
    import_id: Mapped[str] = mapped_column(ForeignKey("earlier_imports.id"), type_=Id)
    """The list that said so: a later one may know of a level that the first did not."""
    level: Mapped[Level]
    verdict: Mapped[Verdict]
    reason: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_on: Mapped[date | None]
    document: Mapped[str | None]
