"""JSON documents of parallel lists: a row for each position in the lists of an object that a dialect names."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from conditioners.declaration import Source
from conditioners.dialects import JsonColumns
from conditioners.inputs.raw import OpenedRaw
from conditioners.inputs.surroundings import RECORDS, is_surrounding
from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal
from conditioners.parts import list_read
from conditioners.readers.batches import BATCH_ROWS, Facts, Located, TextBatch
from conditioners.readers.decoding import show_damage
from conditioners.readers.json.outline import LongList, read_outline
from conditioners.readers.json.parallel import Portion, SpilledLists
from conditioners.readers.json.parsing import Document, TooLarge, load_document
from conditioners.readers.json.paths import LISTED, step
from conditioners.readers.json.showing import show_json, show_value, show_values
from conditioners.readers.json.text import JsonText
from conditioners.readers.numbers import Cells, NumberWriter

if TYPE_CHECKING:
    import polars as pl

_MOST_COPIED = 8 * MIB
"""Characters of a column in a portion."""
_MOST_LISTS = 500
"""Long ones in a document."""


class _Listed(NamedTuple):
    """A column whose values stand in the list of that name."""

    name: str


class _Rows(NamedTuple):
    """Where some rows come from: the object at a place, and the part of its lists that they stand in."""

    place: str
    held: Mapping[str, Any]
    portion: Portion

    def locate(self, number: int) -> Located:
        """The place and the raw text of one row."""
        values = self.portion.values
        shown = {name: values[name][number] if name in values else value for name, value in self.held.items()}
        return Located(f"{self.place}[{self.portion.first + number}]", show_damage(show_json(shown)))


@dataclass
class _Part:
    """Rows of one or several portions."""

    cells: list[Cells]
    """By column."""
    rows: int = 0
    starts: list[int] = field(default_factory=list)
    """The first row of each portion."""
    origins: list[_Rows] = field(default_factory=list)

    def locate(self, row: int) -> Located:
        """The place and the raw text of one row."""
        at = bisect_right(self.starts, row) - 1
        return self.origins[at].locate(row - self.starts[at])


@dataclass(frozen=True)
class ColumnsDocument:
    """A document of which long lists are not held."""

    document: Document
    text: JsonText
    lists: tuple[LongList, ...]

    @classmethod
    def load(cls, opened: OpenedRaw, limits: Limits) -> ColumnsDocument:
        """Read a document; raises Refusal when it is no JSON, or too large without its long lists."""
        text = JsonText(opened)
        with suppress(TooLarge):
            return cls(load_document(opened, limits), text, ())
        outline = read_outline(text, limits, _MOST_LISTS)
        return cls(Document(outline.value, text.encoding, text.damaged), text, outline.lists)


class JsonColumnsReader:
    """Reads one document in one dialect."""

    def __init__(
        self, source: Source, dialect: JsonColumns, opened: OpenedRaw, loaded: ColumnsDocument, limits: Limits
    ) -> None:
        self._dialect, self._opened, self._limits = dialect, opened, limits
        self._document, self._text, self._lists = loaded.document, loaded.text, loaded.lists
        self._is_listed = dialect.is_listed
        self._records = {_strip(path): path for path in dialect.records}
        """What is declared, by the path from what holds it: the document, or an element of its list."""
        declared = {column.name: source.labels_of(column, dialect) for column in list_read(source.columns, dialect)}
        self._labels = {
            name: tuple(map(_strip, labels)) if self._is_listed else labels for name, labels in declared.items()
        }
        self._required = {column.name for column in list_read(source.columns, dialect) if not column.optional}
        self.columns = tuple(self._labels)
        self._writer = NumberWriter(source, dialect, self.columns)
        self.facts = Facts(
            place="path", dialect={"name": dialect.name, "format": "JSON", "records": list(dialect.records)},
            labels=self._list_labels(), encoding=self._document.encoding,
        )  # fmt: skip
        named = {label for labels in declared.values() for label in labels}
        self.facts.ignored = [label for label in self.facts.labels if label not in named]

    @property
    def has_records(self) -> bool:
        """Whether the document has one of the objects that hold lists."""
        return any(isinstance(_find_held(root, path), dict) for _, root in self._list_roots() for path in self._records)

    def _list_roots(self) -> list[tuple[str, Any]]:
        """What the objects are looked for in, and where it stands: the document, or the elements of its list."""
        value = self._document.value
        if not self._is_listed:
            return [("$", value)]
        if isinstance(value, LongList):
            raise Refusal(
                f"the list of objects with parallel lists is larger than the limit of {self._limits.json_bytes} bytes"
            )
        return [(f"$[{at}]", element) for at, element in enumerate(value)] if isinstance(value, list) else []

    def _list_labels(self) -> list[str]:
        """The paths of all lists, as the document has them."""
        found = dict[str, None]()
        for _, root in self._list_roots():
            for path, declared in self._records.items():
                held = _find_held(root, path)
                found |= {_begin_label(declared) + name: None for name in held} if isinstance(held, dict) else {}
        return list(found)

    def parts(self) -> Iterator[_Part]:
        """Rows in portions."""
        part = _Part([[] for _ in self.columns])
        with SpilledLists(self._text, self._lists, self._limits) as spilled:
            for rows, columns in self._rows(spilled):
                self._add(rows, columns, part)
                if part.rows >= BATCH_ROWS or self._lists:
                    yield part
                    part = _Part([[] for _ in self.columns])
            spilled.check_unread()
        yield part

    def _rows(self, spilled: SpilledLists) -> Iterator[tuple[_Rows, Sequence[_Listed | str | None]]]:
        """Some rows of an object after the other, with where each column stands in it."""
        for place, root in self._list_roots():
            if self._is_listed and all(_find_held(root, path) is None for path in self._records):
                raise Refusal(f"the element has no list of records at {' or '.join(self._dialect.records)}", place)
            for path in self._records:
                yield from self._rows_at(path, root, f"{place}.{path}" if path else place, spilled)

    def _rows_at(
        self, path: str, root: Any, place: str, spilled: SpilledLists
    ) -> Iterator[tuple[_Rows, Sequence[_Listed | str | None]]]:
        held = _find_held(root, path)
        if held is None:
            return
        if not isinstance(held, dict):
            raise Refusal("an object that holds lists should stand here", place)
        lists = _find_lists(place, held)
        columns = [self._find(name, path, held, root, place) for name in self._labels]
        for portion in spilled.read_parallel(lists):
            yield _Rows(place, held, portion), columns

    def _add(self, origin: _Rows, columns: Sequence[_Listed | str | None], part: _Part) -> None:
        """Append the rows of a portion."""
        portion = origin.portion
        part.starts.append(part.rows)
        part.origins.append(origin)
        part.rows += portion.rows
        for at, each in enumerate(columns):
            values = [*portion.values[each.name]] if isinstance(each, _Listed) else [each] * portion.rows
            part.cells[at] += self._writer.write_column(at, show_values(values))

    def _find(self, name: str, path: str, held: dict[str, Any], root: Any, place: str) -> _Listed | str | None:
        """The list that a column stands in, or the one value that all rows have."""
        for label in self._labels[name]:
            if label == RECORDS:
                return self._records[path]
            if is_surrounding(label):
                return self._opened.describe(label)
            inside = label.removeprefix(_begin_label(path))
            if (inside != label or not path) and inside in held:
                value = held[inside]
                return _Listed(inside) if isinstance(value, list | LongList) else show_value(value)
            if not label.startswith(tuple(f"{other}." for other in self._records if other)):
                value = step(root, label.split("."))
                if value is not None:
                    return show_value(value)
        if name in self._required:
            raise Refusal(f"{name} ({' or '.join(self._labels[name])}) is not there", place)
        return None

    def read(self, part: _Part) -> TextBatch:
        """A portion as a batch."""
        import polars as pl

        frame = pl.DataFrame(dict(zip(self.columns, map(_to_series, part.cells), strict=True)))
        return TextBatch(frame, lambda rows: list(map(part.locate, rows)), damaged=self._document.damaged)


def _find_lists(place: str, held: dict[str, Any]) -> Mapping[str, LongList | list[Any]]:
    lists = {name: values for name, values in held.items() if isinstance(values, list | LongList)}
    lengths = {values.count if isinstance(values, LongList) else len(values) for values in lists.values()}
    if len(lengths) != 1:
        raise Refusal(f"the lists have {len(lengths)} different lengths, so rows cannot be told", place)
    return lists


def _find_held(value: Any, path: str) -> Any:
    """What stands at the path of an object that holds lists; of none, the document itself."""
    return step(value, path.split(".") if path else ())


def _begin_label(path: str) -> str:
    """What the labels of lists in that object begin with."""
    return f"{path}." if path else ""


def _strip(path: str) -> str:
    """A path or label from an element of the document's list on."""
    return path.removeprefix(LISTED).removeprefix(".") if path.startswith(LISTED) else path


def _to_series(cells: Sequence[str | None]) -> pl.Series:
    """Cells as a column, in which a long text that stands in many of them is held once."""
    import polars as pl

    if sum(map(len, filter(None, cells))) <= _MOST_COPIED:
        return pl.Series(cells, dtype=pl.String)
    texts = {id(cell): cell for cell in cells}
    places = {each: number for number, each in enumerate(texts)}
    return pl.Series([*texts.values()], dtype=pl.String).gather([places[id(cell)] for cell in cells])
