"""Activities that train: plan, submit, collect, gate, register, promote."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from orchestrators.activities import runs as run_steps
from orchestrators.activities.job_documents import describe_run
from orchestrators.activities.planning import cut_shards, list_groups, members_of
from shared import wiring
from shared.domain.blob_names import check_path
from shared.domain.fleets import Fleet
from shared.domain.gates import Metrics, Verdict, judge_model
from shared.domain.identities import digest_of
from shared.domain.records import Judgement, RegisteredModel, SegmentResult
from shared.domain.runs import RunKind, RunState
from shared.domain.segments import Segment
from shared.domain.serving import Role, ServedModel, Serving

COPY_BYTES = 4 << 20
MAX_MODEL_BYTES = 1 << 30
ACTOR = "training gate"


def plan_training(order: dict[str, Any]) -> dict[str, Any]:
    """Which groups have anything to train; regions that the data gate refuses are noted and left out."""
    fleet = wiring.fleets()[order["fleet"]]
    return {"groups": list_groups(order, _untrained(order, fleet.select(order.get("segments"))))}


def cut_training(order: dict[str, Any]) -> dict[str, Any]:
    """The shards of one group that have to be trained, and in how many rounds at most.

    A segment that was trained for this week on this dataset with this code is not trained again.
    """
    fleet = wiring.fleets()[order["fleet"]]
    wanted = _untrained(order, members_of(order))
    return {"shards": cut_shards(RunKind.TRAIN, order, fleet, wanted), "rounds": fleet.attempts}


def submit_training(order: dict[str, Any]) -> dict[str, Any]:
    """Submit the runs of some shards, each with its segments' champions to be measured against."""
    wanted = {segment for shard in order["shards"] for segment in shard["segments"]}
    champions = {
        segment: Serving(Role.CHAMPION, promoted[0], stale=False)
        for segment, promoted in wiring.ledger().models.promoted_models(order["fleet"], wanted).items()
    }
    specs = []
    for shard in order["shards"]:
        measured = {segment: champions[segment] for segment in shard["segments"] if segment in champions}
        specs.append(describe_run(RunKind.TRAIN, order, shard, measured))
    return run_steps.submit(specs)


def collect_training(order: dict[str, Any]) -> dict[str, Any]:
    """Note what runs said of their segments and keep their models; answers the shards with failed segments."""
    failed = []
    for run in _runs_named(order["runs"]):
        results = _collect(run)
        wiring.ledger().runs.record_results(run["name"], results, wiring.now())
        names = {result.segment for result in results if result.status == "failed"} & set(run["segments"])
        if names:
            failed.append({"shard": run["shard"], "segments": sorted(names), "attempt": run["attempt"] + 1})
    return {"failed": failed}


def gate_models(order: dict[str, Any]) -> dict[str, Any]:
    """Judge each trained model and note the verdict; answers how many passed."""
    fleet = wiring.fleets()[order["fleet"]]
    passed = 0
    for run_name in order["runs"]:
        for result in _models_of(run_name):
            verdict = _judge(result, fleet)
            wiring.ledger().models.record_judgement(_judgement(order, result, run_name, verdict), wiring.now())
            passed += verdict.passed
            wiring.telemetry().event(
                "model_judged", run=run_name, segment=result.segment, passed=verdict.passed, reason=verdict.reason
            )
    return {"passed": passed}


def register_models(order: dict[str, Any]) -> dict[str, Any]:
    """List every model that passed in the registry; answers how many are listed."""
    listed = 0
    for run_name, result in _passing(order):
        name = f"{order['fleet']}-{result.segment}"
        tags = {
            "headrace.week": order["week"],
            "headrace.dataset_version": order["dataset_version"],
            "headrace.run": run_name,
        }
        folder, digest = str(result.model_folder), str(result.model_digest)
        version = wiring.model_registry().register(name, digest, folder, tags, result.mlflow_run_id)
        registered = RegisteredModel(
            digest=digest,
            fleet=order["fleet"],
            segment=result.segment,
            name=name,
            version=version.version,
            folder=folder,
            run_name=run_name,
            dataset_version=order["dataset_version"],
            trained_at=wiring.now(),
        )
        wiring.ledger().models.record_model(registered)
        listed += 1
    return {"listed": listed}


def promote_models(order: dict[str, Any]) -> dict[str, Any]:
    """Make every model that passed its segment's champion, and mirror that in the registry."""
    promoted = 0
    for run_name, result in _passing(order):
        judgement = _judgement(order, result, run_name, Verdict(True, ""))
        reason = f"passed the training gate of {order['week']}"
        digest = str(result.model_digest)
        changed = wiring.ledger().models.promote(
            order["fleet"], result.segment, digest, judgement.id, ACTOR, reason, wiring.now()
        )
        _mirror(order["fleet"], result.segment)
        promoted += changed
    return {"promoted": promoted}


