"""Connects an app's durable functions with the engine: its catalog, its activities and its client binding."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

from azure.functions.meta import Datum

from embedded_host.clock import Clock
from embedded_host.durable import history
from embedded_host.durable.catalog import Catalog, Orchestrator, build_catalog
from embedded_host.durable.dotnet_json import compact, dump
from embedded_host.durable.history import Event
from embedded_host.durable.http_activity import HttpActivityError, call_http
from embedded_host.durable.instances import PendingTask
from embedded_host.durable.outgoing import HTTP_ACTIVITY
from embedded_host.functions.bindings import decode, encode_return
from embedded_host.functions.definitions import Function, IndexedApp
from embedded_host.functions.invocation import Call, Invoker, Returned

LOG = logging.getLogger("embedded_host.activities")
OUT_OF_PROCESS = "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException, Microsoft.Azure.WebJobs.Script.Grpc"


def catalog_of(app: IndexedApp, disabled: Iterable[str] = ()) -> Catalog:
    """The catalog of an app's durable functions, without those that are switched off."""
    off = {name.casefold() for name in disabled}

    def of(trigger_type: str) -> list[Function]:
        return [function for function in app.with_trigger(trigger_type) if function.name.casefold() not in off]

    return build_catalog(
        [_orchestrator(function) for function in of("orchestrationTrigger")],
        [(str(function.durable_name), function.name) for function in of("activityTrigger")],
        [(str(function.durable_name), _text_function(function)) for function in of("entityTrigger")],
    )


def _orchestrator(function: Function) -> Orchestrator:
    handle = function.call if hasattr(function.call, "orchestrator_function") else None
    return Orchestrator(str(function.durable_name), _text_function(function), handle)


def _text_function(function: Function) -> Callable[[str], str]:
    """The function as the SDK wraps it: JSON text in, JSON text out, called on the engine's thread."""
    (parameter,) = function.inputs.values()

    def call(payload: str) -> str:
        argument = decode(parameter, Datum(type="string", value=payload), {})
        answer = encode_return(function, function.call(**{parameter.name: argument}))
        assert answer is not None
        return str(answer.value)

    return call


class AppActivities:
    """Runs an app's activities, and the one that the host brings for `call_http`."""

    def __init__(self, app: IndexedApp, catalog: Catalog, invoker: Invoker, clock: Clock) -> None:
        self._app, self._catalog, self._invoker, self._clock = app, catalog, invoker, clock

    def start(self, task: PendingTask, done: Callable[[Event], None]) -> None:
        """Begin an activity; `done` gets its completion event."""
        if task.task.name == HTTP_ACTIVITY:
            future = self._start_http(task)
        else:
            function = self._app.functions[self._catalog.activities[task.task.name.casefold()]]
            (parameter,) = function.inputs
            call = Call(function, {parameter: Datum(type="string", value=task.task.input_text)})
            future = self._run_now(call) if self._invoker.inline else self._invoker.start(call)
        future.add_done_callback(lambda ended: done(self._completion(task, ended)))

    def _run_now(self, call: Call) -> Future[Returned]:
        future: Future[Returned] = Future()
        try:
            future.set_result(self._invoker.invoke_now(call))
        except Exception as error:
            future.set_exception(error)
        return future

    def _start_http(self, task: PendingTask) -> Future[Returned]:
        request = json.loads(task.task.input_text or "{}")

        def run() -> Returned:
            return Returned(Datum(type="json", value=dump(call_http(request))), {})

        if not self._invoker.inline:
            return self._invoker.submit(run)
        future: Future[Returned] = Future()
        try:
            future.set_result(run())
        except HttpActivityError as error:
            future.set_exception(error)
        return future

    def _completion(self, task: PendingTask, ended: Future[Returned]) -> Event:
        now = self._clock.now()
        error = ended.exception()
        if error is None:
            try:
                return history.task_completed(now, task.task.task_id, _result_text(ended.result().value))
            except (ValueError, RecursionError) as unreadable:
                error = unreadable
        reason, details = describe_failure(task.task.name, error)
        LOG.info("%s: %s", task.instance_id, reason)
        return history.task_failed(now, task.task.task_id, reason, details)


def describe_failure(activity: str, error: BaseException) -> tuple[str, str]:
    """The reason and the details of a failed activity, as the engine writes them."""
    if isinstance(error, HttpActivityError):
        return str(error), dump({"ClassName": "System.Net.Http.HttpRequestException", "Message": str(error)})
    told = f" {type(error).__name__}: {error}"
    stack = "".join(traceback.format_tb(error.__traceback__))
    details = {
        "$type": "System.Exception, System.Private.CoreLib",
        "ClassName": "System.Exception",
        "Message": told,
        "Data": None,
        "InnerException": {
            "$type": OUT_OF_PROCESS,
            "RemoteMessage": told.strip(),
            "RemoteStackTrace": stack,
            "Message": f"Result: Failure\nException: {told.strip()}\nStack: {stack}",
        },
    }
    return f"Activity function '{activity}' failed: {told}", dump(details)


def _result_text(datum: Datum | None) -> str | None:
    if datum is None or datum.value in (None, "null"):
        return None
    return compact(datum.value)


def client_binding(hub_name: str, public_base: str, rpc_base: str, key: str | None) -> dict[str, Any]:
    """What the durable client binding tells the SDK; `INSTANCEID` stands for the instance."""
    base = f"{public_base}/runtime/webhooks/durabletask"
    common = f"taskHub={hub_name}&connection=Storage" + (f"&code={key}" if key else "")
    return {
        "taskHubName": hub_name,
        "connectionName": "Storage",
        "creationUrls": {
            "createNewInstancePostUri": f"{base}/orchestrators/{{functionName}}[/{{instanceId}}]?{common}",
            "createAndWaitOnNewInstancePostUri": (
                f"{base}/orchestrators/{{functionName}}[/{{instanceId}}]"
                f"?timeout={{timeoutInSeconds}}&pollingInterval={{intervalInSeconds}}&{common}"
            ),
        },
        "managementUrls": {"id": "INSTANCEID", **management_urls(base, "INSTANCEID", common, with_rewind=True)},
        "baseUrl": base,
        "requiredQueryStringParameters": common,
        "rpcBaseUrl": rpc_base,
        "httpBaseUrl": base,
        "maxGrpcMessageSizeInBytes": 2147483647,
        "grpcHttpClientTimeout": None,
    }


def management_urls(base: str, instance_id: str, common: str, with_rewind: bool) -> dict[str, str]:
    """The links of one instance in the engine's order; its own 202 answers leave rewind out."""
    at = f"{base}/instances/{instance_id}"
    links = {
        "statusQueryGetUri": f"{at}?{common}",
        "sendEventPostUri": f"{at}/raiseEvent/{{eventName}}?{common}",
        "terminatePostUri": f"{at}/terminate?reason={{text}}&{common}",
        "rewindPostUri": f"{at}/rewind?reason={{text}}&{common}",
        "purgeHistoryDeleteUri": f"{at}?{common}",
        "restartPostUri": f"{at}/restart?{common}",
        "suspendPostUri": f"{at}/suspend?reason={{text}}&{common}",
        "resumePostUri": f"{at}/resume?reason={{text}}&{common}",
    }
    if not with_rewind:
        del links["rewindPostUri"]
    return links
