"""Lines of standard CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

_NEEDS_QUOTES = re.compile(r'[,"\r\n]')


def show_line(cells: Sequence[str]) -> str:
    """A line of standard CSV; a row of one empty cell is written so that it is no blank line."""
    line = ",".join(cells)
    if line.count(",") != len(cells) - 1 or _NEEDS_QUOTES.search(line.replace(",", "")):
        line = ",".join('"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell for cell in cells)
    return (line or '""') + "\n"


def show_lines(rows: Sequence[Sequence[str]]) -> str:
    """Lines of standard CSV; quicker for many rows."""
    plain = "\n".join(map(",".join, rows)) + "\n"
    if _is_plain(plain, len(rows), sum(map(len, rows))):
        return plain
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
