"""The benchmark on 84 models: every figure that Azure ML's watching promises is inside its limit."""

from __future__ import annotations

import pytest

from bench.azure_ml.polling import poll
from bench.azure_ml.run import judge

# azure-ai-ml uses what marshmallow, below it, will drop one day.
pytestmark = pytest.mark.filterwarnings("ignore:The `(context|ordered)`")


@pytest.fixture
def polled(tmp_path, monkeypatch):
    """84 models, each a job that is submitted through azure-ai-ml, without and with events."""
    monkeypatch.chdir(tmp_path)  # away from git, which azure-ai-ml asks four questions per job
    return [poll(84, "segment", with_events=with_events) for with_events in (False, True)]


def test_eighty_four_models_are_polled_to_completion_inside_every_limit(polled):
    over = [(what, found, limit) for what, found, limit in judge(polled) if found > limit]
    without, told = polled

    assert over == []
    assert without.models == told.models == without.jobs == len(without.noticed) == 84
    assert without.requests["writes"] == told.requests["writes"] == 84 + 1  # each job, and the dataset
    assert without.requests_per_model < 4
    assert told.requests_per_model < 5
    assert without.slowest > 30 > told.slowest
