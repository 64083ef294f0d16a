"""The big screen."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "screen_items",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("message_id", sa.String(length=16), nullable=False),
        sa.Column("put_up_at", UtcDateTime(), nullable=False),
        sa.Column("put_up_by", sa.Text(), nullable=False),
        sa.Column("taken_down_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_screen_items_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screen_items")),
    )
    op.create_table(
        "screens",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=9), nullable=False),
        sa.Column("blank", sa.Boolean(), nullable=False),
        sa.Column("dark", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_screens_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_screens")),
    )


def downgrade() -> None:
    op.drop_table("screens")
    op.drop_table("screen_items")
