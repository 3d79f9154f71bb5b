"""Delimited text of unknown dialect as rows: encoding, marks and width are found in the file's beginning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.misfits import Misfits
from conditioners.readers.text.chunks import Chunk
from conditioners.readers.text.cutting import RecordCutter
from conditioners.readers.text.syntax import Syntax
from conditioners.structure.block import Block
from conditioners.structure.blocks import BlockReader
from conditioners.structure.encodings import describe_encoding, open_decoder
from conditioners.structure.field_grammar import Marks
from conditioners.structure.missing_delimiters import look_for_missing
from conditioners.structure.quote_readings import Effort
from conditioners.structure.rows import Row, no_resplit
from conditioners.structure.sniffing import LOOKED_AT, NAMED, Sniffed, sniff
from conditioners.structure.splitting import Splitter

_HEAD = 1 << 20
_PART = 1 << 18
_LONG = 256
"""Bytes of a line; so many of them take no time to speak of when they are blank."""
_ODD_ENDS = {"cr": "\r", "rs": "\x1e"}
"""Ends of records that are taken for line feeds: the carriage return alone, and ASCII's own record separator."""
_RESPLIT = 2
"""What it costs to read a row under another delimiter, in ways to read quotes."""
_ODD_MARKS = (" ", ";", "\t", "|", ",")
"""Delimiters that a single row may have instead of its table's."""


@dataclass
class TextRows:
    """One text file as rows; `encoding` is complete only when all rows have been taken."""

    opened: OpenedRaw
    limits: Limits
    has_labels: bool = False

    def __post_init__(self) -> None:
        self._decoder = open_decoder(self.opened.head)
        head = self._decoder.begin_again().feed(self.opened.head[:_HEAD], last=False).decode()
        self._line_end = _line_end_of(head)
        self.head = head.replace(_ODD_ENDS.get(self._line_end, "\n"), "\n")
        self.sniffed = sniff(self.head)
        self._effort = Effort()
        self._splitters: dict[str, Splitter] = {}
        self._missing = look_for_missing(self.marks, self.head[:LOOKED_AT])
        if self.sniffed.columns > self.limits.columns:
            raise Refusal(f"the table has more than {self.limits.columns} columns")

    @property
    def marks(self) -> Marks:
        """The marks found."""
        return self.sniffed.marks

    @property
    def name(self) -> str:
        """Its path in an archive, if it is in one."""
        return self.opened.member

    @property
    def place(self) -> str:
        """Rows stand in lines."""
        return "line"

    @property
    def words_are_apart(self) -> bool:
        """Whether blanks separate cells."""
        return self.marks.delimiter == " "

    def encoding(self) -> dict[str, str]:
        """The encoding's name and the evidence for it."""
        return describe_encoding(self._decoder)

    def describe(self) -> dict[str, Any]:
        """The dialect, for the summary."""
        marks = self.marks
        return {
            "format": "delimited text", "delimiter": marks.delimiter, "quote": marks.quote, "escape": marks.escape,
            "skip_blanks": marks.spaced, "line_end": self._line_end,
        }  # fmt: skip

    def rows(self) -> Iterator[Row | Block]:
        """All rows, in order; plain stretches of them as blocks."""
        pieces = self._pieces()
        if NAMED.match(self.head):
            # What the line that names the delimiter holds is no cell, though this stands in it.
            yield from _without_cells(next(pieces))
        if self._line_end not in _ODD_ENDS:
            yield from pieces
            return
        for piece in pieces:
            yield piece._replace(cells=self._restore(piece.cells)) if isinstance(piece, Row) and piece.cells else piece

    def _restore(self, cells: Sequence[str]) -> tuple[str, ...]:
        """Cells whose line ends are those of the file again, not the line feeds that they were read as."""
        end = _ODD_ENDS.get(self._line_end, "\n")
        return tuple(cell.replace("\n", end) for cell in cells)

    def _pieces(self) -> Iterator[Row | Block]:
        limit = self.limits.record_lines
        reader = BlockReader(self.marks, self.sniffed.columns, limit, self._effort, self._missing)
        chunks = self._chunks(_syntax_of(self.sniffed))
        chunk = next(chunks, None)
        while chunk is not None:
            following = next(chunks, None)
            yield from reader.read(chunk.data.decode(), chunk.first_line, is_last=following is None)
            chunk = following

    def lines(self) -> Iterator[Row]:
        """All lines, in order, each as a row of one cell."""
        for chunk in self._chunks(Syntax("\n", "")):
            for number, line in enumerate(chunk.data.decode().removesuffix("\n").split("\n")):
                yield Row(str(chunk.first_line + number), (line.rstrip("\r"),), line.rstrip("\r"))

    def _chunks(self, syntax: Syntax) -> Iterator[Chunk]:
        """Whole records; raises Refusal when nearly all lines are blank."""
        misfits = Misfits(self.limits)
        for chunk in RecordCutter(syntax, self.limits).cut(self._texts()):
            misfits.look_at(chunk.first_line, chunk.lines, chunk.lines + self._count_filling(chunk))
            yield chunk

    def _count_filling(self, chunk: Chunk) -> int:
        """Bytes that a row may hold something by, at least; lines that are long enough are not looked at."""
        if len(chunk.data) > chunk.lines * _LONG:
            return chunk.lines
        return len(chunk.data.translate(None, b" \t\r\n" + self.marks.delimiter.encode()))

    def resplit(self, row: Row) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The cells of a row with a missing delimiter put in, behind no mark, and under others than its table's."""
        if self._missing is not None and self.marks.quote in row.raw:
            self._effort.spend(_RESPLIT)
            if (cells := self._missing.mend(row.raw, self.sniffed.columns)) is not None:
                yield "", self._restore(cells)
        for mark in _ODD_MARKS:
            if mark in row.raw and mark != self.marks.delimiter:
                self._effort.spend(_RESPLIT)
                if mark not in self._splitters:
                    marks = Marks(mark, self.marks.quote, self.marks.escape)
                    self._splitters[mark] = Splitter(marks, self.sniffed.columns, effort=self._effort)
                records = list(self._splitters[mark].records(row.raw))
                if len(records) == 1 and records[0].fields is not None and not self._is_cut(row, records[0].fields):
                    yield mark, self._restore(records[0].fields)

    def _is_cut(self, row: Row, cells: Sequence[str]) -> bool:
        """Whether the table's own delimiter stands in some cells without quotes, so that it is the row's as well."""
        mark, quote = self.marks.delimiter, self.marks.quote
        holding = [cell for cell in cells if mark in cell] if mark not in ("", " ") else []
        return any(not quote or f"{quote}{cell.replace(quote, quote * 2)}{quote}" not in row.raw for cell in holding)

    def _texts(self) -> Iterator[bytes]:
        for block in chain(_begin_small(self.opened.blocks()), [b""]):
            text = self._decoder.feed(block, last=not block)
            end = _ODD_ENDS.get(self._line_end)
            yield text.replace(end.encode(), b"\n") if end else text


