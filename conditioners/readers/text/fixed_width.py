"""Fixed-width text: cuts each line at the character positions that the dialect declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from conditioners.declaration import Source
from conditioners.dialects import FixedWidth, Repeated
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.parts import place_parts
from conditioners.readers.batches import Facts, TextBatch
from conditioners.readers.decoding import DAMAGE, DAMAGE_IN_TEXT, Decoder
from conditioners.readers.headers import surroundings
from conditioners.readers.misfits import Misfits, Tally
from conditioners.readers.text.chunks import Chunk
from conditioners.readers.text.cutting import RecordCutter
from conditioners.readers.text.layouts import decode_head
from conditioners.readers.text.locating import RecordIndex, sort_out
from conditioners.readers.text.portions import cut_portions
from conditioners.readers.text.syntax import LINES
from conditioners.readers.text.tagged import GroupReader
from conditioners.readers.unfolding import limit_portions, name_repetition
from conditioners.rules import Rule

if TYPE_CHECKING:
    import polars as pl

"""How text is cut that has no cells but fields of fixed width: each line is a record."""


def find_fixed_width(dialects: Sequence[FixedWidth], opened: OpenedRaw) -> list[FixedWidth]:
    """The dialects whose opening the file has; raises Refusal when none has, and the text is in no encoding of one."""
    found, refused = [], None
    for dialect in dialects:
        try:
            head = decode_head(opened, dialect.encodings).text
        except Refusal as refusal:
            refused = refusal
            continue
        if re.match(dialect.opening, head.decode("utf-8", "ignore")):
            found.append(dialect)
    if refused is not None and not found:
        raise refused
    return found


class FixedWidthReader:
    """Reads one file in one dialect."""

    def __init__(self, source: Source, dialect: FixedWidth, opened: OpenedRaw, limits: Limits) -> None:
        self._dialect, self._opened = dialect, opened
        self._decoder, self._misfits = Decoder(dialect.encodings), Misfits(limits)
        self._constants = {name: opened.describe(label) for name, label in surroundings(source, dialect).items()}
        self._spans: dict[str, tuple[int, int | None]] = {
            **place_parts(source.names, dialect, dialect.fields), **_repeat(dialect.repeated),
        }  # fmt: skip
        self._groups = GroupReader(dialect.tagged) if dialect.tagged else None
        self._end = max(last or first for first, last in self._spans.values())
        self._is_open = any(last is None for _, last in self._spans.values())
        self.columns = (*self._spans, *(self._groups.columns if self._groups else ()), *self._constants)
        self._limits = limit_portions(limits, self.columns)
        self._line_end = decode_head(opened, dialect.encodings).line_end
        self.facts = Facts(
            place="line", dialect={"name": dialect.name, "format": "fixed width", "line_end": self._line_end}
        )

    def parts(self) -> Iterator[Chunk]:
        """Chunks of whole lines."""
        chunks = RecordCutter(LINES, self._limits).cut(self._texts())
        yield from cut_portions(chunks, LINES, self._limits, self._misfits)
        self.facts.encoding = {"name": self._decoder.name, "evidence": self._decoder.evidence}

    def _texts(self) -> Iterator[bytes]:
        for block in chain(self._opened.blocks(), [b""]):
            text = self._decoder.feed(block, last=not block)
            yield text.replace(b"\r", b"\n") if self._line_end == "cr" else text

    def read(self, part: Chunk) -> TextBatch:
        """The rows of a chunk."""
        import numpy as np
        import polars as pl

        line = pl.Series("line", part.data.decode().removesuffix("\n").split("\n")).str.strip_chars_end("\r")
        wrong, groups = self._find_faults(line, damaged=DAMAGE in part.data)
        index = RecordIndex(part, LINES)
        bad = [(number, *wrong[number]) for number in sorted(wrong)]
        unread, passed = sort_out(bad, index, self.facts.filler)
        blank = sum(count for *_, count in passed)
        self._misfits.note(part.number, Tally(part.first_line, len(line) - blank, len(unread), blank))
        is_readable = np.ones(len(line), np.bool_)
        is_readable[list(wrong)] = False
        readable = np.flatnonzero(is_readable)
        frame = self._slice(line)
        frame = frame.with_columns(groups) if groups else frame
        frame = frame.filter(pl.Series(is_readable)).select(self.columns)
        return TextBatch(frame, lambda rows: index.locate(readable[list(rows)]), unread, passed=passed)

    def _find_faults(self, line: pl.Series, *, damaged: bool) -> tuple[dict[int, tuple[Rule, str]], list[pl.Series]]:
        """Lines that cannot be read, by number, with rule and reason; and the columns that stand in groups."""
        import polars as pl

        numbers = self._has_wrong_width(line).arg_true().to_list()
        wrong = {number: (Rule.WRONG_WIDTH, self._describe_width(line[number])) for number in numbers}
        if self._groups is None:
            return wrong | _find_damage(line, damaged=damaged), []
        rows = [self._groups.read(text) for text in line.str.slice(self._end).str.strip_chars_end().to_list()]
        wrong |= {number: (Rule.WRONG_GROUP, fault) for number, (_, fault) in enumerate(rows) if fault}
        wrong |= _find_damage(line, damaged=damaged)
        cells = zip(*(found for found, _ in rows), strict=True)
        columns = zip(self._groups.columns, cells, strict=True)
        return wrong, [pl.Series(name, values, dtype=pl.String) for name, values in columns]

    def _slice(self, line: pl.Series) -> pl.DataFrame:
        import polars as pl

        return line.to_frame().select(
            *(
                pl.col("line").str.slice(first - 1, None if last is None else last - first + 1).alias(name)
                for name, (first, last) in self._spans.items()
            ),
            *(pl.lit(value).alias(name) for name, value in self._constants.items()),
        )

    def _has_wrong_width(self, line: pl.Series) -> pl.Series:
        if self._dialect.width is not None:
            return line.str.len_chars() != self._dialect.width
        if self._is_open:
            return line.is_null()
        if self._groups is not None:
            return line.str.len_chars() < self._end
        return line.str.slice(self._end).str.strip_chars().str.len_bytes() > 0

    def _describe_width(self, line: str) -> str:
        if self._groups is not None:
            return f"{len(line)} characters where a line has at least {self._end}"
        if self._dialect.width is None:
            return f"text behind the last field, which ends at character {self._end}"
        return f"{len(line)} characters where a line has {self._dialect.width}"


def _find_damage(line: pl.Series, *, damaged: bool) -> dict[int, tuple[Rule, str]]:
    """Lines whose characters cannot be counted, since some are unknown, by number with rule and reason."""
    if not damaged:
        return {}
    reason = "the line has bytes that the file's encoding does not know, so that its characters cannot be counted"
    found = line.str.contains(DAMAGE_IN_TEXT, literal=True).arg_true().to_list()
    return dict.fromkeys(found, (Rule.UNDECODABLE, reason))


def _repeat(repeated: Repeated | None) -> dict[str, tuple[int, int | None]]:
    """The places of repeated fields, each under a name that tells the repetition."""
    if repeated is None:
        return {}
    found: dict[str, tuple[int, int | None]] = {}
    for number in range(repeated.count):
        before = repeated.first - 1 + number * repeated.width
        for name, (first, last) in repeated.fields.items():
            found[name_repetition(name, f"{number + 1:02}")] = (before + first, before + last)
    return found
