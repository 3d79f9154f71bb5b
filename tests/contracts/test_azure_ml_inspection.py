"""`doctor --azure-ml` names each thing that a workspace lacks, and what to do about it."""

import json

import pytest
from typer.testing import CliRunner

from bench.azure_ml_standin.clocks import WaitingClock
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.tokens import StandInCredential
from bench.azure_ml_standin.workspaces import add_code, connect
from cli import __main__ as command_line
from shared import wiring
from shared.adapters.azure_ml.inspection import Inspection
from shared.adapters.azure_ml.management import Management

LAKE = "https://devstoreaccount1.blob.core.windows.net"
ALL = [
    "workspace", "compute", "datastore datasets", "datastore models", "datastore runs", "environment", "role", "quota",
]  # fmt: skip


@pytest.fixture
def standin():
    made = StandIn(clock=WaitingClock())
    yield made
    assert made.violations == []


def inspect(standin, lake=LAKE, connection=None, version="1"):
    connection = connection or connect(standin)
    return Inspection(Management(connection), connection.workspace, version, lake).look()


def missing(findings):
    """What is missing, by its name: what was found, and what to do."""
    return {one.what: (one.found, one.remedy) for one in findings if one.remedy}


def test_a_workspace_that_has_everything_lacks_nothing(standin):
    findings = inspect(standin)

    assert [one.what for one in findings] == ALL
    assert missing(findings) == {}


def test_nothing_is_changed_by_looking(standin):
    inspect(standin)

    assert not [name for name in standin.requests if name.endswith((".put", ".cancel", ".patch"))]
    assert standin.workspace.assets == {}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"subscription": "9" * 8 + "-0000-0000-0000-000000000000"}, "SubscriptionNotFound"),
        ({"group": "elsewhere"}, "ResourceGroupNotFound"),
        ({"name": "nothing"}, "ResourceNotFound"),
    ],
)
def test_a_workspace_that_is_not_there_is_all_that_is_told(standin, wrong, code):
    connection = connect(StandIn(clock=standin.workspace.clock, **wrong))
    asked = connect(standin)
    object.__setattr__(asked, "workspace", connection.workspace)

    told = missing(inspect(standin, connection=asked))

    assert list(told) == ["workspace"]
    found, remedy = told["workspace"]
    assert code in found
    assert "HEADRACE_ML" in remedy


def test_a_workspace_that_is_being_created_is_told(standin):
    standin.workspace.provisioning = "Creating"

    assert missing(inspect(standin))["workspace"][0] == "forecasts in westeurope is Creating"


def test_a_missing_cluster_is_told_with_the_setting_that_names_it(standin):
    standin.workspace.computes.clear()

    told = missing(inspect(standin))

    assert told["compute"][0] == "there is no headrace"
    assert "HEADRACE_ML_COMPUTE" in told["compute"][1]
    assert set(told) == {"compute", "quota"}


def test_a_cluster_of_no_nodes_is_told(standin):
    standin.workspace.computes["headrace"] = 0

    assert "at most 0 nodes" in missing(inspect(standin))["compute"][0]


@pytest.mark.parametrize("container", ["datasets", "models", "runs"])
def test_a_missing_datastore_is_told_with_its_container(standin, container):
    del standin.workspace.datastores[f"headrace_{container}"]

    ((what, (found, remedy)),) = missing(inspect(standin)).items()

    assert (what, found) == (f"datastore {container}", f"there is no headrace_{container}")
    assert f"the lake's container {container}" in remedy


def test_a_datastore_of_another_container_is_told(standin):
    standin.workspace.datastores["headrace_runs"] = "raw"

    assert missing(inspect(standin)) == {
        "datastore runs": (
            "headrace_runs is devstoreaccount1/raw, which is not the lake's",
            "create it anew for devstoreaccount1/runs, or correct HEADRACE_LAKE",
        )
    }


