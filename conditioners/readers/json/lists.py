"""Cuts a JSON document of any size at the commas of one list: what stands around it, and pieces of whole elements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import BATCH_ROWS
from conditioners.readers.json.elements import ElementCutter, Elements
from conditioners.readers.json.frames import LIST, OBJECT
from conditioners.readers.json.marks import MarkScanner, find_list
from conditioners.readers.json.parsing import TextPlace, check_room, parse_json, reckon_room, refuse_room
from conditioners.readers.json.paths import find_place, show_path

_SHORTEST = 7
"""Bytes of an element that holds something, with the comma behind it: `{"":0},`."""
_LONG = 16
"""Bytes of an element; pieces in which most are longer are not searched for blanks."""


class Hollow(Refusal):
    """Most elements of a list hold nothing."""


class ListCutter:
    """Takes a document's text as UTF-8, in blocks as they come, and cuts it at the commas of a list.

    The pieces and what stands around them are JSON if, and only if, the document is.
    """

    def __init__(self, texts: Iterator[bytes], names: Sequence[str], limits: Limits, *, is_keyed: bool = False) -> None:
        """Reads until the list begins to which `names` lead from the root, or to the end if there is none.

        If `is_keyed`, it is an object instead, whose members are the elements. Raises Refusal when what stands before
        it is too large.
        """
        self._texts, self._names, self._limits = texts, names, limits
        self._frame = OBJECT if is_keyed else LIST
        self._head, self._rest, self.has_list = self._find_list()
        at = TextPlace().behind(self._head)
        self._elements = ElementCutter(show_path(names), len(names) + 1, at, limits, self._frame)

    def _find_list(self) -> tuple[bytes, bytes, bool]:
        text = b""
        for block in self._texts:
            text += block
            marks = MarkScanner().scan(text)
            opening = find_list(text, marks, self._names, self._frame.opening[0])
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

    def parse_head(self) -> Any:
        """The document up to the list, which is empty; raises Refusal when it is no JSON."""
        around = b"".join(b"}" if find_place(name) is None else b"]" for name in reversed(self._names))
        return parse_json(self._head + (self._frame.closing + around if self.has_list else b""), self._limits)

    def cut(self) -> Iterator[Elements]:
        """All elements, in order; raises Refusal when one is too large or too deep, or what stands behind them is."""
        yield from self._look_at(self._elements.cut(chain([self._rest], self._texts)))
        if self._elements.tail is None:
            return
        self._check_size(len(self._head) + len(self._elements.tail))
        for text in self._texts:
            self._elements.tail += text
            self._check_size(len(self._head) + len(self._elements.tail))

    def _look_at(self, pieces: Iterator[Elements]) -> Iterator[Elements]:
        """The same pieces; raises Refusal when most elements so far are too short to hold anything."""
        size = 0
        for piece in pieces:
            short = piece.first - size // _SHORTEST
            if short > self._limits.unread_rows and short * 2 > piece.first:
                reason = f"of the first {piece.first} elements of a list {short} or more hold nothing"
                raise Hollow(reason, str(piece.at))
            is_short = len(piece.text) < _LONG * BATCH_ROWS
            size += len(piece.text.translate(None, b" \t\r\n") if is_short else piece.text)
            yield piece

    def parse_surroundings(self) -> Any:
        """The document but for the list's elements; for when all have been cut. Raises Refusal when it is no JSON."""
        if self._elements.tail is None:
            return self.parse_head()
        text = self._head + self._frame.closing + self._elements.tail
        if not self._elements.has_room(reckon_room(text)):
            refuse_room(self._limits)
        origins = ((0, TextPlace()), (len(self._head.decode()) + 1, self._elements.at))
        return parse_json(text, self._limits, origins)
