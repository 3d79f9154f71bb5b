"""A training run from end to end, on small data."""

import json
import shutil

import mlflow
import numpy as np
import pytest

from tests.training.small_world import CELLS, make_job
from training.__main__ import main, run
from training.ensemble import Trainee, frame_of
from training.features import build_features
from training.job import JobError
from training.metrics import measure
from training.tables import read_tables

MONDAY = np.datetime64("2021-05-17")
FIGURES = {"rows", "coverage", "mape", "wape", "bias", "rmse", "rmse_zero"}


def held_out_frame(inputs, job, cell):
    """The held-out rows of a segment, made anew."""
    tables = read_tables(inputs / "tables", [cell.region], job.as_of)
    trainee = Trainee(cell.id, build_features(tables, cell, MONDAY, 8), MONDAY, job.settings)
    return frame_of(trainee.names, trainee.split.held_out), trainee.split.held_out


def without_seconds(results):
    return [{name: value for name, value in segment.items() if name != "seconds"} for segment in results["segments"]]


def test_every_segment_and_baseline_has_its_results(trained):
    results, out = trained

    assert [segment["status"] for segment in results["segments"]] == ["trained"] * 4
    assert [baseline["status"] for baseline in results["baselines"]] == ["trained"] * 2
    for segment in results["segments"]:
        assert set(segment["metrics"]) == set(segment["baseline_metrics"]) == FIGURES
        assert set(segment["members"]) == {"lasso", "network"}
        assert segment["metrics"]["rows"] == segment["baseline_metrics"]["rows"] > 0
        assert segment["champion_metrics"] is None and segment["mlflow_run_id"] is None
        assert (out / segment["model"] / "MLmodel").is_file()
    assert json.loads(json.dumps(results, allow_nan=False)) == results


def test_on_made_up_data_the_ensembles_beat_the_historical_average(trained):
    mapes = [(s["metrics"]["mape"], s["baseline_metrics"]["mape"]) for s in trained[0]["segments"]]

    assert np.median([ours for ours, _ in mapes]) < 0.9 * np.median([theirs for _, theirs in mapes])


def test_the_saved_model_loaded_by_mlflow_is_the_one_that_was_measured(trained, inputs, tmp_path):
    results, out = trained
    shutil.copytree(out / "models", tmp_path / "models")  # Python may write bytecode beside the code that it loads
    job = make_job(regions=("texas",))
    for cell, segment in zip(job.segments, results["segments"], strict=True):
        frame, held_out = held_out_frame(inputs, job, cell)
        forecasts = mlflow.pyfunc.load_model(str(tmp_path / segment["model"])).predict(frame)

        assert measure(held_out.actual, forecasts).to_json() == segment["metrics"]


def test_a_saved_model_holds_no_pickle_and_no_path_of_this_machine(trained):
    _, out = trained
    files = [path for path in (out / "models").rglob("*") if path.is_file()]

    assert {path.suffix for path in files} == {"", ".py", ".yaml", ".txt", ".json", ".npz"}
    assert not any(str(out).encode() in path.read_bytes() or b"/tmp" in path.read_bytes() for path in files)
    for path in out.rglob("*.npz"):
        assert np.load(path, allow_pickle=False).files


def test_the_same_job_gives_the_same_results_and_models_to_the_last_byte(trained, inputs, tmp_path):
    results, out = trained
    again = run(make_job(regions=("texas",)), inputs, tmp_path)

    assert without_seconds(again) == without_seconds(results)
    for path in sorted(path for path in (out / "models").rglob("*") if path.is_file()):
        assert (tmp_path / path.relative_to(out)).read_bytes() == path.read_bytes(), path


def test_a_champion_is_measured_on_the_very_rows_of_the_candidate(trained, inputs, tmp_path):
    results, out = trained
    cells = [("large", "slow"), ("large", "fast")]
    champions = {"texas-large-slow": "texas-large-slow", "texas-large-fast": "texas-large-slow"}
    for name, champion in champions.items():
        shutil.copytree(out / "models" / champion, tmp_path / "inputs" / "models" / name)
    shutil.copytree(inputs / "tables", tmp_path / "inputs" / "tables")
    job = make_job(regions=("texas",), cells=cells, models=dict.fromkeys(champions, "champion"))
    first, second = run(job, tmp_path / "inputs", tmp_path)["segments"]

    assert first["champion_metrics"] == results["segments"][0]["metrics"] == first["metrics"]
    frame, held_out = held_out_frame(inputs, job, job.segments[1])
    foreign = mlflow.pyfunc.load_model(str(tmp_path / "inputs" / "models" / "texas-large-fast")).predict(frame)
    assert second["champion_metrics"] == measure(held_out.actual, foreign).to_json()
    assert second["champion_metrics"]["rows"] == second["metrics"]["rows"]


