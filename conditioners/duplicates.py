"""Finds rows that repeat an earlier row of the same file, at any distance, in file order and in bounded memory.

A row is known by 128 bits: 64 of its key's hash, 32 of a second hash of the key, and 32 of its other cells. A row is a
duplicate if all 128 agree with an earlier one, and a conflict if only the 96 of the key do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from conditioners.candidates import Candidates, find_candidates
from conditioners.frames import hash_columns

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

NEW, DUPLICATE, CONFLICT = 0, 1, 2
_FIRST_SLOTS = 1 << 16
_SPARSE, _DENSE = 2, 1.5
"""Slots for each key at least: few keys then have to look further than their first slot, or most find theirs soon."""
_PORTION = 1 << 16
"""Rows that are handled at a time where all are gone through."""
_COLUMNS = 64
"""Columns whose values one expression hashes."""
_SEEDS = (0x9E3779B97F4A7C15, 0xD1B54A32D192ED03, 0x8CB92BA72F3D8DD7)


def hash_keys(frame: pl.DataFrame, key: tuple[str, ...]) -> NDArray[np.uint64]:
    """The first hash of each row's key, as in Identities."""
    return _hash_all(frame, [(key, _SEEDS[0])])[0].to_numpy()


def _hash_all(frame: pl.DataFrame, parts: Sequence[tuple[Sequence[str], int]]) -> list[pl.Series]:
    """One hash of each row's values in some columns, for each of the given columns and seeds."""
    if max(len(names) for names, _ in parts) <= _COLUMNS:
        return frame.select_seq(hash_columns(names, seed) for names, seed in parts).get_columns()
    columns = dict(zip(frame.columns, frame.get_columns(), strict=True))
    return [_hash_many([columns[name] for name in names], seed) for names, seed in parts]


def _hash_many(columns: Sequence[pl.Series], seed: int) -> pl.Series:
    """A hash of the hashes of so many columns each: one expression, or frame, takes the square of their number."""
    import polars as pl

    if len(columns) <= _COLUMNS:
        names = [str(number) for number in range(len(columns))]
        return pl.DataFrame(dict(zip(names, columns, strict=True))).select_seq(hash_columns(names, seed)).to_series()
    starts = range(0, len(columns), _COLUMNS)
    return _hash_many([_hash_many(columns[start : start + _COLUMNS], seed) for start in starts], seed)


class Identities:
    """The hashes of a batch's rows."""

    def __init__(self, frame: pl.DataFrame, key: tuple[str, ...]) -> None:
        import numpy as np

        others = [name for name in frame.columns if name not in key] or key
        hashes = _hash_all(frame, list(zip((key, key, others), _SEEDS, strict=True)))
        self.keys: NDArray[np.uint64]
        self.keys, again, rest = (each.to_numpy() for each in hashes)
        half = np.uint64(32)
        self.checks: NDArray[np.uint64] = (again << half) | (rest >> half)


