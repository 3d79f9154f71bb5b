"""What stands above a sample's table and in none of its columns, such as a market or a week: told, lest it is lost."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence

from conditioners.auto.output import TableSummary
from conditioners.drafting.asides import find_total
from conditioners.drafting.title_labels import suggest_title
from conditioners.inputs.raw import OpenedRaw, RawInput
from conditioners.inputs.unpack import Unpacker
from conditioners.limits import DEFAULT
from conditioners.outcome import Skipped
from conditioners.structure.block import each_row
from conditioners.structure.grids import open_grids
from conditioners.structure.rows import Row, line_of

_TOLD, _LONGEST = 4, 160
_ABOVE = frozenset({"before the table"})
_CAUSES = _ABOVE | {"behind the table", "among the header rows"}
_ANYWHERE = sys.maxsize


def tell_preamble(
    file_name: str, data: bytes, skipped: Sequence[tuple[str, str]], table: TableSummary, tables: Sequence[TableSummary]
) -> tuple[str, ...]:
    """What to check: the lines with words before the last header row of the table, where it stands several times."""
    headers = [line_of(place) for each in tables if each.labels == table.labels for place in each.header_rows]
    causes, last = (_CAUSES, max(headers)) if headers else (_ABOVE, _ANYWHERE)
    places = {place for place, cause in skipped if cause in causes and line_of(place) < last and _is_of(place, table)}
    found = list(_find_texts(file_name, data, places)) if places else []
    lines = [f"{place} {_shorten(' '.join(cells))!r}" for place, cells in found]
    if not lines:
        return ()
    more = f", and {len(lines) - _TOLD} more" if len(lines) > _TOLD else ""
    told = f"what stands above the rows is in no column: {', '.join(lines[:_TOLD])}{more}"
    return (f"{told}; `labels` such as {suggest_title([cells for _, cells in found])!r} make it one",)


def _is_of(place: str, table: TableSummary) -> bool:
    """Whether a place is in the table's sheet, if it is in any."""
    return "!" not in place or place.removeprefix("cell ").startswith(f"{table.name}!")


def _find_texts(file_name: str, data: bytes, places: set[str]) -> Iterator[tuple[str, list[str]]]:
    """The cells with words that stand at places, each once; reads no further than the last of them."""
    missing = set(places)
    for place, row in _read_rows(file_name, data):
        if place in missing:
            cells = list(dict.fromkeys(filter(None, (" ".join(cell.split()) for cell in row.cells or (row.raw,)))))
            text = " ".join(cells)
            if any(map(str.isalnum, text)) and not find_total(text):
                yield place, cells
            missing.remove(place)
            if not missing:
                return


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _read_rows(file_name: str, data: bytes) -> Iterator[tuple[str, Row]]:
    """All rows of a sample with their places."""
    unpacker = Unpacker(DEFAULT, lambda _: True, lambda *_: None)
    with OpenedRaw(RawInput(file_name, lambda: io.BytesIO(data), len(data)), DEFAULT) as opened:
        for member in unpacker.members(opened):
            for grid in open_grids(member, DEFAULT, Skipped()):
                for row in each_row(grid.rows()):
                    yield f"{grid.place} {row.place}", row
