"""Executes a stand-in's jobs as processes of this machine; what they write, they would write in Azure."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.azure_ml_standin.mounts import MountFailed, Mounts
from bench.azure_ml_standin.service import StandIn
from bench.azure_ml_standin.state import Job
from shared.ports import Lake

DRIVER = Path(__file__).with_name("parallel_driver.py")
LAST_WORDS = 2_000
_CODE = re.compile(r".*/codes/([^/]+)/versions/([^/]+)")
_COMPONENT = re.compile(r".*/components/([^/]+)/versions/([^/]+)")
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.]+)\s*\}\}")


class StepFailed(Exception):
    """A step ended badly; the message is what the service would report of it."""


class Executor:
    """A cluster of `nodes` processes. `open_tracking` answers the variables by which a job joins MLflow."""

    def __init__(
        self,
        standin: StandIn,
        lake: Lake,
        *,
        nodes: int = 2,
        open_tracking: Callable[[Job], Mapping[str, str]] = lambda job: {},
        on_end: Callable[[Job], None] = lambda job: None,
    ) -> None:
        self._workspace, self._mounts = standin.workspace, Mounts(standin.workspace, lake)
        self._open_tracking, self._on_end = open_tracking, on_end
        self._nodes = ThreadPoolExecutor(nodes, thread_name_prefix="node")
        standin.on_new_job = self._take

    def close(self) -> None:
        """Wait for what runs; what waits never starts."""
        self._nodes.shutdown(cancel_futures=True)

    def _take(self, job: Job) -> None:
        job.moments = [(self._workspace.clock.now(), "Starting")]
        self._nodes.submit(self._execute, job)

    def _execute(self, job: Job) -> None:
        self._move(job, "Running")
        try:
            with tempfile.TemporaryDirectory(prefix="job-") as folder:
                if job.asked["jobType"] == "Pipeline":
                    self._execute_pipeline(job, Path(folder))
                else:
                    self._execute_command(job, Path(folder))
        except (StepFailed, MountFailed) as error:
            job.error = str(error)
            self._move(job, "Failed")
        except Exception as error:
            job.error = f"the stand-in failed: {type(error).__name__}: {error}"
            self._move(job, "Failed")
            raise
        else:
            self._move(job, "Completed")
        finally:
            self._on_end(job)

    def _execute_command(self, job: Job, folder: Path) -> None:
        asked = job.asked
        places = {
            f"inputs.{name}": str(self._mounts.bring(given["uri"], folder / "inputs" / name))
            for name, given in asked["inputs"].items()
        }
        outputs = self._make_outputs(asked["outputs"], folder)
        places |= {f"outputs.{name}": str(place) for name, place in outputs.items()}
        code = self._bring_code(asked["codeId"], folder)
        variables = {**asked.get("environmentVariables", {}), **self._open_tracking(job)}
        self._run(job, ["bash", "-c", _filled(asked["command"], places)], code, variables)
        self._take_outputs(outputs, asked["outputs"])

    def _execute_pipeline(self, job: Job, folder: Path) -> None:
        """The steps one after the other; what one leaves, the next may read."""
        asked = job.asked
        known: dict[str, str] = {}
        for name, given in asked["inputs"].items():
            literal = given["jobInputType"] == "literal"
            known[f"parent.inputs.{name}"] = (
                given["value"] if literal else str(self._mounts.bring(given["uri"], folder / "inputs" / name))
            )
        outputs = self._make_outputs(asked["outputs"], folder)
        known |= {f"parent.outputs.{name}": str(place) for name, place in outputs.items()}
        for name, step in asked["jobs"].items():
            child = self._workspace.add_job(f"{job.name}-{name}", {**step, "experimentName": asked["experimentName"]},
                                            parent=job.name, life=[(0, "Running")])  # fmt: skip
            self._execute_step(job, child, step, known, folder / name)
            known |= {f"parent.jobs.{name}.outputs.{output}": _filled(given["value"], known)
                      for output, given in step["outputs"].items()}  # fmt: skip
            child.move("Completed", self._workspace.clock.now())
        self._take_outputs(outputs, asked["outputs"])

    def _execute_step(self, job: Job, child: Job, step: Mapping[str, Any], known: dict[str, str], folder: Path) -> None:
        match = _COMPONENT.fullmatch(step["componentId"])
        assert match is not None
        spec = self._workspace.assets["components", *match.groups()].resource["properties"]["componentSpec"]
        places = {f"{way}.{name}": _filled(given["value"], known)
                  for way in ("inputs", "outputs") for name, given in step[way].items()}  # fmt: skip
        try:
            if spec["type"] == "parallel":
                task = spec["task"]
                code = self._bring_code(task["code"], folder)
                arguments = shlex.split(_filled(task["program_arguments"], places))
                files = _filled(spec["input_data"], places)
                command = [sys.executable, str(DRIVER), str(code / task["entry_script"]), files, *arguments]
            else:
                code = self._bring_code(spec["code"], folder)
                command = ["bash", "-c", _filled(spec["command"], places)]
            self._run(child, command, code, self._open_tracking(job))
        except StepFailed:
            child.move("Failed", self._workspace.clock.now())
            raise

    def _make_outputs(self, asked: Mapping[str, Any], folder: Path) -> dict[str, Path]:
        """A folder for each place that is written to; outputs of one address share one."""
        addresses = sorted({given["uri"] for given in asked.values()})
        places = {address: folder / "outputs" / str(number) for number, address in enumerate(addresses)}
        for place in places.values():
            place.mkdir(parents=True)
        return {name: places[given["uri"]] for name, given in asked.items()}

    def _take_outputs(self, outputs: Mapping[str, Path], asked: Mapping[str, Any]) -> None:
        for uri, place in {asked[name]["uri"]: place for name, place in outputs.items()}.items():
            self._mounts.take(place, uri)

    def _bring_code(self, code: str, folder: Path) -> Path:
        match = _CODE.fullmatch(code)
        assert match is not None
        address = self._workspace.assets["codes", *match.groups()].resource["properties"]["codeUri"]
        return self._mounts.bring_code(address, folder / "wd")

    def _run(self, job: Job, command: list[str], folder: Path, variables: Mapping[str, str]) -> None:
        """Run a command to its end, or until the job is cancelled; raises StepFailed."""
        environment = {**os.environ, **variables, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        environment.pop("PYTHONPATH", None)
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", start_new_session=True,
        )  # fmt: skip
        job_of = self._workspace.jobs[job.parent or job.name]
        while True:
            try:
                said, _ = process.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                if job_of.ended(self._workspace.clock.now()) is not None:
                    process.kill()
        if process.returncode != 0:
            raise StepFailed(f"Execution failed. User process exited with status code {process.returncode}. "
                             f"{said.strip()[-LAST_WORDS:]}")  # fmt: skip

    def _move(self, job: Job, state: str) -> None:
        job.move(state, self._workspace.clock.now())


def _filled(text: str, places: Mapping[str, str]) -> str:
    """A text with its expressions replaced by what they stand for."""
    return _EXPRESSION.sub(lambda match: places[match[1]], text)
