"""The command `runs watch`, asked of an app that answers by heart."""

import json

import pytest

from cli import runs
from cli.failures import Failure


@pytest.fixture
def app(monkeypatch):
    """An app that tells these statuses of a run, one after the other."""

    def answer(*statuses):
        told = iter(statuses)
        found = {
            "id": "weekly-demand-2026W47", "created_at": "", "updated_at": "", "error": None, "steps": [], "runs": [],
            "now": None,
        }  # fmt: skip
        monkeypatch.setattr(runs.time, "sleep", lambda seconds: None)
        monkeypatch.setattr(
            runs, "require_host", lambda: type("App", (), {"get": lambda *_: found | {"status": next(told)}})()
        )

    return answer


def test_a_run_that_begins_anew_while_it_is_watched_has_not_ended(app, capsys):
    app("Running", "ContinuedAsNew", "Running", "Completed")

    runs.watch_run("weekly-demand-2026W47", as_json=True)

    assert json.loads(capsys.readouterr().out)["status"] == "Completed"


def test_watching_a_run_that_fails_is_a_failure(app):
    app("Running", "Failed")

    with pytest.raises(Failure, match="ended as failed"):
        runs.watch_run("weekly-demand-2026W47", as_json=True)
