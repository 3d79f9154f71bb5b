"""Writes Python values and calls as text, in the form that the project's formatter leaves as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

WIDTH = 120


def show_string(text: str) -> str:
    """A string literal: double quotes, raw where that saves backslashes."""
    if "\\" in text and text.isprintable() and not text.endswith("\\"):
        if '"' not in text:
            return f'r"{text}"'
        if "'" not in text:
            return f"r'{text}'"
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return escape_unprintable(json.dumps(text, ensure_ascii=False))


def escape_unprintable(text: str) -> str:
    """The text with escapes for what ends a line, is not seen, or may not stand in a module."""
    return text if text.isprintable() else "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def show_call(name: str, arguments: Sequence[str], indent: int, *, tail: str = ",") -> str:
    """A call on one line if it fits, else with a line for each argument; `tail` stands behind it."""
    return _wrap(f"{name}(", arguments, ")", indent, tail)


def show_tuple(items: Sequence[str], indent: int, *, before: str = "") -> str:
    """A tuple, on one line if it fits."""
    if len(items) == 1:
        line = f"{before}({items[0]},)"
        return line if len(line) + indent < WIDTH else f"{before}(\n{' ' * (indent + 4)}{items[0]},\n{' ' * indent})"
    return _wrap(f"{before}(", items, ")", indent, "")


def show_mapping(mapping: Mapping[str, str], indent: int, *, before: str) -> str:
    """A dictionary of expressions by string, on one line if it fits."""
    items = [f"{show_string(key)}: {value}" for key, value in mapping.items()]
    return _wrap(f"{before}{{", items, "}", indent, "")


def _wrap(opening: str, items: Sequence[str], closing: str, indent: int, tail: str) -> str:
    line = f"{opening}{', '.join(items)}{closing}{tail}"
    # A comma follows whatever is nested, and it has to fit on the line as well.
    if "\n" not in line and len(" " * indent + line) + (not tail) <= WIDTH:
        return line
    inner = " " * (indent + 4)
    return opening + "\n" + "".join(f"{inner}{item},\n" for item in items) + " " * indent + closing + tail
