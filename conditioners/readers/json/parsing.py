"""Parses JSON exactly, within limits: numbers as they are written, no name twice, nothing too deep or too large."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from conditioners.collector import collector_paused
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import KIB, MIB, Limits
from conditioners.outcome import Refusal
from conditioners.readers.decoding import DAMAGE, DAMAGE_END, Decoder
from conditioners.readers.json.showing import Number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|[\s\S])"
)
"""Every escape of a string; a surrogate without its other half is group 1."""
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\[\s\S])*+"?')
_OBJECT_END = b"}"
UNTERMINATED = "not JSON: Unterminated string"
"""How the reason begins where a string does not end."""
ROOMS = {b"{": 600, b"[": 150, b":": 150, b",": 100}
"""Bytes in memory for an object, a list, a name with its value, and a further element; measured."""
_HALVES = 10_000
"""Of characters, in one document."""
_NAMES, _MANY = 100_000, 16
"""Different ones of one object, or of all objects that have many."""
_SHOWN = 80
"""Characters of a name in a reason."""
_LONG = 64 * KIB
"""Bytes of text from which on it pays to hold the collector back."""
_FURTHER = bytes(range(0x80, 0xC0))
"""Bytes of a character behind its first."""


class TextPlace(NamedTuple):
    """A character of a text, by line and by place in it, both from 1."""

    line: int = 1
    character: int = 1

    def behind(self, text: bytes) -> TextPlace:
        """The place behind a text that begins here."""
        lines = text.count(b"\n")
        last = text[text.rfind(b"\n") + 1 :] if lines else text
        # Characters are counted by their first bytes, so that a text may end within one.
        return TextPlace(self.line + lines, (1 if lines else self.character) + len(last.translate(None, _FURTHER)))

    def __str__(self) -> str:
        return f"line {self.line}, character {self.character}"


_START = TextPlace()
Origins = Sequence[tuple[int, TextPlace]]
"""Where parts of a text stand in the document: the number of a part's first character, and its place there."""
_WHOLE: Origins = ((0, _START),)


class TooLarge(Refusal):
    """A document is larger, or takes more memory, than one that is held as a whole may."""


@dataclass(frozen=True)
class Document:
    """A parsed document, and how its bytes were understood."""

    value: Any
    encoding: Mapping[str, str]
    damaged: bool
    """Whether its text may hold characters marked as damage."""


def load_document(opened: OpenedRaw, limits: Limits) -> Document:
    """Read and parse a whole document; raises TooLarge when it cannot be held, Refusal when it is no JSON."""
    data = bytearray()
    for block in opened.blocks():
        data += block
        if len(data) > limits.json_bytes:
            raise TooLarge(f"the JSON document is larger than the limit of {limits.json_bytes} bytes")
    decoder = Decoder(("utf-8",))
    text = decoder.feed(bytes(data), last=True)
    value = parse_json(text, limits)
    return Document(value, {"name": decoder.name, "evidence": decoder.evidence}, may_be_damaged(text))


def may_be_damaged(text: bytes) -> bool:
    """Whether strings of a text may hold characters marked as damage."""
    return DAMAGE in text or b"\\u" in text


def _mark_lone_surrogates(data: bytes) -> bytes:
    """Halves of characters, which no text can hold, marked as damage; raises Refusal when there are too many."""
    halves = 0

    def mark(escape: re.Match[bytes]) -> bytes:
        nonlocal halves
        if not escape[1]:
            return escape[0]
        halves += 1
        if halves > _HALVES:
            raise Refusal(f"the JSON document has more than {_HALVES} halves of characters")
        return DAMAGE + escape[1][1:].lower() + DAMAGE_END

    return _ESCAPES.sub(mark, data)


def reckon_room(data: bytes) -> int:
    """What the values take in memory, or more; marks inside of strings count as well."""
    return sum(data.count(mark) * size for mark, size in ROOMS.items())


