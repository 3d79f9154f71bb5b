"""Delimited text of the same form: rows, columns and cells changed, under other marks, in other encodings."""

from __future__ import annotations

import random
from collections.abc import Callable

from bench.conditioning.shapes.values import VALUES

_ENCODINGS = (
    *("utf-8",) * 7, "utf-8-sig", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "cp1251", "utf-32", "mac_roman",
)  # fmt: skip
_KEPT = 0.7
"""The share of files whose first row, which mostly holds the labels, stays as it is."""


def reshape_rows(data: bytes, chance: random.Random) -> bytes:
    """Lines of cells."""
    text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", "replace")
    mark = max(",;\t|", key=text.count)
    rows = [line.split(mark) for line in text.splitlines()]
    kept = 1 if chance.random() < _KEPT else 0
    first, rows = rows[:kept], rows[kept:] or [[""]]
    for _ in range(chance.randint(1, 5)):
        chance.choice(_OF_ROWS)(rows, chance)
        rows = rows or [[""]]
    rows = first + rows
    other = chance.choice((*(mark,) * 12, ",", ";", "\t", "|", "  ", "~", " , "))
    quote = chance.choice(("", "", "", '"', '"', '"', "'"))
    share = chance.choice((0.1, 1.0))
    lines = [other.join(_quote(cell, quote, other, chance.random() < share) for cell in row) for row in rows]
    ends = chance.choice(("\n", "\n", "\r\n", "\r"))
    made = ends.join(lines) + chance.choice((ends, "", ends * 3))
    return made.encode(chance.choice(_ENCODINGS), "replace")


def _quote(cell: str, quote: str, mark: str, always: bool) -> str:
    needs = any(sign in cell for sign in (quote, mark, "\n", "\r")) if quote else False
    return quote + cell.replace(quote, quote * 2) + quote if quote and (needs or always) else cell


def _change_cell(rows: list[list[str]], chance: random.Random) -> None:
    row = chance.choice(rows)
    row[chance.randrange(len(row))] = chance.choice(VALUES)


def _copy_row(rows: list[list[str]], chance: random.Random) -> None:
    at = chance.randrange(len(rows) + 1)
    rows[at:at] = [list(chance.choice(rows)) for _ in range(chance.choice((1, 1, 3, 200)))]


def _drop_row(rows: list[list[str]], chance: random.Random) -> None:
    del rows[chance.randrange(len(rows))]


def _change_width(rows: list[list[str]], chance: random.Random) -> None:
    row = chance.choice(rows)
    if chance.random() < 0.5 and len(row) > 1:
        del row[chance.randrange(len(row))]
    else:
        row[chance.randrange(len(row) + 1) :][:0] = []
        row.insert(chance.randrange(len(row) + 1), chance.choice(VALUES))


def _change_column(rows: list[list[str]], chance: random.Random) -> None:
    """A column goes, comes twice, or gets other values."""
    at, way, value = chance.randrange(max(map(len, rows))), chance.random(), chance.choice(VALUES)
    for row in rows:
        if at < len(row):
            if way < 0.3 and len(row) > 1:
                del row[at]
            elif way < 0.6:
                row.insert(at, row[at])
            else:
                row[at] = value


def _add_line(rows: list[list[str]], chance: random.Random) -> None:
    line = chance.choice(
        ("", "", "# note", "Total", "-----", "Report of 2024", ";;;", "a,b,c", "   ", '"', "\x1a", "(2 rows)")
    )
    rows.insert(chance.choice((0, 0, len(rows), chance.randrange(len(rows) + 1))), [line])


_OF_ROWS: tuple[Callable[[list[list[str]], random.Random], None], ...] = (
    _change_cell, _change_cell, _change_cell, _copy_row, _drop_row, _change_width, _change_column, _add_line,
)  # fmt: skip
