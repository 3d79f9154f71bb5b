"""Lists of cells in JSON as rows of text, by the block where they are even, which costs a fifth of row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice
from typing import Any, overload

from conditioners.readers.decoding import DAMAGE_IN_TEXT
from conditioners.readers.json.showing import Number, show_json
from conditioners.structure.block import Block
from conditioners.structure.json_nodes import show_cell
from conditioners.structure.rows import Row

_TOGETHER = 250
"""Rows of a block. Three may be held, and the memory for a thousand rows is reckoned with."""
_FEWEST = 8
"""Rows that are worth a block of their own."""
_TEXT = frozenset((str, Number))


def read_blocks(lists: Iterable[list[Any]], path: str) -> Iterator[Row | Block]:
    """The elements of a list at a path, in order, each of which is a list of cells."""
    waiting, first = iter(lists), 0
    while items := list(islice(waiting, _TOGETHER)):
        yield from _part(items, path, first)
        first += len(items)


def _part(items: list[list[Any]], path: str, first: int) -> Iterator[Row | Block]:
    """Some rows, in runs of one width; one by one where a run is short, of blank rows, or may be damaged."""
    rows = _show_cells(items)
    is_damaged = DAMAGE_IN_TEXT in "".join(chain.from_iterable(rows))
    forms = [len(row) if "".join(row).strip() else 0 for row in rows]
    start = 0
    for width, run in groupby(forms):
        end = start + sum(1 for _ in run)
        if width and end - start >= _FEWEST and not is_damaged:
            yield Block(first + start, _Shown(items[start:end]), rows[start:end], path=path)
        else:
            for number in range(start, end):
                yield Row(f"{path}[{first + number}]", tuple(rows[number]), show_json(items[number]))
        start = end


def _show_cells(items: list[list[Any]]) -> list[list[str]]:
    """The text of all cells; what is text already stays as it is."""
    are_texts = _TEXT.issuperset(map(type, chain.from_iterable(items)))
    if are_texts and DAMAGE_IN_TEXT not in "".join(chain.from_iterable(items)):
        return items
    return [list(map(show_cell, item)) for item in items]


class _Shown(Sequence[str]):
    """Values as JSON, which is made of those that are looked at."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...

    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        return _Shown(self._values[at]) if isinstance(at, slice) else show_json(self._values[at])
