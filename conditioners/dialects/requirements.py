"""What the arguments of dialects have to be, each by itself: told where they are declared."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conditioners.outcome import SourceError


def require_fields(dialect: str, fields: tuple[str, ...]) -> None:
    """Raises SourceError where a column stands twice, or none at all."""
    named = [name for name in fields if name]
    if fields and not named:
        raise SourceError(f"dialect {dialect!r}: none of its fields is a column")
    if len(set(named)) != len(named):
        raise SourceError(f"dialect {dialect!r}: a column stands twice in its fields")


def require_pattern(where: str, pattern: str, groups: int = 0) -> None:
    """Raises SourceError where a text is no regular expression, or has too few groups."""
    try:
        found = re.compile(pattern)
    except re.error as error:
        raise SourceError(f"{where}: {pattern!r} is no regular expression: {error}") from None
    if found.groups < groups:
        raise SourceError(f"{where}: {pattern!r} has no group that holds the value")


def require_encodings(dialect: str, encodings: Iterable[str]) -> None:
    """Raises SourceError for an encoding that there is not."""
    for name in encodings:
        try:
            " ".encode(name)
        except (LookupError, UnicodeError) as error:
            raise SourceError(f"dialect {dialect!r}: {error}") from None
