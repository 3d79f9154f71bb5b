"""Loads an app's function_app.py once and indexes its functions, as the Python worker does."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from embedded_host.functions.definitions import Function, IndexedApp
from embedded_host.functions.load_checks import FunctionLoadError, check_parameters
from embedded_host.functions.sdk_types import enter_app

SCRIPT = "function_app"
SERVED_SDK_MAJORS = {"azure-functions": ("1", "2"), "azure-functions-durable": ("1",)}
_DURABLE_NAME_KEYS = {
    "orchestrationTrigger": "orchestration",
    "activityTrigger": "activity",
    "entityTrigger": "entityName",
}
_indexed: dict[tuple[Path, int], IndexedApp] = {}


class AppLoadError(Exception):
    """The app cannot be loaded; the message says what the worker would say."""


def load_app(app_dir: Path) -> IndexedApp:
    """Import an app and index it; the same file is indexed once per process, since the SDK allows no more.

    Raises AppLoadError, FunctionLoadError, or what the app's own import raises.
    """
    check_sdk_versions()
    app_dir = check_app_dir(app_dir)
    script = app_dir / f"{SCRIPT}.py"
    key = (app_dir, script.stat().st_mtime_ns)
    if key not in _indexed:
        functions = map(_index, _registered_functions(_import_app(app_dir)))
        _indexed[key] = IndexedApp({function.name: function for function in functions})
    return _indexed[key]


def check_app_dir(app_dir: Path) -> Path:
    """The app's folder as an absolute path. Raises AppLoadError where it holds no app."""
    resolved = app_dir.resolve()
    if not (resolved / f"{SCRIPT}.py").is_file():
        raise AppLoadError(f"There is no {SCRIPT}.py in {resolved}. --app names the folder that holds it.")
    return resolved


def check_sdk_versions() -> None:
    """Refuse SDKs of a major version that speaks another protocol. Raises AppLoadError."""
    for package, majors in SERVED_SDK_MAJORS.items():
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
        refusal = sdk_refusal(package, version)
        if refusal:
            raise AppLoadError(refusal)
        assert version.partition(".")[0] in majors


def sdk_refusal(package: str, version: str) -> str | None:
    """Why this host cannot serve a version of an SDK; None if it can."""
    majors = SERVED_SDK_MAJORS[package]
    if version.partition(".")[0] in majors:
        return None
    return (
        f"{package} {version} is installed, which speaks another protocol than {package} {' or '.join(majors)}.x; "
        f"this host serves only the latter. Pin '{package}<{int(majors[-1]) + 1}'."
    )


def _import_app(app_dir: Path) -> ModuleType:
    _forget_namesakes(app_dir)
    enter_app(app_dir)
    if str(app_dir) in sys.path:
        sys.path.remove(str(app_dir))
    sys.path.insert(0, str(app_dir))
    importlib.invalidate_caches()
    return importlib.import_module(SCRIPT)


def _forget_namesakes(app_dir: Path) -> None:
    """Drop modules of apps that this process loaded before, where this app has others of the same name."""
    earlier = {key[0] for key in _indexed}
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        top = name.partition(".")[0]
        is_here = (app_dir / f"{top}.py").exists() or (app_dir / top).is_dir()
        if path and is_here and any(_is_part_of(Path(path), other) for other in earlier - {app_dir}):
            del sys.modules[name]
    sys.modules.pop(SCRIPT, None)


def _is_part_of(path: Path, app_dir: Path) -> bool:
    return path.is_relative_to(app_dir) and "site-packages" not in path.parts


def _registered_functions(module: ModuleType) -> list[Any]:
    from azure.functions import FunctionRegister

    apps = {id(value): value for value in vars(module).values() if isinstance(value, FunctionRegister)}
    if not apps:
        raise AppLoadError(f"Could not find top level function app instances in {module.__file__}.")
    if len(apps) > 1:
        raise AppLoadError(f"More than one top level function app instances are found in {module.__file__}.")
    functions: list[Any] = next(iter(apps.values())).get_functions()
    return functions


def _index(indexed: Any) -> Function:
    name = indexed.get_function_name()
    call = indexed.get_user_function()
    bindings = tuple(json.loads(text) for text in indexed.get_raw_bindings())
    trigger_name = indexed.get_trigger().name
    trigger = next(binding for binding in bindings if binding["name"] == trigger_name and _is_trigger(binding))
    try:
        inputs, outputs, returned, wants_context = check_parameters(name, call, bindings)
    except (TypeError, ValueError) as error:
        raise FunctionLoadError(name, str(error)) from error
    return Function(
        name=name,
        call=call,
        trigger=trigger,
        bindings=bindings,
        inputs=inputs,
        outputs=outputs,
        returns=returned,
        is_async=inspect.iscoroutinefunction(call),
        wants_context=wants_context,
        retry_policy=indexed.get_settings_dict("retry_policy"),
        durable_name=_durable_name(name, trigger),
    )


def _is_trigger(binding: Mapping[str, Any]) -> bool:
    return str(binding["type"]).casefold().endswith("trigger")


def _durable_name(name: str, trigger: Mapping[str, Any]) -> str | None:
    key = _DURABLE_NAME_KEYS.get(trigger["type"])
    return str(trigger.get(key) or name) if key else None
