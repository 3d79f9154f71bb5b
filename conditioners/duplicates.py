"""Finds rows that repeat an earlier row of the same file, at any distance, in file order and in bounded memory.

A row is known by 128 bits: 64 of its key's hash, 32 of a second hash of the key, and 32 of its other cells. A row is a
duplicate if all 128 agree with an earlier one, and a conflict if only the 96 of the key do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

NEW, DUPLICATE, CONFLICT = 0, 1, 2
_FIRST_SLOTS = 1 << 16
_SPARSE = 2
"""Slots for each key at least: few keys then have to look further than their first slot."""
_SEEDS = (0x9E3779B97F4A7C15, 0xD1B54A32D192ED03, 0x8CB92BA72F3D8DD7)


def hash_keys(frame: pl.DataFrame, key: tuple[str, ...]) -> NDArray[np.uint64]:
    """The first hash of each row's key, as in Identities."""
    import polars as pl

    return frame.select(pl.struct(key).hash(_SEEDS[0])).to_series().to_numpy()


class Identities:
    """The hashes of a batch's rows."""

    def __init__(self, frame: pl.DataFrame, key: tuple[str, ...]) -> None:
        import numpy as np
        import polars as pl

        others = [name for name in frame.columns if name not in key]
        hashed = frame.select(
            pl.struct(key).hash(_SEEDS[0]).alias("key"),
            pl.struct(key).hash(_SEEDS[1]).alias("again"),
            (pl.struct(others).hash(_SEEDS[2]) if others else pl.lit(0, pl.UInt64)).alias("others"),
        )
        self.keys: NDArray[np.uint64] = hashed["key"].to_numpy()
        half = np.uint64(32)
        self.checks: NDArray[np.uint64] = (hashed["again"].to_numpy() << half) | (hashed["others"].to_numpy() >> half)


class KeyTable:
    """Rows seen so far: an open-addressing hash table (linear probing) whose steps are taken for all rows at once."""

    def __init__(self) -> None:
        import numpy as np

        self._size = 0
        self._keys = np.empty(0, np.uint64)
        self._checks = np.empty(0, np.uint64)
        self._owners = np.zeros(_FIRST_SLOTS, np.uint32)
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
        return verdicts

    def restrict(self, candidates: Candidates) -> KeyTable:
        """A table of only those rows whose keys may come again."""
        table = KeyTable()
        kept = candidates.hold(self._keys[: self._size])
        table.classify(self._keys[: self._size][kept], self._checks[: self._size][kept])
        return table

    def _append(self, keys: NDArray[np.uint64], checks: NDArray[np.uint64]) -> None:
        import numpy as np

        needed = self._size + len(keys)
        if needed > len(self._keys):
            room = max(needed, 2 * len(self._keys))
            self._keys, self._checks = (_enlarge(old, self._size, room) for old in (self._keys, self._checks))
        self._keys[self._size : needed] = keys
        self._checks[self._size : needed] = checks
        if needed * _SPARSE > len(self._owners):
            slots = len(self._owners)
            while needed * _SPARSE > slots:
                slots *= 2
            self._owners = np.zeros(slots, np.uint32)
            for start in range(0, self._size, _FIRST_SLOTS):
                self._place(np.arange(start + 1, min(start + _FIRST_SLOTS, self._size) + 1, dtype=np.uint32))

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


def _enlarge(old: NDArray[np.uint64], used: int, room: int) -> NDArray[np.uint64]:
    import numpy as np

    new = np.empty(room, np.uint64)
    new[:used] = old[:used]
    return new


class RepeatFinder:
    """Classifies the rows of a file, all in memory up to a number of rows, with a second reading of the keys beyond."""

    def __init__(self, rows_in_memory: int, read_keys_again: Callable[[], Iterator[NDArray[np.uint64]]]) -> None:
        self._most, self._read_keys_again = rows_in_memory, read_keys_again
        self._table = KeyTable()
        self._candidates: Candidates | None = None

    def classify(self, rows: Identities) -> NDArray[np.uint8]:
        """Say of each row, in order, whether it is NEW, a DUPLICATE or a CONFLICT."""
        import numpy as np

        if self._candidates is None and len(self._table) + len(rows.keys) > self._most:
            self._candidates = find_candidates(self._read_keys_again())
            self._table = self._table.restrict(self._candidates)
        if self._candidates is None:
            return self._table.classify(rows.keys, rows.checks)
        verdicts = np.full(len(rows.keys), NEW, np.uint8)
        may_repeat = self._candidates.hold(rows.keys)
        verdicts[may_repeat] = self._table.classify(rows.keys[may_repeat], rows.checks[may_repeat])
        return verdicts


class Candidates:
    """Keys that may stand in a file more than once; every key that does is among them."""

    def __init__(self, keys: NDArray[np.uint64]) -> None:
        import numpy as np

        self._keys = np.unique(keys)
        self._marks = _Marks(27)
        self._marks.set(self._keys)

    def hold(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of the keys are among them."""
        import numpy as np

        held = self._marks.test(keys)
        likely = np.flatnonzero(held)
        if len(likely):
            at = np.minimum(np.searchsorted(self._keys, keys[likely]), len(self._keys) - 1)
            held[likely] = self._keys[at] == keys[likely]
        return held


_SCAN_BITS = 31


def find_candidates(batches: Iterable[NDArray[np.uint64]]) -> Candidates:
    """Read all keys of a file once, with one bit of memory for each of 2 ** 31 slots (256 MiB).

    A key whose slot has been met before is a candidate, whether by itself or by another key: of 150 million different
    ones about one in thirty.
    """
    import numpy as np

    marks = _Marks(_SCAN_BITS)
    found: list[NDArray[np.uint64]] = []
    for keys in batches:
        ordered = np.sort(keys)
        found += [ordered[1:][marks.slots(ordered[1:]) == marks.slots(ordered[:-1])], keys[marks.test(keys)]]
        marks.set(keys)
    return Candidates(np.concatenate(found) if found else np.empty(0, np.uint64))


class _Marks:
    """A set of slots, one bit each; a key's slot is its highest bits."""

    def __init__(self, bits: int) -> None:
        import numpy as np

        self._shift = np.uint64(64 - bits)
        self._bytes = np.zeros(1 << (bits - 3), np.uint8)

    def slots(self, keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
        return keys >> self._shift

    def test(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        import numpy as np

        slots = self.slots(keys)
        held: NDArray[np.bool_] = (self._bytes[(slots >> np.uint64(3)).astype(np.int64)] >> _bit(slots)) & 1 == 1
        return held

    def set(self, keys: NDArray[np.uint64]) -> None:
        import numpy as np

        slots = self.slots(keys)
        np.bitwise_or.at(self._bytes, (slots >> np.uint64(3)).astype(np.int64), np.uint8(1) << _bit(slots))


def _bit(slots: NDArray[np.uint64]) -> NDArray[np.uint8]:
    import numpy as np

    return (slots & np.uint64(7)).astype(np.uint8)
