"""What each peer does when it is told to: run a fleet, start single orchestrations, end."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))


def parse() -> argparse.Namespace:
    """`--folder` for the engine's files, `--mode` for its variant."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--mode", default="")
    return parser.parse_args()


def serve(run_fleet: Callable[[int], int], start_single: Callable[[str], None]) -> None:
    """Answer commands from standard input, one JSON line each: `["fleet", 84]`, `["single", "s1"]`, `["end"]`.

    `run_fleet` gives the number of results; `start_single` returns once the engine has taken the start.
    """
    print("READY", flush=True)
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        if command == "end":
            return
        began = time.time_ns()
        result = run_fleet(*arguments) if command == "fleet" else start_single(*arguments)
        print(json.dumps({"began": began, "ended": time.time_ns(), "result": result}), flush=True)
