"""Telemetry through opencensus-ext-azure, retired by Microsoft in September 2024; kept for those who use it."""

from __future__ import annotations

import logging
from typing import Any


class OpenCensusExporter:
    """Sends events as custom events; metrics are events that carry a value."""

    def __init__(self, connection_string: str) -> None:
        from opencensus.ext.azure.log_exporter import AzureEventHandler

        class _Handler(AzureEventHandler):  # type: ignore[misc]
            def createLock(self) -> None:
                # OpenCensus sets no lock, which Python 3.13 calls an error at the first record.
                logging.Handler.createLock(self)

        self._log = logging.getLogger("headrace.opencensus")
        self._log.propagate = False
        self._log.setLevel(logging.INFO)
        self._log.addHandler(_Handler(connection_string=connection_string))

    def event(self, name: str, facts: dict[str, Any]) -> None:
        """Something happened."""
        self._log.info(name, extra={"custom_dimensions": facts})

    def metric(self, name: str, value: float, facts: dict[str, Any]) -> None:
        """Something was measured."""
        self._log.info(name, extra={"custom_dimensions": {**facts, "value": value}})
