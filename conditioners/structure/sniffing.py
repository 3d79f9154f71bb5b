"""Finds the dialect of delimited text from its first lines: the marks under which they make the cleanest table.

Every plausible choice of marks is tried. Its score is the product of how regular the records are, how many columns they
have, and how much their cells look like values rather than like pieces of records (after van den Burg, Nazábal and
Sutton, "Wrangling messy CSV files by detecting row and type patterns", 2019, with measures of our own).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from conditioners.structure.candidate_marks import find_candidates, trust_in
from conditioners.structure.field_grammar import Marks
from conditioners.structure.kinds import Kind, kind_of
from conditioners.structure.lists import is_list
from conditioners.structure.outer_marks import is_outer
from conditioners.structure.quote_readings import Effort, Exhausted
from conditioners.structure.splitting import Record, Splitter

LOOKED_AT = 128 << 10
"""Characters at the file's beginning that are tried in every way."""
NAMED = re.compile(r'"?sep=([^"\r\n])"?(?:\r\n?|\n)', re.IGNORECASE)
"""The line by which a file tells Excel its delimiter."""
_RECORDS = 300
_CELLS = 12_000
_READINGS = 4000
"""Ways to read quotes that are tried under one choice of marks."""
_WORTH = {
    Kind.EMPTY: 0.75, Kind.NUMBER: 1.0, Kind.MONEY: 1.0, Kind.SHARE: 1.0, Kind.DAY: 1.0, Kind.TIME: 1.0,
    Kind.MOMENT: 1.0, Kind.TRUTH: 1.0, Kind.LINK: 1.0, Kind.CODE: 0.9, Kind.WORDS: 0.85, Kind.TEXT: 0.5,
    Kind.LIST: 0.45, Kind.ODD: 0.1,
}  # fmt: skip
_WORDS_APART = {Kind.WORDS: 0.4, Kind.TEXT: 0.2}
"""What words are worth when it is blanks that tell fields apart: sentences are no tables."""
_PAIRED = 0.9
"""The share of the unusual quotes at the ends of fields that must belong to pairs."""
_LONG = 1000
"""Characters of a cell from which on it is not looked at for brackets."""
_SINGLE = 0.2
"""What a table of one column scores at best, so that no delimiter at all can win."""


@dataclass(frozen=True)
class Sniffed:
    """The marks found, and how sure they are."""

    marks: Marks
    score: float
    columns: int
    """The most usual number of fields."""
    tried: int
    """Records that were read to find the marks, under each choice of them anew."""


def sniff(text: str) -> Sniffed:
    """The marks under which the text's beginning makes the cleanest table; a delimiter that it names is taken."""
    named = NAMED.match(text)
    if named is not None:
        sample = _whole_lines(text[named.end() :])
        return _choose(sample, [marks for marks in find_candidates(sample, named[1]) if marks.delimiter == named[1]])
    whole = _whole_lines(text)
    # A line in a quoted field may begin as comments do, so both are tried.
    found = [(_sniff(sample), sample) for sample in dict.fromkeys((whole, _without_comments(whole)))]
    best, sample = max(found, key=lambda each: each[0].score)
    marks = Marks("") if is_list(whole, best.marks) else _with_spacing(sample, best)
    chosen = _judge(sample, marks) if marks != best.marks else best
    return replace(chosen, tried=sum(each.tried for each, _ in found))


def _sniff(sample: str) -> Sniffed:
    return _choose(sample, list(find_candidates(sample)))


def _choose(sample: str, candidates: Sequence[Marks]) -> Sniffed:
    judged = [_judge(sample, marks) for marks in candidates]
    best = max(judged, key=lambda each: each.score)
    outer = (each for each in judged if is_outer(sample, each.marks, best.marks))
    chosen = max(outer, key=lambda each: each.score, default=best)
    return replace(chosen, tried=sum(each.tried for each in judged))


def _whole_lines(text: str) -> str:
    """The text's beginning up to a line end."""
    if len(text) <= LOOKED_AT:
        return text
    end = max(text.rfind(mark, 0, LOOKED_AT) for mark in "\r\n")
    return text[: end + 1] if end > 0 else text[:LOOKED_AT]


def _without_comments(sample: str) -> str:
    """The text without lines that begin with `#`, unless they are most of it and do not all stand above the others."""
    lines = sample.splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("#")]
    are_above = len(kept) > 1 and kept == lines[-len(kept) :]
    return "".join(kept) if len(lines) > len(kept) and (are_above or len(kept) >= len(lines) / 2) else sample


