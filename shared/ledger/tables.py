"""The ledger's tables. Times are UTC in ISO 8601 text, which sorts and reads the same in every dialect."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    true,
)

METADATA = MetaData()
DIGEST, NAME, TIME, PATH = String(64), String(255), String(32), String(1024)

raw_file = Table(
    "raw_file",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("source", NAME, nullable=False),
    Column("path", PATH, nullable=False),
    Column("etag", NAME, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", DIGEST),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False, default=0),
    Column("claimed_until", TIME),
    Column("same_as", String(16)),
    Column("landed_at", TIME, nullable=False),
    Column("seen_at", TIME, nullable=False),
    Column("settled_at", TIME),
    UniqueConstraint("path", "etag", name="one_row_per_version"),
)
"""`claimed_until` of a landed file is when the reconciler takes it again after an outage."""
Index("raw_file_by_state", raw_file.c.state)
Index("raw_file_by_content", raw_file.c.source, raw_file.c.sha256)
Index("raw_file_by_arrival", raw_file.c.source, raw_file.c.seen_at)

conditioned_file = Table(
    "conditioned_file",
    METADATA,
    Column("raw_file_id", ForeignKey("raw_file.id"), primary_key=True),
    Column("source", NAME, nullable=False),
    Column("path", PATH, nullable=False),
    Column("etag", NAME, nullable=False),
    Column("sha256", DIGEST, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("rows_in", BigInteger, nullable=False),
    Column("rows_out", BigInteger, nullable=False),
    Column("rows_quarantined", BigInteger, nullable=False),
    Column("rows_duplicate", BigInteger, nullable=False),
    Column("first_date", String(10)),
    Column("last_date", String(10)),
    Column("summary", JSON, nullable=False),
    Column("conditioned_at", TIME, nullable=False),
    Column("name_counts", Boolean, nullable=False, server_default=true()),
)
"""`name_counts` tells whether the raw file's name is part of what was made of it."""
Index("conditioned_file_by_path", conditioned_file.c.path)

output_intent = Table(
    "output_intent",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("raw_file_id", ForeignKey("raw_file.id"), nullable=False),
    Column("path", PATH, nullable=False),
    Column("content", DIGEST, nullable=False),
    Column("name_counts", Boolean, nullable=False),
    Column("made", JSON, nullable=False),
    Column("intended_at", TIME, nullable=False),
)
"""What is about to be put into the lake for a raw path, noted before it is; `made` lacks the etag and size alone."""
Index("output_intent_by_path", output_intent.c.path)

turn = Table(
    "turn",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("taken", BigInteger, nullable=False),
)
"""One row, by whose lock entries that decide something together follow each other, in any database."""

identity = Table(
    "identity",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(32), nullable=False),
)
"""One row, which ledger this is."""

