"""Cuts a JSON document of any size at the commas of one list: what stands around it, and pieces of whole elements."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import BATCH_ROWS
from conditioners.readers.json_marks import COMMA, Marks, MarkScanner, find_list
from conditioners.readers.json_parsing import (
    ROOMS,
    UNTERMINATED,
    TextPlace,
    check_room,
    parse_json,
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


class Elements(NamedTuple):
    """Some elements as the text of a list of their own, in which a 0 stands for those before and for those behind."""

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

    def parse(self, limits: Limits) -> list[Any]:
        """The elements; raises Refusal when they are no JSON."""
        opening = _opening(self.first)
        values: list[Any] = parse_shallow(self.text, limits, len(opening), self.at)
        return values[1 if self.first else 0 : None if self.is_last else -1]


def _opening(first: int) -> bytes:
    return b"[0," if first else b"["


class _Cut(NamedTuple):
    """A comma to cut at, how many elements end there since the last one, and what they take in memory."""

    place: int
    elements: int
    room: int


class ListCutter:
    """Takes a document's text as UTF-8, in blocks as they come, and cuts it at the commas of a list.

    The pieces and what stands around them are JSON if, and only if, the document is; else one of them has its fault. So
    it does no harm that of text that is no JSON, pieces behind its fault may be cut anywhere.
    """

    def __init__(self, texts: Iterator[bytes], names: Sequence[str], limits: Limits) -> None:
        """Reads until the list begins to which `names` lead from the root, or to the end if there is none.

        Raises Refusal when what stands before it is too large.
        """
        self._texts, self._names, self._limits = texts, names, limits
        self._small, self._large = deque([0], _ALIVE), deque([0], _ALIVE)
        self._held, self._held_room = b"", 0
        self._first = self._pieces = 0
        self._tail: bytes | None = None
        self.head, self._rest, self.has_list = self._find_list()
        self._at = TextPlace().behind(self.head)

    def _find_list(self) -> tuple[bytes, bytes, bool]:
        text = b""
        for block in self._texts:
            text += block
            marks = MarkScanner().scan(text)
            opening = find_list(text, marks, self._names)
            if opening is not None:
                end = int(marks.places[opening]) + 1
                self._check_size(end)
                return text[:end], text[end:], True
            self._check_size(len(text))
            check_room(text, self._limits)
        return text, b"", False

    def _check_size(self, size: int) -> None:
        most = self._limits.json_bytes
        if size > most:
            raise Refusal(f"the JSON document without its records is larger than the limit of {most} bytes")

    def _has_room(self, more: int = 0) -> bool:
        """Whether some memory can be taken beside what is held at the same time: of large pieces, one."""
        return sum(self._small) + max(self._large) + more <= self._limits.json_room

    def parse_head(self) -> Any:
        """The document up to the list, which is empty; raises Refusal when it is no JSON."""
        closing = b"]" + b"}" * len(self._names) if self.has_list else b""
        return parse_json(self.head + closing, self._limits)

    def parse_surroundings(self) -> Any:
        """The document but for the list's elements; for when all have been cut. Raises Refusal when it is no JSON."""
        if self._tail is None:
            return self.parse_head()
        text = self.head + b"]" + self._tail
        if not self._has_room(reckon_room(text)):
            refuse_room(self._limits)
        return parse_json(text, self._limits, len(self.head.decode()) + 1, self._at)

    def cut(self) -> Iterator[Elements]:
        """All elements, in order; raises Refusal when one is too large or too deep."""
        scanner = MarkScanner()
        for text in chain([self._rest], self._texts):
            if self._tail is not None:
                self._tail += text
                self._check_size(len(self.head) + len(self._tail))
            else:
                yield from self._cut_block(text, scanner.scan(text))
        if self._tail is None:
            yield self._cut_off(b"", b"", _Cut(0, 0, 0))

    def _cut_block(self, text: bytes, marks: Marks) -> Iterator[Elements]:
        import numpy as np

        ends = np.flatnonzero(marks.depths < 0)
        inside = marks.before(int(ends[0])) if len(ends) else marks
        if len(inside.depths) and int(inside.depths.max()) + len(self._names) + 1 > self._limits.depth:
            refuse_depth(self._limits)
        start = 0
        most = self._limits.json_room // _SHARE
        cuts, room = _choose_cuts(inside, self._held_room, most)
        if len(ends) and cuts and cuts[-1].room + room <= most:
            room += cuts.pop().room  # The last element needs no piece of its own.
        for cut in cuts:
            yield self._cut_off(text[start : cut.place], b",0]", cut)
            start = cut.place + 1
        self._held_room = room
        if len(ends):
            end = int(marks.places[ends[0]])
            yield self._cut_off(text[start:end], text[end : end + 1], _Cut(end, 0, room))
            self._tail = text[end + 1 :]
            self._check_size(len(self.head) + len(self._tail))
        else:
            self._hold(text[start:])

    def _hold(self, text: bytes) -> None:
        """Keep the beginning of an element for when the rest of it comes."""
        self._held += text
        if len(self._held) > self._limits.json_bytes:
            self._refuse_held()

    def _refuse_held(self) -> NoReturn:
        """Say why an element does not end: it is too large, or no JSON, such as text whose closing quote is missing."""
        opening = _opening(self._first)
        if self._has_room(reckon_room(self._held)):
            try:
                parse_shallow(opening + self._held, self._limits, len(opening), self._at)
            except Refusal as refusal:
                if refusal.where != str(self._at.behind(self._held)) and not refusal.reason.startswith(UNTERMINATED):
                    raise
        path = "$" + "".join(f".{name}" for name in self._names)
        reason = f"an element of the list is larger than the limit of {self._limits.json_bytes} bytes"
        raise Refusal(reason, f"{path}[{self._first}]") from None

    def _cut_off(self, text: bytes, closing: bytes, cut: _Cut) -> Elements:
        """What is held and some text, as a piece. `closing` is a byte if the list ends there, none if the text does."""
        whole, self._held = self._held + text, b""
        is_large = cut.room > self._limits.json_room // _SHARE
        self._small.append(0 if is_large else cut.room)
        self._large.append(cut.room if is_large else 0)
        if not self._has_room():
            refuse_room(self._limits)
        piece = Elements(
            self._pieces, is_large, _opening(self._first) + whole + closing, self._first, len(closing) < 2, self._at
        )
        self._pieces += 1
        self._first += cut.elements
        self._at = self._at.behind(whole).behind(b"," if not piece.is_last else closing)
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
