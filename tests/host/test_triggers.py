"""HTTP, timer, blob and Event Grid triggers."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from embedded_host.triggers.blob_pattern import compile_blob_path, fill_in
from embedded_host.triggers.schedule import Schedule

GRID = "/runtime/webhooks/blobs?functionName=Host.Functions.referenced"


@pytest.fixture
def setting(monkeypatch, tmp_path):
    """The trigger app's settings."""
    monkeypatch.setenv("TRIGGER_LOG", str(tmp_path / "log"))
    monkeypatch.setenv("STREAM_CONTAINER", "txt")
    monkeypatch.setenv("TICK_SCHEDULE", "0 0 6 * * 1")
    return monkeypatch


@pytest.fixture
def host(start_host, apps, setting, tmp_path):
    return start_host(apps / "triggers", lake=tmp_path / "lake")


@pytest.fixture
def put(tmp_path):
    """Put a blob into the lake."""

    def put(path, content=b"x"):
        file = tmp_path / "lake" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    return put


@pytest.fixture
def noted(tmp_path):
    """What the app noted, by function."""

    def noted(function):
        log = tmp_path / "log"
        lines = map(json.loads, log.read_text().splitlines()) if log.exists() else []
        return [line for line in lines if line["function"] == function]

    return noted


# --- HTTP ---------------------------------------------------------------------------------------------------------


def test_a_route_has_parameters_that_may_be_left_out(host):
    answer = host.post("/api/echo/hi/7?x=1&empty=", b"body", headers={"X-Agent": "me"})

    assert (answer.status, answer.headers["x-said"]) == (201, "yes")
    assert answer.json() == {
        "word": "hi", "number": "7", "params": {"x": "1"}, "body": "body", "method": "POST", "function": "echo",
        "agent": "me",
    }  # fmt: skip
    assert host.get("/API/Echo/hi").json()["number"] is None


@pytest.mark.parametrize("path", ["/api/echo/hi/seven", "/api/echo", "/api/none", "/echo/hi"])
def test_what_matches_no_route_is_404(host, path):
    assert host.get(path).status == 404


def test_a_wrong_method_is_404(host):
    assert host.delete("/api/echo/hi").status == 404


def test_a_function_that_returns_nothing_is_500(host):
    assert (host.get("/api/nothing").status, host.get("/api/nothing").body) == (500, b"")


def test_a_retry_policy_calls_again(host, noted):
    assert host.get("/api/flaky").text == "third time"
    assert [call["retry"] for call in noted("flaky")] == [0, 1, 2]


def test_keys_open_what_they_are_for(start_host, apps, setting):
    host = start_host(apps / "triggers", enable_auth=True)
    keys = host.keys

    def status(path, key=None, **options):
        headers = {"x-functions-key": key} if key else {}
        return host.get(path, headers=headers, **options).status

    assert status("/api/echo/x") == 401
    assert status("/api/echo/x", "wrong") == 401
    assert status("/api/echo/x", keys.function("flaky")) == 401
    assert [status("/api/echo/x", key) for key in (keys.function("echo"), keys.host(), keys.master())] == [201] * 3
    assert status(f"/api/echo/x?code={keys.function('echo')}") == 201
    assert status("/api/nothing") == 500  # anonymous
    assert (status("/api/admin-only", keys.host()), status("/api/admin-only", keys.master())) == (401, 200)
    assert status("/runtime/webhooks/durabletask/instances") == 401
    assert status("/runtime/webhooks/durabletask/instances", keys.system("durabletask_extension")) == 200
    assert (status("/admin/functions", keys.host()), status("/admin/functions", keys.master())) == (401, 200)
    assert status("/admin/host/ping") == 200


def test_links_carry_the_system_key_when_keys_are_asked_for(start_host, apps, setting):
    host = start_host(apps / "triggers", enable_auth=True)
    answer = host.get("/api/run/one_step", headers={"x-functions-key": host.keys.master()})

    assert answer.json()["statusQueryGetUri"].endswith(f"&code={host.keys.system('durabletask_extension')}")


def test_a_disabled_function_is_404(start_host, apps, setting):
    setting.setenv("AzureWebJobs.echo.Disabled", "true")

    assert start_host(apps / "triggers").get("/api/echo/x").status == 404