def _judge(sample: str, marks: Marks) -> Sniffed:
    records = list(_first_records(sample, marks))
    rows = [record for record in records if record.fields is not None and any(map(str.strip, record.fields))]
    if not rows:
        return Sniffed(marks, 0.0, 1, len(records))
    widths = Counter(len(row.fields or ()) for row in rows)
    width = max(widths, key=lambda each: (widths[each] * min(each, 8), each))
    worth = {**_WORTH, **_WORDS_APART} if marks.delimiter == " " else _WORTH
    score = _regularity(rows, widths) * _breadth(widths, len(rows)) * _cleanness(rows, worth)
    score *= trust_in(marks.delimiter) if marks.delimiter else 1.0
    score *= (1 - sum(record.is_odd for record in records) / len(records)) ** 2 * _placement(sample, rows, marks)
    if marks.quote != '"':
        score *= _pairing(sample, marks)
    return Sniffed(marks, score * (0.99 if marks.escape else 1.0), width, len(records))


def _first_records(sample: str, marks: Marks) -> Iterator[Record]:
    """The first records under some marks, as far as their quotes do not take too long to read."""
    splitter = Splitter(marks, most_lines=100, effort=Effort(_READINGS))
    try:
        yield from islice(splitter.records(sample), _RECORDS)
    except Exhausted:
        return


def _pairing(sample: str, marks: Marks) -> float:
    """Whether an unusual quote is one: apostrophes also stand at one end of a field only."""
    one = both = 0
    for record in islice(Splitter(replace(marks, quote="")).records(sample), _RECORDS):
        paired, alone = _count_pairs(record.fields or (), marks.quote)
        both += paired
        one += alone
    return 1.01 if both and both >= _PAIRED * (one + both) and '"' not in sample else 0.98


def _count_pairs(pieces: Sequence[str], quote: str) -> tuple[int, int]:
    """How many quotes at the start of a piece find one at the end of it or of a later piece, and how many do not."""
    both = one = 0
    is_open = False
    for piece in map(str.strip, pieces):
        begins, ends = piece.startswith(quote), piece.endswith(quote) and (is_open or len(piece) > 1)
        if ends and (is_open or begins):
            both, is_open = both + 1, False
        elif not is_open:
            is_open = begins
            one += ends
    return both, one + is_open


def _placement(sample: str, rows: Sequence[Record], marks: Marks) -> float:
    """One if every quote tells fields apart, or is written twice or escaped in one; a half if all are left in cells."""
    end, quote = rows[-1].end, marks.quote
    there = sample.count(quote, 0, end)
    if not there:
        return 1.0
    left = sum(field.count(quote) for row in rows for field in row.fields or ())
    twice = sample.count(quote * 2, 0, end) - sum(field.count(quote * 2) for row in rows for field in row.fields or ())
    escaped = sample.count(marks.escape + quote, 0, end) if marks.escape else 0
    # Text with quotes of its own, such as JSON, has escapes of its own as well.
    odd = left - twice if left - twice > escaped else 0
    return 1 - 0.5 * odd / there


def _regularity(rows: Sequence[Record], widths: Counter[int]) -> float:
    """One if all records have as many fields; runs of equal ones count for more than the same ones in disorder."""
    changes = sum(len(a.fields or ()) != len(b.fields or ()) for a, b in pairwise(rows))
    usual = sum(count * count for count in widths.values()) / len(rows) ** 2
    return max(usual, (1 - changes / len(rows)) ** 2 * 0.9)


def _breadth(widths: Counter[int], rows: int) -> float:
    """How much of the text is told apart at all: nothing in one column, nearly everything in many."""
    told = sum(count * (width - 1) / width for width, count in widths.items()) / rows
    return max(told, _SINGLE)


def _cleanness(rows: Sequence[Record], worth: Mapping[Kind, float]) -> float:
    """How much the cells look like values."""
    total = cells = 0.0
    for row in rows:
        for field in row.fields or ():
            total += worth[_seen_as(field)]
            cells += 1
        if cells > _CELLS:
            break
    return total / cells if cells else 0.0


def _seen_as(field: str) -> Kind:
    """The kind of a cell: text cut within brackets is odd, and a blank behind a semicolon makes it prose."""
    kind = Kind.ODD if "\t" in field else kind_of(field)
    if len(field) > _LONG:
        return kind
    opened = [field.count(mark) for mark in "([{"]
    if opened != [field.count(mark) for mark in ")]}"]:
        return Kind.ODD
    if kind is Kind.ODD and field[:1] in ("{", "[") and field[-1:] in ("}", "]"):
        return Kind.TEXT
    return kind_of(field.replace("; ", ", ")) if kind is Kind.ODD and "; " in field else kind


def _with_spacing(sample: str, best: Sniffed) -> Marks:
    """The marks, with blanks behind the delimiter as part of it if nearly all fields begin with one."""
    marks = best.marks
    if marks.delimiter in ("", " ", "\t"):
        return marks
    records = _first_records(sample, marks)
    behind = [field for record in records for field in (record.fields or ())[1:] if field.strip()]
    if behind and sum(field.startswith(" ") for field in behind) >= 0.9 * len(behind):
        return Marks(marks.delimiter, marks.quote, marks.escape, spaced=True)
    return marks
