"""The ledger of runs: each submitted run, how far it is, and what it said of each segment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, delete, select, update

from shared.domain.runs import RunKind, RunSpec, RunState, RunStatus
from shared.ledger.store import insert_if_absent, reading
from shared.ledger.tables import run, segment_result


@dataclass(frozen=True)
class SegmentResult:
    """What a run said of one cell; metrics as in the run's results, None where it has none."""

    segment: str
    status: str
    error: str | None = None
    metrics: dict[str, Any] | None = None
    baseline_metrics: dict[str, Any] | None = None
    champion_metrics: dict[str, Any] | None = None
    details: dict[str, Any] | None = None
    model_digest: str | None = None
    model_folder: str | None = None
    mlflow_run_id: str | None = None


def record_submitted(ledger: Engine, spec: RunSpec, now: datetime) -> None:
    """Note that a run was submitted; noting it again changes nothing."""
    row = {
        "name": spec.name, "kind": spec.kind, "fleet": spec.fleet, "week": spec.week, "shard": spec.shard,
        "instance_id": spec.instance_id, "dataset_version": spec.dataset_version, "code_version": spec.code_version,
        "attempt": spec.attempt, "fingerprint": spec.fingerprint, "segments": list(spec.segments),
        "state": RunState.QUEUED, "submitted_at": now.isoformat(),
    }  # fmt: skip
    with ledger.begin() as connection:
        insert_if_absent(connection, run, row)


def record_observed(ledger: Engine, statuses: Iterable[RunStatus], now: datetime) -> None:
    """Note what a backend saw; an ended run never becomes unended again."""
    with ledger.begin() as connection:
        for status in statuses:
            open_run = run.c.state.in_([RunState.QUEUED, RunState.RUNNING])
            ended_at = status.ended_at or (now.isoformat() if status.state.is_terminal else None)
            connection.execute(
                update(run)
                .where(run.c.name == status.name, open_run)
                .values(
                    state=status.state,
                    error=status.error,
                    progress=status.progress,
                    started_at=status.started_at,
                    ended_at=ended_at,
                )
            )


def record_results(ledger: Engine, run_name: str, results: Sequence[SegmentResult], now: datetime) -> None:
    """Note what a run said of its segments, in place of what was noted before of the same run."""
    with ledger.begin() as connection:
        of_run = connection.execute(select(run).where(run.c.name == run_name)).one()
        connection.execute(delete(segment_result).where(segment_result.c.run_name == run_name))
        for result in results:
            connection.execute(
                segment_result.insert().values(
                    run_name=run_name,
                    kind=of_run.kind,
                    fleet=of_run.fleet,
                    week=of_run.week,
                    dataset_version=of_run.dataset_version,
                    code_version=of_run.code_version,
                    recorded_at=now.isoformat(),
                    **vars(result),
                )
            )


def read_results(ledger: Engine, run_name: str) -> list[SegmentResult]:
    """What a run said of its segments, by segment."""
    query = select(segment_result).where(segment_result.c.run_name == run_name).order_by(segment_result.c.segment)
    with reading(ledger) as connection:
        return [_result(row) for row in connection.execute(query)]


def results_of_week(ledger: Engine, kind: RunKind, fleet: str, week: str, **only: str) -> dict[str, SegmentResult]:
    """The latest result of each cell in a week, by cell; `only` may name further columns."""
    return {result.segment: result for result in list_results(ledger, kind, fleet, week, **only)}


def list_results(ledger: Engine, kind: RunKind, fleet: str, week: str, **only: str) -> list[SegmentResult]:
    """Every result of a week, the oldest first; `only` may name further columns."""
    query = select(segment_result).where(
        segment_result.c.kind == kind, segment_result.c.fleet == fleet, segment_result.c.week == week
    )
    query = query.where(*(segment_result.c[name] == value for name, value in only.items()))
    with reading(ledger) as connection:
        return [_result(row) for row in connection.execute(query.order_by(segment_result.c.recorded_at))]


def read_run(ledger: Engine, name: str) -> dict[str, Any]:
    """One run as the ledger holds it; raises LookupError."""
    with reading(ledger) as connection:
        row = connection.execute(select(run).where(run.c.name == name)).first()
    if row is None:
        raise LookupError(f"the ledger knows no run {name}")
    return dict(row._mapping)


def list_runs(
    ledger: Engine, *, instance_prefix: str | None = None, week: tuple[str, str] | None = None
) -> list[dict[str, Any]]:
    """Runs as the ledger holds them, newest first, of instances whose id starts so, or of a (fleet, week)."""
    query = select(run).order_by(run.c.submitted_at.desc(), run.c.name)
    if instance_prefix is not None:
        query = query.where(run.c.instance_id.startswith(instance_prefix, autoescape=True))
    if week is not None:
        query = query.where(run.c.fleet == week[0], run.c.week == week[1])
    with reading(ledger) as connection:
        return [dict(row._mapping) for row in connection.execute(query)]


def _result(row: Row[Any]) -> SegmentResult:
    fields = SegmentResult.__dataclass_fields__
    return SegmentResult(**{name: getattr(row, name) for name in fields})
