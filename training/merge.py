"""Puts the results of a large shard's parts together into the one results.json that a run leaves.

    python -m training.merge --job JOB.json --parts DIR --out DIR

What no part told of is left out; whoever reads the results takes that for a failure.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.job import SCHEMA, Job, JobError, read_job
from training.outputs import RESULTS

BAD_JOB = 2


def merge(job: Job, parts: Path) -> dict[str, Any]:
    """The content of results.json; segments and baselines stand in the job's order."""
    told = [json.loads(file.read_bytes()) for file in sorted(parts.glob("parts/*.json"))]
    merged: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": job.kind,
        "run": job.run,
        "code_version": job.code_version,
        "dataset_version": job.dataset_version,
    }
    for field, cells in (("segments", job.segments), ("baselines", job.baselines)):
        results = {result["id"]: result for part in told for result in part.get(field, [])}
        if field == "segments" or job.kind == "train":
            merged[field] = [results[cell.id] for cell in cells if cell.id in results]
    errors = [part["tracking_error"] for part in told if "tracking_error" in part]
    return {**merged, "tracking_error": errors[0]} if errors else merged


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0, or 2 when the job itself is wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.merge", description=__doc__.splitlines()[0])
    for name in ("job", "parts", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        job = read_job(options.job)
    except JobError as error:
        print(error, file=sys.stderr)
        return BAD_JOB
    options.out.mkdir(parents=True, exist_ok=True)
    # Written at its place: a mounted output takes new files but no renames, and nobody reads it before the step's end.
    text = json.dumps(merge(job, options.parts), indent=1, ensure_ascii=False, allow_nan=False)
    (options.out / RESULTS).write_text(f"{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
