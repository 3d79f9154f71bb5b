"""JSON values: parses them exactly, within limits, and walks to the repeated elements that a dialect names."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from conditioners.declaration import Source
from conditioners.dialects import JsonLines, JsonTree
from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal, SourceError
from conditioners.raw import OpenedRaw
from conditioners.readers.batches import Located
from conditioners.readers.decoding import DAMAGE, DAMAGE_END, Decoder
from conditioners.readers.headers import is_surrounding, surroundings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|[\s\S])"
)
"""Every escape of a string; a surrogate without its other half is group 1."""
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\[\s\S])*+"?')
NOT_A_LIST = "not_a_list"
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


class Number(str):
    """A JSON number as it is written; text for the contract, and told from strings where raw text is shown."""

    __slots__ = ()


class Place(NamedTuple):
    """Where a record stands: its path, and the record."""

    path: str
    record: Any


Cells = tuple[str | None, ...]


class TextPlace(NamedTuple):
    """A character of a text, by line and by place in it, both from 1."""

    line: int = 1
    character: int = 1

    def behind(self, text: bytes) -> TextPlace:
        """The place behind a text that begins here."""
        lines = text.count(b"\n")
        last = text[text.rfind(b"\n") + 1 :] if lines else text
        return TextPlace(self.line + lines, (1 if lines else self.character) + len(last.decode()))

    def __str__(self) -> str:
        return f"line {self.line}, character {self.character}"


_START = TextPlace()


@dataclass(frozen=True)
class Document:
    """A parsed document, and how its bytes were understood."""

    value: Any
    encoding: Mapping[str, str]
    damaged: bool
    """Whether its text may hold characters marked as damage."""


def load_document(opened: OpenedRaw, limits: Limits) -> Document:
    """Read and parse a whole document; raises Refusal when it is too large or no JSON."""
    decoder = Decoder(("utf-8",))
    text = decoder.feed(opened.read_whole("the JSON document", limits.json_bytes), last=True)
    value = parse_json(text, limits)
    return Document(value, {"name": decoder.name, "evidence": decoder.evidence}, DAMAGE in text or b"\\u" in text)


class TreeWalker:
    """Walks to the records of a JSON value, and takes along the values that the labels lead to."""

    def __init__(self, source: Source, dialect: JsonTree | JsonLines, opened: OpenedRaw) -> None:
        self._levels = _split_levels(dialect.records)
        if self._levels[-1] or (len(self._levels) == 1 and isinstance(dialect, JsonTree)):
            raise SourceError(f"dialect {dialect.name}: records {dialect.records!r} lead to no list; [] stands for one")
        constants = {name: opened.describe(label) for name, label in surroundings(source, dialect).items()}
        labelled = _labelled(source, dialect)
        found = [self._find_value(dialect.name, label) for _, label in labelled]
        self._ways = [[names for at, names in found if at == level] for level in range(len(self._levels))]
        by_level = sorted(range(len(found)), key=lambda column: found[column][0])
        self._order = [by_level.index(column) for column in range(len(found))]
        self._constants = list[str | None](constants.values())
        self.columns = (*(name for name, _ in labelled), *constants)
        self.inner = [name for (name, _), (level, _) in zip(labelled, found, strict=True) if level]
        """Columns whose values stand in the lists."""
        self._labels = {label for _, label in labelled}

    def require_any(self, source: Source, labels: Sequence[str]) -> None:
        """Raises Refusal when none of the labels that a file has is one of the dialect's."""
        if labels and not self._labels.intersection(labels):
            raise Refusal(f"no label is one of {source.name}: {', '.join(list(labels)[:10])}")

    def list_ignored(self, labels: Sequence[str]) -> list[str]:
        """Of labels that a file has, those that no column goes by."""
        return [label for label in labels if label not in self._labels]

    @property
    def outermost(self) -> tuple[str, ...]:
        """The names that lead to the outermost list."""
        return self._levels[0]

    def _find_value(self, dialect: str, label: str) -> tuple[int, tuple[str, ...]]:
        """At which level of nested lists a value stands, and the names that lead to it from there."""
        levels = _split_levels(label)
        *lists, names = levels
        if lists != self._levels[: len(lists)]:
            raise SourceError(f"dialect {dialect}: {label} leads through other lists than the records")
        return len(lists), names

    def find_around(self, root: Any) -> Cells:
        """The values that stand around the outermost list."""
        return self._find_here(root, 0)

    def walk(self, value: Any) -> Iterator[tuple[Place, list[str | None]] | Located]:
        """The records of a value, or what stands in place of a list."""
        yield from self._walk(value, "$", 0, ())

    def walk_list(
        self, elements: Sequence[Any], first: int, around: Cells
    ) -> Iterator[tuple[Place, list[str | None]] | Located]:
        """The records of some elements of the outermost list, of which the first has that number."""
        path = "$" + "".join(f".{name}" for name in self._levels[0])
        for number, element in enumerate(elements, start=first):
            yield from self._walk(element, f"{path}[{number}]", 1, around)

    def _walk(
        self, node: Any, path: str, level: int, cells: Cells
    ) -> Iterator[tuple[Place, list[str | None]] | Located]:
        """The records below a node; `cells` are the values found on the way, in the order of levels."""
        cells = (*cells, *self._find_here(node, level))
        names = self._levels[level]
        if level == len(self._levels) - 1 and not names:
            yield Place(path, node), [cells[number] for number in self._order] + self._constants
            return
        elements = step(node, names)
        path = path + "".join(f".{name}" for name in names)
        if not isinstance(elements, list):
            if elements is not None:
                yield Located(path, show_json(elements))
            return
        for number, element in enumerate(elements):
            yield from self._walk(element, f"{path}[{number}]", level + 1, cells)

    def _find_here(self, node: Any, level: int) -> Cells:
        # This is done for each record. Most names lead one step from an object to text, which needs no further call.
        get = node.get if isinstance(node, dict) else None
        values = [
            get(names[0]) if get is not None and len(names) == 1 else step(node, names) for names in self._ways[level]
        ]
        return tuple([value if value is None or isinstance(value, str) else show_json(value) for value in values])


