"""What is written down of runs, gates, models and forecasts: the records that steps hand to the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.gates import Verdict
from shared.domain.identities import digest_of
from shared.domain.serving import Serving


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


@dataclass(frozen=True)
class Judgement:
    """A gate's verdict on one subject: a model's or forecast's digest, or a dataset's version."""

    gate: str
    fleet: str
    week: str
    segment: str
    subject: str
    run_name: str | None
    verdict: Verdict

    @property
    def id(self) -> str:
        """The same gate on the same subject in the same week and run is the same record."""
        return digest_of([self.gate, self.fleet, self.week, self.segment, self.subject, self.run_name])


@dataclass(frozen=True)
class RegisteredModel:
    """A model in the registry, and where it came from."""

    digest: str
    fleet: str
    segment: str
    name: str
    version: str
    folder: str
    run_name: str
    dataset_version: str
    trained_at: datetime


@dataclass(frozen=True)
class Published:
    """One segment's forecast file as it stands in `predictions`; `cells` are (store, product, units, baseline)."""

    fleet: str
    week: str
    segment: str
    path: str
    sha256: str
    serving: Serving
    run_name: str
    dataset_version: str
    cells: Sequence[tuple[str, str, float, float]]
