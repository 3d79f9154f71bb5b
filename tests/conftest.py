"""What holds for every tier: nothing is skipped where that is forbidden, and nobody touches this machine's own home."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest

# Machines that run tests are busy; how long an example takes says nothing.
hypothesis.settings.register_profile("headrace", deadline=None)
hypothesis.settings.load_profile("headrace")

OWN_HOME = str(Path(__file__).resolve().parents[1] / ".headrace")
WRITING = {"open", "sqlite3.connect", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}
_guarding: list[bool] = []


class OwnHomeTouched(BaseException):
    """A test came near the repository's own .headrace; give it a HEADRACE_HOME of its own."""


def pytest_configure(config):
    """Give the whole session, child processes included, a home that nobody misses."""
    home = tempfile.TemporaryDirectory(prefix="headrace-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    os.environ["HEADRACE_HOME"] = home.name
    _guarding.append(True)
    if len(_guarding) == 1:
        sys.addaudithook(_guard_own_home)


def pytest_unconfigure(config):
    _guarding.pop()


def _guard_own_home(event, arguments):
    if event in WRITING and _guarding:
        for argument in arguments[:2]:
            if isinstance(argument, str | os.PathLike) and _is_own_home(os.fspath(argument)):
                raise OwnHomeTouched(f"{event} {argument}")


def _is_own_home(path):
    return isinstance(path, str) and ".headrace" in path and f"{os.path.abspath(path)}/".startswith(f"{OWN_HOME}/")


@pytest.fixture(autouse=True)
def forget_cloud(monkeypatch):
    """Take back what azure-ai-ml writes into the environment: the cloud of a stand-in, unknown to child processes."""
    monkeypatch.setenv("AZUREML_CURRENT_CLOUD", "AzureCloud")


@pytest.fixture
def no_flushing(monkeypatch):
    """What this process writes need not be on the disk; only a machine that loses its power could tell."""
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    monkeypatch.setattr("shared.ledger.connections.PRAGMAS", ("journal_mode=WAL", "synchronous=OFF", "foreign_keys=ON"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With HEADRACE_NO_SKIPS=1, as in CI, a test that is skipped has failed, and says why it was skipped."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("HEADRACE_NO_SKIPS") == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"nothing may be skipped here, but {item.nodeid} was. {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """The same for a module that is skipped as a whole."""
    report = yield
    if report.skipped and os.environ.get("HEADRACE_NO_SKIPS") == "1":
        report.outcome = "failed"
        report.longrepr = f"nothing may be skipped here, but {collector.nodeid} was. {report.longrepr}"
    return report
