"""The whole weekly path on a small sample, through real processes, and over a killed host."""

from __future__ import annotations

import json
import shutil

WANTED = {"fleet": "demand", "week": "2026W47", "segments": ["texas", "florida"]}


def test_raw_files_become_promoted_models_and_forecasts_also_when_the_host_is_killed(product, sample_lake):
    shutil.copytree(sample_lake, product.home / "lake")
    unreadable = product.home / "lake/raw/nonsense/x.bin"
    unreadable.parent.mkdir()
    unreadable.write_bytes(b"\0\1\2")
    (product.home / "lake/raw/events/empty.csv").touch()
    product.up()
    status, links = product.ask("POST", "start/weekly", WANTED)
    instance = links["id"]

    def training() -> list[dict]:
        return [run for run in product.ask("GET", f"runs/{instance}")[1]["runs"] if run["state"] == "running"]

    running = product.wait_for(training)
    product.kill_host()
    product.up()
    end = product.end_of(instance)

    assert (status, end["status"]) == (202, "Completed"), end["error"]
    assert_each_run_ran_once(product, running)
    assert_outcome(product, end["output"])
    assert_bad_files_are_told(product)
    assert product.ask("POST", "start/weekly", WANTED)[1]["id"] == instance


def assert_each_run_ran_once(product, running) -> None:
    folders = list((product.home / "runs").glob("*/spec.json"))
    assert {run["name"] for run in running} <= {folder.parent.name for folder in folders}
    for folder in folders:
        assert (folder.parent / "log.txt").read_text().count("run in process") == 1
        assert json.loads((folder.parent / "end.json").read_text())["state"] == "completed"


def assert_outcome(product, summary) -> None:
    told = json.loads(product.run("fleet", "demand", "--json").stdout)
    cells = {cell["id"]: cell for cell in told["cells"] if cell["region"] in ("texas", "florida") and cell["mover"]}
    assert len(cells) == 8
    assert {cell["state"] for cell in cells.values()} <= {"passed", "refused"}
    assert any(cell["state"] == "passed" and cell["champion"] for cell in cells.values())
    assert all(cell["role"] for cell in cells.values())
    assert summary["rows_in"] == summary["rows_out"] + summary["rows_quarantined"] + summary["rows_duplicate"]
    rows = [
        line
        for path in (product.home / "lake/predictions/2026W47/demand").iterdir()
        for line in path.read_text().splitlines()[1:]
    ]
    assert len(rows) == summary["forecast_rows"] > 0


def assert_bad_files_are_told(product) -> None:
    refused = product.ask("GET", "files?state=quarantined")[1]["files"]
    reasons = {file["path"]: file["reason"] for file in refused}
    assert "belongs to no source; there are" in reasons["nonsense/x.bin"]
    assert reasons["events/empty.csv"]
    for path in reasons:
        assert (product.home / f"lake/quarantine/{path}.csv").exists()


def test_terminating_a_week_ends_what_is_below_it_and_its_processes(product, sample_lake):
    shutil.copytree(sample_lake, product.home / "lake")
    product.up()
    instance = product.ask("POST", "start/weekly", WANTED)[1]["id"]
    product.wait_for(lambda: product.ask("GET", f"runs/{instance}")[1]["runs"])
    status, told = product.ask("POST", f"runs/{instance}/terminate", {"reason": "wrong week"})

    def no_run_is_open() -> bool:
        runs = product.ask("GET", f"runs/{instance}")[1]["runs"]
        return all(run["state"] == "canceled" for run in runs)

    assert status == 202
    assert told["canceled_runs"] and told["below"]
    assert product.end_of(instance)["status"] == "Terminated"
    product.wait_for(no_run_is_open)
    product.wait_for(lambda: all(end_of(folder) for folder in (product.home / "runs").glob("*/spec.json")), seconds=60)
    for below in told["below"]:
        assert product.ask("GET", f"runs/{below}")[1]["status"] == "Terminated"


def end_of(spec) -> bool:
    end = spec.parent / "end.json"
    return end.exists() and json.loads(end.read_text())["state"] == "canceled"
