"""The Durable HTTP API: routes, status codes, bodies, headers and paging (durable-protocol reference, A4)."""

from __future__ import annotations

import json

import pytest

DURABLE = "/runtime/webhooks/durabletask"


@pytest.fixture
def host(start_host, apps):
    return start_host(apps / "flows")


def ended(host, name="returns_input", instance="i", given=None):
    host.start(name, instance, given)
    host.run()
    return instance


def raw(host, method, path, body=b"", content_type="application/json"):
    return host.request(method, DURABLE + path, body, {"content-type": content_type})


# --- starting -----------------------------------------------------------------------------------------------------


def test_a_start_answers_202_with_links_and_no_rewind(host):
    answer = host.post(f"{DURABLE}/orchestrators/waits/i")

    assert answer.status == 202
    assert answer.headers["retry-after"] == "10"
    assert answer.headers["location"] == answer.json()["statusQueryGetUri"]
    assert list(answer.json()) == [
        "id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "purgeHistoryDeleteUri", "restartPostUri",
        "suspendPostUri", "resumePostUri",
    ]  # fmt: skip


def test_a_start_without_an_id_makes_one_of_32_digits(host):
    assert len(host.post(f"{DURABLE}/orchestrators/waits").json()["id"]) == 32


@pytest.mark.parametrize("instance", ["@a@b", "x%23y", "a%3Fb", "a%5Cb", "a%0Ab", "x" * 1024])
def test_ids_are_not_checked(host, instance):
    assert host.post(f"{DURABLE}/orchestrators/returns_input/{instance}").status == 202
    host.run()

    assert host.get(f"{DURABLE}/instances/{instance}").json()["runtimeStatus"] == "Completed"


def test_an_encoded_slash_is_404(host):
    assert raw(host, "POST", "/orchestrators/waits/a%2Fb").status == 404


def test_the_body_is_the_input_whatever_its_content_type(host):
    raw(host, "POST", "/orchestrators/returns_input/i", b"{'a': 1}", "text/plain")
    host.run()

    assert host.status("i")["output"] == {"a": 1}


@pytest.mark.parametrize("body", [b"{not json", b"1 2", b'{"a":1} x'])
def test_a_start_with_bad_json_is_400(host, body):
    answer = raw(host, "POST", "/orchestrators/returns_input/i", body)

    assert (answer.status, answer.json()["Message"]) == (400, "Invalid JSON content")
    assert list(answer.json()) == ["Message", "ExceptionMessage", "ExceptionType", "StackTrace"]


@pytest.mark.parametrize("before", ["Pending", "Running", "Suspended"])
def test_a_start_over_a_live_instance_is_409(host, before):
    host.start("waits", "i")
    if before != "Pending":
        host.run()
    if before == "Suspended":
        host.post(f"{DURABLE}/instances/i/suspend")
        host.run()

    answer = host.post(f"{DURABLE}/orchestrators/waits/i")
    assert answer.status == 409
    assert answer.json() == {"Message": f"An Orchestration instance with the status {before} already exists."}


def test_a_start_over_a_finished_instance_replaces_it(host):
    ended(host, given=1)
    host.start("returns_input", "i", 2)
    host.run()

    status = host.status("i", with_history=True)
    assert (status["output"], status["historyEvents"][0]["Generation"]) == (2, 1)


def test_an_unknown_orchestrator_is_started_and_fails(host):
    assert host.post(f"{DURABLE}/orchestrators/nope/i").status == 202
    host.run()

    assert host.status("i")["output"].startswith(
        "Orchestrator function 'nope' failed: The function 'nope' doesn't exist, is disabled, or is not an "
        "orchestrator function. Additional info: The following are the known orchestrator functions: 'sleeps', "
    )


def test_a_longer_polling_interval_than_timeout_is_400_after_the_start(host):
    answer = host.post(f"{DURABLE}/orchestrators/waits/i?timeout=1&pollingInterval=5")

    assert (answer.status, answer.json()["Message"]) == (400, "Total timeout 1 should be bigger than retry timeout 5")
    assert host.status("i")["runtimeStatus"] == "Pending"


