"""Years of two digits in a sample: the first year that they count from, where the usual one tears them apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from conditioners.drafting.date_conventions import parse_day
from conditioners.drafting.guesses import Guess

_USUAL, _CENTURY, _DECADE = 1970, 100, 10
_FAR = range(50, 70)
"""Years that by the usual one are 2050 to 2069, which hardly a file tells of."""
_EARLIEST = 30


class FirstYear(NamedTuple):
    """The first year that two digits stand for, and a column and cell that show it."""

    year: int
    label: str
    cell: str

    def tell(self) -> str:
        """What to check."""
        told = (
            f"years of two digits are {self.year} to {self.year + _CENTURY - 1}, for {self.label!r} has {self.cell!r}"
        )
        return f"{told}: check `two_digit_years_from`"


def find_first_year(columns: Iterable[tuple[Guess, Sequence[str]]]) -> FirstYear | None:
    """The decade that the years of two digits begin in, if 1970 would have some of them far behind all others."""
    found: dict[int, tuple[str, str]] = {}
    for guess, cells in columns:
        written = next((each for each in guess.formats if "%y" in each), None)
        for cell in dict.fromkeys(cells) if written is not None else ():
            day = parse_day(cell.strip(), str(written))
            if day is not None:
                found.setdefault(day.year % _CENTURY, (guess.label, cell))
    far = next((year for year in sorted(found) if year in _FAR), None)
    start = _find_start(sorted(found)) if far is not None else 0
    if far is None or start < _EARLIEST or not _are_torn(found, start):
        return None
    return FirstYear(_USUAL // _CENTURY * _CENTURY + start // _DECADE * _DECADE, *found[far])


def _find_start(years: Sequence[int]) -> int:
    """The year behind the widest gap, of years in a circle."""
    before = [years[-1] - _CENTURY, *years]
    return max(zip(years, before, strict=False), key=lambda pair: pair[0] - pair[1])[0]


def _are_torn(years: Iterable[int], start: int) -> bool:
    """Whether years are further apart when they count from 1970, or all of them are far in the future."""
    usual = [year if year >= _USUAL % _CENTURY else year + _CENTURY for year in years]
    nearer = [year if year >= start else year + _CENTURY for year in years]
    return max(usual) - min(usual) > max(nearer) - min(nearer) or min(usual) - _CENTURY in _FAR


def forget_weekday(guess: Guess) -> Guess:
    """The guess without a weekday, which was found in another century."""
    is_short = any("%y" in written for written in guess.formats)
    kept = tuple(argument for argument in guess.arguments if not argument.startswith("weekday="))
    return replace(guess, arguments=kept) if is_short else guess
