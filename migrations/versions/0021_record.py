"""The official record: its draft, the versions that were made final, annex I as it was frozen, and their files."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_drafts",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("written", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_record_drafts_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_record_drafts")),
    )
    op.create_table(
        "record_versions",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("audit_head", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_record_versions_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_versions")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_record_versions_session_id_number")),
        sa.UniqueConstraint("code", name=op.f("uq_record_versions_code")),
    )
    op.create_table(
        "record_attendees",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("version_id", sa.String(length=16), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_record_attendees_participant_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_record_attendees_session_id")),
        sa.ForeignKeyConstraint(["version_id"], ["record_versions.id"], name=op.f("fk_record_attendees_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_attendees")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_record_attendees_version_id_position")),
    )
    op.create_index("ix_record_attendees_participant_id", "record_attendees", ["participant_id"])
    op.create_table(
        "record_files",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("version_id", sa.String(length=16), nullable=False),
        sa.Column("file_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.Enum("pdf", "docx", "signed", name="filekind", native_enum=False, length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["kept_files.id"], name=op.f("fk_record_files_file_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_record_files_session_id")),
        sa.ForeignKeyConstraint(["version_id"], ["record_versions.id"], name=op.f("fk_record_files_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_files")),
        sa.UniqueConstraint("version_id", "sha256", name=op.f("uq_record_files_version_id_sha256")),
    )
    op.create_index("ix_record_files_sha256", "record_files", ["sha256"])


def downgrade() -> None:
    for table in ("record_files", "record_attendees", "record_versions", "record_drafts"):
        op.drop_table(table)
