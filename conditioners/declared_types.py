"""Of what type the arguments of a declaration are: told where they are declared.

A text is a tuple of its letters, too: of `skip=("Sum")`, which lacks a comma, any line with an `S` would be skipped.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from conditioners.outcome import SourceError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def require_types(where: str, declared: DataclassInstance) -> None:
    """Raises SourceError for the first argument that is not of the type that it is annotated with."""
    for each in fields(declared):
        fits, told = _TYPES.get(str(each.type), (_fits_any, ""))
        value = getattr(declared, each.name)
        if not fits(value):
            raise SourceError(f"{where}: `{each.name}` is {reprlib.repr(value)}, and has to be {told}")


def _fits_any(_: object) -> bool:
    return True


def _are_texts(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(each, str) for each in value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_of(*kinds: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, kinds)


def _is_named(*names: str) -> Callable[[object], bool]:
    """Says of a value whether its class, or one that this is built on, has one of these names."""
    return lambda value: any(kind.__name__ in names for kind in type(value).__mro__)


def _are_named(*names: str) -> Callable[[object], bool]:
    is_one = _is_named(*names)
    return lambda value: isinstance(value, tuple | list) and all(map(is_one, value))


def _is_span(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == _ENDS and all(each is None or _is_whole(each) for each in value)


def _maps_to(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    def fits_all(value: object) -> bool:
        return isinstance(value, Mapping) and all(isinstance(name, str) and fits(each) for name, each in value.items())

    return fits_all


_ENDS = 2
"""Of a span of characters: the first and the last one."""
_TEXTS = "a tuple of texts, such as `('a',)` of a single one"
_BY_COLUMN = "a mapping from names to"
_TYPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "str": (_is_of(str), "a text"),
    "str | None": (_is_of(str, type(None)), "a text"),
    "int": (_is_whole, "a whole number"),
    "int | None": (lambda value: value is None or _is_whole(value), "a whole number"),
    "bool": (_is_of(bool), "True or False"),
    "date": (_is_of(date), "a day, such as `date(2025, 1, 31)`"),
    "tuple[str, ...]": (_are_texts, _TEXTS),
    "Months": (
        lambda value: isinstance(value, tuple) and all(isinstance(each, str) or _are_texts(each) for each in value),
        "a tuple of twelve texts, or tuples of texts",
    ),
    "tuple[Column, ...]": (
        _are_named("Text", "Whole", "Decimal", "Day", "Moment"), "a tuple of columns, with a comma behind a single one",
    ),
    "tuple[Dialect, ...]": (_are_named("Dialect"), "a tuple of dialects, with a comma behind a single one"),
    "tuple[Check, ...]": (
        _are_named("NotBefore", "FilledOnlyIf", "AtMostWhere"), "a tuple of checks, with a comma behind a single one",
    ),
    "Numbers": (_is_named("Numbers"), "`Numbers(...)`"),
    "Wide | None": (_is_named("Wide", "NoneType"), "`Wide(...)`"),
    "Repeated | None": (_is_named("Repeated", "NoneType"), "`Repeated(...)`"),
    "Tagged | None": (_is_named("Tagged", "NoneType"), "`Tagged(...)`"),
    "Callable[[pd.DataFrame], pd.DataFrame] | None": (
        lambda value: value is None or callable(value), "a function by its name, which the engine calls",
    ),
    "Mapping[str, tuple[int, int | None]]": (
        _maps_to(_is_span), f"{_BY_COLUMN} first and last characters, such as `(1, 8)`",
    ),
    "Mapping[str, str]": (_maps_to(_is_of(str)), f"{_BY_COLUMN} texts"),
    "Mapping[str, tuple[str, ...]]": (_maps_to(_are_texts), f"{_BY_COLUMN} tuples of texts, such as `('a',)`"),
    "Mapping[str, str | tuple[str, ...]]": (
        _maps_to(lambda value: isinstance(value, str) or _are_texts(value)), f"{_BY_COLUMN} texts, or tuples of texts",
    ),
    "Mapping[str, Mapping[str, str]]": (_maps_to(_maps_to(_is_of(str))), f"{_BY_COLUMN} mappings of texts"),
    "Mapping[str, int | ShiftBy]": (
        _maps_to(lambda value: not isinstance(value, str | float | bool | None)),
        f"{_BY_COLUMN} whole numbers, or ShiftBy",
    ),
}  # fmt: skip
"""By the annotation: whether a value fits it, and what to write."""