@dataclass(frozen=True)
class LineRows:
    """A text file that is more than delimited text: subclasses say what its rows are. None has a second reading."""

    text: TextRows
    place: ClassVar[str] = "line"
    words_are_apart: ClassVar[bool] = False
    has_labels: ClassVar[bool] = False
    resplit = staticmethod(no_resplit)

    @property
    def name(self) -> str:
        """Its path in an archive, if it is in one."""
        return self.text.name

    @property
    def within(self) -> str:
        """What stands before a line's number where other files' lines are told as well."""
        return f"{self.name}:line " if self.name else "line "

    def encoding(self) -> dict[str, str] | None:
        """How the text was decoded."""
        return self.text.encoding()


def _without_cells(piece: Row | Block) -> Iterator[Row | Block]:
    """A piece of text, its first line as one cell."""
    row = piece.row(0) if isinstance(piece, Block) else piece
    yield row._replace(cells=(row.raw,))
    if isinstance(piece, Block) and len(piece.rows) > 1:
        yield piece.behind(1)


def _begin_small(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The first block in parts, so that text that cannot be read is refused before much of it is looked at."""
    first = next(blocks, b"")
    for start in range(0, len(first), _PART):
        yield first[start : start + _PART]
    yield from blocks


def _line_end_of(head: str) -> str:
    body = head.rstrip("\r\n")
    if "\x1e" in body and "\n" not in body and "\r" not in body:
        return "rs"
    return "crlf" if "\r\n" in head else "lf" if "\n" in head else "cr" if "\r" in head else "none"


def _syntax_of(sniffed: Sniffed) -> Syntax:
    """What the cutter needs to know; it knows marks of one ASCII character."""
    marks = sniffed.marks
    if not (marks.delimiter + marks.quote).isascii() or not marks.delimiter:
        return Syntax("\n", "")
    return Syntax(
        marks.delimiter, marks.quote, marks.escape, sniffed.columns,
        spaced=marks.spaced, padded=marks.delimiter != " ",
    )  # fmt: skip
