"""Who may import whom, and what an import may cost."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

import headrace
from cli.checks import CHECKS

HEAVY = {"mlflow", "numpy", "pandas", "polars", "pyarrow", "scipy", "sklearn", "sqlalchemy", "jax", "optax", "openpyxl"}
HEAVY_AZURE = ("azure.ai", "azure.identity", "azure.storage")
NOT_DEPLOYED = {"tests"}
"""The durable SDK brings a folder of its own tests; ours never lies beside it in Azure."""


def imported_names(module):
    """The absolute names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: write absolute imports"
            yield node.module


def test_the_import_rules_are_kept(root):
    checked = subprocess.run([sys.executable, *CHECKS["imports"]], cwd=root, capture_output=True, text=True)

    assert checked.returncode == 0, checked.stdout


def test_the_domain_imports_the_standard_library_alone(root):
    modules = list((root / "shared" / "domain").rglob("*.py"))

    assert modules
    for module in modules:
        foreign = {
            name
            for name in imported_names(module)
            if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("shared.domain")
        }
        assert not foreign, f"{module.name} imports {foreign}"


def test_the_launcher_needs_nothing_but_python(root):
    foreign = {name.partition(".")[0] for name in imported_names(root / "headrace.py")} - sys.stdlib_module_names

    assert not foreign


def test_the_launcher_has_modules_compiled_once_also_where_none_may_lie_beside_the_source(monkeypatch, tmp_path):
    started = []
    show = [sys.executable, "-c", "import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)"]
    monkeypatch.setattr(headrace, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(headrace, "prepare", lambda requirements: sys.executable)
    monkeypatch.setattr(headrace, "_become", lambda command: started.append(subprocess.check_output(show, text=True)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    headrace.main(["doctor"])

    assert started == [f"False {tmp_path / 'bytecode'}\n"]


def test_importing_the_function_app_loads_nothing_heavy(indexed):
    loaded = set(indexed["loaded"])

    assert "azure.functions" in loaded
    assert not loaded & HEAVY
    assert not [name for name in loaded if name.startswith(HEAVY_AZURE)]


@pytest.mark.filterwarnings("ignore")
def test_no_folder_or_module_of_ours_has_the_name_of_an_installed_package(root):
    taken = set(packages_distributions()) | sys.stdlib_module_names | {"local"}
    ours = {path.name for path in root.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    ours |= {path.stem for path in root.glob("*.py")}

    assert {"shared", "conditioners", "orchestrators", "training", "function_app"} <= ours
    assert not (ours - NOT_DEPLOYED) & taken
