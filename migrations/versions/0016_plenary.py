"""The plenary list: its steps, what it adds to each proposal, delegates to the next tier."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plenaries",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.Column("ceiling", sa.BigInteger(), nullable=True),
        sa.Column("on_screen", sa.Boolean(), nullable=False),
        sa.Column("focus_id", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_plenaries_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_plenaries")),
    )
    op.create_table(
        "plenary_items",
        sa.Column("proposal_id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("rank", sa.Text(), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=True),
        sa.Column("reason_code", sa.String(length=30), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("filled", sa.JSON(), nullable=False),
        sa.Column("placed_step", sa.Integer(), nullable=False),
        sa.Column("decided_step", sa.Integer(), nullable=False),
        sa.Column("filled_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_plenary_items_proposal_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_plenary_items_session_id")),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_plenary_items")),
    )
    op.create_index("ix_plenary_items_session_id", "plenary_items", ["session_id"], unique=False)
    op.create_table(
        "plenary_steps",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_plenary_steps_session_id")),
        sa.PrimaryKeyConstraint("session_id", "number", name=op.f("pk_plenary_steps")),
    )
    op.create_table(
        "delegates",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("element", sa.String(length=30), nullable=True),
        sa.Column("gender", sa.String(length=10), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_delegates_participant_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_delegates_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegates")),
    )
    op.create_index("ix_delegates_session_id", "delegates", ["session_id"], unique=False)
    op.create_index("ix_delegates_participant_id", "delegates", ["participant_id"], unique=False)


def downgrade() -> None:
    op.drop_table("delegates")
    op.drop_table("plenary_steps")
    op.drop_table("plenary_items")
    op.drop_table("plenaries")