def test_storage_that_is_not_the_lakes_is_told(standin):
    told = missing(inspect(standin, lake="https://elsewhere.blob.core.windows.net"))

    assert set(told) == {"datastore datasets", "datastore models", "datastore runs"}
    assert "elsewhere/datasets" in told["datastore datasets"][1]


def test_a_lake_that_jobs_cannot_reach_is_told(standin):
    told = missing(inspect(standin, lake="folder:lake"))

    assert "jobs cannot reach a folder of this machine" in told["datastore runs"][1]


def test_an_environment_that_is_not_registered_is_said_to_come_with_the_first_run(standin):
    add_code(standin)
    ((_, name, version),) = [key for key in standin.workspace.assets if key[0] == "environments"]
    told = [
        next(one for one in inspect(standin, version=asked) if one.what == "environment") for asked in (version, "0")
    ]

    assert [one.found for one in told] == [
        f"{name}:{version} is registered",
        f"{name}:0 is not registered; the first run does that",
    ]


@pytest.mark.parametrize("right", ["jobs/write", "data/versions/write", "models/versions/write", "jobs/cancel/action"])
def test_each_missing_right_is_told_with_the_role_that_gives_it(standin, right):
    standin.workspace.denied.add(right)

    assert missing(inspect(standin)) == {
        "role": (
            f"the identity may not do {right}",
            "give the app's identity the role AzureML Data Scientist on the workspace",
        )
    }


@pytest.mark.parametrize(("limit", "possible"), [(0, 0), (8, 2), (15, 3)])
def test_a_quota_that_is_too_small_is_told_with_what_is_possible(standin, limit, possible):
    standin.workspace.quotas["standardDSv5Family"] = (0, limit)

    (found, remedy) = missing(inspect(standin))["quota"]

    assert found == f"standardDSv5Family: 0 of {limit} cores are taken; the cluster's 4 nodes have 16"
    assert f"{possible} nodes are possible" in remedy


def test_a_family_without_any_quota_is_told(standin):
    standin.workspace.quotas.clear()

    assert "0 of 0 cores" in missing(inspect(standin))["quota"][0]


def test_an_expired_credential_is_told_with_what_to_do(standin):
    told = missing(inspect(standin, connection=connect(standin, credential=StandInCredential(lifetime=-60))))

    assert "ExpiredAuthenticationToken" in told["workspace"][0]
    assert "az login" in told["workspace"][1]


@pytest.fixture
def doctor(standin, monkeypatch, tmp_path):
    """The command on the stand-in; answers its exit code and its findings by name."""
    monkeypatch.setenv("HEADRACE_HOME", str(tmp_path))
    monkeypatch.setenv("HEADRACE_LAKE", LAKE)
    monkeypatch.setenv("HEADRACE_ML", standin.workspace.address)
    wiring.forget()
    wiring.azure_ml.put(connect(standin))
    monkeypatch.setattr("cli.doctor.LOOKS", {})
    if not command_line.app.registered_commands:
        command_line.register_commands()

    def run():
        done = CliRunner().invoke(command_line.app, ["doctor", "--azure-ml", "--json"])
        return done.exit_code, {one["what"]: one for one in json.loads(done.stdout)["findings"]}

    yield run
    wiring.azure_ml.forget()
    wiring.forget()


def test_the_command_exits_with_nought_only_where_nothing_is_missing(standin, doctor):
    before = doctor()
    standin.workspace.computes.clear()
    after = doctor()

    assert (before[0], after[0]) == (0, 1)
    assert list(before[1]) == ALL
    assert after[1]["compute"]["remedy"]


def test_the_command_says_that_no_workspace_is_named(doctor, monkeypatch):
    monkeypatch.setenv("HEADRACE_ML", "local")
    wiring.forget()
    wiring.azure_ml.forget()

    code, findings = doctor()

    assert code == 1
    assert "HEADRACE_ML" in findings["workspace"]["found"]
