"""Blob paths: a trigger's pattern with captures, and binding expressions that are filled in."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from embedded_host.functions.host_settings import SettingsError

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_DOTNET_DATE_PARTS = (
    ("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"),
)  # fmt: skip


@dataclass(frozen=True)
class BlobPattern:
    """A blob trigger's path: a container, and which of its blobs."""

    container: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]

    def match(self, blob_name: str) -> dict[str, str] | None:
        """What the path's `{names}` stand for in a blob's name; None if the blob is not meant.

        As in Azure, a `{name}` takes as much as it can, slashes included.
        """
        found = self.pattern.fullmatch(blob_name)
        return dict(zip(self.names, found.groups(), strict=True)) if found else None


def compile_blob_path(path: str) -> BlobPattern:
    """Compile a trigger's path such as `raw/{name}.csv`. Raises SettingsError."""
    container, _, rest = path.strip("/").partition("/")
    if not container or "{" in container or "}" in container:
        raise SettingsError(f"The blob path '{path}' must begin with a container's name.")
    if not rest:
        return BlobPattern(container, re.compile(".*", re.DOTALL), ())
    names: list[str] = []
    pattern, at = "", 0
    for found in _TOKEN.finditer(rest):
        pattern += re.escape(rest[at : found.start()])
        if found.group(1) is None:
            pattern += re.escape(found.group()[0])
        elif _NAME.fullmatch(found.group(1)) and found.group(1) not in names:
            names.append(found.group(1))
            pattern += "(.*)"
        else:
            raise SettingsError(f"The blob path '{path}' has a malformed expression '{found.group()}'.")
        at = found.end()
    return BlobPattern(container, re.compile(pattern + re.escape(rest[at:]), re.DOTALL), tuple(names))


def fill_in(expression: str, values: Mapping[str, str], now: datetime) -> str:
    """Fill in a binding expression: the trigger's captures, `{rand-guid}`, `{datetime}`, `{DateTime:yyyy-MM}`.

    Raises SettingsError for a name that the trigger does not bring.
    """
    known = {name.casefold(): value for name, value in values.items()}

    def value(found: re.Match[str]) -> str:
        token = found.group(1)
        if token is None:
            return found.group()[0]
        name, _, form = token.partition(":")
        if name.casefold() == "rand-guid":
            return str(uuid.uuid4())
        if name.casefold() == "datetime":
            return now.strftime(_date_format(form)) if form else now.strftime("%Y-%m-%dT%H-%M-%SZ")
        if name.casefold() not in known:
            raise SettingsError(f"The expression '{expression}' names '{name}', which its trigger does not bring.")
        return known[name.casefold()]

    return _TOKEN.sub(value, expression)


def _date_format(form: str) -> str:
    for dotnet, python in _DOTNET_DATE_PARTS:
        form = form.replace(dotnet, python)
    return form
