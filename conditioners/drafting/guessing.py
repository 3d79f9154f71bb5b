"""Guesses what a column of a sample holds: its canonical name, its type, and what is empty in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from conditioners.counted_dates import is_instant
from conditioners.dates import tells_offset
from conditioners.dialects import ISO_DAY, Numbers
from conditioners.drafting.conventions import (
    MOMENT_FORMATS,
    count_places,
    find_unit,
    find_weekday,
    fit_formats,
    is_day_first,
    matches_numeral,
    parse_day,
    tell_doubt,
    tell_weeks,
)
from conditioners.drafting.digit_dates import (
    find_counted,
    list_day_formats,
    tell_counted,
    tell_packed_days,
    tell_weeks_or_months,
)
from conditioners.drafting.doubts import (
    tell_currencies,
    tell_fractions,
    tell_kept,
    tell_missing,
    tell_mixed,
    tell_undated,
    tell_unknown_form,
)
from conditioners.drafting.fitting import Fit, find_fit
from conditioners.drafting.naming import names_code

_BESIDE = (ISO_DAY, "excel")
"""What workbooks may have beside days as text."""
_PROTECTED = re.compile('="(.*)"')
_APOSTROPHE = re.compile("'[0-9].*")
"""Digits that an apostrophe keeps from being counted with, in a spreadsheet."""
_PHONE = re.compile(r"\+[0-9]{7,15}")
_DIGITS, _YEAR = re.compile("[0-9]+"), re.compile("(?:19|20)[0-9]{2}")
_FLOATED = re.compile(r"[0-9]{3,}\.0")
_SCALES = (
    (
        re.compile(
            r"\bthousands?\b|[(,\s][$\u20ac\u00a3]?\s?'?000s?\b|\bTsd\b|\b[TK]\u20ac|\b[TK]EUR\b|\$K\b"
            r"|\b(en milliers|in Tausend|em mil|en miles)\b",
            re.IGNORECASE,
        ),
        3,
    ),
    (re.compile(r"\bin millions?\b|\$ ?m(il|illions?|m)\b|\bMio\b|\bM\u20ac|\bMEUR\b", re.IGNORECASE), 6),
)
_LONG_CODE = 8
"""Digits of a code that has no zeros in front, from which on it is one of a fixed length, such as a barcode."""
_FIXED_CODE = re.compile(r"zip|postal|postcode|plz|upc|ean|gtin|fips", re.IGNORECASE)
_PLACES_ALWAYS_FIT = 10


@dataclass(frozen=True)
class Guess:
    """One column: the text of its declaration's arguments behind the name, and what its dialect has to say of it."""

    name: str
    label: str
    kind: str = "Text"
    """`Text`, `Whole`, `Decimal`, `Day` or `Moment`."""
    arguments: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    sentinels: tuple[str, ...] = ()
    extract: str | None = None
    shift: int = 0
    """The power of ten that the label says numbers are to be multiplied by."""
    remarks: tuple[str, ...] = ()
    is_required: bool = True
    example: str = ""
    """One of its cells."""
    doubtful: tuple[str, ...] = ()
    """Formats that fit as well as the one taken, but exchange day and month."""
    is_joint: bool = False
    """Whether several columns make it, and so it has no label of its own."""
    is_part: bool = False
    """Whether it is only declared as a part of another one."""

    def settle_doubt(self, settled: Collection[str]) -> Guess:
        """The guess, in that of its formats which is known to be in use."""
        days = tuple(written for written in self.formats[1:] if written in _BESIDE)
        known = [each for each in (*self.formats, *self.doubtful) if each in settled and each not in days]
        if not self.doubtful or not known:
            return self
        told = f"{self.label!r} is read as {known[0]}, as other columns are: check the format"
        return replace(self, formats=(known[0], *days), doubtful=(), remarks=(*self.remarks[1:], told))

    def prefer_day_first(self) -> Guess:
        """The guess, in that of its formats which has the day before the month, if both fit."""
        first = next((each for each in self.doubtful if is_day_first(each)), None)
        if first is None or is_day_first(self.formats[0]):
            return self
        days = tuple(written for written in self.formats[1:] if written in _BESIDE)
        told = f"{self.remarks[0].partition(':')[0]}, and is read as day/month, as decimal commas are: check the format"
        return replace(self, formats=(first, *days), doubtful=(), remarks=(told, *self.remarks[1:]))


