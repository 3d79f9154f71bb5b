"""What a run reads, brought from the lake to a folder of this machine: the frozen dataset's tables, and models."""

from __future__ import annotations

import json
import shutil
from pathlib import Path, PurePosixPath

from shared.adapters.file_lock import hold_lock
from shared.domain.blob_names import check_path
from shared.domain.datasets import content_path, manifest_path
from shared.domain.runs import RunSpec
from shared.ports import Lake


class RunInputs:
    """Stages inputs under `home`; a dataset version is fetched once for all runs that read it."""

    def __init__(self, lake: Lake, home: Path) -> None:
        self._lake, self._home = lake, home

    def stage(self, spec: RunSpec, folder: Path) -> None:
        """Lay out `tables/` and `models/<segment id>/` in a folder, as docs/training-job.md says."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tables").symlink_to(self._stage_dataset(spec.dataset_version), target_is_directory=True)
        for segment, model in spec.models.items():
            self._fetch_folder("models", model, folder / "models" / check_path(segment))

    def _stage_dataset(self, version: str) -> Path:
        target = self._home / "datasets" / check_path(version)
        self._home.joinpath("datasets").mkdir(parents=True, exist_ok=True)
        with hold_lock(self._home / "datasets" / ".lock"):
            if not target.exists():
                partial = target.with_suffix(".partial")
                shutil.rmtree(partial, ignore_errors=True)
                self._fetch_dataset(version, partial)
                partial.rename(target)
        return target

    def _fetch_dataset(self, version: str, target: Path) -> None:
        target.mkdir(parents=True)
        with self._lake.open_read("datasets", manifest_path(version)) as stream:
            manifest = json.load(stream)
        for member in manifest["members"]:
            self._fetch("datasets", content_path(member["sha256"]), target / check_path(member["path"]))

    def _fetch_folder(self, container: str, prefix: str, target: Path) -> None:
        for blob in self._lake.list(container, f"{prefix}/"):
            self._fetch(container, blob.path, target / PurePosixPath(blob.path).relative_to(prefix))

    def _fetch(self, container: str, path: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._lake.open_read(container, path) as stream, target.open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
