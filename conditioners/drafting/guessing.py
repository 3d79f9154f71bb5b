"""Guesses what a column of a sample holds: its canonical name, its type, and what is empty in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from conditioners.dialects import Numbers
from conditioners.drafting.article_numbers import are_article_numbers
from conditioners.drafting.date_guesses import guess_dates
from conditioners.drafting.digit_dates import tell_packed_days, tell_weeks_or_months
from conditioners.drafting.doubts import tell_currencies, tell_kept, tell_missing, tell_mixed, tell_unknown_form
from conditioners.drafting.fitting import find_fit
from conditioners.drafting.guesses import Guess, take_words
from conditioners.drafting.naming import names_code
from conditioners.drafting.number_tails import WITHOUT_TAIL, fill_tails
from conditioners.drafting.numeral_conventions import count_places, find_unit, matches_numeral
from conditioners.drafting.scales import find_scale

_PROTECTED = re.compile('="(.*)"')
_APOSTROPHE = re.compile("'[0-9].*")
"""Digits that an apostrophe keeps from being counted with, in a spreadsheet."""
_PHONE = re.compile(r"\+[0-9]{7,15}")
_DIGITS, _YEAR = re.compile("[0-9]+"), re.compile("(?:19|20)[0-9]{2}")
_FLOATED = re.compile(r"[0-9]{3,}\.0")
_LONG_CODE = 8
"""Digits of a code that has no zeros in front, from which on it is one of a fixed length, such as a barcode."""
_FIXED_CODE = re.compile(r"zip|postal|postcode|plz|upc|ean|gtin|fips", re.IGNORECASE)
_PLACES_ALWAYS_FIT = 10


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
    dated, told = guess_dates(bare, counts, has_typed_cells=has_typed_cells)
    if dated is not None:
        return dated
    guess = _guess_number(bare, counts, numbers)
    if guess.kind != "Text" or guess.remarks:
        return guess
    return replace(guess, remarks=(*(told or tell_unknown_form(bare.label, counts)), *tell_kept(bare.label, counts)))


def _guess_code(bare: Guess, counts: Counter[str]) -> Guess | None:
    """Text for digits that are a name and no number: some begin with zero, or the label says so."""
    fit = find_fit(counts, lambda cell: cell.isascii() and cell.isdigit())
    has_zeros = any(len(cell) > 1 and cell.startswith("0") for cell in fit.fitting)
    is_named = names_code(bare.label) or are_article_numbers(fit.fitting)
    floated = find_fit(counts, lambda cell: _FLOATED.fullmatch(cell) is not None)
    if is_named and floated.is_good:
        told = f"{bare.label!r} comes as decimals such as {next(iter(floated.fitting))}; the digits before are taken"
        return take_words(replace(bare, extract=r"([0-9]+)\.0", remarks=(told,)), floated)
    if not fit.is_good or not (is_named or has_zeros):
        return None
    if fit.words or fit.misfits:
        return bare
    hint = f"{bare.label!r} has zeros in front, so it is text: declare it as a number if it is one"
    remarks = tell_packed_days(bare.label, fit.fitting) or (() if is_named else (hint,))
    return replace(bare, arguments=(f"pattern={_code_pattern(bare.label, fit.fitting)}",), remarks=remarks)


def _guess_number(bare: Guess, counts: Counter[str], numbers: Numbers) -> Guess:
    filled = fill_tails(counts)
    if filled.keys() != counts.keys():
        without = f"{bare.label!r} is taken without the marks that stand for no decimals, as in {bare.example!r}"
        return _guess_number(replace(bare, extract=WITHOUT_TAIL, remarks=(without,)), filled, numbers)
    unit = find_unit(counts)
    fits = matches_numeral(numbers)
    fit = find_fit(counts, lambda cell: (not unit or cell.endswith(unit)) and fits(cell.removesuffix(unit)))
    if not fit.is_good or fit.has_categories:
        return replace(bare, extract=None, remarks=tell_mixed(bare.label, fit))
    if unit and not bare.extract:
        taken = f"{bare.label!r} is taken without its unit, {unit.strip()!r}"
        bare = replace(bare, extract=f"(.*){re.escape(unit)}".replace("\\ ", " "), remarks=(taken,))
    bare = _scale(bare)
    places = max(0, count_places(fit.fitting, numbers, unit) - bare.shift)
    told = (*tell_missing(bare.label, fit), *tell_currencies(bare.label, fit.fitting, numbers.currency))
    if places == 0:
        told += tell_packed_days(bare.label, fit.fitting) or tell_weeks_or_months(bare.label, fit.fitting)
    return take_words(_with_places(replace(bare, remarks=(*bare.remarks, *told)), places), fit)


def _with_places(bare: Guess, places: int) -> Guess:
    """The guess as a whole number, or as one with decimal places."""
    if places == 0:
        return replace(bare, kind="Whole")
    if places <= _PLACES_ALWAYS_FIT:
        return replace(bare, kind="Decimal", arguments=(str(places),))
    cut = f"{bare.label!r} has up to {places} decimal places, and is rounded to {_PLACES_ALWAYS_FIT}"
    shown = (str(_PLACES_ALWAYS_FIT), "rounded=True")
    return replace(bare, kind="Decimal", arguments=shown, remarks=(*bare.remarks, cut))


def _scale(bare: Guess) -> Guess:
    """The guess with what its label says of the unit, such as `in thousands`."""
    shift = find_scale(bare.label)
    told = f"{bare.label!r} is multiplied by {10**shift:,}, as its label says"
    return replace(bare, shift=shift, remarks=(*bare.remarks, told)) if shift else bare


def _code_pattern(label: str, cells: Counter[str]) -> str:
    """Digits, as many as all cells have unless they just count: the store after the 9th is the 10th."""
    lengths = {len(cell) for cell in cells}
    is_padded = lengths != {1} and any(cell.startswith("0") for cell in cells)
    if len(lengths) > 1 or not (is_padded or min(lengths) >= _LONG_CODE or _FIXED_CODE.search(label)):
        return 'r"[0-9]+"'
    return f'r"[0-9]{{{lengths.pop()}}}"'
