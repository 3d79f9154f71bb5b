"""Telemetry reaches Azure's ingestion endpoint in both of its forms; a local server stands at its address."""

from __future__ import annotations

import gzip
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from shared import wiring
from shared.telemetry import make_telemetry

PROJECT = Path(__file__).resolve().parents[2]
KEY = "00000000-0000-0000-0000-000000000001"
TELL = """
import sys
from shared.telemetry import make_telemetry
telemetry = make_telemetry(sys.argv[1], "prod")
telemetry.event("run_ended", run="train-x", state="completed")
telemetry.metric("condition.seconds", 1.5, path="events/2026.csv")
if sys.argv[1] == "otel":
    from opentelemetry import metrics
    from opentelemetry._logs import get_logger_provider
    get_logger_provider().force_flush()
    metrics.get_meter_provider().force_flush()
else:
    import logging
    logging.getLogger("headrace.opencensus").handlers[0].flush()
"""


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[dict]]]:
    """The connection string of a local ingestion endpoint, and what it received."""
    received: list[dict] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            text = (gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body).decode()
            items = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
            received.extend(items)
            reply = json.dumps({"itemsReceived": len(items), "itemsAccepted": len(items), "errors": []}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"InstrumentationKey={KEY};IngestionEndpoint=http://127.0.0.1:{server.server_port}/", received
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("backend", ["otel", "opencensus"])
def test_an_event_arrives_with_its_facts(backend, endpoint, tmp_path):
    connection_string, received = endpoint
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "APPLICATIONINSIGHTS_CONNECTION_STRING": connection_string,
        "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
        "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "otel",
    }
    done = subprocess.run(
        [sys.executable, "-c", TELL, backend], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120
    )
    events = [item["data"]["baseData"] for item in received if item["data"]["baseType"] == "EventData"]

    assert done.returncode == 0, done.stderr
    (told,) = [event["properties"] for event in events if event["name"] == "run_ended"]
    assert (told["run"], told["state"], told["environment"]) == ("train-x", "completed", "prod")


def test_without_a_backend_events_go_to_the_log_alone(caplog):
    with caplog.at_level(logging.INFO, "headrace"):
        make_telemetry("none", "dev").event("drop_settled", path="events/2026.csv")

    assert "drop_settled {'path': 'events/2026.csv'}" in caplog.text


def test_a_span_tells_its_seconds_and_that_it_failed():
    told = []

    class Exporter:
        def event(self, name, facts):
            raise AssertionError("a span is a metric")

        def metric(self, name, value, facts):
            told.append((name, value >= 0, facts["failed"]))

    telemetry = make_telemetry("none", "dev")
    telemetry._exporter = Exporter()
    with pytest.raises(KeyError), telemetry.span("condition", path="x"):
        raise KeyError

    assert told == [("condition.seconds", True, True)]


def test_a_backend_without_an_address_is_a_settings_error(monkeypatch):
    monkeypatch.setenv("HEADRACE_TELEMETRY", "otel")
    monkeypatch.delenv("APPLICATIONINSIGHTS_CONNECTION_STRING", raising=False)
    wiring.forget()
    with pytest.raises(wiring.SettingsError, match="needs APPLICATIONINSIGHTS_CONNECTION_STRING"):
        wiring.telemetry()
    wiring.forget()
