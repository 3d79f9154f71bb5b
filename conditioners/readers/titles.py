"""Titles: lines above or among the rows that tell what holds for all rows below them, such as a market or a store."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.outcome import Refusal
from conditioners.readers.batches import Facts, Reader, TextBatch
from conditioners.readers.chunks import Chunk
from conditioners.readers.decoding import show_damage
from conditioners.readers.headers import surroundings
from conditioners.readers.locating import RecordIndex
from conditioners.readers.records import Syntax
from conditioners.readers.stand_ins import take_out
from conditioners.surroundings import TITLE

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

_LONGEST = 512
"""Characters of a title, which stands in each row below it; a sheet's name may have as many."""


def compile_titles(source: Source, dialect: Dialect) -> dict[str, re.Pattern[str]]:
    """The columns that titles tell, each with the expression whose first group is its value."""
    around = surroundings(source, dialect).items()
    return {name: re.compile(label.removeprefix(TITLE)) for name, label in around if label.startswith(TITLE)}


class Titles:
    """What the last titles of a file have told."""

    def __init__(self, patterns: Mapping[str, re.Pattern[str]]) -> None:
        self._patterns = patterns
        self.told: dict[str, str | None] = dict.fromkeys(patterns)

    def take(self, line: str, place: str) -> bool:
        """Note what a line tells, and say whether it is a title; raises Refusal when that is too long to repeat."""
        found = {name: match[1] or "" for name, pattern in self._patterns.items() if (match := pattern.match(line))}
        if any(len(value) > _LONGEST for value in found.values()):
            raise Refusal(f"a title has more than {_LONGEST} characters", place)
        self.told.update(found)
        return bool(found)


@dataclass(frozen=True)
class _Titled:
    """A chunk, the lines in which titles stand, and what holds before the first of them and behind each."""

    chunk: Chunk
    lines: Sequence[int]
    told: Sequence[Mapping[str, str | None]]

    def tell(self, name: str, rows: NDArray[np.int64] | None, height: int) -> pl.Series:
        """What titles tell of a column in each row, by how many of the chunk's titles stand above it."""
        import polars as pl

        values = pl.Series(name, [told[name] for told in self.told], pl.String)
        return values.new_from_index(0, height) if rows is None else values[rows]


class TitledReader:
    """Reads what another reader of text reads, with what the titles above each row tell."""

    def __init__(
        self, reader: Reader, patterns: Mapping[str, re.Pattern[str]], syntax: Syntax, above: Sequence[tuple[int, str]]
    ) -> None:
        """`above` are the lines before the reader's first chunk, by number."""
        self._reader, self._syntax, self._above = reader, syntax, above
        self._patterns = patterns
        self.columns = reader.columns

    @property
    def facts(self) -> Facts:
        """What the inner reader found out."""
        return self._reader.facts

    def parts(self) -> Iterator[_Titled]:
        """The inner reader's chunks, with their titles."""
        titles = Titles(self._patterns)
        for number, line in self._above:
            titles.take(line, f"line {number}")
        for chunk in self._reader.parts():
            lines, told = list[int](), [dict(titles.told)]
            for number, line in self._list_lines(chunk):
                if titles.take(line, f"line {number}"):
                    lines.append(number)
                    told.append(dict(titles.told))
            yield _Titled(chunk, lines, told)

    def _list_lines(self, chunk: Chunk) -> Iterator[tuple[int, str]]:
        """The lines of a chunk that begin a record and may be titles, by number."""
        text = show_damage(take_out(chunk.data.decode("utf-8", "replace"), self._syntax))
        is_title = [pattern.match for pattern in self._patterns.values()]
        lines = text.replace("\r\n", "\n").split("\n")
        found = [number for number, line in enumerate(lines) if any(match(line) for match in is_title)]
        begun = self._begin_records(chunk) if found and self._syntax.quote else None
        for number in found:
            if begun is None or number in begun:
                yield chunk.first_line + number, lines[number]

    def _begin_records(self, chunk: Chunk) -> set[int]:
        """The lines of a chunk that a record begins in, counted from 0."""
        import numpy as np

        feeds = np.flatnonzero(np.frombuffer(chunk.data, np.uint8) == ord("\n"))
        return set(np.searchsorted(feeds, RecordIndex(chunk, self._syntax).starts).tolist())

    def read(self, part: _Titled) -> TextBatch:
        """The rows of a chunk."""
        import numpy as np

        batch = self._reader.read(part.chunk)
        height, rows = batch.frame.height, None
        if part.lines:
            places = [int(located.place) for located in batch.locate(range(height))]
            rows = np.searchsorted(part.lines, places, "right")
        return replace(batch, frame=batch.frame.with_columns(part.tell(name, rows, height) for name in self._patterns))


def carry_titles(
    source: Source, dialect: Dialect, reader: Any, syntax: Syntax, above: Sequence[tuple[int, str]] = ()
) -> Reader:
    """The reader of a text, or one that has the titles as well where the dialect takes columns from them."""
    patterns = compile_titles(source, dialect)
    return TitledReader(reader, patterns, syntax, above) if patterns else reader
