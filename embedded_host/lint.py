"""Finds in an app's source what would hang or fail in Azure, without running it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded_host.durable.catalog import Catalog
from embedded_host.functions.app_index import load_app
from embedded_host.functions.definitions import IndexedApp
from embedded_host.functions.durable_functions import catalog_of
from embedded_host.functions.load_checks import FunctionLoadError

_CALLS = {
    "call_activity": "activity",
    "call_activity_with_retry": "activity",
    "call_sub_orchestrator": "orchestrator",
    "call_sub_orchestrator_with_retry": "orchestrator",
    "start_new": "orchestrator",
    "EntityId": "entity",
}
_UNSTEADY = {
    "datetime.now": "the time of day", "datetime.utcnow": "the time of day", "datetime.today": "the time of day",
    "date.today": "the time of day", "time.time": "the time of day", "time.sleep": "waiting (use a timer)",
    "uuid.uuid4": "a random id (use context.new_uuid)", "uuid.uuid1": "a random id (use context.new_uuid)",
    "os.getenv": "the environment", "open": "a file", "input": "the console", "os.environ": "the environment",
}  # fmt: skip
_UNSTEADY_MODULES = {"random": "chance", "requests": "the network", "urllib": "the network", "httpx": "the network",
                     "secrets": "chance", "socket": "the network", "subprocess": "a process"}  # fmt: skip
_SKIPPED_FOLDERS = frozenset({"node_modules", "site-packages", "tests", "test", "bench", "__pycache__"})


@dataclass(frozen=True)
class Problem:
    """Something that would hang or fail in Azure."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def lint_app(app_dir: Path) -> list[Problem]:
    """Look through an app; its import must work. Raises AppLoadError."""
    try:
        app = load_app(app_dir)
    except FunctionLoadError as error:
        return [Problem("function_app.py", 1, f"the worker refuses it: {error}")]
    catalog = catalog_of(app)
    renamed = _renamed(app)
    orchestrators = _orchestrator_lines(app)
    problems: list[Problem] = []
    for path in _sources(app_dir):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        shown = path.relative_to(app_dir).as_posix()
        constants = _constants(tree)
        problems.extend(_check_names(tree, shown, catalog, renamed, constants))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and (str(path), function.name) in orchestrators:
                problems.extend(_check_orchestrator(function, shown))
    return sorted(problems, key=lambda problem: (problem.path, problem.line))


def _sources(app_dir: Path) -> Iterator[Path]:
    own = Path(__file__).parent
    for path in sorted(app_dir.rglob("*.py")):
        parts = path.relative_to(app_dir).parts[:-1]
        is_skipped = any(part in _SKIPPED_FOLDERS or part.startswith(".") for part in parts)
        if not is_skipped and not path.is_relative_to(own):
            yield path


def _renamed(app: IndexedApp) -> dict[str, tuple[str, str]]:
    """Durable functions whose name differs from the one that a reference to them sends: Python name → (sent, known)."""
    found = {}
    for function in app.functions.values():
        if function.durable_name is None:
            continue
        inner = _inner(function.call)
        if inner.__name__.casefold() != function.durable_name.casefold():
            found[inner.__name__] = (inner.__name__, function.durable_name)
    return found


def _inner(call: Any) -> Any:
    return getattr(call, "orchestrator_function", None) or getattr(call, "entity_function", None) or call


def _orchestrator_lines(app: IndexedApp) -> set[tuple[str, str]]:
    return {
        (_inner(function.call).__code__.co_filename, _inner(function.call).__name__)
        for function in app.with_trigger("orchestrationTrigger")
        if hasattr(_inner(function.call), "__code__")
    }


def _constants(tree: ast.Module) -> dict[str, str]:
    """Module-level names of plain text."""
    found = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            for target in statement.targets:
                if isinstance(target, ast.Name) and isinstance(statement.value.value, str):
                    found[target.id] = statement.value.value
    return found


def _check_names(
    tree: ast.Module,
    path: str,
    catalog: Catalog,
    renamed: Mapping[str, tuple[str, str]],
    constants: Mapping[str, str],
) -> Iterator[Problem]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        kind = _CALLS.get(_last_name(node.func))
        if kind is None:
            continue
        given = node.args[0]
        if isinstance(given, ast.Name) and given.id in renamed and given.id not in constants:
            sent, known = renamed[given.id]
            yield Problem(
                path,
                node.lineno,
                f"the function passed here is sent as '{sent}', but is known as '{known}': the instance hangs. "
                f"Pass the name '{known}'.",
            )
            continue
        name = _text(given, constants)
        if name is not None and not _is_known(catalog, kind, name):
            yield Problem(path, node.lineno, f"{catalog.unknown(kind, name)} In Azure the instance hangs.")


def _is_known(catalog: Catalog, kind: str, name: str) -> bool:
    return any(known.casefold() == name.casefold() for known in catalog.names[kind])


def _text(node: ast.expr, constants: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return constants.get(node.id) if isinstance(node, ast.Name) else None


def _check_orchestrator(function: ast.FunctionDef, path: str) -> Iterator[Problem]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield from _check_call(node, path)
        elif isinstance(node, ast.For) and isinstance(node.iter, ast.Set):
            yield Problem(
                path, node.lineno, "an orchestrator goes through a set: its order differs from replay to replay"
            )


def _check_call(node: ast.Call, path: str) -> Iterator[Problem]:
    name = _dotted(node.func)
    if _last_name(node.func) == "create_timer" and node.args:
        for part in ast.walk(node.args[0]):
            if isinstance(part, ast.Call) and _is_naive(part):
                yield Problem(
                    path,
                    node.lineno,
                    "a timer gets a naive datetime and fails: can't compare offset-naive and offset-aware datetimes. "
                    "Start from context.current_utc_datetime.",
                )
    for unsteady, what in _UNSTEADY.items():
        if name == unsteady or (name.endswith(f".{unsteady}") and not hasattr(builtins, unsteady)):
            yield Problem(
                path, node.lineno, f"an orchestrator asks for {what} ({name}): each replay gets another answer"
            )
    top = name.partition(".")[0]
    if "." in name and top in _UNSTEADY_MODULES:
        yield Problem(path, node.lineno, f"an orchestrator asks {_UNSTEADY_MODULES[top]} ({name}): use an activity")


def _is_naive(call: ast.Call) -> bool:
    name = _dotted(call.func)
    if name.endswith(("datetime.utcnow", "datetime.today")):
        return True
    has_zone = any(keyword.arg in ("tz", "tzinfo") for keyword in call.keywords)
    if name.endswith("datetime.now"):
        return not call.args and not has_zone
    return name in ("datetime", "datetime.datetime") and not has_zone and len(call.args) < 8


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return ""


def _last_name(node: ast.expr) -> str:
    return _dotted(node).rpartition(".")[2] or (node.attr if isinstance(node, ast.Attribute) else "")
