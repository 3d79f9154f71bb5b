"""This side: the engine, with the declaration of job.py; with --one-core on one processor core."""

from __future__ import annotations

import os
import sys

if "--one-core" in sys.argv:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # before a library counts them

from bench.conditioning.job import HOOKED, SOURCE
from bench.conditioning.sides.answers import arguments, write_summary
from conditioners.engine import condition
from conditioners.inputs.raw import RawInput
from conditioners.outcome import Conditioned


def main(*, hooked: bool) -> None:
    """Condition the input."""
    path, folder = arguments()
    with (folder / "accepted.csv").open("wb") as accepted, (folder / "rejected.csv").open("wb") as rejected:
        raw = RawInput(path.name, lambda: path.open("rb"), path.stat().st_size)
        outcome = condition(HOOKED if hooked else SOURCE, raw, accepted, rejected)
    assert isinstance(outcome, Conditioned), outcome
    summary = outcome.summary.to_json()
    wanted = (
        "rows_in", "rows_out", "rows_quarantined", "rows_duplicate", "sha256", "columns", "rejects", "skipped_lines",
    )  # fmt: skip
    write_summary(folder, **{name: summary[name] for name in wanted})


if __name__ == "__main__":
    main(hooked="--hook" in sys.argv)
