"""A request to the Durable HTTP API: its route's parts, flags and filters, read as leniently as the extension does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request

from embedded_host.durable.instances import Status
from embedded_host.durable.status import Shown
from embedded_host.durable.task_hub_reader import InstanceFilter

CONTINUATION = "x-ms-continuation-token"
_STATUSES = {str(status) for status in Status} | {"Canceled", "ContinuedAsNew"}


@dataclass(frozen=True)
class ApiBase:
    """Where links point to: the durable webhook's address and the query that each link carries."""

    url: str
    query: str


@dataclass(frozen=True)
class Ask:
    """One request with its route's parts."""

    request: Request
    base: ApiBase
    parts: dict[str, str]

    @property
    def query(self) -> dict[str, str]:
        return dict(self.request.query_params)

    def flag(self, name: str, default: bool) -> bool:
        """A flag of the query; what is neither true nor false is passed over."""
        told = self.query.get(name, "").casefold()
        return told == "true" if told in ("true", "false") else default

    def shown(self) -> Shown:
        """What the caller wants to see."""
        return Shown(
            self.flag("showInput", True), self.flag("showHistory", False), self.flag("showHistoryOutput", False)
        )

    def filter(self) -> InstanceFilter:
        """Which instances the caller means."""
        statuses = {name.strip() for name in self.query.get("runtimeStatus", "").split(",")} & _STATUSES
        return InstanceFilter(
            after=unquote(self.request.headers.get(CONTINUATION, "")),
            prefix=self.query.get("instanceIdPrefix", ""),
            created_from=_microseconds_of(self.query.get("createdTimeFrom")),
            created_to=_microseconds_of(self.query.get("createdTimeTo")),
            statuses=frozenset(statuses) or None,
            top=int(number_of(self.query.get("top")) or 100),
        )

    def own_url(self) -> str:
        """The address that was asked."""
        return str(self.request.url)


def number_of(text: str | None) -> float | None:
    """A positive number, or None for anything else."""
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and 0 < number < 10**9 else None


def moment_of(text: str | None) -> Any:
    """A moment, or None for anything else; a missing zone means UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _microseconds_of(text: str | None) -> int | None:
    moment = moment_of(text)
    return None if moment is None else round(moment.timestamp() * 1_000_000)
