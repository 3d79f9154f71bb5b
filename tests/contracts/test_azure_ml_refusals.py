"""When Azure refuses, a run ends with Azure's own words and what to do, nothing is half made, and the others go on."""

import pytest

from bench.azure_ml_standin.clocks import WaitingClock
from bench.azure_ml_standin.faults import Faults
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.storm import make_spec
from bench.azure_ml_standin.tokens import StandInCredential
from bench.azure_ml_standin.workspaces import add_code, connect, make_backend
from shared.adapters.azure_ml.refusals import ServiceRefused, ServiceUnavailable
from shared.adapters.azure_ml.workspace import AddressError, parse_workspace
from shared.adapters.folder_lake import FolderLake
from shared.domain.runs import RunState

pytestmark = pytest.mark.filterwarnings("ignore:The `(context|ordered)`")


@pytest.fixture(autouse=True)
def away_from_git(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def standin():
    made = StandIn(clock=WaitingClock())
    add_code(made)
    yield made
    assert made.violations == []


@pytest.fixture
def lake(tmp_path):
    return FolderLake(tmp_path / "lake")


def submit(standin, lake, **workspace):
    """Submit one run with some of the workspace's facts changed behind the adapter's back."""
    backend = make_backend(standin, lake)
    for name, value in workspace.items():
        setattr(standin.workspace, name, value)
    return backend.submit([make_spec()])[0]


def test_without_permission_the_role_is_named(standin, lake):
    status = submit(standin, lake, denied={"jobs/write"})

    assert status.state is RunState.FAILED
    assert "does not have authorization to perform action 'Microsoft.MachineLearningServices" in status.error
    assert "role AzureML Data Scientist on the workspace" in status.error
    assert standin.workspace.jobs == {}


def test_an_unknown_compute_is_named_with_its_setting(standin, lake):
    status = submit(standin, lake, computes={"other": 4})

    assert "The compute 'headrace' was not found in the workspace 'forecasts'" in status.error
    assert "HEADRACE_ML_COMPUTE" in status.error
    assert standin.workspace.jobs == {}


def test_a_reached_quota_is_told(standin, lake):
    status = submit(standin, lake, quota_reached=True)

    assert "exceed the quota of the cluster's VM family" in status.error
    assert "ask for more quota" in status.error


def test_an_environment_that_was_deleted_meanwhile_is_told(standin, lake):
    backend = make_backend(standin, lake)
    backend.submit([make_spec(0)])
    for key in [key for key in standin.workspace.assets if key[0] == "environments"]:
        del standin.workspace.assets[key]

    (status,) = backend.submit([make_spec(1)])

    assert status.state is RunState.FAILED
    assert "Environment headrace-training:" in status.error and "not found" in status.error


def test_a_workspace_that_is_not_there_is_told_with_the_setting_to_correct(standin, lake):
    status = submit(standin, lake, name="elsewhere")

    assert "'Microsoft.MachineLearningServices/workspaces/forecasts' under resource group 'headrace'" in status.error
    assert "correct the workspace in HEADRACE_ML" in status.error


@pytest.mark.parametrize(
    ("fact", "told"), [("subscription", "correct the subscription"), ("group", "correct the resource group")]
)
def test_a_wrong_subscription_or_group_is_told_apart(standin, lake, fact, told):
    assert told in submit(standin, lake, **{fact: "5" * 8}).error


def test_an_expired_credential_is_told(standin, lake):
    backend = make_backend(standin, lake, connect(standin, credential=StandInCredential(lifetime=-60)))

    (status,) = backend.submit([make_spec()])

    assert "The access token expiry UTC time" in status.error
    assert "sign in again" in status.error


def test_no_credential_at_all_is_told(standin, lake):
    from azure.core.exceptions import ClientAuthenticationError

    class Nothing:
        def get_token(self, *scopes, **_):
            raise ClientAuthenticationError("DefaultAzureCredential failed to retrieve a token")

    (status,) = make_backend(standin, lake, connect(standin, credential=Nothing())).submit([make_spec()])

    assert "DefaultAzureCredential failed to retrieve a token" in status.error


def test_one_refused_run_leaves_the_others_alone(standin, lake):
    backend = make_backend(standin, lake)
    backend.submit([make_spec(0)])
    put = standin._jobs.put

    def refuse_one(request, name):
        standin.workspace.quota_reached = name == make_spec(2).name
        return put(request, name)

    standin._routes = [
        (method, pattern, refuse_one if handle == put else handle) for method, pattern, handle in standin._routes
    ]
    statuses = backend.submit([make_spec(number) for number in (1, 2, 3)])

    assert [str(status.state) for status in statuses] == ["queued", "failed", "queued"]
    assert make_spec(2).name not in standin.workspace.jobs


def test_a_service_that_fails_again_and_again_is_a_fault_so_that_the_step_is_repeated(lake):
    standin = StandIn(clock=WaitingClock(), faults=Faults(requests={"server_error": 1.0}))
    backend = make_backend(standin, lake)

    with pytest.raises(ServiceUnavailable, match=r"Azure ML \(500\): InternalServerError"):
        backend.submit([make_spec()])
    with pytest.raises(ServiceUnavailable):
        backend.observe(["run"])


def test_an_address_that_nobody_answers_at_is_a_fault(lake):
    standin = StandIn(clock=WaitingClock(), faults=Faults(requests={"drop": 1.0}))

    with pytest.raises(ServiceUnavailable, match="cannot be reached"):
        make_backend(standin, lake).observe(["run"])


def test_a_workspace_that_has_gone_does_not_make_its_runs_lost(standin, lake):
    backend = make_backend(standin, lake)
    standin.workspace.name = "elsewhere"

    with pytest.raises(ServiceRefused, match="correct the workspace"):
        backend.observe(["run"])


@pytest.mark.parametrize(
    "address",
    [
        "azureml://", "azureml:forecasts", "https://ml.azure.com",
        "azureml://subscriptions/x/resourcegroups/y/workspaces/z",
        "azureml://subscriptions/22222222-2222-2222-2222-222222222222/resourcegroups/g/workspaces/w/../../x",
        "azureml://subscriptions/22222222-2222-2222-2222-222222222222/workspaces/forecasts",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_before_anything_is_asked(address):
    with pytest.raises(AddressError, match="is not azureml://subscriptions/ID/resourcegroups/GROUP/workspaces/NAME"):
        parse_workspace(address, "headrace", "headrace")


def test_no_token_stands_in_an_error_or_in_the_log(standin, lake, caplog):
    given = set()

    class Remembering(StandInCredential):
        def get_token(self, *scopes, **options):
            token = super().get_token(*scopes, **options)
            given.add(token.token)
            return token

    caplog.set_level("DEBUG")
    standin.workspace.denied = {"jobs/write"}
    (status,) = make_backend(standin, lake, connect(standin, credential=Remembering())).submit([make_spec()])

    assert given and caplog.text
    for token in given:
        assert token not in status.error and token not in caplog.text
