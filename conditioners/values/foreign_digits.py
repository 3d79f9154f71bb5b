"""Digits of other alphabets than ASCII's, by their names in Unicode: `arabic-indic`, `fullwidth`, `devanagari`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_ZERO, _ASCII = " DIGIT ZERO", "0123456789"


def list_digits(name: str) -> str | None:
    """The ten digits of an alphabet, from 0; None if Unicode has none of that name."""
    try:
        zero = ord(unicodedata.lookup(f"{name.upper()}{_ZERO}"))
    except KeyError:
        return None
    digits = "".join(map(chr, range(zero, zero + len(_ASCII))))
    are_digits = [unicodedata.decimal(digit, None) for digit in digits] == list(range(len(_ASCII)))
    return digits if are_digits and not digits.isascii() else None


def name_digits(text: str) -> set[str]:
    """The names of the digits in a text that are none of ASCII."""
    found = {character for character in text if character.isdecimal() and not character.isascii()}
    zeros = {chr(ord(character) - unicodedata.decimal(character)) for character in found}
    return {unicodedata.name(zero, "").removesuffix(_ZERO).lower() for zero in zeros}


def write_in_ascii(cell: pl.Expr, names: Iterable[str]) -> pl.Expr:
    """The same text with ASCII's digits in the place of those of some alphabets."""
    table = _table(tuple(names))
    return cell.str.replace_many(list(table), list(table.values()))


def translate(text: str, names: Iterable[str]) -> str:
    """The same of one text."""
    return text.translate({ord(digit): other for digit, other in _table(tuple(names)).items()})


@lru_cache(maxsize=64)
def _table(names: tuple[str, ...]) -> dict[str, str]:
    return {digit: _ASCII[at] for name in names for at, digit in enumerate(list_digits(name) or "")}
