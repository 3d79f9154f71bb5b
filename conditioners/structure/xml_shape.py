"""What stands where in an XML document of unknown form: how often, and where values are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.xml.elements import NodeBudget, free, walk_elements

if TYPE_CHECKING:
    from lxml.etree import _Element

_PATHS = 10_000
"""Different paths of elements in one document."""
Path = tuple[str, ...]
"""Local names of elements from the root on, at the end maybe an attribute's behind `@`."""


@dataclass
class Shape:
    """What stands where in a document."""

    counts: Counter[Path] = field(default_factory=Counter)
    leaves: dict[Path, None] = field(default_factory=dict)
    """Paths that have text or attributes, in order of appearance."""

    def note(self, leaf: Path) -> None:
        """There is a value at a path; raises Refusal when that is so at too many."""
        self.leaves.setdefault(leaf)
        if len(self.leaves) > _PATHS:
            raise Refusal(f"the XML document has values at more than {_PATHS} different paths")


class _Spot:
    """A path of elements: what stands there, and the paths below."""

    __slots__ = ("_inner", "_shape", "above", "attributes", "count", "has_text", "path")

    def __init__(self, shape: Shape, path: Path, above: _Spot | None) -> None:
        """Raises Refusal when there are too many paths."""
        self.path, self.above, self._shape = path, above, shape
        self.count, self.has_text = 0, False
        self.attributes = set[str]()
        self._inner = dict[str, _Spot]()
        """By local name, and by each name with its namespace."""
        if path:
            shape.counts[path] = 0
        if len(shape.counts) > _PATHS:
            raise Refusal(f"the XML document has elements at more than {_PATHS} different paths")

    def enter(self, tag: str) -> _Spot:
        """The path that an element of that name has in here; one more stands there."""
        inner = self._inner.get(tag) or self._open(tag)
        inner.count += 1
        return inner

    def _open(self, tag: str) -> _Spot:
        name = tag.rpartition("}")[2]
        if name not in self._inner:
            self._inner[name] = _Spot(self._shape, (*self.path, name), self)
        self._inner[tag] = self._inner[name]
        return self._inner[tag]

    def note_attributes(self, names: Sequence[str]) -> None:
        """An element here has these attributes."""
        if not self.attributes.issuperset(names):
            self.attributes.update(names)
            for name in names:
                self._shape.note((*self.path, f"@{name.rpartition('}')[2]}"))

    def note_text(self, text: str | None) -> None:
        """An element here holds that text."""
        if text and text.strip():
            self.note_value()

    def note_value(self) -> None:
        """There is a value here."""
        self.has_text = True
        self._shape.note(self.path)

    def settle(self) -> None:
        """Enter how many elements there are at each path."""
        waiting = [self]
        while waiting:
            spot = waiting.pop()
            waiting += spot._inner.values()
            if spot.path:
                self._shape.counts[spot.path] = spot.count


def measure_shape(opened: OpenedRaw, limits: Limits) -> Shape:
    """Read a document for what stands where in it; raises Refusal when it is not well-formed, or of too many paths."""
    shape, budget = Shape(), NodeBudget(limits)
    spot = root = _Spot(shape, (), None)
    for event, element in walk_elements(opened, limits, budget):
        if event == "start":
            # What stands behind a child is known when the next one begins, or its parent ends.
            if not spot.has_text and (elder := element.getprevious()) is not None:
                spot.note_text(elder.tail)
            spot = spot.enter(cast(str, element.tag))
            if names := element.keys():
                spot.note_attributes(cast("list[str]", names))
            continue
        if not spot.has_text:
            _note_value(spot, element)
        spot = spot.above or root
        free(element)
        budget.renew()
    root.settle()
    return shape


def _note_value(spot: _Spot, element: _Element) -> None:
    """Note that an element has text, or nothing at all, which is a value as well."""
    if len(element) == 0 and not element.keys():
        spot.note_value()
        return
    spot.note_text(element.text)
    if len(element):
        spot.note_text(element[-1].tail)
