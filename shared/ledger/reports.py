"""What people ask of the ledger: a fleet's cells in a week, and what became of the rows of each source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, case, exists, func, or_, select

from shared.domain.cells import Cell, decide_state
from shared.domain.files import FileState
from shared.domain.fleets import Fleet
from shared.domain.gates import Verdict
from shared.domain.runs import RunKind
from shared.domain.segments import Baseline, Segment
from shared.domain.serving import is_stale
from shared.ledger.connections import reading
from shared.ledger.forecasts import Forecasts
from shared.ledger.models import Models
from shared.ledger.runs import Runs
from shared.ledger.tables import conditioned_file, raw_file, run

ROWS = ("rows_in", "rows_out", "rows_quarantined", "rows_duplicate")


class _Known:
    """What the ledger knows of a fleet's week, read once for all of its cells."""

    def __init__(self, books: Reports, fleet: Fleet, week: str, now: datetime) -> None:
        self._fleet, self._now = fleet, now
        self._results = books.runs.results_of_week(RunKind.TRAIN, fleet.name, week)
        self._training = books.models.judgements_of_week("training", fleet.name, week)
        self._data = books.models.judgements_of_week("data", fleet.name, week)
        self._promoted = books.models.promoted_models(fleet.name)
        self._published = books.forecasts.publications_of_week(fleet.name, week)

    def describe(self, cell: Segment | Baseline) -> Cell:
        """One cell with all that is known of it."""
        result = self._results.get(cell.id)
        champion = next(iter(self._promoted.get(cell.id, [])), None)
        published = self._published.get(cell.id, {})
        state, reason = decide_state(
            result.status if result else None,
            result.error if result else None,
            _verdict(self._training.get(cell.id)),
            _verdict(self._data.get(cell.id)),
            is_ensemble=isinstance(cell, Segment),
        )
        return Cell(
            id=cell.id,
            region=cell.region,
            store_format=cell.store_format,
            mover=cell.mover if isinstance(cell, Segment) else None,
            state=state,
            reason=reason,
            mape=(result.metrics or {}).get("mape") if result else None,
            baseline_mape=(result.baseline_metrics or {}).get("mape") if result else None,
            champion=champion.digest if champion else None,
            trained_at=champion.trained_at.isoformat() if champion else None,
            age_days=(self._now - champion.trained_at).days if champion else None,
            stale=champion is not None and is_stale(champion.trained_at, self._now, self._fleet.stale_after_days),
            role=published.get("role"),
            forecast_path=published.get("path"),
        )


class Reports:
    """What people ask of all of it."""

    def __init__(self, engine: Engine, runs: Runs, models: Models, forecasts: Forecasts) -> None:
        self._engine = engine
        self.runs, self.models, self.forecasts = runs, models, forecasts

    def latest_week(self, fleet: str) -> str | None:
        """The last week that the fleet has runs of."""
        with reading(self._engine) as connection:
            week: str | None = connection.execute(select(func.max(run.c.week)).where(run.c.fleet == fleet)).scalar()
            return week

    def report_cells(self, fleet: Fleet, week: str, now: datetime) -> list[Cell]:
        """Every cell of a fleet in a week, ensembles first, in declared order; each has a state."""
        known = _Known(self, fleet, week, now)
        cells: list[Segment | Baseline] = [*fleet.segments, *fleet.baselines]
        return [known.describe(cell) for cell in cells]

    def report_sources(self) -> list[dict[str, Any]]:
        """For each source: its file versions by state, where its rows went, and its freshest day; rows of a repeated
        file count as duplicates, those of a version that was replaced not at all, and those of a file that nobody could
        read are not known. `files_on_older_output` are refused ones whose path still stands on what was made of it
        before."""
        counted = {row["source"]: row for row in _count_files(self._engine)}
        standing = _count_standing(self._engine)
        for source, totals in counted.items():
            totals.update(dict.fromkeys(ROWS, 0), files_on_older_output=standing.get(source, 0), last_date=None)
        for row in _sum_rows(self._engine):
            totals = counted[row["source"]]
            if row["state"] == FileState.DUPLICATE:
                totals["rows_in"] += row["rows_in"]
                totals["rows_duplicate"] += row["rows_in"]
            else:
                for name in ROWS:
                    totals[name] += row[name]
                totals["last_date"] = row["last_date"]
        return [counted[source] for source in sorted(counted)]

    def tell_file(self, file_id: str) -> dict[str, Any] | None:
        """One file version's story: what it is, what became of it, and the summary of what was made."""
        with reading(self._engine) as connection:
            row = connection.execute(select(raw_file).where(raw_file.c.id == file_id)).first()
            made = connection.execute(select(conditioned_file).where(conditioned_file.c.raw_file_id == file_id)).first()
        if row is None:
            return None
        return {**row._mapping, "conditioned": dict(made._mapping) if made else None}

    def list_files(self, *, source: str | None, state: str | None, top: int, skip: int = 0) -> list[dict[str, Any]]:
        """File versions, the newest first."""
        query = select(raw_file).order_by(raw_file.c.seen_at.desc(), raw_file.c.path).limit(top).offset(skip)
        if source is not None:
            query = query.where(raw_file.c.source == source)
        if state is not None:
            query = query.where(raw_file.c.state == state)
        with reading(self._engine) as connection:
            return [dict(row._mapping) for row in connection.execute(query)]


