"""Where the records of an XML dialect and the values of its columns stand: ways of names from the root."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from conditioners.dialects import XmlElements
from conditioners.outcome import SourceError
from conditioners.readers.xml.values import Names


@dataclass(frozen=True)
class Ways:
    """The way to the records, and on from there, by column, or from an element above them."""

    record: Names
    inner: dict[int, Names] = field(default_factory=dict)
    outer: dict[int, tuple[int, Names]] = field(default_factory=dict)
    """Columns whose value stands above the record: how deep its element is, and the way on from there."""


def find_ways(dialect: XmlElements, labels: Iterable[str]) -> Ways:
    """The ways to the records and to a column for each label; raises SourceError for a label that can lead nowhere."""
    ways = Ways(_resolve(dialect.records, dialect))
    for number, label in enumerate(labels):
        _place(ways, number, label, _resolve(label, dialect))
    return ways


def _resolve(path: str, dialect: XmlElements) -> Names:
    """A path's names, those with a prefix in Clark's notation: `{namespace}name`."""
    names = []
    for name in path.strip("/").split("/"):
        prefix, colon, local = name.lstrip("@").rpartition(":")
        if colon and prefix not in dialect.namespaces:
            raise SourceError(f"the prefix {prefix!r} of {path} is in no declared namespace")
        at = "@" if name.startswith("@") else ""
        names.append(f"{at}{{{dialect.namespaces[prefix]}}}{local}" if colon else name)
    return tuple(names)


def _place(ways: Ways, number: int, label: str, names: Names) -> None:
    """Enter a column's way, on from the deepest element that it has in common with the records'."""
    depth, record = 0, ways.record
    while depth < min(len(names), len(record)) and names[depth] == record[depth]:
        depth += 1
    if depth == 0:
        raise SourceError(f"{label} does not begin at the root of the records")
    if depth == len(names) < len(record):
        raise SourceError(f"{label} stands around the records, so that its text is theirs as well")
    if depth == len(record):
        ways.inner[number] = names[depth:]
    else:
        ways.outer[number] = (depth, names[depth:])
