"""Samples with weeks or days as columns: the sample with a row for each of their cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from conditioners.drafting.asides import find_total
from conditioners.drafting.digit_dates import labels_months, labels_weeks
from conditioners.drafting.naming import name_columns
from conditioners.drafting.wide_labels import YEAR, Measures, WideLabels, find_wide_labels, match_times, tell_times
from conditioners.values.month_names import Months

if TYPE_CHECKING:
    from conditioners.drafting.samples import Sample

_PERIODS = (("%V", "week"), ("%d", "day"), ("%q", "quarter"))
_UNNAMED = "value"
_MOST = 8_000_000
"""Cells of a sample whose columns have become rows: each row repeats those beside them, which may be thousands."""


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
    wide = find_wide_labels(sample, months)
    if wide is None:
        return replace(sample, remarks=(*sample.remarks, *tell_times(sample.labels))), None
    return _unfold(sample, sample.labels, wide, months)


def _unfold(
    sample: Sample, labels: Sequence[str], wide: WideLabels, months: Months
) -> tuple[Sample, Widening]:  # fmt: skip
    measures, into_rows = wide.measures, {number for days in wide.measures.values() for number in days}
    kept = [number for number in range(len(labels)) if number not in into_rows]
    beside = [labels[number] for number in kept]
    into, *names = name_columns([*beside, _name_times(wide.written), *_name_values(wide)])[len(kept) :]
    most = max(1, _MOST // (max(map(len, measures.values())) * (len(kept) + 1 + len(names))))
    lines = islice(zip(*sample.columns, strict=True), most)
    rows = [row for values in lines for row in _rows_of(values, kept, measures)]
    unfolded = replace(
        sample, labels=(*beside, into, *names),
        columns=tuple(zip(*rows, strict=True)) if rows else ((),) * (len(kept) + 1 + len(names)),
        remarks=(
            *sample.remarks, _tell_unfolded(labels, measures, into),
            *_tell_beginning(most, len(sample.columns[0])), *_tell_totals(beside), *wide.remarks,
        ),
    )  # fmt: skip
    patterns = {
        name: f"{re.escape(before)}({match_times(wide.written, months)}){re.escape(behind)}".replace("\\ ", " ")
        for name, (before, behind) in zip(names, measures, strict=True)
    }
    return unfolded, Widening(into, patterns)


def _name_times(written: str) -> str:
    """What the column is called that the labels go into."""
    return "year" if written == YEAR else next((name for code, name in _PERIODS if code in written), "month")


def _name_values(wide: WideLabels) -> list[str]:
    """What the columns of values are called: the words around the time."""
    shown = [behind if wide.written == "%V" else f"{before} {behind}" for before, behind in wide.measures]
    return [_UNNAMED if _names_period(each) else " ".join(each.split()) for each in shown]


def _names_period(words: str) -> bool:
    """Whether there is nothing but a word for a week or month, which says nothing of the values."""
    return len(words.split()) < 2 and (not words.strip() or labels_weeks(words) or labels_months(words))


def _tell_unfolded(labels: Sequence[str], measures: Measures, into: str) -> str:
    days = next(iter(measures.values()))
    columns = sum(map(len, measures.values()))
    return f"{columns} columns, labelled {labels[min(days)]!r} to {labels[max(days)]!r}, become rows by {into}"


def _tell_beginning(most: int, rows: int) -> list[str]:
    return [f"they become so many that the first {most} rows alone were looked at"] if most < rows else []


def _tell_totals(beside: Sequence[str]) -> list[str]:
    totals = [repr(label) for label in beside if find_total(label)]
    return [f"{' and '.join(totals)} stands beside them, so it comes again in each of their rows"] if totals else []


def _rows_of(values: Sequence[str], kept: Sequence[int], measures: Measures) -> list[tuple[str, ...]]:
    """The rows that one becomes: one for each day whose first value is filled."""
    by_day: dict[str, list[str]] = {}
    for at, days in enumerate(measures.values()):
        for number, day in days.items():
            by_day.setdefault(day, [""] * len(measures))[at] = values[number]
    held = [values[number] for number in kept]
    return [(*held, day, *cells) for day, cells in by_day.items() if cells[0].strip()]
