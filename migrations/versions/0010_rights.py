"""People's rights: wishes to be forgotten, for how long what is kept, and reports of what was removed."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_erasures_participant_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_erasures_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_erasures_participant_id")),
    )
    op.create_index("ix_erasures_session_id", "erasures", ["session_id"])
    op.create_table(
        "retention_plans",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("specific_months", sa.Integer(), nullable=False),
        sa.Column("contact_months", sa.Integer(), nullable=False),
        sa.Column("traces_months", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_retention_plans_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_retention_plans")),
    )
    op.create_table(
        "retention_runs",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_retention_runs_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_runs")),
    )
    op.create_index("ix_retention_runs_session_id", "retention_runs", ["session_id"])


def downgrade() -> None:
    op.drop_table("retention_runs")
    op.drop_table("retention_plans")
    op.drop_table("erasures")
