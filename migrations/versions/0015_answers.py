"""What agencies and council answer, electoral districts, and the moves of the agenda."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "responses",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("message_id", sa.String(length=16), nullable=True),
        sa.Column("re", sa.String(length=16), nullable=True),
        sa.Column("proposal_id", sa.String(length=16), nullable=True),
        sa.Column("participant_id", sa.String(length=16), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("name_public", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.Column("changed_by", sa.Text(), nullable=True),
        sa.Column("gone", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_responses_participant_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_responses_proposal_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_responses_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responses")),
        sa.UniqueConstraint("message_id", name=op.f("uq_responses_message_id")),
    )
    op.create_index("ix_responses_session_id", "responses", ["session_id"], unique=False)
    op.create_index("ix_responses_re", "responses", ["re"], unique=False)
    op.create_index("ix_responses_proposal_id", "responses", ["proposal_id"], unique=False)
    op.create_index("ix_responses_participant_id", "responses", ["participant_id"], unique=False)
    op.create_table(
        "response_versions",
        sa.Column("response_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name=op.f("fk_response_versions_response_id")),
        sa.PrimaryKeyConstraint("response_id", "version", name=op.f("pk_response_versions")),
    )
    op.create_table(
        "electoral_districts",
        sa.Column("district_code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("district_code", name=op.f("pk_electoral_districts")),
    )
    op.create_table(
        "agenda_moves",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_agenda_moves_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_moves")),
    )
    op.create_index("ix_agenda_moves_session_id", "agenda_moves", ["session_id"], unique=False)


def downgrade() -> None:
    op.drop_table("agenda_moves")
    op.drop_table("electoral_districts")
    op.drop_table("response_versions")
    op.drop_table("responses")
