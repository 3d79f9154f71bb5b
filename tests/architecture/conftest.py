"""The project as text: its tracked files, and the function app as the Functions worker would index it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INDEX = """
import json, sys
import function_app
loaded = sorted({name.partition(".")[0] if not name.startswith("azure.") else name for name in sys.modules})
functions = [json.loads(str(function)) | {"name": function.get_function_name()}
             for function in function_app.app.get_functions()]
print(json.dumps({"loaded": loaded, "functions": functions}))
"""


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def tracked_files():
    """Every file under version control that is there, relative to the root."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def modules(tracked_files):
    """Every Python module under version control."""
    return [file for file in tracked_files if file.suffix == ".py"]


@pytest.fixture(scope="session")
def indexed():
    """What a fresh process has loaded after `import function_app`, and the functions that it then indexes."""
    done = subprocess.run([sys.executable, "-c", INDEX], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
