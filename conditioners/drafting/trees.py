"""XML samples: which elements are the records, and the values in them and around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from conditioners.dialects import XmlElements
from conditioners.drafting.packing import read_first
from conditioners.drafting.trials import read_labelled

if TYPE_CHECKING:
    from lxml.etree import _Element

    from conditioners.drafting.samples import Sample

_DEEPEST = 8
"""Elements that may stand around repeated ones in a record."""
_LOOKED_AT = 1000
"""Records whose values are listed."""


def take_values(sample: Sample, rows: int) -> tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The path of the records; labels, as paths from the root, and cells of the values in them and around them."""
    root = _parse(read_first(sample.file_name, sample.data, sample.packing))
    path = sample.form["records"].strip("/").split("/")
    while repeated := _find_repeated(root, path):
        path += repeated
    records = "/".join(path)
    labels = list(dict.fromkeys([*_list_around(root, path), *_list_inside(root, path)]))
    cells = read_labelled(
        sample.file_name, sample.data, labels,
        lambda named: XmlElements(name="trial", records=records, labels=named), rows, sample.packing.members,
    )  # fmt: skip
    return records, tuple(labels), tuple(cells or [()] * len(labels))


def _parse(data: bytes) -> _Element:
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _find_repeated(root: _Element, path: list[str]) -> list[str]:
    """The names that lead to elements with values of their own that stand in one record several times."""
    records = islice(_walk(root, path), _LOOKED_AT)
    return next(filter(None, (_find_repeated_below(record, _DEEPEST) for record in records)), [])


def _find_repeated_below(node: _Element, depth: int) -> list[str]:
    """The same of one node: elements in itself, or in those that stand in it once, as `lines` around each `line`."""
    counts = Counter(_local(child) for child in node if len(child) or child.attrib)
    if counts and counts.most_common(1)[0][1] > 1:
        return [counts.most_common(1)[0][0]]
    for child in node if depth else ():
        if _local(child) and (below := _find_repeated_below(child, depth - 1)):
            return [_local(child), *below]
    return []


def _walk(node: _Element, path: list[str]) -> Iterator[_Element]:
    """The elements at a path, which begins with the node's own name."""
    if len(path) == 1:
        yield node
        return
    for child in node:
        if _local(child) == path[1]:
            yield from _walk(child, path[1:])


def _list_around(root: _Element, path: list[str]) -> Iterator[str]:
    """Attributes, and what stands once beside the way to the records, in the first elements around these."""
    for depth in range(1, len(path)):
        nodes, at = list(islice(_walk(root, path[:depth]), _LOOKED_AT)), "/".join(path[:depth])
        names = [Counter(_local(child) for child in node) for node in nodes]
        several = {path[depth], *(name for counts in names for name, count in counts.items() if count > 1)}
        for node in nodes:
            yield from (f"{at}/@{name.rpartition('}')[2]}" for name in node.attrib)
            for child in node:
                if _local(child) and _local(child) not in several:
                    yield from _list_below(child, f"{at}/{_local(child)}")


def _list_inside(root: _Element, path: list[str]) -> Iterator[str]:
    """Attributes, and elements with text, in the first records."""
    for record in islice(_walk(root, path), _LOOKED_AT):
        yield from _list_below(record, "/".join(path))


def _list_below(node: _Element, at: str) -> Iterator[str]:
    yield from (f"{at}/@{name.rpartition('}')[2]}" for name in node.attrib)
    if (node.text or "").strip():
        yield at
    for child in node:
        if _local(child):
            yield from _list_below(child, f"{at}/{_local(child)}")


def _local(node: _Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
