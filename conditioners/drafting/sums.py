"""Totals that fill all of a sample's columns, as a pivot table's last row does: shown to be such by their numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from conditioners.drafting.asides import find_total
from conditioners.drafting.guesses import Guess

_FEWEST = 3
_NUMERAL = re.compile(r"[^\w(-]*(\(?-?)[^\w]*([0-9][0-9.,'\u2019 \u00a0\u202f]*)\)?[^\w]*")


def find_sum(rows: Sequence[Sequence[str]]) -> str:
    """The first cell of the last row, if it is called a total and one of its numbers is the sum of those above."""
    *others, last = rows or [()]
    name = last[0].strip() if last else ""
    if find_total(name) != name or not name or len(others) < _FEWEST or not all(map(str.strip, last)):
        return ""
    columns = zip(*others, last, strict=True)
    return name if any(_adds_up(cells, mark) for cells in columns for mark in ".,") else ""


def _adds_up(cells: Sequence[str], mark: str) -> bool:
    """Whether the last cell is the sum of the others, which may be empty, and not nothing."""
    values = [_read(cell, mark) if cell.strip() else Decimal(0) for cell in cells]
    known = [value for value in values if value is not None]
    return len(known) == len(values) and sum(known[:-1]) == known[-1] != 0


def _read(cell: str, mark: str) -> Decimal | None:
    found = _NUMERAL.fullmatch(cell.strip())
    if found is None:
        return None
    whole, _, places = found[2].strip().partition(mark)
    digits = re.sub("[^0-9]", "", whole)
    if not digits or not re.fullmatch("[0-9]*", places):
        return None
    value = Decimal(f"{digits}.{places or 0}")
    return -value if found[1] else value


def leave_out_sum(guesses: Sequence[Guess], name: str) -> list[Guess]:
    """The guesses, in whose first one a total's name is no value: only lines that break the contract are skipped."""
    first, *others = guesses
    if not name or first.kind != "Text" or not first.is_required:
        return list(guesses)
    return [replace(first, sentinels=(*first.sentinels, name)), *others]


def tell_sum(name: str) -> tuple[str, ...]:
    """What to check of it."""
    return (f"the last row, {name!r}, is the sum of those above, so rows of this name are left out",) if name else ()
