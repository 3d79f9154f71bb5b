"""Groups behind the fields of a fixed-width line: each a name, and text as long as the name tells."""

from __future__ import annotations

from collections.abc import Mapping

from conditioners.dialects import Tagged

NAME = 3


class GroupReader:
    """Reads the groups of one line after the other."""

    def __init__(self, declared: Tagged) -> None:
        self._declared = declared
        self._wanted = {group for group, _, _ in declared.fields.values()}

    @property
    def columns(self) -> tuple[str, ...]:
        """The canonical columns that groups hold."""
        return tuple(self._declared.fields)

    def read(self, text: str) -> tuple[list[str | None], str | None]:
        """The cells of a line's groups, and what is wrong with them if something is."""
        found, fault = self._split(text)
        cells = [
            found[group][first - 1 : last] if group in found else None
            for group, first, last in self._declared.fields.values()
        ]
        return cells, fault

    def _split(self, text: str) -> tuple[Mapping[str, str], str | None]:
        """The groups that columns are read from, by name."""
        declared, found = self._declared, dict[str, str]()
        if not text or text.startswith(declared.ends):
            return found, None
        if not text.startswith(declared.opening):
            return found, f"{text[:NAME]!r} stands where {declared.opening!r} should begin further groups"
        position = len(declared.opening)
        while position < len(text) and not text.startswith(declared.ends, position):
            name = text[position : position + NAME]
            length = declared.lengths.get(name, declared.lengths.get(name[:2]))
            if length is None:
                return found, f"the group {name!r} is not known, and so not where the next one begins"
            position += NAME + length
            if position > len(text):
                return found, f"the line ends within the group {name!r}"
            if name in self._wanted:
                found[name] = text[position - length : position]
        return found, None