def guess_column(
    name: str, label: str, cells: Sequence[str], numbers: Numbers, *, has_typed_cells: bool = False,
    is_text: bool = False,
) -> Guess:  # fmt: skip
    """What a column holds, by all of its cells in the sample; `is_text` tells that the format holds these as texts."""
    counts = Counter(cell.strip() for cell in cells)
    del counts[""]
    bare = Guess(name, label, example=next(iter(counts), ""))
    guess = _guess_filled(bare, counts, numbers, has_typed_cells=has_typed_cells)
    if is_text and guess.kind == "Whole" and _are_digits(counts):
        told = f"{label!r} comes as text beside numbers, so it is text: declare it as a number if it is one"
        guess = replace(bare, arguments=(f"pattern={_code_pattern(label, counts)}",), remarks=(told,))
    if counts.total() == len(cells) and cells and not guess.sentinels:
        return guess
    return replace(guess, arguments=(*guess.arguments, "optional=True"), is_required=False)


def _are_digits(cells: Collection[str]) -> bool:
    """Whether cells are digits alone, and not all of them years, which have no zeros in front to lose."""
    return all(map(_DIGITS.fullmatch, cells)) and not all(map(_YEAR.fullmatch, cells))


def _guess_filled(bare: Guess, counts: Counter[str], numbers: Numbers, *, has_typed_cells: bool) -> Guess:
    """The guess by cells that are not empty; in a text, a word for nothing may be a value: NA is Namibia, too."""
    if not counts:
        return replace(bare, remarks=(f"{bare.label!r} is empty in the whole sample: its type is unknown",))
    if all(map(_PROTECTED.fullmatch, counts)):
        reason = f"{bare.label!r} is taken out of formulas, such as {bare.example}, that keep zeros in a spreadsheet"
        return replace(bare, extract=_PROTECTED.pattern, remarks=(reason,))
    if all(map(_APOSTROPHE.fullmatch, counts)):
        reason = f"{bare.label!r} is taken without the apostrophe before it, as in {bare.example}"
        return replace(bare, extract="'?(.*)", remarks=(reason,))
    code = _guess_code(bare, counts)
    if code is not None:
        return code
    if all(map(_PHONE.fullmatch, counts)):
        return bare
    counted = _guess_counted(bare, counts)
    if counted is not None:
        return counted
    told: tuple[str, ...] = ()
    for kind, formats in (("Day", list_day_formats(bare.label)), ("Moment", MOMENT_FORMATS)):
        found = fit_formats(counts, formats, has_days=has_typed_cells)
        if found is not None and found[0].is_good:
            return _take_words(_guess_date(bare, kind, found[1], found[0].fitting), found[0])
        if kind == "Day" and found is not None and (mixed := _guess_beside_serials(bare, found[1], counts)):
            return mixed
        told = told or (tell_undated(bare.label, kind, *found) if found is not None else ())
    guess = _guess_number(bare, counts, numbers)
    if guess.kind != "Text" or guess.remarks:
        return guess
    return replace(guess, remarks=(*(told or tell_unknown_form(bare.label, counts)), *tell_kept(bare.label, counts)))


def _guess_counted(bare: Guess, counts: Counter[str]) -> Guess | None:
    """Days or moments of counts, as spreadsheets and programs keep them."""
    fit = find_fit(counts, lambda cell: re.fullmatch(r"[0-9]{5,19}(?:\.[0-9]+)?", cell) is not None)
    found = find_counted(bare.label, fit.fitting) if fit.is_good else None
    if found is None:
        return None
    kind, written = found
    arguments = ("utc=True",) if kind == "Moment" and is_instant(written) else ()
    told = (tell_counted(bare.label, written), *_tell_lost_parts(bare.label, written, fit.fitting))
    return _take_words(replace(bare, kind=kind, arguments=arguments, formats=(written,), remarks=told), fit)


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
    return _take_words(replace(guess, formats=(*guess.formats, "excel"), remarks=(*guess.remarks, counted)), fit)


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


