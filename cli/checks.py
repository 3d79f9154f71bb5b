"""The command `check`: lint, format, types and import rules."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import Failure
from cli.output import print_json

PROJECT = Path(__file__).resolve().parents[1]
PACKAGES = ("shared", "conditioners", "orchestrators", "training", "embedded_host", "cli")
CHECKS = {
    "lint": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "types": ["-m", "mypy", "function_app.py", "headrace.py", *PACKAGES],
    "imports": ["-c", "from importlinter.cli import lint_imports_command as run; run()"],
}


def run_checks(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object last.")] = False,
) -> None:
    """Check lint, format, types and import rules."""
    passed: dict[str, bool] = {}
    for name, command in CHECKS.items():
        started = time.monotonic()
        done = subprocess.run([sys.executable, *command], cwd=PROJECT, capture_output=True, text=True)
        passed[name] = done.returncode == 0
        print(f"{name:<8} {'ok' if passed[name] else 'FAILED'}  ({time.monotonic() - started:.0f} s)", flush=True)
        if not passed[name]:
            print((done.stdout + done.stderr).strip(), flush=True)
    if as_json:
        print_json({"passed": passed})
    if not all(passed.values()):
        raise Failure("mend what is printed above; ruff format and ruff check --fix do much of it")
