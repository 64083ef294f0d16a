"""Rooms, messages, votes, sanctions and acts of staff."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "room_acts",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=16), nullable=False),
        sa.Column("cid", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_acts")),
        sa.UniqueConstraint("room", "actor", "cid", name=op.f("uq_room_acts_room_actor_cid")),
    )
    op.create_table(
        "sanctions",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanctions")),
    )
    op.create_index("ix_sanctions_room_person", "sanctions", ["room", "person"], unique=False)
    op.create_table(
        "rooms",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("slow_seconds", sa.Integer(), nullable=False),
        sa.Column("premoderated", sa.Boolean(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("unlimited", sa.Boolean(), nullable=False),
        sa.Column("announcement", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_rooms_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
        sa.UniqueConstraint("session_id", name=op.f("uq_rooms_session_id")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("sender", sa.String(length=16), nullable=False),
        sa.Column("cid", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.JSON(), nullable=False),
        sa.Column("re", sa.String(length=16), nullable=True),
        sa.Column("participant_id", sa.String(length=16), nullable=True),
        sa.Column("on_behalf", sa.Text(), nullable=True),
        sa.Column("site_id", sa.String(length=16), nullable=True),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "visible", "held", "late", "rejected", "hidden", "deleted", "erased", name="messagestate", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("proposal", sa.String(length=30), nullable=True),
        sa.Column("pinned_at", UtcDateTime(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=16), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_messages_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("room", "sender", "cid", name=op.f("uq_messages_room_sender_cid")),
    )
    op.create_index("ix_messages_room_seq", "messages", ["room", "seq"], unique=False)
    op.create_index("ix_messages_room_state", "messages", ["room", "state"], unique=False)
    op.create_index("ix_messages_sender", "messages", ["room", "sender", "received_at"], unique=False)
    op.create_table(
        "tallies",
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room", name=op.f("pk_tallies")),
    )
    op.create_table(
        "votes",
        sa.Column("message_id", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_votes_message_id")),
        sa.PrimaryKeyConstraint("message_id", "person", name=op.f("pk_votes")),
    )
    op.create_index("ix_votes_room_person", "votes", ["room", "person"], unique=False)
    op.create_index("ix_votes_room_rev", "votes", ["room", "rev"], unique=False)
    op.create_table(
        "live_processes",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_processes")),
    )
    op.create_table(
        "room_presences",
        sa.Column("process", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["process"], ["live_processes.id"], name=op.f("fk_room_presences_process")),
        sa.PrimaryKeyConstraint("process", "room", name=op.f("pk_room_presences")),
    )


def downgrade() -> None:
    op.drop_table("room_presences")
    op.drop_table("live_processes")
    op.drop_index("ix_votes_room_rev", table_name="votes")
    op.drop_index("ix_votes_room_person", table_name="votes")
    op.drop_table("votes")
    op.drop_table("tallies")
    op.drop_index("ix_messages_sender", table_name="messages")
    op.drop_index("ix_messages_room_state", table_name="messages")
    op.drop_index("ix_messages_room_seq", table_name="messages")
    op.drop_table("messages")
    op.drop_table("rooms")
    op.drop_index("ix_sanctions_room_person", table_name="sanctions")
    op.drop_table("sanctions")
    op.drop_table("room_acts")
