"""Candidates: the keys of a large file that may stand in it more than once, found in one reading and little memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORD_BITS = 64
_SCAN_WORDS, _HELD_WORDS = 1 << 24, 1 << 21
"""Words of the filter for all of a file's keys (128 MiB), and of that for its candidates (16 MiB)."""
_MANY = 1 << 25
"""Bytes of candidates from which on those that have been found several times are kept once."""
_KEY_BYTES = 8
_PORTION = 1 << 16
"""Keys that are handled at a time where all are gone through."""


def find_candidates(batches: Iterable[NDArray[np.uint64]]) -> Candidates:
    """Read the hashed keys of a file once.

    A key whose bits have all been set before is a candidate, whether it set them itself or others did: of 150 million
    different keys about one in seventy.
    """
    return Candidates(_find_repeated(batches))


def _find_repeated(batches: Iterable[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    import numpy as np

    seen, most = KeyFilter(_SCAN_WORDS), _MANY
    found = bytearray()  # many small arrays would hold on to what was freed between them
    for keys in batches:
        ordered = np.sort(keys)
        found += ordered[1:][ordered[1:] == ordered[:-1]].tobytes()
        found += keys[seen.may_hold(keys)].tobytes()
        seen.add(keys)
        if len(found) > most:
            _keep_once(found)
            most = max(most, 2 * len(found))
    _keep_once(found)
    return np.frombuffer(found, np.uint64)


def _keep_once(found: bytearray) -> None:
    """Sort keys, and keep each once, in place: beside all of them there is no room for another such list."""
    import numpy as np

    del found[_sort_out(np.frombuffer(found, np.uint64)) * _KEY_BYTES :]


def _sort_out(keys: NDArray[np.uint64]) -> int:
    """Put each key once, in order, before the others; tells how many they are."""
    import numpy as np

    keys.sort()
    size = 0
    for start in range(0, len(keys), _PORTION):
        portion = keys[start : start + _PORTION]
        is_first = np.append(start == 0 or portion[0] != keys[size - 1], portion[1:] != portion[:-1])
        kept = portion[is_first]
        keys[size : size + len(kept)] = kept
        size += len(kept)
    return size


class Candidates:
    """Keys that may stand in a file more than once; every key that does is among them."""

    def __init__(self, keys: NDArray[np.uint64]) -> None:
        """`keys` are in order, each once, and kept."""
        self._keys = keys
        self._filter = KeyFilter(_HELD_WORDS)
        for start in range(0, len(keys), _PORTION):
            self._filter.add(keys[start : start + _PORTION])

    def __len__(self) -> int:
        return len(self._keys)

    def hold(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of the keys are among them."""
        import numpy as np

        held = self._filter.may_hold(keys)
        likely = np.flatnonzero(held)
        if len(likely):
            at = np.minimum(np.searchsorted(self._keys, keys[likely]), len(self._keys) - 1)
            held[likely] = self._keys[at] == keys[likely]
        return held


class KeyFilter:
    """A Bloom filter for 64-bit hashes: three bits of one word for each key, so that a key takes one look at memory.

    The highest bits of a hash choose the word, and the lowest ones the bits. Source: Putze, Sanders and Singler,
    "Cache-, hash- and space-efficient Bloom filters" (2007), with blocks of one word.
    """

    def __init__(self, words: int) -> None:
        """`words` is a power of two."""
        import numpy as np

        self._shift = np.uint64(_WORD_BITS - (words.bit_length() - 1))
        self._words = np.zeros(words, np.uint64)

    def may_hold(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """False for keys that were not added; True for those that were, and for few others."""
        bits = _bits_of(keys)
        held: NDArray[np.bool_] = self._words[self._places(keys)] & bits == bits
        return held

    def add(self, keys: NDArray[np.uint64]) -> None:
        """Add keys."""
        import numpy as np

        np.bitwise_or.at(self._words, self._places(keys), _bits_of(keys))

    def _places(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        import numpy as np

        return (keys >> self._shift).astype(np.int64)


def _bits_of(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    import numpy as np

    one, last = np.uint64(1), np.uint64(_WORD_BITS - 1)
    first, second, third = (keys >> np.uint64(shift) & last for shift in (0, 6, 12))
    bits: NDArray[np.uint64] = (one << first) | (one << second) | (one << third)
    return bits
