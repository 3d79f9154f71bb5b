"""Loading an app: the worker's checks, settings files, SDK versions, timeouts."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest

from embedded_host.durable.settings import ReplayMode
from embedded_host.functions.app_index import AppLoadError, load_app, sdk_refusal
from embedded_host.functions.host_settings import SettingsError, parse_time_span, read_settings, resolve_setting_names
from embedded_host.functions.load_checks import FunctionLoadError

HEAD = (
    "from typing import Optional\nimport azure.durable_functions as df\nimport azure.functions as func\n"
    "app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)\n\n"
)


def load(tmp_path, code, head=HEAD):
    (tmp_path / "function_app.py").write_text(head + code)
    return load_app(tmp_path)


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("@app.route(route='x')\ndef f(request): ...", "declared in Python but not in the function definition"),
        ("@app.route(route='x')\ndef f(): ...", "declared in the function definition .* but not in Python: {'req'}"),
        ("@app.route(route='x')\ndef f(req: Optional[func.HttpRequest]): ...", "invalid non-type annotation"),
        ("@app.route(route='x')\ndef f(req: 'func.HttpRequest | None'): ...", "invalid non-type annotation"),
        ("@app.route(route='x')\ndef f(req: list[str]): ...", "does not match its Python annotation"),
        ("@app.route(route='x')\ndef f(req: int): ...", 'httpTrigger" does not match its Python annotation "int"'),
        ("@app.route(route='x')\ndef f(req: func.HttpRequest, context: int): ...", "azure.functions.Context, got"),
        ("@app.route(route='x')\ndef f(req: func.HttpRequest) -> int: ...", 'Python return annotation "int" does not'),
        ("@app.route(route='x')\ndef f(req: func.HttpRequest) -> Optional[str]: ...", "non-type return annotation"),
        (
            "@app.timer_trigger(arg_name='t', schedule='0 0 0 * * *')\n"
            "@app.blob_output(arg_name='o', path='a/b', connection='c')\ndef f(t: func.TimerRequest, o: bytes): ...",
            "its annotation in Python is not a subclass of azure.functions.Out",
        ),
        ("@app.route(route='x')\ndef f(req: func.Out[str]): ...", "annotation is azure.functions.Out in Python"),
        ("@app.route(route='x')\ndef f(req: 'Nothing'): ...", "annotations cannot be resolved"),
    ],
)
def test_what_the_worker_refuses_is_refused(tmp_path, code, what):
    with pytest.raises(FunctionLoadError, match=f"cannot load the f function: .*{what}"):
        load(tmp_path, code)


def test_a_context_and_plain_annotations_are_fine(tmp_path):
    app = load(
        tmp_path,
        "@app.route(route='x')\ndef f(req: func.HttpRequest, context: func.Context) -> str: ...\n\n"
        "@app.activity_trigger(input_name='value')\ndef a(value: dict) -> Optional[str]: ...\n",
    )

    assert app.functions["f"].wants_context
    assert list(app.functions) == ["f", "a"]


def test_an_app_needs_exactly_one_function_app(tmp_path):
    with pytest.raises(AppLoadError, match="Could not find top level function app instances"):
        load(tmp_path, "", "x = 1\n")
    with pytest.raises(AppLoadError, match="More than one top level function app instances"):
        load(tmp_path, "other = df.DFApp()")


def test_two_functions_of_one_name_are_refused(tmp_path):
    twice = "@app.route(route='x')\ndef f(req: func.HttpRequest): ...\n\n" * 2

    with pytest.raises(ValueError, match="does not have a unique function name"):
        load(tmp_path, twice)


@pytest.mark.parametrize(
    ("package", "version", "refused"),
    [
        ("azure-functions-durable", "1.7.0", False),
        ("azure-functions-durable", "2.0.0rc3", True),
        ("azure-functions", "1.26.0", False),
        ("azure-functions", "3.0.0", True),
    ],
)
def test_an_sdk_of_another_major_version_is_refused_by_name(package, version, refused):
    told = sdk_refusal(package, version)

    assert bool(told) == refused
    assert not refused or (f"{package} {version} is installed" in told and f"Pin '{package}<" in told)


# --- settings -----------------------------------------------------------------------------------------------------


def settings(tmp_path, host=None, local=None, environment=None):
    if host is not None:
        (tmp_path / "host.json").write_text(host if isinstance(host, str) else json.dumps(host))
    if local is not None:
        (tmp_path / "local.settings.json").write_text(json.dumps(local))
    return read_settings(tmp_path, ReplayMode.STRICT, environment if environment is not None else {})


def test_without_settings_files_the_defaults_of_the_functions_host_hold(tmp_path):
    found = settings(tmp_path)

    assert (found.route_prefix, found.function_timeout, found.blob_attempts) == ("api", timedelta(minutes=30), 5)
    assert found.durable.hub_name == "TestHubName"


def test_host_json_is_heeded(tmp_path):
    found = settings(
        tmp_path,
        {
            "version": "2.0",
            "functionTimeout": "00:10:00",
            "extensions": {
                "http": {"routePrefix": ""},
                "blobs": {"maxDegreeOfParallelism": 3},
                "durableTask": {"hubName": "%HUB%", "maxConcurrentActivityFunctions": 2, "defaultVersion": "1.2"},
            },
        },
        environment={"HUB": "FromSetting"},
    )

    assert (found.route_prefix, found.function_timeout, found.blob_parallelism) == ("", timedelta(minutes=10), 3)
    assert (found.durable.hub_name, found.durable.max_concurrent_activities) == ("FromSetting", 2)
    assert found.durable.default_version == "1.2"


def test_the_environment_overrides_host_json(tmp_path):
    found = settings(
        tmp_path,
        {"extensions": {"http": {"routePrefix": "one"}}},
        environment={"AzureFunctionsJobHost__extensions__http__routePrefix": "two"},
    )

    assert found.route_prefix == "two"


def test_local_settings_enter_the_environment_unless_they_are_set(tmp_path):
    environment = {"KEPT": "mine"}
    settings(tmp_path, local={"Values": {"KEPT": "theirs", "NEW": "value"}}, environment=environment)

    assert environment == {"KEPT": "mine", "NEW": "value"}


def test_what_has_no_effect_is_warned_of(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    settings(
        tmp_path,
        {
            "version": "2.0",
            "typo": 1,
            "logging": {},
            "extensions": {"queues": {}, "durableTask": {"storageProvider": {}}},
        },
    )

    assert "host.json: typo is not known to this host" in caplog.text
    assert "host.json: extensions.queues is not known to this host" in caplog.text
    assert "host.json: extensions.durableTask.storageProvider has no effect" in caplog.text
    assert "logging" not in caplog.text


@pytest.mark.parametrize(
    ("host", "what"),
    [
        ("{", "host.json is not valid JSON"),
        ("[]", "must hold a JSON object"),
        ('{"functionTimeout": "soon"}', "functionTimeout"),
        (
            '{"extensions": {"blobs": {"maxDegreeOfParallelism": "many"}}}',
            "maxDegreeOfParallelism must be a whole number",
        ),
        ('{"extensions": {"http": 5}}', "http must be an object"),
    ],
)
def test_bad_settings_are_named(tmp_path, host, what):
    with pytest.raises(SettingsError, match=what):
        settings(tmp_path, host)


def test_a_setting_that_is_not_set_is_named():
    assert resolve_setting_names("a/%B%/c", {"B": "b"}) == "a/b/c"
    with pytest.raises(SettingsError, match="the setting NONE is not set"):
        resolve_setting_names("%NONE%", {})


def test_time_spans_are_dotnets():
    assert parse_time_span("1.02:03:04.5") == timedelta(days=1, hours=2, minutes=3, seconds=4.5)


# --- timeouts -----------------------------------------------------------------------------------------------------


def test_an_activity_that_runs_too_long_fails(run_host, tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "host.json").write_text('{"version": "2.0", "functionTimeout": "00:00:01"}')
    (tmp_path / "app" / "function_app.py").write_text(
        "import asyncio, time\n" + HEAD + "@app.activity_trigger(input_name='x')\ndef slow(x):\n    time.sleep(60)\n\n"
        "@app.activity_trigger(input_name='x')\nasync def slow_async(x):\n    await asyncio.sleep(60)\n\n"
        "@app.orchestration_trigger(context_name='context')\ndef flow(context):\n"
        "    return (yield context.call_activity(context.get_input(), None))\n"
    )
    host = run_host(tmp_path / "app", "--grace", "0")
    for name in ("slow", "slow_async"):
        host.durable("POST", f"/orchestrators/flow/{name}", json.dumps(name))

    for name in ("slow", "slow_async"):
        assert f"Timeout value of 0:00:01 was exceeded by function: {name}" in host.wait_for(name)["output"]
