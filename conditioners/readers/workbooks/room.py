"""Reckons what the cells of a workbook will take in memory, before a parser fills the area that they span with cells.

Two cells, A1 and XFD1048576, span 17 thousand million; a text that is stored once may be shown by a million cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal

PROTECTED = "the workbook is protected by a password"


class CellRoom(NamedTuple):
    """Bytes that the parser takes for a cell of the area, and for one that holds something besides; both measured."""

    empty: int = 28
    filled: int = 72


USUAL_CELL = CellRoom()
OF_ODS = CellRoom(84, 48)
"""The parser copies the area of an ods, and sets aside as much for formulas."""
_FILLED_SHARE = 10
_MOST_COLUMNS = 18_278
"""Those that up to three letters name; no program that writes workbooks has more."""
Range = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last cell of some that are merged, each by row and column from 0."""
MOST_RANGES = 250_000
TOO_MANY_RANGES = f"the workbook has more than {MOST_RANGES} cells that are merged over rows"


def require_short_name(sheet: str, limits: Limits) -> None:
    """Each rejected row's place begins with its sheet's name: a long one would make gigabytes of small rows."""
    if len(sheet) > limits.path_characters:
        most = limits.path_characters
        raise Refusal(f"the name of a sheet is longer than the limit of {most} characters", f"sheet {sheet[:80]}…")


class Room:
    """Of all sheets of a workbook, those that were closed and the one that is being measured."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._closed = 0
        self.errors = 0
        """Cells that hold an error, such as #N/A, of the sheets that were closed."""
        self.uncalculated = 0
        """Those that hold a formula and no value."""

    @property
    def most_cells(self) -> int:
        """Cells that hold something, of all sheets together."""
        return self._limits.workbook_room // sum(USUAL_CELL)

    def close(self, extent: Extent) -> None:
        """A sheet is measured to its end; raises Refusal when it is too large."""
        self.check(extent)
        self._closed += extent.size
        self.errors += extent.errors
        self.uncalculated += extent.uncalculated

    def check(self, extent: Extent) -> None:
        """Raises Refusal when the sheet as far as it was measured, with those before it, is too large."""
        limits = self._limits
        if extent.area > limits.sparse_cells and extent.area > extent.filled * _FILLED_SHARE:
            reason = f"a sheet spans more than {limits.sparse_cells} cells, most of them empty"
            raise Refusal(reason, extent.where)
        if extent.columns > _MOST_COLUMNS:
            raise Refusal(f"a sheet has a cell in column {extent.columns}, and no sheet has so many", extent.where)
        if self._closed + extent.size > limits.workbook_room:
            reason = f"the cells of the workbook would take more than {limits.workbook_room // MIB} MiB of memory"
            raise Refusal(reason, extent.where)


@dataclass
class Extent:
    """The area that a sheet's cells span, from A1 on, and what stands in them."""

    where: str
    rows: int = 0
    columns: int = 0
    filled: int = 0
    text: int = 0
    """Bytes of the texts, one that several cells share counted for each of them."""
    errors: int = 0
    """Cells that hold an error, which the parser hands out as empty ones."""
    uncalculated: int = 0
    """Cells that hold a formula and no value, which are empty ones as well."""
    cell: CellRoom = USUAL_CELL

    @property
    def area(self) -> int:
        """Cells of the rectangle, empty ones too."""
        return self.rows * self.columns

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return self.area * self.cell.empty + self.filled * self.cell.filled + self.text

    def reach(self, row: int, column: int) -> None:
        """A cell stands at a row and column, from 1."""
        if row > self.rows:
            self.rows = row
        if column > self.columns:
            self.columns = column
