"""What stands around the records of an XML document: values of the elements that they stand in, for each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conditioners.outcome import Skipped
from conditioners.readers.xml.elements import local_name, refuse_entity, text_of
from conditioners.structure.xml_shape import Path

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_NESTED = 16
"""How often an element may come, on average, in another one around records to describe these."""


def find_first(counts: Mapping[Path, int], record: Path) -> int:
    """The depth of the outermost element around records that comes several times; the records' own if there is none."""
    return next((depth for depth in range(1, len(record)) if counts[record[:depth]] > 1), len(record))


def find_around(leaves: Iterable[Path], record: Path, first: int) -> dict[Path, str]:
    """Values that stand around records, from a depth on, with their labels."""
    around = {record[:depth] for depth in range(first, len(record))}
    return {leaf: "/".join(leaf[first - 1 :]) for leaf in leaves if leaf[:-1] in around and leaf not in around}


def find_nested(leaves: Iterable[Path], counts: Mapping[Path, int], record: Path, first: int) -> dict[Path, str]:
    """Values in further elements beside records, such as the keys of a series, with their labels.

    Elements that come often are no description of what they stand in; what is in a text is a part of that.
    """
    found, texts = dict[Path, str](), {leaf for leaf in leaves if not leaf[-1].startswith("@")}
    for leaf in leaves:
        depth = next((at for at, (one, other) in enumerate(zip(leaf, record, strict=False)) if one != other), 0)
        element = leaf[:-1] if leaf[-1].startswith("@") else leaf
        within = {leaf[:size] for size in range(depth + 1, len(element))}
        is_nested = first <= depth < len(leaf) - 1 and within.isdisjoint(texts)
        if is_nested and counts[element] <= _MOST_NESTED * counts[record[:depth]]:
            found[leaf] = "/".join(leaf[first - 1 :])
    return found


@dataclass
class _Level:
    """One element around records: its values so far, and whether a row has them."""

    values: dict[str, str] = field(default_factory=dict)
    is_used: bool = False


@dataclass
class Ancestors:
    """Follows a document; knows at each record what stands around it."""

    record: Path
    first: int
    around: Mapping[Path, str]
    skipped: Skipped
    note_joined: Callable[[str], None]
    """Says that a column has several values in one cell."""
    levels: list[_Level] = field(default_factory=list)

    def begin(self, path: Sequence[str], element: _Element) -> None:
        """An element begins."""
        if self.first <= len(path) < len(self.record) and (at := tuple(path)) == self.record[: len(path)]:
            names = {(*at, f"@{name.rpartition('}')[2]}"): value for name, value in element.attrib.items()}
            self.levels.append(_Level({self.around[leaf]: str(value) for leaf, value in names.items()}))

    def end(self, path: Sequence[str], element: _Element) -> dict[str, str] | None:
        """An element that is no record ends; gives its values if there was no record in it."""
        at = tuple(path)
        if at in self.around:
            self._take(at, text_of(element) or "")
        if self.levels and at != self.record[: len(at)]:
            refuse_entity(element)
            self._take_beside(at, element)
        elif self.first <= len(at) < len(self.record) and at == self.record[: len(at)]:
            values, level = self.values(), self.levels.pop()
            if not level.is_used:
                self.use()
                return values
        return None

    def _take_beside(self, at: Path, element: _Element) -> None:
        """Attributes of an element beside records, and what is in it, unless that has been taken at its own end."""
        for name, value in element.attrib.items():
            leaf = (*at, f"@{str(name).rpartition('}')[2]}")
            if leaf in self.around:
                self._take(leaf, str(value))
        for child in element if len(at) >= len(self.record) else ():
            inner = (*at, local_name(child))
            if inner in self.around:
                self._take(inner, text_of(child) or "")
            self._take_beside(inner, child)

    def _take(self, at: Path, text: str) -> None:
        level, label = self.levels[-1], self.around[at]
        if level.is_used:
            self.skipped.add(f"path /{'/'.join(at)}", "behind the records that it stands around")
        elif text:
            if known := level.values.get(label):
                self.note_joined(label)
            level.values[label] = f"{known}, {text}" if known else text

    def values(self) -> dict[str, str]:
        """All values around the place."""
        found: dict[str, str] = {}
        for level in self.levels:
            found |= level.values
        return found

    def use(self) -> None:
        """A row has the values."""
        for level in self.levels:
            level.is_used = True
