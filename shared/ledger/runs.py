"""The ledger of runs: each submitted run, how far it is, and what it said of each segment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, delete, func, select, update

from shared.domain.identities import is_below
from shared.domain.records import SegmentResult
from shared.domain.runs import RunKind, RunSpec, RunState, RunStatus
from shared.ledger.connections import reading
from shared.ledger.store import insert_if_absent
from shared.ledger.tables import run, segment_result

_IS_OPEN = run.c.state.in_([RunState.QUEUED, RunState.RUNNING])


class Runs:
    """Runs and what they said of their segments."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record_submitted(self, spec: RunSpec, now: datetime) -> None:
        """Note that a run was submitted; noting it again only tells which instance waits for it now."""
        row = {
            "name": spec.name,
            "kind": spec.kind,
            "fleet": spec.fleet,
            "week": spec.week,
            "shard": spec.shard,
            "instance_id": spec.instance_id,
            "dataset_version": spec.dataset_version,
            "code_version": spec.code_version,
            "attempt": spec.attempt,
            "fingerprint": spec.fingerprint,
            "segments": list(spec.segments),
            "state": RunState.QUEUED,
            "submitted_at": now.isoformat(),
        }
        with self._engine.begin() as connection:
            insert_if_absent(connection, run, row)
            again = update(run).where(run.c.name == spec.name, run.c.instance_id != spec.instance_id, _IS_OPEN)
            connection.execute(again.values(instance_id=spec.instance_id))

    def record_observed(self, statuses: Iterable[RunStatus], now: datetime) -> None:
        """Note what a backend saw; an ended run never becomes unended again."""
        with self._engine.begin() as connection:
            for status in statuses:
                ended_at = status.ended_at or (now.isoformat() if status.state.is_terminal else None)
                connection.execute(
                    update(run)
                    .where(run.c.name == status.name, _IS_OPEN)
                    .values(
                        state=status.state,
                        error=status.error,
                        progress=status.progress,
                        started_at=func.coalesce(status.started_at, run.c.started_at),
                        ended_at=ended_at,
                    )
                )

    def record_results(self, run_name: str, results: Sequence[SegmentResult], now: datetime) -> None:
        """Note what a run said of its segments, in place of what was noted before of the same run."""
        with self._engine.begin() as connection:
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

    def read_results(self, run_name: str) -> list[SegmentResult]:
        """What a run said of its segments, by segment."""
        query = select(segment_result).where(segment_result.c.run_name == run_name).order_by(segment_result.c.segment)
        with reading(self._engine) as connection:
            return [_result(row) for row in connection.execute(query)]

    def results_of_week(self, kind: RunKind, fleet: str, week: str, **only: str) -> dict[str, SegmentResult]:
        """The latest result of each cell in a week, by cell; `only` may name further columns."""
        return {result.segment: result for result in self.list_results(kind, fleet, week, **only)}

    def list_results(self, kind: RunKind, fleet: str, week: str, **only: str) -> list[SegmentResult]:
        """Every result of a week, the oldest first; `only` may name further columns."""
        query = select(segment_result).where(
            segment_result.c.kind == kind, segment_result.c.fleet == fleet, segment_result.c.week == week
        )
        query = query.where(*(segment_result.c[name] == value for name, value in only.items()))
        with reading(self._engine) as connection:
            return [_result(row) for row in connection.execute(query.order_by(segment_result.c.recorded_at))]

    def record_fault(self, order: Mapping[str, Any], segments: Sequence[str], error: str, now: datetime) -> None:
        """Note that work on some cells stopped before a run could tell of them, under a run that never was."""
        name = f"{order['kind']}-{order['fleet']}-{order['week']}-{order['region']}-fault"
        same = {name: order[name] for name in ("kind", "fleet", "week", "dataset_version")}
        row = {
            **same,
            "name": name,
            "shard": order["region"],
            "instance_id": order["root"],
            "code_version": "",
            "attempt": 0,
            "fingerprint": "",
            "segments": list(segments),
            "state": RunState.FAILED,
            "error": error,
            "submitted_at": now.isoformat(),
            "ended_at": now.isoformat(),
        }
        with self._engine.begin() as connection:
            insert_if_absent(connection, run, row)
        self.record_results(name, [SegmentResult(segment, "failed", error=error) for segment in segments], now)

    def list_runs_below(self, instance_id: str) -> list[dict[str, Any]]:
        """The runs that an instance or one below it submitted, newest first."""
        found = self.list_runs(instance_prefix=instance_id)
        return [run for run in found if run["instance_id"] == instance_id or is_below(instance_id, run["instance_id"])]

    def read_states(self, names: Collection[str]) -> dict[str, RunState]:
        """The states of some runs, by name, of those that are known."""
        query = select(run.c.name, run.c.state).where(run.c.name.in_(names))
        with reading(self._engine) as connection:
            return {name: RunState(state) for name, state in connection.execute(query)}

    def count_open(self, instance_id: str) -> int:
        """How many of the runs that one instance waits for have not ended."""
        query = select(func.count()).select_from(run).where(run.c.instance_id == instance_id, _IS_OPEN)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def list_waiting(self) -> set[str]:
        """The instances that wait for runs which have not ended."""
        with reading(self._engine) as connection:
            return set(connection.execute(select(run.c.instance_id).where(_IS_OPEN).distinct()).scalars())

    def read_run(self, name: str) -> dict[str, Any]:
        """One run as the ledger holds it; raises LookupError."""
        with reading(self._engine) as connection:
            row = connection.execute(select(run).where(run.c.name == name)).first()
        if row is None:
            raise LookupError(f"the ledger knows no run {name}")
        return dict(row._mapping)

    def list_runs(
        self, *, instance_prefix: str | None = None, week: tuple[str, str] | None = None
    ) -> list[dict[str, Any]]:
        """Runs as the ledger holds them, newest first, of instances whose id starts so, or of a (fleet, week)."""
        query = select(run).order_by(run.c.submitted_at.desc(), run.c.name)
        if instance_prefix is not None:
            query = query.where(run.c.instance_id.startswith(instance_prefix, autoescape=True))
        if week is not None:
            query = query.where(run.c.fleet == week[0], run.c.week == week[1])
        with reading(self._engine) as connection:
            return [dict(row._mapping) for row in connection.execute(query)]


def _result(row: Row[Any]) -> SegmentResult:
    fields = SegmentResult.__dataclass_fields__
    return SegmentResult(**{name: getattr(row, name) for name in fields})
