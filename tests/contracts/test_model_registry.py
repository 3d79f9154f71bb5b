"""What every ModelRegistry keeps: a model is one version however often it is listed, and one is the champion."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest

from bench.azure_ml_standin.clocks import WaitingClock
from bench.azure_ml_standin.faults import Faults
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.workspaces import connect
from shared.adapters.azure_ml.management import Management
from shared.adapters.azure_ml.registry import AzureMLRegistry
from shared.adapters.mlflow_store import CHAMPION, MLflowRegistry
from tests.contracts.backends import ALL_AT_ONCE, FAULTS

# MLflow uses what SQLAlchemy, below it, will drop one day.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")
KINDS = ("mlflow store", "workspace", "workspace with faults")
TAGS = {"headrace.week": "2026W47", "headrace.dataset_version": "d" * 64, "headrace.run": "train-demand-1"}
_names = (f"demand-texas-large-fast-{number}" for number in count())


class Store:
    """MLflow's own store on this machine."""

    def __init__(self, home):
        self.registry = MLflowRegistry(home)

    def tags(self, name):
        found = self.registry._client.search_model_versions(f"name='{name}'")
        return {str(version.version): dict(version.tags) for version in found}

    def source(self, name, version):
        return self.registry._client.get_model_version(name, version).source


class Workspace:
    """A workspace's registry."""

    def __init__(self, faults):
        faults = Faults(requests=faults, seed=ALL_AT_ONCE, most_in_a_row=len(FAULTS))
        self.standin = StandIn(clock=WaitingClock(), faults=faults)
        connection = connect(self.standin)
        self.registry = AzureMLRegistry(connection.workspace, Management(connection))

    def tags(self, name):
        return {version: self._properties(name, version)["tags"] for version in self._versions(name)}

    def source(self, name, version):
        return self._properties(name, version)["modelUri"]

    def _versions(self, name):
        return [version for kind, of, version in self.standin.workspace.assets if (kind, of) == ("models", name)]

    def _properties(self, name, version):
        return self.standin.workspace.assets["models", name, version].resource["properties"]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """One for all tests: MLflow takes seconds to make it."""
    return Store(tmp_path_factory.mktemp("mlflow"))


@pytest.fixture(params=KINDS)
def listed(request):
    """A registry, and what is listed in it."""
    if request.param == "mlflow store":
        yield request.getfixturevalue("store")
        return
    workspace = Workspace(FAULTS if "faults" in request.param else {})
    yield workspace
    assert workspace.standin.violations == []
    assert set(workspace.standin.faults.done) == set(workspace.standin.faults.requests)


@pytest.fixture
def registry(listed):
    return listed.registry


@pytest.fixture
def name():
    """One that no other test uses."""
    return next(_names)


def digest_of(number):
    return f"{number:064x}"[::-1]


def register(registry, name, number):
    return registry.register(name, digest_of(number), f"demand/texas/{digest_of(number)[:16]}", TAGS, None)


def champions(listed, name):
    return [version for version, tags in listed.tags(name).items() if tags.get(CHAMPION) == "true"]


def test_a_model_is_listed_with_its_digest_its_place_and_what_it_came_from(listed, registry, name):
    version = register(registry, name, 1)

    assert (version.name, version.digest, version.folder) == (name, digest_of(1), f"demand/texas/{digest_of(1)[:16]}")
    assert version.folder in listed.source(name, version.version)
    tags = listed.tags(name)[version.version]
    assert tags == {**TAGS, "headrace.digest": digest_of(1)}


def test_listing_a_model_again_finds_its_version(listed, registry, name):
    first = register(registry, name, 1)

    assert [register(registry, name, 1) for _ in range(3)] == [first] * 3
    assert len(listed.tags(name)) == 1


def test_another_digest_is_another_version(listed, registry, name):
    versions = [register(registry, name, number).version for number in (1, 2, 3)]

    assert len(set(versions)) == 3
    assert sorted(listed.tags(name)) == sorted(versions)


def test_models_of_other_names_are_left_alone(listed, registry, name):
    other = f"{name}-other"
    ours, theirs = register(registry, name, 1), register(registry, other, 1)
    registry.mark_champion(name, ours.version, [])

    assert champions(listed, name) == [ours.version]
    assert champions(listed, other) == []
    assert theirs.name == other


def test_one_version_is_the_champion_and_the_former_ones_are_not(listed, registry, name):
    versions = [register(registry, name, number).version for number in (1, 2, 3)]
    registry.mark_champion(name, versions[0], [])
    registry.mark_champion(name, versions[1], versions[:1])
    registry.mark_champion(name, versions[2], versions[:2])

    assert champions(listed, name) == [versions[2]]
    registry.mark_champion(name, versions[0], versions[1:])
    assert champions(listed, name) == [versions[0]]


def test_marking_the_champion_again_changes_nothing(listed, registry, name):
    versions = [register(registry, name, number).version for number in (1, 2)]
    registry.mark_champion(name, versions[1], versions[:1])
    before = listed.tags(name)
    registry.mark_champion(name, versions[1], versions[:1])

    assert listed.tags(name) == before
    assert before[versions[1]] == {**TAGS, "headrace.digest": digest_of(2), CHAMPION: "true"}


def test_a_champion_is_marked_among_more_versions_than_a_page_holds(listed, registry, name):
    versions = [register(registry, name, number).version for number in range(45)]
    registry.mark_champion(name, versions[0], [])
    registry.mark_champion(name, versions[44], versions[:44])

    assert champions(listed, name) == [versions[44]]


def test_a_model_that_many_list_at_the_same_moment_is_one_version(listed, registry, name):
    register(registry, name, 0)
    together = Barrier(4)

    def list_it(_):
        together.wait()
        return register(registry, name, 1)

    with ThreadPoolExecutor(4) as threads:
        versions = list(threads.map(list_it, range(4)))

    assert len(set(versions)) == 1
    assert len(listed.tags(name)) == 2
