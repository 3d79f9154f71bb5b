"""The key of a drafted source: the fewest columns that tell the rows of a sample apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from conditioners.drafting.guesses import Guess
from conditioners.drafting.naming import names_code
from conditioners.structure.kinds import Kind, kind_of

_KEY_ROWS, _KEY_COLUMNS = 20, 3
_TIMES = ("Day", "Moment")
_KEY_KINDS = (*_TIMES, "Text")
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( ?[AaPp][Mm])?")
"""Times of day, which tell few rows apart."""
_MINUTES, _MOST_MINUTES = re.compile(r"[0-9][:.]([0-9]{2})(?![0-9])"), 12
_MEASURED = (Kind.NUMBER, Kind.MONEY, Kind.SHARE)
_CODED = re.compile(r"\s*0[0-9]")
_DAY = re.compile(r"date|datum|day|tag\b|fecha|data\b|jour", re.IGNORECASE)
"""Labels of days that are text, such as `0101`, because they have no year."""
_EVENT = re.compile(
    r"(?:^|_)(order|invoice|transaction|trans|txn|trx|transaktion\w*|receipt|ticket|event|entry|document|doc|beleg\w*"
    r"|auftrag\w*|rechnung\w*|booking|shipment|case|claim|serial|lot|batch|po|ref|reference|line|row|record|journal)s?(?:_|$)"
    r"|^(id|no|nr|nbr|num|number|key)$"
)
"""Names of codes that one thing that happened has, as an order; stores and items come again the next day."""
_PERIOD_ALONE = re.compile(
    r"((fiscal|calendar|financial|report(ing)?|time|wm)[ _]?)?(year|month|week|period|quarter|jahr|monat|woche|quartal"
    r"|ann[eé]e|mois|semaine|a[nñ]o|mes|semana|anno|mese|jaar|maand)",
    re.IGNORECASE,
)
_PERIOD = re.compile(r"year|month|week|period|jahr|monat|woche|ann[eé]e|mois|a[nñ]o", re.IGNORECASE)


def tell_key(key: Sequence[str]) -> tuple[str, ...]:
    """What a key, which a sample cannot but suggest, does to rows that have the same one."""
    told = f"the key is {' and '.join(key)}, which no two rows of the sample share"
    return (f"{told}: where rows of later files do, all but the first are duplicates or rejected",) if key else ()


def find_key(
    declared: Sequence[Guess], guesses: Sequence[Guess], columns: Sequence[Sequence[str]]
) -> tuple[str, ...]:  # fmt: skip
    """The fewest columns, days and codes before others, that tell all rows of a sample of some size apart."""
    cells = {guess.name: values for guess, values in zip(guesses, columns, strict=True)}
    required = [_date_period(each) for each in declared if each.is_required]
    if not columns or len(columns[0]) < _KEY_ROWS:
        return ()
    fixed = {each.name for each in required if len(set(cells[each.name])) == 1}
    fit = [each for each in required if each.name not in fixed and _tells_apart(each, cells[each.name])]
    key = _find_unique(fit, required, cells)
    # What is the same in all of the sample tells nothing here, but may in the next file, as the week and the store do.
    around = {each.name for each in required if each.name in fixed and (_is_period(each) or names_code(each.label))}
    return tuple(each.name for each in required if each.name in key | around) if key else ()


def _find_unique(
    fit: Sequence[Guess], required: Sequence[Guess], cells: Mapping[str, Sequence[str]]
) -> set[str]:  # fmt: skip
    """The names of the fewest columns of which no two rows have the same; empty when there are none."""
    for count in range(1, _KEY_COLUMNS + 1):
        for chosen in sorted(combinations(fit, count), key=_weigh_key):
            if _may_be_key(chosen, required, cells) and _are_unique([cells[each.name] for each in chosen]):
                return {each.name for each in chosen}
    return set()


def _tells_apart(guess: Guess, cells: Sequence[str]) -> bool:
    """Whether a column may be one of a key: a day, or a text that is no time of day and no measure."""
    return guess.kind in _KEY_KINDS and not all(map(_TIME.fullmatch, cells)) and not _is_measure(guess, cells)


def _are_unique(columns: Sequence[Sequence[str]]) -> bool:
    return len(set(zip(*columns, strict=True))) == len(columns[0])


def _may_be_key(chosen: Sequence[Guess], required: Sequence[Guess], cells: Mapping[str, Sequence[str]]) -> bool:
    if len(chosen) == 1:
        return _may_be_alone(chosen[0], required, cells)
    return _may_be_together(chosen, required, cells)


def _date_period(guess: Guess) -> Guess:
    """The guess, as a day if it is a year or another period by its number, which dates a row as days do."""
    is_period = guess.kind == "Whole" and _PERIOD_ALONE.fullmatch(guess.label.strip()) is not None
    return replace(guess, kind="Day") if is_period else guess


def _is_measure(guess: Guess, cells: Sequence[str]) -> bool:
    """Whether a column is text only because some of its cells, or their form, are no numbers that can be declared."""
    if guess.kind != "Text" or guess.arguments or names_code(guess.label) or any(map(_CODED.match, cells)):
        return False
    return sum(kind_of(cell.strip()) in _MEASURED for cell in cells) * 2 > len(cells)


def _may_be_alone(guess: Guess, required: Sequence[Guess], cells: Mapping[str, Sequence[str]]) -> bool:
    """Whether a column may be a key by itself: a code, the days of a series, the names in a list without days."""
    if names_code(guess.label):
        return _may_lack_days((guess,), required, cells)
    others = [each for each in required if each.name != guess.name]
    if guess.kind == "Text":
        return not _DAY.search(guess.label) and not any(each.kind in _TIMES for each in others)
    return not _has_names(others, cells) and (guess.kind == "Day" or _is_series(cells[guess.name]))


def _is_series(moments: Sequence[str]) -> bool:
    """Whether moments come at a few minutes of the hour, as measurements do, and what just happens does not."""
    return len({found[1] for cell in moments if (found := _MINUTES.search(cell))}) <= _MOST_MINUTES


def _may_be_together(
    chosen: Sequence[Guess], required: Sequence[Guess], cells: Mapping[str, Sequence[str]]
) -> bool:  # fmt: skip
    """Whether columns may be a key: not days alone where names vary, nor stores and items without their days."""
    if all(each.kind in _TIMES for each in chosen):
        return not _has_names(required, cells)
    return _may_lack_days(chosen, required, cells)


def _may_lack_days(
    chosen: Sequence[Guess], required: Sequence[Guess], cells: Mapping[str, Sequence[str]]
) -> bool:  # fmt: skip
    """Whether columns have a day among them or need none, as no day varies or one of them is an event's code."""
    days = [each for each in required if each.kind in _TIMES and len(set(cells[each.name])) > 1]
    return not days or any(each in days or _EVENT.search(each.name) for each in chosen)


def _has_names(guesses: Sequence[Guess], cells: Mapping[str, Sequence[str]]) -> bool:
    """Whether there are texts, other than measured ones, that are not the same in all rows."""
    names = [each for each in guesses if each.kind == "Text" and not _is_measure(each, cells[each.name])]
    return any(len(set(cells[each.name])) > 1 for each in names)


def _is_period(guess: Guess) -> bool:
    return guess.kind in _TIMES or (guess.kind == "Whole" and _PERIOD.search(guess.label) is not None)


def _weigh_key(guesses: Sequence[Guess]) -> int:
    """How little columns look like those of a key: days and codes by their labels do, any text hardly."""
    unlike = {"Day": 0, "Moment": 1, "Text": 2}
    return sum(0 if names_code(guess.label) else unlike[guess.kind] for guess in guesses)