def _verdict(record: Mapping[str, Any] | None) -> Verdict | None:
    return Verdict(record["passed"], record["reason"]) if record else None


def _count_files(engine: Engine) -> list[dict[str, Any]]:
    by_state = [func.sum(case((raw_file.c.state == state, 1), else_=0)).label(f"files_{state}") for state in FileState]
    query = select(
        raw_file.c.source, func.count().label("files"), func.max(raw_file.c.landed_at).label("landed_at"), *by_state
    )
    with reading(engine) as connection:
        return [dict(row._mapping) for row in connection.execute(query.group_by(raw_file.c.source))]


def _count_standing(engine: Engine) -> dict[str, int]:
    """For each source, the files that were refused though their path has an output from before."""
    older, newer = raw_file.alias(), raw_file.alias()
    made = exists().where(
        older.c.path == raw_file.c.path, conditioned_file.c.raw_file_id == older.c.id,
        or_(older.c.id == raw_file.c.id, older.c.state == FileState.CONDITIONED),
    )  # fmt: skip
    replaced = exists().where(
        newer.c.path == raw_file.c.path, newer.c.seen_at > raw_file.c.seen_at,
        newer.c.state.in_([FileState.CONDITIONED, FileState.QUARANTINED]),
    )  # fmt: skip
    query = select(raw_file.c.source, func.count().label("files")).where(
        raw_file.c.state == FileState.QUARANTINED, made, ~replaced
    )
    with reading(engine) as connection:
        return {row.source: row.files for row in connection.execute(query.group_by(raw_file.c.source))}


def _sum_rows(engine: Engine) -> list[dict[str, Any]]:
    made_from = func.coalesce(raw_file.c.same_as, raw_file.c.id)
    sums = [func.sum(conditioned_file.c[name]).label(name) for name in ROWS]
    newer = raw_file.alias()
    replaced = exists().where(
        newer.c.path == raw_file.c.path, newer.c.seen_at > raw_file.c.seen_at,
        newer.c.state.in_([FileState.CONDITIONED, FileState.DUPLICATE]),
    )  # fmt: skip
    query = (
        select(raw_file.c.source, raw_file.c.state, func.max(conditioned_file.c.last_date).label("last_date"), *sums)
        .join(conditioned_file, conditioned_file.c.raw_file_id == made_from)
        .where(raw_file.c.state.in_([FileState.CONDITIONED, FileState.DUPLICATE]), ~replaced)
        .group_by(raw_file.c.source, raw_file.c.state)
    )
    with reading(engine) as connection:
        return [dict(row._mapping) for row in connection.execute(query)]
