"""Stands in for the training itself in a job: reads the real job document, and answers for each segment at once."""

import argparse
import os
import sys
from pathlib import Path

from training.job import read_job
from training.outputs import RESULTS, write_json


def main():
    parser = argparse.ArgumentParser()
    for name in ("job", "inputs", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    places = parser.parse_args()
    job = read_job(places.job)
    if any(cell.mover == "crash" for cell in job.segments):
        sys.exit("no model converges on a Tuesday")
    tables = [file for _, _, files in os.walk(places.inputs / "tables", followlinks=True) for file in files]
    told = []
    for cell in job.segments:
        folder = places.out / "models" / cell.id
        folder.mkdir(parents=True)
        (folder / "MLmodel").write_text(f"model of {cell.id}")
        told.append({"id": cell.id, "status": "trained", "model": f"models/{cell.id}", "tables": sorted(tables)})
    results = {
        "schema": 1,
        "kind": job.kind,
        "run": job.run,
        "code_version": job.code_version,
        "dataset_version": job.dataset_version,
        "segments": told,
        "baselines": [{"id": cell.id, "status": "trained"} for cell in job.baselines],
    }
    write_json(places.out / RESULTS, results)


if __name__ == "__main__":
    main()
