"""What every MLBackend keeps: a name runs once, its end is told with its cause, and runs leave each other alone."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.domain.runs import RunState
from shared.ports import BlobMissing, RunConflict
from tests.contracts.backends import DATASET, KINDS, TABLE, world_of

# azure-ai-ml uses what marshmallow, below it, will drop one day.
pytestmark = pytest.mark.filterwarnings("ignore:The `(context|ordered)`")
PATIENCE = 120


@pytest.fixture(params=KINDS)
def world(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # azure-ai-ml asks git four questions per job; outside a repository it asks one
    with world_of(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def backend(world):
    return world.open()


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if told := condition():
            return told
        time.sleep(0.05)
    raise AssertionError(f"not within {PATIENCE} s")


def end_of(backend, name):
    """The run's status when it has ended."""

    def ended():
        (status,) = backend.observe([name])
        return status if status.state.is_terminal else None

    return wait_for(ended)


def start_waiting(world, backend):
    """A run that is executed and will not end by itself."""
    spec = world.describe(do="wait")
    backend.submit([spec])
    wait_for(lambda: backend.observe([spec.name])[0].state is RunState.RUNNING and world.executed())
    return spec


def test_a_run_reads_what_it_was_given_and_leaves_its_outputs(world, backend):
    spec = world.describe()
    backend.submit([spec])
    status = end_of(backend, spec.name)

    assert (status.name, status.state, status.error) == (spec.name, RunState.COMPLETED, None)
    assert status.started_at and status.ended_at
    assert sorted(backend.list_outputs(spec.name)) == ["models/a/MLmodel", "results.json"]
    with backend.open_output(spec.name, "results.json") as stream:
        told = json.load(stream)
    models = {"models/texas-large-fast/MLmodel": "flavors: {}"}
    assert told == {"run": spec.name, "read": {"tables/shipments/a.csv": TABLE.decode(), **models}}


def test_answers_come_in_the_order_of_the_questions(world, backend):
    specs = [world.describe(number) for number in (3, 1, 2)]
    names = [spec.name for spec in specs]

    assert [status.name for status in backend.submit(specs)] == names
    assert [status.name for status in backend.observe(names[::-1])] == names[::-1]
    assert backend.observe([]) == []


def test_a_name_that_is_submitted_again_is_adopted_and_executed_once(world, backend):
    spec = world.describe()
    backend.submit([spec, spec])
    world.open().submit([spec])
    end_of(backend, spec.name)
    (status,) = world.open().submit([spec])
    end_of(backend, spec.name)

    assert status.state is RunState.COMPLETED
    assert world.executed() == [spec.name]


def test_a_name_that_many_submit_at_the_same_moment_is_executed_once(world):
    spec, backends = world.describe(), [world.open() for _ in range(4)]
    with ThreadPoolExecutor(len(backends)) as threads:
        list(threads.map(lambda backend: backend.submit([spec]), backends))
    end_of(backends[0], spec.name)

    assert world.executed() == [spec.name]


def test_other_work_under_a_name_that_is_taken_is_refused_and_never_executed(world, backend):
    spec = world.describe()
    backend.submit([spec])
    with pytest.raises(RunConflict, match=spec.name):
        backend.submit([world.describe(do="fail")])

    assert end_of(backend, spec.name).state is RunState.COMPLETED
    assert world.executed() == [spec.name]


def test_a_run_that_fails_tells_its_own_words_and_leaves_the_others_alone(world, backend):
    failing, good = world.describe(1, do="fail"), world.describe(2)
    backend.submit([failing, good])
    status = end_of(backend, failing.name)

    assert status.state is RunState.FAILED
    assert "no model converges on a Tuesday" in status.error
    assert backend.list_outputs(failing.name) == []
    assert end_of(backend, good.name).state is RunState.COMPLETED


def test_a_run_whose_dataset_is_missing_fails_naming_it_and_leaves_the_others_alone(world, backend):
    lacking, good = world.describe(1, dataset_version="e" * 64), world.describe(2)
    statuses = backend.submit([lacking, good])
    status = end_of(backend, lacking.name)

    assert [status.name for status in statuses] == [lacking.name, good.name]
    assert status.state is RunState.FAILED
    assert "e" * 64 in status.error and DATASET not in status.error
    assert end_of(backend, good.name).state is RunState.COMPLETED
    assert world.executed() == [good.name]


def test_a_run_that_nobody_submitted_is_told_as_lost(backend):
    (status,) = backend.observe(["train-demand-2026w47-r9-0123456789ab"])

    assert status.state is RunState.FAILED
    assert "it was lost" in status.error


def test_a_run_that_vanishes_is_told_as_lost(world, backend):
    spec = start_waiting(world, backend)
    world.end_from_outside(spec.name)
    world.lose(spec.name)
    (status,) = backend.observe([spec.name])

    assert status.state is RunState.FAILED
    assert "it was lost" in status.error


def test_a_run_that_hangs_is_running_until_it_is_canceled(world, backend):
    spec = start_waiting(world, backend)
    assert {backend.observe([spec.name])[0].state for _ in range(5)} == {RunState.RUNNING}
    backend.cancel([spec.name])
    status = end_of(backend, spec.name)

    assert (status.state, bool(status.error)) == (RunState.CANCELED, True)
    assert backend.list_outputs(spec.name) == []


def test_a_run_that_somebody_else_ends_has_ended_with_a_cause(world, backend):
    spec = start_waiting(world, backend)
    world.end_from_outside(spec.name)
    status = end_of(backend, spec.name)

    assert status.state in (RunState.CANCELED, RunState.FAILED)
    assert status.error


def test_an_end_is_told_the_same_however_often_and_by_whom_it_is_asked(world, backend):
    good, failing = world.describe(1), world.describe(2, do="fail")
    backend.submit([good, failing])
    ended = [end_of(backend, spec.name) for spec in (good, failing)]
    backend.cancel([good.name, failing.name])

    assert backend.observe([good.name, failing.name]) == ended
    assert world.open().observe([good.name, failing.name]) == ended


def test_canceling_what_is_unknown_is_fine(backend):
    backend.cancel(["train-demand-2026w47-r9-0123456789ab"])

    assert backend.observe(["train-demand-2026w47-r9-0123456789ab"])[0].state is RunState.FAILED


@pytest.mark.parametrize("path", ["other.json", "models", "../job.json", "/etc/hostname"])
def test_only_what_a_run_wrote_can_be_read(world, backend, path):
    spec = world.describe()
    backend.submit([spec])
    end_of(backend, spec.name)

    with pytest.raises((BlobMissing, ValueError)), backend.open_output(spec.name, path):
        pass
