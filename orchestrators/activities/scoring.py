"""Activities that forecast: plan, submit, gate, publish."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from orchestrators.activities import runs as run_steps
from orchestrators.activities.job_documents import describe_run
from orchestrators.activities.planning import cut_shards, list_groups, members_of
from shared import wiring
from shared.domain.fleets import Fleet
from shared.domain.gates import Verdict, judge_forecast
from shared.domain.records import Judgement, Published, SegmentResult
from shared.domain.runs import RunKind, RunState
from shared.domain.serving import Role, Serving, choose_serving

FALLBACKS = 2
"""Further rounds in which a refused segment is scored by what it falls back on."""
MAX_FORECAST_BYTES = 256 << 20


def plan_scoring(order: dict[str, Any]) -> dict[str, Any]:
    """Which groups have to be scored; regions that the data gate refuses are noted and left out."""
    fleet = wiring.fleets()[order["fleet"]]
    return {"groups": list_groups(order, fleet.select(order.get("segments")))}


def cut_scoring(order: dict[str, Any]) -> dict[str, Any]:
    """The shards of one group, and in how many rounds at most they are scored."""
    fleet = wiring.fleets()[order["fleet"]]
    shards = cut_shards(RunKind.SCORE, order, fleet, members_of(order))
    return {"shards": shards, "rounds": fleet.attempts + FALLBACKS}


def submit_scoring(order: dict[str, Any]) -> dict[str, Any]:
    """Submit the runs of some shards, each segment with what serves it now."""
    servings = _choose_servings(order, {segment for shard in order["shards"] for segment in shard["segments"]})
    specs = [
        describe_run(RunKind.SCORE, order, shard, {segment: servings[segment] for segment in shard["segments"]})
        for shard in order["shards"]
    ]
    return run_steps.submit(specs)


def gate_forecasts(order: dict[str, Any]) -> dict[str, Any]:
    """Judge each segment's forecast and note the verdict; answers the shards whose segments were refused."""
    refused = []
    for run_name in order["runs"]:
        run = wiring.ledger().runs.read_run(run_name)
        results = _judge_run(order, run)
        wiring.ledger().runs.record_results(run_name, results, wiring.now())
        names = sorted(result.segment for result in results if result.status != "scored")
        if names:
            refused.append({"shard": run["shard"], "segments": names, "attempt": run["attempt"] + 1})
    return {"refused": refused}


def publish_forecasts(order: dict[str, Any]) -> dict[str, Any]:
    """Write each forecast that passed into `predictions` and the ledger; answers how many."""
    published = 0
    for run_name in order["runs"]:
        scored = [result for result in wiring.ledger().runs.read_results(run_name) if result.status == "scored"]
        servings = _choose_servings(order, {result.segment for result in scored})
        for result in scored:
            _publish(order, run_name, result, servings[result.segment])
        published += len(scored)
    return {"published": published}


def _choose_servings(order: Mapping[str, Any], segments: Collection[str]) -> dict[str, Serving]:
    """What serves each segment: roles whose forecasts were refused for this week on this dataset are passed over."""
    fleet = wiring.fleets()[order["fleet"]]
    promoted = wiring.ledger().models.promoted_models(fleet.name, segments)
    unfit: dict[str, set[Role]] = {}
    for result in wiring.ledger().runs.list_results(
        RunKind.SCORE, fleet.name, order["week"], dataset_version=order["dataset_version"]
    ):
        if result.status == "refused" and result.details:
            unfit.setdefault(result.segment, set()).add(Role(result.details["role"]))
    now = wiring.now()
    return {
        segment: choose_serving(promoted.get(segment, []), unfit.get(segment, ()), now, fleet.stale_after_days)
        for segment in segments
    }


