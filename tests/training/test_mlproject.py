"""The MLproject, by which a run needs MLflow and nothing of Headrace around it."""

import subprocess
import sys
from pathlib import Path

import yaml
from mlflow.projects._project_spec import load_project

from tests.training.small_world import write_job

FOLDER = Path(__file__).parents[2] / "training"


def test_it_installs_what_the_training_requirements_name():
    named = [line.strip() for line in (FOLDER.parent / "requirements" / "training.in").read_text().splitlines()]
    environment = yaml.safe_load((FOLDER / "python_env.yaml").read_text())

    assert environment["dependencies"] == [line for line in named if line and not line.startswith("#")]


def test_its_command_runs_the_job_from_the_folder_that_mlflow_runs_it_in(tmp_path):
    job = write_job(tmp_path / "job.json", kind="tune")
    entry_point = load_project(str(FOLDER)).get_entry_point("main")
    parameters = {"job": str(job), "inputs": str(tmp_path), "out": str(tmp_path / "out")}
    command = entry_point.compute_command(parameters, storage_dir=None).replace("python ", f"{sys.executable} ", 1)

    ran = subprocess.run(["/bin/sh", "-c", command], cwd=FOLDER, capture_output=True, text=True, check=False)

    assert ran.returncode == 2
    assert ran.stderr == "kind: 'tune' is neither 'train' nor 'score'\n"
