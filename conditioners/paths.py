"""Path patterns: `*` stays within a folder, `**` does not."""

from __future__ import annotations

import re
from functools import cache

_PARTS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@cache
def compile_path(pattern: str) -> re.Pattern[str]:
    """A path pattern as a regular expression for whole paths."""
    translated = (_PARTS.get(part) or re.escape(part) for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern))
    return re.compile("".join(translated), re.DOTALL)
