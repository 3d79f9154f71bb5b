"""How commands print: progress to standard error, results to standard output, as text or as one JSON object."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Sequence
from typing import Any


def print_json(value: Any) -> None:
    """One JSON value on one line."""
    print(json.dumps(value, ensure_ascii=False, default=str), flush=True)


def print_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table; numbers to the right, texts to the left."""
    lines = [[_show(cell) for cell in row] for row in rows]
    widths = [max(len(line[place]) for line in [list(header), *lines]) for place in range(len(header))]
    numeric = [all(_is_number(line[place]) for line in lines) for place in range(len(header))]
    for line in [list(header), *lines]:
        cells = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        )
        print("  " + "  ".join(cells).rstrip())


class OneLine(logging.Formatter):
    """What is logged, in one line: a fault as what it is, without the way that led to it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fault = record.exc_info[1] if record.exc_info else None
        return f"headrace: {record.getMessage()}" + (f": {type(fault).__name__}: {fault}" if fault else "")


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal."""
    return "-" if share is None else f"{share:.1%}"


def tell(text: str) -> None:
    """One line of progress."""
    print(text, file=sys.stderr, flush=True)


def _show(cell: Any) -> str:
    if cell is None:
        return "-"
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)


def _is_number(text: str) -> bool:
    return text.strip("-%").replace(",", "").replace(".", "").isdecimal() or text == "-"