def _untrained(order: Mapping[str, Any], segments: Iterable[Segment]) -> list[Segment]:
    done = _trained_before(order)
    return [segment for segment in segments if segment.id not in done]


def _trained_before(order: Mapping[str, Any]) -> set[str]:
    ledger, fleet, week = wiring.ledger(), order["fleet"], order["week"]
    same = {"dataset_version": order["dataset_version"], "code_version": wiring.code_version()}
    judged = ledger.models.judgements_of_week("training", fleet, week)
    found = ledger.runs.results_of_week(RunKind.TRAIN, fleet, week, **same)
    return {
        segment
        for segment, result in found.items()
        if segment in judged and judged[segment]["subject"] == result.model_digest
    }


def _runs_named(names: Iterable[str]) -> list[dict[str, Any]]:
    return [wiring.ledger().runs.read_run(name) for name in names]


def _collect(run: Mapping[str, Any]) -> list[SegmentResult]:
    if run["state"] != RunState.COMPLETED:
        error = run["error"] or f"the run was {run['state']}"
        return [SegmentResult(segment, "failed", error=error) for segment in run["segments"]]
    results = run_steps.read_results(run["name"])
    said = [_trained_segment(run, told) for told in results["segments"]]
    missing = set(run["segments"]) - {result.segment for result in said}
    said += [SegmentResult(segment, "failed", error="the run's results leave it out") for segment in sorted(missing)]
    return said + [
        SegmentResult(told["id"], told["status"], error=told.get("error"), metrics=told.get("metrics"))
        for told in results["baselines"]
    ]


def _trained_segment(run: Mapping[str, Any], told: Mapping[str, Any]) -> SegmentResult:
    if told["status"] != "trained":
        return SegmentResult(told["id"], "failed", error=told.get("error"))
    digest, folder = _keep_model(run, told)
    return SegmentResult(
        segment=told["id"],
        status="trained",
        metrics=told["metrics"],
        baseline_metrics=told["baseline_metrics"],
        champion_metrics=told.get("champion_metrics"),
        details={"members": told.get("members"), "trained_rows": told.get("trained_rows")},
        model_digest=digest,
        model_folder=folder,
        mlflow_run_id=told.get("mlflow_run_id"),
    )


def _keep_model(run: Mapping[str, Any], told: Mapping[str, Any]) -> tuple[str, str]:
    """Copy a model into the lake, into a folder named by the digest of its files; answers digest and folder."""
    prefix = f"{check_path(told['model'])}/"
    backend, lake = wiring.ml_backend(), wiring.lake()
    contents: dict[str, bytes] = {}
    for path in backend.list_outputs(run["name"]):
        if path.startswith(prefix):
            with backend.open_output(run["name"], path) as stream:
                contents[path.removeprefix(prefix)] = stream.read(MAX_MODEL_BYTES)
    digest = digest_of([[path, hashlib.sha256(content).hexdigest()] for path, content in sorted(contents.items())])
    folder = f"{run['fleet']}/{told['id']}/{digest[:16]}"
    for path, content in contents.items():
        with lake.open_write("models", f"{folder}/{path}") as writer:
            writer.write(content)
            writer.commit()
    return digest, folder


def _models_of(run_name: str) -> list[SegmentResult]:
    return [result for result in wiring.ledger().runs.read_results(run_name) if result.model_digest is not None]


def _judge(result: SegmentResult, fleet: Fleet) -> Verdict:
    candidate, baseline = Metrics(**result.metrics or {}), Metrics(**result.baseline_metrics or {})
    champion = Metrics(**result.champion_metrics) if result.champion_metrics else None
    return judge_model(candidate, baseline, champion, fleet.training_gate)


def _judgement(order: Mapping[str, Any], result: SegmentResult, run_name: str, verdict: Verdict) -> Judgement:
    return Judgement(
        gate="training",
        fleet=order["fleet"],
        week=order["week"],
        segment=result.segment,
        subject=str(result.model_digest),
        run_name=run_name,
        verdict=verdict,
    )


def _passing(order: Mapping[str, Any]) -> Iterable[tuple[str, SegmentResult]]:
    for run_name in order["runs"]:
        judged = wiring.ledger().models.judgements_of_run("training", run_name)
        passed = {record["segment"] for record in judged if record["passed"]}
        for result in _models_of(run_name):
            if result.segment in passed:
                yield run_name, result


def _mirror(fleet: str, segment: str) -> None:
    """Tell the registry who is champion now; that may be another than the one just asked for."""
    promoted: list[ServedModel] = wiring.ledger().models.promoted_models(fleet, [segment])[segment]
    listed = wiring.ledger().models.registered_models([model.digest for model in promoted])
    champion = listed[promoted[0].digest]
    former = {model.version for model in listed.values()} - {champion.version}
    wiring.model_registry().mark_champion(champion.name, champion.version, sorted(former))
