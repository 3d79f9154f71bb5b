"""Reads a JSON document of any size but for its long lists, and says where these begin and end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.json.elements import ElementCutter, Elements
from conditioners.readers.json.marks import BRACE, BRACKET, COMMA, Marks, MarkScanner
from conditioners.readers.json.parsing import TextPlace, TooLarge, parse_json, refuse_depth
from conditioners.readers.json.showing import Unheld
from conditioners.readers.json.text import JsonText
from conditioners.readers.json.value_lines import are_hollow

_SHARE = 64
"""A list is long that takes more than such a part of what a document without its lists may take."""


@dataclass
class LongList(Unheld):
    """A list that is not held, by where it stands in the text."""

    start: int
    """Behind its bracket."""
    at: TextPlace
    above: int
    """How many levels it is the innermost of."""
    end: int = 0
    """Behind its closing bracket."""
    count: int = 0
    """Its elements, if the document is JSON."""
    objects: int = 0
    lists: int = 0
    """Elements that are objects, and that are lists."""
    empty: int = 0
    """Elements that are `{}` or `[]`."""
    path: str = ""

    def cut(self, texts: Iterator[bytes], limits: Limits) -> Iterator[Elements]:
        """Its elements, from the text between its brackets; raises Refusal when one is too large."""
        return ElementCutter(self.path, self.above, self.at, limits).cut(texts)

    @property
    def is_flat(self) -> bool:
        """Whether it holds neither lists nor objects."""
        return not self.objects and not self.lists

    def refuse(self) -> NoReturn:
        """Raises TooLarge: the list would have to be held."""
        raise TooLarge("a list that is neither a list of records nor one of parallel lists is too large", self.path)


class _Part(NamedTuple):
    """Some of the text outside of long lists."""

    at: TextPlace
    text: bytearray


class _Opened(NamedTuple):
    """A list or object that has begun and not ended: its bracket, and where that stands in the last part's text."""

    sign: int
    place: int


@dataclass(frozen=True)
class Outline:
    """A document's value, in which a LongList stands for each list that is too long to be held."""

    value: Any
    lists: tuple[LongList, ...]


def read_outline(text: JsonText, limits: Limits, most_lists: int) -> Outline:
    """The outline of a document; raises Refusal when it is no JSON, or too large without its long lists.

    A list is only looked for where no other one stands around it. Faults inside of long lists stay unseen.
    """
    scanner = _OutlineScanner(limits, most_lists)
    for block in text.blocks():
        for start in range(0, len(block), scanner.least):
            scanner.take(block[start : start + scanner.least])
    return scanner.finish()