def limit_line(limits: Limits) -> Limits:
    """The limits for a line of JSON Lines, whose value may be held beside that of the line before it."""
    return replace(limits, json_room=limits.json_room // 2)


def check_room(data: bytes, limits: Limits) -> None:
    """Raises TooLarge when the values would take too much memory."""
    if reckon_room(data) > limits.json_room:
        refuse_room(limits)


def refuse_room(limits: Limits) -> NoReturn:
    """Raises TooLarge for values that would take too much memory."""
    raise TooLarge(f"the JSON document would take more than {limits.json_room // MIB} MiB of memory")


def refuse_depth(limits: Limits) -> NoReturn:
    """Raises Refusal for values that are nested too deep."""
    raise Refusal(f"the JSON document is nested deeper than {limits.depth} levels")


def parse_json(data: bytes, limits: Limits, origins: Origins = _WHOLE) -> Any:
    """A document whose numbers are kept as written; raises Refusal when it is no JSON, too deep, or ambiguous.

    Of a fault is told where it stands in the larger text that parts of this one come from.
    """
    if data.count(b"{") + data.count(b"[") > limits.depth and _is_deep(data, limits.depth):
        refuse_depth(limits)
    return parse_shallow(data, limits, origins)


def parse_shallow(data: bytes, limits: Limits, origins: Origins) -> Any:
    """As parse_json, for a document that is known not to be too deep."""
    if _SURROGATE.search(data):
        data = _mark_lone_surrogates(data)
    check_room(data, limits)
    names = _Names()
    try:
        with collector_paused() if len(data) > _LONG else nullcontext():
            return json.loads(
                data.decode(),
                parse_float=Number,
                parse_int=Number,
                parse_constant=_refuse_constant,
                object_pairs_hook=names.take,
            )
    except json.JSONDecodeError as error:
        raise Refusal(f"not JSON: {error.msg}", str(_find_place(error.doc, error.pos, origins))) from None
    except _Unclear as fault:
        at = _find_mark(data, fault.mark, names.taken if fault.mark == _OBJECT_END else 1)
        where = f"{fault.what} {_find_place(data.decode(), len(data[:at].decode()), origins)}"
        raise Refusal(fault.reason, where) from None


def _find_place(text: str, at: int, origins: Origins) -> TextPlace:
    """Where a character stands in the document that parts of the text come from."""
    begin, place = next((each for each in reversed(origins) if each[0] <= at), _WHOLE[0])
    return place.behind(text[begin:at].encode())


def _find_mark(data: bytes, mark: bytes, number: int) -> int:
    """Where something stands outside of strings for the so manieth time, as it does that often."""
    outside = _STRINGS.sub(lambda string: b" " * len(string[0]), data)
    at = -1
    for _ in range(number):
        at = outside.find(mark, at + 1)
    return at


def _is_deep(data: bytes, most: int) -> bool:
    """Whether brackets outside of strings nest deeper than may be."""
    import numpy as np

    array = np.frombuffer(_STRINGS.sub(b"", data) if b"\\" in data else data, np.uint8)
    steps = _bracket_steps()[array]
    brackets = np.flatnonzero(steps)
    quotes = np.flatnonzero(array == ord('"'))
    outside = brackets[np.searchsorted(quotes, brackets) % 2 == 0]
    return bool(len(outside) and np.cumsum(steps[outside], dtype=np.int64).max() > most)


@cache
def _bracket_steps() -> NDArray[np.int8]:
    """For each byte how much deeper what follows it is nested."""
    import numpy as np

    steps = np.zeros(256, np.int8)
    steps[[ord("{"), ord("[")]], steps[[ord("}"), ord("]")]] = 1, -1
    return steps


class _Unclear(Refusal):
    """A value that is none, or may be several; `mark` stands there, outside of strings, and `what` says how."""

    def __init__(self, reason: str, what: str, mark: bytes) -> None:
        super().__init__(reason)
        self.what, self.mark = what, mark


def _refuse_constant(name: str) -> Any:
    raise _Unclear(f"{name} is no JSON number", "the one at", name.encode())


class _Names:
    """The names in the objects of one document."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self.taken = 0
        """How many objects there were, in the order of their ends."""

    def take(self, pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
        """The object of some names and values; raises Refusal for a name that stands twice, and for too many."""
        if len(pairs) > _NAMES:
            raise Refusal(f"an object has more than {_NAMES} names")
        self.taken += 1
        found = dict(pairs)
        if len(found) < len(pairs):
            name, _ = Counter(name for name, _ in pairs).most_common(1)[0]
            raise _Unclear(
                f"the name {name[:_SHOWN]!r} stands twice in an object", "the object that ends at", _OBJECT_END
            )
        if len(found) > _MANY:
            self._known.update(found)
            if len(self._known) > _NAMES:
                raise Refusal(f"the JSON document has more than {_NAMES} different names in its objects")
        return found
