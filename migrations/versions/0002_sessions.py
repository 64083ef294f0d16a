"""Forum sessions with sites, agenda, quotas, notice and meeting."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("slug", name=op.f("uq_series_slug")),
    )
    op.create_table(
        "forum_sessions",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column(
            "tier",
            sa.Enum(
                "neighbourhood",
                "village",
                "pre_district",
                "district",
                "agency_forum",
                "regency",
                "province",
                "thematic",
                name="tier",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("region_code", sa.String(length=13), nullable=False),
        sa.Column("number_prefix", sa.String(length=10), nullable=False),
        sa.Column("year_held", sa.Integer(), nullable=False),
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("registration_opens_at", UtcDateTime(), nullable=False),
        sa.Column("registration_closes_at", UtcDateTime(), nullable=False),
        sa.Column("seats_online", sa.Integer(), nullable=False),
        sa.Column("elements", sa.JSON(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("stream_url", sa.Text(), nullable=True),
        sa.Column("interpreter_url", sa.Text(), nullable=True),
        sa.Column("contact_number", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("publication", sa.Enum("after_verification", "live", name="publication", native_enum=False, length=20), nullable=False),
        sa.Column("screen_shows_all", sa.Boolean(), nullable=False),
        sa.Column("late_hours", sa.Integer(), nullable=False),
        sa.Column("public_proposals_until", UtcDateTime(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("draft", "published", "live", "paused", "ended", "cancelled", name="sessionstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_count", sa.Integer(), nullable=True),
        sa.Column("closed_hash", sa.Text(), nullable=True),
        sa.Column("selection_published_at", UtcDateTime(), nullable=True),
        sa.Column("agenda_item_id", sa.String(length=16), nullable=True),
        sa.Column("quorum", sa.Integer(), nullable=True),
        sa.Column("quorum_unit", sa.Enum("number", "percent", name="quotaunit", native_enum=False, length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column(
            "rehearsal",
            sa.Enum("draft", "published", "live", "paused", "ended", "cancelled", name="sessionstate", native_enum=False, length=20),
            nullable=True,
        ),
        sa.Column("rehearsal_at", UtcDateTime(), nullable=True),
        sa.Column("undated", sa.Boolean(), nullable=False),
        sa.Column("series_id", sa.String(length=16), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_forum_sessions_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_sessions")),
        sa.UniqueConstraint("room", name=op.f("uq_forum_sessions_room")),
        sa.UniqueConstraint("slug", name=op.f("uq_forum_sessions_slug")),
    )
    op.create_table(
        "agenda_items",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("planned_at", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_agenda_items_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_items")),
    )
    op.create_table(
        "meetings",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=True),
        sa.Column("meeting_id", sa.LargeBinary(), nullable=True),
        sa.Column("passcode", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_meetings_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("session_id", name=op.f("uq_meetings_session_id")),
    )
    op.create_table(
        "privacy_notices",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_privacy_notices_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_notices")),
        sa.UniqueConstraint("session_id", "version", name=op.f("uq_privacy_notices_session_id_version")),
    )
    op.create_table(
        "quotas",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("attribute", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=True),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("unit", sa.Enum("number", "percent", name="quotaunit", native_enum=False, length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_quotas_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotas")),
        sa.UniqueConstraint("session_id", "attribute", "value", name=op.f("uq_quotas_session_id_attribute_value")),
    )
    op.create_table(
        "schedule_changes",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "extended",
                "reopened",
                "moved",
                "postponed",
                "relocated",
                "hall_added",
                "meeting",
                "cancelled",
                name="schedulekind",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("site_id", sa.String(length=16), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_schedule_changes_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_changes")),
    )
    op.create_index("ix_schedule_changes_session_id", "schedule_changes", ["session_id"])
    op.create_table(
        "sites",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("access_notes", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_sites_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("session_id", "code", name=op.f("uq_sites_session_id_code")),
    )


def downgrade() -> None:
    op.drop_table("sites")
    op.drop_table("schedule_changes")
    op.drop_table("quotas")
    op.drop_table("privacy_notices")
    op.drop_table("meetings")
    op.drop_table("agenda_items")
    op.drop_table("forum_sessions")
    op.drop_table("series")
