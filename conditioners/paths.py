"""Path patterns: `*` stays within a folder, `**` does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

_PACKED = re.compile(r"\.(gz|bz2|xz|zst)$", re.IGNORECASE)
_PARTS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@cache
def compile_path(pattern: str) -> re.Pattern[str]:
    """A path pattern as a regular expression for whole paths."""
    translated = (_PARTS.get(part) or re.escape(part) for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern))
    return re.compile("".join(translated), re.DOTALL)


def without_packing(path: str) -> str:
    """The path of what is compressed in a file."""
    return _PACKED.sub("", path)


def fit_members(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether an archive's member fits a pattern, in any case: its name, or that of what is compressed in it."""
    compiled = [re.compile(compile_path(pattern).pattern, re.DOTALL | re.IGNORECASE) for pattern in patterns]
    return lambda path: any(each.fullmatch(name) for each in compiled for name in (path, without_packing(path)))
