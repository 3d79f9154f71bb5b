"""What it costs to import the function app, and a conditioner, beside pandas, which conditioners could have begun with.

    python -m bench.import_time

CPU seconds (user and system) of fresh processes, the interpreter's own start taken off, the least of several rounds;
the sides take turns. Also tells which heavy libraries came along, which should be none. A conditioner's first file
brings polars and pyarrow as well; what that costs is told and held to nothing.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
CONDITIONER = "import conditioners.engine, conditioners.sources.shipments"
SIDES = {
    "nothing": "pass", "function_app": "import function_app", "conditioner": CONDITIONER,
    "first file": f"{CONDITIONER}, polars, pyarrow.csv", "pandas": "import pandas",
}  # fmt: skip
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
    cost = {side: least[side] - least["nothing"] for side in SIDES}
    brought = sorted({*loaded["function_app"], *loaded["conditioner"]})
    print(f"import pandas                       {cost['pandas']:.2f} CPU s")
    is_kept = [
        _report("import function_app", cost["function_app"], MOST_SECONDS),
        _report("import a conditioner", cost["conditioner"], cost["pandas"]),
    ]
    print(f"with what its first file brings     {cost['first file']:.2f} CPU s")
    print(f"heavy libraries that came along: {', '.join(brought) or 'none'}")
    return 0 if all(is_kept) and not brought else 1


def _report(what: str, seconds: float, most: float) -> bool:
    print(f"{what:<36}{seconds:.2f} CPU s, at most {most:.2f}: {'OK' if seconds <= most else 'OVER'}")
    return seconds <= most


if __name__ == "__main__":
    sys.exit(main())
