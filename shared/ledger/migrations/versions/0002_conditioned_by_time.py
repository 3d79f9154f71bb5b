"""An index that finds the files of a source that were conditioned last, against which schema drift is told."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Go to this version from the one before."""
    with op.batch_alter_table("conditioned_file", schema=None) as batch_op:
        batch_op.create_index("conditioned_file_by_time", ["source", "conditioned_at"], unique=False)
