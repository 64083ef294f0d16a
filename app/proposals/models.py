"""Structured proposals: their present form, every earlier version, where each came from, and what agencies and council answered."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.tables import Id, Table, id_column


class ProposalStatus(StrEnum):
    """From the first word to its end; `merged` and `split` point on to other numbers."""

    NEW = "new"
    CHECKED = "checked"
    VERIFIED = "verified"
    AGREED = "agreed"
    NOT_AGREED = "not_agreed"
    FORWARDED = "forwarded"
    RETURNED = "returned"
    DECLINED = "declined"
    COMPLAINT = "complaint"
    MERGED = "merged"
    SPLIT = "split"


class Proposal(Table):
    """What somebody proposes, in columns that the record and SIPD ask for. Budget in whole rupiah; `rt`/`rw` lists of integers."""

    __tablename__ = "proposals"
    __table_args__ = (
        UniqueConstraint("session_id", "number"),
        Index("ix_proposals_session_status", "session_id", "status"),
        Index("ix_proposals_participant_id", "participant_id"),
    )

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    number: Mapped[str] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[ProposalStatus] = mapped_column(default=ProposalStatus.NEW)
    title: Mapped[str]
    problem: Mapped[str | None]
    action: Mapped[str | None]
    village_code: Mapped[str | None] = mapped_column(String(13))
    village: Mapped[str | None]
    hamlet: Mapped[str | None]
    rt: Mapped[list[int]] = mapped_column(default=list)
    rw: Mapped[list[int]] = mapped_column(default=list)
    landmark: Mapped[str | None]
    sector: Mapped[str | None] = mapped_column(String(30))
    type: Mapped[str | None] = mapped_column(String(10))
    urgency: Mapped[str | None] = mapped_column(String(10))
    handling: Mapped[str | None] = mapped_column(String(20))
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 3))
    unit: Mapped[str | None] = mapped_column(String(30))
    beneficiaries: Mapped[int | None]
    land_status: Mapped[str | None] = mapped_column(String(20))
    budget: Mapped[int | None] = mapped_column(BigInteger)
    agency: Mapped[str | None]
    reason_code: Mapped[str | None] = mapped_column(String(30))
    reason: Mapped[str | None]
    leads_to: Mapped[list[str]] = mapped_column(default=list)
    """Numbers in which a merged or split one goes on."""
    comes_from: Mapped[list[str]] = mapped_column(default=list)
    """Numbers that were merged into this one, or of which it is a part."""
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id"), type_=Id)
    proposer: Mapped[str]
    """Name as the desk sees it; the public sees it only by opt-in or office."""
    capacity: Mapped[str | None]
    on_behalf: Mapped[str | None]
    child: Mapped[bool] = mapped_column(default=False)
    name_public: Mapped[bool] = mapped_column(default=False)
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"), type_=Id)
    via: Mapped[str] = mapped_column(String(12))
    """`online`, `hall`, `relay`, `import`, `registration`, `desk` or `paper`."""
    flags: Mapped[list[str]] = mapped_column(default=list)
    """`phone_in_text`, `nik_in_text`, `name_in_text` (of somebody who did not agree): to be looked at before publishing."""
    personal_checked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[str | None]
    published_at: Mapped[datetime | None]
    """From when on the public list and page show it; empty while it is not public."""
    published_before: Mapped[datetime | None]
    """Since when it was public until words of it were taken away; put back with them."""


class ProposalVersion(Table):
    """The fields of a proposal as they stood from `at` on; append-only."""

    __tablename__ = "proposal_versions"

    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"), type_=Id, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    fields: Mapped[dict[str, object]]
    by: Mapped[str]
    note: Mapped[str | None]
    at: Mapped[datetime]


class ProposalSource(Table):
    """Where a proposal comes from: words said by somebody; a source may belong to several proposals, a proposal have several sources."""

    __tablename__ = "proposal_sources"
    __table_args__ = (
        UniqueConstraint("proposal_id", "kind", "source_id"),
        Index("ix_proposal_sources_source_id", "source_id"),
        Index("ix_proposal_sources_participant_id", "participant_id"),
    )

    id: Mapped[str] = id_column()
    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"), type_=Id)
    kind: Mapped[str] = mapped_column(String(12))
    """`message`, `application`, `desk` or `paper` (a form that was keyed in)."""
    source_id: Mapped[str] = mapped_column(Id)
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id"), type_=Id)
    author: Mapped[str]
    capacity: Mapped[str | None]
    village: Mapped[str | None]
    """Where the speaker lives, which the public reads beside the capacity."""
    child: Mapped[bool] = mapped_column(default=False)
    name_public: Mapped[bool] = mapped_column(default=False)
    site_id: Mapped[str | None] = mapped_column(Id)
    text: Mapped[str]
    """The words as said; empty once they were taken away (hidden, deleted, erased)."""
    at: Mapped[datetime]
    gone: Mapped[str | None] = mapped_column(String(10))
    merged_from: Mapped[str | None] = mapped_column(String(30))
    """The number with which these words came by a merge, so that it can be undone."""


class HandedIn(Table):
    """A form with a proposal that came by itself: from anybody on the public page, or from a seat while the room takes nothing. `nonce` makes a repeated press nothing."""

    __tablename__ = "handed_in"
    __table_args__ = (
        UniqueConstraint("session_id", "nonce"),
        Index("ix_handed_in_participant_id", "participant_id"),
        Index("ix_handed_in_proposal_id", "proposal_id"),
    )

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    nonce: Mapped[str] = mapped_column(String(64))
    body_hash: Mapped[str] = mapped_column(String(64))
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id"), type_=Id)
    """The seat's holder; empty when it came from the public page."""
    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"), type_=Id)
    proven: Mapped[bool] = mapped_column(default=False)
    """Whether the sender's browser did the small piece of work that machines are slowed by."""
    notice_version: Mapped[int | None]
    received_at: Mapped[datetime]


