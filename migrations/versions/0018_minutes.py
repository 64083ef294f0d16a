"""The minutes: texts of the secretariat, version by version, and running notes."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "minutes_texts",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("section", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_minutes_texts_session_id")),
        sa.PrimaryKeyConstraint("session_id", "section", "version", name=op.f("pk_minutes_texts")),
    )
    op.create_table(
        "minutes_notes",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_minutes_notes_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_notes")),
    )
    op.create_index("ix_minutes_notes_session_id", "minutes_notes", ["session_id"], unique=False)


def downgrade() -> None:
    op.drop_table("minutes_notes")
    op.drop_table("minutes_texts")
