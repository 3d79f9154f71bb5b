"""The weekly run: from what has landed to published forecasts."""

from __future__ import annotations

from collections import Counter

from shared.domain.runs import RunKind

HISTORY_LIMIT = 300


def test_a_week_leaves_every_cell_with_a_state_and_every_segment_with_a_forecast(headrace):
    instance = headrace.start()

    output = headrace.run(instance)["output"]
    cells = headrace.cells()
    assert output["cells"] == 12 == len(cells)
    assert Counter(cell["state"] for cell in cells.values()) == {"passed": 12}
    assert {cell["role"] for cell in cells.values() if cell["mover"]} == {"champion"}
    published = (headrace.home / "lake/predictions/2026W47/tiny").iterdir()
    assert sorted(path.stem for path in published) == sorted(name for name, cell in cells.items() if cell["mover"])


def test_every_raw_row_is_accounted_for(headrace):
    output = headrace.run(headrace.start())["output"]

    assert output["rows_in"] > 0
    assert output["rows_in"] == output["rows_out"] + output["rows_quarantined"] + output["rows_duplicate"]


def test_a_published_forecast_says_what_made_it(headrace):
    headrace.start()

    content = (headrace.home / "lake/predictions/2026W47/tiny/texas-large-fast.csv").read_text()
    header, row = content.splitlines()
    told = dict(zip(header.split(","), row.split(","), strict=True))
    assert (told["forecast_units"], told["role"], told["stale"]) == ("50.00", "champion", "false")
    assert headrace.cells()["texas-large-fast"]["champion"].startswith(told["model"])


def test_the_same_week_asked_for_twice_is_done_once(headrace):
    first = headrace.start()
    runs = dict(headrace.backend.specs)
    second = headrace.start()

    assert first == second == "weekly-tiny-2026W47"
    assert headrace.backend.specs == runs


def test_another_request_under_the_same_id_is_a_conflict(headrace):
    headrace.start()
    answer = headrace.host.post(
        "/api/start/weekly", {"fleet": "tiny", "week": "2026W47", "callBackUri": "https://example.org/x"}
    )

    assert answer.status == 409
    assert answer.json()["error"]["code"] == "Conflict"


def test_a_narrowed_week_is_an_instance_of_its_own_and_trains_only_that(headrace):
    instance = headrace.start(segments=["texas-large-fast"])

    assert instance.startswith("weekly-tiny-2026W47-")
    assert {segment for spec in headrace.backend.specs.values() for segment in spec.segments} == {"texas-large-fast"}


def test_one_run_trains_one_region(headrace):
    headrace.start()

    shards = [(spec.shard, len(spec.segments)) for spec in headrace.backend.runs_of(RunKind.TRAIN)]
    assert sorted(shards) == [("florida", 4), ("texas", 4)]


def test_no_instance_has_a_long_history(start_headrace):
    headrace = start_headrace()
    headrace.backend.script.looks = 40
    headrace.start()

    rows = headrace.host.hub.read_own("all_history")
    lengths = Counter(row[0] for row in rows)
    assert max(lengths.values()) <= HISTORY_LIMIT


def test_strict_replay_of_the_whole_week_gives_the_same(start_headrace):
    headrace = start_headrace(replay="strict")
    instance = headrace.start()

    assert headrace.run(instance)["status"] == "Completed"
    assert {cell["state"] for cell in headrace.cells().values()} == {"passed"}


def test_a_missing_source_fails_the_week_and_says_which(headrace):
    for table in ("raw", "conditioned"):
        for file in (headrace.home / "lake" / table / "events").iterdir():
            file.unlink()
    run = headrace.run(headrace.start())

    assert run["status"] == "Failed"
    assert "the dataset has no rows of events" in run["error"]
    assert headrace.backend.specs == {}


def test_a_region_without_fresh_data_is_refused_and_the_others_go_on(headrace):
    for file in (headrace.home / "lake/conditioned/shipments/texas").iterdir():
        if not file.name.startswith("2025"):
            file.unlink()
    headrace.start()

    cells = headrace.cells()
    texas = [cell for cell in cells.values() if cell["region"] == "texas" and cell["mover"]]
    assert {cell["state"] for cell in texas} == {"refused"}
    assert "the last week of texas is" in texas[0]["reason"]
    assert {cell["state"] for cell in cells.values() if cell["region"] == "florida"} == {"passed"}


def test_a_file_that_lands_without_an_event_is_found_by_the_week(start_headrace):
    headrace = start_headrace(lake=None)
    output = headrace.run(headrace.start())["output"]

    assert output["files"] > 15
    assert output["passed"] == 12


def test_the_end_is_told_to_whoever_asked_for_it(headrace, monkeypatch):
    told = []
    monkeypatch.setattr("shared.adapters.callbacks.post_callback", lambda *given: told.append(given))
    headrace.start(callBackUri="https://hooks.example.org/1")

    ((address, message, hosts),) = told
    assert (address, hosts) == ("https://hooks.example.org/1", ("example.org",))
    assert message["output"]["passed"] == 12


def test_a_failed_week_is_told_too(headrace, monkeypatch):
    told = []
    monkeypatch.setattr("shared.adapters.callbacks.post_callback", lambda *given: told.append(given[1]))
    for table in ("raw", "conditioned"):
        for file in (headrace.home / "lake" / table / "events").iterdir():
            file.unlink()
    headrace.start(callBackUri="https://hooks.example.org/1")

    assert "the dataset has no rows of events" in told[0]["error"]
