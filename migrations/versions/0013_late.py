"""Proposals that came by a form of their own."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handed_in",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=True),
        sa.Column("proposal_id", sa.String(length=16), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("notice_version", sa.Integer(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_handed_in_participant_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_handed_in_proposal_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_handed_in_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handed_in")),
        sa.UniqueConstraint("session_id", "nonce", name=op.f("uq_handed_in_session_id_nonce")),
    )
    op.create_index("ix_handed_in_participant_id", "handed_in", ["participant_id"], unique=False)
    op.create_index("ix_handed_in_proposal_id", "handed_in", ["proposal_id"], unique=False)


def downgrade() -> None:
    op.drop_table("handed_in")
