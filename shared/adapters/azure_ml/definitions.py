"""The jobs, components and environment of `ml_jobs/`, with the placeholders of one run filled in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from shared.adapters.azure_ml.staging import staged_folder
from shared.adapters.azure_ml.workspace import Workspace
from shared.domain.datasets import manifest_path
from shared.domain.identities import digest_of
from shared.domain.runs import RunSpec

EXPERIMENT = "headrace"
"""One for all fleets, so that any runs can be asked for together; tags tell them apart."""
ENVIRONMENT = "headrace-training"
DATASET = "headrace-dataset"
COMPONENTS = ("parts", "merge")
MAX_TAG = 1_000
MOST_SEGMENT_TAGS = 20
"""Azure ML takes 50 tags of 1,000 characters; what does not fit stands in the run's job.json."""


@dataclass(frozen=True)
class Definitions:
    """What `ml_jobs/` describes, for one workspace and one version of the training code."""

    folder: Path
    workspace: Workspace
    code_version: str
    environment: str
    """dev or prod, as tags tell."""

    @cached_property
    def environment_version(self) -> str:
        """A digest of the image and its packages: another image is another version."""
        content = b"".join((self.folder / name).read_bytes() for name in ("environment.yaml", "conda.yaml"))
        return hashlib.sha256(content).hexdigest()[:16]

    @cached_property
    def component_version(self) -> str:
        """A digest of all that the components are made of: the training code, the image, and their own files."""
        content = b"".join((self.folder / f"{name}.yaml").read_bytes() for name in COMPONENTS)
        return digest_of([self.code_version, self.environment_version, hashlib.sha256(content).hexdigest()])[:16]

    def describe_environment(self) -> Any:
        """The image in which jobs run."""
        from azure.ai.ml import load_environment

        return load_environment(
            self.folder / "environment.yaml", params_override=[{"version": self.environment_version}]
        )

    def describe_component(self, name: str) -> Any:
        """The component of a file, `parts` or `merge`, with the training code beside it."""
        from azure.ai.ml import load_component

        place = "task.environment" if name == "parts" else "environment"
        changes = {"version": self.component_version, place: f"azureml:{ENVIRONMENT}:{self.environment_version}"}
        return load_component(self.folder / f"{name}.yaml", params_override=[changes])

    def describe_dataset(self, version: str) -> Any:
        """A frozen dataset version as a data asset: its manifest, which names the digest of each file."""
        from azure.ai.ml.entities import Data

        return Data(
            name=DATASET,
            version=version,
            type="uri_file",
            path=self.workspace.place("datasets", manifest_path(version)),
            description="A frozen dataset of Headrace: the files that a run may read, by their SHA-256.",
        )

    def describe_run(self, spec: RunSpec, code: str) -> Any:
        """The job of one run; `code` is the registered code's id."""
        from azure.ai.ml import load_job

        changes = {
            **self._common(spec),
            "compute": f"azureml:{self.workspace.compute}",
            "environment": f"azureml:{ENVIRONMENT}:{self.environment_version}",
            "environment_variables.HEADRACE_FINGERPRINT": spec.fingerprint,
        }
        job: Any = load_job(self.folder / "run.yaml", params_override=[changes])
        job.component.code = code  # in the file itself only folders and short names are understood
        return job

    def describe_large_run(self, spec: RunSpec, components: Mapping[str, str]) -> Any:
        """The pipeline of one run with more models than a job should hold; `components` are ids by file."""
        from azure.ai.ml import load_job

        place = self.workspace.place
        changes = {
            **self._common(spec),
            "settings.default_compute": f"azureml:{self.workspace.compute}",
            "inputs.fingerprint": spec.fingerprint,
            "inputs.parts.path": place("runs", f"{staged_folder(spec)}/parts/"),
            "outputs.results.path": place("runs", f"{spec.name}/out/"),
            **{f"jobs.{name}.component": f"azureml:{component}" for name, component in components.items()},
        }
        return load_job(self.folder / "fleet.yaml", params_override=[changes])

    def _common(self, spec: RunSpec) -> dict[str, Any]:
        place = self.workspace.place
        staged = place("runs", f"{staged_folder(spec)}/")
        return {
            "name": spec.name,
            "display_name": spec.name,
            "experiment_name": EXPERIMENT,
            "tags": dict(self._tags(spec)),
            "inputs.run.path": staged,
            "inputs.dataset.path": f"azureml:{DATASET}:{spec.dataset_version}",
            "inputs.content.path": place("datasets", "content/"),
            # A run without models gets any folder that is there: nothing in it will be looked at.
            "inputs.models.path": place("models", "") if spec.models else staged,
            "outputs.out.path": place("runs", f"{spec.name}/out/"),
        }

    def _tags(self, spec: RunSpec) -> Iterator[tuple[str, str]]:
        names = ("kind", "fleet", "week", "shard", "instance_id", "dataset_version", "code_version", "fingerprint")
        yield from ((f"headrace.{name}", str(getattr(spec, name))) for name in names)
        yield "headrace.attempt", str(spec.attempt)
        yield "headrace.environment", self.environment
        for number, text in enumerate(_packed(spec.segments)):
            yield f"headrace.segments.{number}" if number else "headrace.segments", text


def _packed(segments: tuple[str, ...]) -> list[str]:
    """Segment ids in as few tags as hold them; the last says how many had no room."""
    packed: list[str] = [""]
    for place, segment in enumerate(segments):
        longer = f"{packed[-1]},{segment}".lstrip(",")
        if len(longer) <= MAX_TAG:
            packed[-1] = longer
        elif len(packed) < MOST_SEGMENT_TAGS:
            packed.append(segment)
        else:
            return [*packed[:-1], f"and {len(segments) - place + packed[-1].count(',') + 1} more"]
    return packed
