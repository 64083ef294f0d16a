"""Kept files in pieces, scans of signed papers, printed numbers of forms, and forms keyed in."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PURPOSES = ("scan", "pack", "archive", "record", "signed", "template")
STATES = ("coming", "kept", "failed", "gone")
KINDS = ("attendance", "record", "forms", "other")


def upgrade() -> None:
    op.create_table(
        "kept_files",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.Enum(*PURPOSES, name="purpose", native_enum=False, length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("state", sa.Enum(*STATES, name="keptstate", native_enum=False, length=20), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("wanted_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_kept_files_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_files")),
    )
    op.create_index("ix_kept_files_session_id", "kept_files", ["session_id", "purpose"])
    op.create_table(
        "kept_pieces",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("file_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["kept_files.id"], name=op.f("fk_kept_pieces_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_pieces")),
        sa.UniqueConstraint("file_id", "number", name=op.f("uq_kept_pieces_file_id_number")),
    )
    op.create_table(
        "scans",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("file_id", sa.String(length=16), nullable=False),
        sa.Column("site_id", sa.String(length=16), nullable=True),
        sa.Column("kind", sa.Enum(*KINDS, name="scankind", native_enum=False, length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("removed_by", sa.Text(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["kept_files.id"], name=op.f("fk_scans_file_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_scans_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_scans_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scans")),
        sa.UniqueConstraint("file_id", name=op.f("uq_scans_file_id")),
    )
    op.create_index("ix_scans_session_id", "scans", ["session_id"])
    op.create_table(
        "form_counters",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_form_counters_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_form_counters")),
    )
    op.create_table(
        "form_ranges",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("site_id", sa.String(length=16), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("printed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_form_ranges_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_form_ranges_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_ranges")),
        sa.UniqueConstraint("session_id", "first", name=op.f("uq_form_ranges_session_id_first")),
    )
    op.create_table(
        "paper_forms",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("site_id", sa.String(length=16), nullable=True),
        sa.Column("number", sa.String(length=16), nullable=True),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("proposal_id", sa.String(length=16), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=True),
        sa.Column("keyed_at", UtcDateTime(), nullable=False),
        sa.Column("keyed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_paper_forms_proposal_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_paper_forms_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_paper_forms_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_forms")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_paper_forms_session_id_number")),
    )
    op.create_index("ix_paper_forms_keyed_at", "paper_forms", ["session_id", "keyed_at"])


def downgrade() -> None:
    for table in ("paper_forms", "form_ranges", "form_counters", "scans", "kept_pieces", "kept_files"):
        op.drop_table(table)