class _OutlineScanner:
    """Takes a document's text in slices, and keeps what stands outside of long lists."""

    def __init__(self, limits: Limits, most_lists: int) -> None:
        self._limits, self._most_lists = limits, most_lists
        self.least = limits.json_bytes // _SHARE
        self._marks = MarkScanner()
        self._parts = [_Part(TextPlace(), bytearray())]
        self._opened: list[_Opened] = []
        """From the root on, as far as there is no list among them; and one list at most."""
        self._lists: list[LongList] = []
        self._is_inside = False
        """Of the last one of the long lists."""
        self._place = TextPlace()
        """Inside of a long list, where the next slice begins."""
        self._taken = self._kept = 0

    def take(self, text: bytes) -> None:
        """The next slice; raises Refusal when what is kept is too large, a list holds hardly anything, or is deep."""
        marks = self._marks.scan(text)
        if len(marks.depths) and int(marks.depths.max()) > self._limits.depth:
            refuse_depth(self._limits)
        start, number = self._pass(text, marks) if self._is_inside else (0, 0)
        if start < len(text):
            self._keep(text[start:], marks.behind(number, start))
        self._taken += len(text)
        last = self._opened[-1] if self._opened else None
        if last is not None and last.sign == BRACKET and not self._is_inside and len(self._lists) < self._most_lists:
            self._begin_list(last.place)

    def _keep(self, text: bytes, marks: Marks) -> None:
        kept = self._parts[-1].text
        self._note_opened(marks, len(kept))
        kept += text
        self._kept += len(text)
        if self._kept > self._limits.json_bytes:
            most = self._limits.json_bytes
            raise TooLarge(f"the JSON document without its long lists is larger than the limit of {most} bytes")

    def _note_opened(self, marks: Marks, start: int) -> None:
        """Bring the list of what is open up to date with the marks of a text that begins there."""
        import numpy as np

        if not len(marks.depths):
            return
        del self._opened[max(0, int(marks.depths.min())) :]
        while len(self._opened) < int(marks.depths[-1]) and not (self._opened and self._opened[-1].sign == BRACKET):
            outside = np.flatnonzero(marks.depths <= len(self._opened))
            opening = int(outside[-1]) + 1 if len(outside) else 0
            self._opened.append(_Opened(int(marks.signs[opening]), start + int(marks.places[opening])))

    def _begin_list(self, place: int) -> None:
        """Let go of the list that begins at a place of the last part, if it is long by now."""
        at, kept = self._parts[-1]
        held = bytes(kept[place + 1 :])
        if len(held) < self.least:
            return
        del kept[place:]
        self._kept -= len(held) + 1
        found = LongList(self._taken - len(held), at.behind(bytes(kept)).behind(b"["), len(self._opened))
        self._lists.append(found)
        self._place, self._is_inside = found.at.behind(held), True
        self._count(found, MarkScanner().scan(held), 0)
        if found.count or not held.isspace():
            found.count += 1

    def _count(self, found: LongList, marks: Marks, depth: int) -> None:
        """Count commas, and what is opened, where so many lists and objects are open."""
        import numpy as np

        found.count += int(np.count_nonzero((marks.signs == COMMA) & (marks.depths == depth)))
        opened = marks.signs[marks.depths == depth + 1]
        found.objects += int(np.count_nonzero(opened == BRACE))
        found.lists += int(np.count_nonzero(opened == BRACKET))
        signs, is_closed = marks.signs[:-1], (marks.depths[:-1] == depth + 1) & (marks.depths[1:] == depth)
        is_empty = (signs == BRACE) | ((signs == BRACKET) & (np.diff(marks.places) == 1))
        found.empty += int(np.count_nonzero(is_closed & is_empty))
        if are_hollow(found.count, found.empty, self._limits):
            raise Refusal(f"of the first {found.count} elements of a list {found.empty} hold nothing", str(self._place))

    def _pass(self, text: bytes, marks: Marks) -> tuple[int, int]:
        """Go on in a long list; how many bytes and marks of the text are its own."""
        import numpy as np

        found, depth = self._lists[-1], len(self._opened)
        ends = np.flatnonzero(marks.depths < depth)
        number = int(ends[0]) if len(ends) else len(marks.depths)
        size = int(marks.places[number]) if len(ends) else len(text)
        if not found.count and not text[:size].isspace():
            found.count = 1
        self._count(found, marks.before(number), depth)
        size, number = size + bool(len(ends)), number + bool(len(ends))
        self._place, found.end = self._place.behind(text[:size]), self._taken + size
        if len(ends):
            self._is_inside = False
            self._opened.pop()
            self._parts.append(_Part(self._place, bytearray()))
        return size, number

    def finish(self) -> Outline:
        """The outline, at the text's end; raises Refusal when what was kept is no JSON, or a long list has no end."""
        if self._is_inside:
            raise Refusal("not JSON: a list does not end", str(self._place))
        # A text does not hold its own hash, so that nothing in it can be taken for one of these marks.
        mark = hashlib.sha256(b"".join(part.text for part in self._parts)).hexdigest()
        texts, origins, characters = list[bytes](), list[tuple[int, TextPlace]](), 0
        for number, part in enumerate(self._parts):
            origins.append((characters, part.at))
            texts += [bytes(part.text), f'["{mark} {number}"]'.encode() if number < len(self._lists) else b""]
            characters += sum(len(text.decode()) for text in texts[-2:])
        marked = {f"{mark} {number}": found for number, found in enumerate(self._lists)}
        value = _put_in(parse_json(b"".join(texts), self._limits, origins), "$", marked)
        return Outline(value, tuple(self._lists))


def _put_in(value: Any, path: str, marked: Mapping[str, LongList]) -> Any:
    """A value with the long lists in place of their marks, each told its path."""
    if isinstance(value, dict):
        return {name: _put_in(inner, f"{path}.{name}", marked) for name, inner in value.items()}
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) and value[0] in marked:
        marked[value[0]].path = path
        return marked[value[0]]
    return value
