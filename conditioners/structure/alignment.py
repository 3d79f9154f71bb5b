"""Text in columns: fields that begin or end at the same place in every line, or that runs of blanks tell apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from conditioners.structure.inner_marks import APART, are_blanks_apart, is_within_words
from conditioners.structure.kinds import TYPED, kind_of
from conditioners.structure.page_heads import without_page_heads
from conditioners.structure.rows import Row
from conditioners.structure.text import LineRows, TextRows

_LINES = 400
_FEW, _FEWEST = 3, 5
"""Lines that it takes to see runs of blanks, and columns."""
_BLANK = 0.98
"""The share of lines that are blank where one column ends and the next begins."""
_MOST_TITLES = 12
_LONGEST = 4000
_END = 1 << 20
_RULED = re.compile(r"\s*+[-=_*]{3,}+[-=_* ]*+")


@dataclass(frozen=True)
class AlignedRows(LineRows):
    """One text file in columns; decoded and cut into lines as delimited text is."""

    columns: tuple[tuple[int, int], ...]

    def rows(self) -> Iterator[Row]:
        """All rows, in order."""
        for row in self.text.lines():
            yield Row(row.place, self.split(row.raw), row.raw)

    def split(self, line: str) -> tuple[str, ...]:
        """The cells of a line."""
        return cut(line, self.columns)

    def describe(self) -> dict[str, Any]:
        """The format, with first and last character of each column."""
        return {"format": "fixed width", "columns": show_columns(self.columns)}


def show_columns(columns: Sequence[tuple[int, int]]) -> list[tuple[int, int | None]]:
    """First and last character of each column, counted from one; the last one ends with the line."""
    return [(first + 1, last if last < _END else None) for first, last in columns]


def open_aligned(text: TextRows) -> AlignedRows | None:
    """The file as text in columns, if no delimiter but blanks was found and its lines have columns.

    A mark that only stands inside of cells, such as `1,234.50`, `10:15` and `Austin, TX`, is no delimiter then.
    """
    lines = text.head.splitlines()
    if not are_blanks_apart(text, lines[:_LINES]):
        return None
    columns = _find_in_report(without_page_heads(lines)[:_LINES]) or _find_in_report(lines[:_LINES])
    return AlignedRows(text, tuple(columns)) if columns else None


def _find_in_report(lines: Sequence[str]) -> list[tuple[int, int]]:
    """The columns of lines among which some may be titles, notes and rulers."""
    columns = find_columns(lines) or find_columns(find_body(lines)) or _find_without_notes(lines)
    if columns and _hold_several(lines, columns):
        columns = _find_below_titles(lines) or _find_between_titles(lines) or columns
    return columns


def _hold_several(lines: Sequence[str], columns: Sequence[tuple[int, int]]) -> bool:
    """Whether in most lines some column has cells of its own, since the words of titles run over all of these."""
    several = sum(any("  " in cell for cell in cut(line, columns)) for line in lines if line.strip())
    return several * 2 > len(lines)


def _find_below_titles(lines: Sequence[str]) -> list[tuple[int, int]]:
    """The columns of the lines below the first few, if each of these has a cell; none if there are no such columns."""
    for start in range(1, min(_MOST_TITLES, len(lines) // 2) + 1):
        columns = find_columns(lines[start:])
        if columns and not _hold_several(lines[start:], columns):
            return columns
    return []


def _find_between_titles(lines: Sequence[str]) -> list[tuple[int, int]]:
    """The columns of the long stretches of lines, if each of these has a cell; titles may come again on each page."""
    body = find_body(lines)
    columns = find_columns(body)
    return [] if _hold_several(body, columns) else columns


def _find_without_notes(lines: Sequence[str]) -> list[tuple[int, int]]:
    """The columns of most lines, if the few above and below are sentences, whose words have one blank between."""
    are_apart = ["  " in line.strip() for line in lines]
    if sum(are_apart) * 2 <= len(lines):
        return []
    columns = find_columns(lines[are_apart.index(True) : len(lines) - are_apart[::-1].index(True)])
    return [] if _hold_several(lines, columns) else columns


def find_body(lines: Sequence[str]) -> list[str]:
    """The lines of a report without titles, notes and rulers: those of long stretches, and labels above their rulers.

    Empty if they are less than half of all lines with text.
    """
    body, stretch, told = list[str](), list[str](), 0
    for line in [*lines, ""]:
        is_ruler = _RULED.fullmatch(line) is not None
        if line.strip() and not is_ruler:
            stretch.append(line)
            continue
        if is_ruler and len(stretch) < _FEWEST:
            stretch = stretch[-1:]
            continue
        told += len(stretch)
        body += stretch if len(stretch) >= _FEWEST else []
        stretch = []
    return body if len(body) * 2 >= told else []


@dataclass(frozen=True)
class SpacedRows(LineRows):
    """One text file whose cells are told apart by two blanks or more, wherever they stand."""

    def rows(self) -> Iterator[Row]:
        """All rows, in order."""
        for row in self.text.lines():
            yield Row(row.place, tuple(APART.split(row.raw.strip())), row.raw)

    def describe(self) -> dict[str, Any]:
        """The format, and what tells cells apart."""
        return {"format": "runs of blanks", "delimiter": "two blanks or more"}


def open_spaced(text: TextRows) -> SpacedRows | None:
    """The file as cells with runs of blanks between them, if all of its lines have as many, and no other delimiter."""
    lines = [line for line in text.head.splitlines()[:_LINES] if line.strip()]
    widths = {len(APART.split(line.strip())) for line in lines}
    delimiter = text.marks.delimiter
    if len(lines) < _FEW or len(widths) != 1 or widths == {1}:
        return None
    if delimiter not in ("", " ") and not is_within_words(delimiter, lines):
        return None
    return SpacedRows(text)


def cut(line: str, columns: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """The fields of a line; the whole line if a word runs over the place where a column ends."""
    if any(_runs_on(line[start - 1 : start + 1]) for start, _ in columns[1:]):
        return (line,)
    return tuple(line[start:end].strip() for start, end in columns)


def _runs_on(pair: str) -> bool:
    """Whether two characters belong to one word; letters behind a digit may be the next column's."""
    return len(pair) == 2 and not (" " in pair or "\t" in pair or (pair[0].isdigit() and pair[1].isalpha()))


