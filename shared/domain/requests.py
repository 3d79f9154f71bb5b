"""What a caller may ask a pipeline to do, checked field by field, and the identity of the instance that does it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from shared.domain.fleets import Fleet, FleetError
from shared.domain.identities import digest_of
from shared.domain.weeks import IsoWeek

_CORRELATION = re.compile(r"[\w.:/-]{1,200}")
_ADDRESS = re.compile(r"[!-~]+")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
FIELDS = ("fleet", "week", "segments", "callBackUri", "correlationId")
MAX_SEGMENTS = 10_000
MAX_ADDRESS = 2_000
MAX_REASON = 500
MAX_WEEK = 20


class Pipeline(StrEnum):
    """What can be started."""

    INGEST = "ingest"
    TRAIN = "train"
    SCORE = "score"
    WEEKLY = "weekly"

    @property
    def orchestrator(self) -> str:
        """The name of the orchestrator that does it."""
        return {"train": "train_fleet", "score": "score_fleet"}.get(self, str(self))


class RequestError(ValueError):
    """A request that cannot be carried out; `field` names what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class PipelineRequest:
    """A checked request; `as_dict` is what the orchestrator gets."""

    pipeline: str
    fleet: str
    week: str
    segments: tuple[str, ...] | None
    callback_uri: str | None
    correlation_id: str | None
    attempt: int = 1

    @property
    def instance_id(self) -> str:
        """The one instance that does this work; a narrowed request has one of its own."""
        name = f"{self.pipeline}-{self.fleet}-{self.week}"
        return f"{name}-{digest_of(self.segments)[:8]}" if self.segments is not None else name

    @property
    def fingerprint(self) -> str:
        """What must agree for a repeated request to be the same request: all but its tracing and its attempt."""
        return digest_of([self.pipeline, self.fleet, self.week, self.segments, self.callback_uri])

    def as_dict(self) -> dict[str, Any]:
        """The request as JSON, with its fingerprint and with `root`, the instance that all its work goes by."""
        return {**asdict(self), "fingerprint": self.fingerprint, "root": self.instance_id}


def parse_request(
    pipeline: str, body: Any, fleets: Mapping[str, Fleet], *, callback_hosts: Collection[str]
) -> PipelineRequest:
    """Check a request to start a pipeline; raises RequestError naming the field."""
    if pipeline not in set(Pipeline):
        raise RequestError("pipeline", f"there is no pipeline {ascii(pipeline)[:100]}; there are {', '.join(Pipeline)}")
    if not isinstance(body, dict):
        raise RequestError("body", "the body must be a JSON object")
    _refuse_unknown(body, FIELDS)
    fleet = _parse_fleet_name(body.get("fleet"), fleets)
    return PipelineRequest(
        pipeline=pipeline,
        fleet=fleet.name,
        week=_parse_week(body.get("week")),
        segments=_parse_segments(body.get("segments"), fleet),
        callback_uri=_parse_callback(body.get("callBackUri"), callback_hosts),
        correlation_id=_parse_correlation(body.get("correlationId")),
    )


def parse_reason(body: Any) -> str:
    """Why an operator does something, from the body of a request to steer a run; raises RequestError."""
    if not isinstance(body, dict):
        raise RequestError("body", "the body must be a JSON object")
    _refuse_unknown(body, {"reason"})
    reason = body.get("reason") or ""
    if not isinstance(reason, str) or len(reason) > MAX_REASON or _UNPRINTABLE.search(reason):
        raise RequestError("reason", f"must be a text of at most {MAX_REASON} characters, on one line")
    return reason or "no reason given"


def _refuse_unknown(body: Mapping[str, Any], known: Collection[str]) -> None:
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise RequestError(ascii(unknown[0])[1:-1][:100], f"this field is not known; there are {', '.join(known)}")


def _parse_fleet_name(value: Any, fleets: Mapping[str, Fleet]) -> Fleet:
    known = ", ".join(sorted(fleets))
    if value is None:
        raise RequestError("fleet", f"the fleet is missing; there are {known}")
    if not isinstance(value, str) or value not in fleets:
        raise RequestError("fleet", f"there is no fleet {ascii(value)[:100]}; there are {known}")
    return fleets[value]


def _parse_week(value: Any) -> str:
    if not isinstance(value, str):
        raise RequestError("week", "the week is missing; write it like 2026W47")
    try:
        return str(IsoWeek.parse(value[:MAX_WEEK]))
    except ValueError as error:
        raise RequestError("week", str(error)) from error


def _parse_segments(value: Any, fleet: Fleet) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not value or len(value) > MAX_SEGMENTS:
        raise RequestError("segments", f"must be a list of 1 to {MAX_SEGMENTS} segments or regions")
    if not all(isinstance(selector, str) for selector in value):
        raise RequestError("segments", "every segment is a text")
    try:
        return tuple(segment.id for segment in fleet.select(value))
    except FleetError as error:
        raise RequestError("segments", str(error)) from error


def _parse_callback(value: Any, allowed_hosts: Collection[str]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_ADDRESS or _ADDRESS.fullmatch(value) is None:
        raise RequestError("callBackUri", f"must be an https address of at most {MAX_ADDRESS} ASCII characters")
    try:
        address = urlsplit(value)
        host, _ = address.hostname or "", address.port
    except ValueError as error:
        raise RequestError("callBackUri", f"is no address: {error}") from error
    if address.scheme != "https" or address.username is not None:
        raise RequestError("callBackUri", "must be an https address without a user name")
    if not any(host == allowed or host.endswith(f".{allowed}") for allowed in allowed_hosts):
        raise RequestError("callBackUri", f"the host {host!r} is not among HEADRACE_CALLBACK_HOSTS")
    return value


def _parse_correlation(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or _CORRELATION.fullmatch(value) is None:
        raise RequestError("correlationId", "must be 1 to 200 letters, digits and . : / _ -")
    return value
