"""The registry of sources: which there are, and which one a raw file belongs to."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from traceback import extract_tb
from types import ModuleType

from conditioners import sources
from conditioners.declaration import Source
from conditioners.outcome import SourceError
from conditioners.paths import compile_path
from conditioners.readers.decoding import decode_beginning

_MODULE = re.compile(r"(?!__init__)[A-Za-z_][A-Za-z0-9_]*\.py")
_LOADING = Lock()
_ASKED = set[str]()
"""Modules that were loaded here, and are loaded anew when they change."""


class SourcesUnavailable(SourceError):
    """A module fails or declares no source, so that nobody can say which files are whose; the message names it."""


class UnknownSource(LookupError):
    """There is no such source; the message names those there are."""


@dataclass(frozen=True)
class Identified:
    """The one source that a raw file belongs to."""

    source: Source


@dataclass(frozen=True)
class Unidentified:
    """No source, or more than one, claims a raw file; `reason` says which."""

    reason: str


def all_sources() -> tuple[Source, ...]:
    """Every declared source, by name.

    Raises SourcesUnavailable when a module fails or has none, or a name stands twice. A module that was added, mended
    or deleted since counts as it is now: an app that runs takes the next file by it.
    """
    with _LOADING:
        return _load_all(_list_modules())


_Stamp = tuple[str, int, int]
"""A module's name, when it was written, in nanoseconds, and its size."""


def _list_modules() -> tuple[_Stamp, ...]:
    entries = (entry for folder in sources.__path__ for entry in os.scandir(folder))
    files = ((entry.name[:-3], entry.stat()) for entry in entries if _MODULE.fullmatch(entry.name))
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in files))


@lru_cache(maxsize=1)
def _load_all(modules: tuple[_Stamp, ...]) -> tuple[Source, ...]:
    found: dict[str, Source] = {}
    declaring: dict[str, str] = {}
    for stamp in modules:
        declared = _load(stamp)
        if found.setdefault(declared.name, declared) is not declared:
            files = " and ".join(f"{module}.py" for module in (declaring[declared.name], stamp[0]))
            raise SourcesUnavailable(
                f"two modules in conditioners/sources declare the source {declared.name}: {files}; rename one"
            )
        declaring[declared.name] = stamp[0]
    return tuple(found[name] for name in sorted(found))


@cache
def _load(stamp: _Stamp) -> Source:
    """What a module declares as it was written then."""
    try:
        importlib.invalidate_caches()
        module = _load_module(f"{sources.__name__}.{stamp[0]}")
    except (Exception, SystemExit) as error:  # a script that was put there may end itself
        where = f"conditioners/sources/{stamp[0]}.py{_tell_line(error, stamp[0])}"
        raise SourcesUnavailable(f"{where}: {type(error).__name__}: {error}") from error
    declared = getattr(module, "SOURCE", None)
    if not isinstance(declared, Source):
        raise SourcesUnavailable(f"conditioners/sources/{stamp[0]}.py has no SOURCE")
    return declared


def _tell_line(error: BaseException, module: str) -> str:
    """The line of a module that raised an error, or had something raise it; empty if none did."""
    lines = [each.lineno for each in extract_tb(error.__traceback__) if Path(each.filename).name == f"{module}.py"]
    return f", line {lines[-1]}" if lines else ""


def _load_module(name: str) -> ModuleType:
    """A module, compiled anew if it was loaded here before: bytecode beside it does not tell two mends in a second."""
    if name not in _ASKED:
        _ASKED.add(name)
        return importlib.import_module(name)
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    module = importlib.util.module_from_spec(spec)
    text = Path(spec.origin).read_text(encoding="utf-8")
    exec(compile(text, spec.origin, "exec"), module.__dict__)  # noqa: S102  # as an import does
    sys.modules[name] = module
    return module


def get_source(name: str) -> Source:
    """The source of that name; raises UnknownSource."""
    for source in all_sources():
        if source.name == name:
            return source
    raise UnknownSource(f"no source is called {name!r}; there are {_names()}")


def identify(path: str, head: bytes) -> Identified | Unidentified:
    """Say which source a raw file belongs to, by its path in the raw container and its first bytes."""
    claimants = [source for source in all_sources() if _claims(source, path, head)]
    if len(claimants) == 1:
        return Identified(claimants[0])
    if claimants:
        names = ", ".join(source.name for source in claimants)
        return Unidentified(f"{path!r} is claimed by more than one source: {names}")
    return Unidentified(f"{path!r} belongs to no source; there are {_names()}, each with a folder of its name")


def _names() -> str:
    return ", ".join(source.name for source in all_sources())


def _claims(source: Source, path: str, head: bytes) -> bool:
    if not any(compile_path(files).fullmatch(path) for files in source.files):
        return False
    return source.head is None or re.match(source.head, decode_beginning(head)) is not None
