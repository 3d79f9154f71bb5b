"""The marks of JSON text that stand outside of its strings, block by block, and how deeply they are nested."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from conditioners.readers.json.paths import find_place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_QUOTE, _SLASH = ord('"'), ord("\\")
BRACE, BRACKET, COMMA, COLON = ord("{"), ord("["), ord(","), ord(":")
_SLICE = 256 << 10
"""Bytes that are looked at together: what is reckoned for them stays in the processor's cache."""


@dataclass(frozen=True)
class Marks:
    """Brackets, braces, commas and colons outside of strings, in order; places are counted from the text's start."""

    places: NDArray[np.int64]
    signs: NDArray[np.uint8]
    """The bytes that stand there."""
    depths: NDArray[np.int32]
    """How many brackets and braces are open behind each mark."""
    quotes: NDArray[np.int64]
    """Where strings begin and end."""

    def before(self, number: int) -> Marks:
        """The first marks, so many of them."""
        return Marks(self.places[:number], self.signs[:number], self.depths[:number], self.quotes)

    def behind(self, number: int, start: int) -> Marks:
        """The marks but for so many at the beginning, with places counted from another start; without quotes."""
        return Marks(self.places[number:] - start, self.signs[number:], self.depths[number:], self.quotes[:0])


class MarkScanner:
    """Takes a document's text in blocks, and remembers between them what is open."""

    def __init__(self) -> None:
        self._depth = 0
        self._is_inside = self._is_escaped = False

    def scan(self, text: bytes) -> Marks:
        """The marks of the next block. Of text that is no JSON, marks up to its first fault are right."""
        if len(text) <= _SLICE:
            return self._scan_slice(text)
        slices = [(start, self._scan_slice(text[start : start + _SLICE])) for start in range(0, len(text), _SLICE)]
        return _join(slices)

    def _scan_slice(self, text: bytes) -> Marks:
        import numpy as np

        array = np.frombuffer(text, np.uint8)
        found = _are_marks()[array]
        if self._is_escaped or b"\\" in text:
            self._drop_escaped(array, found)
        places = np.flatnonzero(found)
        signs = array[places]
        are_quotes = signs == _QUOTE
        # The count may run over: whether it is odd stays right.
        inside = (np.cumsum(are_quotes, dtype=np.uint8) + np.uint8(self._is_inside)) & 1
        outside = (inside | are_quotes) == 0
        quotes, places, signs = places[are_quotes], places[outside], signs[outside]
        depths = self._depth + np.cumsum(_steps()[signs], dtype=np.int32)
        self._is_inside = bool(inside[-1]) if len(inside) else self._is_inside
        self._depth = int(depths[-1]) if len(depths) else self._depth
        return Marks(places, signs, depths, quotes)

    def _drop_escaped(self, array: NDArray[np.uint8], found: NDArray[np.bool_]) -> None:
        """Take out what stands behind an odd number of backslashes in a row, which is text and no mark."""
        import numpy as np

        if not len(array):
            return
        slashes = np.flatnonzero(array == _SLASH)
        first = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
        lengths = np.diff(first, append=len(slashes))
        behind = slashes[first] + lengths
        if self._is_escaped and len(first) and slashes[0] == 0:
            lengths[0] += 1
        elif self._is_escaped:
            found[0] = False
        escaped = behind[lengths % 2 == 1]
        self._is_escaped = bool(len(escaped)) and int(escaped[-1]) == len(array)
        found[escaped[: len(escaped) - self._is_escaped]] = False


def _join(slices: Sequence[tuple[int, Marks]]) -> Marks:
    """The marks of a text from those of its slices, each with the place where it begins."""
    import numpy as np

    return Marks(
        np.concatenate([marks.places + start for start, marks in slices]),
        np.concatenate([marks.signs for _, marks in slices]),
        np.concatenate([marks.depths for _, marks in slices]),
        np.concatenate([marks.quotes + start for start, marks in slices]),
    )


@cache
def _are_marks() -> NDArray[np.bool_]:
    import numpy as np

    marks = np.zeros(256, np.bool_)
    marks[list(b'{}[],:"')] = True
    return marks


@cache
def _steps() -> NDArray[np.int8]:
    """For each byte how much deeper what follows it is nested."""
    import numpy as np

    steps = np.zeros(256, np.int8)
    steps[list(b"{[")], steps[list(b"}]")] = 1, -1
    return steps


def find_list(text: bytes, marks: Marks, names: Sequence[str], sign: int = BRACKET) -> int | None:
    """The number of the mark that opens what names lead to from the root; None if it is not there (yet), or no list.

    With BRACE as the sign, None if it is no object.
    """
    import numpy as np

    if not len(marks.signs):
        return None
    at = 0
    for depth, name in enumerate(names, start=1):
        place = find_place(name)
        if marks.signs[at] != (BRACE if place is None else BRACKET):
            return None
        within = marks.depths[at + 1 :]
        ends = np.flatnonzero(within < depth)
        size = int(ends[0]) if len(ends) else len(within)
        found: int | None
        if place is None:
            behind_colon = marks.signs[at : at + size] == COLON
            opened = (np.flatnonzero((within[:size] == depth + 1) & behind_colon) + at + 1).tolist()
            found = next((number for number in opened if _name_before(text, marks, number) == name), None)
        else:
            commas = np.flatnonzero((marks.signs[at + 1 : at + 1 + size] == COMMA) & (within[:size] == depth))
            found = _find_opening(marks, [at, *(commas + at + 1).tolist()], place)
        if found is None:
            return None
        at = found
    return at if marks.signs[at] == sign else None


def _find_opening(marks: Marks, before: Sequence[int], place: int) -> int | None:
    """The number of the mark that opens an element of a list; `before` are those that stand before its elements."""
    number = before[place] + 1 if place < len(before) else len(marks.signs)
    return number if number < len(marks.signs) and marks.signs[number] in (BRACE, BRACKET) else None


def _name_before(text: bytes, marks: Marks, number: int) -> str | None:
    """The name, before a colon, of the value that a mark opens."""
    import numpy as np

    last = int(np.searchsorted(marks.quotes, marks.places[number - 1]))
    if last < 2:
        return None
    try:
        return str(json.loads(text[marks.quotes[last - 2] : marks.quotes[last - 1] + 1]))
    except ValueError:
        return None