dataset_version = Table(
    "dataset_version",
    METADATA,
    Column("version", DIGEST, primary_key=True),
    Column("files", Integer, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("frozen_at", TIME, nullable=False),
)

dataset_member = Table(
    "dataset_member",
    METADATA,
    Column("version", ForeignKey("dataset_version.version"), primary_key=True),
    Column("path", PATH, primary_key=True),
    Column("source", NAME, nullable=False),
    Column("sha256", DIGEST, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("raw_file_id", ForeignKey("raw_file.id"), nullable=False),
)

instance = Table(
    "instance",
    METADATA,
    Column("id", NAME, primary_key=True),
    Column("pipeline", String(16), nullable=False),
    Column("fleet", NAME, nullable=False),
    Column("week", String(7), nullable=False),
    Column("fingerprint", DIGEST, nullable=False),
    Column("request", JSON, nullable=False),
    Column("requested_at", TIME, nullable=False),
)
Index("instance_by_time", instance.c.requested_at)

run = Table(
    "run",
    METADATA,
    Column("name", NAME, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("fleet", NAME, nullable=False),
    Column("week", String(7), nullable=False),
    Column("shard", NAME, nullable=False),
    Column("instance_id", NAME, nullable=False),
    Column("dataset_version", DIGEST, nullable=False),
    Column("code_version", DIGEST, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("fingerprint", DIGEST, nullable=False),
    Column("segments", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("error", Text),
    Column("progress", Text),
    Column("submitted_at", TIME, nullable=False),
    Column("started_at", TIME),
    Column("ended_at", TIME),
)
Index("run_by_instance", run.c.instance_id)
Index("run_by_week", run.c.fleet, run.c.week)

segment_result = Table(
    "segment_result",
    METADATA,
    Column("run_name", ForeignKey("run.name"), primary_key=True),
    Column("segment", NAME, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("fleet", NAME, nullable=False),
    Column("week", String(7), nullable=False),
    Column("dataset_version", DIGEST, nullable=False),
    Column("code_version", DIGEST, nullable=False),
    Column("status", String(16), nullable=False),
    Column("error", Text),
    Column("metrics", JSON),
    Column("baseline_metrics", JSON),
    Column("champion_metrics", JSON),
    Column("details", JSON),
    Column("model_digest", DIGEST),
    Column("model_folder", PATH),
    Column("mlflow_run_id", NAME),
    Column("recorded_at", TIME, nullable=False),
)
Index("segment_result_by_week", segment_result.c.fleet, segment_result.c.week, segment_result.c.kind)

gate_record = Table(
    "gate_record",
    METADATA,
    Column("id", DIGEST, primary_key=True),
    Column("gate", String(16), nullable=False),
    Column("fleet", NAME, nullable=False),
    Column("week", String(7), nullable=False),
    Column("segment", NAME, nullable=False),
    Column("subject", DIGEST, nullable=False),
    Column("run_name", NAME),
    Column("passed", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("judged_at", TIME, nullable=False),
)
Index("gate_record_by_week", gate_record.c.fleet, gate_record.c.week, gate_record.c.gate)

model_version = Table(
    "model_version",
    METADATA,
    Column("digest", DIGEST, primary_key=True),
    Column("fleet", NAME, nullable=False),
    Column("segment", NAME, nullable=False),
    Column("name", NAME, nullable=False),
    Column("version", NAME, nullable=False),
    Column("folder", PATH, nullable=False),
    Column("run_name", NAME, nullable=False),
    Column("dataset_version", DIGEST, nullable=False),
    Column("trained_at", TIME, nullable=False),
)
Index("model_version_by_segment", model_version.c.fleet, model_version.c.segment)

promotion = Table(
    "promotion",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("fleet", NAME, nullable=False),
    Column("segment", NAME, nullable=False),
    Column("digest", ForeignKey("model_version.digest"), nullable=False),
    Column("gate_record_id", ForeignKey("gate_record.id"), nullable=False),
    Column("actor", NAME, nullable=False),
    Column("reason", Text, nullable=False),
    Column("promoted_at", TIME, nullable=False),
    Column("previous_hash", DIGEST, nullable=False, unique=True),
    Column("hash", DIGEST, nullable=False, unique=True),
)
Index("promotion_by_segment", promotion.c.fleet, promotion.c.segment)

forecast = Table(
    "forecast",
    METADATA,
    Column("fleet", NAME, primary_key=True),
    Column("week", String(7), primary_key=True),
    Column("segment", NAME, primary_key=True),
    Column("store_id", NAME, primary_key=True),
    Column("product_id", NAME, primary_key=True),
    Column("units", Float, nullable=False),
    Column("baseline_units", Float, nullable=False),
    Column("role", String(16), nullable=False),
    Column("model_digest", DIGEST),
    Column("stale", Boolean, nullable=False),
    Column("run_name", NAME, nullable=False),
    Column("published_at", TIME, nullable=False),
)

publication = Table(
    "publication",
    METADATA,
    Column("fleet", NAME, primary_key=True),
    Column("week", String(7), primary_key=True),
    Column("segment", NAME, primary_key=True),
    Column("path", PATH, nullable=False),
    Column("sha256", DIGEST, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("role", String(16), nullable=False),
    Column("stale", Boolean, nullable=False),
    Column("model_digest", DIGEST),
    Column("run_name", NAME, nullable=False),
    Column("dataset_version", DIGEST, nullable=False),
    Column("published_at", TIME, nullable=False),
)

audit_event = Table(
    "audit_event",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("action", NAME, nullable=False),
    Column("subject", PATH, nullable=False),
    Column("actor", NAME, nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", JSON),
    Column("at", TIME, nullable=False),
)
