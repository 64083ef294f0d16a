"""The official record's time of correction: the draft as it was shown, and what those who attended object to."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_windows",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("filed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_record_windows_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_windows")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_record_windows_session_id_number")),
    )
    subjects = ("body", "attendance", "priorities", "not_agreed", "other")
    op.create_table(
        "record_objections",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("window_id", sa.String(length=16), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Enum(*subjects, name="objectionsubject", native_enum=False, length=20), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("filed_by", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Enum("accepted", "declined", name="objectionverdict", native_enum=False, length=20), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_record_objections_participant_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_record_objections_session_id")),
        sa.ForeignKeyConstraint(["window_id"], ["record_windows.id"], name=op.f("fk_record_objections_window_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_objections")),
        sa.UniqueConstraint("window_id", "number", name=op.f("uq_record_objections_window_id_number")),
    )
    op.create_index("ix_record_objections_session_id", "record_objections", ["session_id"])
    op.create_index("ix_record_objections_participant_id", "record_objections", ["participant_id"])


def downgrade() -> None:
    op.drop_table("record_objections")
    op.drop_table("record_windows")
