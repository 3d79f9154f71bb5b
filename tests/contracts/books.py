"""Entries for a ledger: files, runs, models and forecasts of a small fleet; and all that a ledger holds, as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import create_engine, select

from shared.domain.datasets import Dataset, Member
from shared.domain.files import ConditionedFile, Intent, RowCounts
from shared.domain.gates import Verdict
from shared.domain.records import Judgement, Published, RegisteredModel, SegmentResult
from shared.domain.requests import Pipeline, PipelineRequest
from shared.domain.runs import RunKind, RunSpec
from shared.domain.serving import Role, ServedModel, Serving
from shared.ledger.tables import METADATA

START = datetime(2026, 11, 16, 5, tzinfo=UTC)
FLEET, WEEK, SEGMENT = "demand", "2026W47", "texas-large-fast"
REQUEST = PipelineRequest(Pipeline.WEEKLY, FLEET, WEEK, None, None, "corr-1")
SPEC = RunSpec(
    name="train-demand-2026w47-texas-0123456789ab",
    kind=RunKind.TRAIN,
    fleet=FLEET,
    week=WEEK,
    shard="texas",
    instance_id="weekly-demand-2026W47-1-train-1-texas-1-watch",
    dataset_version="d" * 64,
    code_version="c" * 64,
    attempt=1,
    segments=(SEGMENT,),
    models={},
    job={"seed": 7},
)


def at(minutes):
    """A moment some minutes after the start."""
    return START + timedelta(minutes=minutes)


def land(ledger, path="events/a.csv", etag="e1", minutes=0):
    """Note a version of a raw file that landed and was seen at some minute."""
    return ledger.files.record_landed(path, etag, 5, at(minutes), at(minutes))


def make(file, sha256="a" * 64, etag="c1", rows=(10, 7, 2, 1)):
    """What conditioning made of a raw file."""
    counts = RowCounts(*rows)
    return ConditionedFile(f"{file.path}.csv", etag, sha256, 100, counts, "2026-01-05", "2026-11-09", {"source": "x"})


def condition(ledger, path="events/a.csv", etag="e1", content="1" * 64, minutes=0):
    """Take a file all the way."""
    file = land(ledger, path, etag, minutes)
    ledger.files.claim(file.id, at(minutes))
    assert ledger.outcomes.claim_content(file, content) is None
    ledger.outcomes.settle_conditioned(file, make(file), at(minutes))
    return file


def intend(ledger, file, sha256="a" * 64, content="1" * 64, minutes=0):
    """Note what is about to be put into the lake for a file; None where it must not be."""
    made = replace(make(file, sha256), etag="", size=0)
    intent = Intent(uuid4().hex, file, content, False, made)
    return intent if ledger.intents.intend(intent, at(minutes)) else None


def freeze(ledger, file, version="d" * 64):
    """A dataset of one conditioned file."""
    return Dataset(version, (Member(f"{file.path}.csv", "events", "a" * 64, 7, file.id),))


def model(digest, minutes=0):
    """A registered model of the segment."""
    return RegisteredModel(
        digest, FLEET, SEGMENT, "demand-x", digest[0], f"demand/{digest[:4]}", SPEC.name, "d" * 64, at(minutes)
    )


def judge(ledger, digest, passed=True, gate="training", segment=SEGMENT, minutes=0):
    """Note a verdict on a model; answers the record's id."""
    verdict = Verdict(passed, "beats the baseline" if passed else "is worse")
    judgement = Judgement(gate, FLEET, WEEK, segment, digest, SPEC.name, verdict)
    ledger.models.record_judgement(judgement, at(minutes))
    return judgement.id


def admit(ledger, digest, minutes=0):
    """Judge and register a model; answers its gate record's id."""
    ledger.models.record_model(model(digest, minutes))
    return judge(ledger, digest, minutes=minutes)


def promote(ledger, digest, record, minutes=0, actor="training gate"):
    """Promote a model of the segment."""
    return ledger.models.promote(FLEET, SEGMENT, digest, record, actor, "it passed", at(minutes))


def roll_back(ledger, digest, minutes=0):
    """Have an operator go back to a model."""
    return ledger.models.roll_back(FLEET, SEGMENT, digest, "an operator", "it orders too much", at(minutes))


def champions(ledger):
    """The segment's promoted models, newest first."""
    return [model.digest for model in ledger.models.promoted_models(FLEET).get(SEGMENT, [])]


def publish(units=50.0, digest="1" * 64, stores=("00001", "00002")):
    """A published forecast of the segment."""
    serving = Serving(Role.CHAMPION, ServedModel(digest, "folder", START), stale=False)
    cells = [(store, "000001", units, 48.0) for store in stores]
    return Published(FLEET, WEEK, SEGMENT, "p.csv", "f" * 64, serving, SPEC.name, "d" * 64, cells)


def result(segment=SEGMENT, status="trained", **more):
    """What a run said of a segment."""
    return SegmentResult(segment, status, **more)


def attempt(number):
    """The run of a later attempt."""
    return replace(SPEC, attempt=number, name=f"{SPEC.name}-{number}")


def dump(file):
    """Every row of every table of a ledger's SQLite file."""
    engine = create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            return {
                table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
                for table in METADATA.sorted_tables
            }
    finally:
        engine.dispose()
