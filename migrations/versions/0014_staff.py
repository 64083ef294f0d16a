"""The life of staff: links to a new password, recovery codes of the second step, rehearsals, and what the halls last said."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0014"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_recovery_codes")),
    )
    op.create_index("ix_recovery_codes_account_id", "recovery_codes", ["account_id"], unique=False)
    op.create_table(
        "reset_links",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_reset_links_account_id")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_reset_links")),
        sa.UniqueConstraint("account_id", name=op.f("uq_reset_links_account_id")),
    )


def downgrade() -> None:
    op.drop_table("reset_links")
    op.drop_index("ix_recovery_codes_account_id", table_name="recovery_codes")
    op.drop_table("recovery_codes")
