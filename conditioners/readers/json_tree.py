"""JSON documents: walks to the repeated elements that a dialect names, and reads a row from each."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from conditioners.declaration import Source
from conditioners.dialects import JsonLines, JsonTree
from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal, SourceError
from conditioners.raw import OpenedRaw
from conditioners.readers.batches import BATCH_ROWS, Facts, Located, Rows, TextBatch
from conditioners.readers.decoding import DAMAGE, DAMAGE_END, Decoder, show_damage
from conditioners.readers.headers import is_surrounding, surroundings
from conditioners.readers.json_labels import list_labels

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
_SIZES = {b"{": 600, b"[": 150, b":": 150, b",": 100}
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


class BrokenLine(NamedTuple):
    """A line of JSON Lines that is no value, by number."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Document:
    """A parsed document, and how its bytes were understood."""

    value: Any
    encoding: Mapping[str, str]
    damaged: bool
    """Whether its text may hold characters marked as damage."""
    broken: tuple[BrokenLine, ...] = ()


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
        constants = {name: opened.describe(label) for name, label in surroundings(source, dialect).items()}
        labelled = _labelled(source, dialect)
        self._values = [self._find_value(dialect.name, label) for _, label in labelled]
        self._constants = tuple(constants.values())
        self.columns = (*(name for name, _ in labelled), *constants)
        self._labels = {label for _, label in labelled}

    def require_any(self, source: Source, labels: Sequence[str]) -> None:
        """Raises Refusal when none of the labels that a file has is one of the dialect's."""
        if labels and not self._labels.intersection(labels):
            raise Refusal(f"no label is one of {source.name}: {', '.join(list(labels)[:10])}")

    def list_ignored(self, labels: Sequence[str]) -> list[str]:
        """Of labels that a file has, those that no column goes by."""
        return [label for label in labels if label not in self._labels]

    def has_records(self, value: Any) -> bool:
        """Whether a list is where the records are."""
        return isinstance(step(value, self._levels[0]), list)

    def _find_value(self, dialect: str, label: str) -> tuple[int, tuple[str, ...]]:
        """At which level of nested lists a value stands, and the names that lead to it from there."""
        levels = _split_levels(label)
        *lists, names = levels
        if lists != self._levels[: len(lists)]:
            raise SourceError(f"dialect {dialect}: {label} leads through other lists than the records")
        return len(lists), names

    def walk(
        self, node: Any, path: str = "$", level: int = 0, cells: tuple[tuple[int, str | None], ...] = ()
    ) -> Iterator[tuple[Place, list[str | None]] | Located]:
        """The records below a node, or what stands in place of a list.

        `cells` are the values found on the way, by column number.
        """
        here = [
            (number, show_value(step(node, names))) for number, (at, names) in enumerate(self._values) if at == level
        ]
        cells = (*cells, *here)
        if level == len(self._levels) - 1 and not self._levels[level]:
            ordered = [value for _, value in sorted(cells, key=lambda cell: cell[0])]
            yield Place(path, node), [*ordered, *self._constants]
            return
        names = self._levels[level]
        elements = step(node, names)
        path = path + "".join(f".{name}" for name in names)
        if not isinstance(elements, list):
            if elements is not None:
                yield Located(path, show_json(elements))
            return
        for number, element in enumerate(elements):
            yield from self.walk(element, f"{path}[{number}]", level + 1, cells)


class JsonReader:
    """Reads one document in one dialect."""

    def __init__(self, source: Source, dialect: JsonTree, opened: OpenedRaw, document: Document) -> None:
        self._document = document
        self._walker = TreeWalker(source, dialect, opened)
        self.columns = self._walker.columns
        labels = list_labels([document.value], dialect.records)
        self.facts = Facts(
            place="path", dialect={"name": dialect.name, "format": "JSON", "records": dialect.records},
            labels=labels, ignored=self._walker.list_ignored(labels), encoding=document.encoding,
        )  # fmt: skip

    @property
    def has_records(self) -> bool:
        """Whether the document has a list where the dialect's records are."""
        return self._walker.has_records(self._document.value)

    def parts(self) -> Iterator[Rows]:
        """Rows in portions."""
        rows = Rows(self.columns)
        for found in self._walker.walk(self._document.value):
            if isinstance(found, Located):
                rows.add_unread(found, NOT_A_LIST, "a list should stand here")
            else:
                place, cells = found
                rows.add(place, cells)
            if len(rows.cells) >= BATCH_ROWS:
                yield rows
                rows = Rows(self.columns)
        yield rows

    def read(self, part: Rows) -> TextBatch:
        """A portion as a batch."""
        batch = part.to_batch(lambda place: Located(place.path, show_damage(show_json(place.record))))
        return replace(batch, damaged=self._document.damaged)


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


def check_room(data: bytes, limits: Limits) -> None:
    """What the values take in memory, at least as much as they do; marks inside of strings count as well."""
    room = sum(data.count(mark) * size for mark, size in _SIZES.items())
    if room > limits.json_room:
        raise Refusal(f"the JSON document would take more than {limits.json_room // MIB} MiB of memory")


def parse_json(data: bytes, limits: Limits) -> Any:
    """A document whose numbers are kept as written; raises Refusal when it is no JSON, too deep, or ambiguous."""
    if _SURROGATE.search(data):
        data = _mark_lone_surrogates(data)
    check_room(data, limits)
    if data.count(b"{") + data.count(b"[") > limits.depth and _is_deep(data, limits.depth):
        raise Refusal(f"the JSON document is nested deeper than {limits.depth} levels")
    try:
        return json.loads(
            data.decode(),
            parse_float=Number,
            parse_int=Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_Names().take,
        )
    except json.JSONDecodeError as error:
        raise Refusal(f"not JSON: {error.msg}", f"line {error.lineno}, character {error.colno}") from None


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
