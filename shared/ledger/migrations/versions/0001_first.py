"""The first version of the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Go to this version from the one before."""
    op.create_table(
        "audit_event",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("action", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=1024), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "dataset_version",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("frozen_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "forecast",
        sa.Column("fleet", sa.String(length=255), nullable=False),
        sa.Column("week", sa.String(length=7), nullable=False),
        sa.Column("segment", sa.String(length=255), nullable=False),
        sa.Column("store_id", sa.String(length=255), nullable=False),
        sa.Column("product_id", sa.String(length=255), nullable=False),
        sa.Column("units", sa.Float(), nullable=False),
        sa.Column("baseline_units", sa.Float(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("model_digest", sa.String(length=64), nullable=True),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("run_name", sa.String(length=255), nullable=False),
        sa.Column("published_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("fleet", "week", "segment", "store_id", "product_id"),
    )
    op.create_table(
        "gate_record",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("gate", sa.String(length=16), nullable=False),
        sa.Column("fleet", sa.String(length=255), nullable=False),
        sa.Column("week", sa.String(length=7), nullable=False),
        sa.Column("segment", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("run_name", sa.String(length=255), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("gate_record", schema=None) as batch_op:
        batch_op.create_index("gate_record_by_week", ["fleet", "week", "gate"], unique=False)

    op.create_table(
        "instance",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("pipeline", sa.String(length=16), nullable=False),
        sa.Column("fleet", sa.String(length=255), nullable=False),
        sa.Column("week", sa.String(length=7), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("requested_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.create_index("instance_by_time", ["requested_at"], unique=False)

    op.create_table(
        "model_version",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("fleet", sa.String(length=255), nullable=False),
        sa.Column("segment", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.Column("folder", sa.String(length=1024), nullable=False),
        sa.Column("run_name", sa.String(length=255), nullable=False),
        sa.Column("dataset_version", sa.String(length=64), nullable=False),
        sa.Column("trained_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    with op.batch_alter_table("model_version", schema=None) as batch_op:
        batch_op.create_index("model_version_by_segment", ["fleet", "segment"], unique=False)

    op.create_table(
        "publication",
        sa.Column("fleet", sa.String(length=255), nullable=False),
        sa.Column("week", sa.String(length=7), nullable=False),
        sa.Column("segment", sa.String(length=255), nullable=False),
        sa.Column("path", sa.String(length=1024), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("model_digest", sa.String(length=64), nullable=True),
        sa.Column("run_name", sa.String(length=255), nullable=False),
        sa.Column("dataset_version", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("fleet", "week", "segment"),
    )
    op.create_table(
        "raw_file",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("path", sa.String(length=1024), nullable=False),
        sa.Column("etag", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.String(length=32), nullable=True),
        sa.Column("same_as", sa.String(length=16), nullable=True),
        sa.Column("landed_at", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.String(length=32), nullable=False),
        sa.Column("settled_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("path", "etag", name="one_row_per_version"),
    )
    with op.batch_alter_table("raw_file", schema=None) as batch_op:
        batch_op.create_index("raw_file_by_content", ["source", "sha256"], unique=False)
        batch_op.create_index("raw_file_by_state", ["state"], unique=False)

    op.create_table(
        "run",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("fleet", sa.String(length=255), nullable=False),
        sa.Column("week", sa.String(length=7), nullable=False),
        sa.Column("shard", sa.String(length=255), nullable=False),
        sa.Column("instance_id", sa.String(length=255), nullable=False),
        sa.Column("dataset_version", sa.String(length=64), nullable=False),
        sa.Column("code_version", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("segments", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("submitted_at", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=True),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index("run_by_instance", ["instance_id"], unique=False)
        batch_op.create_index("run_by_week", ["fleet", "week"], unique=False)

    op.create_table(
        "conditioned_file",
        sa.Column("raw_file_id", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("path", sa.String(length=1024), nullable=False),
        sa.Column("etag", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("rows_in", sa.BigInteger(), nullable=False),
        sa.Column("rows_out", sa.BigInteger(), nullable=False),
        sa.Column("rows_quarantined", sa.BigInteger(), nullable=False),
        sa.Column("rows_duplicate", sa.BigInteger(), nullable=False),
        sa.Column("first_date", sa.String(length=10), nullable=True),
        sa.Column("last_date", sa.String(length=10), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("conditioned_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["raw_file_id"],
            ["raw_file.id"],
        ),
        sa.PrimaryKeyConstraint("raw_file_id"),
    )
    with op.batch_alter_table("conditioned_file", schema=None) as batch_op:
        batch_op.create_index("conditioned_file_by_path", ["path"], unique=False)

    op.create_table(
        "dataset_member",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=1024), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("raw_file_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["raw_file_id"],
            ["raw_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["version"],
            ["dataset_version.version"],
        ),
        sa.PrimaryKeyConstraint("version", "path"),
    )
    op.create_table(
        "promotion",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("fleet", sa.String(length=255), nullable=False),
        sa.Column("segment", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("gate_record_id", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("promoted_at", sa.String(length=32), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest"],
            ["model_version.digest"],
        ),
        sa.ForeignKeyConstraint(
            ["gate_record_id"],
            ["gate_record.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("hash"),
        sa.UniqueConstraint("previous_hash"),
    )
    with op.batch_alter_table("promotion", schema=None) as batch_op:
        batch_op.create_index("promotion_by_segment", ["fleet", "segment"], unique=False)

    op.create_table(
        "segment_result",
        sa.Column("run_name", sa.String(length=255), nullable=False),
        sa.Column("segment", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("fleet", sa.String(length=255), nullable=False),
        sa.Column("week", sa.String(length=7), nullable=False),
        sa.Column("dataset_version", sa.String(length=64), nullable=False),
        sa.Column("code_version", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("metrics", sa.JSON(), nullable=True),
        sa.Column("baseline_metrics", sa.JSON(), nullable=True),
        sa.Column("champion_metrics", sa.JSON(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.Column("model_digest", sa.String(length=64), nullable=True),
        sa.Column("model_folder", sa.String(length=1024), nullable=True),
        sa.Column("mlflow_run_id", sa.String(length=255), nullable=True),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_name"],
            ["run.name"],
        ),
        sa.PrimaryKeyConstraint("run_name", "segment"),
    )
    with op.batch_alter_table("segment_result", schema=None) as batch_op:
        batch_op.create_index("segment_result_by_week", ["fleet", "week", "kind"], unique=False)
