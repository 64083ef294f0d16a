"""Guests invited by letter."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guest_imports",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("invitees", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_guest_imports_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_imports")),
    )
    op.create_index("ix_guest_imports_session_id", "guest_imports", ["session_id"])
    op.create_table(
        "invitees",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("import_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("element", sa.String(length=30), nullable=True),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("site_id", sa.String(length=16), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("delegates", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["guest_imports.id"], name=op.f("fk_invitees_import_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_invitees_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_invitees_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitees")),
    )
    op.create_index("ix_invitees_import_id", "invitees", ["import_id"])
    op.create_index("ix_invitees_session_id", "invitees", ["session_id"])
    op.create_table(
        "invitee_places",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("invitee_id", sa.String(length=16), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=9), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("gender", sa.String(length=10), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("deputy", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["invitee_id"], ["invitees.id"], name=op.f("fk_invitee_places_invitee_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_invitee_places_participant_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_invitee_places_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitee_places")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_invitee_places_participant_id")),
        sa.UniqueConstraint("session_id", "code", name=op.f("uq_invitee_places_session_id_code")),
    )
    op.create_index("ix_invitee_places_invitee_id", "invitee_places", ["invitee_id"])
    op.create_table(
        "invitation_letters",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("dated_on", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("signer_office", sa.Text(), nullable=False),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("signer_rank", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_invitation_letters_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_invitation_letters")),
    )


def downgrade() -> None:
    op.drop_table("invitation_letters")
    op.drop_table("invitee_places")
    op.drop_table("invitees")
    op.drop_table("guest_imports")
