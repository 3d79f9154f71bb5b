"""Cuts a JSON list of any size at its commas, into pieces of whole elements."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import BATCH_ROWS
from conditioners.readers.json.frames import LIST, OBJECT, Frame, parse_members
from conditioners.readers.json.marks import COMMA, Marks, MarkScanner
from conditioners.readers.json.parsing import (
    ROOMS,
    UNTERMINATED,
    TextPlace,
    parse_shallow,
    reckon_room,
    refuse_depth,
    refuse_room,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHARE = 6
"""A piece may take one such part of the memory for a document's values, unless it is a single element."""
_ALIVE = 4
"""Pieces that are in work at the same time."""
_LONGEST_WORD = len(rb"\ud83d\ude00")


class Elements(NamedTuple):
    """Some elements as the text of a list of their own, in which a 0 stands for those before and for those behind.

    In the frame of an object, its members: each a key with its value.
    """

    number: int
    """Which piece of the document's it is, from 0."""
    is_large: bool
    """Whether it is an element of which only one may be held parsed at a time."""
    text: bytes
    first: int
    """The number of the first of them in the document's list."""
    is_last: bool
    at: TextPlace
    """Where they begin in the document."""
    frame: Frame = LIST

    def parse(self, limits: Limits) -> list[Any]:
        """The elements; raises Refusal when they are no JSON."""
        opening = self.frame.begin(self.first)
        values: list[Any]
        if self.frame is OBJECT:
            values = list(parse_members(self.text, limits, self.at, opening))
        else:
            values = parse_shallow(self.text, limits, ((len(opening), self.at),))
        return values[1 if self.first else 0 : None if self.is_last else -1]


class _Cut(NamedTuple):
    """A comma to cut at, how many elements end there since the last one, and what they take in memory."""

    place: int
    elements: int
    room: int


class ElementCutter:
    """Takes the text of a list in blocks as they come, from behind its bracket on, and cuts it at the list's commas.

    The pieces are JSON if, and only if, the list is; else one of them has its fault. So it does no harm that of text
    that is no JSON, pieces behind its fault may be cut anywhere.
    """

    def __init__(self, path: str, above: int, at: TextPlace, limits: Limits, frame: Frame = LIST) -> None:
        """`path` leads to the list, which is the innermost of `above` levels and has its first element `at` a place.

        With the frame of an object, it is cut at the commas between its members.
        """
        self._frame = frame
        self._path, self._above, self.at, self._limits = path, above, at, limits
        self._small, self._large = deque([0], _ALIVE), deque([0], _ALIVE)
        self._held, self._held_room = b"", 0
        self._first = self._pieces = 0
        self.tail: bytes | None = None
        """What stands behind the list's end in the block that it is in; None before that."""

    def has_room(self, more: int = 0) -> bool:
        """Whether some memory can be taken beside what is held at the same time: of large pieces, one."""
        return sum(self._small) + max(self._large) + more <= self._limits.json_room

    def cut(self, texts: Iterable[bytes]) -> Iterator[Elements]:
        """All elements, in order, and no block behind the list's end; raises Refusal when one is too large or deep."""
        scanner = MarkScanner()
        for text in texts:
            yield from self._cut_block(text, scanner.scan(text))
            if self.tail is not None:
                return
        yield self._cut_off(b"", b"", _Cut(0, 0, 0))

    def _cut_block(self, text: bytes, marks: Marks) -> Iterator[Elements]:
        import numpy as np

        ends = np.flatnonzero(marks.depths < 0)
        inside = marks.before(int(ends[0])) if len(ends) else marks
        if len(inside.depths) and int(inside.depths.max()) + self._above > self._limits.depth:
            refuse_depth(self._limits)
        start = 0
        most = self._limits.json_room // _SHARE
        cuts, room = _choose_cuts(inside, self._held_room, most)
        if len(ends) and cuts and cuts[-1].room + room <= most:
            room += cuts.pop().room  # The last element needs no piece of its own.
        for cut in cuts:
            yield self._cut_off(text[start : cut.place], self._frame.behind, cut)
            start = cut.place + 1
        self._held_room = room
        if len(ends):
            end = int(marks.places[ends[0]])
            yield self._cut_off(text[start:end], text[end : end + 1], _Cut(end, 0, room))
            self.tail = text[end + 1 :]
        else:
            self._hold(text[start:])

    def _hold(self, text: bytes) -> None:
        """Keep the beginning of an element for when the rest of it comes."""
        self._held += text
        if len(self._held) > self._limits.json_bytes:
            self._refuse_held()

    def _refuse_held(self) -> NoReturn:
        """Say why an element does not end: it is too large, or no JSON, such as text whose closing quote is missing."""
        opening = self._frame.begin(self._first)
        if self.has_room(reckon_room(self._held)):
            try:
                parse_shallow(opening + self._held, self._limits, ((len(opening), self.at),))
            except Refusal as refusal:
                if refusal.where not in self._list_last_places() and not refusal.reason.startswith(UNTERMINATED):
                    raise
        reason = f"an element of the list is larger than the limit of {self._limits.json_bytes} bytes"
        raise Refusal(reason, f"{self._path}[{self._first}]") from None

    def _list_last_places(self) -> set[str]:
        """Where a fault may be none, for the rest of an escape or of a word such as `true` has not come."""
        last = self._held[-_LONGEST_WORD:]
        before = self.at.behind(self._held[: -len(last)])
        return {str(before.behind(last[:length])) for length in range(len(last) + 1)}

    def _cut_off(self, text: bytes, closing: bytes, cut: _Cut) -> Elements:
        """What is held and some text, as a piece. `closing` is a byte if the list ends there, none if the text does."""
        whole, self._held = self._held + text, b""
        is_large = cut.room > self._limits.json_room // _SHARE
        self._small.append(0 if is_large else cut.room)
        self._large.append(cut.room if is_large else 0)
        if not self.has_room():
            refuse_room(self._limits)
        piece = Elements(
            self._pieces, is_large, self._frame.begin(self._first) + whole + closing, self._first, len(closing) < 2,
            self.at, self._frame,
        )  # fmt: skip
        self._pieces += 1
        self._first += cut.elements
        self.at = self.at.behind(whole).behind(b"," if not piece.is_last else closing)
        return piece


def _choose_cuts(marks: Marks, held: int, most: int) -> tuple[list[_Cut], int]:
    """The list's commas to cut at, the last of all among them, and what the values behind it take in memory.

    What has been held of the first element takes `held`; a piece may take `most`, or be a single element.
    """
    import numpy as np

    rooms = np.cumsum(_rooms()[marks.signs])
    commas = np.flatnonzero((marks.signs == COMMA) & (marks.depths == 0))
    behind, places = rooms[commas], marks.places[commas]
    cuts, before, number = list[_Cut](), -held, 0
    while number < len(commas):
        last = int(np.searchsorted(behind, before + most, "right")) - 1
        last = min(max(last, number), number + BATCH_ROWS - 1)
        cuts.append(_Cut(int(places[last]), last + 1 - number, int(behind[last]) - before))
        before, number = int(behind[last]), last + 1
    return cuts, (int(rooms[-1]) if len(rooms) else 0) - before


@cache
def _rooms() -> NDArray[np.int64]:
    """For each mark what it tells of memory."""
    import numpy as np

    rooms = np.zeros(256, np.int64)
    for sign, room in ROOMS.items():
        rooms[sign[0]] = room
    return rooms
