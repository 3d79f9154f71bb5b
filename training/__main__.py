"""`python -m training --job JOB.json --inputs DIR --out DIR`: one run, as docs/training-job.md describes it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.job import SCHEMA, Job, JobError, read_job
from training.outputs import RESULTS, write_json

BAD_JOB = 2
ENVIRONMENT = {
    # As many runs as there are cores work side by side, so each keeps to one thread.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.1",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "GIT_PYTHON_REFRESH": "quiet",
}
"""Set where the caller has not set them, before the libraries that read them are imported."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; 0 when results.json is written, also when segments failed; 2 when the job itself is wrong."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--job", type=Path, required=True, help="the run as JSON")
    parser.add_argument("--inputs", type=Path, required=True, help="folder with tables/ and models/")
    parser.add_argument("--out", type=Path, required=True, help="folder to write results.json and the rest into")
    options = parser.parse_args(arguments)
    try:
        job = read_job(options.job)
        if not (options.inputs / "tables").is_dir():
            raise JobError(f"--inputs: there is no folder {options.inputs / 'tables'}")
    except JobError as error:
        print(error, file=sys.stderr)
        return BAD_JOB
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    # An earlier attempt's results must not be taken for this one's.
    (options.out / RESULTS).unlink(missing_ok=True)
    write_json(options.out / RESULTS, run(job, options.inputs, options.out))
    return 0


def run(job: Job, inputs: Path, out: Path) -> dict[str, Any]:
    """Do what the job asks; returns the content of results.json."""
    from training.tracking import open_tracker

    out.mkdir(parents=True, exist_ok=True)
    head = {
        "schema": SCHEMA, "kind": job.kind, "run": job.run, "code_version": job.code_version,
        "dataset_version": job.dataset_version,
    }  # fmt: skip
    with open_tracker(job) as tracker:
        if job.kind == "train":
            from training.train import train

            results = {**head, **train(job, inputs, out, tracker)}
        else:
            from training.score import score

            results = {**head, **score(job, inputs, out)}
        tracker.record_run(results)
    return results if tracker.error is None else {**results, "tracking_error": tracker.error}


if __name__ == "__main__":
    sys.exit(main())
