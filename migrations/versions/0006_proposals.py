"""Proposals, their versions, sources and numbers."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposal_counters",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_proposal_counters_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_proposal_counters")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "checked",
                "verified",
                "agreed",
                "not_agreed",
                "forwarded",
                "returned",
                "declined",
                "complaint",
                "merged",
                "split",
                name="proposalstatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("village_code", sa.String(length=13), nullable=True),
        sa.Column("village", sa.Text(), nullable=True),
        sa.Column("hamlet", sa.Text(), nullable=True),
        sa.Column("rt", sa.JSON(), nullable=False),
        sa.Column("rw", sa.JSON(), nullable=False),
        sa.Column("landmark", sa.Text(), nullable=True),
        sa.Column("sector", sa.String(length=30), nullable=True),
        sa.Column("type", sa.String(length=10), nullable=True),
        sa.Column("urgency", sa.String(length=10), nullable=True),
        sa.Column("handling", sa.String(length=20), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=18, scale=3), nullable=True),
        sa.Column("unit", sa.String(length=30), nullable=True),
        sa.Column("beneficiaries", sa.Integer(), nullable=True),
        sa.Column("land_status", sa.String(length=20), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.String(length=30), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("leads_to", sa.JSON(), nullable=False),
        sa.Column("comes_from", sa.JSON(), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=True),
        sa.Column("proposer", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=True),
        sa.Column("on_behalf", sa.Text(), nullable=True),
        sa.Column("child", sa.Boolean(), nullable=False),
        sa.Column("name_public", sa.Boolean(), nullable=False),
        sa.Column("site_id", sa.String(length=16), nullable=True),
        sa.Column("via", sa.String(length=12), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("personal_checked_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("verified_by", sa.Text(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("published_before", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_proposals_participant_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_proposals_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_proposals_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_proposals_session_id_number")),
    )
    op.create_index("ix_proposals_participant_id", "proposals", ["participant_id"], unique=False)
    op.create_index("ix_proposals_session_status", "proposals", ["session_id", "status"], unique=False)
    op.create_table(
        "proposal_sources",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("proposal_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("source_id", sa.String(length=16), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=True),
        sa.Column("village", sa.Text(), nullable=True),
        sa.Column("child", sa.Boolean(), nullable=False),
        sa.Column("name_public", sa.Boolean(), nullable=False),
        sa.Column("site_id", sa.String(length=16), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("gone", sa.String(length=10), nullable=True),
        sa.Column("merged_from", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_proposal_sources_participant_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_sources_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_sources")),
        sa.UniqueConstraint("proposal_id", "kind", "source_id", name=op.f("uq_proposal_sources_proposal_id_kind_source_id")),
    )
    op.create_index("ix_proposal_sources_participant_id", "proposal_sources", ["participant_id"], unique=False)
    op.create_index("ix_proposal_sources_source_id", "proposal_sources", ["source_id"], unique=False)
    op.create_table(
        "proposal_versions",
        sa.Column("proposal_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_versions_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "version", name=op.f("pk_proposal_versions")),
    )


def downgrade() -> None:
    op.drop_table("proposal_versions")
    op.drop_index("ix_proposal_sources_participant_id", table_name="proposal_sources")
    op.drop_index("ix_proposal_sources_source_id", table_name="proposal_sources")
    op.drop_table("proposal_sources")
    op.drop_index("ix_proposals_session_status", table_name="proposals")
    op.drop_index("ix_proposals_participant_id", table_name="proposals")
    op.drop_table("proposals")
    op.drop_table("proposal_counters")
