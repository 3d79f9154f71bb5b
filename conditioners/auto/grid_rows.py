"""What each row of a grid is: one of a table, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from conditioners.readers.decoding import DAMAGE_IN_TEXT
from conditioners.rules import Rule
from conditioners.structure.block import Block, each_row
from conditioners.structure.found import Began, Dropped, Found, Kept, KeptBlock
from conditioners.structure.grids import Grid
from conditioners.structure.heads import Head
from conditioners.structure.rows import Row
from conditioners.structure.tables import find_tables

_TOGETHER, _LARGE = 1000, 1 << 18
"""Rows with known labels, and characters of theirs, that are written together."""


def find_rows(grid: Grid) -> Iterator[Found]:
    """What each row of a grid is: of tables that are looked for, or of the one whose labels are known."""
    if not grid.has_labels:
        yield from find_tables(grid.rows(), grid.resplit, words_are_apart=grid.words_are_apart)
        return
    pieces = _take_apart(grid.rows())
    labels = next(each_row([next(pieces)])).cells or ()
    yield Began(Head(labels, len(labels)))
    for together in _gather(pieces, len(labels)):
        if isinstance(together, Block):
            yield KeptBlock(together.rows, together.csv)
        else:
            yield from _judge(together, len(labels))


def _take_apart(pieces: Iterable[Row | Block]) -> Iterator[Row | Block]:
    """The same, of blocks only those that are lines of CSV already, or sound."""
    for piece in pieces:
        if isinstance(piece, Block) and not (piece.csv or piece.is_sound):
            yield from piece.each_row()
        else:
            yield piece


def _gather(pieces: Iterator[Row | Block], width: int) -> Iterator[list[Row] | Block]:
    """Rows of a width together, and others alone, as are large ones."""
    together, size = list[Row](), 0
    for row in pieces:
        if isinstance(row, Block):
            if together:
                yield together
            together, size = [], 0
            yield row
            continue
        length = sum(map(len, row.cells)) if row.cells is not None and len(row.cells) == width else _LARGE
        size += length
        if together and (len(together) == _TOGETHER or size >= _LARGE):
            yield together
            together, size = [], length
        together.append(row)
    if together:
        yield together


def _judge(rows: Sequence[Row], width: int) -> Iterator[Kept | KeptBlock | Dropped]:
    """What some rows are of a table of that width, of which several fit."""
    row = rows[0]
    cells = [row.cells or () for row in rows]
    if row.cells is None:
        yield Dropped(row, *row.fault)
    elif row.width != width:
        yield Dropped(row, Rule.WRONG_FIELD_COUNT, f"{row.width} fields where the table has {width}")
    elif len(rows) == 1 or DAMAGE_IN_TEXT in "".join(chain.from_iterable(cells)):
        yield from map(Kept, (row.place for row in rows), cells)
    else:
        yield KeptBlock(cells)
