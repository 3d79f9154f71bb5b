"""Activities that watch runs, wherever they execute."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from shared import wiring
from shared.domain.runs import RunSpec, RunState, RunStatus
from shared.ledger import runs
from shared.ports import BlobMissing

RESULTS = "results.json"
MAX_RESULTS_BYTES = 64 << 20


class ResultsBroken(Exception):
    """A run completed but its results cannot be read; look at the run's log and its results.json."""


def submit(specs: Sequence[RunSpec]) -> dict[str, Any]:
    """Submit runs and note them; answers their names and how to watch them."""
    backend, ledger = wiring.ml_backend(), wiring.ledger()
    for spec in specs:
        runs.record_submitted(ledger, spec, wiring.now())
    runs.record_observed(ledger, backend.submit(specs), wiring.now())
    fleet = wiring.fleets()[specs[0].fleet]
    return {
        "runs": [spec.name for spec in specs],
        "first": backend.cadence.first,
        "most": backend.cadence.most,
        "deadline_minutes": fleet.deadline_minutes,
    }


def observe_runs(order: dict[str, Any]) -> dict[str, Any]:
    """Look at runs; answers the states of those that have ended."""
    seen = wiring.ml_backend().observe(order["runs"])
    runs.record_observed(wiring.ledger(), seen, wiring.now())
    return {"ended": {status.name: status.state for status in seen if status.state.is_terminal}}


def cancel_runs(order: dict[str, Any]) -> dict[str, Any]:
    """End runs that have not ended; answers each as canceled, whatever the backend still does with it."""
    wiring.ml_backend().cancel(order["runs"])
    why = f"canceled: {order['why']}"
    canceled = [RunStatus(name, RunState.CANCELED, error=why) for name in order["runs"]]
    runs.record_observed(wiring.ledger(), canceled, wiring.now())
    return {"ended": dict.fromkeys(order["runs"], RunState.CANCELED)}


def read_results(run_name: str) -> dict[str, Any]:
    """What a completed run wrote into results.json; raises ResultsBroken."""
    try:
        with wiring.ml_backend().open_output(run_name, RESULTS) as stream:
            text = stream.read(MAX_RESULTS_BYTES + 1)
        if len(text) > MAX_RESULTS_BYTES:
            raise ResultsBroken(f"{run_name}: {RESULTS} is larger than {MAX_RESULTS_BYTES} bytes")
        results: dict[str, Any] = json.loads(text)
    except (BlobMissing, ValueError) as error:
        raise ResultsBroken(f"{run_name}: {error}") from error
    return results
