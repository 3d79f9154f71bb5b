"""What a caller may ask for: every field is hostile until it is checked, and its name comes back with the reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.fleets import parse_fleet
from shared.domain.requests import MAX_SEGMENTS, Pipeline, PipelineRequest, RequestError, parse_request
from tests.domain.conftest import DECLARED

FLEETS = {"demand": parse_fleet(DECLARED)}
HOSTS = ("azure.com", "hooks.example.org")
GOOD = {"fleet": "demand", "week": "2026W47"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def parse(pipeline="weekly", **changes):
    return parse_request(pipeline, {**GOOD, **changes}, FLEETS, callback_hosts=HOSTS)


def test_a_whole_week_is_asked_for_with_a_fleet_and_a_week():
    request = parse()

    assert request.instance_id == "weekly-demand-2026W47"
    assert request.segments is None
    assert request.as_dict() == {
        "pipeline": "weekly",
        "fleet": "demand",
        "week": "2026W47",
        "segments": None,
        "callback_uri": None,
        "correlation_id": None,
        "attempt": 1,
        "fingerprint": request.fingerprint,
        "root": "weekly-demand-2026W47",
    }
    assert json.loads(json.dumps(request.as_dict()))["root"] == request.instance_id


@pytest.mark.parametrize("pipeline", list(Pipeline))
def test_each_pipeline_has_an_instance_of_its_own(pipeline):
    assert parse(pipeline).instance_id == f"{pipeline}-demand-2026W47"


def test_each_pipeline_names_its_orchestrator():
    assert [pipeline.orchestrator for pipeline in Pipeline] == ["ingest", "train_fleet", "score_fleet", "weekly"]


def test_both_ways_to_write_a_week_are_the_same_request():
    assert parse(week="2026-W47") == parse()


def test_a_narrowed_request_is_another_instance_and_the_same_however_it_is_narrowed():
    by_region, by_segments = parse(segments=["gulf"]), parse(segments=sorted(parse(segments=["gulf"]).segments))

    assert by_region == by_segments
    assert by_region.instance_id.startswith("weekly-demand-2026W47-")
    assert by_region.instance_id not in (parse().instance_id, parse(segments=["texas"]).instance_id)


def test_tracing_and_attempts_do_not_make_another_request_but_a_callback_does():
    traced = parse(correlationId="adf-123")
    again = PipelineRequest(**{**vars(parse()), "attempt": 2})

    assert traced.fingerprint == again.fingerprint == parse().fingerprint
    assert parse(callBackUri="https://a.azure.com/x").fingerprint != parse().fingerprint
    assert parse(segments=["gulf"]).fingerprint != parse().fingerprint


@pytest.mark.parametrize(
    "uri",
    [
        "https://azure.com/x?sig=1",
        "https://prod-1.westeurope.logic.azure.com:443/workflows/1",
        "HTTPS://LOGIC.AZURE.COM/x",
        "https://hooks.example.org",
    ],
)
def test_a_listed_host_and_its_sub_domains_may_be_called_back(uri):
    assert parse(callBackUri=uri).callback_uri == uri


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "azure.com",
        "http://a.azure.com/",
        "ftp://a.azure.com/",
        "file:///etc/passwd",
        "//a.azure.com/",
        "https://",
        "https://evil.org/",
        "https://evilazure.com/",
        "https://azure.com.evil.org/",
        "https://azure.com./",
        "https://a.azure.com@evil.org/",
        "https://user:pass@a.azure.com/",
        "https://evil.org\\@a.azure.com/",
        "https://evil.org/.azure.com",
        "https://evil.org#.azure.com",
        "https://evil.org?.azure.com",
        "https://example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://169.254.169.254/metadata",
        "https://[a.azure.com/",
        "https://a.azure.com:99999/",
        "https://a.azure.com:port/",
        "https://a.azure.com/with space",
        "https://a.azure.com/\r\nHost: evil.org",
        "https://a.azure.com/\N{LATIN SMALL LETTER A WITH DIAERESIS}",
        "https://\N{FULLWIDTH LATIN SMALL LETTER A}zure.com/",
        "https://a.azure.com/" + "x" * 2_000,
        7,
        ["https://a.azure.com/"],
        True,
    ],
)
def test_any_other_address_is_not_called_back(uri):
    with pytest.raises(RequestError) as refused:
        parse(callBackUri=uri)

    assert refused.value.field == "callBackUri"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("fleet", None, "the fleet is missing; there are demand"),
        ("fleet", "supply", "there is no fleet 'supply'; there are demand"),
        ("fleet", ["demand"], "there is no fleet"),
        ("fleet", {}, "there is no fleet"),
        ("fleet", "../demand", "there is no fleet"),
        ("week", None, "the week is missing; write it like 2026W47"),
        ("week", 202647, "the week is missing"),
        ("week", "2026W53 ", "write it like 2026W47"),
        ("week", "2025W53", "not a week that 2025 has"),
        ("week", "1999W01", "outside the years"),
        ("segments", [], "a list of 1 to 10000"),
        ("segments", "texas", "a list of 1 to 10000"),
        ("segments", {"texas": 1}, "a list of 1 to 10000"),
        ("segments", ["texas"] * (MAX_SEGMENTS + 1), "a list of 1 to 10000"),
        ("segments", [None], "every segment is a text"),
        ("segments", ["texas", ["gulf"]], "every segment is a text"),
        ("segments", ["texas", "mars"], "no segment or region 'mars'"),
        ("correlationId", "", "1 to 200"),
        ("correlationId", "x" * 201, "1 to 200"),
        ("correlationId", "a b", "1 to 200"),
        ("correlationId", "a\r\nSet-Cookie: x", "1 to 200"),
        ("correlationId", 12, "1 to 200"),
        ("colour", "red", "this field is not known"),
        ("callbackUri", "https://a.azure.com", "this field is not known"),
        ("", 1, "this field is not known"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_wrong(field, value, words):
    with pytest.raises(RequestError, match=words) as refused:
        parse(**{field: value})

    assert refused.value.field == field


@pytest.mark.parametrize("body", [None, [], "fleet", 3, True])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(RequestError, match="must be a JSON object") as refused:
        parse_request("weekly", body, FLEETS, callback_hosts=HOSTS)

    assert refused.value.field == "body"


@pytest.mark.parametrize("pipeline", ["", "Weekly", "train_fleet", "weekly ", "../weekly"])
def test_an_unknown_pipeline_is_refused_with_those_there_are(pipeline):
    with pytest.raises(RequestError, match="there are ingest, train, score, weekly") as refused:
        parse(pipeline)

    assert refused.value.field == "pipeline"


@given(
    st.sampled_from([*Pipeline, "more"]),
    st.dictionaries(st.sampled_from([*GOOD, "segments", "callBackUri", "correlationId", "x"]) | st.text(), JSON) | JSON,
    st.booleans(),
)
def test_any_json_is_a_request_or_an_error_that_names_a_field(pipeline, body, mended):
    given_body = {**body, **GOOD} if mended and isinstance(body, dict) else body
    try:
        request = parse_request(pipeline, given_body, FLEETS, callback_hosts=HOSTS)
    except RequestError as error:
        assert isinstance(error.field, str)
    else:
        assert json.loads(json.dumps(request.as_dict()))["fingerprint"] == request.fingerprint
