"""Guesses of columns that hold days or moments, as text or as counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from conditioners.dialects import ISO_DAY
from conditioners.drafting.date_conventions import (
    DAY_FORMATS,
    MOMENT_FORMATS,
    find_weekday,
    fit_formats,
    parse_day,
    settle_year,
    tell_doubt,
    tell_weeks,
    without_weekday,
)
from conditioners.drafting.date_shapes import propose_formats
from conditioners.drafting.digit_dates import find_counted, list_day_formats, may_be_hours, tell_counted
from conditioners.drafting.doubts import tell_fractions, tell_undated
from conditioners.drafting.fitting import NOTHING, find_fit
from conditioners.drafting.framed_dates import guess_framed
from conditioners.drafting.guesses import Guess, take_words
from conditioners.values.counted_dates import is_instant
from conditioners.values.dates import tells_offset

_FIRST = re.compile(r"\b1er ")


def guess_dates(bare: Guess, counts: Counter[str], *, has_typed_cells: bool) -> tuple[Guess | None, tuple[str, ...]]:
    """The guess of a column of days or moments, by its distinct cells with their counts; None if it holds others.

    Then with what to know of it if most of its cells are dates.
    """
    known = _guess_counted(bare, counts) or _guess_in_french(bare, counts)
    if known is not None:
        return known, ()
    told: tuple[str, ...] = ()
    for kind, formats in (("Day", list_day_formats(bare.label)), ("Moment", MOMENT_FORMATS)):
        found = fit_formats(counts, formats, has_days=has_typed_cells)
        if found is not None and found[0].is_good:
            return take_words(_guess_date(bare, kind, found[1], found[0].fitting), found[0]), ()
        if kind == "Day" and found is not None and (mixed := _guess_beside_serials(bare, found[1], counts)):
            return mixed, ()
        told = told or (tell_undated(bare.label, kind, *found) if found is not None else ())
    shaped = _guess_by_shape(bare, counts, has_typed_cells=has_typed_cells)
    if shaped is not None:
        return shaped, ()
    return (guess_framed(bare, counts, _guess_bare) if not told else None), told


def _guess_bare(bare: Guess, counts: Counter[str]) -> Guess | None:
    """The guess of a column of whole days or moments as text, with nothing around them."""
    for kind, formats in (("Day", DAY_FORMATS), ("Moment", MOMENT_FORMATS)):
        found = fit_formats(counts, formats)
        if found is not None and found[0].is_good and "%d" in found[1][0]:
            return take_words(_guess_date(bare, kind, found[1], found[0].fitting), found[0])
    return _guess_by_shape(bare, counts)


def _guess_by_shape(bare: Guess, counts: Counter[str], *, has_typed_cells: bool = False) -> Guess | None:
    """The guess of a column of days or moments whose parts are in a known order, with any marks between them."""
    formats = propose_formats([without_weekday(cell) for cell in counts if cell not in NOTHING])
    found = fit_formats(counts, formats, has_days=has_typed_cells) if formats else None
    if found is None or not found[0].is_good or not may_be_hours(bare.label, found[1]):
        return None
    kind = "Moment" if "%H" in found[1][0] or "%I" in found[1][0] else "Day"
    return take_words(_guess_date(bare, kind, found[1], found[0].fitting), found[0])


def _guess_in_french(bare: Guess, counts: Counter[str]) -> Guess | None:
    """The guess of days of which the first of a month is written as `1er`."""
    plain: Counter[str] = Counter()
    for cell, count in counts.items():
        plain[_FIRST.sub("1 ", cell)] += count
    guess = _guess_bare(bare, plain) if plain.keys() != counts.keys() else None
    if guess is None or not guess.formats[0].startswith("%d "):
        return None
    return replace(guess, formats=(*guess.formats, guess.formats[0].replace("%d ", "%der ", 1)))


def _guess_counted(bare: Guess, counts: Counter[str]) -> Guess | None:
    """Days or moments of counts, as spreadsheets and programs keep them."""
    fit = find_fit(counts, lambda cell: re.fullmatch(r"[0-9]{5,19}(?:\.[0-9]+)?", cell) is not None)
    found = find_counted(bare.label, fit.fitting) if fit.is_good else None
    if found is None:
        return None
    kind, written = found
    arguments = ("utc=True",) if kind == "Moment" and is_instant(written) else ()
    told = (tell_counted(bare.label, written), *_tell_lost_parts(bare.label, written, fit.fitting))
    return take_words(replace(bare, kind=kind, arguments=arguments, formats=(written,), remarks=told), fit)


def _guess_beside_serials(bare: Guess, fitting: Sequence[str], counts: Counter[str]) -> Guess | None:
    """Days as text beside others that are numbers, as a workbook leaves them that was saved as text."""
    serials = Counter({cell: count for cell, count in counts.items() if cell.isdecimal()})
    if not serials or find_counted(bare.label, serials) != ("Day", "excel"):
        return None
    texts = counts - serials
    fit = find_fit(texts, lambda cell: any(parse_day(cell, written) for written in fitting))
    if not fit.is_good:
        return None
    guess = _guess_date(bare, "Day", fitting, fit.fitting)
    counted = f"{bare.label!r} has days of a spreadsheet, such as {next(iter(serials))}, beside text: both are read"
    return take_words(replace(guess, formats=(*guess.formats, "excel"), remarks=(*guess.remarks, counted)), fit)


def _tell_lost_parts(label: str, written: str, cells: Iterable[str]) -> tuple[str, ...]:
    """What to know of seconds with parts, which no column keeps."""
    places = int(written[-2]) if written.startswith("%s%") else 0
    cut = next((cell for cell in cells if is_instant(written) and _has_part(cell, places)), None)
    if cut is None:
        return ()
    return (f"{label!r} loses the fractions of its seconds, such as those of {cut}: moments are kept to the second",)


def _has_part(cell: str, places: int) -> bool:
    whole, _, part = cell.partition(".")
    return bool((whole[len(whole) - places :] + part).strip("0"))


def _guess_date(bare: Guess, kind: str, fitting: Sequence[str], cells: Counter[str]) -> Guess:
    fitting, of_years = settle_year(bare.label, fitting, cells)
    doubt = tell_doubt(bare.label, fitting)
    weekly = [each for each in fitting if each != ISO_DAY and find_weekday(cells, (each,))] if doubt else []
    if doubt and len(weekly) == 1:
        fitting = (weekly[0], *(each for each in fitting if each == ISO_DAY))
        doubt = (
            f"{doubt.partition(':')[0]}, and is read as {weekly[0]}, by which all are of one weekday: check the format"
        )
    is_doubtful = doubt is not None and not weekly
    doubt = doubt or tell_weeks(bare.label, fitting[0])
    arguments: tuple[str, ...] = ("utc=True",) if tells_offset(fitting[0]) else ()
    days = tuple(each for each in fitting[1:] if each == ISO_DAY)
    formats = (fitting[0], *days)
    weekday = find_weekday(cells, formats) if kind == "Day" and "%d" in fitting[0] else None
    if weekday is not None:
        arguments = (f"weekday={weekday}",)
    mixed = (f"{bare.label!r} has days as such beside text written like {fitting[0]}: both are read",) if days else ()
    remarks = (*((doubt,) if doubt else ()), *of_years, *mixed, *tell_fractions(bare.label, fitting[0], cells))
    doubtful = tuple(fitting[1:]) if is_doubtful else ()
    return replace(bare, kind=kind, arguments=arguments, formats=formats, remarks=remarks, doubtful=doubtful)
