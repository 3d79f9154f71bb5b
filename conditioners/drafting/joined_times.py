"""Dates and their times in two columns of a sample: which belong together, and the moments that they make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from conditioners.drafting.date_conventions import parse_day
from conditioners.drafting.digit_dates import labels_months, labels_weeks
from conditioners.drafting.guesses import Guess
from conditioners.drafting.joined_cells import Joint, are_filled_alike, join_cells

_LABELS_TIMES = re.compile(
    r"time|uhr|zeit|\bhora\b|\bheure\b|\bhour|\bhr\b|\bora\b|\btid\b|\btijd\b|clock", re.IGNORECASE
)
_SPANS = re.compile(
    r"lead|elapsed|duration|cycle|travel|wait|process|response|total|dauer|run.?time|zone|open|clos|overtime",
    re.IGNORECASE,
)
"""Labels of times that are no times of day, or those of no date."""
_IS_DATED = re.compile(
    r"date|datum|fecha|\bdata\b|\bday\b|\btag\b|time|uhrzeit|zeit|\bhora\b|\bheure\b|hour", re.IGNORECASE
)
_TIMES = (
    "%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%H:%M:%S%.f", "%H%M", "%H%M%S", "%H.%M",
    "%H:%M:%S%#z", "%H:%M%#z",
)  # fmt: skip
_LABELS_UTC = re.compile(r"\b(UTC|GMT|Zulu)\b")
_HOURS = frozenset(map(str, range(24)))
_ANY_DAY = "2024-01-01"


def join_times(guesses: Sequence[Guess], columns: Sequence[Sequence[str]], fit: Sequence[int]) -> Iterator[Joint]:
    """Each date with the one time that is its own, by what their labels have beside `date` and `time`."""
    days = [at for at in fit if _may_have_time(guesses[at])]
    times = {at: written for at in fit if (written := _find_time_format(guesses[at], columns[at]))}
    for day in days:
        own = [at for at in times if _stem(guesses[at].label) == _stem(guesses[day].label)]
        alone = [at for at in times if len(days) == len(times) == 1 and not _stem(guesses[at].label)]
        for time in (own or alone) if len(own or alone) == 1 else []:
            if are_filled_alike(columns, (day, time)):
                yield _join_time(guesses, columns, day, time, times[time])


def tell_hours(guesses: Sequence[Guess], columns: Sequence[Sequence[str]]) -> list[str]:
    """What to know of hours that no moment has."""
    hours = [
        guess.label for guess, cells in zip(guesses, columns, strict=True)
        if _LABELS_TIMES.search(guess.label) and {"1", "24"} <= set(cells) <= _HOURS | {"24"}
    ]  # fmt: skip
    return [f"{label!r} goes to 24, which is no hour of a moment, and stays apart" for label in hours]


def _may_have_time(guess: Guess) -> bool:
    """Whether a column holds days that stand for no week or month."""
    is_period = labels_weeks(guess.label) or labels_months(guess.label)
    return guess.kind == "Day" and any("%d" in each for each in guess.formats) and not is_period


def _stem(label: str) -> str:
    """What a label has beside the words for dates and times."""
    bare = _LABELS_UTC.sub(" ", _IS_DATED.sub(" ", label))
    return " ".join(re.sub(r"[_\W]+", " ", bare).split()).casefold()


def _find_time_format(guess: Guess, cells: Sequence[str]) -> str | None:
    """The format of the times of day that a column holds; None if it holds others."""
    filled = {cell.strip() for cell in cells} - {""}
    if guess.kind not in ("Text", "Whole") or not filled or _SPANS.search(guess.label):
        return None
    if not _LABELS_TIMES.search(guess.label):
        return None
    if filled <= _HOURS and "0" in filled:
        return "%H"
    found = (each for each in _TIMES if all(parse_day(f"{_ANY_DAY} {cell}", f"%Y-%m-%d {each}") for cell in filled))
    return next(found, None)


def _join_time(
    guesses: Sequence[Guess], columns: Sequence[Sequence[str]], day: int, time: int, written: str
) -> Joint:  # fmt: skip
    guess, labels = guesses[day], (guesses[day].label, guesses[time].label)
    words = dict.fromkeys(word for label in labels for word in re.split(r"[_\W]+", label) if word)
    is_utc = "%#z" in written or any(map(_LABELS_UTC.search, labels))
    told = f"{labels[0]!r} and {labels[1]!r} are read as one moment: leave `parts` out where they are none"
    arguments = tuple(each for each in guess.arguments if not each.startswith("weekday"))
    arguments = ("utc=True", *arguments) if is_utc else arguments
    whole = replace(
        guess, name=" ".join(words), label=" ".join(labels), kind="Moment", arguments=arguments, is_joint=True,
        formats=tuple(f"{each} {written}" for each in guess.formats),
        doubtful=tuple(f"{each} {written}" for each in guess.doubtful), remarks=(told, *guess.remarks),
    )  # fmt: skip
    return Joint(whole, (day, time), join_cells(columns, (day, time)))
