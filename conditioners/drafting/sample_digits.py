"""Digits of a sample that are none of ASCII: which alphabets' they are, and the columns in which they are numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conditioners.dialects import Numbers
from conditioners.drafting.guesses import Guess
from conditioners.drafting.guessing import guess_column
from conditioners.drafting.samples import Sample
from conditioners.values.foreign_digits import list_digits, name_digits

_ASCII_DIGIT = re.compile("[0-9]")


def find_digits(sample: Sample) -> tuple[str, ...]:
    """The names of digits beyond ASCII that columns with no others have."""
    found = set[str]()
    for cells in sample.columns:
        text = "".join(cells)
        if not text.isascii() and not _ASCII_DIGIT.search(text):
            found |= name_digits(text)
    return tuple(sorted(name for name in found if list_digits(name)))


def tell_digits(digits: Sequence[str]) -> tuple[str, ...]:
    """What to check of a sample's digits."""
    return (f"digits called {', '.join(digits)} are read as those of ASCII, but for texts",) if digits else ()


def keep_texts(guesses: Sequence[Guess], columns: Sequence[Sequence[str]], numbers: Numbers) -> list[Guess]:
    """The guesses, those of texts by their cells as they are, with whatever digits."""
    return [
        guess_column(guess.name, guess.label, cells, numbers) if guess.kind == "Text" else guess
        for guess, cells in zip(guesses, columns, strict=True)
    ]
