"""The registry of sources: which there are, and which one a raw file belongs to."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from conditioners import sources
from conditioners.declaration import Source
from conditioners.outcome import SourceError
from conditioners.paths import compile_path
from conditioners.readers.decoding import decode_beginning


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
    claimants: tuple[str, ...] = ()


@cache
def all_sources() -> tuple[Source, ...]:
    """Every declared source, by name. Raises SourceError when a module fails or has none, or a name stands twice."""
    found: dict[str, Source] = {}
    for module in pkgutil.iter_modules(sources.__path__):
        declared = getattr(_load(module.name), "SOURCE", None)
        if not isinstance(declared, Source):
            raise SourceError(f"conditioners/sources/{module.name}.py has no SOURCE")
        if found.setdefault(declared.name, declared) is not declared:
            raise SourceError(f"two modules declare the source {declared.name}")
    return tuple(found[name] for name in sorted(found))


def _load(name: str) -> ModuleType:
    try:
        return importlib.import_module(f"{sources.__name__}.{name}")
    except (Exception, SystemExit) as error:  # a script that was put there may end itself
        raise SourceError(f"conditioners/sources/{name}.py: {type(error).__name__}: {error}") from error


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
    names = tuple(source.name for source in claimants)
    if names:
        return Unidentified(f"{path!r} is claimed by more than one source: {', '.join(names)}", names)
    return Unidentified(f"{path!r} belongs to no source; there are {_names()}, each with a folder of its name")


def _names() -> str:
    return ", ".join(source.name for source in all_sources())


def _claims(source: Source, path: str, head: bytes) -> bool:
    if not any(compile_path(files).fullmatch(path) for files in source.files):
        return False
    return source.head is None or re.match(source.head, decode_beginning(head)) is not None
