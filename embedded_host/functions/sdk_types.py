"""Converters for SDK types, such as a blob by reference: the SDK keeps one registry of them per process.

Azure has one app per process. Here tests load several, each with converters of its own for the same binding, so each
app finds in the registry what its own modules and installed packages have put there.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

_of_other_apps: list[tuple[str, type]] = []


def sdk_type_registry() -> Any:
    """The registry, once the app has loaded the package that has it; else None."""
    base = sys.modules.get("azurefunctions.extensions.base")
    return base.get_binding_registry() if base else None


def enter_app(app_dir: Path) -> None:
    """Put aside what other apps' modules have registered, and put back what those of this app did that are loaded."""
    registry = sdk_type_registry()
    if registry is None:
        return
    registered: dict[str, type] = registry._bindings
    known = [*_of_other_apps, *registered.items()]
    registered.clear()
    _of_other_apps.clear()
    for binding, converter in known:
        file = _defining_file(converter)
        if file is None:
            continue
        if "site-packages" in file.parts or file.is_relative_to(app_dir):
            registered[binding] = converter
        else:
            _of_other_apps.append((binding, converter))


def _defining_file(converter: type) -> Path | None:
    """Where the converter's class statement stands; None where that module is loaded no more, or anew."""
    module = sys.modules.get(converter.__module__)
    if getattr(module, converter.__qualname__, None) is not converter:
        return None
    return Path(getattr(module, "__file__", None) or "").resolve()
