"""Runs a function for a trigger: extra inputs bound, outputs written, failures retried by its retry policy."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.functions.meta import Datum

from embedded_host.durable.dotnet_json import dump
from embedded_host.functions.definitions import Function
from embedded_host.functions.host_settings import parse_time_span, resolve_setting_names
from embedded_host.functions.invocation import Call, Invoker, Returned
from embedded_host.triggers.blob_pattern import fill_in

LOG = logging.getLogger("embedded_host.functions")
BlobReader = Callable[[str], Awaitable[bytes | None]]
BlobWriter = Callable[[str, bytes], Awaitable[None]]


class FunctionRunner:
    """Calls functions for HTTP, timer, blob and event triggers."""

    def __init__(
        self,
        invoker: Invoker,
        client_binding: Callable[[], dict[str, Any]],
        read_blob: BlobReader | None = None,
        write_blob: BlobWriter | None = None,
    ) -> None:
        """`read_blob` and `write_blob` take `container/name`; without them blob bindings stay empty."""
        self._invoker, self._client_binding = invoker, client_binding
        self._read_blob, self._write_blob = read_blob, write_blob

    async def inputs_of(
        self, function: Function, data: Mapping[str, Any], values: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The trigger's data, completed by the function's other inputs: durable clients and blobs.

        `values` fill in the expressions of blob paths.
        """
        whole = dict(data)
        for name, parameter in function.inputs.items():
            kind = parameter.binding["type"]
            if name in whole:
                continue
            if kind == "durableClient":
                whole[name] = Datum(type="string", value=dump(self._client_binding()))
            elif kind == "blob" and self._read_blob:
                content = await self._read_blob(_path(parameter.binding, values))
                whole[name] = Datum(type="bytes" if content is not None else None, value=content)
            else:
                whole[name] = Datum(type=None, value=None)
        return whole

    async def run(
        self,
        function: Function,
        data: Mapping[str, Any],
        metadata: Mapping[str, Datum],
        values: Mapping[str, str] | None = None,
    ) -> Returned:
        """Invoke a function until it succeeds or its retry policy is used up. Raises its last failure."""
        attempt = 0
        while True:
            try:
                returned = await self._invoker.invoke(Call(function, data, metadata, attempt))
                await self._write_outputs(function, returned, values)
                return returned
            except Exception as error:
                pause = retry_pause(function.retry_policy, attempt)
                if pause is None:
                    raise
                LOG.warning("%s failed (%s); its retry policy tries it again in %s.", function.name, error, pause)
                await asyncio.sleep(pause.total_seconds())
                attempt += 1

    async def _write_outputs(self, function: Function, returned: Returned, values: Mapping[str, str] | None) -> None:
        for name, datum in returned.outputs.items():
            binding = function.outputs[name].binding
            if binding["type"] == "blob" and self._write_blob:
                content = datum.value.encode() if isinstance(datum.value, str) else datum.value
                await self._write_blob(_path(binding, values), content)
            else:
                LOG.warning("%s: the output binding %s (%s) is not served here.", function.name, name, binding["type"])


def _path(binding: Mapping[str, Any], values: Mapping[str, str] | None) -> str:
    text = resolve_setting_names(str(binding["path"]), os.environ)
    return fill_in(text, values or {}, datetime.now(UTC))


def retry_pause(policy: Mapping[str, Any] | None, attempt: int) -> timedelta | None:
    """How long a retry policy waits after a failed attempt (counted from 0); None if it makes no other."""
    if not policy:
        return None
    limit = int(policy.get("max_retry_count", -1))
    if 0 <= limit <= attempt:
        return None
    if str(policy.get("strategy")).casefold() == "exponential_backoff":
        least = parse_time_span(str(policy["minimum_interval"]))
        most = parse_time_span(str(policy["maximum_interval"]))
        return timedelta(seconds=min(most.total_seconds(), least.total_seconds() * 2.0**attempt))
    return parse_time_span(str(policy.get("delay_interval") or "00:00:00"))
