"""Activities that watch runs, wherever they execute."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from orchestrators.activities.planning import members_of
from shared import wiring
from shared.domain.identities import child_id
from shared.domain.runs import RunKind, RunSpec, RunState, RunStatus
from shared.ports import BlobMissing

RESULTS = "results.json"
MAX_RESULTS_BYTES = 64 << 20
SURVIVING = (RunState.QUEUED, RunState.RUNNING, RunState.CANCELED)
SWEPT = 100
"""Runs that one step of a sweep looks at and cancels: at five a second, twenty seconds."""
MOST_FAULTS = 5


class ResultsBroken(Exception):
    """A run completed but its results cannot be read; look at the run's log and its results.json."""


class RunsGoOn(Exception):
    """Runs could not be asked to end, for the reason given of the first; ask again, or end them where they are."""


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
    """Ask runs to end; answers each as canceled, whatever the backend still does with it.

    Raises RunsGoOn when some could not be asked; those that could have been by then.
    """
    canceled, faults = _cancel(order["runs"])
    why = f"canceled: {order['why']}"
    statuses = [RunStatus(name, RunState.CANCELED, error=why) for name in canceled]
    wiring.ledger().runs.record_observed(statuses, wiring.now())
    if faults:
        raise RunsGoOn(f"{len(order['runs']) - len(canceled)} of {len(order['runs'])} runs: {faults[0]}") from faults[0]
    return {"ended": dict.fromkeys(canceled, RunState.CANCELED)}


def _cancel(names: Sequence[str]) -> tuple[list[str], list[Exception]]:
    """One run that cannot be ended must not keep the others alive; several are taken for a backend that is down."""
    canceled: list[str] = []
    faults: list[Exception] = []
    for name in names:
        try:
            wiring.ml_backend().cancel([name])
            canceled.append(name)
        except Exception as fault:
            faults.append(fault)
            if len(faults) == MOST_FAULTS:
                break
    return canceled, faults


def find_survivors(order: dict[str, Any]) -> dict[str, Any]:
    """Which of an instance's next runs, by name, have not ended; also of those that the ledger calls canceled.

    Answers the name of the last one that was looked at in `after`; None when that was the last of all.
    """
    states = {run["name"]: RunState(run["state"]) for run in runs_waited_for(order["instance"], order["attempt"])}
    page = sorted(name for name in states if states[name] in SURVIVING and name > order["after"])[:SWEPT]
    seen = wiring.ml_backend().observe(page) if page else []
    news = [one for one in seen if one.state.is_terminal and not states[one.name].is_terminal]
    wiring.ledger().runs.record_observed(news, wiring.now())
    more = len(page) == SWEPT
    return {"runs": [one.name for one in seen if not one.state.is_terminal], "after": page[-1] if more else None}


def runs_waited_for(instance_id: str, attempt: int | None) -> list[dict[str, Any]]:
    """The runs of an instance and of those below it; of a pipeline's own instance, those of one attempt alone."""
    runs = wiring.ledger().runs.list_runs_below(instance_id)
    if attempt is None:
        return runs
    return [run for run in runs if run["instance_id"].startswith(child_id(instance_id, attempt, ""))]


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
