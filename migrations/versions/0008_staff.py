"""The life of staff: links to a new password, recovery codes of the second step, rehearsals, and what the halls last said."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0008"
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

    op.create_table(
        "rehearsals",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("public_head", sa.BigInteger(), nullable=False),
        sa.Column("desk_head", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("wiped_at", UtcDateTime(), nullable=True),
        sa.Column("wiped_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_rehearsals_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsals")),
    )
    op.create_index("ix_rehearsals_session_id", "rehearsals", ["session_id"], unique=False)
    op.create_table(
        "sightings",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_sightings_session_id")),
        sa.PrimaryKeyConstraint("session_id", "what", name=op.f("pk_sightings")),
    )


def downgrade() -> None:
    op.drop_table("sightings")
    op.drop_index("ix_rehearsals_session_id", table_name="rehearsals")
    op.drop_table("rehearsals")
    op.drop_table("reset_links")
    op.drop_index("ix_recovery_codes_account_id", table_name="recovery_codes")
    op.drop_table("recovery_codes")
