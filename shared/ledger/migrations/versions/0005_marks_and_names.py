"""Which ledger this is, as its lake is marked; and whether a file's name is part of what was made of it."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Go to this version from the one before."""
    with op.batch_alter_table("conditioned_file", schema=None) as batch_op:
        # Where it is not known it is taken to be: files of other names are then no copies.
        batch_op.add_column(sa.Column("name_counts", sa.Boolean(), nullable=False, server_default=sa.true()))
    identity = op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(identity, [{"id": 1, "name": uuid4().hex}])
