"""Formats of dates that contradict each other: one text would be two days."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conditioners.values.counted_dates import COUNTED
from conditioners.values.date_forms import DIGITS, pattern_of, spell_out

_SAME = {"%e": "%d", "%B": "%b", "%A": "%a"}
"""Directives under which whatever both of them fit is the same."""


def find_contradiction(formats: Iterable[str]) -> str | None:
    """The first format under which a text that fits one before it, too, may be another day; None if there is none.

    Raises SourceError for a format that is not known.
    """
    found: dict[str, str] = {}
    for written in formats:
        pattern_of(written)
        spelled = spell_out(written)
        for code, same in _SAME.items():
            spelled = spelled.replace(code, same)
        if any(found.setdefault(skeleton, spelled) != spelled for skeleton in _list_skeletons(spelled)):
            return written
    return None


def _list_skeletons(spelled: str) -> list[str]:
    """What cells in a format look like, with 9 for any digit."""
    if spelled in COUNTED:
        return ["9" * digits for digits in range(COUNTED[spelled].fewest, COUNTED[spelled].most + 1)]
    return [re.sub("%(.)", lambda part: "9" * DIGITS.get(part[0], 0) or part[0].lower(), spelled)]
