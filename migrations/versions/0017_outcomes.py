"""What became of proposals: answers by level, their publications, and lists of earlier years."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcome_publications",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_outcome_publications_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_publications")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_outcome_publications_session_id_number")),
    )
    op.create_table(
        "outcomes",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("proposal_id", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("reason_code", sa.String(length=30), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("document_number", sa.Text(), nullable=True),
        sa.Column("document_link", sa.Text(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("publication_id", sa.String(length=16), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_outcomes_proposal_id")),
        sa.ForeignKeyConstraint(["publication_id"], ["outcome_publications.id"], name=op.f("fk_outcomes_publication_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_outcomes_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint("proposal_id", "level", "version", name=op.f("uq_outcomes_proposal_id_level_version")),
    )
    op.create_index("ix_outcomes_session_id", "outcomes", ["session_id"], unique=False)
    op.create_index("ix_outcomes_publication_id", "outcomes", ["publication_id"], unique=False)
    op.create_table(
        "earlier_imports",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("proposals", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_earlier_imports_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_imports")),
    )
    op.create_index("ix_earlier_imports_session_id", "earlier_imports", ["session_id"], unique=False)
    op.create_table(
        "earlier_proposals",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("import_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("village", sa.Text(), nullable=True),
        sa.Column("village_code", sa.String(length=13), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=18, scale=3), nullable=True),
        sa.Column("unit", sa.String(length=30), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("proposal_id", sa.String(length=16), nullable=True),
        sa.Column("adopted", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["earlier_imports.id"], name=op.f("fk_earlier_proposals_import_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_earlier_proposals_proposal_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_earlier_proposals_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_proposals")),
        sa.UniqueConstraint("session_id", "year", "number", name=op.f("uq_earlier_proposals_session_id_year_number")),
    )
    op.create_index("ix_earlier_proposals_import_id", "earlier_proposals", ["import_id"], unique=False)
    op.create_index("ix_earlier_proposals_proposal_id", "earlier_proposals", ["proposal_id"], unique=False)
    op.create_table(
        "earlier_outcomes",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("earlier_id", sa.String(length=16), nullable=False),
        sa.Column("import_id", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["earlier_id"], ["earlier_proposals.id"], name=op.f("fk_earlier_outcomes_earlier_id")),
        sa.ForeignKeyConstraint(["import_id"], ["earlier_imports.id"], name=op.f("fk_earlier_outcomes_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_outcomes")),
        sa.UniqueConstraint("earlier_id", "level", name=op.f("uq_earlier_outcomes_earlier_id_level")),
    )
    op.create_index("ix_earlier_outcomes_import_id", "earlier_outcomes", ["import_id"], unique=False)


def downgrade() -> None:
    op.drop_table("earlier_outcomes")
    op.drop_table("earlier_proposals")
    op.drop_table("earlier_imports")
    op.drop_table("outcomes")
    op.drop_table("outcome_publications")
