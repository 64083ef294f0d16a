"""Which changes of plans were told to whom by which notice."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told_changes",
        sa.Column("change_id", sa.String(length=16), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=False),
        sa.Column("notice_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_told_changes_notice_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("change_id", "participant_id", name=op.f("pk_told_changes")),
    )
    op.create_index("ix_told_changes_notice_id", "told_changes", ["notice_id"], unique=False)


def downgrade() -> None:
    op.drop_table("told_changes")
