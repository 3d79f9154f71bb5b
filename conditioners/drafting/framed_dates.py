"""Dates between words that no format knows, such as `Mo, 05.01.2024`, `05.01.2024 r.` and `05.01.2024 14:30 Uhr`."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from conditioners.drafting.date_conventions import parse_day
from conditioners.drafting.fitting import NOTHING
from conditioners.drafting.guesses import Guess

_FRAMED = re.compile(r"(?P<before>[^\W\d_]{1,12}[.,]{0,2} |)(?P<date>.*[0-9])(?P<behind>\D{0,8})")
_WORD = re.compile(r"[^\W\d_]")
_WEEK = 7
GuessDates = Callable[[Guess, Counter[str]], Guess | None]


class _Frame(NamedTuple):
    """What stands before the dates, by the date that it does, and behind all of them."""

    dates: Counter[str]
    before: dict[str, set[str]]
    behind: str


def guess_framed(bare: Guess, counts: Counter[str], guess_dates: GuessDates) -> Guess | None:
    """The guess of a column of dates between words, which are taken off; None if it holds others.

    Words before the dates have to be weekdays, in whatever language: each of one day of the week alone.
    """
    frame = _find_frame(counts)
    guess = guess_dates(bare, frame.dates) if frame is not None else None
    if frame is None or guess is None or guess.extract is not None or not _are_weekdays(frame.before, guess.formats[0]):
        return None
    extract = (r"\D+ " if any(frame.before) else "") + f"(.*){re.escape(frame.behind)}".replace("\\ ", " ")
    told = f"{bare.label!r} is taken without the words around its dates, as in {bare.example!r}"
    return replace(guess, extract=extract, remarks=(*guess.remarks, told))


def _find_frame(counts: Counter[str]) -> _Frame | None:
    """The dates of all cells without the words around them; None if there are none, or not the same behind all."""
    cells = {cell: _FRAMED.fullmatch(cell) for cell in counts if cell not in NOTHING}
    found = {cell: match for cell, match in cells.items() if match}
    behind = {match["behind"] for match in found.values()}
    before = {match["before"] for match in found.values()}
    if len(found) < len(cells) or len(behind) != 1 or len(before) > _WEEK or ("" in before and len(before) > 1):
        return None
    if not any(map(_WORD.search, (*before, *behind))):
        return None
    dates, words = Counter[str](), defaultdict[str, set[str]](set)
    for cell, match in found.items():
        dates[match["date"]] += counts[cell]
        words[match["before"]].add(match["date"])
    return _Frame(dates + _keep_nothing(counts), words, behind.pop())


def _keep_nothing(counts: Counter[str]) -> Counter[str]:
    return Counter({cell: count for cell, count in counts.items() if cell in NOTHING})


def _are_weekdays(before: dict[str, set[str]], written: str) -> bool:
    """Whether each word stands before dates of one day of the week, and each of these behind one word."""
    if not any(before):
        return True
    days = {word: {_weekday(parse_day(each, written)) for each in dates} for word, dates in before.items()}
    return all(len(each) == 1 for each in days.values()) and len(set.union(*days.values())) == len(days)


def _weekday(day: date | None) -> int:
    return day.isoweekday() if day else 0
