"""Lines that lack the delimiter before or behind a cell in quotes, as `21"3,075";4` and `"3,075"21;4` do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from conditioners.structure.field_grammar import Grammar, Marks

MISSING = "a delimiter is missing beside quotes"

_MOST_QUOTES, _MOST_IN_LINE = 4, 200
"""Quotes of a line beside which a delimiter may be missing, and all of them."""
_USUAL = 0.1
"""The share of lines from which on such quotes are none between cells, but of the text."""
_BEFORE = r"[\w.!?%)]"
"""What a cell ends with, as far as it is not what stands before quotes within texts, such as brackets and `=`."""


@dataclass(frozen=True)
class MissingDelimiters:
    """Finds them in text of a dialect with quotes."""

    marks: Marks

    @cached_property
    def _quoted(self) -> re.Pattern[str]:
        """What stands between quotes, of which the first stands within a cell and the second at the end of one."""
        quote, delimiter = re.escape(self.marks.quote), re.escape(self.marks.delimiter)
        first = rf"{quote}(?<={_BEFORE}{quote})(?=[^\s{quote}{delimiter}])"
        return re.compile(rf"{first}(?:[^{quote}\r\n]|{quote}{quote})*{quote}(?={delimiter}|[\r\n]|\Z)")

    @cached_property
    def _grammar(self) -> Grammar:
        return Grammar(self.marks)

    def find(self, text: str, start: int, end: int) -> int:
        """The place of the first quote of which a delimiter behind shows that one before it is missing; -1 for none."""
        for found in self._quoted.finditer(text, start, end):
            if self.marks.delimiter in found[0]:
                return found.start()
        return -1

    def are_usual(self, text: str) -> bool:
        """Whether so many lines have such quotes that they cannot be faults."""
        lines = text.splitlines()
        return sum(self.find(line, 0, len(line)) >= 0 for line in lines) > _USUAL * len(lines)

    def explains(self, line: str, cells: Sequence[str]) -> bool:
        """Whether a line that was read leniently as these cells has fewer quotes left with a delimiter put in."""
        mended = self.mend(line, len(cells))
        return mended is not None and "".join(mended).count(self.marks.quote) < "".join(cells).count(self.marks.quote)

    def mend(self, line: str, width: int) -> tuple[str, ...] | None:
        """The cells of a line that lacks one delimiter, if there is one way to put it in that leaves fewest quotes."""
        readings = {cells for filled in self._fill(line) if (cells := self._split(filled)) and len(cells) == width}
        left = sorted(("".join(cells).count(self.marks.quote), cells) for cells in readings)
        if not left or (len(left) > 1 and left[0][0] == left[1][0]):
            return None
        return left[0][1]

    def _fill(self, line: str) -> Iterator[str]:
        """The line with a delimiter beside each of its quotes that stand between characters of cells."""
        delimiter, quote = self.marks.delimiter, self.marks.quote
        if line.count(quote) > _MOST_IN_LINE:
            return
        apart = (delimiter, quote, " ")
        places = [at for at in range(1, len(line) - 1) if line[at] == quote]
        places = [at for at in places if line[at - 1] not in apart and line[at + 1] not in apart]
        for at in places if len(places) <= _MOST_QUOTES else ():
            yield line[:at] + delimiter + line[at:]
            yield line[: at + 1] + delimiter + line[at + 1 :]

    def _split(self, line: str) -> tuple[str, ...] | None:
        """The cells by the rules, of a line that is one record; None for any other."""
        cells, at = list[str](), 0
        while True:
            match, is_quoted = self._grammar.match_field(line, at)
            if match is None:
                return None
            cells.append(self._grammar.clean(match[1], is_quoted=is_quoted))
            if match.end() >= len(line):
                return tuple(cells)
            if not line.startswith(self.marks.delimiter, match.end()):
                return None
            at = match.end() + len(self.marks.delimiter)


def look_for_missing(marks: Marks, head: str) -> MissingDelimiters | None:
    """Finds them in text by whose beginning such quotes are faults; None for other texts, and for most dialects."""
    is_usual = len(marks.delimiter) == 1 and marks.delimiter != " " and not marks.escape
    if not is_usual or not marks.quote or marks.quote not in head:
        return None
    missing = MissingDelimiters(marks)
    return None if missing.are_usual(head) else missing
