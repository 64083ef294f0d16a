"""What is keyed into SIPD: the deadline of a forum, and how far each proposal is."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sipd_sheets",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_sipd_sheets_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sipd_sheets")),
    )
    op.create_table(
        "sipd_entries",
        sa.Column("proposal_id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=True),
        sa.Column("sipd_id", sa.String(length=40), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=True),
        sa.Column("held_by", sa.Text(), nullable=True),
        sa.Column("held_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_sipd_entries_proposal_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_sipd_entries_session_id")),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_sipd_entries")),
    )
    op.create_index("ix_sipd_entries_session_id", "sipd_entries", ["session_id"], unique=False)


def downgrade() -> None:
    op.drop_table("sipd_entries")
    op.drop_table("sipd_sheets")
