"""What stands in ml_jobs/ is valid as the CLI v2 reads it, and is what the adapter submits and registers."""

import hashlib
import io
import shutil
from pathlib import Path

import pytest
import yaml

from bench.azure_ml_standin.clocks import WaitingClock
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.storage import Storage
from bench.azure_ml_standin.storm import make_spec
from bench.azure_ml_standin.workspaces import make_backend
from shared.adapters.azure_ml.definitions import Definitions
from shared.adapters.azure_ml.workspace import Workspace
from shared.adapters.blob_lake import BlobLake

pytestmark = pytest.mark.filterwarnings("ignore:The `(context|ordered)`")
PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "ml_jobs"
MODES = {"download": "Download", "ro_mount": "ReadOnlyMount", "upload": "Upload"}


@pytest.fixture
def workspace(account, tmp_path, monkeypatch):
    """An empty workspace on a storage account, and the backend that has to bring all that it needs."""
    monkeypatch.chdir(tmp_path)
    storage = Storage(account.url, account.name, account.key)
    standin = StandIn(clock=WaitingClock(), storage=storage)
    yield standin, make_backend(standin, BlobLake(account.url, account.key))
    assert standin.violations == []


def read(file, spec):
    """A definition with its placeholders filled in."""
    text = (FOLDER / file).read_text(encoding="utf-8")
    folder = f"{spec.name}/in-{spec.fingerprint[:12]}"
    for placeholder, value in (("the-run/in", folder), ("the-run", spec.name),
                               (": FINGERPRINT", f": {spec.fingerprint}"),
                               (":DATASET", f":{spec.dataset_version}")):  # fmt: skip
        text = text.replace(placeholder, value)
    return yaml.safe_load(text)


def id_of(standin, kind, short):
    """The full id of an asset that a definition names in short."""
    name, version = short.removeprefix("azureml:").split(":")
    return f"{standin.workspace.path}/{kind}/{name}/versions/{version}"


def places(standin, given):
    """Inputs or outputs of a definition, in the words of the management API."""
    kind = "jobInputType" if "dataset" in given else "jobOutputType"
    told = {}
    for name, place in given.items():
        if isinstance(place, str):
            told[name] = {"value": place, kind: "literal"}
            continue
        is_asset = place["path"].startswith("azureml:headrace")
        uri = id_of(standin, "data", place["path"]) if is_asset else place["path"]
        told[name] = {"uri": uri, kind: place["type"]}
        if "mode" in place:
            told[name]["mode"] = MODES[place["mode"]]
    return told


@pytest.mark.parametrize("file", ["run.yaml", "fleet.yaml"])
def test_the_jobs_are_valid_as_they_stand(file):
    from azure.ai.ml import load_job

    outcome = load_job(FOLDER / file)._validate()

    assert outcome.passed, outcome.error_messages


@pytest.mark.parametrize("file", ["parts.yaml", "merge.yaml"])
def test_the_components_are_valid_as_they_stand(file):
    from azure.ai.ml import load_component

    outcome = load_component(FOLDER / file)._validate()

    assert outcome.passed, outcome.error_messages


def test_the_environment_is_valid_and_pins_every_package():
    from azure.ai.ml import load_environment

    environment = load_environment(FOLDER / "environment.yaml")
    packages = environment.conda_file["dependencies"][-1]["pip"]

    assert environment._to_rest_object().properties.image.startswith("mcr.microsoft.com/azureml/")
    assert packages
    assert all("==" in package for package in packages)


@pytest.mark.parametrize(
    ("file", "wrong"), [("run.yaml", "commandd: x"), ("fleet.yaml", "jobs: 3"), ("run.yaml", "limits: {timeout: long}")]
)
def test_a_wrong_job_would_be_found(file, wrong):
    from azure.ai.ml import load_job
    from azure.ai.ml.exceptions import MlException
    from marshmallow.exceptions import ValidationError

    changed = yaml.safe_load((FOLDER / file).read_text(encoding="utf-8")) | yaml.safe_load(wrong)
    with pytest.raises((ValidationError, MlException, TypeError, AttributeError, ValueError)):
        outcome = load_job(io.StringIO(yaml.safe_dump(changed)))._validate()
        outcome.try_raise("JobError")


def test_a_run_is_submitted_as_its_file_says(workspace):
    standin, backend = workspace
    spec = make_spec(models={"r0-large-fast": "demand/r0-large-fast/0011"})
    backend.submit([spec])
    asked, file = standin.workspace.jobs[spec.name].asked, read("run.yaml", spec)

    assert asked["command"] == file["command"]
    assert asked["displayName"] == file["display_name"]
    assert asked["experimentName"] == file["experiment_name"]
    assert asked["computeId"] == f"{standin.workspace.path}/computes/{file['compute'].removeprefix('azureml:')}"
    assert asked["environmentVariables"] == file["environment_variables"]
    assert asked["identity"] == {"identityType": file["identity"]["type"].capitalize()}
    assert asked["limits"]["timeout"] == f"P{file['limits']['timeout'] // 86_400}D"
    assert asked["inputs"] == places(standin, file["inputs"])
    assert asked["outputs"] == places(standin, file["outputs"])


