"""Dates of few bytes, checked at once: which cells are in a format to the last character, whatever day they tell."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from conditioners.counted_dates import COUNTED
from conditioners.date_forms import DIGITS, cut_format, pattern_of
from conditioners.short_cells import ShortCells

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

_VIEW, _LENGTH = 16, 4
_LONGEST = _VIEW - _LENGTH
_DIGIT, _MANY = "\1", 99
_BLOCK = 8192
"""Cells looked at in one go; what is made of them stays in the processor's cache."""


def are_written(cells: pl.Series, written: str) -> pl.Series:
    """Which cells of a column are in a format, to the last character; not whether there is such a day.

    Cells of full length are looked at at once, and by the pattern only what is left.
    """
    import polars as pl

    fits = _fit_at_once(cells, written)
    if fits is None:
        return cells.str.contains(pattern_of(written))
    rest = ~fits
    if rest.any():
        fits[rest] = cells.filter(pl.Series(rest)).str.contains(pattern_of(written)).fill_null(value=False).to_numpy()
    return pl.Series(cells.name, fits)


def _fit_at_once(cells: pl.Series, written: str) -> NDArray[np.bool_] | None:
    """Which cells have all digits and marks in their places; None if that takes the pattern."""
    import numpy as np

    shape = _shape_of(written)
    short = ShortCells.of(cells) if shape else None
    if shape is None or short is None:
        return None
    words = short.data.view(np.uint64).reshape(-1, 2)
    fits = np.empty(len(words), np.bool_)
    for start in range(0, len(words), _BLOCK):
        block = slice(start, start + _BLOCK)
        first, second = (_find_misfits(words[block, at], *half) for at, half in enumerate(shape))
        first |= second
        np.equal(first, 0, out=fits[block])
    return fits


def _find_misfits(words: NDArray[np.uint64], fixed: np.uint64, six: np.uint64, mask: np.uint64) -> NDArray[np.uint64]:
    """Not 0 for words in which something else stands than a mark, or a digit, in its place."""
    # A digit's byte without its fixed bits is 0 to 9. With six more it is below 16, and any other byte is not: those
    # that would overflow begin a character of several bytes, and the next byte betrays it.
    words = words ^ fixed
    words += six
    words &= mask
    return words


@lru_cache(maxsize=1024)
def _shape_of(written: str) -> tuple[tuple[np.uint64, ...], ...] | None:
    """For both halves of a string view: the bits that are fixed, and what _find_misfits adds and looks at.

    A view of up to twelve bytes is its length, four bytes, and then the text. None for formats with words and counts.
    """
    import numpy as np

    if written in COUNTED:
        return None
    parts = cut_format(written)
    text = "".join(_DIGIT * DIGITS.get(part, _MANY) if part.startswith("%") else part for part in parts)
    if not text.isascii() or len(text) > _LONGEST:
        return None
    is_digit = [False] * _LENGTH + [character == _DIGIT for character in text]
    view = len(text).to_bytes(_LENGTH, "little") + text.replace(_DIGIT, "0").encode()
    six = bytes(6 if digit else 0 for digit in is_digit)
    mask = bytes(0xF0 if digit else 0xFF for digit in is_digit)
    padded = (view.ljust(_VIEW, b"\0"), six.ljust(_VIEW, b"\0"), mask.ljust(_VIEW, b"\xff"))
    rows = [np.frombuffer(each, "<u8") for each in padded]
    return tuple(tuple(row[half] for row in rows) for half in range(2))
