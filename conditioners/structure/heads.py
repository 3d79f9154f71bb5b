"""Finds how a table begins: its first row, how many columns it has, and the rows with their labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile

from conditioners.structure.labels import count_repeated, find_labels, join_labels
from conditioners.structure.lists import count_parts
from conditioners.structure.notes import are_words, count_apart, without_notes
from conditioners.structure.odd_headers import find_odd_header
from conditioners.structure.profiles import MOST_COLUMNS, Profile
from conditioners.structure.rows import Resplit, Row

_PROFILED = 200
_MOST_ABOVE = 5
"""Full rows right above labels from which on they are rows themselves, and what was taken for labels is one of them."""
_REPEATED_ABOVE_VALUES, _REPEATED_ABOVE_WORDS = 1 / 5, 1 / 3
"""Of a table's rows so many are its labels, if these stand above every few rows again."""
_RAGGED = "rows of different numbers of cells"
_METADATA = 2
"""Lines above what was taken for labels from which on it is one more of them."""
_PREAMBLE = 0.3
"""A run of equally wide rows begins the first table if it has this share of the cells of the largest run."""


@dataclass(frozen=True)
class Head:
    """How a table begins."""

    labels: tuple[str, ...] | None
    """None when it has no header row."""
    cells: int
    """How many cells its rows have."""
    places: tuple[str, ...] = ()
    """Where the header rows stand."""
    note: str = ""
    """What is odd about the header row."""
    is_ragged: bool = False
    """Whether rows may have fewer cells, which are the last ones then."""

    @property
    def padding(self) -> tuple[str, ...]:
        """The cells that every row lacks, in the columns that have labels but no cells."""
        return ("",) * (len(self.labels or ()) - self.cells)


def find_head(rows: Sequence[Row], resplit: Resplit) -> tuple[int, Head | None, int]:
    """How many rows precede the next table, how it begins, and how many header rows it has."""
    filled = [number for number, row in enumerate(rows) if not row.is_blank and not row.is_comment_alone]
    if not filled:
        return len(rows), None, 0
    if widest := count_parts([rows[number] for number in filled]):
        return filled[0], Head(None, widest, note=_RAGGED, is_ragged=True), 0
    start, width = _find_start(rows, filled)
    if width == 0:  # Cells that cannot be told apart are one for the table, and its rows go to quarantine.
        return start, Head(None, 1), 0
    if (odd := find_odd_header(rows, filled, start, width, resplit)) is not None:
        return odd.number, Head(odd.labels, width, (rows[odd.number].place,), odd.note), start - odd.number
    table = [number for number in filled if number >= start and rows[number].width == width]
    table = _without_repeats(rows, without_notes(rows, table, width))
    cells = [rows[number].cells or () for number in table]
    skipped, count = _find_header_rows(rows, table, cells)
    start = table[skipped] if skipped < len(table) else start
    if count == 0:
        return start, Head(None, width), 0
    used = table[skipped : skipped + count]
    labels = join_labels([rows[number].cells or () for number in used], are_merged=rows[start].is_of_sheet)
    return start, Head(labels, width, tuple(rows[number].place for number in used)), used[-1] - start + 1


def _find_header_rows(
    rows: Sequence[Row], table: Sequence[int], cells: Sequence[tuple[str, ...]]
) -> tuple[int, int]:  # fmt: skip
    """How many rows of a table's width stand above its header rows, and how many these are."""
    skipped, count = find_labels(cells)
    apart = count_apart(rows, table, skipped, count)
    skipped, count = skipped + apart, count - apart
    if (begin := _find_rows_above(table, cells, skipped + count - 1)) is not None:
        return begin, count_repeated(cells[begin:])
    if count and (begin := _find_metadata(table, cells, skipped, skipped + count)) is not None:
        return begin, 1
    return skipped, count


