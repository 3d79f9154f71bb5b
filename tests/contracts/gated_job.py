"""A job that tells when it starts and ends, and waits in between for a file called like its gate; for local runs."""

import argparse
import json
import os
import time
from pathlib import Path


def note(log, word, run):
    """One line, appended whole."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{word} {run} {os.getpid()}\n".encode())
    os.close(descriptor)


def main():
    parser = argparse.ArgumentParser()
    for name in ("job", "inputs", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    places = parser.parse_args()
    job = json.loads(places.job.read_text())
    note(job["log"], "start", job["run"])
    if "progress" in job:
        (places.out / "progress.json").write_text(job["progress"])
    while job.get("gate") and not Path(job["gate"]).exists():
        time.sleep(0.01)
    (places.out / "results.json").write_text("{}")
    note(job["log"], "end", job["run"])


if __name__ == "__main__":
    main()
