"""Lines of standard CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

_LONG = 200
"""Characters of a row from which on it is quicker to look for each mark in all of it than at every character."""


def show_line(cells: Sequence[str]) -> str:
    """A line of standard CSV; a row of one empty cell is written so that it is no blank line."""
    line = ",".join(cells)
    if line.count(",") != len(cells) - 1 or '"' in line or "\n" in line or "\r" in line:
        line = ",".join(map(_show_cell, cells))
    return (line or '""') + "\n"


def _show_cell(cell: str) -> str:
    needs_quotes = "," in cell or '"' in cell or "\n" in cell or "\r" in cell
    return '"' + cell.replace('"', '""') + '"' if needs_quotes else cell


def show_lines(rows: Sequence[Sequence[str]]) -> str:
    """Lines of standard CSV; quicker for many rows."""
    plain = "\n".join(map(",".join, rows)) + "\n"
    if _is_plain(plain, len(rows), sum(map(len, rows))):
        return plain
    if len(plain) > len(rows) * _LONG:
        return "".join(map(show_line, rows))
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    text = file.getvalue()
    # Not every version of that writer puts cells with carriage returns into quotes.
    return "".join(map(show_line, rows)) if "\r" in text else text


def _is_plain(lines: str, rows: int, cells: int) -> bool:
    """Whether all commas and line ends of lines stand between cells and rows, no row is empty, nothing quoted."""
    is_quoted = '"' in lines or "\r" in lines
    has_empty_row = lines.startswith("\n") or "\n\n" in lines
    return not is_quoted and not has_empty_row and lines.count("\n") == rows and lines.count(",") == cells - rows
