"""HEADRACE_ML alone says who executes runs, and what that costs is paid only where runs are submitted."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared import wiring
from shared.adapters.azure_ml.backend import AzureML
from shared.adapters.azure_ml.registry import AzureMLRegistry
from shared.adapters.local_processes import LocalProcesses

PROJECT = Path(__file__).resolve().parents[2]
ADDRESS = "azureml://subscriptions/22222222-2222-2222-2222-222222222222/resourcegroups/headrace/workspaces/forecasts"
LOADED = """
import sys
import function_app
from shared import wiring
wiring.ml_backend()
{registry}
print(",".join(name for name in ("azure.ai.ml", "azure.core", "mlflow", "pandas") if name in sys.modules))
"""


@pytest.fixture(autouse=True)
def made_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADRACE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    wiring.forget()
    yield
    wiring.forget()


def test_without_a_setting_runs_are_processes_of_this_machine(monkeypatch):
    monkeypatch.delenv("HEADRACE_ML", raising=False)

    assert isinstance(wiring.ml_backend(), LocalProcesses)


def test_an_address_makes_the_workspace_backend_and_registry(monkeypatch):
    monkeypatch.setenv("HEADRACE_ML", ADDRESS)
    monkeypatch.setenv("HEADRACE_ML_COMPUTE", "large-cluster")
    monkeypatch.setenv("HEADRACE_ML_ENDPOINT", "https://management.chinacloudapi.cn/")
    monkeypatch.setenv("HEADRACE_ML_WRITES_PER_SECOND", "2")

    assert isinstance(wiring.ml_backend(), AzureML)
    assert isinstance(wiring.model_registry(), AzureMLRegistry)
    connection = wiring.azure_ml()
    assert (connection.workspace.name, connection.workspace.compute) == ("forecasts", "large-cluster")
    assert connection.endpoint == "https://management.chinacloudapi.cn"
    assert connection.writes_per_second == 2


@pytest.mark.parametrize("address", ["azureml:forecasts", "azureml://forecasts", "Local", f"{ADDRESS}/x"])
def test_an_address_that_is_none_names_the_setting_and_its_form(monkeypatch, address):
    monkeypatch.setenv("HEADRACE_ML", address)

    with pytest.raises(
        wiring.SettingsError, match=r"HEADRACE_ML: write local, or .* is not azureml://subscriptions/ID"
    ):
        wiring.ml_backend()


@pytest.mark.parametrize(
    ("ml", "registry", "loaded"), [("local", "", ""), (ADDRESS, "wiring.model_registry()", "azure.core")]
)
def test_choosing_a_backend_loads_no_client_of_azure_ml(monkeypatch, ml, registry, loaded):
    monkeypatch.setenv("HEADRACE_ML", ml)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    program = LOADED.format(registry=registry)

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == loaded