def find_columns(lines: Sequence[str]) -> list[tuple[int, int]]:
    """First place, and the place behind the last, of each column; none if there are less than two."""
    lines = [line.expandtabs().rstrip() for line in lines if line.strip()]
    width = max((len(line) for line in lines), default=0)
    if len(lines) < _FEW or width > _LONGEST:
        return []
    blanks = [sum(at >= len(line) or line[at] == " " for line in lines) for at in range(width)]
    gaps = [blank >= _BLANK * len(lines) for blank in blanks]
    starts = [at for at in range(width) if not gaps[at] and (at == 0 or gaps[at - 1])]
    are_plain = len(lines) >= _FEWEST and _are_plain(lines, starts, gaps)
    if len(starts) < 2 or not (are_plain or _hold_values(lines, starts)) or not _part_most(lines, starts):
        return []
    starts = sorted({0, *starts[1:], *_starts_of_labels(lines)})
    if not _is_header(lines):
        return list(pairwise([*starts, _END]))
    return list(pairwise([*_fit_labels(lines, _join_words(lines, starts, gaps), gaps), _END]))


def _part_most(lines: Sequence[str], starts: Sequence[int]) -> bool:
    """Whether most lines have something in two columns, as in a list of one column a note alone has."""
    return sum(bool(line[: starts[1]].strip() and line[starts[1] :].strip()) for line in lines) * 2 > len(lines)


def _join_words(lines: Sequence[str], starts: Sequence[int], gaps: Sequence[bool]) -> list[int]:
    """The starts without those of words that belong to the column before: one blank behind it, and one label for both.

    The label stands above the first of them, or above the last where words end below each other.
    """
    labels = lines[0]
    kept = [0]
    for start, end in pairwise([*starts[1:], len(labels)]):
        is_last_done = kept[-1] == 0 or labels[kept[-1] : start].strip()
        if gaps[start - 2] or (labels[start:end].strip() and is_last_done):
            kept.append(start)
    return kept


def _fit_labels(lines: Sequence[str], starts: Sequence[int], gaps: Sequence[bool]) -> Iterator[int]:
    """The starts of columns with room for labels that are wider than numbers below their end, such as `ON HAND`.

    A column with nothing below its label, one blank before the next one, is that of a label of two words.
    """
    labels, body = lines[0], lines[1:]
    yield 0
    last, is_joined = 0, False
    for start, end in pairwise([*starts[1:], _END]):
        if not is_joined:
            yield _begin_label(labels, start, last, gaps)
        last = start
        is_word = end < len(labels) and labels[end] != " " == labels[end - 1] != labels[end - 2]
        is_joined = is_word and not any(line[start:end].strip() for line in body)


def _begin_label(labels: str, start: int, last: int, gaps: Sequence[bool]) -> int:
    """Where the label above a start begins, whose words stand above blanks, two blanks or more behind other labels."""
    begin = start
    while last < begin < len(labels) and labels[begin - 1] != " " and labels[begin] != " ":
        begin -= 1
    if begin > len(labels) or not all(gaps[begin:start]):
        return start
    first = labels[:begin].rpartition("  ")[0]
    further = len(first) + 2 if first.strip() else begin
    while further < begin and labels[further] == " ":
        further += 1
    is_whole = last < further < begin and labels[begin - 1] == " " and all(gaps[further:start])
    return further if is_whole else begin


def _is_header(lines: Sequence[str]) -> bool:
    """Whether the first line has words and no number, and nearly all others have one."""
    numbered = sum(any(map(str.isdigit, line)) for line in lines[1:])
    return not any(map(str.isdigit, lines[0])) and numbered >= _BLANK * (len(lines) - 1)


def _starts_of_labels(lines: Sequence[str]) -> Iterator[int]:
    """Where a label of the first line begins behind blanks, and in all other lines letters behind digits."""
    for label in re.finditer(r"(?<=  )\S", lines[0]):
        at = label.start()
        pairs = [line[at - 1 : at + 1] for line in lines[1:]]
        if all(len(pair) == 2 and pair[0].isdigit() and pair[1].isalpha() for pair in pairs):
            yield at


def _hold_values(lines: Sequence[str], starts: Sequence[int]) -> bool:
    """Whether half of the columns hold values alone, such as numbers, below a first line that may be labels."""
    rows = [[line[start:end].strip() for start, end in pairwise([*starts, _END])] for line in lines[1:]]
    valued = sum(all(kind_of(cell) in TYPED for cell in column) for column in zip(*rows, strict=True))
    return valued * 2 >= len(starts)


def _are_plain(lines: Sequence[str], starts: Sequence[int], gaps: Sequence[bool]) -> bool:
    """Whether the columns are more than words of sentences that happen to stand below each other."""
    wide = sum(all(gaps[max(0, start - 2) : start]) for start in starts[1:])
    filled = sum(bool(line[start:].strip()) for line in lines for start in starts[:2])
    return (wide * 2 >= len(starts) - 1 or len(lines) >= 20) and filled >= len(lines)
