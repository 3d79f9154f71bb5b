"""What the process keeps of the memory that is let go while a large file is conditioned. Real child processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc has the settings")

TAKE_AND_LET_GO = """
import resource
from contextlib import nullcontext
from conditioners.heap import freed_memory_kept

def faults_of_taking(times=5, pieces=4, size=10 << 20):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        [bytearray(b"x") * size for _ in range(pieces)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

PAGES = (40 << 20) // resource.getpagesize()
"""


def run_child(code: str, **environment: str) -> list[str]:
    """What a new Python prints."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    child = subprocess.run(
        [sys.executable, "-c", TAKE_AND_LET_GO + code], env=settings | environment, capture_output=True, text=True,
        timeout=60, check=True,
    )  # fmt: skip
    return child.stdout.split()


def test_memory_that_is_let_go_is_taken_again_without_asking_the_system() -> None:
    code = "with freed_memory_kept():\n    faults_of_taking(1)\n    print(faults_of_taking(), PAGES)"
    faults, pages = map(int, run_child(code))
    assert faults < pages  # and five times as many without


def test_the_memory_is_given_back_in_the_end() -> None:
    code = "with freed_memory_kept():\n    faults_of_taking()\n    print(resident())\nprint(resident())"
    during, after = map(int, run_child(code))
    assert during - after > 32 << 20


def test_settings_of_the_environment_hold_again_in_the_end() -> None:
    code = "with freed_memory_kept():\n    faults_of_taking()\nprint(faults_of_taking(), PAGES)"
    faults, pages = map(int, run_child(code, MALLOC_TRIM_THRESHOLD_="131072"))
    assert faults > 4 * pages


def test_it_is_kept_until_the_last_of_several_users_is_done() -> None:
    code = (
        "with freed_memory_kept():\n    with freed_memory_kept():\n        pass\n"
        "    faults_of_taking(1)\n    print(faults_of_taking(), PAGES)"
    )
    faults, pages = map(int, run_child(code, MALLOC_TRIM_THRESHOLD_="131072"))
    assert faults < pages


def test_what_libraries_consist_of_is_not_looked_at_for_cycles_again():
    code = """
import gc
from conditioners.collector import import_libraries
import_libraries("numpy")
assert gc.get_freeze_count() > 1000 and gc.isenabled()
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