def _labelled(source: Source, dialect: JsonTree | JsonLines) -> list[tuple[str, str]]:
    """Canonical columns with the path of their value."""
    labels = [(column.name, source.labels_of(column, dialect)[0]) for column in source.columns]
    return [(name, label) for name, label in labels if not is_surrounding(label)]


def _split_levels(path: str) -> list[tuple[str, ...]]:
    """`stores[].weeks[].day` is three levels: (stores), (weeks), (day); each but the last leads to a list."""
    return [tuple(name for name in part.split(".") if name) for part in path.split("[]")]


def step(node: Any, names: Sequence[str]) -> Any:
    """What the names lead to from a node; None when nothing is there."""
    for name in names:
        if not isinstance(node, dict):
            return None
        node = node.get(name)
    return node


def show_value(value: Any) -> str | None:
    """A value as the text of a cell."""
    if value is None or isinstance(value, str):
        return value
    return show_json(value)


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


def check_room(data: bytes, limits: Limits) -> None:
    """Raises Refusal when the values would take too much memory."""
    if reckon_room(data) > limits.json_room:
        refuse_room(limits)


def refuse_room(limits: Limits) -> NoReturn:
    """Raises Refusal for values that would take too much memory."""
    raise Refusal(f"the JSON document would take more than {limits.json_room // MIB} MiB of memory")


def refuse_depth(limits: Limits) -> NoReturn:
    """Raises Refusal for values that are nested too deep."""
    raise Refusal(f"the JSON document is nested deeper than {limits.depth} levels")


def parse_json(data: bytes, limits: Limits, own: int = 0, at: TextPlace = _START) -> Any:
    """A document whose numbers are kept as written; raises Refusal when it is no JSON, too deep, or ambiguous.

    What stands behind its first `own` characters begins at a place in a larger text, of which a fault is then told.
    """
    if data.count(b"{") + data.count(b"[") > limits.depth and _is_deep(data, limits.depth):
        refuse_depth(limits)
    return parse_shallow(data, limits, own, at)


def parse_shallow(data: bytes, limits: Limits, own: int = 0, at: TextPlace = _START) -> Any:
    """As parse_json, for a document that is known not to be too deep."""
    if _SURROGATE.search(data):
        data = _mark_lone_surrogates(data)
    check_room(data, limits)
    try:
        return json.loads(
            data.decode(),
            parse_float=Number,
            parse_int=Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_Names().take,
        )
    except json.JSONDecodeError as error:
        begin, place = (own, at) if error.pos >= own else (0, _START)
        raise Refusal(f"not JSON: {error.msg}", str(place.behind(error.doc[begin : error.pos].encode()))) from None


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


def _refuse_constant(name: str) -> Any:
    raise Refusal(f"{name} is no JSON number")


class _Names:
    """The names in the objects of one document."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def take(self, pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
        """The object of some names and values; raises Refusal for a name that stands twice, and for too many."""
        found = dict(pairs)
        if len(found) < len(pairs):
            name, _ = Counter(name for name, _ in pairs).most_common(1)[0]
            raise Refusal(f"the name {name[:_SHOWN]!r} stands twice in an object")
        if len(found) > _NAMES:
            raise Refusal(f"an object has more than {_NAMES} names")
        if len(found) > _MANY:
            self._known.update(found)
            if len(self._known) > _NAMES:
                raise Refusal(f"the JSON document has more than {_NAMES} different names in its objects")
        return found


def show_json(value: Any) -> str:
    """A value as compact JSON, numbers as they were written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{show_json(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(show_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
