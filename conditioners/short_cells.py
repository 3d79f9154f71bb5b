"""Short cells, read all at once: a column whose cells have at most twelve bytes, as codes and numbers mostly do.

Everything here only ever says what the expressions of `rules` and `numerals` would say as well, at a fraction of their
cost; where it cannot tell, it says so, and they decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conditioners.dialects import Numbers
from conditioners.frames import pack_bits, to_series

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

_VIEW, _LENGTH = 16, 4
_LONGEST = _VIEW - _LENGTH
_MOST_ZEROS = 18 - _LONGEST
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
        data = np.frombuffer(array.buffers()[1], np.uint8)[_VIEW * array.offset : _VIEW * (array.offset + len(array))]
        lengths = data.view(np.int32)[:: _VIEW // _LENGTH].astype(np.int64)
        if array.null_count:
            lengths[column.is_null().to_numpy()] = 0
        return cls(lengths, data) if lengths.max(initial=0) <= _LONGEST else None

    @property
    def ends(self) -> NDArray[np.int64]:
        """For each cell the index in `data` of the byte behind its last one."""
        import numpy as np

        return np.arange(_LENGTH, len(self.data), _VIEW) + self.lengths

    def are_trimmed(self) -> bool:
        """Whether no cell begins or ends with a blank, of any alphabet; False if that would take a closer look."""
        import numpy as np

        first, last = self.data[_LENGTH::_VIEW], np.take(self.data, self.ends - 1)
        # Blanks are control characters and the space, or begin and end with bytes above 127.
        unclear = (first - np.uint8(33) >= 95) | (last - np.uint8(33) >= 95)
        return not (unclear & (self.lengths > 0)).any()


@dataclass(frozen=True)
class _Shape:
    """Digits, groups of three between `thousands` if that is not 0, and so many decimals behind `mark`."""

    thousands: int
    mark: int
    decimals: int

    def byte_at(self, place: int) -> int:
        """What stands at a place, counted from the right: a mark, or 0 for a digit."""
        if place < self.behind:
            return self.mark if place == self.decimals else 0
        return self.thousands if (place - self.behind) % 4 == 3 else 0

    @property
    def behind(self) -> int:
        """How many places the decimals take, with their mark."""
        return self.decimals + 1 if self.decimals else 0


def read_numerals(column: pl.Series, numbers: Numbers, places: int) -> tuple[pl.Series, NDArray[np.bool_]] | None:
    """The values of a column's numerals, as parse_numeral gives them, and which cells need another look.

    A cell that needs none is a numeral with at most `places` decimals, or absent and its value null. None if the
    column's cells are too long.
    """
    import numpy as np

    cells = ShortCells.of(column)
    if cells is None:
        return None
    is_minus = (cells.data[_LENGTH::_VIEW] == ord("-")) & (cells.lengths > 0)
    ends, lengths = cells.ends, cells.lengths - is_minus
    values = np.zeros(len(column), np.int64)
    is_filled = column.is_not_null().to_numpy()
    open_ = np.flatnonzero(is_filled)
    for shape in _shapes(numbers, places):
        found, is_read = _read_shape(cells.data, ends[open_], lengths[open_], shape)
        rows = open_[is_read]
        values[rows] = found[is_read] * 10 ** (places - shape.decimals)
        open_ = open_[~is_read]
        if len(open_) <= _ENOUGH * len(column):
            break
    unread = np.zeros(len(column), np.bool_)
    unread[open_] = True
    return _to_series(np.where(is_minus, -values, values), places, is_filled), unread


def _shapes(numbers: Numbers, places: int) -> Iterator[_Shape]:
    marks = [ord(mark) for mark in numbers.thousands if mark.isascii()]
    for decimals in range(places, -1, -1) if numbers.decimal.isascii() else [0]:
        for thousands in [*marks, 0] if places - decimals <= _MOST_ZEROS else []:
            yield _Shape(thousands, ord(numbers.decimal), decimals)


def _read_shape(
    data: NDArray[np.uint8], ends: NDArray[np.int64], lengths: NDArray[np.int64], shape: _Shape
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The digits of each cell as one number, and whether the cell has the shape."""
    import numpy as np

    values = np.zeros(len(ends), np.int64)
    fits = lengths > shape.decimals + bool(shape.decimals)
    if shape.thousands:
        # A zero before a mark of thousands is left to the expressions, which take it for no numeral.
        fits &= (np.take(data, ends - lengths) != ord("0")) | (lengths <= shape.behind + 3)
    power = 1
    for place in range(int(lengths.max(initial=0))):
        byte, is_beyond = np.take(data, ends - 1 - place, mode="clip"), lengths <= place
        expected = shape.byte_at(place)
        if expected:
            fits &= (byte == expected) | is_beyond
            fits &= lengths != place + 1
            continue
        digit = byte - np.uint8(ord("0"))
        fits &= (digit < 10) | is_beyond
        digit[is_beyond] = 0
        values += digit.astype(np.int64) * power
        power *= 10
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
