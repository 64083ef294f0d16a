"""Word templates that an office brings for its record."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_templates",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["kept_files.id"], name=op.f("fk_record_templates_file_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_record_templates_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_templates")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_record_templates_session_id_number")),
        sa.UniqueConstraint("session_id", "sha256", name=op.f("uq_record_templates_session_id_sha256")),
    )


def downgrade() -> None:
    op.drop_table("record_templates")