def _without_repeats(rows: Sequence[Row], table: Sequence[int]) -> list[int]:
    """The rows of a table but for those that repeat the first full one, if that is labels which stand on each page.

    Where few rows stand below each of them, the columns would else seem to hold words.
    """
    head = next((number for number in table if are_words(rows[number].cells or ())), None)
    if head is None:
        return list(table)
    labels = rows[head].cells or ()
    alike = [number for number in table if rows[number].cells == labels]
    others = [rows[number].cells or () for number in table if number > head and rows[number].cells != labels]
    has_values = Profile(others[:_PROFILED], len(labels)).contradicts_everywhere(labels, fewest=1)
    times, share = (2, _REPEATED_ABOVE_VALUES) if has_values else (3, _REPEATED_ABOVE_WORDS)
    if len(alike) < times or len(alike) < share * len(table):
        return list(table)
    first_ones = zip(alike, table[table.index(head) :], strict=False)
    leading = {number for number, following in first_ones if number == following}
    return [number for number in table if rows[number].cells != labels or number in leading]


def find_same_head(rows: Sequence[Row], last: Head | None) -> tuple[Head, int, int] | None:
    """The head of a table that begins with the last one's labels again, in one row.

    With it, how many rows repeat these at once, and where they come once more; all that there is to look at.
    """
    if last is None or last.labels is None or len(last.places) != 1 or not rows or rows[0].cells != last.labels:
        return None
    repeats = sum(1 for _ in takewhile(lambda row: row.cells == last.labels, rows))
    behind = (at for at in range(repeats, len(rows)) if rows[at].cells == last.labels)
    return replace(last, places=(rows[0].place,)), repeats, next(behind, len(rows))


def _find_rows_above(table: Sequence[int], cells: Sequence[tuple[str, ...]], last: int) -> int | None:
    """Where rows begin that stand right above the last row of labels and are too many, and too full, for notes."""
    begin = last
    while begin > 0 and table[begin - 1] == table[begin] - 1 and all(map(str.strip, cells[begin - 1])):
        begin -= 1
    return begin if last - begin >= _MOST_ABOVE else None


def _find_metadata(table: Sequence[int], cells: Sequence[tuple[str, ...]], first: int, behind: int) -> int | None:
    """Where lines of metadata begin of which one was taken for labels: they go on behind it with words, as no row does.

    Their first line names the columns best, and the others are kept as rows.
    """
    keys = Profile(cells[len(cells) // 2 :][:_PROFILED], len(cells[0])).columns[0]
    if behind >= len(cells) or not cells[behind][0].strip() or keys.support_label(cells[behind][0]) <= 0:
        return None
    begin = first
    while begin > 0 and table[begin - 1] == table[begin] - 1 and keys.support_label(cells[begin - 1][0]) > 0:
        begin -= 1
    is_full = sum(map(bool, cells[begin])) >= sum(map(bool, cells[first]))
    return begin if first - begin >= _METADATA and is_full else None


def _find_start(rows: Sequence[Row], filled: Sequence[int]) -> tuple[int, int]:
    """The first row that may be the table's, and its width."""
    runs = [list(run) for _, run in groupby(filled, key=lambda number: rows[number].width)]
    sizes = [sum(_worth(rows[number]) for number in run) for run in runs]
    chosen = next(run for run, size in zip(runs, sizes, strict=True) if size >= _PREAMBLE * max(sizes))
    width = _usual_width(rows, filled, rows[chosen[0]].width)
    return next(number for number in filled if rows[number].width == width), width


def _worth(row: Row) -> float:
    """What a row counts for: a single cell is hardly a table, nor is a comment, and too many cells are none."""
    if row.width > MOST_COLUMNS:
        return 1.0
    return row.width - 1 if row.width > 1 and not row.is_comment else 0.1


def _usual_width(rows: Sequence[Row], filled: Sequence[int], width: int) -> int:
    """The given width, unless that of a few ragged rows came first."""
    widths = Counter(rows[number].width for number in filled)
    near = [each for each in widths if abs(each - width) <= 1 and each > 0]
    best = max(near, key=lambda each: (widths[each] * each, each), default=width)
    return best if widths[best] > 2 * widths[width] else width
