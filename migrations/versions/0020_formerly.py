"""What people were known by before it was corrected, and who held a guest's seat before somebody else, so that an erasure finds it in others' words."""

import sqlalchemy as sa
from alembic import op

from app.database.tables import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participants", sa.Column("former_contacts", sa.LargeBinary(), nullable=True))
    op.add_column("participants", sa.Column("former_guardians", sa.LargeBinary(), nullable=True))
    op.create_table(
        "former_holders",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("participant_id", sa.String(length=16), nullable=False),
        sa.Column("known_by", sa.LargeBinary(), nullable=True),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_former_holders_participant_id")),
        sa.ForeignKeyConstraint(["session_id"], ["forum_sessions.id"], name=op.f("fk_former_holders_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_holders")),
    )
    op.create_index("ix_former_holders_session_id", "former_holders", ["session_id"], unique=False)
    op.create_index("ix_former_holders_participant_id", "former_holders", ["participant_id"], unique=False)


def downgrade() -> None:
    op.drop_table("former_holders")
    op.drop_column("participants", "former_guardians")
    op.drop_column("participants", "former_contacts")
