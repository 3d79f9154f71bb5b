"""Telemetry: events, metrics and spans with one vocabulary of ids, sent wherever HEADRACE_TELEMETRY says.

Ids that belong on everything: instance_id, run, dataset_version, path, segment. Never called from an orchestrator,
which is replayed.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

Fact = str | int | float | bool
NAME = "headrace"


class Exporter(Protocol):
    """Where telemetry goes."""

    def event(self, name: str, facts: dict[str, Fact]) -> None:
        """Something happened."""

    def metric(self, name: str, value: float, facts: dict[str, Fact]) -> None:
        """Something was measured."""


class Telemetry:
    """What the app tells of itself; every fact also goes to the log, which the Functions host collects."""

    def __init__(self, exporter: Exporter | None, environment: str) -> None:
        self._exporter, self._environment = exporter, environment
        self._log = logging.getLogger(NAME)

    def event(self, name: str, /, **facts: Fact) -> None:
        """Tell that something happened."""
        self._log.info("%s %s", name, facts)
        if self._exporter is not None:
            self._exporter.event(name, {"environment": self._environment, **facts})

    def metric(self, name: str, value: float, /, **facts: Fact) -> None:
        """Tell a figure."""
        if self._exporter is not None:
            self._exporter.metric(name, value, {"environment": self._environment, **facts})

    @contextmanager
    def span(self, name: str, /, **facts: Fact) -> Iterator[None]:
        """Tell how long a block took, in seconds, and whether it failed."""
        started, failed = time.monotonic(), True
        try:
            yield
            failed = False
        finally:
            self.metric(f"{name}.seconds", time.monotonic() - started, failed=failed, **facts)


def make_telemetry(backend: str, environment: str) -> Telemetry:
    """Telemetry on `none`, `otel` or `opencensus`; the latter two need APPLICATIONINSIGHTS_CONNECTION_STRING."""
    if backend == "none":
        return Telemetry(None, environment)
    address = os.environ.get("APPLICATIONINSIGHTS_CONNECTION_STRING", "")
    if not address:
        raise ValueError(f"HEADRACE_TELEMETRY={backend} needs APPLICATIONINSIGHTS_CONNECTION_STRING")
    if backend == "otel":
        from shared.adapters.telemetry_otel import OpenTelemetryExporter

        return Telemetry(OpenTelemetryExporter(address), environment)
    from shared.adapters.telemetry_opencensus import OpenCensusExporter

    return Telemetry(OpenCensusExporter(address), environment)
