"""An index that finds the files of a source that came last, against which schema drift is told."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Go to this version from the one before."""
    with op.batch_alter_table("conditioned_file", schema=None) as batch_op:
        batch_op.drop_index("conditioned_file_by_time")
    op.create_index("raw_file_by_arrival", "raw_file", ["source", "seen_at"], unique=False)
