"""host.json and local.settings.json: what the host heeds, and a warning for what it does not."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from embedded_host.durable.settings import DurableSettings, ReplayMode

LOG = logging.getLogger("embedded_host.settings")
OVERRIDE_PREFIX = "AzureFunctionsJobHost__"
_TIME_SPAN = re.compile(r"^(-)?(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?$")
_TRUE = frozenset({"true", "1"})

_HEEDED = {
    "version", "functionTimeout", "extensions.http.routePrefix", "extensions.blobs.maxDegreeOfParallelism",
    "extensions.blobs.poisonBlobThreshold", "extensions.durableTask.hubName", "extensions.durableTask.defaultVersion",
    "extensions.durableTask.versionMatchStrategy", "extensions.durableTask.versionFailureStrategy",
    "extensions.durableTask.storeInputsInOrchestrationHistory", "extensions.durableTask.maxOrchestrationActions",
    "extensions.durableTask.maxConcurrentActivityFunctions",
    "extensions.durableTask.overridableExistingInstanceStates",
    "extensions.durableTask.httpSettings.defaultAsyncRequestSleepTimeMilliseconds", "logging.logLevel",
}  # fmt: skip
_WITHOUT_EFFECT = {
    "extensionBundle", "logging", "telemetryMode", "aggregator", "concurrency", "customHandler", "functions",
    "healthMonitor", "managedDependency", "singleton", "watchDirectories", "watchFiles", "retry",
    "extensions.durableTask.maxConcurrentOrchestratorFunctions", "extensions.durableTask.maxConcurrentEntityFunctions",
    "extensions.durableTask.storageProvider", "extensions.durableTask.tracing", "extensions.durableTask.notifications",
    "extensions.durableTask.extendedSessionsEnabled",
    "extensions.durableTask.extendedSessionIdleTimeoutInSeconds", "extensions.durableTask.useGracefulShutdown",
    "extensions.durableTask.useAppLease", "extensions.durableTask.httpSettings",
}  # fmt: skip
_QUIET = {"extensionBundle", "logging", "telemetryMode"}


class SettingsError(Exception):
    """A settings file cannot be used; the message names the file and the key."""


@dataclass(frozen=True)
class HostSettings:
    """What host.json asks for; defaults are the Functions host's."""

    route_prefix: str = "api"
    function_timeout: timedelta | None = timedelta(minutes=30)
    blob_parallelism: int = 8
    blob_attempts: int = 5
    durable: DurableSettings = field(default_factory=DurableSettings)
    disabled: frozenset[str] = frozenset()
    """Names of functions that are switched off."""


def read_settings(app_dir: Path, replay: ReplayMode, environment: MutableMapping[str, str]) -> HostSettings:
    """Read the app's settings files; values of local.settings.json enter the environment unless they are set.

    Raises SettingsError.
    """
    for name, value in _local_values(app_dir / "local.settings.json").items():
        environment.setdefault(name, value)
    host = _read_object(app_dir / "host.json")
    _override(host, environment)
    _warn(host)
    extensions = _part(host, "extensions")
    blobs = _part(extensions, "blobs")
    return HostSettings(
        route_prefix=str(_part(extensions, "http").get("routePrefix", "api")).strip("/"),
        function_timeout=_timeout(host.get("functionTimeout")),
        blob_parallelism=_whole(blobs, "maxDegreeOfParallelism", 8 * (os.cpu_count() or 1)),
        blob_attempts=_whole(blobs, "poisonBlobThreshold", 5),
        durable=_durable(_part(extensions, "durableTask"), replay, environment),
        disabled=_disabled(environment),
    )


def resolve_setting_names(text: str, environment: Mapping[str, str]) -> str:
    """Put the values of app settings in place of `%NAME%`. Raises SettingsError for one that is not set."""

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in environment:
            raise SettingsError(f"'%{name}%' does not resolve to a value: the setting {name} is not set.")
        return environment[name]

    return re.sub(r"%([^%]+)%", value, text)