def _judge_run(order: Mapping[str, Any], run: Mapping[str, Any]) -> list[SegmentResult]:
    if run["state"] != RunState.COMPLETED:
        error = run["error"] or f"the run was {run['state']}"
        return [SegmentResult(segment, "failed", error=error) for segment in run["segments"]]
    told = {result["id"]: result for result in run_steps.read_results(run["name"])["segments"]}
    fleet, servings = wiring.fleets()[order["fleet"]], _choose_servings(order, run["segments"])
    results = []
    for segment in run["segments"]:
        if segment not in told:
            results.append(SegmentResult(segment, "failed", error="the run's results leave it out"))
        else:
            results.append(_judge_segment(order, fleet, run["name"], told[segment], servings[segment]))
    return results


def _judge_segment(
    order: Mapping[str, Any], fleet: Fleet, run_name: str, told: Mapping[str, Any], serving: Serving
) -> SegmentResult:
    details = {"role": str(serving.role), "expected_rows": told.get("expected_rows"), "rows": told.get("rows")}
    if told["status"] != "scored" or told["role"] != serving.role:
        status = "refused" if serving.is_model else "failed"
        return SegmentResult(told["id"], status, error=told.get("error"), details=details)
    content = _read_forecast(run_name, told["predictions"])
    verdict = judge_forecast(
        [float(row["forecast_units"]) for row in _rows(content)],
        expected_rows=told["expected_rows"],
        largest_of_last_year=told["largest_of_last_year"],
        gate=fleet.scoring_gate,
    )
    _record_verdict(order, told["id"], hashlib.sha256(content).hexdigest(), run_name, verdict)
    details["predictions"] = told["predictions"]
    if verdict.passed:
        return SegmentResult(told["id"], "scored", details=details)
    status = "refused" if serving.is_model else "failed"
    return SegmentResult(told["id"], status, error=verdict.reason, details=details)


def _record_verdict(order: Mapping[str, Any], segment: str, digest: str, run_name: str, verdict: Verdict) -> None:
    judgement = Judgement(
        gate="scoring",
        fleet=order["fleet"],
        week=order["week"],
        segment=segment,
        subject=digest,
        run_name=run_name,
        verdict=verdict,
    )
    wiring.ledger().models.record_judgement(judgement, wiring.now())


def _publish(order: Mapping[str, Any], run_name: str, result: SegmentResult, serving: Serving) -> None:
    rows = _rows(_read_forecast(run_name, (result.details or {})["predictions"]))
    content = _render(rows, serving)
    path = f"{order['week']}/{order['fleet']}/{result.segment}.csv"
    sha256 = hashlib.sha256(content).hexdigest()
    there = wiring.lake().stat("predictions", path)
    if there is None or there.metadata.get("sha256") != sha256:
        with wiring.lake().open_write("predictions", path) as writer:
            writer.write(content)
            writer.commit({"sha256": sha256, "run": run_name})
    cells = [
        (row["store_id"], row["product_id"], float(row["forecast_units"]), float(row["baseline_units"])) for row in rows
    ]
    published = Published(
        fleet=order["fleet"],
        week=order["week"],
        segment=result.segment,
        path=path,
        sha256=sha256,
        serving=serving,
        run_name=run_name,
        dataset_version=order["dataset_version"],
        cells=cells,
    )
    wiring.ledger().forecasts.record_published(published, wiring.now())


def _render(rows: Iterable[Mapping[str, str]], serving: Serving) -> bytes:
    """The forecast as standard CSV, each row with what made it."""
    made = {
        "role": str(serving.role),
        "stale": "true" if serving.stale else "false",
        "model": serving.model.digest[:16] if serving.model else "",
    }
    full = [{**row, **made} for row in rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(full[0]) if full else list(made), lineterminator="\n")
    writer.writeheader()
    writer.writerows(full)
    return text.getvalue().encode()


def _read_forecast(run_name: str, path: str) -> bytes:
    with wiring.ml_backend().open_output(run_name, path) as stream:
        content = stream.read(MAX_FORECAST_BYTES + 1)
    if len(content) > MAX_FORECAST_BYTES:
        raise run_steps.ResultsBroken(f"{run_name}: {path} is larger than {MAX_FORECAST_BYTES} bytes")
    return content


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))
