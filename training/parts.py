"""The entry script of Azure ML's parallel step: each mini-batch is one part of a large shard, run as a job of its own.

Azure ML calls `init` once in each of its processes, then `run` with the files of each mini-batch. A part leaves
`parts/<part>.json`, which `training.merge` puts together, and its models or predictions beside it. A part that fails
tells so in the same place, so that the other parts go on.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LAST_WORDS = 2_000


@dataclass(frozen=True)
class _Place:
    """Where a process finds what its parts read, and where it puts what they leave."""

    code: Path
    inputs: Path
    out: Path


_places: list[_Place] = []


def init() -> None:
    """Lay out the inputs; Azure ML hands the step's arguments over on the command line."""
    parser = argparse.ArgumentParser()
    for name in ("manifest", "content", "models", "run", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options, _ = parser.parse_known_args()
    place = _Place(_find_code(), Path(tempfile.mkdtemp(prefix="inputs-")), options.out)
    sys.path.insert(0, str(place.code))
    from training.layout import lay_out

    lay_out(options.manifest, options.content, options.models, options.run, place.inputs)
    _places[:] = [place]


def run(mini_batch: list[str]) -> list[str]:
    """Do the parts of a mini-batch; answers their names, by which Azure ML counts what succeeded."""
    return [_do_part(Path(part), _places[0]) for part in mini_batch]


def _find_code() -> Path:
    """A folder in which this one stands under the name `training`; Azure ML unpacks it under another one."""
    here = Path(__file__).resolve().parent
    if here.name == "training":
        return here.parent
    code = Path(tempfile.mkdtemp(prefix="code-"))
    (code / "training").symlink_to(here, target_is_directory=True)
    return code


def _do_part(part: Path, place: _Place) -> str:
    # Written beside the output and copied there whole: a mounted output takes new files but no renames.
    with tempfile.TemporaryDirectory(prefix=f"{part.stem}-") as folder:
        own = Path(folder)
        results = _results_of(part, own, _run_job(part, own, place))
        for name in ("models", "predictions"):
            if (own / name).is_dir():
                shutil.copytree(own / name, place.out / name, dirs_exist_ok=True)
        (place.out / "parts").mkdir(parents=True, exist_ok=True)
        (place.out / "parts" / part.name).write_text(json.dumps(results), encoding="utf-8")
    return part.stem


def _run_job(part: Path, own: Path, place: _Place) -> subprocess.CompletedProcess[str]:
    arguments = ["--job", str(part), "--inputs", str(place.inputs), "--out", str(own)]
    return subprocess.run(
        [sys.executable, "-m", "training", *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, "PYTHONPATH": str(place.code)},
    )


def _results_of(part: Path, own: Path, done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What a part's job said, or the failure of all that it was to do."""
    if done.returncode == 0:
        told: dict[str, Any] = json.loads((own / "results.json").read_bytes())
        return told
    job = json.loads(part.read_bytes())
    error = f"the part ended with exit code {done.returncode}: {done.stderr.strip()[-LAST_WORDS:]}"
    return {
        kind: [{"id": cell["id"], "status": "failed", "error": error} for cell in job[kind]]
        for kind in ("segments", "baselines")
    }