# --- looking ------------------------------------------------------------------------------------------------------


def test_a_running_instance_is_202_with_location_and_retry_after(host):
    host.start("waits", "i")
    host.run()
    answer = host.get(f"{DURABLE}/instances/i?showInput=false")

    assert (answer.status, answer.headers["retry-after"]) == (202, "5")
    assert answer.headers["location"].endswith("/instances/i?showInput=false")


@pytest.mark.parametrize(("query", "status"), [("", 200), ("?returnInternalServerErrorOnFailure=true", 500)])
def test_a_failed_instance_is_200_or_500_as_asked(host, query, status):
    ended(host, "fails")

    assert host.get(f"{DURABLE}/instances/i{query}").status == status


def test_unknown_instances_routes_methods_and_operations_are_404(host):
    ended(host)

    assert host.get(f"{DURABLE}/instances/none").status == 404
    assert host.get(f"{DURABLE}/nothing").status == 404
    assert host.request("PUT", f"{DURABLE}/instances/i").status == 404
    assert host.post(f"{DURABLE}/instances/i/dance").status == 404


def test_routes_ignore_case_and_a_final_slash(host):
    ended(host)

    assert host.get("/RUNTIME/webhooks/DurableTask/INSTANCES/i/").status == 200


def test_an_unknown_connection_is_500(host):
    assert host.get(f"{DURABLE}/instances/i?connection=Nowhere").status == 500


def test_history_is_shown_as_the_engine_shows_it(host):
    ended(host, "calls", given="echo")
    without = host.get(f"{DURABLE}/instances/i?showHistory=true").json()["historyEvents"]
    having = host.get(f"{DURABLE}/instances/i?showHistory=true&showHistoryOutput=true").json()["historyEvents"]

    assert [event["EventType"] for event in having] == ["ExecutionStarted", "TaskCompleted", "ExecutionCompleted"]
    assert list(having[1]) == ["EventType", "Result", "Timestamp", "ScheduledTime", "FunctionName", "Input"]
    assert having[1]["Result"] == "x"
    assert not any("Result" in event for event in without)
    assert having[1]["ScheduledTime"].endswith("+00:00")


def test_an_unfinished_step_stays_in_the_history_as_scheduled(host):
    host.start("calls_child", "i", {"name": "waits", "id": "c"})
    host.run()

    created = host.status("i", with_history=True)["historyEvents"][-1]
    assert created["EventType"] == "SubOrchestrationInstanceCreated"
    assert "Version" not in created


def test_lists_are_paged_by_id_with_a_continuation_header(host):
    for number in range(5):
        ended(host, instance=f"p{number}")
    first = host.get(f"{DURABLE}/instances?instanceIdPrefix=p&top=2")
    token = first.headers["x-ms-continuation-token"]
    rest = host.get(f"{DURABLE}/instances?instanceIdPrefix=p&top=10", headers={"x-ms-continuation-token": token})

    assert [row["instanceId"] for row in first.json()] == ["p0", "p1"]
    assert [row["instanceId"] for row in rest.json()] == ["p2", "p3", "p4"]
    assert rest.headers["x-ms-continuation-token"] == ""


def test_lists_filter_by_status_and_time_and_pass_over_nonsense(host):
    ended(host, "fails", "bad")
    ended(host, instance="good")

    def ids(query):
        return [row["instanceId"] for row in host.get(f"{DURABLE}/instances?{query}").json()]

    assert ids("runtimeStatus=Failed,Running") == ["bad"]
    assert ids("runtimeStatus=nonsense&createdTimeFrom=never&top=-1") == ["bad", "good"]
    assert ids("createdTimeFrom=2999-01-01T00:00:00Z") == []
    assert ids("createdTimeTo=2999-01-01T00:00:00Z&runtimeStatus=Completed") == ["good"]


