"""What it costs to import the function app, beside pandas, the library that conditioners could have begun with.

    python -m bench.import_time

CPU seconds (user and system) of fresh processes, the interpreter's own start taken off, the least of several rounds;
the sides take turns. Also tells which heavy libraries came along, which should be none.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SIDES = {"nothing": "pass", "function_app": "import function_app", "pandas": "import pandas"}
HEAVY = ("pandas", "polars", "pyarrow", "sqlalchemy", "mlflow", "azure.ai.ml", "jax", "sklearn")
MOST_SECONDS = 1.0


def measure(statement: str) -> tuple[float, list[str]]:
    """CPU seconds of a fresh process that does one thing, and the heavy libraries that it has loaded then."""
    told = f"; import json, sys; print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", statement + told], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, json.loads(done.stdout)


def main() -> int:
    """Print each side's cost and the ratio; exit code 1 if the app costs too much or brings a heavy library."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    least: dict[str, float] = {}
    loaded: dict[str, list[str]] = {}
    for _ in range(rounds):
        for side, statement in SIDES.items():
            seconds, loaded[side] = measure(statement)
            least[side] = min(seconds, least.get(side, seconds))
    app, pandas = (least[side] - least["nothing"] for side in ("function_app", "pandas"))
    brought = loaded["function_app"]
    print(
        f"import function_app  {app:.2f} CPU s, at most {MOST_SECONDS:.2f}: {'OK' if app <= MOST_SECONDS else 'OVER'}"
    )
    print(f"import pandas        {pandas:.2f} CPU s; function_app is {app / pandas:.2f} of it")
    print(f"heavy libraries that came along: {', '.join(brought) or 'none'}")
    return 0 if app <= MOST_SECONDS and not brought else 1


if __name__ == "__main__":
    sys.exit(main())
