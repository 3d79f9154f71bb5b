"""Short cells, read all at once: a column whose cells have at most twelve bytes, as codes and numbers mostly do.

Everything here only ever says what the expressions of `compiled_values` and `numerals` would say as well, at a fraction
of their cost; where it cannot tell, it says so, and they decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from conditioners.dialects import Numbers
from conditioners.frames import pack_bits, to_series
from conditioners.values.digit_words import WIDTH, WordForm, mask_last

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

VIEW, LENGTH = 16, 4
LONGEST = VIEW - LENGTH
"""Bytes of a cell, of its length in front, and of the text that it has room for."""
_MOST_ZEROS = 18 - LONGEST
"""Zeros that may be appended to a number of as many digits as a cell can have, for the result has 64 bits."""
_ENOUGH = 0.02
"""The share of cells that may be left to the expressions, rather than trying one more shape."""


@dataclass(frozen=True)
class ShortCells:
    """A column in the memory layout of Arrow's string views: 16 bytes a cell, the length and then the text."""

    lengths: NDArray[np.int64]
    data: NDArray[np.uint8]

    @classmethod
    def of(cls, column: pl.Series) -> ShortCells | None:
        """The cells of a text column; None if one of them is too long. An absent cell counts as empty."""
        import numpy as np
        import polars as pl

        array = column.to_arrow(compat_level=pl.CompatLevel.newest())
        data = np.frombuffer(array.buffers()[1], np.uint8)[VIEW * array.offset : VIEW * (array.offset + len(array))]
        lengths = data.view(np.int32)[:: VIEW // LENGTH].astype(np.int64)
        if array.null_count:
            lengths[column.is_null().to_numpy()] = 0
        return cls(lengths, data) if lengths.max(initial=0) <= LONGEST else None

    def have_length_of(self, texts: Sequence[str]) -> bool:
        """Whether a cell is as long as one of these."""
        return any((self.lengths == length).any() for length in {len(text.encode()) for text in texts})

    @property
    def ends(self) -> NDArray[np.int64]:
        """For each cell the index in `data` of the byte behind its last one."""
        import numpy as np

        return np.arange(LENGTH, len(self.data), VIEW) + self.lengths

    def are_trimmed(self) -> bool:
        """Whether no cell begins or ends with a blank, of any alphabet; False if that would take a closer look."""
        import numpy as np

        first, last = self.data[LENGTH::VIEW], np.take(self.data, self.ends - 1)
        # Blanks are control characters and the space, or begin and end with bytes above 127.
        unclear = (first - np.uint8(33) >= 95) | (last - np.uint8(33) >= 95)
        return not (unclear & (self.lengths > 0)).any()


@dataclass(frozen=True)
class _Shape:
    """Digits, groups of three between `thousands` if that is not 0, and so many decimals behind `mark`."""

    thousands: int
    mark: int
    decimals: int

    def mark_at(self, place: int) -> int:
        """The mark that stands at a place, counted from the right; 0 for a digit."""
        if place < self.behind:
            return self.mark if place == self.decimals else 0
        return self.thousands if (place - self.behind) % 4 == 3 else 0

    @property
    def behind(self) -> int:
        """How many places the decimals take, with their mark."""
        return self.decimals + 1 if self.decimals else 0

    @property
    def forms(self) -> tuple[WordForm, WordForm]:
        """The forms of a text's last eight characters, and of those before."""
        marks = [(place, self.mark_at(place)) for place in reversed(range(2 * WIDTH)) if self.mark_at(place)]
        last = WordForm(tuple((WIDTH - 1 - place, mark) for place, mark in marks if place < WIDTH))
        return last, WordForm(tuple((2 * WIDTH - 1 - place, mark) for place, mark in marks if place >= WIDTH))


class _Unsigned(NamedTuple):
    """Texts behind their minus signs: lengths, first characters, and all characters in words as WordForm reads them."""

    lengths: NDArray[np.int64]
    leading: NDArray[np.uint8]
    last: NDArray[np.uint64]
    before: NDArray[np.uint64]
    """What stands before the last eight."""

    @classmethod
    def of(cls, cells: ShortCells, is_minus: NDArray[np.bool_]) -> _Unsigned:
        """The texts of cells, the sign left out where there is one."""
        import numpy as np

        # A cell is two words: its length with the first four characters, and the other eight.
        words = cells.data.view("<u8").reshape(-1, 2)
        half, whole = np.uint64(32), np.uint64(64)
        begin = words[:, 0] >> half
        first, rest = begin | (words[:, 1] << half), words[:, 1] >> half
        free = (2 * WIDTH - cells.lengths).astype(np.uint64) * np.uint64(WIDTH)
        last = ((first << (np.maximum(free, whole) - whole)) >> (whole - np.minimum(free, whole))) | (rest << free)
        leading = (begin >> (is_minus * np.uint64(WIDTH))).astype(np.uint8)
        return cls(cells.lengths - is_minus, leading, last, first << free)

    def only(self, rows: NDArray[np.int64] | slice) -> _Unsigned:
        """Some of the texts."""
        return _Unsigned(self.lengths[rows], self.leading[rows], self.last[rows], self.before[rows])


def read_numerals(column: pl.Series, numbers: Numbers, places: int) -> tuple[pl.Series, NDArray[np.bool_]] | None:
    """The values of a column's numerals, as parse_numeral gives them, and which cells need another look.

    A cell that needs none is a numeral with at most `places` decimals, or absent and its value null. None if the
    column's cells are too long.
    """
    import numpy as np

    cells = ShortCells.of(column)
    if cells is None:
        return None
    is_minus = (cells.data[LENGTH::VIEW] == ord("-")) & (cells.lengths > 0)
    texts = _Unsigned.of(cells, is_minus)
    values = np.zeros(len(column), np.int64)
    is_filled = column.is_not_null().to_numpy()
    unread = is_filled.copy()
    for shape in _shapes(numbers, places):
        rows = slice(None) if unread.all() else np.flatnonzero(unread)
        found, is_read = _read_shape(texts.only(rows), shape)
        values[rows] = found * 10 ** (places - shape.decimals)  # which means nothing where it was not read
        unread[rows] = ~is_read
        if np.count_nonzero(unread) <= _ENOUGH * len(column):
            break
    return _to_series(np.where(is_minus, -values, values), places, is_filled), unread


def _shapes(numbers: Numbers, places: int) -> Iterator[_Shape]:
    # Groups of two digits are left to the expressions.
    marks = [ord(mark) for mark in numbers.thousands if mark.isascii() and not numbers.lakhs]
    for decimals in range(places, -1, -1) if numbers.decimal.isascii() else [0]:
        for thousands in [*marks, 0] if places - decimals <= _MOST_ZEROS else []:
            yield _Shape(thousands, ord(numbers.decimal), decimals)


def _read_shape(texts: _Unsigned, shape: _Shape) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The digits of each text as one number, and whether the text has the shape."""
    lengths = texts.lengths
    longest = int(lengths.max(initial=0))
    fits = lengths > shape.behind
    for place in filter(shape.mark_at, range(longest)):
        fits &= lengths != place + 1
    if shape.thousands:
        # A zero before a mark of thousands is left to the expressions, which take it for no numeral.
        fits &= (texts.leading != ord("0")) | (lengths <= shape.behind + 3)
    last, before = shape.forms
    values, is_read = last.read(texts.last, mask_last(lengths))
    fits &= is_read
    if longest > WIDTH:
        more, is_read = before.read(texts.before, mask_last(lengths - WIDTH))
        values += more * 10**last.digits
        fits &= is_read
    return values, fits


def _to_series(values: NDArray[np.int64], places: int, is_filled: NDArray[np.bool_]) -> pl.Series:
    """Whole numbers as they are, or as decimals with so many places; `values` are then multiples of the last place."""
    import numpy as np
    import pyarrow as pa

    kind, data = pa.int64(), values
    if places:
        kind, data = pa.decimal128(38, places), np.empty((len(values), 2), np.int64)
        data[:, 0], data[:, 1] = values, values >> 63
    filled = None if is_filled.all() else pack_bits(is_filled)
    return to_series(pa.Array.from_buffers(kind, len(values), [filled, pa.py_buffer(data)]))
