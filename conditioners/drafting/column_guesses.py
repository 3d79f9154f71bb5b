"""Guesses what each column of a sample holds, and the conventions that all of them share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from conditioners.dialects import Numbers
from conditioners.drafting.guesses import Guess
from conditioners.drafting.guessing import guess_column
from conditioners.drafting.naming import name_columns, shorten_paths
from conditioners.drafting.numeral_conventions import Conventions, find_numbers
from conditioners.drafting.sample_digits import find_digits, keep_texts, tell_digits
from conditioners.drafting.samples import Sample
from conditioners.drafting.scales import without_scale
from conditioners.drafting.typed_cells import find_texts, find_typed_numerals
from conditioners.values.foreign_digits import translate


class Guessed(NamedTuple):
    """A guess for each of a sample's columns, and what all of them share."""

    columns: list[Guess]
    numbers: Numbers
    digits: tuple[str, ...]
    remarks: tuple[str, ...]
    """What to check of the conventions."""


def guess_columns(sample: Sample) -> Guessed:
    """What the columns of a sample hold."""
    labels = sample.labels or ("",) * len(sample.columns)
    if sample.labels is None or sample.odd_header:
        labels = tuple(label.strip() or f"column_{number}" for number, label in enumerate(labels, start=1))
    digits = find_digits(sample)
    plain = [[translate(cell, digits) for cell in cells] for cells in sample.columns] if digits else sample.columns
    filled = [Counter(stripped for cell in cells if (stripped := cell.strip())) for cells in plain]
    typed = find_typed_numerals(sample)
    conventions = find_numbers(
        filled, typed=typed, delimiter=sample.form.get("delimiter", ""),
        has_thousands=sample.form["format"] != "EDI", has_foreign_digits=bool(digits),
    )  # fmt: skip
    names = name_columns([without_scale(each) for each in (shorten_paths(labels) if sample.has_paths else labels)])
    texts = find_texts(sample)
    guesses = [
        guess_column(
            canonical, label, *_as_texts(cells, typed, conventions.numbers), has_typed_cells=sample.has_typed_cells,
            is_text=label in texts,
        )
        for canonical, label, cells in zip(names, labels, plain, strict=True)
    ]  # fmt: skip
    if sample.has_typed_days:
        guesses = [guess.take_midnights() for guess in guesses]
    if digits:
        guesses = keep_texts(guesses, sample.columns, conventions.numbers)
    remarks = (
        *conventions.remarks,
        *_tell_doubtful(conventions),
        *_tell_texts(conventions.numbers, typed),
        *tell_digits(digits),
    )
    return Guessed(_settle_doubts(guesses, conventions.numbers), conventions.numbers, digits, remarks)


def _as_texts(
    cells: Sequence[str], typed: frozenset[str], numbers: Numbers
) -> tuple[Sequence[str], Numbers]:  # fmt: skip
    """The cells of a column, and the marks they have: numbers as such beside texts are shown as these would be."""
    if numbers.decimal == "." or typed.isdisjoint(cells):
        return cells, numbers
    if not any(numbers.decimal in cell for cell in cells):
        return cells, replace(numbers, decimal=".", thousands="")
    return [_show_as_text(cell, numbers) if cell in typed else cell for cell in cells], numbers


def _show_as_text(cell: str, numbers: Numbers) -> str:
    return cell.removesuffix(".0").replace(".", numbers.decimal)


def _tell_texts(numbers: Numbers, typed: frozenset[str]) -> tuple[str, ...]:
    """What to know of decimal commas in texts, beside numbers that have none."""
    if numbers.decimal == "." or not typed:
        return ()
    return (f"texts are read as numbers with the decimal mark {numbers.decimal!r}, beside numbers as such",)


def _tell_doubtful(conventions: Conventions) -> tuple[str, ...]:
    """What to check of marks that may mean either."""
    cells = conventions.doubtful
    return (f"the mark in {cells[0]} may stand for thousands or for decimals: check numbers",) if cells else ()


def _settle_doubts(guesses: Sequence[Guess], numbers: Numbers) -> list[Guess]:
    """The guesses; dates that could be read either way are read as those of columns that leave no doubt.

    Where no column tells, the day stands first beside decimal commas: nobody writes these and the month first.
    """
    settled = {written for guess in guesses if not guess.doubtful for written in guess.formats}
    guesses = [guess.settle_doubt(settled) for guess in guesses]
    return [guess.prefer_day_first() for guess in guesses] if numbers.decimal == "," else guesses
