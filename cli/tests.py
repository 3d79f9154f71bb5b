"""The command `test`: brings what the tests need, and runs them tier by tier."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import Failure
from cli.output import print_json, tell

PROJECT = Path(__file__).resolve().parents[1]
TIERS = ("domain", "architecture", "conditioning", "orchestration", "contracts", "host", "training", "acceptance")
"""The fast ones first."""
MOST_PROCESSES = 4
"""Each holds the libraries of all tiers, and starts processes of its own."""


def run_tests(
    tiers: Annotated[list[str] | None, typer.Argument(help="Only these tiers; all of them if none is named.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object last.")] = False,
) -> None:
    """Run the tests, tier by tier, the fast ones first."""
    chosen = tiers or list(TIERS)
    unknown = sorted(set(chosen) - set(TIERS))
    if unknown:
        raise Failure(f"there is no tier {unknown[0]!r}; there are {', '.join(TIERS)}")
    _bring_azurite()
    folders = [f"tests/{tier}" for tier in TIERS if tier in chosen]
    command = [sys.executable, "-m", "pytest", *_share_cores(), *folders]
    code = subprocess.run(command, cwd=PROJECT).returncode
    if as_json:
        print_json({"tiers": chosen, "passed": code == 0})
    raise typer.Exit(code)


def _share_cores() -> list[str]:
    """Have a process for each core take file after file, in the order of the tiers; one core needs none beside it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    processes = min(cores, MOST_PROCESSES)
    # Whoever takes the place of a process that died would wait for its tests without an end.
    sharing = ["--dist=loadfile", "--no-loadscope-reorder", "--max-worker-restart=0"]
    return [f"--numprocesses={processes}", *sharing] if processes > 1 else []


def _bring_azurite() -> None:
    """Install Azurite, pinned in package-lock.json; tests that need it say so where it is absent."""
    npm = shutil.which("npm")
    if npm is None:
        tell("npm is missing, so tests that need Azurite are skipped. Get it with: apt install nodejs npm")
        return
    stamp = PROJECT / "node_modules" / "headrace.sha256"
    digest = hashlib.sha256((PROJECT / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    tell("installing Azurite (once)")
    done = subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=PROJECT, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"npm could not install Azurite:\n{done.stderr.strip()[-1000:]}")
    stamp.write_text(digest)
