"""The daily digest of the office: who wants it, when, and where to."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digest_wishes",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("dealt_on", sa.Date(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("problem", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_digest_wishes_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_wishes")),
        sa.UniqueConstraint("account_id", name=op.f("uq_digest_wishes_account_id")),
    )


def downgrade() -> None:
    op.drop_table("digest_wishes")
