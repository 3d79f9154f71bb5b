"""Joints: columns of a sample that make one day or moment, such as a year and its week, if all of their cells do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from conditioners.drafting.conventions import parse_day
from conditioners.drafting.digit_dates import are_years, find_year, labels_months, labels_own_years, labels_weeks
from conditioners.drafting.guessing import Guess
from conditioners.drafting.naming import name_columns
from conditioners.readers.headers import normalise

_LABELS_QUARTERS = re.compile(r"quarter|\bqtr\b|quartal|trimestre|kwarta", re.IGNORECASE)
_LABELS_DAYS = re.compile(r"\bdays?\b|_day\b|\btag\b|\bjour\b|\bd[ií]a\b|\bdag\b|\bgiorno\b|\bdd\b", re.IGNORECASE)
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
    "%H:%M",
    "%H:%M:%S",
    "%I:%M %p",
    "%I:%M:%S %p",
    "%I:%M%p",
    "%H:%M:%S%.f",
    "%H%M",
    "%H%M%S",
    "%H.%M",
    "%H:%M:%S%#z",
    "%H:%M%#z",
)
_CODES: Mapping[str, Sequence[str]] = {
    "week": ("%V",), "month": ("%m", "%b", "%B"), "day": ("%d",), "quarter": ("%q",),
}  # fmt: skip
_LABELS_UTC = re.compile(r"\b(UTC|GMT|Zulu)\b")
_HOURS = frozenset(map(str, range(24)))
_WORDED = re.compile(r"([^0-9%]*)[0-9]{1,2}")
_FLOATED = re.compile(r"[0-9]+\.0")
_ANY_DAY = "2024-01-01"


@dataclass(frozen=True)
class Joint:
    """One column that several of a sample make."""

    guess: Guess
    members: tuple[int, ...]
    """Their numbers among the columns, in the order of the text."""
    cells: tuple[str, ...]


def find_joints(guesses: Sequence[Guess], columns: Sequence[Sequence[str]], *, by_label: bool) -> list[Joint]:
    """What columns of a sample make together: moments of dates and their times, else one day of years and their parts.

    Where they are found `by_label`, each has to have one of its own.
    """
    counts = Counter(normalise(guess.label) for guess in guesses)
    fit = [
        at for at, guess in enumerate(guesses)
        if not by_label or (guess.label.strip() and counts[normalise(guess.label)] == 1)
    ]  # fmt: skip
    joints = list(_join_times(guesses, columns, fit))
    if any(guess.kind in ("Day", "Moment") for guess in guesses):
        return joints
    return list(_join_years(guesses, columns, fit))[:1]


def tell_apart(guesses: Sequence[Guess], columns: Sequence[Sequence[str]], joints: Sequence[Joint]) -> tuple[str, ...]:
    """What to know of columns that look like parts of a date and stay apart, since some of their cells are none."""
    joined = {at for joint in joints for at in joint.members}
    labels, told = [guess.label for guess in guesses], []
    year, is_dated = find_year(labels, columns), any(guess.kind == "Day" for guess in guesses)
    for at, label in enumerate(labels):
        if at in joined or is_dated or year is None or _find_year_part(label, columns[at]) != "week":
            continue
        cells = _join_cells(columns, (year, at))
        formats = list(_list_formats(columns, (year, at), ("week",)))
        odd = next((cell for cell in cells if not any(parse_day(cell, each) for each in formats)), None)
        if odd is not None:
            told.append(f"{labels[year]!r} and {label!r} are no ISO weeks, since {odd!r} is none, and stay apart")
    for at, label in enumerate(labels):
        if at not in joined and year is not None and not is_dated and labels_months(label):
            odd = next((cell.strip() for cell in columns[at] if len(cell.strip()) > 2 and cell.strip().isalpha()), None)
            if odd is not None and not parse_day(odd, "%b") and not parse_day(odd, "%B"):
                told.append(f"{labels[year]!r} and {label!r} stay apart, since formats know months in English alone")
    hours = [
        label for at, label in enumerate(labels)
        if at not in joined and _LABELS_TIMES.search(label) and {"1", "24"} <= set(columns[at]) <= _HOURS | {"24"}
    ]  # fmt: skip
    if year is None and not any(guess.kind in ("Day", "Moment") for guess in guesses):
        told += _tell_yearless(labels, columns)
    return (*told, *(f"{label!r} goes to 24, which is no hour of a moment, and stays apart" for label in hours))


def _tell_yearless(labels: Sequence[str], columns: Sequence[Sequence[str]]) -> list[str]:
    """What to know of weeks and months whose year stands in no column."""
    if any(map(labels_own_years, labels)) or any(
        are_years(label, cells) for label, cells in zip(labels, columns, strict=True)
    ):
        return []
    parts = {label: _find_year_part(label, cells) for label, cells in zip(labels, columns, strict=True)}
    return [
        f"{label!r} has {part}s without a year: where it stands around the rows, `parts` takes it, such as "
        f"('@sheet', {label!r}) from a sheet's name"
        for label, part in parts.items() if part in ("week", "month")
    ]  # fmt: skip


def name_whole(joint: Joint, guesses: Sequence[Guess]) -> Guess:
    """The guess of a joint, under a name that no other column has."""
    taken = [guess.name for at, guess in enumerate(guesses) if at not in joint.members]
    return replace(joint.guess, name=name_columns([*taken, joint.guess.name])[-1])


def _join_times(guesses: Sequence[Guess], columns: Sequence[Sequence[str]], fit: Sequence[int]) -> Iterator[Joint]:
    """Each date with the one time that is its own, by what their labels have beside `date` and `time`."""
    days = [at for at in fit if _may_have_time(guesses[at])]
    times = {at: written for at in fit if (written := _find_time_format(guesses[at], columns[at]))}
    for day in days:
        own = [at for at in times if _stem(guesses[at].label) == _stem(guesses[day].label)]
        alone = [at for at in times if len(days) == len(times) == 1 and not _stem(guesses[at].label)]
        for time in (own or alone) if len(own or alone) == 1 else []:
            if _are_filled_alike(columns, (day, time)):
                yield _join_time(guesses, columns, day, time, times[time])


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
    return Joint(whole, (day, time), _join_cells(columns, (day, time)))


def _join_years(guesses: Sequence[Guess], columns: Sequence[Sequence[str]], fit: Sequence[int]) -> Iterator[Joint]:
    """A year with its week, or with its month and maybe day; none of a company's own year."""
    year = find_year([guess.label for guess in guesses], columns)
    if year is None or year not in fit:
        return
    parts = {at: _find_year_part(guesses[at].label, columns[at]) for at in fit if at != year}
    by_kind = {kind: [at for at, part in parts.items() if part == kind] for kind in ("week", "month", "day", "quarter")}
    for kinds in (("week",), ("month", "day"), ("month",), ("quarter",)):
        chosen = [by_kind[kind] for kind in kinds]
        if all(len(each) == 1 for each in chosen):
            members = (year, *(each[0] for each in chosen))
            joint = _join_year(guesses, columns, members, kinds)
            if joint is not None:
                yield joint


