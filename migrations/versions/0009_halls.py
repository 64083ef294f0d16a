"""Duty links, presses at the door of a hall, needs that are seen to."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duty_links",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("site_id", sa.String(length=16), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_links")),
        sa.UniqueConstraint("site_id", "day", name=op.f("uq_duty_links_site_id_day")),
    )
    op.create_index("ix_duty_links_session_id", "duty_links", ["session_id"])
    op.create_table(
        "duty_shifts",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("link_id", sa.String(length=16), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["duty_links.id"], name=op.f("fk_duty_shifts_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_shifts")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_duty_shifts_fingerprint")),
    )
    op.create_index("ix_duty_shifts_link_id", "duty_shifts", ["link_id"])
    op.create_table(
        "door_presses",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("site_id", sa.String(length=16), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=True),
        sa.Column("hint", sa.String(length=12), nullable=True),
        sa.Column("refusal", sa.String(length=40), nullable=True),
        sa.Column("pressed_at", UtcDateTime(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("settled", sa.Enum("admitted", "dropped", name="settled", native_enum=False, length=20), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_door_presses_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_door_presses_site_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_door_presses_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_presses")),
        sa.UniqueConstraint("session_id", "nonce", name=op.f("uq_door_presses_session_id_nonce")),
    )
    op.create_index("ix_door_presses_site_id", "door_presses", ["site_id"])
    op.create_table(
        "needs_seen_to",
        sa.Column("participant_id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_needs_seen_to_participant_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_needs_seen_to_session_id")),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_needs_seen_to")),
    )


def downgrade() -> None:
    op.drop_table("needs_seen_to")
    op.drop_table("door_presses")
    op.drop_table("duty_shifts")
    op.drop_table("duty_links")