def test_a_champion_that_cannot_be_used_is_told_and_the_candidate_goes_on(inputs, tmp_path):
    (tmp_path / "models" / "texas-large-slow").mkdir(parents=True)
    (tmp_path / "tables").symlink_to(inputs / "tables")
    job = make_job(regions=("texas",), cells=[("large", "slow")], models={"texas-large-slow": "champion"})
    (segment,) = run(job, tmp_path, tmp_path / "out")["segments"]

    assert segment["status"] == "trained"
    assert segment["champion_metrics"] is None
    assert segment["champion_error"].startswith("the model cannot be used")


def test_one_broken_segment_fails_with_its_reason_and_its_siblings_as_if_it_were_not_there(trained, inputs, tmp_path):
    shutil.copytree(inputs / "tables", tmp_path / "tables")
    path = tmp_path / "tables" / "shipments" / "texas.csv"
    lines = path.read_text().split("\n")
    broken = next(number for number, line in enumerate(lines) if ",small," in line and line.count(",fast,") == 1)
    lines[broken] = lines[broken].replace(",fast,", ",fast,many")
    path.write_text("\n".join(lines))
    results = run(make_job(regions=("texas",)), tmp_path, tmp_path)
    whole = {segment["id"]: segment for segment in trained[0]["segments"]}
    segments = {segment["id"]: segment for segment in results["segments"]}

    failed = segments.pop("texas-small-fast")
    assert failed["status"] == "failed"
    assert failed["error"].startswith(f"shipments/texas.csv, line {broken + 1}: units is 'many")
    assert [segment["status"] for segment in segments.values()] == ["trained"] * 3
    for name, segment in segments.items():
        assert segment["members"]["lasso"] == whole[name]["members"]["lasso"]
        assert segment["metrics"]["mape"] == pytest.approx(whole[name]["metrics"]["mape"], rel=0.01)


def test_a_segment_without_shipments_fails_with_its_reason(inputs, tmp_path):
    job = make_job(regions=("atlantis", "texas"), cells=[("large", "slow")])
    atlantis, texas = run(job, inputs, tmp_path)["segments"]

    assert (atlantis["status"], texas["status"]) == ("failed", "trained")
    assert atlantis["error"] == "there are no shipments of atlantis, large, slow"


def test_a_fault_in_one_segment_is_reported_and_does_not_end_the_run(inputs, tmp_path, monkeypatch, capsys):
    from training import train

    def fail_for_one(*arguments):
        if "slow" in arguments[0].id:
            raise ZeroDivisionError("made to fail")
        return build_features(tables, *arguments[0:1], MONDAY, 8)

    tables = read_tables(inputs / "tables", ["texas"], make_job().as_of)
    monkeypatch.setattr(train, "build_features", lambda _tables, *rest: fail_for_one(*rest))
    slow, fast = run(make_job(regions=("texas",), cells=[("large", "slow"), ("large", "fast")]), inputs, tmp_path)[
        "segments"
    ]

    assert (slow["status"], fast["status"]) == ("failed", "trained")
    assert slow["error"] == "unexpected ZeroDivisionError: made to fail"
    assert "Traceback" in capsys.readouterr().err


def test_progress_tells_what_is_being_done_and_how_far(inputs, tmp_path, monkeypatch):
    from training.outputs import Progress

    told = []
    tell = Progress.tell

    def listen(self, phrase, done, total):
        tell(self, phrase, done, total)
        told.append(json.loads((tmp_path / "progress.json").read_text()))

    monkeypatch.setattr(Progress, "tell", listen)
    run(make_job(regions=("texas",), cells=CELLS[:1]), inputs, tmp_path)

    phrases = list(dict.fromkeys(report["phrase"] for report in told))
    assert phrases[0] == "reading tables" and "training networks" in phrases
    assert all(0 <= report["done"] <= report["total"] for report in told)


def test_the_command_writes_results_and_replaces_those_of_an_earlier_attempt(inputs, tmp_path):
    from tests.training.small_world import write_job

    job = write_job(tmp_path / "job.json", regions=("texas",), cells=CELLS[:1])
    out = tmp_path / "out"
    out.mkdir()
    (out / "results.json").write_text("old")

    code = main(["--job", str(job), "--inputs", str(inputs), "--out", str(out)])

    results = json.loads((out / "results.json").read_text())
    assert code == 0
    assert (results["schema"], results["kind"], results["run"]) == (1, "train", "train-test")
    assert (results["code_version"], results["dataset_version"]) == ("code-1", "data-1")
    assert results["segments"][0]["status"] == "trained"


def test_a_run_that_ends_early_leaves_no_results(inputs, tmp_path, monkeypatch):
    from tests.training.small_world import write_job
    from training import train

    def end(*_):
        raise JobError("ended")

    monkeypatch.setattr(train, "read_tables", end)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results.json").write_text("old")
    job = write_job(tmp_path / "job.json", regions=("texas",), cells=CELLS[:1])

    with pytest.raises(JobError):
        main(["--job", str(job), "--inputs", str(inputs), "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out" / "results.json").exists()
