"""JSON values as text: numbers as they were written, and everything else as compact JSON."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any, NoReturn


class Number(str):
    """A JSON number as it is written; text for the contract, and told from strings where raw text is shown."""

    __slots__ = ()


_TEXTS = {str, Number, type(None)}


class Unheld(ABC):
    """A value that is too large to be held, and so to be shown."""

    @abstractmethod
    def refuse(self) -> NoReturn:
        """Raises Refusal, which says what is too large."""


def show_json(value: Any) -> str:
    """A value as compact JSON, numbers as they were written; raises Refusal for one that is too large."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{show_json(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        if set(map(type, value)) == {Number}:
            return f"[{','.join(value)}]"
        return "[" + ",".join(map(show_json, value)) + "]"
    if isinstance(value, Unheld):
        value.refuse()
    return json.dumps(value, ensure_ascii=False)


def show_value(value: Any) -> str | None:
    """A value as the text of a cell."""
    if value is None or isinstance(value, str):
        return value
    return show_json(value)


def show_values(values: list[Any]) -> list[str | None]:
    """Values as the texts of a column's cells."""
    return values if _TEXTS.issuperset(map(type, values)) else list(map(show_value, values))
