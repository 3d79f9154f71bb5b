"""Forms of cells: what a cell has to look like, and where digits stand in those of a form that are all alike."""

from __future__ import annotations

import re
from typing import NamedTuple

from conditioners.values.counted_dates import COUNTED
from conditioners.values.date_forms import DIGITS, cut_format, pattern_of

DIGIT = "\1"
_DIGITS = r"\[0-9\](?:\{(?P<times>[0-9]{1,2})\})?"
_PLACE = re.compile(rf"{_DIGITS}|(?P<mark>[A-Za-z0-9 _/:,;#&@=-])|\\(?P<escaped>[-./+*])")


class Form(NamedTuple):
    """One form of a column's cells."""

    name: str
    """A format of dates, or a pattern, as it is declared."""
    pattern: str
    """A regular expression for all of a cell."""
    places: str | None
    """What stands at each place of the text, DIGIT for any of the ten; None where cells of the form differ in that."""


def form_of_date(written: str) -> Form:
    """The form of dates in a format; raises SourceError for a format that is not known."""
    pattern = pattern_of(written)
    if written in COUNTED:
        return Form(written, pattern, None)
    parts = cut_format(written)
    is_fixed = DIGIT not in written and all(part in DIGITS for part in parts if part.startswith("%"))
    places = "".join(DIGIT * DIGITS.get(part, 0) or part for part in parts)
    return Form(written, pattern, places if is_fixed else None)


def form_of_code(pattern: str, whole: str) -> Form:
    """The form of texts that a declared pattern fits; `whole` is the pattern for all of a cell.

    Its places are found where it has digits, `[0-9]{5}`, and single characters only.
    """
    places, end = "", 0
    while found := _PLACE.match(pattern, end):
        times = 1 if found["times"] is None else int(found["times"])
        places += found["mark"] or found["escaped"] or DIGIT * times
        end = found.end()
    return Form(pattern, whole, places if end == len(pattern) else None)
