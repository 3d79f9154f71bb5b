"""Rows with a view of those to come."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from conditioners.structure.block import Block, is_damaged, put_before
from conditioners.structure.found import Passed, PassedLines
from conditioners.structure.rows import Row

_FEWEST = 12
"""Rows that are looked at far ahead in any case."""
_TO_COMPARE = 400_000
"""Cells of rows that could begin another table and do not, which are compared with those behind them."""

_MOST_TOGETHER = 1000
"""Rows that have been looked at and are put before a block; more have been put together already, where they stayed."""


@dataclass
class Ahead:
    """Rows, with a view of those to come."""

    rows: Iterator[Row | Block]
    seen: deque[Row] = field(default_factory=deque)
    cells_left: int = 1_000_000
    """That may still be looked at far ahead, each time anew; those that are taken count once."""
    to_compare: int = _TO_COMPARE
    """Cells of possible labels and of rows behind them that may still be compared, in all tables together."""
    _rest: Row | Block | None = None
    """What comes before all other rows: of a block that was begun, or a row."""

    def look(self, count: int) -> Sequence[Row]:
        """The next rows, without taking them."""
        while len(self.seen) < count:
            piece = self._next()
            if piece is None:
                break
            self.put(piece, count - len(self.seen))
        return [self.seen[number] for number in range(min(count, len(self.seen)))]

    def look_far(self, count: int) -> Sequence[Row]:
        """The next rows, fewer where many tables had so many cells behind them that all were looked at over and over.

        That takes a file of hundreds of thousands of cells in tables of a few rows each.
        """
        rows = self.look(count)
        cells = list(accumulate(row.width for row in rows))
        far = max(_FEWEST, bisect_right(cells, self.cells_left))
        self.cells_left -= cells[:far][-1] if cells else 0
        return rows[:far]

    def put(self, piece: Row | Block, count: int) -> None:
        """Add to the rows that have been looked at; of a block that many, the others come next."""
        if isinstance(piece, Row):
            self.seen.append(piece)
            return
        count = min(count, len(piece.rows))
        self.seen.extend(piece.look(0, count))
        if count < len(piece.rows):
            self._rest = piece.behind(count)

    def _next(self) -> Row | Block | None:
        rest, self._rest = self._rest, None
        return rest or next(self.rows, None)

    def take_block(self) -> Block | None:
        """The next rows, if they come by the block; with those that have been looked at if it is an uneven one."""
        if len(self.seen) > _MOST_TOGETHER:
            return None
        piece = self._next()
        if isinstance(piece, Block) and not self.seen:
            return piece
        if isinstance(piece, Block) and piece.is_uneven and not any(map(is_damaged, self.seen)):
            block = put_before(self.seen, piece)
            self.seen.clear()
            return block
        if isinstance(piece, Row) and not self.seen:
            self.seen.append(piece)
        else:
            self._rest = piece
        return None

    def pass_blank(self) -> Iterator[Passed | PassedLines]:
        """Take the blank rows that come next."""
        while not self.seen or self.seen[0].is_blank:
            block = self.take_block()
            if block is not None and block.is_blank:
                yield PassedLines(block.first_line, len(block.lines))
                continue
            if block is not None:
                self.put(block, 1)
            if not self.seen or not self.seen[0].is_blank:
                return
            yield Passed(self.seen.popleft().place, "blank")

    def first(self) -> Row | None:
        """The next row, without taking it."""
        if not self.seen:
            self.look(1)
        return self.seen[0] if self.seen else None

    def take(self, count: int) -> list[Row]:
        """The next rows, which must have been looked at."""
        rows = [self.seen.popleft() for _ in range(count)]
        self.cells_left += sum(row.width for row in rows)
        return rows