def test_a_large_run_is_submitted_as_its_file_says(workspace):
    standin, backend = workspace
    segments = tuple(f"r{number}-large-fast" for number in range(300))
    spec = make_spec(segments=segments, in_parts=True, models={segments[0]: "demand/r0-large-fast/0011"})
    backend.submit([spec])
    asked, file = standin.workspace.jobs[spec.name].asked, read("fleet.yaml", spec)

    assert asked["inputs"] == places(standin, file["inputs"])
    assert asked["outputs"] == places(standin, file["outputs"])
    settings = {name: asked["settings"][name] for name in ("continue_on_step_failure", "force_rerun")}
    assert settings == {name: file["settings"][name] for name in settings}
    for name, step in file["jobs"].items():
        told = asked["jobs"][name]
        wanted = {of: given["path"] if isinstance(given, dict) else given for of, given in step["inputs"].items()}
        assert (told["type"], {of: given["value"] for of, given in told["inputs"].items()}) == (step["type"], wanted)
        assert {of: given["value"] for of, given in told["outputs"].items()} == step["outputs"]
        assert f"/components/headrace_{name}/versions/" in told["componentId"]


def test_components_and_environment_are_registered_as_their_files_say(workspace):
    standin, backend = workspace
    backend.submit([make_spec()])
    backend.submit([make_spec(1, segments=tuple(f"r{number}-large-fast" for number in range(300)), in_parts=True)])
    assets = {(kind, name): asset.asked for (kind, name, _), asset in standin.workspace.assets.items()}
    parts, merge = (assets["components", f"headrace_{name}"]["componentSpec"] for name in ("parts", "merge"))
    (environment,) = (version for kind, _, version in standin.workspace.assets if kind == "environments")
    image = f"azureml:{id_of(standin, 'environments', f'headrace-training:{environment}')}"

    file = read("merge.yaml", make_spec())
    assert (merge["command"], merge["environment"]) == (file["command"], image)
    assert (merge["inputs"], merge["outputs"]) == (file["inputs"], file["outputs"])
    file = read("parts.yaml", make_spec())
    assert {**parts["task"], "code": None, "environment": None} == {**file["task"], "code": None, "environment": None}
    assert parts["task"]["environment"] == image
    for name in ("inputs", "outputs", "input_data", "mini_batch_size", "retry_settings", "mini_batch_error_threshold",
                 "error_threshold", "max_concurrency_per_instance", "resources"):  # fmt: skip
        assert parts[name] == file[name], name
    asked = assets["environments", "headrace-training"]
    assert asked["image"] == read("environment.yaml", make_spec())["image"]
    assert yaml.safe_load(asked["condaFile"]) == yaml.safe_load((FOLDER / "conda.yaml").read_text(encoding="utf-8"))


def test_the_code_that_jobs_run_is_the_training_code_and_nothing_else(workspace, account, tmp_path):
    standin, _ = workspace
    for name in ("training", "ml_jobs"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    (tmp_path / "training" / "__pycache__").mkdir(exist_ok=True)
    (tmp_path / "training" / "__pycache__" / "train.cpython-311.pyc").write_bytes(b"compiled")
    make_backend(standin, BlobLake(account.url, account.key), project=tmp_path).submit([make_spec()])
    (code,) = (asset.asked for (kind, _, _), asset in standin.workspace.assets.items() if kind == "codes")
    container, _, folder = code["codeUri"].removeprefix(f"{account.url}/").partition("/")
    lake = BlobLake(account.url, account.key)
    prefix = f"{folder.rstrip('/')}/" if folder else ""
    brought = {}
    for blob in lake.list(container, prefix):
        with lake.open_read(container, blob.path) as stream:
            brought[blob.path.removeprefix(prefix)] = hashlib.sha256(stream.read()).hexdigest()

    assert brought == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (PROJECT / "training").iterdir()
        if file.is_file() and not file.name.startswith(".")
    }


def test_other_code_another_image_or_other_files_make_other_components(tmp_path):
    workspace = Workspace("22222222-2222-2222-2222-222222222222", "headrace", "forecasts")
    (tmp_path / "ml_jobs").mkdir()
    for file in FOLDER.iterdir():
        (tmp_path / "ml_jobs" / file.name).write_bytes(file.read_bytes())

    def versions(code="c" * 64):
        definitions = Definitions(tmp_path / "ml_jobs", workspace, code, "dev")
        return definitions.environment_version, definitions.component_version

    def change(name):
        with (tmp_path / "ml_jobs" / name).open("a") as stream:
            stream.write("# changed\n")

    before = versions()
    assert versions() == before
    assert versions("d" * 64)[0] == before[0] and versions("d" * 64)[1] != before[1]
    change("merge.yaml")
    changed = versions()
    assert changed[0] == before[0] and changed[1] != before[1]
    change("conda.yaml")
    assert versions()[0] != changed[0] and versions()[1] != changed[1]
