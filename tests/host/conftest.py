"""Fixtures for the host's tests: stepped hosts, and hosts as processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from functools import cached_property
from pathlib import Path

import pytest

from embedded_host.testing import start_host  # noqa: F401 - a fixture for all tests here

ROOT = Path(__file__).parents[2]
APPS = Path(__file__).parent / "apps"


@pytest.fixture
def at_length():
    """Whether soak and crash tests run at full length: with HOST_TESTS=long in the environment."""
    return os.environ.get("HOST_TESTS") == "long"


@pytest.fixture
def apps():
    """The folder of the test apps."""
    return APPS


@pytest.fixture(params=["session", "strict"])
def host(start_host, apps, request):  # noqa: F811
    """The flows app on a stepped host, in either replay mode; tests of another app have a fixture of their own."""
    return start_host(apps / "flows", replay=request.param)


class HostProcess:
    """A host run by `python -m embedded_host`."""

    def __init__(self, arguments, environment, log):
        self._log = log
        command = [sys.executable, "-m", "embedded_host", "--port", "0", *map(str, arguments)]
        given = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
        with log.open("w") as errors:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=given, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    @cached_property
    def address(self):
        """Where it listens, once it does; empty when it ended instead."""
        line = self.process.stdout.readline()
        return line.split()[-1] if line else ""

    @property
    def errors(self):
        """What it has written to standard error."""
        return self._log.read_text()

    def ask(self, method, path, body=None, headers=None):
        """Status, headers and JSON body of an answer."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        given = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(self.address + path, data, given, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, _json(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, error.headers, _json(error.read())

    def durable(self, method, path, body=None, headers=None):
        """Ask the Durable HTTP API."""
        return self.ask(method, "/runtime/webhooks/durabletask" + path, body, headers)

    def wait_for(self, instance, statuses=("Completed", "Failed", "Terminated"), seconds=30):
        """An instance's status once it is one of those wanted."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status, _, told = self.durable("GET", f"/instances/{instance}")
            if status in (200, 202) and told["runtimeStatus"] in statuses:
                return told
            time.sleep(0.02)
        raise AssertionError(f"{instance} is not {statuses} after {seconds} s: {status} {told}")

    def end(self, number=signal.SIGTERM):
        """Send a signal and wait; gives the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        return code


def _json(content):
    try:
        return json.loads(content) if content else None
    except ValueError:
        return content.decode()


@pytest.fixture
def run_host(tmp_path):
    """Start hosts as processes: `run_host(app_dir, *arguments, **environment)`; waits until each is ready."""
    hosts = []

    def start(app_dir, *arguments, ready=True, **environment):
        state = [] if "--state" in arguments else ["--state", tmp_path / "state.db"]
        log = tmp_path / f"host-{len(hosts)}.log"
        host = HostProcess(["--app", app_dir, *state, *arguments], environment, log)
        hosts.append(host)
        if ready:
            assert host.address or host.process.wait(timeout=30) == 1, host.errors
        return host

    yield start
    for host in hosts:
        if not host.process.stdout.closed:
            host.end(signal.SIGKILL)