def test_admin_routes_tell_and_fire(host, noted):
    assert host.get("/admin/host/status").json()["state"] == "Running"
    assert {"name", "isDisabled", "config"} == set(host.get("/admin/functions/tick").json())
    assert host.post("/admin/functions/tick", {}).status == 202
    assert host.post("/admin/functions/none", {}).status == 404
    host.get("/admin/host/ping")

    assert len(noted("tick")) == 1


# --- timers -------------------------------------------------------------------------------------------------------


def test_a_timer_fires_at_its_times(host, noted):
    host.run_until(datetime(2026, 2, 1, tzinfo=UTC))

    assert len(noted("tick")) == 4
    assert noted("tick")[0]["status"]["Next"] == "2026-01-05T06:00:00Z"


def test_a_timer_fires_at_its_times_also_when_the_clock_was_years_ahead_and_is_set_right(host, noted):
    host.virtual_clock.advance_to(datetime(2040, 1, 1, tzinfo=UTC))
    host.run_until(datetime(2040, 1, 3, tzinfo=UTC))
    before = len(noted("tick"))
    host.virtual_clock._now = datetime(2026, 1, 6, tzinfo=UTC)
    host.run_until(datetime(2026, 2, 1, tzinfo=UTC))

    assert len(noted("tick")) - before == 3


def test_missed_ticks_fire_once_and_as_past_due(start_host, apps, setting, noted):
    host = start_host(apps / "triggers")
    host.run_until(datetime(2026, 1, 6, tzinfo=UTC))
    host.close()
    later = start_host(apps / "triggers", start=datetime(2026, 1, 28, tzinfo=UTC))
    later.run_for(minutes=1)

    assert [call["past_due"] for call in noted("tick")] == [False, True]


def test_a_changed_schedule_is_not_past_due(start_host, apps, setting, noted):
    host = start_host(apps / "triggers")
    host.run_until(datetime(2026, 1, 6, tzinfo=UTC))
    host.close()
    setting.setenv("TICK_SCHEDULE", "0 0 7 * * 1")
    later = start_host(apps / "triggers", start=datetime(2026, 1, 28, tzinfo=UTC))
    later.run_for(minutes=1)

    assert len(noted("tick")) == 1


@pytest.mark.parametrize(
    ("text", "after", "due"),
    [
        ("0 30 9 13 * 5", "2026-01-01", "2026-02-13T09:30:00"),  # the 13th AND a Friday
        ("*/15 * * * * *", "2026-01-01T00:00:01", "2026-01-01T00:00:15"),
        ("30 5 * * *", "2026-01-01", "2026-01-01T05:30:00"),
        ("01:30:00", "2026-01-01", "2026-01-01T01:30:00"),
        ("0 0 0 29 2 *", "2026-01-01", "2028-02-29T00:00:00"),
    ],
)
def test_schedules_are_read_as_ncrontab(text, after, due):
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)

    assert Schedule(text).next_after(moment) == datetime.fromisoformat(due).replace(tzinfo=UTC)


# --- blobs --------------------------------------------------------------------------------------------------------


def test_an_sdk_type_gets_the_blobs_place_and_no_content(host, put, noted):
    put("raw/pos/week/x.csv")
    host.run()

    assert noted("referenced") == [
        {
            "function": "referenced", "Connection": "AzureWebJobsStorage", "ContainerName": "raw",
            "BlobName": "pos/week/x.csv", "version": "1.0", "source": "AzureStorageBlobs",
            "content_type": "application/json",
        }
    ]  # fmt: skip


def test_a_stream_brings_content_name_and_length(host, put, noted):
    put("txt/deep/n.txt", b"hey")
    host.run()

    (call,) = noted("streamed")
    assert (call["name"], call["length"], call["content"]) == ("txt/deep/n.txt", 3, "hey")


def test_a_blob_fires_once_per_version_also_across_restarts(start_host, apps, setting, put, noted, tmp_path):
    put("txt/n.txt", b"one")
    host = start_host(apps / "triggers", lake=tmp_path / "lake")
    host.run()
    host.run()
    host.close()
    again = start_host(apps / "triggers", lake=tmp_path / "lake")
    again.run()
    put("txt/n.txt", b"second")
    again.run()

    assert [call["content"] for call in noted("streamed")] == ["one", "second"]