def _guess_code(bare: Guess, counts: Counter[str]) -> Guess | None:
    """Text for digits that are a name and no number: some begin with zero, or the label says so."""
    fit = find_fit(counts, lambda cell: cell.isascii() and cell.isdigit())
    has_zeros = any(len(cell) > 1 and cell.startswith("0") for cell in fit.fitting)
    is_named = names_code(bare.label)
    floated = find_fit(counts, lambda cell: _FLOATED.fullmatch(cell) is not None)
    if is_named and floated.is_good:
        told = f"{bare.label!r} comes as decimals such as {next(iter(floated.fitting))}; the digits before are taken"
        return _take_words(replace(bare, extract=r"([0-9]+)\.0", remarks=(told,)), floated)
    if not fit.is_good or not (is_named or has_zeros):
        return None
    if fit.words or fit.misfits:
        return bare
    hint = f"{bare.label!r} has zeros in front, so it is text: declare it as a number if it is one"
    remarks = tell_packed_days(bare.label, fit.fitting) or (() if is_named else (hint,))
    return replace(bare, arguments=(f"pattern={_code_pattern(bare.label, fit.fitting)}",), remarks=remarks)


def _guess_number(bare: Guess, counts: Counter[str], numbers: Numbers) -> Guess:
    unit = find_unit(counts)
    fits = matches_numeral(numbers)
    fit = find_fit(counts, lambda cell: (not unit or cell.endswith(unit)) and fits(cell.removesuffix(unit)))
    if not fit.is_good or fit.has_categories:
        return replace(bare, remarks=tell_mixed(bare.label, fit))
    if unit:
        taken = f"{bare.label!r} is taken without its unit, {unit.strip()!r}"
        bare = replace(bare, extract=f"(.*){re.escape(unit)}".replace("\\ ", " "), remarks=(taken,))
    bare = _scale(bare)
    places = max(0, count_places(fit.fitting, numbers, unit) - bare.shift)
    told = (*tell_missing(bare.label, fit), *tell_currencies(bare.label, fit.fitting, numbers.currency))
    if places == 0:
        told += tell_packed_days(bare.label, fit.fitting) or tell_weeks_or_months(bare.label, fit.fitting)
    bare = replace(bare, remarks=(*bare.remarks, *told))
    if places == 0:
        return _take_words(replace(bare, kind="Whole"), fit)
    rounded = ("rounded=True",) if places > _PLACES_ALWAYS_FIT else ()
    if rounded:
        cut = f"{bare.label!r} has up to {places} decimal places, and is rounded to {_PLACES_ALWAYS_FIT}"
        bare = replace(bare, remarks=(*bare.remarks, cut))
    shown = (str(min(places, _PLACES_ALWAYS_FIT)), *rounded)
    return _take_words(replace(bare, kind="Decimal", arguments=shown), fit)


def _scale(bare: Guess) -> Guess:
    """The guess with what its label says of the unit, such as `in thousands`."""
    shift = next((shift for pattern, shift in _SCALES if pattern.search(bare.label)), 0)
    told = f"{bare.label!r} is multiplied by {10**shift:,}, as its label says"
    return replace(bare, shift=shift, remarks=(*bare.remarks, told)) if shift else bare


def _take_words(guess: Guess, fit: Fit) -> Guess:
    """The guess, with words that stand for no value."""
    told = fit.tell_words(guess.label)
    return replace(guess, sentinels=tuple(sorted(fit.words)), remarks=(*guess.remarks, told)) if told else guess


def _guess_date(bare: Guess, kind: str, fitting: Sequence[str], cells: Counter[str]) -> Guess:
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
    remarks = (*((doubt,) if doubt else ()), *mixed, *tell_fractions(bare.label, fitting[0], cells))
    doubtful = tuple(fitting[1:]) if is_doubtful else ()
    return replace(bare, kind=kind, arguments=arguments, formats=formats, remarks=remarks, doubtful=doubtful)


def _code_pattern(label: str, cells: Counter[str]) -> str:
    """Digits, as many as all cells have unless they just count: the store after the 9th is the 10th."""
    lengths = {len(cell) for cell in cells}
    is_padded = lengths != {1} and any(cell.startswith("0") for cell in cells)
    if len(lengths) > 1 or not (is_padded or min(lengths) >= _LONG_CODE or _FIXED_CODE.search(label)):
        return 'r"[0-9]+"'
    return f'r"[0-9]{{{lengths.pop()}}}"'