def test_lists_hold_children_and_entities(host):
    ended(host, "calls_child", "parent", {"name": "returns_input", "id": "kid"})
    ended(host, "asks", "asker", {"entity": "counter", "operation": "add", "input": 1})
    rows = {row["instanceId"]: row for row in host.get(f"{DURABLE}/instances").json()}

    assert {"parent", "kid", "asker", "@counter@k"} <= set(rows)
    assert rows["@counter@k"]["runtimeStatus"] == "Running"
    assert rows["@counter@k"]["input"] == {"exists": True, "state": "1", "sorter": {}}
    assert rows["@counter@k"]["customStatus"] == {"entityExists": True}


# --- events and control -------------------------------------------------------------------------------------------


def test_an_event_needs_json_by_its_content_type(host):
    host.start("waits", "i")
    host.run()

    assert raw(host, "POST", "/instances/i/raiseEvent/go", b"1", "text/plain").status == 400
    assert raw(host, "POST", "/instances/i/raiseEvent/go", b"").json()["Message"] == "Invalid JSON content"
    assert raw(host, "POST", "/instances/i/raiseEvent/go", b'{"a": 1} trailing').status == 202
    host.run()
    assert host.status("i")["output"] == {"a": 1}


def test_events_for_the_finished_are_410_and_for_the_unknown_404(host):
    ended(host)

    assert host.raise_event("i", "go").status == 410
    assert host.raise_event("none", "go").status == 404


@pytest.mark.parametrize("action", ["terminate", "suspend", "resume"])
def test_control_of_the_finished_is_410_and_of_the_unknown_404(host, action):
    ended(host)

    assert host.post(f"{DURABLE}/instances/i/{action}").status == 410
    assert host.post(f"{DURABLE}/instances/none/{action}").status == 404


def test_suspending_twice_and_resuming_the_running_are_500(host):
    host.start("waits", "i")
    host.run()
    assert "because instance is in the Running state." in host.post(f"{DURABLE}/instances/i/resume").text
    host.post(f"{DURABLE}/instances/i/suspend")
    host.run()
    answer = host.post(f"{DURABLE}/instances/i/suspend")

    assert answer.status == 500
    assert answer.json()["ExceptionMessage"] == (
        "Cannot suspend the orchestration instance i because instance is in the Suspended state."
    )


def test_a_restart_has_the_same_input_and_a_new_id_unless_asked_otherwise(host):
    ended(host, given={"a": 1})
    answer = host.post(f"{DURABLE}/instances/i/restart")
    again = host.post(f"{DURABLE}/instances/i/restart?restartWithNewInstanceId=false")
    host.run()

    assert (answer.status, again.status) == (202, 202)
    assert again.json()["id"] == "i" != answer.json()["id"]
    assert host.status(answer.json()["id"])["output"] == {"a": 1}


def test_a_restart_of_a_live_instance_under_its_id_is_409(host):
    host.start("waits", "i")
    host.run()
    answer = host.post(f"{DURABLE}/instances/i/restart?restartWithNewInstanceId=false")

    assert answer.status == 409
    assert answer.json()["Message"] == "A non-terminal instance with this instance ID already exists."


# --- purging ------------------------------------------------------------------------------------------------------


def test_purging_an_instance_leaves_its_children(host):
    ended(host, "calls_child", "parent", {"name": "returns_input", "id": "kid"})

    assert host.delete(f"{DURABLE}/instances/parent").json() == {"instancesDeleted": 1}
    assert host.get(f"{DURABLE}/instances/parent").status == 404
    assert host.get(f"{DURABLE}/instances/kid").status == 200


def test_purging_by_filter_needs_a_beginning_and_tells_404_for_nothing(host):
    ended(host)

    assert host.delete(f"{DURABLE}/instances").json() == "Please provide value for 'createdTimeFrom' parameter."
    assert host.delete(f"{DURABLE}/instances?createdTimeFrom=2999-01-01").status == 404
    assert host.delete(f"{DURABLE}/instances?createdTimeFrom=2000-01-01").json() == {"instancesDeleted": 1}


def test_an_entity_is_purged_like_an_instance(host):
    ended(host, "asks", given={"entity": "counter", "operation": "add", "input": 1})

    assert host.delete(f"{DURABLE}/instances/@counter@k").json() == {"instancesDeleted": 1}
    assert host.delete(f"{DURABLE}/instances/@counter@none").json() == {"instancesDeleted": 0}
    assert host.get(f"{DURABLE}/entities/counter/k").status == 404


