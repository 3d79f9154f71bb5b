"""Up to eight characters as the bytes of one 64-bit word, all of which are checked, and added up, at once.

The last character of a text is the word's highest byte, so that what is missing in front are zero bytes. How digits are
added up by multiplication: D. Lemire, "Quickly parsing eight digits" (2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDTH = 8
_BITS = 8
_ALL = (1 << 64) - 1
_ZEROS, _SIXES, _HIGH_HALVES = (int.from_bytes(bytes([byte]) * WIDTH, "little") for byte in (ord("0"), 6, 0xF0))
_PAIRS, _FIRST_AND_THIRD, _SECOND_AND_FOURTH = 0x000000FF000000FF, 100 + (1000000 << 32), 1 + (10000 << 32)


@dataclass(frozen=True)
class WordForm:
    """What has to stand where in a word: marks at some of its bytes, digits at the others."""

    marks: tuple[tuple[int, int], ...]
    """Byte of the word, in ascending order, and the mark that stands there."""

    @property
    def digits(self) -> int:
        """How many digits fit into the word."""
        return WIDTH - len(self.marks)

    def read(
        self, words: NDArray[np.uint64], is_there: NDArray[np.uint64]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The digits of each word as one number, and whether the word has this form.

        In `is_there` all bits are set of the bytes that count. A missing digit is a zero, a missing mark is none.
        """
        import numpy as np

        places = sum(0xFF << _BITS * byte for byte, _ in self.marks)
        expected = sum(mark << _BITS * byte for byte, mark in self.marks)
        digits = (words ^ np.uint64(_ZEROS)) & is_there & np.uint64(_ALL ^ places)
        # Six more than nine, or a high half to begin with, shows in the high half of a byte.
        wrong = (digits | (digits + np.uint64(_SIXES))) & np.uint64(_HIGH_HALVES)
        if places:
            wrong |= (words ^ np.uint64(expected)) & is_there & np.uint64(places)
        for byte, _ in self.marks:
            before = (1 << _BITS * byte) - 1
            behind = _ALL ^ before ^ (0xFF << _BITS * byte)
            digits = (digits & np.uint64(behind)) | ((digits & np.uint64(before)) << np.uint64(_BITS))
        return _add_up(digits), wrong == 0


def _add_up(digits: NDArray[np.uint64]) -> NDArray[np.int64]:
    import numpy as np

    pairs = digits * np.uint64(10) + (digits >> np.uint64(_BITS))
    fours = (pairs & np.uint64(_PAIRS)) * np.uint64(_FIRST_AND_THIRD)
    fours += ((pairs >> np.uint64(16)) & np.uint64(_PAIRS)) * np.uint64(_SECOND_AND_FOURTH)
    return (fours >> np.uint64(32)).view(np.int64)


def mask_last(lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    """All bits of so many last bytes of a word; none for a length below one, the whole word's above eight."""
    import numpy as np

    missing = np.clip(WIDTH - lengths, 0, WIDTH).astype(np.uint64) * np.uint64(_BITS)
    return np.uint64(_ALL) << missing