def test_after_five_attempts_a_blob_is_set_aside_with_a_message(host, put, noted):
    put("bad/z")
    host.run()
    host.run()
    (told,) = host.poison_messages()

    assert len(noted("always_fails")) == 5
    assert {key: told[key] for key in ("Type", "FunctionId", "ContainerName", "BlobName")} == {
        "Type": "BlobTrigger", "FunctionId": "Host.Functions.always_fails", "ContainerName": "bad", "BlobName": "z",
    }  # fmt: skip


def test_each_attempt_is_told_in_a_line_and_the_first_one_with_its_traceback(host, put, caplog):
    put("bad/z")
    host.run()
    told = [record for record in caplog.records if "always_fails failed on bad/z (attempt" in record.getMessage()]

    assert [bool(record.exc_info) for record in told] == [True, False, False, False, False]
    assert len({record.getMessage().partition("): ")[2] for record in told}) == 1


def test_an_output_binding_writes_a_blob(host, put, tmp_path):
    put("copied/c", b"content")
    host.run()

    assert (tmp_path / "lake/copies/c.copy").read_bytes() == b"content"


def test_a_file_that_is_being_written_waits_for_the_next_look(tmp_path, put):
    from embedded_host.triggers.lakes import FolderLake

    put("raw/x.csv")

    assert list(FolderLake(tmp_path / "lake", settle=60.0).list("raw")) == []
    assert [blob.name for blob in FolderLake(tmp_path / "lake", settle=0.0).list("raw")] == ["x.csv"]


@pytest.mark.parametrize("moment", [0, 16_000_000_000, 10**15, -(10**15)])
def test_a_file_is_as_old_as_it_is_in_the_lake_whatever_time_it_was_given(tmp_path, put, monkeypatch, moment):
    from embedded_host.triggers.lakes import FolderLake

    put("raw/x.csv")
    look = Path.stat

    def give_time(file, **options):
        found = look(file, **options)
        return os.stat_result((*found[:8], moment, found[9]), {"st_mtime": moment, "st_mtime_ns": 10**9 * moment})

    monkeypatch.setattr(Path, "stat", give_time)  # on this disk no file may have all of these
    (blob,) = FolderLake(tmp_path / "lake", settle=0.0).list("raw")

    assert abs(blob.modified_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert list(FolderLake(tmp_path / "lake", settle=60.0).list("raw")) == []


def test_a_file_that_cannot_be_looked_at_keeps_no_other_one_waiting_and_is_told_once(
    tmp_path, put, monkeypatch, caplog
):
    from embedded_host.triggers.lakes import FolderLake

    put("raw/closed/x.csv")
    put("raw/open/y.csv")
    look_at = FolderLake._look_at

    def refuse(lake, container, name, file):
        if "closed" in name:
            raise PermissionError(13, "Permission denied", str(file))
        return look_at(lake, container, name, file)

    monkeypatch.setattr(FolderLake, "_look_at", refuse)
    lake = FolderLake(tmp_path / "lake", settle=0.0)
    found = [[blob.name for blob in lake.list("raw")] for _ in range(2)]

    assert found == [["open/y.csv"]] * 2
    assert caplog.text.count("closed/x.csv cannot be looked at, and so has no trigger fire: Permission denied") == 1


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "/etc/passwd", "..", "a//b", "a\\b", "x\0y"])
def test_a_blobs_name_does_not_lead_out_of_the_lake(tmp_path, name):
    from embedded_host.triggers.lakes import FolderLake

    (tmp_path / "outside").write_text("secret")
    lake = FolderLake(tmp_path / "lake", settle=0.0)

    assert lake.find("raw", name) is None
    assert lake.read("raw", name) is None
    assert lake.read("..", "outside") is None


