"""The values that ways of names lead to from an XML element: text of elements in it, and attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from conditioners.readers.xml.elements import text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

Names = tuple[str, ...]


class Step:
    """Where some ways have led to: the columns whose value is here, and the names that lead on."""

    def __init__(self, ways: Mapping[int, Names]) -> None:
        """The ways of columns by number; `@name` is an attribute, and nothing the text of the element itself."""
        self._texts = [number for number, way in ways.items() if not way]
        self._attributes = [(number, way[0]) for number, way in ways.items() if way and way[0].startswith("@")]
        further = [(number, way) for number, way in ways.items() if way and not way[0].startswith("@")]
        names = dict.fromkeys(way[0] for _, way in further)
        self._inner = {name: Step({at: way[1:] for at, way in further if way[0] == name}) for name in names}
        self._known: dict[str, list[Step]] = {}
        """By the names that elements turned out to have, which are few: this is asked for each element."""

    def take(self, element: _Element, values: dict[int, str | None], several: set[int]) -> None:
        """Enter the values below an element by column, and the columns that have more than one."""
        for number in self._texts:
            _enter(values, several, number, text_of(element))
        for number, name in self._attributes:
            for value in find_attributes(element, name):
                _enter(values, several, number, value)
        if self._inner:
            for child in element:
                for step in self._known.get(cast(str, child.tag)) or self._lead(child.tag):
                    step.take(child, values, several)

    def _lead(self, tag: object) -> list[Step]:
        """The steps that an element leads to; none for the reference to an entity, which has no name."""
        if not isinstance(tag, str):
            return []
        return self._known.setdefault(tag, [step for name, step in self._inner.items() if is_named(tag, name)])


def _enter(values: dict[int, str | None], several: set[int], number: int, value: str | None) -> None:
    if number in values:
        several.add(number)
    else:
        values[number] = value


def is_named(tag: str, name: str) -> bool:
    """Whether an element goes by a name, which names no namespace where any will do."""
    return tag == name or ("{" not in name and tag.rpartition("}")[2] == name)


def find_attributes(element: _Element, name: str) -> list[str]:
    """The values of the attributes that go by a name: the one in no namespace alone, where there is one."""
    wanted = name.removeprefix("@")
    found = {str(key): str(value) for key, value in element.items() if is_named(str(key), wanted)}
    return [found[wanted]] if wanted in found else list(found.values())
