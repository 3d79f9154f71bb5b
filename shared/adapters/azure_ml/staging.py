"""What a job reads beside tables and models, put into the lake's container `runs` before the job is submitted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shared.domain.runs import RunSpec
from shared.ports import Lake

CONTAINER = "runs"
PART = 25
"""Models in one part of a large run."""


def staged_folder(spec: RunSpec) -> str:
    """Where a run's documents stand; another request under the same name has another folder."""
    return f"{spec.name}/in-{spec.fingerprint[:12]}"


def stage(lake: Lake, spec: RunSpec, *, in_parts: bool) -> None:
    """Write `job.json` and `models.json`, and each part's own document for a run that is done in parts."""
    for name, document in _documents(spec, in_parts):
        path = f"{staged_folder(spec)}/{name}"
        if lake.stat(CONTAINER, path) is None:
            with lake.open_write(CONTAINER, path) as writer:
                writer.write(json.dumps(document).encode())
                writer.commit()


def _documents(spec: RunSpec, in_parts: bool) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "models.json", dict(spec.models)
    if in_parts:
        for number, part in enumerate(cut_job(spec.job)):
            yield f"parts/part-{number:04d}.json", part
    yield "job.json", dict(spec.job)


def cut_job(job: Mapping[str, Any], size: int = PART) -> Iterator[dict[str, Any]]:
    """A job document in parts of at most `size` segments; each baseline goes with the first part that needs it."""
    segments, told = job["segments"], set[str]()
    for start in range(0, len(segments), size):
        own = segments[start : start + size]
        formats = {(segment["region"], segment["store_format"]) for segment in own}
        baselines = [
            baseline
            for baseline in job["baselines"]
            if (baseline["region"], baseline["store_format"]) in formats and baseline["id"] not in told
        ]
        told |= {baseline["id"] for baseline in baselines}
        names = {segment["id"] for segment in own}
        models = {name: role for name, role in job.get("models", {}).items() if name in names}
        yield {**job, "segments": own, "baselines": baselines, "models": models}