@pytest.mark.parametrize(
    ("path", "name", "captures"),
    [
        ("raw/{name}.csv", "a/b.csv", {"name": "a/b"}),
        ("raw/{source}/{name}", "pos/x/y.csv", {"source": "pos/x", "name": "y.csv"}),
        ("raw/{{odd}}/{name}", "{odd}/x", {"name": "x"}),
        ("raw/{name}.csv", "x.txt", None),
        ("raw", "anything/at.all", {}),
    ],
)
def test_captures_take_as_much_as_they_can(path, name, captures):
    assert compile_blob_path(path).match(name) == captures


def test_expressions_are_filled_in():
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    assert (
        fill_in("out/{name}-{DateTime:yyyy-MM}/{datetime}", {"name": "x"}, now) == "out/x-2026-01/2026-01-02T03-04-05Z"
    )
    assert len(fill_in("{rand-guid}", {}, now)) == 36


# --- Event Grid ---------------------------------------------------------------------------------------------------


def created(name, schema="grid"):
    subject = f"/blobServices/default/containers/raw/blobs/{name}"
    data = {"url": f"https://account.blob.core.windows.net/raw/{name}"}
    if schema == "grid":
        return [{"id": "1", "eventType": "Microsoft.Storage.BlobCreated", "subject": subject, "data": data}]
    return {"id": "1", "specversion": "1.0", "type": "Microsoft.Storage.BlobCreated", "source": "s", "data": data}


@pytest.mark.parametrize("schema", ["grid", "cloud"])
def test_a_blob_event_fires_its_function_once(host, put, noted, schema):
    put("raw/pos/x.csv")
    statuses = [host.post(GRID, created("pos/x.csv", schema)).status for _ in range(3)]
    host.run()

    assert statuses == [202] * 3
    assert len(noted("referenced")) == 1


def test_blob_events_for_what_is_not_there_are_passed_over(host, noted):
    assert host.post(GRID, created("pos/none.csv")).status == 202
    assert host.post(GRID, created("../../etc/passwd")).status == 202
    assert host.post("/runtime/webhooks/blobs?functionName=none", created("x")).status == 404
    assert host.post(GRID, b"no json").status == 400
    assert noted("referenced") == []


NO_BLOB = {
    "no text": created("pos/\ud800.csv"), "a long name": created("x" * 3000), "no name": created(""),
    "data that is text": [{"eventType": "Microsoft.Storage.BlobCreated", "data": "raw/pos/x.csv"}],
    "a URL that is none": [{"eventType": "Microsoft.Storage.BlobCreated", "data": {"url": "https://[raw/pos/x.csv"}}],
    "a container that is none": [{**created("x")[0], "subject": "/blobServices/default/containers/A/blobs/x"}],
}  # fmt: skip


@pytest.mark.parametrize("event", NO_BLOB.values(), ids=NO_BLOB)
def test_an_event_that_names_no_blob_is_passed_over_and_those_beside_it_are_taken(host, put, noted, event):
    put("raw/pos/x.csv")
    body = json.dumps([*event, *created("pos/x.csv")]).encode()

    assert host.post(GRID, body).status == 202
    host.run()
    assert len(noted("referenced")) == 1


@pytest.mark.parametrize("data", ["abc", None, {}])
def test_a_validation_without_its_code_is_refused(host, data):
    event = {"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": data}
    assert host.post(GRID, [event]).status == 400


@pytest.mark.parametrize("path", [GRID, "/runtime/webhooks/eventgrid?functionName=heard"])
def test_a_subscription_is_validated(host, path):
    event = {"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {"validationCode": "abc"}}
    handshake = host.request("OPTIONS", path, headers={"webhook-request-origin": "eventgrid.azure.net"})

    assert host.post(path, [event]).json() == {"validationResponse": "abc"}
    assert handshake.headers["webhook-allowed-origin"] == "eventgrid.azure.net"


def test_an_event_grid_function_is_called_per_event(host, noted):
    events = [{"id": str(n), "subject": "s", "eventType": "t", "data": {"n": n}, "eventTime": "2026-01-01T00:00:00Z",
               "dataVersion": "1"} for n in range(2)]  # fmt: skip

    assert host.post("/runtime/webhooks/eventgrid?functionName=heard", events).status == 202
    assert [call["data"] for call in noted("heard")] == [{"n": 0}, {"n": 1}]