class ProposalCounter(Table):
    """The last serial number given in a session; a row of its own so that numbering locks nothing else."""

    __tablename__ = "proposal_counters"

    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id, primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class Response(Table):
    """What an agency or the council answered: said in the room (`message_id`) or written on a page. It belongs to every proposal made of the message `re`, and to `proposal_id`."""

    __tablename__ = "responses"
    __table_args__ = (
        UniqueConstraint("message_id"),
        Index("ix_responses_session_id", "session_id"),
        Index("ix_responses_re", "re"),
        Index("ix_responses_proposal_id", "proposal_id"),
        Index("ix_responses_participant_id", "participant_id"),
    )

    id: Mapped[str] = id_column()
    session_id: Mapped[str] = mapped_column(ForeignKey("forum_sessions.id"), type_=Id)
    message_id: Mapped[str | None] = mapped_column(Id)
    re: Mapped[str | None] = mapped_column(Id)
    """The message of the room that it answers."""
    proposal_id: Mapped[str | None] = mapped_column(ForeignKey("proposals.id"), type_=Id)
    """The proposal that it names; where that one was merged or split, it follows."""
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id"), type_=Id)
    author: Mapped[str]
    agency: Mapped[str | None]
    """Agency, council or office in whose name it was said."""
    name_public: Mapped[bool]
    text: Mapped[str]
    """Empty once it was taken away (hidden, deleted, erased)."""
    version: Mapped[int] = mapped_column(default=1)
    by: Mapped[str]
    at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[str | None]
    gone: Mapped[str | None] = mapped_column(String(10))


class ResponseVersion(Table):
    """How a written answer stood before it was changed; gone with the answer."""

    __tablename__ = "response_versions"

    response_id: Mapped[str] = mapped_column(ForeignKey("responses.id"), type_=Id, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class ElectoralDistrict(Table):
    """Which electoral district (dapil) of the regency's council a district (kecamatan) belongs to, as the office imported it."""

    __tablename__ = "electoral_districts"

    district_code: Mapped[str] = mapped_column(String(8), primary_key=True)
    """Kode wilayah of the kecamatan, `33.75.01`."""
    name: Mapped[str]
    position: Mapped[int]
