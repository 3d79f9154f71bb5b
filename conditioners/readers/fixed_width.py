"""Fixed-width text: cuts each line at the character positions that the dialect declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from conditioners.declaration import Source
from conditioners.dialects import FixedWidth
from conditioners.limits import KIB, Limits
from conditioners.raw import OpenedRaw
from conditioners.readers.batches import Facts, TextBatch, Unread
from conditioners.readers.cutting import Chunk, RecordCutter
from conditioners.readers.decoding import DAMAGE, Decoder
from conditioners.readers.headers import surroundings
from conditioners.readers.locating import RecordIndex
from conditioners.readers.records import Syntax

if TYPE_CHECKING:
    import polars as pl

_LINES = Syntax(delimiter="\n", quote="")


def find_fixed_width(dialects: Sequence[FixedWidth], opened: OpenedRaw) -> FixedWidth | None:
    """The first dialect whose opening the file has."""
    for dialect in dialects:
        head = Decoder(dialect.encodings).feed(opened.head[: 64 * KIB], last=False).decode()
        if re.match(dialect.opening, head):
            return dialect
    return None


class FixedWidthReader:
    """Reads one file in one dialect."""

    def __init__(self, source: Source, dialect: FixedWidth, opened: OpenedRaw, limits: Limits) -> None:
        self._dialect, self._opened, self._limits = dialect, opened, limits
        self._decoder = Decoder(dialect.encodings)
        self._constants = {name: opened.describe(label) for name, label in surroundings(source, dialect).items()}
        self.columns = (*dialect.fields, *self._constants)
        self.facts = Facts(place="line", dialect={"name": dialect.name, "format": "fixed width"})

    def parts(self) -> Iterator[Chunk]:
        """Chunks of whole lines."""
        texts = (self._decoder.feed(block, last=not block) for block in chain(self._opened.blocks(), [b""]))
        yield from RecordCutter(_LINES, self._limits).cut(texts)
        self.facts.encoding = {"name": self._decoder.name, "evidence": self._decoder.evidence}

    def read(self, part: Chunk) -> TextBatch:
        """The rows of a chunk."""
        import numpy as np
        import polars as pl

        line = pl.Series("line", part.data.decode().removesuffix("\n").split("\n")).str.strip_chars_end("\r")
        is_wrong = self._has_wrong_width(line).to_numpy()
        index = RecordIndex(part, _LINES)
        wrong, readable = np.flatnonzero(is_wrong), np.flatnonzero(~is_wrong)
        unread = [
            Unread(int(number) - earlier, at, "wrong_width", self._describe_width(line[int(number)]))
            for earlier, (number, at) in enumerate(zip(wrong, index.locate(wrong), strict=True))
        ]
        frame = self._slice(line.filter(~is_wrong))
        return TextBatch(frame, lambda rows: index.locate(readable[list(rows)]), unread, DAMAGE in part.data)

    def _slice(self, line: pl.Series) -> pl.DataFrame:
        import polars as pl

        return line.to_frame().select(
            *(
                pl.col("line").str.slice(first - 1, last - first + 1).alias(name)
                for name, (first, last) in self._dialect.fields.items()
            ),
            *(pl.lit(value).alias(name) for name, value in self._constants.items()),
        )

    def _has_wrong_width(self, line: pl.Series) -> pl.Series:
        if self._dialect.width is not None:
            return line.str.len_chars() != self._dialect.width
        return line.str.slice(self._end).str.strip_chars().str.len_bytes() > 0

    @property
    def _end(self) -> int:
        return max(last for _, last in self._dialect.fields.values())

    def _describe_width(self, line: str) -> str:
        if self._dialect.width is None:
            return f"text behind the last field, which ends at character {self._end}"
        return f"{len(line)} characters where a line has {self._dialect.width}"
