"""Participants, consents, attendance, applications and decisions."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "participant_counters",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_participant_counters_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_participant_counters")),
    )
    op.create_table(
        "participants",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "application",
                "counter",
                "invitee",
                "walk_in",
                "import",
                "relay",
                "placeholder",
                name="origin",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=True),
        sa.Column("institution", sa.Text(), nullable=True),
        sa.Column("element", sa.String(length=30), nullable=True),
        sa.Column("village_code", sa.String(length=13), nullable=True),
        sa.Column("village", sa.Text(), nullable=True),
        sa.Column("site_id", sa.String(length=16), nullable=True),
        sa.Column("gender", sa.String(length=10), nullable=True),
        sa.Column("age_group", sa.String(length=10), nullable=True),
        sa.Column("child", sa.Boolean(), nullable=False),
        sa.Column("publish_name", sa.Boolean(), nullable=False),
        sa.Column("publish_photos", sa.Boolean(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.String(length=64), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("disability", sa.LargeBinary(), nullable=True),
        sa.Column("needs", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_name", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_phone", sa.LargeBinary(), nullable=True),
        sa.Column("former_names", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.Column("merged_into", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_participants_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_participants_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_participants_session_id_number")),
    )
    op.create_index("ix_participants_session_name", "participants", ["session_id", "name_key"], unique=False)
    op.create_index("ix_participants_session_phone", "participants", ["session_id", "phone_index"], unique=False)
    op.create_table(
        "applications",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=9), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("phone_index", sa.String(length=64), nullable=True),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("attendance", sa.String(length=10), nullable=False),
        sa.Column("site_id", sa.String(length=16), nullable=True),
        sa.Column("wish", sa.Text(), nullable=True),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("has_disability", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "submitted", "selected", "reserve", "declined", "withdrawn", "late", name="applicationstate", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column(
            "told_state",
            sa.Enum(
                "submitted", "selected", "reserve", "declined", "withdrawn", "late", name="applicationstate", native_enum=False, length=20
            ),
            nullable=True,
        ),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_applications_participant_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_applications_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_applications_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_applications_participant_id")),
        sa.UniqueConstraint("session_id", "code", name=op.f("uq_applications_session_id_code")),
    )
    op.create_index("ix_applications_session_state", "applications", ["session_id", "state"], unique=False)
    op.create_index(
        "uq_applications_person",
        "applications",
        ["session_id", "phone_index", "name_key"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn' AND phone_index IS NOT NULL"),
        postgresql_where=sa.text("state <> 'withdrawn' AND phone_index IS NOT NULL"),
    )
    op.create_table(
        "attendances",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("site_id", sa.String(length=16), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("held_by", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_attendances_participant_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_attendances_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_attendances_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendances")),
        sa.UniqueConstraint("session_id", "nonce", name=op.f("uq_attendances_session_id_nonce")),
    )
    op.create_index("ix_attendances_participant_id", "attendances", ["participant_id"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("notice_version", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_consents_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_participant_id", "consents", ["participant_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("application_id", sa.String(length=16), nullable=False),
        sa.Column("run_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=False),
        sa.Column("after", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_decisions_application_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_application_id", "decisions", ["application_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_decisions_application_id", table_name="decisions")
    op.drop_table("decisions")
    op.drop_index("ix_consents_participant_id", table_name="consents")
    op.drop_table("consents")
    op.drop_index("ix_attendances_participant_id", table_name="attendances")
    op.drop_table("attendances")
    op.drop_index(
        "uq_applications_person",
        table_name="applications",
        sqlite_where=sa.text("state <> 'withdrawn' AND phone_index IS NOT NULL"),
        postgresql_where=sa.text("state <> 'withdrawn' AND phone_index IS NOT NULL"),
    )
    op.drop_index("ix_applications_session_state", table_name="applications")
    op.drop_table("applications")
    op.drop_index("ix_participants_session_phone", table_name="participants")
    op.drop_index("ix_participants_session_name", table_name="participants")
    op.drop_table("participants")
    op.drop_table("participant_counters")
