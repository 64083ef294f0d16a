"""The official record: what staff write on its draft, the versions that were made final and never change, who stands in annex I, and its files."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class FileKind(StrEnum):
    """A file of a version: made from its source data, or brought back with signatures."""

    PDF = "pdf"
    DOCX = "docx"
    SIGNED = "signed"


class ObjectionSubject(StrEnum):
    """What of the draft somebody objects to."""

    BODY = "body"
    ATTENDANCE = "attendance"
    PRIORITIES = "priorities"
    NOT_AGREED = "not_agreed"
    OTHER = "other"


class ObjectionVerdict(StrEnum):
    """How an objection was answered."""

    ACCEPTED = "accepted"
    DECLINED = "declined"


class RecordDraft(Table):
    """What staff wrote for the record of a session; what is missing is prefilled anew each time."""

    __tablename__ = "record_drafts"

    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, primary_key=True)
    written: Mapped[dict[str, object]]
    """The fields of `app.record.draft.Draft` by name."""
    version: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class RecordVersion(Table):
    """A final record (1) or an addendum to it (2, 3 …): its source data as they were frozen, and their SHA-256. Only an erasure changes them."""

    __tablename__ = "record_versions"
    __table_args__ = (UniqueConstraint("session_id", "number"), UniqueConstraint("code"))

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    number: Mapped[int]
    code: Mapped[str] = mapped_column(Id)
    """What its public address ends with."""
    source: Mapped[dict[str, object]]
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the source data in their canonical form."""
    audit_head: Mapped[str] = mapped_column(String(64))
    """The end of the session's audit chain with the act by which it became final."""
    at: Mapped[datetime]
    by: Mapped[str]


class RecordAttendee(Table):
    """A row of annex I as it was frozen. The source data hold its digest only, so that forgetting somebody leaves them whole."""

    __tablename__ = "record_attendees"
    __table_args__ = (UniqueConstraint("version_id", "position"), Index("ix_record_attendees_participant_id", "participant_id"))

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    version_id: Mapped[str] = mapped_column(ForeignKey("record_versions.id"), type_=Id)
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id"), type_=Id)
    position: Mapped[int]
    name: Mapped[str]
    institution: Mapped[str | None]
    contact: Mapped[bytes | None]
    """Address and phone, sealed."""
    remark: Mapped[str] = mapped_column(default="")
    """What stands where a signature would, of those who were there online."""
    salt: Mapped[str] = mapped_column(String(32))
    """Empty once something of the row was taken out: then the digest stands for words that nobody can find by trying."""
    digest: Mapped[str] = mapped_column(String(64))


class RecordFile(Table):
    """A file that belongs to a version, known by its SHA-256 for as long as the record is; its content may be gone."""

    __tablename__ = "record_files"
    __table_args__ = (UniqueConstraint("version_id", "sha256"), Index("ix_record_files_sha256", "sha256"))

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    version_id: Mapped[str] = mapped_column(ForeignKey("record_versions.id"), type_=Id)
    file_id: Mapped[str] = mapped_column(ForeignKey("kept_files.id"), type_=Id)
    kind: Mapped[FileKind]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    by: Mapped[str]
    removed_at: Mapped[datetime | None]


class RecordWindow(Table):
    """A time in which those who attended may object: the draft as it was shown to them, and until when."""

    __tablename__ = "record_windows"
    __table_args__ = (UniqueConstraint("session_id", "number"),)

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    number: Mapped[int]
    source: Mapped[dict[str, object]]
    """The source data of the draft when the window was opened, without annex I; empty once contacts are removed."""
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    closes_at: Mapped[datetime]
    """An objection whose form was complete at this moment or before is in time."""
    filed: Mapped[int] = mapped_column(default=0)
    """The number of the last objection of the session."""


class RecordObjection(Table):
    """What somebody who attended objects to in the draft, and the answer; words sealed (`record_objections`, column, id), gone with the person's contacts."""

    __tablename__ = "record_objections"
    __table_args__ = (
        UniqueConstraint("window_id", "number"),
        Index("ix_record_objections_session_id", "session_id"),
        Index("ix_record_objections_participant_id", "participant_id"),
    )

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    window_id: Mapped[str] = mapped_column(ForeignKey("record_windows.id"), type_=Id)
    participant_id: Mapped[str] = mapped_column(ForeignKey("participants.id"), type_=Id)
    number: Mapped[int]
    subject: Mapped[ObjectionSubject]
    about: Mapped[str | None] = mapped_column(String(60))
    """The number of a proposal of annex II or III."""
    text: Mapped[bytes | None]
    received_at: Mapped[datetime]
    filed_by: Mapped[str]
    """`participant:ID`, or of staff who wrote it down for somebody `account:ID`."""
    verdict: Mapped[ObjectionVerdict | None]
    answer: Mapped[bytes | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]


class RecordTemplate(Table):
    """A Word template that the office brought for the record of a session; `number` counts them. At most one is in use; removed ones open nothing."""

    __tablename__ = "record_templates"
    __table_args__ = (UniqueConstraint("session_id", "number"), UniqueConstraint("session_id", "sha256"))

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    number: Mapped[int]
    file_id: Mapped[str] = mapped_column(ForeignKey("kept_files.id"), type_=Id)
    name: Mapped[str]
    """What its owner calls the file."""
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    in_use: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    by: Mapped[str]
    removed_at: Mapped[datetime | None]
