"""The repository's files: readable modules, locks with hashes, and no trace of the machine they were written on."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PRODUCT = {"shared", "conditioners", "orchestrators", "training", "embedded_host", "cli", "dashboard"}
MOST_LINES, MOST_FUNCTION_LINES = 400, 60
ONE_MACHINE = re.compile(
    r"(?<![\w.~])/(?:work|farm|root|home)/|registry\.\w+\.org|\.org" + r"/simple|python" + "hosted"
)
LOCKS = ("requirements.txt", *(f"requirements/{name}.txt" for name in ("local", "dev", "training", "uv")))
PINNED = re.compile(r"([a-z0-9][a-z0-9._-]*)==(\S+)( ; .+)?")


def product_modules(modules):
    return [file for file in modules if file.parts[0] in PRODUCT or len(file.parts) == 1]


def read_lock(path):
    """The requirements of a lock: (name, version, condition) to its hashes."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    requirements = {}
    for line in (line.strip() for line in text.splitlines()):
        if line and not line.startswith("#"):
            requirement, *hashes = re.split(r"\s+--hash=", line)
            found = PINNED.fullmatch(requirement.strip())
            assert found, f"{path.name}: {requirement} is not pinned"
            requirements[found[1], found[2], (found[3] or "").strip()] = hashes
    return requirements


def test_every_module_begins_by_saying_what_it_is_for(modules, root):
    silent = [str(file) for file in modules if not ast.get_docstring(ast.parse((root / file).read_text("utf-8")))]

    assert not silent


def test_no_module_of_the_product_is_longer_than_a_reader_bears(modules, root):
    long = {str(file): len((root / file).read_text("utf-8").splitlines()) for file in product_modules(modules)}

    assert not {file: lines for file, lines in long.items() if lines > MOST_LINES}


def test_no_function_of_the_product_is_longer_than_a_screen(modules, root):
    long = [
        f"{file}:{node.lineno} {node.name}"
        for file in product_modules(modules)
        if "migrations" not in file.parts  # which list tables
        for node in ast.walk(ast.parse((root / file).read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > MOST_FUNCTION_LINES
    ]

    assert not long


def test_no_text_holds_a_path_of_one_machine_or_the_host_of_a_package_registry(tracked_files, root):
    found = []
    for file in tracked_files:
        text = (root / file).read_bytes().decode("utf-8", "replace")
        found += [f"{file}: {match[0]}" for match in ONE_MACHINE.finditer(text)]

    assert not found


@pytest.mark.parametrize(
    "text",
    ["in /" + "work/x", '"/' + 'root/y"', "https://registry." + "example.org", "x.org" + "/simple/", "=/" + "home/me"],
)
def test_the_search_for_machines_finds_them(text):
    assert ONE_MACHINE.search(text)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_requirement_carries_hashes(lock, root):
    requirements = read_lock(root / lock)

    assert requirements
    for (name, version, _), hashes in requirements.items():
        assert hashes, f"{lock}: {name} {version} has no hash"
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", digest) for digest in hashes), f"{lock}: {name} {version}"


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [("requirements.txt", "local"), ("training", "local"), ("local", "dev")],
)
def test_a_smaller_lock_holds_the_same_files_as_a_larger_one(smaller, larger, root):
    paths = [root / (name if name.endswith(".txt") else f"requirements/{name}.txt") for name in (smaller, larger)]
    small, large = map(read_lock, paths)

    assert {entry: large.get(entry) for entry in small} == small


def test_the_npm_lock_names_no_registry_and_a_digest_for_every_package(root):
    import json

    packages = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    installed = {path: package for path, package in packages.items() if path}

    assert installed["node_modules/azurite"]["version"] == "3.37.0"
    assert all(package["integrity"].startswith("sha512-") for package in installed.values())
    assert not [path for path, package in installed.items() if "resolved" in package]


def test_nothing_large_is_under_version_control(tracked_files, root):
    assert not [str(file) for file in tracked_files if (root / file).stat().st_size > 1_000_000]


def test_no_shared_data_is_copied_into_the_project(tracked_files, root):
    import hashlib

    data = root.parent / "shared" / "data"
    theirs = {
        hashlib.sha256(file.read_bytes()).hexdigest() for file in data.rglob("*") if file.is_file() and _counts(file)
    }
    ours = {
        hashlib.sha256((root / file).read_bytes()).hexdigest(): file for file in tracked_files if _counts(root / file)
    }

    assert not [str(ours[digest]) for digest in theirs & set(ours)]


def _counts(file: Path) -> bool:
    return 200 < file.stat().st_size < 50_000_000
