"""Delimited text: reads chunks of whole records, behind a header row, into batches."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from conditioners.declaration import Source
from conditioners.limits import Limits
from conditioners.raw import OpenedRaw
from conditioners.readers.batches import Facts, Located, TextBatch, Unread
from conditioners.readers.cutting import Chunk, RecordCutter, Span
from conditioners.readers.decoding import DAMAGE, Decoder
from conditioners.readers.ending import stop_behind_table
from conditioners.readers.headers import surroundings
from conditioners.readers.layouts import Layout
from conditioners.readers.locating import RecordIndex
from conditioners.readers.records import WRONG_COUNT, OddRecord

if TYPE_CHECKING:
    import polars as pl

_QUOTE_REASONS = {
    "stray_quote": "text follows a closing quote",
    "unterminated_quote": "a quote is opened and not closed",
}


class DelimitedReader:
    """Reads one file in one layout."""

    def __init__(self, source: Source, layout: Layout, opened: OpenedRaw, limits: Limits) -> None:
        self._layout, self._opened, self._limits = layout, opened, limits
        self._decoder = Decoder(layout.dialect.encodings)
        self._constants = {name: opened.describe(label) for name, label in surroundings(source, layout.dialect).items()}
        self._width = len(layout.header.labels)
        self._syntax = replace(layout.syntax, width=self._width)
        self.columns = (*layout.header.positions, *self._constants)
        self.facts = Facts(
            place="line",
            dialect={
                "name": layout.dialect.name, "format": "delimited text", "delimiter": layout.syntax.delimiter,
                "quote": layout.syntax.quote, "line_end": layout.line_end,
            },
            header_rows=layout.header_places, labels=list(layout.header.labels),
            ignored=layout.header.ignored, header_text=layout.header_text,
            filler=layout.syntax.delimiter + layout.syntax.quote,
        )  # fmt: skip

    def parts(self) -> Iterator[Chunk]:
        """Chunks of whole records behind the header row."""
        for line, text in self._layout.preamble:
            self.facts.skipped.add(f"line {line}", "before the header row" if text.strip() else "blank")
        first_line = self._layout.header_line + max(1, self._layout.header_text.count("\n") + 1)
        texts, until = self._texts(), self._layout.dialect.until
        if until is not None:
            texts = stop_behind_table(texts, until, first_line, self.facts.skipped)
        yield from RecordCutter(self._syntax, self._limits, first_line).cut(texts)
        self.facts.encoding = {"name": self._decoder.name, "evidence": self._decoder.evidence}

    def _texts(self) -> Iterator[bytes]:
        skip = self._layout.data_offset
        for block in chain(self._opened.blocks(), [b""]):
            text = self._decoder.feed(block, last=not block)
            if self._layout.line_end == "cr":
                text = text.replace(b"\r", b"\n")
            yield text[skip:] if skip else text
            skip = max(0, skip - len(text))

    def read(self, part: Chunk) -> TextBatch:
        """The rows of a chunk."""
        import polars as pl

        frames: list[pl.DataFrame] = []
        bad: list[tuple[int, str, str]] = []
        total = 0
        for piece in part.pieces:
            if isinstance(piece, Span):
                frame, wrong = self._read_span(part.data, piece)
            else:
                frame, wrong = self._read_odd(piece)
            bad += [(total + number, rule, reason) for number, rule, reason in wrong]
            total += frame.height + len(wrong)
            frames.append(frame)
        frame = pl.concat(frames) if len(frames) > 1 else frames[0]
        return self._batch(part, frame, bad, total)

    def _batch(self, part: Chunk, frame: pl.DataFrame, bad: list[tuple[int, str, str]], total: int) -> TextBatch:
        import numpy as np
        import polars as pl

        index = RecordIndex(part, self._syntax)
        numbers = [number for number, _, _ in bad]
        located = index.locate(numbers) if bad else []
        unread = [
            Unread(number - earlier, at, rule, reason)
            for earlier, ((number, rule, reason), at) in enumerate(zip(bad, located, strict=True))
        ]
        if self._constants:
            frame = frame.with_columns(pl.lit(value).alias(name) for name, value in self._constants.items())

        def locate(rows: Sequence[int]) -> list[Located]:
            return index.locate(np.delete(np.arange(total), numbers)[list(rows)])

        return TextBatch(frame, locate, unread, _is_damaged(part.data))

    def _read_span(self, data: bytes, span: Span) -> tuple[pl.DataFrame, list[tuple[int, str, str]]]:
        import polars as pl
        import pyarrow as pa
        from pyarrow import csv

        wrong: list[tuple[int, str, str]] = []

        def set_aside(row: csv.InvalidRow) -> str:
            wrong.append((row.number - 1, WRONG_COUNT, self._describe_width(row.actual_columns)))
            return "skip"

        names = [str(number) for number in range(self._width)]
        used = sorted(set(self._layout.header.positions.values()))
        syntax = self._syntax
        text = pa.py_buffer(data).slice(span.start, span.end - span.start)
        if data.startswith(BOM_UTF8, span.start):
            # The parser drops one mark, which within a file is a character of the first cell.
            text = pa.py_buffer(BOM_UTF8 + data[span.start : span.end])
        table = csv.read_csv(
            pa.BufferReader(text),
            read_options=csv.ReadOptions(column_names=names, use_threads=False, block_size=text.size + 1),
            parse_options=csv.ParseOptions(
                delimiter=syntax.delimiter, quote_char=syntax.quote or False,
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=set_aside,
            ),
            convert_options=csv.ConvertOptions(
                check_utf8=False, strings_can_be_null=False, include_columns=[names[number] for number in used],
                column_types={names[number]: pa.large_string() for number in used},
            ),
            memory_pool=pa.system_memory_pool(),  # which keeps less back than others once a batch is done
        )  # fmt: skip
        frame = pl.from_arrow(table, rechunk=False)
        assert isinstance(frame, pl.DataFrame)
        return frame.select(pl.col(names[at]).alias(name) for name, at in self._layout.header.positions.items()), wrong

    def _read_odd(self, record: OddRecord) -> tuple[pl.DataFrame, list[tuple[int, str, str]]]:
        import polars as pl

        positions = self._layout.header.positions
        fields = record.fields
        if fields is not None and len(fields) == self._width:
            return pl.DataFrame({name: [fields[at]] for name, at in positions.items()}), []
        empty = pl.DataFrame(schema=dict.fromkeys(positions, pl.String))
        if fields is not None:
            return empty, [(0, WRONG_COUNT, self._describe_width(len(fields)))]
        assert record.rule is not None
        return empty, [(0, record.rule, _QUOTE_REASONS[record.rule])]

    def _describe_width(self, found: int) -> str:
        return f"{found} fields where the header row has {self._width}"


def _is_damaged(data: bytes) -> bool:
    """Whether DAMAGE is in there; its first byte is rare, and a single byte is found many times as fast."""
    return DAMAGE[:1] in data and DAMAGE in data
