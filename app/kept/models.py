"""Files that the program keeps: in sealed pieces in the database, so that every machine has them and the backup too."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class Purpose(StrEnum):
    """What a file is kept for."""

    SCAN = "scan"
    PACK = "pack"
    ARCHIVE = "archive"
    EXPORT = "export"
    RECORD = "record"
    """A final record as it was made."""
    SIGNED = "signed"
    """A record that came back with signatures."""
    PHOTO = "photo"
    """A photo of a proposal, or its thumbnail."""
    TEMPLATE = "template"
    """A Word template of the office."""


class KeptState(StrEnum):
    """`coming` while it is made or received, `gone` once its content was deleted; the row stays and says what it was."""

    COMING = "coming"
    KEPT = "kept"
    FAILED = "failed"
    GONE = "gone"


class KeptFile(Table):
    """One file of a session; `size` in bytes and `sha256` (hex) are those of the plain content, `options` what was asked for (ids and codes)."""

    __tablename__ = "kept_files"
    __table_args__ = (Index("ix_kept_files_session_id", "session_id", "purpose"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    purpose: Mapped[Purpose]
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[KeptState] = mapped_column(default=KeptState.COMING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    """Steps of the work: how many are over, and how many there are (0 while nobody knows)."""
    options: Mapped[dict[str, object]]
    wanted_by: Mapped[str]
    created_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    """From when on the content is deleted; empty for what stays."""


class KeptPiece(Table):
    """A stretch of a file: base64 of its bytes, sealed for this row."""

    __tablename__ = "kept_pieces"
    __table_args__ = (UniqueConstraint("file_id", "number"),)

    id: Mapped[str] = id_column()
    file_id: Mapped[str] = mapped_column(ForeignKey("kept_files.id"), type_=Id)
    number: Mapped[int]
    content: Mapped[bytes]
