"""Doubles for the outside: a backend whose runs end as a script says, and a registry that remembers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from shared.domain.runs import RunKind, RunSpec, RunState, RunStatus
from shared.ports import BlobMissing, Cadence, ModelVersion, RunConflict

HEADER = "week_start,region,store_id,store_format,product_id,mover,forecast_units,baseline_units"
GOOD = {"rows": 24, "coverage": 0.9, "wape": 0.2, "bias": 0.0, "rmse": 5.0, "rmse_zero": 1.0}


@dataclass
class Script:
    """How runs behave. Functions are asked with the segment's id (or the run's spec) and the attempt."""

    looks: int = 1
    """How often a run is seen running before it has ended."""
    run_state: Callable[[RunSpec], RunState] = lambda spec: RunState.COMPLETED
    mape: Callable[[str], float] = lambda segment: 0.2
    champion_mape: Callable[[str], float] = lambda segment: 0.2
    baseline_mape: float = 0.4
    segment_error: Callable[[str, int], str | None] = lambda segment, attempt: None
    forecast: Callable[[str, str], float] = lambda segment, role: 50.0
    refuses_to_submit: Callable[[RunSpec], bool] = lambda spec: False


class FakeBackend:
    """An MLBackend without processes: a run ends after some looks and leaves the results that its script says."""

    cadence = Cadence(first=30, most=300)

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self.specs: dict[str, RunSpec] = {}
        self.looks: dict[str, int] = {}
        self.canceled: set[str] = set()
        self.observations = 0
        self.is_down = False

    def submit(self, specs: Sequence[RunSpec]) -> list[RunStatus]:
        for spec in specs:
            if self.script.refuses_to_submit(spec):
                raise ConnectionError(f"no way to submit {spec.shard}")
            known = self.specs.setdefault(spec.name, spec)
            if known.fingerprint != spec.fingerprint:
                raise RunConflict(spec.name)
        return [RunStatus(spec.name, RunState.QUEUED) for spec in specs]

    def observe(self, names: Sequence[str]) -> list[RunStatus]:
        self.observations += 1
        if self.is_down:
            raise ConnectionError("the workspace does not answer")
        return [self._look(name) for name in names]

    def cancel(self, names: Sequence[str]) -> None:
        self.canceled |= set(names)

    def list_outputs(self, name: str) -> list[str]:
        return sorted(self._outputs(self.specs[name]))

    @contextmanager
    def open_output(self, name: str, path: str):
        outputs = self._outputs(self.specs[name])
        if path not in outputs:
            raise BlobMissing(path)
        yield io.BytesIO(outputs[path])

    def runs_of(self, kind: RunKind) -> list[RunSpec]:
        """What was submitted of a kind, in order."""
        return [spec for spec in self.specs.values() if spec.kind is kind]

    def _look(self, name: str) -> RunStatus:
        spec = self.specs.get(name)
        if spec is None:
            return RunStatus(name, RunState.FAILED, error="lost")
        self.looks[name] = self.looks.get(name, 0) + 1
        if self.looks[name] <= self.script.looks:
            return RunStatus(name, RunState.RUNNING, progress="working")
        state = self.script.run_state(spec)
        return RunStatus(name, state, error="the node was lost" if state is RunState.FAILED else None)

    def _outputs(self, spec: RunSpec) -> dict[str, bytes]:
        results, files = (self._trained if spec.kind is RunKind.TRAIN else self._scored)(spec)
        return {"results.json": json.dumps(results).encode(), **files}

    def _trained(self, spec: RunSpec) -> tuple[dict[str, object], dict[str, bytes]]:
        segments, files = [], {}
        for segment in spec.segments:
            error = self.script.segment_error(segment, spec.attempt)
            if error is not None:
                segments.append({"id": segment, "status": "failed", "error": error})
                continue
            files[f"models/{segment}/MLmodel"] = f"{spec.name} {segment}".encode()
            champion = {**GOOD, "mape": self.script.champion_mape(segment)} if segment in spec.models else None
            segments.append(
                {
                    "id": segment,
                    "status": "trained",
                    "model": f"models/{segment}",
                    "metrics": {**GOOD, "mape": self.script.mape(segment)},
                    "baseline_metrics": {**GOOD, "mape": self.script.baseline_mape},
                    "champion_metrics": champion,
                }
            )
        baselines = [
            {"id": told["id"], "status": "trained", "metrics": {**GOOD, "mape": self.script.baseline_mape}}
            for told in spec.job["baselines"]
        ]
        return {"segments": segments, "baselines": baselines}, files

    def _scored(self, spec: RunSpec) -> tuple[dict[str, object], dict[str, bytes]]:
        segments, files = [], {}
        cells = {told["id"]: told for told in spec.job["segments"]}
        for segment in spec.segments:
            role = spec.job["models"].get(segment, "baseline")
            cell, path = cells[segment], f"predictions/{segment}.csv"
            row = ["2026-11-16", cell["region"], "00001", cell["store_format"], "000001", cell["mover"]]
            text = io.StringIO()
            rows = csv.writer(text, lineterminator="\n")
            rows.writerows([HEADER.split(","), [*row, f"{self.script.forecast(segment, role):.2f}", "48.00"]])
            files[path] = text.getvalue().encode()
            segments.append(
                {
                    "id": segment,
                    "status": "scored",
                    "role": role,
                    "rows": 1,
                    "expected_rows": 1,
                    "largest_of_last_year": 60.0,
                    "predictions": path,
                }
            )
        return {"segments": segments}, files


@dataclass
class FakeRegistry:
    """A ModelRegistry that remembers what it was told."""

    versions: dict[str, list[ModelVersion]] = field(default_factory=dict)
    champions: dict[str, str] = field(default_factory=dict)

    def register(
        self, name: str, digest: str, folder: str, tags: Mapping[str, str], run_id: str | None
    ) -> ModelVersion:
        known = self.versions.setdefault(name, [])
        for version in known:
            if version.digest == digest:
                return version
        known.append(ModelVersion(name, str(len(known) + 1), digest, folder))
        return known[-1]

    def mark_champion(self, name: str, version: str, former: Sequence[str]) -> None:
        self.champions[name] = version
