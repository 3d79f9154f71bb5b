"""Trailers: last lines of delimited text that tell how many rows stand above them, as interfaces write them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_NAME, _COUNT = re.compile(r"[\"#*]*[^\W\d_][^\W\d]*[\"#*:]*"), re.compile(r"\"?0*([0-9]{1,12})\"?")
_FEWEST = 3
_OTHERS = 2
"""A header and the trailer itself may count as well."""


def find_trailer(rows: Sequence[Sequence[str]]) -> str:
    """The first cell of the last row, if it is one that tells how many there are; else nothing."""
    *others, last = rows or [()]
    counts = range(len(others), len(others) + _OTHERS + 1)
    return last[0].strip() if _tells_count(last, [row[0] for row in others], counts) else ""


def match_trailer(raw: str, delimiter: str, firsts: Collection[str], counts: range) -> str | None:
    """A pattern for lines such as this one, if it is a trailer below rows with these first cells; else None."""
    cells = raw.strip().split(delimiter) if delimiter else []
    if not _tells_count(cells, firsts, range(counts.start, counts.stop + _OTHERS)):
        return None
    at = next(at for at, cell in enumerate(cells[1:], start=1) if _COUNT.fullmatch(cell.strip()))
    begin = re.escape(f"{cells[0]}{delimiter}").replace("\\ ", " ").replace("\\\t", r"\t")
    return begin + ('"' if cells[1].lstrip().startswith('"') else "") + "[0-9]+" if at == 1 else begin


def _tells_count(cells: Sequence[str], firsts: Collection[str], counts: range) -> bool:
    """Whether cells begin with a name that no row has, and one of the others is the count of the rows."""
    if len(firsts) < _FEWEST or len(cells) < 2 or cells[0] in firsts or not _NAME.fullmatch(cells[0].strip()):
        return False
    return any((found := _COUNT.fullmatch(cell.strip())) and int(found[1]) in counts for cell in cells[1:])


def tell_trailer(name: str) -> str:
    """What to check of it."""
    return f"the last line, {name!r}, tells how many rows there are, and is skipped"