class KeyTable:
    """Rows seen so far: an open-addressing hash table (linear probing) whose steps are taken for all rows at once."""

    def __init__(self, expected: int = 0, sparse: float = _SPARSE) -> None:
        """A table that need not be enlarged for so many rows, with `sparse` slots for each at least."""
        import numpy as np

        self._size, self._sparse = 0, sparse
        self._keys = np.empty(expected, np.uint64)
        self._checks = np.empty(expected, np.uint64)
        self._owners = np.zeros(max(_FIRST_SLOTS, _slots_for(expected, sparse)), np.uint32)
        """For each slot the number of the row that owns it, from 1; 0 for none."""

    def __len__(self) -> int:
        return self._size

    def classify(self, keys: NDArray[np.uint64], checks: NDArray[np.uint64]) -> NDArray[np.uint8]:
        """Say of each row, in order, whether it is NEW, a DUPLICATE or a CONFLICT, and remember it."""
        import numpy as np

        self._append(keys, checks)
        numbers = np.arange(self._size + 1, self._size + 1 + len(keys), dtype=np.uint32)
        self._size += len(keys)
        repeats, first = self._place(numbers)
        verdicts = np.full(len(keys), NEW, np.uint8)
        is_equal = self._checks[first - 1] == checks[repeats]
        verdicts[repeats] = np.where(is_equal, DUPLICATE, CONFLICT)
        if len(repeats) > len(keys) // 2:
            self._forget_repeats(self._size - len(keys))
        return verdicts

    def _forget_repeats(self, before: int) -> None:
        """Keep of the rows behind the first `before` only those that are a key's first."""
        import numpy as np

        slots = np.flatnonzero(self._owners > before)
        slots = slots[np.argsort(self._owners[slots])]
        first = self._owners[slots] - 1
        self._size = before + len(first)
        self._keys[before : self._size] = self._keys[first]
        self._checks[before : self._size] = self._checks[first]
        self._owners[slots] = np.arange(before + 1, self._size + 1, dtype=np.uint32)

    def spill(self, file: BinaryIO) -> int:
        """Write all rows to a file, to be read with `read_spilled`; tells how many they are."""
        for part in (self._keys, self._checks):
            part[: self._size].tofile(file)
        return self._size

    def _append(self, keys: NDArray[np.uint64], checks: NDArray[np.uint64]) -> None:
        import numpy as np

        needed = self._size + len(keys)
        if needed > len(self._keys):
            room = max(needed, 2 * len(self._keys))
            self._keys, self._checks = (_enlarge(old, self._size, room) for old in (self._keys, self._checks))
        self._keys[self._size : needed] = keys
        self._checks[self._size : needed] = checks
        if needed * self._sparse > len(self._owners):
            self._owners = np.zeros(_slots_for(needed, self._sparse), np.uint32)
            for start in range(0, self._size, _PORTION):
                self._place(np.arange(start + 1, min(start + _PORTION, self._size) + 1, dtype=np.uint32))

    def _place(self, numbers: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Enter rows by their numbers, in ascending order.

        Tells which of them repeat a key, by their place in `numbers`, and for each of these the key's first row.
        """
        import numpy as np

        shift = np.uint64(64 - (len(self._owners).bit_length() - 1))
        rows, slots = np.arange(len(numbers)), (self._keys[numbers - 1] >> shift).astype(np.int64)
        repeats, first = [rows[:0]], [numbers[:0]]
        while len(rows):
            owners = self._owners[slots]
            free = np.flatnonzero(owners == 0)[::-1]
            self._owners[slots[free]] = numbers[rows[free]]  # the last assignment counts, and that is the first row
            owners[free] = self._owners[slots[free]]
            taken = np.flatnonzero(owners != numbers[rows])
            rows, slots, owners = rows[taken], slots[taken], owners[taken]
            same = self._is_same_key(owners, numbers[rows])
            repeats.append(rows[same])
            first.append(owners[same])
            rows, slots = rows[~same], (slots[~same] + 1) & (len(self._owners) - 1)
        return np.concatenate(repeats), np.concatenate(first)

    def _is_same_key(self, first: NDArray[np.uint32], second: NDArray[np.uint32]) -> NDArray[np.bool_]:
        import numpy as np

        a, b = first - 1, second - 1
        same: NDArray[np.bool_] = self._keys[a] == self._keys[b]
        alike = np.flatnonzero(same)
        same[alike] = (self._checks[a[alike]] ^ self._checks[b[alike]]) >> np.uint64(32) == 0
        return same


def _slots_for(rows: int, sparse: float) -> int:
    return 1 << (int(rows * sparse) - 1).bit_length()


def _enlarge(old: NDArray[np.uint64], used: int, room: int) -> NDArray[np.uint64]:
    import numpy as np

    new = np.empty(room, np.uint64)
    new[:used] = old[:used]
    return new


class RepeatFinder:
    """Classifies the rows of a file, all in memory up to a number of rows, with a second reading of the keys beyond.

    During that reading the rows known so far wait in a temporary file, sixteen bytes each.
    """

    def __init__(
        self, rows_in_memory: int, batches: int, read_keys_again: Callable[[], Iterator[NDArray[np.uint64]]]
    ) -> None:
        """`batches` is about how many will come, if that is known: a table of the right size is made at once."""
        self._most, self._batches, self._read_keys_again = rows_in_memory, batches, read_keys_again
        self._table: KeyTable | None = None
        self._candidates: Candidates | None = None

    def classify(self, rows: Identities) -> NDArray[np.uint8]:
        """Say of each row, in order, whether it is NEW, a DUPLICATE or a CONFLICT."""
        import numpy as np

        if self._table is None:
            expected = len(rows.keys) * self._batches * 9 // 8  # batches differ; room that is not used costs nothing
            self._table = KeyTable(min(expected, self._most))
        if self._candidates is None and len(self._table) + len(rows.keys) > self._most:
            self._begin_again()
        if self._candidates is None:
            return self._table.classify(rows.keys, rows.checks)
        verdicts = np.full(len(rows.keys), NEW, np.uint8)
        may_repeat = self._candidates.hold(rows.keys)
        verdicts[may_repeat] = self._table.classify(rows.keys[may_repeat], rows.checks[may_repeat])
        return verdicts

    def _begin_again(self) -> None:
        """Read all keys, and keep only those of the rows so far that may come again."""
        assert self._table is not None
        with tempfile.TemporaryFile() as file:
            rows = self._table.spill(file)
            self._table = None
            self._candidates = find_candidates(self._read_keys_again())
            # Most that do come again come once more, and a table that is enlarged is there twice. One row in thirty is
            # looked for here, and memory is scarce.
            self._table = KeyTable(len(self._candidates) * 3 // 2, _DENSE)
            for keys, checks in read_spilled(file, rows):
                held = self._candidates.hold(keys)
                self._table.classify(keys[held], checks[held])


def read_spilled(file: BinaryIO, rows: int) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.uint64]]]:
    """Keys and checks of spilled rows, in portions."""
    import numpy as np

    for start in range(0, rows, _PORTION):
        portion = []
        for column in range(2):
            file.seek((column * rows + start) * 8)
            portion.append(np.fromfile(file, np.uint64, min(_PORTION, rows - start)))
        yield portion[0], portion[1]
