"""Photos of proposals, and what was done to each."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class Photo(Table):
    """A photo of a proposal, made anew from what was brought; the row stays when it was taken away. It stays with its own proposal when that goes on in another."""

    __tablename__ = "photos"
    __table_args__ = (
        UniqueConstraint("proposal_id", "nonce", "body_hash"),
        Index(
            "uq_photos_place",
            "proposal_id",
            "place",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index("ix_photos_participant_id", "participant_id"),
        Index("ix_photos_session_id", "session_id"),
    )

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"), type_=Id)
    place: Mapped[int]
    """1, 2 or 3; free again once it was taken away."""
    nonce: Mapped[str] = mapped_column(String(64))
    """The same for a repeated press."""
    body_hash: Mapped[str] = mapped_column(String(64))
    """By which what was chosen is known again: another photo under the same mark is another one."""
    file_id: Mapped[str] = mapped_column(ForeignKey("kept_files.id"), type_=Id)
    thumbnail_id: Mapped[str] = mapped_column(ForeignKey("kept_files.id"), type_=Id)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[str | None]
    """What is to be seen, in words."""
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id"), type_=Id)
    """Whose it is; empty where staff or somebody unknown brought it."""
    agreed: Mapped[bool]
    """Whether whoever brought it agrees that everybody sees it; of staff always."""
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    """Since when staff lets everybody see it who sees the proposal; empty while hidden."""
    removed_at: Mapped[datetime | None]


class PhotoAct(Table):
    """What was done to a photo: `added`, `shown`, `hidden`, `described`, `agreed`, `disagreed`, `removed`; words before and after where there are any."""

    __tablename__ = "photo_acts"
    __table_args__ = (Index("ix_photo_acts_photo_id", "photo_id"),)

    id: Mapped[str] = id_column()
    photo_id: Mapped[str] = mapped_column(ForeignKey("photos.id"), type_=Id)
    what: Mapped[str] = mapped_column(String(12))
    before: Mapped[str | None]
    after: Mapped[str | None]
    by: Mapped[str]
    at: Mapped[datetime]
