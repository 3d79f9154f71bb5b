"""Telemetry through Azure Monitor's OpenTelemetry distribution."""

from __future__ import annotations

import logging
from typing import Any


class OpenTelemetryExporter:
    """Sends events as custom events and metrics as histograms."""

    def __init__(self, connection_string: str) -> None:
        from azure.monitor.opentelemetry import configure_azure_monitor
        from opentelemetry import metrics

        # A logger of its own that does not propagate: the Functions worker forwards what reaches the root logger,
        # and everything would arrive twice.
        self._log = logging.getLogger("headrace.otel")
        self._log.propagate = False
        self._log.setLevel(logging.INFO)
        configure_azure_monitor(connection_string=connection_string, logger_name=self._log.name)
        self._meter = metrics.get_meter("headrace")
        self._histograms: dict[str, Any] = {}

    def event(self, name: str, facts: dict[str, Any]) -> None:
        """Something happened."""
        self._log.info(name, extra={"microsoft.custom_event.name": name, **facts})

    def metric(self, name: str, value: float, facts: dict[str, Any]) -> None:
        """Something was measured."""
        if name not in self._histograms:
            self._histograms[name] = self._meter.create_histogram(name)
        self._histograms[name].record(value, facts)
