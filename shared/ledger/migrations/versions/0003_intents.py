"""What is about to be put into the lake, noted before; and the row whose lock lets entries follow each other."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go to this version from the one before."""
    op.create_table(
        "output_intent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("raw_file_id", sa.String(length=16), nullable=False),
        sa.Column("path", sa.String(length=1024), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("name_counts", sa.Boolean(), nullable=False),
        sa.Column("made", sa.JSON(), nullable=False),
        sa.Column("intended_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["raw_file_id"], ["raw_file.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("output_intent_by_path", "output_intent", ["path"], unique=False)
    turn = op.create_table(
        "turn",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(turn, [{"id": 1, "taken": 0}])
