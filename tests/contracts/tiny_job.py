"""A job for contracts of backends: called like the training code, it does at once what its document says."""

import argparse
import json
import os
import sys
import time
from pathlib import Path


def main():
    parser = argparse.ArgumentParser()
    for name in ("job", "inputs", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    places = parser.parse_args()
    job = json.loads(places.job.read_text())
    with Path(job["log"]).open("a") as log:
        log.write(f"{job['run']}\n")
    if job["do"] == "fail":
        sys.exit("no model converges on a Tuesday")
    if job["do"] == "wait":
        time.sleep(600)
    read = {
        (Path(folder) / file).relative_to(places.inputs).as_posix(): (Path(folder) / file).read_text()
        for top in ("tables", "models")
        for folder, _, files in os.walk(places.inputs / top, followlinks=True)
        for file in files
    }
    (places.out / "models" / "a").mkdir(parents=True)
    (places.out / "models" / "a" / "MLmodel").write_bytes(b"flavors: {}")
    (places.out / "results.json").write_text(json.dumps({"run": job["run"], "read": read}))


if __name__ == "__main__":
    main()
