"""How a sample writes its numbers, judged over all of its columns, with what stays in doubt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from conditioners.dialects import Numbers
from conditioners.drafting.currencies import MARK, begin_with_currency, find_marks, has_hundredths, is_currency
from conditioners.drafting.fitting import NOTHING, find_fit
from conditioners.drafting.number_tails import fill_tails
from conditioners.values.numerals import numeral_pattern

_BLANKS, _THIN = " \u00a0\u202f", "\u2009"
_NUMBERS = (
    Numbers(), Numbers(thousands=","), Numbers(thousands=",", lakhs=True), Numbers(decimal=","),
    Numbers(decimal=",", thousands="."), Numbers(decimal=",", thousands=_BLANKS),
    Numbers(thousands="'\u2019"), Numbers(thousands=_BLANKS),
    Numbers(decimal=",", thousands=_BLANKS + _THIN), Numbers(thousands=_BLANKS + _THIN),
)  # fmt: skip
_FOREIGN_NUMBERS = (Numbers(decimal="\u066b", thousands="\u066c"), Numbers(decimal="\uff0e", thousands="\uff0c"))
"""Marks that come with digits of Arabic, and of full width."""
_UNIT = re.compile(
    r"(?:(?<=[0-9])|(?<=[0-9]-))(\s+[A-Za-z\u00b5\u03bc]{1,6}(?:/[A-Za-z]{1,4})?[\u00b2\u00b3]?|\s?[%\u2030\u00b0][A-Za-z]?"
    r"|(?:kg|mg|g|lbs?|oz|km|cm|mm|ml|cl|l|pp|pcs?|kWh|mph|hPa|km/h|m/s|m[\u00b2\u00b3])|\s?W/m\u00b2)$"
)
_MOST_UNITS = 0.9
_MOST_DIGITS = 18
_DIGITS = r"[0-9](?:[0-9.,'\u2019]|[ \u00a0\u202f\u2009](?=[0-9]{3}))*"
"""Digits with marks among them."""
_BARE = re.compile(rf"[^0-9a-z(]{{0,4}}{_DIGITS}(?:\s?(?:{MARK}))?$")
_BRACKETS = re.compile(rf"\D{{0,4}}\([^0-9a-z]{{0,4}}[0-9][0-9.,'\u2019 ]*(?:{MARK})?\)(?:\s?(?:{MARK}))?$")
_MONTH = re.compile(r"(0[1-9]|1[0-2])[.,](19|20)[0-9]{2}|(19|20)[0-9]{2}[.,](0[1-9]|1[0-2])")
_MINUS = {sign: re.compile(rf"{sign}[^0-9a-z]{{0,4}}[0-9][0-9.,'\u2019 ]*") for sign in "\u2212\u2013\u25b2\u25b3"}
"""The long minus, the dash in its place, and the triangles that stand for it in Japan."""
_TRAILING_MINUS = re.compile(rf"(?:(?:{MARK})\s?)?[0-9][0-9.,'\u2019 ]*(?:\s?(?:{MARK}))?-$")
_MOST, _TELLING, _GROUP = 0.5, 5, 3
_GROUPED = re.compile(r"[^0-9]*([0-9]{1,3})[.,][0-9]{3}[^0-9]*")
"""A number with a mark that may stand for thousands as well as for decimals, which are all before it."""
_THOUSANDS = re.compile(r"[^0-9]*[1-9][0-9]{0,2}\.[0-9]{3}[^0-9]*")


@dataclass(frozen=True)
class Conventions:
    """The marks of numerals, and remarks on what the sample leaves open."""

    numbers: Numbers
    remarks: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    """All cells with a mark that may stand for thousands as well as for decimals, if it is so of each of them."""


def find_numbers(
    columns: Sequence[Counter[str]], *, typed: Collection[str] = (), delimiter: str = "", has_thousands: bool = True,
    has_foreign_digits: bool = False,
) -> Conventions:  # fmt: skip
    """The marks under which most cells of columns with numbers are numerals; of equally good ones the plainest.

    Columns are distinct cells with their counts. Those typed are what a format that tells numbers from texts, as a
    workbook does, shows the former as, and tell nothing of the marks in texts. EDI has no marks between thousands.
    """
    possible = _NUMBERS + (_FOREIGN_NUMBERS if has_foreign_digits else ())
    if not has_thousands:
        possible = tuple(each for each in possible if not each.thousands)
    if delimiter == ";":
        # Where the comma is left to numbers, it is their decimal mark: 3,155 is no 3155.
        possible = tuple(sorted(possible, key=lambda each: (each.decimal, each.thousands) == (".", ",")))
    columns = [_without_unit(_without_percent(fill_tails(cells))) for cells in columns if not _are_months(cells)]
    candidates = _add_signs(possible, columns)
    texts = [Counter({cell: count for cell, count in cells.items() if cell not in typed}) for cells in columns]
    best = max(candidates, key=lambda each: sum(_share_numerals(cells, each) for cells in texts))
    numeric = [cells for cells in texts if _share_numerals(cells, best)]
    told = _tell_marks(best, has_thousands=has_thousands)
    marked = _list_marked(numeric, best)
    is_doubtful = has_thousands and all(map(_GROUPED.fullmatch, marked))
    if is_doubtful and _are_thousands(marked, numeric):
        best = replace(best, decimal=",", thousands=".")
    return Conventions(best, told, tuple(marked) if is_doubtful else ())


def _add_signs(possible: Sequence[Numbers], columns: Sequence[Counter[str]]) -> list[Numbers]:
    """Conventions with the currencies, and the marks of a minus, that cells have."""
    currency = tuple(sorted({mark for cells in columns for cell in list(cells)[:200] for mark in find_marks(cell)}))
    has_trailing = any(_TRAILING_MINUS.match(cell) for cells in columns for cell in cells)
    minus = tuple(
        sign for sign, before in _MINUS.items() if any(before.match(cell) for cells in columns for cell in cells)
    )
    brackets = any(map(_has_brackets, columns))
    return [
        replace(each, currency=currency, trailing_minus=has_trailing, minus=minus, brackets=brackets)
        for each in possible
    ]


def _list_marked(columns: Sequence[Counter[str]], numbers: Numbers) -> list[str]:
    """The numerals with a point or comma."""
    fits = matches_numeral(numbers)
    return [cell for cells in columns for cell in find_fit(cells, fits).fitting if "." in cell or "," in cell]


def _tell_marks(numbers: Numbers, *, has_thousands: bool) -> tuple[str, ...]:
    """What to know of marks: which were taken for a minus, and that those between thousands are not known."""
    told = []
    if numbers.brackets:
        told.append("numbers in brackets are read as minus: check numbers")
    if has_thousands and numbers.decimal == "," and not numbers.thousands:
        told.append("no number has marks between thousands: declare `thousands` in numbers where later files have them")
    return tuple(told)


def _are_thousands(marked: Collection[str], columns: Sequence[Counter[str]]) -> bool:
    """Whether points mark thousands, by columns with marked cells: what has none there is less than a thousand.

    Decimals, of which programs leave zeros at the end out, would not all have three places, and hardly any amounts
    beyond ten have so many.
    """
    if len(marked) < _TELLING or not all(map(_THOUSANDS.fullmatch, marked)):
        return False
    if all(map(has_hundredths, marked)) and sum(map(_is_beyond_ten, marked)) > _MOST * len(marked):
        return True
    beside = [cell for cells in columns if not cells.keys().isdisjoint(marked) for cell in cells if cell.isdigit()]
    return len(beside) >= _TELLING and all(len(cell) <= _GROUP for cell in beside)


def _is_beyond_ten(cell: str) -> bool:
    found = _GROUPED.fullmatch(cell)
    return found is not None and len(found[1]) > 1


def _without_percent(cells: Counter[str]) -> Counter[str]:
    """The cells of a column without percent signs, behind which marks are as in other numbers."""
    bare: Counter[str] = Counter()
    for cell, count in cells.items():
        bare[cell.removesuffix("%").rstrip()] += count
    return bare


def find_unit(counts: Counter[str]) -> str:
    """What by far the most cells that hold something have behind the number; empty without such a unit."""
    units: Counter[str] = Counter()
    for cell, count in counts.items():
        if cell not in NOTHING:
            units[found[0] if (found := _UNIT.search(cell)) else ""] += count
    unit, count = next(iter(units.most_common(1)), ("", 0))
    return unit if count >= _MOST_UNITS * units.total() else ""


def _without_unit(cells: Counter[str]) -> Counter[str]:
    """The cells of a column without the unit behind its numbers, if they have one that is not their only currency."""
    unit = find_unit(cells)
    if not unit or (is_currency(unit.strip()) and not begin_with_currency(cells)):
        return cells
    bare: Counter[str] = Counter()
    for cell, count in cells.items():
        bare[cell.removesuffix(unit)] += count
    return bare


def _are_months(cells: Counter[str]) -> bool:
    """Whether most cells are months such as `01.2025`, which are no numbers with decimals."""
    return sum(count for cell, count in cells.items() if _MONTH.fullmatch(cell)) > _MOST * cells.total()


def _has_brackets(cells: Counter[str]) -> bool:
    """Whether some cells are numbers in brackets, and as many or more begin like numbers without."""
    within = sum(count for cell, count in cells.items() if _BRACKETS.match(cell))
    return 0 < within <= sum(count for cell, count in cells.items() if _BARE.match(cell))


def _share_numerals(cells: Counter[str], numbers: Numbers) -> float:
    """Which part of a column's cells are numerals; 0 unless most of them are."""
    fits, told = matches_numeral(numbers), sum(count for cell, count in cells.items() if cell not in NOTHING)
    share = sum(count for cell, count in cells.items() if fits(cell)) / max(told, 1)
    return share if share > _MOST else 0


def matches_numeral(numbers: Numbers) -> Callable[[str], bool]:
    """Says of a cell whether it is a numeral that a number of fixed places can hold."""
    pattern = re.compile(numeral_pattern(numbers, None))
    return lambda cell: pattern.match(cell) is not None and sum(map(str.isdigit, cell)) <= _MOST_DIGITS


def count_places(cells: Iterable[str], numbers: Numbers, unit: str = "") -> int:
    """The most decimal places written; none where all are a single zero, as programs write whole numbers.

    They write no decimal comma and no unit behind it: `19,0` and `5.0%` have a place.
    """
    bare = {_without_marks(cell.removesuffix(unit), numbers.currency) for cell in cells}
    tails = {cell.rstrip().rpartition(numbers.decimal)[2] for cell in bare if numbers.decimal in cell}
    places = {re.sub(r"[^0-9][\s\S]*+", "", tail) for tail in tails}
    is_program = numbers.decimal == "." and not unit
    return 0 if is_program and places <= {"", "0"} else max(map(len, places), default=0)


def _without_marks(cell: str, currency: Sequence[str]) -> str:
    """A numeral without its currency, in which a point may stand, as in `руб.`"""
    for mark in currency:
        cell = cell.replace(mark, "")
    return cell
