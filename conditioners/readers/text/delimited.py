"""Delimited text: reads chunks of whole records, behind a header row, into batches."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from conditioners.declaration import Source
from conditioners.frames import to_frame
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.readers.batches import Facts, Located, TextBatch
from conditioners.readers.decoding import DAMAGE, Decoder
from conditioners.readers.headers import needs_cells, surroundings
from conditioners.readers.misfits import Misfits, Tally
from conditioners.readers.text.chunks import Chunk, Span
from conditioners.readers.text.cutting import RecordCutter
from conditioners.readers.text.ending import stop_behind_table
from conditioners.readers.text.layouts import Layout
from conditioners.readers.text.locating import FEW, BadRecord, RecordIndex, sort_out
from conditioners.readers.text.portions import cut_portions
from conditioners.readers.text.records import RULES, WRONG_COUNT, RecordParser
from conditioners.readers.text.stand_ins import put_in_each, take_out_of_cells, turn
from conditioners.rules import Rule

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    import pyarrow as pa
    from numpy.typing import NDArray
    from pyarrow import csv

_QUOTE_REASONS: dict[Rule, str] = {
    Rule.STRAY_QUOTE: "text follows a closing quote",
    Rule.UNTERMINATED_QUOTE: "a quote is opened and not closed",
}
_SPARE = 3
"""Bytes for each cell, delimiter included, beyond which hardly a row is empty."""


class DelimitedReader:
    """Reads one file in one layout."""

    def __init__(self, source: Source, layout: Layout, opened: OpenedRaw, limits: Limits) -> None:
        self.layout, self.opened, self._limits = layout, opened, limits
        self._decoder = Decoder(layout.dialect.encodings)
        self.constants = {name: opened.describe(label) for name, label in surroundings(source, layout.dialect).items()}
        self._width = len(layout.header.labels)
        self.syntax = replace(layout.syntax, width=self._width)
        self._parser = RecordParser(self.syntax, limits)
        self._misfits = Misfits(limits)
        self._needs_cells = needs_cells(source, layout.dialect, layout.header.positions)
        self.columns = (*layout.header.positions, *self.constants)
        self.facts = Facts(
            place="line",
            dialect={
                "name": layout.dialect.name, "format": "delimited text", "delimiter": layout.syntax.shown,
                "quote": layout.syntax.quote, "line_end": layout.line_end,
            },
            header_rows=layout.header_places, labels=list(layout.header.labels),
            ignored=layout.header.ignored, header_texts=layout.header_texts,
            filler=layout.syntax.shown + layout.syntax.quote,
        )  # fmt: skip

    def parts(self) -> Iterator[Chunk]:
        """Chunks of whole records behind the header row."""
        for line, text in self.layout.preamble:
            self.facts.skipped.add(f"line {line}", "before the header row" if text.strip() else "blank")
        first_line = self.layout.data_line
        texts, until = self._texts(), self.layout.dialect.until
        if until is not None:
            texts = stop_behind_table(texts, until, first_line, self.facts.skipped, self._limits.line_bytes)
        texts = put_in_each(texts, self.syntax)
        chunks = RecordCutter(self.syntax, self._limits, first_line).cut(texts)
        yield from cut_portions(chunks, self.syntax, self._limits, self._misfits)
        self.facts.encoding = {"name": self._decoder.name, "evidence": self._decoder.evidence}

    def _texts(self) -> Iterator[bytes]:
        skip = self.layout.data_offset
        for block in chain(self.opened.blocks(), [b""]):
            text = self._decoder.feed(block, last=not block)
            behind = text[skip:] if skip else text
            yield turn(behind) if self.syntax.turned else behind
            skip = max(0, skip - len(text))

    def read(self, part: Chunk) -> TextBatch:
        """The rows of a chunk."""
        index = RecordIndex(part, self.syntax)
        if len(part.pieces) == 1 and isinstance(part.pieces[0], Span):
            frame, bad = self._read_even(part.data)
            total = frame.height + len(bad)
        else:
            frame, bad = self._read_mixed(part, index)
            total = len(index.ends)
        return self._batch(part, index, take_out_of_cells(frame, part.data, self.syntax), bad, total)

    def _read_mixed(self, part: Chunk, index: RecordIndex) -> tuple[pl.DataFrame, list[BadRecord]]:
        """Rows of a chunk with odd records: all that can be read are, at once, but for those with an escape."""
        import numpy as np
        import polars as pl

        escaped = index.find_readable_with(self.syntax.escape)
        is_even = index.rules == 0
        is_even[escaped] = False
        even_at = np.flatnonzero(is_even)
        frame, wrong = self._read_even(index.cut_out(is_even))
        bad = [(int(even_at[number]), rule, reason) for number, rule, reason in wrong]
        even_at = np.delete(even_at, [number for number, *_ in wrong])
        for number in np.flatnonzero(index.rules).tolist():
            rule = RULES[index.rules[number]]
            assert rule is not None
            bad.append((number, rule, _QUOTE_REASONS[rule]))
        good_at, fields = self._parse_each(part.data, index, escaped, bad)
        if fields:
            order = np.argsort(np.concatenate([even_at, good_at]))
            frame = pl.concat([frame, self._frame_fields(fields)])[order]
        return frame, sorted(bad)

    def _parse_each(
        self, data: bytes, index: RecordIndex, numbers: NDArray[np.int64], bad: list[BadRecord]
    ) -> tuple[list[int], list[tuple[str, ...]]]:
        """The fields of some records, by number; those of another width become bad ones."""
        good_at, good = [], []
        for number, start in zip(numbers.tolist(), index.starts[numbers].tolist(), strict=True):
            record = self._parser.parse_one(data, start, last=True)
            assert record is not None and record.fields is not None
            if len(record.fields) == self._width:
                good_at.append(number)
                good.append(record.fields)
            else:
                bad.append((number, WRONG_COUNT, self._describe_width(len(record.fields))))
        return good_at, good

    def _batch(
        self, part: Chunk, index: RecordIndex, frame: pl.DataFrame, bad: Sequence[BadRecord], total: int
    ) -> TextBatch:
        import numpy as np
        import polars as pl

        numbers = [number for number, _, _ in bad]
        hollow = self._find_hollow(part, index, numbers, total)
        if len(hollow):
            frame = frame.filter(pl.Series(np.isin(np.delete(np.arange(total), numbers), hollow, invert=True)))
        filler = self.syntax.delimiter + self.syntax.quote
        unread, passed = sort_out(bad, index, filler, hollow)
        blank = sum(count for *_, count in passed)
        self._misfits.note(part.number, Tally(part.first_line, total - blank, len(unread), blank))
        if self.constants:
            frame = frame.with_columns_seq(pl.lit(value).alias(name) for name, value in self.constants.items())

        def locate(rows: Sequence[int]) -> list[Located]:
            return index.locate(np.delete(np.arange(total), [*numbers, *hollow])[list(rows)])

        return TextBatch(frame, locate, unread, _is_damaged(part.data), passed)

    def _find_hollow(self, part: Chunk, index: RecordIndex, bad: Sequence[int], total: int) -> NDArray[np.int64]:
        """Readable records of nothing but delimiters and blanks, if there are many and none can be accepted."""
        import numpy as np

        none = np.empty(0, np.int64)
        if not self._needs_cells or len(part.data) > total * self._width * _SPARE:
            return none
        hollow = np.setdiff1d(np.flatnonzero(index.are_blank(np.arange(total), self.syntax.delimiter)), bad)
        return hollow if len(hollow) > FEW else none

    def _read_even(self, data: bytes) -> tuple[pl.DataFrame, list[BadRecord]]:
        """Records in which every quote stands where it may and nothing is escaped, and those of another width."""
        import polars as pl

        if not data:
            return pl.DataFrame(schema=dict.fromkeys(self.layout.header.positions, pl.String)), []
        wrong: list[BadRecord] = []

        def set_aside(row: csv.InvalidRow) -> str:
            wrong.append((row.number - 1, WRONG_COUNT, self._describe_width(row.actual_columns)))
            return "skip"

        used = sorted(set(self.layout.header.positions.values()))
        read = dict(zip(used, to_frame(self._parse(data, used, set_aside)).get_columns(), strict=True))
        return pl.DataFrame([read[at].alias(name) for name, at in self.layout.header.positions.items()]), wrong

    def _parse(self, data: bytes, used: Sequence[int], set_aside: Callable[[csv.InvalidRow], str]) -> pa.Table:
        """The columns of some numbers; asks what to do with each record of another width."""
        import pyarrow as pa
        from pyarrow import csv

        names, syntax = [str(number) for number in range(self._width)], self.syntax
        # The parser drops one mark, which within a file is a character of the first cell.
        text = pa.py_buffer(BOM_UTF8 + data if data.startswith(BOM_UTF8) else data)
        return csv.read_csv(
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

    def _frame_fields(self, records: Sequence[tuple[str, ...]]) -> pl.DataFrame:
        import polars as pl

        positions = self.layout.header.positions
        return pl.DataFrame({name: [fields[at] for fields in records] for name, at in positions.items()})

    def _describe_width(self, found: int) -> str:
        if self.layout.dialect.fields:
            return f"{found} fields where {self._width} are declared"
        return f"{found} fields where the header row has {self._width}"


def _is_damaged(data: bytes) -> bool:
    """Whether DAMAGE is in there; its first byte is rare, and a single byte is found many times as fast."""
    return DAMAGE[:1] in data and DAMAGE in data