# --- entities -----------------------------------------------------------------------------------------------------


def signal(host, path, body=b"", content_type="application/json"):
    answer = raw(host, "POST", path, body, content_type)
    host.run()
    return answer


def test_entity_input_must_be_doubly_encoded_or_plain_text(host):
    signal(host, "/entities/counter/a?op=add", b'"5"')
    signal(host, "/entities/counter/a?op=add", b"5", "text/plain")
    signal(host, "/entities/counter/a?op=add", b"5")

    assert host.get(f"{DURABLE}/entities/counter/a").json() == 10


def test_a_destructed_entity_reads_as_null(host):
    signal(host, "/entities/counter/a?op=add", b'"5"')
    assert raw(host, "DELETE", "/entities/counter/a").status == 202
    host.run()
    answer = host.get(f"{DURABLE}/entities/counter/a")

    assert (answer.status, answer.json()) == (200, None)


def test_bad_signals_are_400(host):
    assert "is not an entity function" in signal(host, "/entities/none/a?op=x").json()["Message"]
    assert signal(host, "/entities/counter/a%23b?op=x").json()["Message"].startswith("entityKey (Parameter")
    assert (
        signal(host, "/entities/counter/a?op=x", b"{bad").json()["Message"].startswith("Could not parse JSON content")
    )


def test_entities_are_listed_with_state_on_demand(host):
    for key in ("a", "b"):
        signal(host, f"/entities/counter/{key}?op=add", b'"1"')
    plain = host.get(f"{DURABLE}/entities").json()
    told = host.get(f"{DURABLE}/entities/counter?fetchState=true&top=1").json()

    assert [row["entityId"] for row in plain] == [{"name": "counter", "key": "a"}, {"name": "counter", "key": "b"}]
    assert {row["state"] for row in plain} == {None}
    assert [(row["entityId"]["key"], row["state"]) for row in told] == [("a", 1)]


# --- through the SDK's client -------------------------------------------------------------------------------------


def client(host, action, instance="i", given=None):
    answer = host.post(f"/api/client/{action}/{instance}", given)
    host.run()
    return answer.json()


def test_the_client_starts_and_reads(host):
    assert client(host, "start", given={"name": "returns_input", "input": [1, 2]}) == "i"
    told = client(host, "status")

    assert told["truthy"] is True
    assert (told["output"], told["input"]) == ([1, 2], "[1, 2]")
    assert client(host, "status", "none")["truthy"] is False
    assert client(host, "by", "i") == ["i"]


def test_the_client_raises_events_as_text(host):
    client(host, "start", given={"name": "waits"})
    client(host, "raise", given={"name": "go", "data": {"a": 1}})

    assert json.loads(host.status("i")["output"]) == {"a": 1}
    assert client(host, "raise", given={"name": "go"}).endswith("is gone: either completed or failed")
    assert client(host, "raise", "none", {"name": "go"}) == "Exception: No instance with ID none found."


def test_the_client_suspends_resumes_terminates_restarts_and_purges_an_instance(host):
    client(host, "start", given={"name": "waits"})
    client(host, "suspend")
    assert client(host, "suspend") == "Exception: The operation failed with an unexpected status code 500"
    client(host, "resume")
    client(host, "terminate")

    assert (host.status("i")["runtimeStatus"], host.status("i")["output"]) == ("Terminated", "by client")
    assert client(host, "terminate") is None
    assert "id" in client(host, "restart")
    assert client(host, "purge") == 1
    assert client(host, "purge") == 0


def test_the_client_starts_over_a_live_instance_with_an_exception(host):
    client(host, "start", given={"name": "waits"})

    assert client(host, "start", given={"name": "waits"}) == (
        "Exception: {'Message': 'An Orchestration instance with the status Running already exists.'}"
    )


def test_the_client_signals_and_reads_entities(host):
    client(host, "signal", "e", {"operation": "add", "input": 4})

    assert client(host, "read", "e") == [True, 4]
    assert client(host, "read", "none") == [False, None]
