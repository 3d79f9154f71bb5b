"""Guesses what a column of a sample holds: its canonical name, its type, and what is empty in it."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from conditioners.dialects import Numbers
from conditioners.drafting.conventions import (
    DAY_FORMATS,
    MOMENT_FORMATS,
    are_numerals,
    count_places,
    find_weekday,
    fit_formats,
    tell_doubt,
)

NOTHING = frozenset(
    {"NA", "N/A", "n/a", "#N/A", "NULL", "null", "None", "NaN", "nan", "-", "--", ".", "?", "(NA)", "(S)", "(X)", "(D)"}
)
_CODES = re.compile(
    r"\b(zip|postal|postcode|plz|code|id|sku|upc|ean|gtin|item|store|plu|phone|fips|naics|account)\b|"
    r"\b(no|nr|number|num)$"
)
_MOST_DIGITS = 18
_LONGEST_NAME = 60
_PLACES_ALWAYS_FIT = 10


@dataclass(frozen=True)
class Guess:
    """One column: the text of its declaration's arguments behind the name, and what its dialect has to say of it."""

    name: str
    label: str
    kind: str
    """`Text`, `Whole`, `Decimal`, `Day` or `Moment`."""
    arguments: tuple[str, ...] = ()
    format: str | None = None
    sentinels: tuple[str, ...] = ()
    remarks: tuple[str, ...] = field(default=())
    is_required: bool = True


def guess_column(name: str, label: str, cells: Sequence[str], numbers: Numbers) -> Guess:
    """What a column holds, by all of its cells in the sample."""
    told = [cell.strip() for cell in cells]
    filled = [cell for cell in told if cell and cell not in NOTHING]
    words = tuple(sorted({cell for cell in told if cell in NOTHING}))
    guess = _guess_filled(name, label, filled, numbers)
    if guess.kind == "Text" and words:
        # In a text, such a word may be a value: NA is Namibia, too.
        guess, words = _guess_filled(name, label, [cell for cell in told if cell], numbers), ()
    is_required = bool(told) and len(filled) + (0 if words else sum(cell in NOTHING for cell in told)) == len(told)
    arguments = guess.arguments if is_required else (*guess.arguments, "optional=True")
    return Guess(name, label, guess.kind, arguments, guess.format, words, guess.remarks, is_required)


def _guess_filled(name: str, label: str, cells: Sequence[str], numbers: Numbers) -> Guess:
    if not cells:
        return Guess(name, label, "Text", remarks=(f"{label!r} is empty in the whole sample: its type is unknown",))
    if _are_codes(label, cells):
        return Guess(name, label, "Text", (f"pattern={_code_pattern(cells)}",))
    for kind, formats in (("Day", DAY_FORMATS), ("Moment", MOMENT_FORMATS)):
        fitting = fit_formats(cells, formats)
        if fitting:
            return _guess_date(name, label, kind, fitting, cells)
    if are_numerals(cells, numbers) and max(sum(map(str.isdigit, cell)) for cell in cells) <= _MOST_DIGITS:
        places = count_places(cells, numbers)
        if places == 0:
            return Guess(name, label, "Whole")
        rounded = ("rounded=True",) if places > _PLACES_ALWAYS_FIT else ()
        return Guess(name, label, "Decimal", (str(min(places, _PLACES_ALWAYS_FIT)), *rounded))
    return Guess(name, label, "Text")


def _guess_date(name: str, label: str, kind: str, fitting: Sequence[str], cells: Sequence[str]) -> Guess:
    doubt = tell_doubt(label, fitting)
    arguments: tuple[str, ...] = ("utc=True",) if "%#z" in fitting[0] else ()
    weekday = find_weekday(cells, fitting[0]) if kind == "Day" and "%V" not in fitting[0] else None
    if weekday is not None:
        arguments = (f"weekday={weekday}",)
    return Guess(name, label, kind, arguments, fitting[0], remarks=(doubt,) if doubt else ())


def _are_codes(label: str, cells: Sequence[str]) -> bool:
    """Whether digits are a name and no number: some begin with zero, or the label says so."""
    if not all(cell.isascii() and cell.isdigit() for cell in cells):
        return False
    words = re.sub(r"[_\W]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label)).strip().lower()
    return any(len(cell) > 1 and cell.startswith("0") for cell in cells) or _CODES.search(words) is not None


def _code_pattern(cells: Sequence[str]) -> str:
    lengths = {len(cell) for cell in cells}
    if lengths == {1}:
        return 'r"[0-9]"'
    return f'r"[0-9]{{{lengths.pop()}}}"' if len(lengths) == 1 else 'r"[0-9]+"'


def name_columns(labels: Sequence[str]) -> list[str]:
    """A canonical name for each label, all different."""
    names: list[str] = []
    for number, label in enumerate(labels, start=1):
        plain = unicodedata.normalize("NFKD", label.replace("ß", "ss")).encode("ascii", "ignore").decode()
        plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain.rpartition("/@")[2] or plain)
        name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:_LONGEST_NAME].rstrip("_")
        name = name or f"column_{number}"
        name = f"c_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name
        while name in names:
            name = f"{name}_{number}"
        names.append(name)
    return names
