"""Samples with weeks or days as columns: which labels tell them, and the sample with a row for each of their cells."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from conditioners.drafting.asides import find_total
from conditioners.drafting.date_conventions import DAY_FORMATS, may_be_months, parse_day
from conditioners.drafting.digit_dates import MONTH, WEEK, find_year, fit_run, labels_months, labels_weeks
from conditioners.drafting.naming import name_columns
from conditioners.values.month_names import Months, list_names, translate_month

if TYPE_CHECKING:
    from conditioners.drafting.samples import Sample

_FEWEST = 3
_YEAR = "%Y"
_PARTS = {
    "%Y": "[0-9]{4}", "%G": "[0-9]{4}", "%m": "[0-9]{1,2}", "%d": "[0-9]{1,2}", "%y": "[0-9]{2}", "%V": "[0-9]{2}",
    " %V": " [0-9]{1,2}", "%q": "[1-4]", "%b": "[A-Za-z]{3}", "%B": "[A-Za-z]{3,9}",
}  # fmt: skip
_MONTHS = {"%B": list(calendar.month_name)[1:], "%b": list(calendar.month_abbr)[1:]}
_ANY_MONTH = r"[^\W\d_]{3,}\.?"
"""A name of a month, or any other word, which is then rejected."""
_YEARLESS = ("%B", "%b", "%V")
_PERIODS, _YEAR_NAME = (("%V", "week"), ("%d", "day"), ("%q", "quarter")), "year"
_UNNAMED = "value"
_TIMED = re.compile(
    r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])|(?<![A-Za-z0-9])(?:FY|W|Wk|Week|KW|S|P|Period|Q)[ -]?[0-9]{1,2}(?![0-9])",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])|(?<![A-Za-z0-9])W[0-9]{2}(?![0-9])")
_MOST = 8_000_000
"""Cells of a sample whose columns have become rows: each row repeats those beside them, which may be thousands."""
_FEWEST_COUNTED = 7
"""Labels that count on, of which fewer are often kinds of something, such as prices of brands."""
_FEWEST_TIMED = 3
"""Labels such as `P1`, of which one or two may tell a part or a price."""


@dataclass(frozen=True)
class Widening:
    """Columns that become rows: what their labels go into, and for each of their values a pattern of the labels."""

    into: str
    patterns: Mapping[str, str]


def unfold_sample(sample: Sample, months: Months = ()) -> tuple[Sample, Widening | None]:
    """The sample with a row for each cell below a label that tells a day or week; as it is when there are none.

    Names of `months` in its labels are those of their language.
    """
    if sample.labels is None or sample.form["format"] not in ("delimited text", "workbook", "HTML"):
        return sample, None
    labels = [translate_month(label, months) for label in sample.labels] if months else sample.labels
    for written in (*DAY_FORMATS, _YEAR):
        measures = _find_measures(labels, written)
        if measures:
            return _unfold(sample, *_tell_months(written, measures), measures, months)
    for written in _YEARLESS if find_year(sample.labels, sample.columns) is not None else ():
        measures = _find_yearless(labels, written)
        if measures:
            return _unfold(sample, written, (), measures, months)
    return replace(sample, remarks=(*sample.remarks, *_tell_times(sample.labels))), None


_BASE = re.compile(r"\b(?:19|20)[0-9]{2} ?= ?100\b")
"""The year that an index is 100 in, which it stays."""


def _tell_times(labels: Sequence[str]) -> tuple[str, ...]:
    """What to check of labels that tell a time and stay labels: those of later files may be others."""
    timed = [label for label in labels if _TIMED.search(_BASE.sub("", label))]
    if not timed:
        return _tell_counted(labels)
    if not any(_YEARS.search(label) for label in timed) and len(timed) < _FEWEST_TIMED:
        return ()
    shown = ", ".join(map(repr, timed[:3])) + (" and so on" if len(timed) > 3 else "")
    told = f"labels tell a time, and files with others will lack these columns: {shown}"
    return (f"{told}; `wide` makes rows of them",) if len(timed) >= _FEWEST_TIMED else (told,)


def _tell_counted(labels: Sequence[str]) -> tuple[str, ...]:
    """What to check of labels that count on by one, such as `d_1` to `d_28`, which may be days or weeks."""
    counted: dict[tuple[str, ...], list[int]] = {}
    for label in labels:
        before, number, behind = re.fullmatch(r"(.*?)([0-9]{0,6})(\D*)", label, re.DOTALL).groups()  # type: ignore[union-attr]
        if number:
            counted.setdefault((before, behind), []).append(int(number))
    runs = [
        (f"{before}{numbers[0]}{behind}", f"{before}{numbers[-1]}{behind}")
        for (before, behind), numbers in counted.items()
        if len(numbers) >= _FEWEST_COUNTED and all(one + 1 == next_one for one, next_one in pairwise(numbers))
    ]
    return tuple(
        f"labels count on from {first!r} to {last!r}: where they are days or weeks, files with others will lack these "
        "columns, and `wide` makes rows of them"
        for first, last in runs
    )


_Measures = dict[tuple[str, str], dict[int, str]]
"""By the words before and behind the day: numbers of columns, and the day that the label of each tells."""


def _find_measures(labels: Sequence[str], written: str) -> _Measures:
    found: _Measures = {}
    pattern = re.compile(f"(.*?)(?<![0-9])({_pattern_of(written)})(?![0-9])(.*)")
    for number, label in enumerate(" ".join(label.split()) for label in labels):
        match = pattern.fullmatch(label)
        if match and parse_day(match[2], written):
            found.setdefault((match[1], match[3]), {})[number] = match[2]
    return {
        around: days for around, days in found.items()
        if len(set(days.values())) == len(days) >= _FEWEST and may_be_months(days.values(), written)
    }  # fmt: skip


def _tell_months(written: str, measures: _Measures) -> tuple[str, tuple[str, ...]]:
    """The form of the labels, months in place of weeks where words or the turn of the year tell it; what to check."""
    if written != WEEK or any(labels_weeks(before + behind) for before, behind in measures):
        return written, ()
    if all(labels_months(before + behind) for before, behind in measures):
        return MONTH, ()
    if fit_run(time for times in measures.values() for time in times.values()) != (MONTH,):
        return written, ()
    return MONTH, ("labels of six digits are read as months, for 01 of the next year follows 12: weeks go on to 52",)


def _find_yearless(labels: Sequence[str], written: str) -> _Measures:
    """Months or weeks without a year, from the first one on, as a fiscal year would hardly have them."""
    found: _Measures = {}
    pattern = re.compile(f"(.*?)({_pattern_of(written)})((?:[^A-Za-z0-9].*)?)")
    for number, label in enumerate(" ".join(label.split()) for label in labels):
        match = pattern.fullmatch(label)
        if match and ("%V" not in written or _names_week(match[1])):
            found.setdefault((match[1], match[3]), {})[number] = match[2]
    return {around: times for around, times in found.items() if _count_on(list(times.values()), written)}


def _names_period(words: str) -> bool:
    """Whether there is nothing but a word for a week or month, which says nothing of the values."""
    return len(words.split()) < 2 and (not words.strip() or labels_weeks(words) or labels_months(words))


def _names_week(words: str) -> bool:
    return words.strip() == "W" or labels_weeks(words)


def _count_on(times: Sequence[str], written: str) -> bool:
    if "%V" in written:
        return len(times) >= _FEWEST and [int(week) for week in times] == list(range(1, len(times) + 1))
    names = _MONTHS[written]
    return len(times) >= _FEWEST and [time.title() for time in times] == names[: len(times)]


def _pattern_of(written: str, months: Months = ()) -> str:
    """A pattern for labels in a format; where a name of `months` is all that tells them, for just these."""
    if written in _MONTHS:
        names = sorted((name for month in months for name in list_names(month)), key=len, reverse=True)
        return f"(?i:{'|'.join(map(re.escape, names) if names else _MONTHS[written])})"
    if written in _YEARLESS:
        return "[0-9]{1,2}"
    if written in (WEEK, MONTH):
        return "[0-9]{6}"
    # Behind a blank, as in `Week 1 2024`, numbers of weeks may have one digit.
    parts = re.split(r"( %V|%[A-Za-z])", written)
    shown = {**_PARTS, "%b": _ANY_MONTH, "%B": _ANY_MONTH} if months else _PARTS
    return "".join(shown.get(part) or re.escape(part).replace(r"\-", "-") for part in parts)


def _unfold(
    sample: Sample, written: str, remarks: Sequence[str], measures: _Measures, months: Months
) -> tuple[Sample, Widening]:  # fmt: skip
    labels = sample.labels or ()
    wide = {number for days in measures.values() for number in days}
    kept = [number for number in range(len(labels)) if number not in wide]
    into = _YEAR_NAME if written == _YEAR else next((name for code, name in _PERIODS if code in written), "month")
    shown = [behind if written == "%V" else f"{before} {behind}" for before, behind in measures]
    words = [_UNNAMED if _names_period(each) else " ".join(each.split()) for each in shown]
    names = name_columns([*(labels[number] for number in kept), into, *words])[len(kept) :]
    most = max(1, _MOST // (max(map(len, measures.values())) * (len(kept) + len(names))))
    lines = islice(zip(*sample.columns, strict=True), most)
    rows = [row for values in lines for row in _rows_of(values, kept, measures)]
    columns = tuple(zip(*rows, strict=True)) if rows else ((),) * (len(kept) + 1 + len(measures))
    patterns = {
        name: f"{re.escape(before)}({_pattern_of(written, months)}){re.escape(behind)}".replace("\\ ", " ")
        for name, (before, behind) in zip(names[1:], measures, strict=True)
    }
    days = next(iter(measures.values()))
    told = [f"{len(wide)} columns, labelled {labels[min(days)]!r} to {labels[max(days)]!r}, become rows by {names[0]}"]
    if most < len(sample.columns[0]):
        told.append(f"they become so many that the first {most} rows alone were looked at")
    totals = [repr(labels[number]) for number in kept if find_total(labels[number])]
    if totals:
        told.append(f"{' and '.join(totals)} stands beside them, so it comes again in each of their rows")
    unfolded = replace(
        sample, labels=(*(labels[number] for number in kept), *names), columns=columns,
        remarks=(*sample.remarks, *told, *remarks),
    )  # fmt: skip
    return unfolded, Widening(names[0], patterns)


def _rows_of(values: Sequence[str], kept: Sequence[int], measures: _Measures) -> list[tuple[str, ...]]:
    """The rows that one becomes: one for each day whose first value is filled."""
    by_day: dict[str, list[str]] = {}
    for at, days in enumerate(measures.values()):
        for number, day in days.items():
            by_day.setdefault(day, [""] * len(measures))[at] = values[number]
    held = [values[number] for number in kept]
    return [(*held, day, *cells) for day, cells in by_day.items() if cells[0].strip()]
