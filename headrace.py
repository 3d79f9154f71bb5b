#!/usr/bin/env python3
"""Headrace on one machine. First use sets everything up; later uses start at once.

usage: python3 headrace.py COMMAND [OPTIONS]

  demo        one whole weekly run on sample data: raw files in, gated models and published forecasts out
  up          the app with its triggers, until Ctrl-C
  test        the tests            check       lint, types and import rules
  condition   raw files of a source, or any table, to standard CSV
  start       start a pipeline     runs        list, show and steer what was started
  fleet       the cells of a fleet source      sources: how fresh they are, new ones, tries
  doctor      what is wrong here, and what to do about it

Every command has --help and --json.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import NoReturn

PROJECT = Path(__file__).resolve().parent
ENVIRONMENT = PROJECT / ".venv"
NEEDS_DEVELOPMENT = {"test", "check", "bench"}
LEAST_PYTHON = (3, 11)


class SetupError(Exception):
    """Setting up failed; the message says what to do."""


def main(arguments: list[str]) -> int:
    """Set up what the command needs, then become it."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        return 0 if arguments else 2
    os.environ.setdefault("HEADRACE_STARTED", repr(time.time()))
    try:
        python = prepare("dev" if arguments[0] in NEEDS_DEVELOPMENT else "local")
    except SetupError as error:
        print(f"headrace: {error}", file=sys.stderr)
        return 1
    os.environ["PYTHONPATH"] = str(PROJECT)  # so that paths on the command line stay relative to where it is typed
    _keep_bytecode()
    return _become([str(python), "-m", "cli", *arguments])


def prepare(requirements: str) -> Path:
    """Make the environment hold a set of locked requirements; answers its interpreter."""
    if sys.version_info < LEAST_PYTHON:
        have, need = (".".join(map(str, version)) for version in (sys.version_info[:2], LEAST_PYTHON))
        raise SetupError(f"this is Python {have}; Headrace needs {need} or newer: run it with a newer python3")
    if os.name != "posix":
        raise SetupError("Headrace runs on Linux and macOS; on Windows use it inside WSL")
    python = ENVIRONMENT / "bin" / "python"
    with _alone():
        if not _is_installed(requirements):
            _make_environment(python)
            _install(python, requirements)
    return python


def _is_installed(requirements: str) -> bool:
    sets = {"local": ("local", "dev"), "dev": ("dev",)}[requirements]
    return any(_stamp(name).is_file() and _stamp(name).read_text() == _digest(name) for name in sets)


def _stamp(requirements: str) -> Path:
    return ENVIRONMENT / f"headrace-{requirements}.sha256"


def _lock(requirements: str) -> Path:
    return PROJECT / "requirements" / f"{requirements}.txt"


def _digest(requirements: str) -> str:
    return hashlib.sha256(_lock(requirements).read_bytes() + sys.version.encode()).hexdigest()


def _make_environment(python: Path) -> None:
    if python.exists() and _run([python, "-c", "import pip"]).returncode == 0:
        return
    _tell("making a Python environment in .venv")
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    try:
        venv.create(ENVIRONMENT, with_pip=True, symlinks=True)
    except (subprocess.CalledProcessError, OSError, ImportError) as error:
        raise SetupError(
            f"no virtual environment could be made ({error}). On Debian or Ubuntu: apt install python3-venv"
        ) from error


def _install(python: Path, requirements: str) -> None:
    _tell("installing the locked packages (once; about a gigabyte on disk)")
    for stamp in ENVIRONMENT.glob("headrace-*.sha256"):
        stamp.unlink()
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
    uv = ENVIRONMENT / "bin" / "uv"
    steps = [
        [*pip, "-r", _lock("uv")],
        [uv, "pip", "sync", "--quiet", "--no-cache", "--python", python, _lock(requirements)],
    ]
    failed = _first_failure(steps, _addresses_for_uv(python))
    if failed is not None:
        # uv does not know every setting that pip knows; pip is slower and gets there too.
        failed = _first_failure([[*pip, "-r", _lock(requirements)]], {})
    if failed is not None:
        raise SetupError(
            f"the packages could not be installed:\n{failed}\n"
            "Check the network, the free disk space, and pip's settings (pip config list), then run this again."
        )
    _stamp(requirements).write_text(_digest(requirements))


def _first_failure(steps: list[list[object]], extra: dict[str, str]) -> str | None:
    for step in steps:
        done = _run(step, extra)
        if done.returncode != 0:
            return (done.stderr or done.stdout).strip()[-1500:]
    return None


def _addresses_for_uv(python: Path) -> dict[str, str]:
    """pip's own index and certificate settings in the names that uv reads, unless uv has settings already."""
    known = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    found: dict[str, str] = {}
    for line in _run([python, "-m", "pip", "config", "list"]).stdout.splitlines():
        name, _, value = line.partition("=")
        variable = known.get(name.rpartition(".")[2])
        if variable and variable not in os.environ:
            found[variable] = value.strip("'\"")
    return found


def _run(command: list[object], extra: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **(extra or {})}
    environment.pop("PYTHONPATH", None)
    words = [str(part) for part in command]
    try:
        return subprocess.run(words, env=environment, capture_output=True, text=True)
    except OSError as error:
        return subprocess.CompletedProcess(words, 127, "", str(error))


class _alone:
    """One set-up at a time; a second waits for the first."""

    def __enter__(self) -> None:
        import fcntl

        self._file = (PROJECT / ".headrace-setup.lock").open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _keep_bytecode() -> None:
    """Where no compiled modules may lie beside the source, keep them in .venv: processes start in half the time."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ENVIRONMENT / "bytecode"))


def _become(command: list[str]) -> NoReturn:
    """Go on as another program in this same process, so that signals and exit codes need nobody in between."""
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606 - the interpreter of our own environment


def _tell(text: str) -> None:
    print(f"headrace: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
