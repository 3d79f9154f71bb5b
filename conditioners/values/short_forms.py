"""Cells of few bytes whose form is checked at once: which are in it to the last character, whatever they tell."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from conditioners.values.cell_forms import DIGIT, Form
from conditioners.values.short_cells import LENGTH, LONGEST, VIEW, ShortCells

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

_BLOCK = 8192
"""Cells looked at in one go; what is made of them stays in the processor's cache."""


def are_written(cells: pl.Series, form: Form) -> pl.Series:
    """Which cells of a column are in a form, to the last character; not whether there is such a day.

    Cells of full length are looked at at once, and by the pattern only what is left. An absent cell counts as empty.
    """
    import polars as pl

    fits = _fit_at_once(cells, form.places) if form.places is not None else None
    if fits is None:
        return cells.str.contains(form.pattern)
    rest = ~fits
    if rest.any():
        fits[rest] = cells.filter(pl.Series(rest)).str.contains(form.pattern).fill_null(value=False).to_numpy()
    return pl.Series(cells.name, fits)


def _fit_at_once(cells: pl.Series, places: str) -> NDArray[np.bool_] | None:
    """Which cells have all digits and marks in their places; None if that takes the pattern."""
    import numpy as np

    shape = _shape_of(places)
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
def _shape_of(places: str) -> tuple[tuple[np.uint64, ...], ...] | None:
    """For both halves of a string view: the bits that are fixed, and what _find_misfits adds and looks at.

    A view of up to twelve bytes is its length, four bytes, and then the text. None for longer forms.
    """
    import numpy as np

    if not places.isascii() or len(places) > LONGEST:
        return None
    is_digit = [False] * LENGTH + [character == DIGIT for character in places]
    view = len(places).to_bytes(LENGTH, "little") + places.replace(DIGIT, "0").encode()
    six = bytes(6 if digit else 0 for digit in is_digit)
    mask = bytes(0xF0 if digit else 0xFF for digit in is_digit)
    padded = (view.ljust(VIEW, b"\0"), six.ljust(VIEW, b"\0"), mask.ljust(VIEW, b"\xff"))
    rows = [np.frombuffer(each, "<u8") for each in padded]
    return tuple(tuple(row[half] for row in rows) for half in range(2))
