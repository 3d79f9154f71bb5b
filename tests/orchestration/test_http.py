"""The routes: what they answer, and how they refuse."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from threading import Event

import pytest

from orchestrators import routes


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"fleet": "tiny", "week": "2026W54"}, "week"),
        ({"fleet": "tiny", "week": "next"}, "week"),
        ({"fleet": "tiny"}, "week"),
        ({"fleet": "none", "week": "2026W47"}, "fleet"),
        ({"week": "2026W47"}, "fleet"),
        ({"fleet": "tiny", "week": "2026W47", "segments": ["nowhere"]}, "segments"),
        ({"fleet": "tiny", "week": "2026W47", "segments": []}, "segments"),
        ({"fleet": "tiny", "week": "2026W47", "colour": "red"}, "colour"),
        ({"fleet": "tiny", "week": "2026W47", "callBackUri": "http://example.org"}, "callBackUri"),
        ({"fleet": "tiny", "week": "2026W47", "callBackUri": "https://elsewhere.net"}, "callBackUri"),
        ({"fleet": "tiny", "week": "2026W47", "correlationId": "a\nb"}, "correlationId"),
        ([1, 2], "body"),
        (b"{broken", "body"),
        (b"[" * 100_000, "body"),
        (b'{"fleet": NaN}', "body"),
    ],
)
def test_a_wrong_request_is_refused_by_the_name_of_its_field(headrace, body, field):
    answer = headrace.host.post("/api/start/weekly", body)

    assert (answer.status, answer.json()["error"]["field"]) == (400, field)
    assert headrace.host.get("/api/runs").json()["runs"] == []


def test_an_unknown_pipeline_is_refused(headrace):
    answer = headrace.host.post("/api/start/monthly", {"fleet": "tiny", "week": "2026W47"})

    assert (answer.status, answer.json()["error"]["field"]) == (400, "pipeline")


def test_a_start_answers_with_links_that_do_not_hide_a_failure(headrace):
    answer = headrace.host.post("/api/start/ingest", {"fleet": "tiny", "week": "2026W47"})

    assert answer.status == 202
    assert answer.headers["location"] == answer.json()["statusQueryGetUri"]
    assert "returnInternalServerErrorOnFailure=true" in answer.headers["location"]
    assert answer.headers["retry-after"] == "10"


def test_a_run_tells_its_steps_its_ml_runs_and_its_request(headrace):
    run = headrace.run(headrace.start())

    assert run["status"] == "Completed"
    assert [step["name"] for step in run["steps"]] == [
        "ingest", "freeze_dataset", "gate_dataset", "train_fleet", "score_fleet", "summarize_week",
    ]  # fmt: skip
    assert {(one["kind"], one["state"]) for one in run["runs"]} == {("train", "completed"), ("score", "completed")}


@pytest.mark.parametrize("route", ["runs/none", "fleet/none", "files/none"])
def test_what_does_not_exist_is_a_404_that_says_so(headrace, route):
    answer = headrace.host.get(f"/api/{route}")

    assert answer.status == 404
    assert "none" in answer.json()["error"]["message"]


def test_an_untrained_fleet_says_how_to_train_it(headrace):
    assert "POST start/weekly" in headrace.host.get("/api/fleet/tiny").json()["error"]["message"]


def test_sources_tell_where_each_row_went(headrace):
    sources = {told["source"]: told for told in headrace.host.get("/api/sources").json()["sources"]}

    assert set(sources) == {"shipments", "weather", "weather_forecast", "shoppers", "events", "returns"}
    for told in sources.values():
        assert told["rows_in"] == told["rows_out"] + told["rows_quarantined"] + told["rows_duplicate"]


def test_sources_tell_how_the_columns_of_the_last_file_differ_from_the_one_before(headrace):
    first = next((headrace.home / "lake/raw/events").glob("**/*.csv"))
    label, *rows = first.read_text().splitlines()[:2]
    first.with_name("later.csv").write_text(f"{label},Budget\n{rows[0]},7\n")
    headrace.start("ingest")
    drifts = {told["source"]: told["drift"] for told in headrace.host.get("/api/sources").json()["sources"]}

    assert drifts["events"] == {"new": ["Budget"], "missing": [], "renamed": [], "retyped": []}
    assert drifts["returns"] == {"new": [], "missing": [], "renamed": [], "retyped": []}


def test_a_files_story_can_be_read(headrace):
    (file, *_) = headrace.host.get("/api/files?source=events&state=conditioned&top=1").json()["files"]
    story = headrace.host.get(f"/api/files/{file['id']}").json()

    assert story["state"] == "conditioned"
    assert story["conditioned"]["summary"]["rows_in"] == story["conditioned"]["rows_in"]


def test_all_files_can_be_read_page_by_page(headrace):
    told, skip = [], 0
    while skip is not None:
        page = headrace.host.get(f"/api/files?top=5&skip={skip}").json()
        told, skip = told + page["files"], page["next"]

    assert told == headrace.host.get("/api/files?top=500").json()["files"]
    assert len(told) > 5


@pytest.mark.parametrize("route", ["files?sourc=events", "runs?flet=tiny", "fleet/tiny?weak=2026W47", "sources?top=1"])
def test_a_query_parameter_that_there_is_none_of_is_refused_by_its_name(headrace, route):
    answer = headrace.host.get(f"/api/{route}")

    assert (answer.status, answer.json()["error"]["field"]) == (400, route.partition("?")[2].partition("=")[0])


def test_the_parameter_that_the_functions_host_takes_its_key_from_is_let_pass(headrace):
    assert headrace.host.get("/api/files?code=key").status == 200


def test_a_damaged_file_stands_in_quarantine_with_its_reason(headrace):
    refused = headrace.host.get("/api/files?state=quarantined").json()["files"]

    assert len(refused) == 1
    assert refused[0]["reason"]
    assert (headrace.home / "lake/quarantine" / f"{refused[0]['path']}.csv").exists()


def test_health_names_the_ports_that_answer(headrace):
    answer = headrace.host.get("/api/health")

    assert (answer.status, answer.json()) == (200, {"alive": True, "ports": {"lake": True, "ledger": True, "ml": True}})


def test_health_waits_only_so_long_for_a_port(headrace, monkeypatch, caplog):
    answers = Event()
    monkeypatch.setattr(routes, "PROBE_SECONDS", 0.05)
    headrace.backend.observe = lambda names: answers.wait()
    try:
        answer = headrace.host.get("/api/health")
    finally:
        answers.set()

    assert (answer.status, answer.json()["ports"]["ml"]) == (503, False)
    assert "the ml does not answer within" in caplog.text


def test_health_is_503_when_nothing_can_be_written_to_the_ledger(headrace, monkeypatch):
    monkeypatch.setattr(routes, "PROBE_SECONDS", 0.3)
    with closing(sqlite3.connect(headrace.home / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = headrace.host.get("/api/health")

    assert (answer.status, answer.json()["ports"]["ledger"]) == (503, False)
    assert headrace.host.get("/api/health").status == 200


def test_health_is_503_when_the_ml_backend_does_not_answer(headrace):
    def fail(names):
        raise ConnectionError("gone")

    headrace.backend.observe = fail
    answer = headrace.host.get("/api/health")

    assert (answer.status, answer.json()["ports"]["ml"]) == (503, False)
    assert "gone" not in answer.text


def test_an_unknown_action_is_a_404(headrace):
    headrace.start()

    assert headrace.host.post("/api/runs/weekly-tiny-2026W47/explode").status == 404


def test_a_finished_run_cannot_be_terminated(headrace):
    headrace.start()

    assert headrace.host.post("/api/runs/weekly-tiny-2026W47/terminate").status == 409
