"""Opens a file of any format as grids of rows: a text is one grid, a workbook one for each sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from conditioners.limits import Limits
from conditioners.outcome import Refusal, Skipped
from conditioners.raw import OpenedRaw
from conditioners.structure.rows import Row
from conditioners.structure.text import TextRows


class Grid(Protocol):
    """Rows that tables are looked for in."""

    @property
    def name(self) -> str:
        """What distinguishes it from the file's other grids; empty for the only one."""

    @property
    def place(self) -> str:
        """What places are: `line`, `cell` or `path`."""

    def rows(self) -> Iterator[Row]:
        """All rows, in order."""

    @property
    def words_are_apart(self) -> bool:
        """Whether blanks separate cells, and so the words inside of one as well."""

    def resplit(self, row: Row) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Further ways to tell a row's cells apart."""

    def describe(self) -> dict[str, Any]:
        """Format and dialect, for the summary; complete when all rows have been taken."""

    def encoding(self) -> dict[str, str] | None:
        """The encoding's name and the evidence for it; None for formats that are not text."""


def open_grids(opened: OpenedRaw, limits: Limits, skipped: Skipped) -> Iterator[Grid]:
    """The grids of a file that is not packed; none for an empty one. Raises Refusal when it holds no text."""
    if not opened.head.strip(b"\xef\xbb\xbf \t\r\n"):
        return
    if b"\0" in opened.head[:1000] and _is_binary(opened.head):
        raise Refusal("the file is in no known format")
    yield TextRows(opened, limits)


def _is_binary(head: bytes) -> bool:
    """Whether bytes are no text in any encoding that is known here."""
    start = head[:4096]
    controls = sum(start.count(byte) for byte in (*range(1, 9), *range(14, 27)))
    return controls > len(start) // 50
