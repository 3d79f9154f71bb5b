"""Whatever is sent to a route is answered: the field is named, nothing is started, no inside shows, no 5xx."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import wiring
from shared.ports import LakeUnavailable, LedgerUnavailable

INSTANCE = "weekly-tiny-2026W47"
CANARY = "canary5ecret"
GOOD = {"fleet": "tiny", "week": "2026W47"}
GETS = ["runs", f"runs/{INSTANCE}", "fleet/tiny", "sources", "files", "files/0", "health"]
POSTS = ["start/weekly", f"runs/{INSTANCE}/terminate"]
INSIDES = ("Traceback", 'File "', ".py", "sqlite", CANARY, "Error(", "/lake", "shared.")
ONE_APP = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture
def app(start_headrace, monkeypatch):
    """The app with secrets in its settings and nothing in its lake."""
    for name in ("HEADRACE_LAKE_KEY", "APPLICATIONINSIGHTS_CONNECTION_STRING"):
        monkeypatch.setenv(name, CANARY)
    return start_headrace(lake=None).host


def refused(answer, status, field=None):
    """The error of an answer, which must be one, and show nothing of the inside."""
    assert answer.status == status, answer.text
    error = answer.json()["error"]
    assert error.get("field") == field
    assert error["code"] and 10 < len(error["message"]) < 500
    assert not [inside for inside in INSIDES if inside in answer.text]
    return error


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"not json", "body"),
        (b'{"fleet": "tiny", "week": "2026W47"', "body"),
        (b'"a text"', "body"),
        (b"7", "body"),
        (b"null", "body"),
        (b"true", "body"),
        (b"\xff\xfe\x00", "body"),
        (b"\x00", "body"),
        (b'{"week": Infinity}', "body"),
        (b'{"fleet": "tiny", "week": "2026W47", "fleet": "tiny"}', "body"),
        (b'{"segments": [{"a": 1, "a": 2}]}', "body"),
        (b'{"fleet":' * 50_000, "body"),
        (b'{"week": 1' + b"0" * 10_000 + b"}", "body"),
        ({**GOOD, "fleet": ["tiny"]}, "fleet"),
        ({**GOOD, "fleet": {"name": "tiny"}}, "fleet"),
        ({**GOOD, "fleet": "x" * 100_000}, "fleet"),
        (b'{"fleet": "\\ud800", "week": "2026W47"}', "fleet"),
        ({**GOOD, "fleet": "../tiny"}, "fleet"),
        ({**GOOD, "week": 202647}, "week"),
        ({**GOOD, "week": "x" * 100_000}, "week"),
        ({**GOOD, "week": "2026W00"}, "week"),
        ({**GOOD, "week": "9999W01"}, "week"),
        ({**GOOD, "segments": "texas"}, "segments"),
        ({**GOOD, "segments": [["texas"]]}, "segments"),
        ({**GOOD, "segments": ["x" * 100_000]}, "segments"),
        ({**GOOD, "segments": ["texas"] * 10_001}, "segments"),
        ({**GOOD, "correlationId": {"a": 1}}, "correlationId"),
        ({**GOOD, "x" * 100_000: 1}, "x" * 100),
        (b'{"fleet": "tiny", "week": "2026W47", "\\ud800": 1}', "\\ud800"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_start_is_refused_by_the_name_of_its_field(app, body, field):
    refused(app.post("/api/start/weekly", body), 400, field)
    assert app.get("/api/runs").json()["runs"] == []


@pytest.mark.parametrize(
    "uri",
    [
        "http://hooks.example.org/",
        "https://example.org@127.0.0.1/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::ffff:169.254.169.254]/",
        "https://169.254.169.254/metadata/identity",
        "https://example.org.evil.net/",
        "https://evil.net/?x=.example.org",
        "https://user:canary@example.org/",
        "https://example.org:99999/",
        "https://example.org/\r\nX-Evil: 1",
        "gopher://example.org/",
        "file:///etc/passwd",
        "x" * 100_000,
        ["https://example.org/"],
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_hostile_callback_address_is_refused(app, uri):
    refused(app.post("/api/start/weekly", {**GOOD, "callBackUri": uri}), 400, "callBackUri")
    assert app.get("/api/runs").json()["runs"] == []


@pytest.mark.parametrize("route", POSTS)
def test_a_body_that_is_too_large_is_413(app, route):
    body = b'{"reason": "' + b"x" * (1 << 20) + b'"}'

    assert refused(app.post(f"/api/{route}", body), 413)["code"] == "TooLarge"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([1], "body"),
        (b"null", "body"),
        (b"{broken", "body"),
        ({"reason": 7}, "reason"),
        ({"reason": ["x"]}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "a\nb"}, "reason"),
        (b'{"reason": "\\ud800"}', "reason"),
        ({"reason": "x", "force": True}, "force"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_reason_to_steer_is_refused_by_the_name_of_its_field_and_nothing_is_done(app, body, field):
    app.post("/api/start/weekly", GOOD)
    app.run_once()
    refused(app.post(f"/api/runs/{INSTANCE}/terminate", body), 400, field)

    assert app.get(f"/api/runs/{INSTANCE}").json()["status"] == "Running"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("runs?top=0x10", "top"),
        ("runs?top=501", "top"),
        ("runs?top=-1", "top"),
        ("runs?top=" + "9" * 5_000, "top"),
        ("runs?skip=%D9%A3", "skip"),
        ("runs?skip=1.5", "skip"),
        ("runs?week=soon", "week"),
        ("runs?week=2026W54", "week"),
        ("runs?pipeline=monthly", "pipeline"),
        ("files?state=lost", "state"),
        ("files?top=many", "top"),
        ("fleet/tiny?week=2025W53", "week"),
        ("fleet/tiny?week=" + "x" * 5_000, "week"),
    ],
    ids=lambda value: value[:40],
)
def test_a_wrong_query_is_refused_by_the_name_of_its_parameter(app, query, field):
    refused(app.get(f"/api/{query}"), 400, field)


@pytest.mark.parametrize(
    "route",
    [
        "runs/none",
        "runs/..%2f..%2fetc",
        "runs/%00",
        "runs/" + "x" * 3_000,
        "fleet/none",
        "fleet/%ff%fe",
        "fleet/" + "x" * 3_000,
        "files/none",
        "files/';DROP TABLE raw_file;--",
        "files/" + "x" * 3_000,
    ],
    ids=lambda value: value[:40],
)
def test_what_is_not_there_is_404_in_few_words(app, route):
    refused(app.get(f"/api/{quote(route, safe='/%')}"), 404)


@pytest.mark.parametrize("route", ["start/none", "start/train_fleet", "start/%2e%2e"])
def test_an_unknown_pipeline_is_refused(app, route):
    refused(app.post(f"/api/{route}", GOOD), 400, "pipeline")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "BREW"])
@pytest.mark.parametrize("route", [*GETS, *POSTS])
def test_a_route_knows_its_own_methods_alone(app, method, route):
    assert app.request(method, f"/api/{route}", GOOD).status in (404, 405)


@pytest.mark.parametrize("route", GETS)
def test_reading_is_no_posting(app, route):
    assert app.post(f"/api/{route}", GOOD).status in (404, 405)


@ONE_APP
@given(route=st.sampled_from([*POSTS, "start/none"]), body=JSON | st.binary(max_size=40))
def test_whatever_is_posted_is_answered_with_an_error_that_shows_no_inside(app, route, body):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = app.post(f"/api/{route}", content)

    assert answer.status in (400, 404), answer.text
    refused(answer, answer.status, answer.json()["error"].get("field"))


@ONE_APP
@given(
    route=st.sampled_from(GETS),
    query=st.dictionaries(st.sampled_from(["top", "skip", "week", "fleet", "pipeline", "state", "source"]), st.text()),
)
def test_whatever_is_asked_is_answered(app, route, query):
    answer = app.get(f"/api/{route}?" + "&".join(f"{name}={quote(value)}" for name, value in query.items()))

    assert answer.status in (200, 400, 404), answer.text
    if answer.status != 200:
        refused(answer, answer.status, answer.json()["error"].get("field"))


@pytest.mark.parametrize("fault", [LedgerUnavailable("sqlite:////x: " + CANARY), LakeUnavailable(CANARY)])
@pytest.mark.parametrize("route", ["runs", "fleet/tiny", "sources", "files", "files/0"])
def test_a_ledger_that_does_not_answer_is_503_and_tells_no_more(app, monkeypatch, route, fault):
    monkeypatch.setattr(wiring, "ledger", fail_with(fault))

    assert refused(app.get(f"/api/{route}"), 503)["code"] == "Unavailable"


def test_a_fault_that_nobody_foresaw_is_500_and_tells_no_more(app, monkeypatch):
    monkeypatch.setattr(wiring, "ledger", fail_with(KeyError(CANARY)))

    assert "the app's log" in refused(app.get("/api/sources"), 500)["message"]


def fail_with(fault):
    """A port that cannot be had."""

    def fail():
        raise fault

    fail.forget = lambda: None
    return fail
