"""Finds the mark between columns where another one, between the parts of cells, makes the cleaner table.

Cells of as many parts each, such as `7,a|b|c` below `id,tags`, are told apart by the mark of their parts more cleanly
than by that of their columns. But only the latter divides the labels; and a tab is no character of a cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from conditioners.structure.field_grammar import Marks
from conditioners.structure.kinds import TYPED, Kind, kind_of
from conditioners.structure.splitting import Splitter

_USUAL = ",;|"
"""Marks that may tell labels apart."""
_RECORDS, _FEWEST = 300, 2
Fields = Sequence[str]


def is_outer(sample: str, marks: Marks, inner: Marks) -> bool:
    """Whether marks divide every line of a table, its labels' too, and the inner delimiter comes behind these only.

    Of tabs it is enough that they do so without labels, unless they only pad the cells between the other marks.
    """
    mark, other = marks.delimiter, inner.delimiter
    if mark not in (*_USUAL, "\t") or other in ("", mark) or mark not in sample:
        return False
    first = sample[: sample.find("\n", sample.find(mark)) + 1]
    if mark != "\t" and other in first:
        return False
    rows = _even_rows(sample, marks)
    if len(rows) < _FEWEST:
        return False
    return _are_labels(rows) or (mark == "\t" and not _are_padded(rows, other))


def _even_rows(sample: str, marks: Marks) -> list[Fields]:
    """The fields of all records from the first divided one on; none if they differ in number, or have odd quotes."""
    records = list(islice(Splitter(marks).records(sample), _RECORDS))
    above = next((at for at, record in enumerate(records) if len(record.fields or ()) > 1), len(records))
    rows = [each.fields or () for each in records[above:] if each.fields is None or any(map(str.strip, each.fields))]
    is_even = len({len(fields) for fields in rows}) == 1 and not any(record.is_odd for record in records[above:])
    return list(rows) if is_even else []


def _are_labels(rows: Sequence[Fields]) -> bool:
    """Whether the first row has different words in all cells, and no blanks behind marks unless the others have."""
    labels = [cell.strip() for cell in rows[0]]
    is_prose = any(cell.startswith(" ") for cell in rows[0][1:]) and not all(row[1].startswith(" ") for row in rows)
    are_words = not any(kind_of(cell) in (*TYPED, Kind.EMPTY, Kind.ODD) for cell in labels)
    return are_words and len(set(labels)) == len(labels) and not is_prose


def _are_padded(rows: Sequence[Fields], other: str) -> bool:
    """Whether all cells but the last of each row are blank or end with the other mark, or a row has less than two."""
    inner = [cell.strip() for row in rows for cell in row[:-1]]
    fewest = min(sum(map(bool, map(str.strip, row))) for row in rows)
    return fewest < 2 or all(not cell or cell.endswith(other) for cell in inner)
