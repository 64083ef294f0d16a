"""Optional scoring of the plenary list: scheme, assessors, points, and the condition of the factor."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scorings",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("scheme", sa.JSON(), nullable=False),
        sa.Column("on_screen", sa.Boolean(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_scorings_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_scorings")),
    )
    op.create_table(
        "assessors",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=True),
        sa.Column("participant_id", sa.String(length=16), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_assessors_account_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_assessors_participant_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_assessors_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessors")),
    )
    op.create_index("ix_assessors_session_id", "assessors", ["session_id"], unique=False)
    op.create_index("ix_assessors_participant_id", "assessors", ["participant_id"], unique=False)
    op.create_table(
        "scores",
        sa.Column("assessor_id", sa.String(length=16), nullable=False),
        sa.Column("proposal_id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["assessor_id"], ["assessors.id"], name=op.f("fk_scores_assessor_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_scores_proposal_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_scores_session_id")),
        sa.PrimaryKeyConstraint("assessor_id", "proposal_id", name=op.f("pk_scores")),
    )
    op.create_index("ix_scores_session_id", "scores", ["session_id"], unique=False)
    op.create_index("ix_scores_proposal_id", "scores", ["proposal_id"], unique=False)
    op.create_table(
        "fulfilments",
        sa.Column("proposal_id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_fulfilments_proposal_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_fulfilments_session_id")),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_fulfilments")),
    )
    op.create_index("ix_fulfilments_session_id", "fulfilments", ["session_id"], unique=False)


def downgrade() -> None:
    op.drop_table("fulfilments")
    op.drop_table("scores")
    op.drop_table("assessors")
    op.drop_table("scorings")
