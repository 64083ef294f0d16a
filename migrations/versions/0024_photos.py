"""Photos of proposals, and what was done to each."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photos",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("proposal_id", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.String(length=16), nullable=False),
        sa.Column("thumbnail_id", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=True),
        sa.Column("participant_id", sa.String(length=16), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("shown_at", UtcDateTime(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_photos_session_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_photos_proposal_id")),
        sa.ForeignKeyConstraint(["file_id"], ["kept_files.id"], name=op.f("fk_photos_file_id")),
        sa.ForeignKeyConstraint(["thumbnail_id"], ["kept_files.id"], name=op.f("fk_photos_thumbnail_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_photos_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
        sa.UniqueConstraint("proposal_id", "nonce", "body_hash", name=op.f("uq_photos_proposal_id_nonce_body_hash")),
    )
    stands = sa.text("removed_at IS NULL")
    op.create_index("uq_photos_place", "photos", ["proposal_id", "place"], unique=True, sqlite_where=stands, postgresql_where=stands)
    op.create_index("ix_photos_participant_id", "photos", ["participant_id"], unique=False)
    op.create_index("ix_photos_session_id", "photos", ["session_id"], unique=False)
    op.create_table(
        "photo_acts",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("photo_id", sa.String(length=16), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name=op.f("fk_photo_acts_photo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_acts")),
    )
    op.create_index("ix_photo_acts_photo_id", "photo_acts", ["photo_id"], unique=False)


def downgrade() -> None:
    op.drop_table("photo_acts")
    op.drop_table("photos")
