"""Reads small delimited files of equal layout as one text: a batch of a few rows takes as long as one of thousands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from conditioners.limits import Limits
from conditioners.readers.batches import Located, TextBatch
from conditioners.readers.gathered import is_small
from conditioners.readers.text.chunks import Chunk, Span
from conditioners.readers.text.delimited import DelimitedReader
from conditioners.readers.text.locating import RecordIndex

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Taken:
    """All that a reader has to read of a small file."""

    reader: DelimitedReader
    chunks: Sequence[Chunk]

    @property
    def is_even(self) -> bool:
        """Whether it is one stretch of text whose records end with lines, so that others can stand behind it."""
        pieces = [piece for chunk in self.chunks for piece in chunk.pieces]
        return len(pieces) <= 1 and all(isinstance(piece, Span) for piece in pieces) and not self.text.endswith(b"\r")

    @cached_property
    def text(self) -> bytes:
        """Its records, each of which ends with its line."""
        text = b"".join(chunk.data for chunk in self.chunks)
        return text + b"\n" if text and not text.endswith((b"\r", b"\n")) else text

    @property
    def first_line(self) -> int:
        """The line that the records begin in."""
        return self.chunks[0].first_line if self.chunks else 1

    @cached_property
    def layout(self) -> tuple[Any, ...]:
        """What is equal of files that can be read as one."""
        reader, layout = self.reader, self.reader.layout
        positions, labels = dict(layout.header.positions), layout.header.labels
        return id(layout.dialect), reader.syntax, positions, labels, layout.header_texts, layout.line_end

    @cached_property
    def rows(self) -> int:
        """How many lines it has, which is no less than its records."""
        return self.text.count(b"\n") + self.text.count(b"\r")

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.text)


def take(reader: DelimitedReader, limits: Limits) -> Taken | None:
    """The file, if it is small and has nothing to skip; its reader's parts must not be asked for again then."""
    layout, opened = reader.layout, reader.opened
    if not is_small(opened, limits) or layout.preamble or layout.dialect.until is not None:
        return None
    return Taken(reader, list(reader.parts()))


class JoinedReader:
    """Reads several files as one text, in which each row's place names its file."""

    def __init__(self, files: Sequence[Taken]) -> None:
        """`files` can be read as one."""
        self._files, self._first = files, files[0].reader
        self.columns, self.facts = self._first.columns, replace(self._first.facts, member="")
        self._starts = [0, *accumulate(len(each.text) for each in files)]
        self._lines = [0, *accumulate(each.text.count(b"\n") for each in files)]
        """Before each file, and behind the last one."""

    def parts(self) -> Iterator[Chunk]:
        """All of it at once."""
        if self._starts[-1]:
            text = b"".join(each.text for each in self._files)
            yield Chunk(text, 1, (Span(0, len(text)),), self._lines[-1])

    def read(self, part: Chunk) -> TextBatch:
        """The rows of all files."""
        batch = self._first.read(part)

        def locate(rows: Sequence[int]) -> list[Located]:
            return [self._name(located) for located in batch.locate(rows)]

        unread = [replace(row, located=self._name(row.located)) for row in batch.unread]
        frame = self._set_surroundings(batch, part) if self._first.constants else batch.frame
        return replace(batch, frame=frame, unread=unread, locate=locate)

    def _name(self, located: Located) -> Located:
        line = int(located.place) - 1
        number = bisect_right(self._lines, line) - 1
        file = self._files[number]
        place = f"{file.reader.facts.member}:{file.first_line + line - self._lines[number]}"
        return Located(place, located.raw)

    def _set_surroundings(self, batch: TextBatch, part: Chunk) -> pl.DataFrame:
        """The frame, with what stands around each row's own file."""
        import polars as pl

        owners = self._find_owners(batch, part)
        values = {name: [each.reader.constants[name] for each in self._files] for name in self._first.constants}
        return batch.frame.with_columns_seq(
            pl.Series(name, texts, pl.String).gather(owners) for name, texts in values.items()
        )

    def _find_owners(self, batch: TextBatch, part: Chunk) -> NDArray[np.int64]:
        """The number of each readable row's file."""
        import numpy as np

        starts = RecordIndex(part, self._first.syntax).starts
        unread = [row.before + number for number, row in enumerate(batch.unread)]
        return np.searchsorted(self._starts, np.delete(starts, unread), "right") - 1
