"""Labels that an author may declare for what stands in lines above the rows, or in the first row of a group alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conditioners.inputs.surroundings import TITLE

_NAMED = re.compile(r"(\W*)((?:[^\W\d_]+ )*[^\W\d_]+)(?: ?:|(?= [0-9])).*\w")
"""A name, and a value behind it: in another cell, behind a colon, or of digits."""
FIRST_CELL = TITLE + r"([^,;|\t]+)"
"""The label of what stands in the first cell of a line."""


def suggest_title(lines: Iterable[Iterable[str]]) -> str:
    """A label for what one of the lines, by its cells, tells: the first with a name and a value, if there is one."""
    named = (_NAMED.match(":".join(cells)) for cells in lines)
    found = next(filter(None, named), None)
    if found is None:
        return f"{TITLE}(.*)"
    mark = r"\W+" if found[1] else ""
    return rf"{TITLE}{mark}{found[2]}\W+(.*\w)"
