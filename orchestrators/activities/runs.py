"""Activities that watch runs, wherever they execute."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from orchestrators.activities.planning import members_of
from shared import wiring
from shared.domain.runs import RunKind, RunSpec, RunState, RunStatus
from shared.ports import BlobMissing

RESULTS = "results.json"
MAX_RESULTS_BYTES = 64 << 20


class ResultsBroken(Exception):
    """A run completed but its results cannot be read; look at the run's log and its results.json."""


def submit(specs: Sequence[RunSpec]) -> dict[str, Any]:
    """Submit runs and note them; answers their names and how to watch them."""
    backend, ledger = wiring.ml_backend(), wiring.ledger()
    for spec in specs:
        ledger.runs.record_submitted(spec, wiring.now())
    ledger.runs.record_observed(backend.submit(specs), wiring.now())
    fleet = wiring.fleets()[specs[0].fleet]
    return {
        "runs": [spec.name for spec in specs],
        "first": backend.cadence.first,
        "most": backend.cadence.most,
        "deadline_minutes": fleet.deadline_minutes,
    }


def observe_runs(order: dict[str, Any]) -> dict[str, Any]:
    """Look at runs, but for those of which the ledger knows the end; answers the states of all that have ended."""
    states = wiring.ledger().runs.read_states(order["runs"])
    known = {name: state for name, state in states.items() if state.is_terminal}
    left = [name for name in order["runs"] if name not in known]
    return {"ended": {**known, **(_look(left) if left else {})}}


def _look(names: Sequence[str]) -> dict[str, RunState]:
    seen = wiring.ml_backend().observe(names)
    wiring.ledger().runs.record_observed(seen, wiring.now())
    ended = {status.name: status.state for status in seen if status.state.is_terminal}
    for name, state in ended.items():
        wiring.telemetry().event("run_ended", run=name, state=state)
    return ended


def cancel_runs(order: dict[str, Any]) -> dict[str, Any]:
    """End runs that have not ended; answers each as canceled, whatever the backend still does with it."""
    wiring.ml_backend().cancel(order["runs"])
    why = f"canceled: {order['why']}"
    canceled = [RunStatus(name, RunState.CANCELED, error=why) for name in order["runs"]]
    wiring.ledger().runs.record_observed(canceled, wiring.now())
    return {"ended": dict.fromkeys(order["runs"], RunState.CANCELED)}


def record_fault(order: dict[str, Any]) -> dict[str, Any]:
    """Note a fault that stopped a group with each of its cells that have no result yet."""
    ledger, now = wiring.ledger(), wiring.now()
    segments = {segment.id for segment in members_of(order)}
    known = ledger.runs.results_of_week(
        RunKind(order["kind"]), order["fleet"], order["week"], dataset_version=order["dataset_version"]
    )
    error = f"the region's work stopped: {order['fault'].splitlines()[0]}"
    ledger.runs.record_fault({**order, "region": order["group"]}, sorted(segments - set(known)), error, now)
    return {"noted": len(segments - set(known))}


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