def _find_year_part(label: str, cells: Sequence[str]) -> str | None:
    """Which part of a year a column holds, by its label; None if it holds others."""
    filled = {cell.strip().removesuffix(".0") for cell in cells} - {""}
    if not filled:
        return None
    for kind, is_labelled in (
        ("week", labels_weeks(label)), ("month", labels_months(label)), ("quarter", _LABELS_QUARTERS.search(label)),
    ):  # fmt: skip
        if is_labelled and all(_WORDED.fullmatch(cell) or cell.isalpha() for cell in filled):
            return kind
    is_day = _LABELS_DAYS.search(label) and all(cell.isdigit() and 1 <= int(cell) <= 31 for cell in filled)
    return "day" if is_day else None


def _join_year(
    guesses: Sequence[Guess], columns: Sequence[Sequence[str]], members: tuple[int, ...], kinds: Sequence[str]
) -> Joint | None:  # fmt: skip
    if not _are_filled_alike(columns, members):
        return None
    cells = _join_cells(columns, members)
    filled = {cell for cell in cells if cell}
    written = next((each for each in _list_formats(columns, members, kinds) if _are_days(filled, each)), None)
    if written is None:
        return None
    last, labels = guesses[members[-1]], [guesses[at].label for at in members]
    meant = {
        "week": "the Monday of an ISO week: check that they are no fiscal weeks",
        "month": "the first day of a month", "day": "one day",
        "quarter": "the first day of a quarter: check that they are no fiscal ones",
    }[kinds[-1]]  # fmt: skip
    told = f"{' and '.join(map(repr, labels))} are read as {meant}"
    is_required = all(cells)
    return Joint(
        Guess(
            last.name, " ".join(labels), "Day", () if is_required else ("optional=True",), (written,),
            remarks=(told,), is_required=is_required, is_joint=True,
        ), members, cells,
    )  # fmt: skip


def _are_days(cells: Iterable[str], written: str) -> bool:
    return all(parse_day(cell, written) for cell in cells)


def _list_formats(columns: Sequence[Sequence[str]], members: Sequence[int], kinds: Sequence[str]) -> Iterator[str]:
    """Formats that the parts of days may have, each with a blank before the next."""
    year = "%G" if "week" in kinds else "%Y"
    possible = [[year + _float(columns[members[0]])]]
    for at, kind in zip(members[1:], kinds, strict=True):
        worded = {found[1] for cell in columns[at] if (found := _WORDED.match(cell.strip()))}
        words = worded.pop() if len(worded) == 1 else ""
        possible.append([words + code + _float(columns[at]) for code in _CODES[kind]])
    return (" ".join(parts) for parts in product(*possible))


def _float(cells: Sequence[str]) -> str:
    """The point and zero behind the whole numbers of programs that know no others."""
    return ".0" if all(_FLOATED.fullmatch(cell.strip()) for cell in cells if cell.strip()) else ""


def _are_filled_alike(columns: Sequence[Sequence[str]], members: Sequence[int]) -> bool:
    """Whether no row fills one of the columns without the others."""
    rows = zip(*(columns[at] for at in members), strict=True)
    return all(len({bool(cell.strip()) for cell in row}) == 1 for row in rows)


def _join_cells(columns: Sequence[Sequence[str]], members: Sequence[int]) -> tuple[str, ...]:
    return tuple(
        " ".join(cell.strip() for cell in row).strip() for row in zip(*(columns[at] for at in members), strict=True)
    )