def parse_time_span(text: str) -> timedelta:
    """A .NET TimeSpan such as `00:05:00` or `1.00:00:00`. Raises ValueError."""
    found = _TIME_SPAN.match(text.strip())
    if not found:
        raise ValueError(f"'{text}' is no time span like 00:05:00")
    minus, days, hours, minutes, seconds, fraction = found.groups()
    span = timedelta(
        days=int(days or 0),
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds or 0),
        microseconds=int((fraction or "0").ljust(7, "0")[:6]),
    )
    return -span if minus else span


def _read_object(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise SettingsError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(told, dict):
        raise SettingsError(f"{path} must hold a JSON object.")
    return told


def _local_values(path: Path) -> dict[str, str]:
    told = _read_object(path)
    if told.get("IsEncrypted"):
        raise SettingsError(f"{path} is encrypted; decrypt it with `func settings decrypt`.")
    values = told.get("Values", {})
    return {str(name): str(value) for name, value in values.items()}


def _override(host: dict[str, Any], environment: Mapping[str, str]) -> None:
    for name, value in environment.items():
        if not name.startswith(OVERRIDE_PREFIX):
            continue
        *parents, last = name[len(OVERRIDE_PREFIX) :].split("__")
        place = host
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value


def _part(whole: Mapping[str, Any], key: str) -> dict[str, Any]:
    part = whole.get(key, {})
    if not isinstance(part, dict):
        raise SettingsError(f"host.json: {key} must be an object.")
    return part


def _whole(part: Mapping[str, Any], key: str, default: int) -> int:
    value = part.get(key, default)
    try:
        return max(1, int(value))
    except (TypeError, ValueError) as error:
        raise SettingsError(f"host.json: {key} must be a whole number, not {value!r}.") from error


def _flag(part: Mapping[str, Any], key: str) -> bool:
    return str(part.get(key, "false")).casefold() in _TRUE


def _timeout(value: object) -> timedelta | None:
    if value is None:
        return HostSettings.function_timeout
    if str(value) == "-1":
        return None
    try:
        return parse_time_span(str(value))
    except ValueError as error:
        raise SettingsError(f"host.json: functionTimeout: {error}.") from error


def _durable(part: dict[str, Any], replay: ReplayMode, environment: Mapping[str, str]) -> DurableSettings:
    http = _part(part, "httpSettings")
    version = part.get("defaultVersion")
    return DurableSettings(
        hub_name=resolve_setting_names(str(part.get("hubName", "TestHubName")), environment),
        default_version=None if version in (None, "") else str(version),
        version_match_strategy=str(part.get("versionMatchStrategy", "CurrentOrOlder")),
        store_inputs=_flag(part, "storeInputsInOrchestrationHistory"),
        max_actions=_whole(part, "maxOrchestrationActions", 100_000),
        any_state_overridable=str(part.get("overridableExistingInstanceStates")).casefold() == "anystate",
        http_sleep_ms=_whole(http, "defaultAsyncRequestSleepTimeMilliseconds", 30_000),
        max_concurrent_activities=_whole(part, "maxConcurrentActivityFunctions", 10 * (os.cpu_count() or 1)),
        replay=replay,
    )


def _disabled(environment: Mapping[str, str]) -> frozenset[str]:
    found = set()
    for name, value in environment.items():
        matched = re.fullmatch(r"AzureWebJobs[._](.+?)(?:\.|__?)Disabled", name)
        if matched and value.casefold() in _TRUE:
            found.add(matched.group(1))
    return frozenset(found)


def _warn(host: dict[str, Any]) -> None:
    for path in _paths(host):
        if path in _HEEDED:
            continue
        silent = next((known for known in _WITHOUT_EFFECT if path == known or path.startswith(known + ".")), None)
        if silent is None:
            LOG.warning("host.json: %s is not known to this host and has no effect.", path)
        elif silent not in _QUIET:
            LOG.warning("host.json: %s has no effect on this host.", path)


def _paths(value: dict[str, Any], prefix: str = "") -> list[str]:
    found = []
    for key, part in value.items():
        path = f"{prefix}{key}"
        known_branch = any(known.startswith(path + ".") for known in _HEEDED)
        if isinstance(part, dict) and known_branch and path != "logging":
            found.extend(_paths(part, path + "."))
        else:
            found.append(path)
    return found
