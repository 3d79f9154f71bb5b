"""Finds how a delimited file is laid out: the dialect and delimiter under which its head has the header row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from conditioners.declaration import Source
from conditioners.dialects import Delimited
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import KIB, Limits
from conditioners.outcome import Refusal
from conditioners.parts import place_parts
from conditioners.readers.decoding import DAMAGE, Decoder
from conditioners.readers.headers import Header, NearMiss, find_header
from conditioners.readers.text.records import ParsedRecord, RecordParser
from conditioners.readers.text.stand_ins import make_syntax, put_in, take_out
from conditioners.readers.text.syntax import Syntax

_HEAD = 64 * KIB
"""Bytes that a header row mostly stands in; all that was read of the file is looked at where lines are longer."""
_USUAL = (",", ";", "\t", "|")
"""Delimiters that a file may have instead of those declared."""
_UNDECODED = "; bytes there are no text in UTF-8 or the declared encodings, so the file may be in another code page"


@dataclass(frozen=True)
class Layout:
    """How one file is to be read: the dialect, and what was found in the file's head."""

    dialect: Delimited
    syntax: Syntax
    header: Header
    header_line: int
    header_texts: tuple[str, ...]
    """The rows that hold the labels, as they are written."""
    data_offset: int
    """Of the first byte behind the header row, in decoded text."""
    data_line: int
    """The line that this byte stands in."""
    preamble: tuple[tuple[int, str], ...]
    """Lines before the header row."""
    line_end: str
    also_fits: Mapping[str, str] = field(default_factory=dict)
    """Other dialects whose header row the file has, and why they were not taken."""

    @property
    def header_places(self) -> list[str]:
        """Where the labels stand; nowhere in a file without a header row."""
        return [f"line {self.header_line}"] if self.header_line else []


def find_layouts(source: Source, dialects: Sequence[Delimited], opened: OpenedRaw, limits: Limits) -> list[Layout]:
    """The dialects that the most labels stand of in one of the first rows; raises Refusal when there is none."""
    search = _Search(source, limits)
    for dialect in dialects:
        search.look(dialect, opened)
    if not search.found:
        raise search.refusal(dialects, opened)
    best = max(len(layout.header.positions) for layout in search.found)
    fitting = [layout for layout in search.found if len(layout.header.positions) == best]
    others = {
        layout.dialect.name: f"{len(layout.header.positions)} of the columns have a label, and of this one's {best}"
        for layout in search.found if all(layout.dialect is not other.dialect for other in fitting)
    }  # fmt: skip
    return [replace(layout, also_fits=others) for layout in fitting]


class _Search:
    """Looks for header rows, dialect by dialect, and keeps what there is to tell where none is found."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source, self._limits = source, limits
        self.found: list[Layout] = []
        self._miss, self._missed_places = NearMiss(), [""]
        self._undecodable: Refusal | None = None
        """Why the last dialect whose encodings cannot hold the file was not looked at."""
        self._unclear: Refusal | None = None
        """What is wrong with the last row that would be a header."""
        self._is_damaged = False

    def look(self, dialect: Delimited, opened: OpenedRaw) -> None:
        """Note the layouts that a file's head has in one dialect, one for each delimiter at most."""
        try:
            head = decode_head(opened, dialect.encodings, _quoted_cell(dialect), _count_lines(dialect))
        except Refusal as refusal:
            self._undecodable = refusal
            return
        self._is_damaged = self._is_damaged or DAMAGE in head.text
        for delimiter in dialect.delimiters:
            syntax = make_syntax(delimiter, dialect.quote, dialect.escape or "", head.line_end)
            if not dialect.fields:
                self._look_for_header(dialect, syntax, head)
            elif re.match(dialect.opening, head.text.decode("utf-8", "ignore")):
                self.found.append(_layout_without_header(self._source, dialect, syntax, head.line_end))

    def _look_for_header(self, dialect: Delimited, syntax: Syntax, head: Head) -> None:
        rows, before = list[tuple[int, ParsedRecord]](), self._miss.matched
        try:
            text = put_in(head.text, syntax)
            records = _head_records(text, syntax, _count_lines(dialect), self._limits, is_whole=head.is_whole)
            header = find_header(self._source, dialect, _fields_of(records, rows, self._limits), self._miss)
        except Refusal as refusal:
            self._unclear = refusal
            return
        if self._miss.matched > before:
            self._missed_places = [f"line {line}" for line, _ in rows]
        if header is not None:
            self.found.append(_layout(dialect, syntax, header, text, rows, head.line_end))

    def refusal(self, dialects: Sequence[Delimited], opened: OpenedRaw) -> Refusal:
        """Why nothing was found: what stands closest to being a header is told before what could not be read."""
        if self._undecodable is not None and self._miss.row is None:
            return self._undecodable
        if self._unclear is not None:
            return self._unclear
        if all(dialect.fields for dialect in dialects):
            openings = " or ".join(repr(dialect.opening) for dialect in dialects)
            return Refusal(f"the file does not begin as its dialects without a header row do: {openings}")
        other = self._tell_other_delimiter(dialects, opened) if self._miss.row is None else ""
        return Refusal(self._miss.describe(self._source, self._missed_places) + other + _UNDECODED * self._is_damaged)

    def _tell_other_delimiter(self, dialects: Sequence[Delimited], opened: OpenedRaw) -> str:
        """Which row would name the columns if a dialect had another delimiter; empty if none would."""
        for dialect in dialects:
            for delimiter in _USUAL if not dialect.fields else ():
                if delimiter in (*dialect.delimiters, dialect.quote, dialect.escape):
                    continue
                search = _Search(self._source, self._limits)
                search.look(replace(dialect, delimiters=(delimiter,)), opened)
                if search.found:
                    declared = " and ".join(map(repr, dialect.delimiters))
                    line = search.found[0].header_line
                    return f"; line {line} does with {delimiter!r} as delimiter, and {dialect.name!r} has {declared}"
        return ""


def _count_lines(dialect: Delimited) -> int:
    """How many lines a header row may end in."""
    return dialect.header_within + dialect.header_rows


class Head(NamedTuple):
    """The beginning of a text in UTF-8, what its lines end with, and whether that is all of the text."""

    text: bytes
    line_end: str
    is_whole: bool


def decode_head(opened: OpenedRaw, encodings: tuple[str, ...], quoted: bytes = b"", lines: int = 1) -> Head:
    """How a text begins, with so many lines if what was read of the file has them.

    `quoted` is a regular expression for cells whose line ends are their own. Raises Refusal if no encoding can hold it.
    """
    head = _decode_first(opened, encodings, quoted, _HEAD)
    if len(opened.head) > _HEAD and head.text.count(b"\n") < lines:
        return _decode_first(opened, encodings, quoted, len(opened.head))
    return head


def _decode_first(opened: OpenedRaw, encodings: tuple[str, ...], quoted: bytes, size: int) -> Head:
    is_whole = opened.is_whole and len(opened.head) <= size
    head = Decoder(encodings).feed(opened.head[:size], last=is_whole)
    line_end = _find_line_end(head, quoted) if b"\r" in head else "lf" if b"\n" in head else "none"
    return Head(head.replace(b"\r", b"\n") if line_end == "cr" else head, line_end, is_whole)


def _quoted_cell(dialect: Delimited) -> bytes:
    """A regular expression for a quoted cell, up to the end of the text if it is not closed before."""
    marks = (dialect.quote, dialect.escape or "", "".join(dialect.delimiters))
    quote, escape, delimiters = (re.escape(mark.encode()) for mark in marks)
    escaped = rb"|" + escape + rb"." if escape else b""
    inside = rb"(?:[^" + quote + escape + rb"]++" + escaped + rb"|" + quote + quote + rb")*+"
    # The quote stands first, for it is looked for many times as fast as anything before it.
    begins = quote + rb"(?:(?<=[" + delimiters + rb"\r\n]" + quote + rb")|(?<=\A" + quote + rb"))"
    return begins + inside + rb"(?:" + quote + rb"|\Z)" if quote else b""


def _find_line_end(head: bytes, quoted: bytes) -> str:
    """What the lines of a text with CRs end with; within a cell they may end otherwise, as Excel on a Mac writes."""
    outside = re.sub(quoted, b"", head, flags=re.DOTALL) if quoted else head
    lines = outside if b"\r" in outside or b"\n" in outside else head
    return "crlf" if b"\r\n" in lines else "lf" if b"\n" in lines else "cr"


def _head_records(
    head: bytes, syntax: Syntax, lines: int, limits: Limits, *, is_whole: bool
) -> Iterator[tuple[int, ParsedRecord]]:
    """The first records, each with its line; none that goes on behind a head that is not all of the file."""
    parser, position, line = RecordParser(syntax, limits, most_fields=limits.labels), 0, 1
    while position < len(head) and line <= lines:
        record = parser.parse_one(head, position, last=True)
        assert record is not None
        if record.end == len(head) and not is_whole and not head.endswith(b"\n"):
            return
        yield line, record
        line += head.count(b"\n", position, record.end)
        position = record.end


def _fields_of(
    records: Iterable[tuple[int, ParsedRecord]], taken: list[tuple[int, ParsedRecord]], limits: Limits
) -> Iterator[Sequence[str]]:
    """The records' fields; notes each record that was taken. Raises Refusal when one has too many to be labels."""
    for line, record in records:
        if len(record.fields or ()) > limits.labels:
            raise Refusal(f"a row has more than {limits.labels} cells before any row names the columns", f"line {line}")
        taken.append((line, record))
        yield record.fields or ()


def _layout(
    dialect: Delimited, syntax: Syntax, header: Header, head: bytes, rows: list[tuple[int, ParsedRecord]], line_end: str
) -> Layout:
    line, _ = rows[header.row]
    labels = [row for _, row in rows[header.row : header.row + dialect.header_rows]]
    end = labels[-1].end
    preamble = tuple((before, _show(head, row, syntax)) for before, row in rows[: header.row])
    texts = tuple(_show(head, row, syntax) for row in labels)
    offset = len(take_out(head[:end].decode(), syntax).encode())
    data_line = 1 + head.count(b"\n", 0, end)
    return Layout(dialect, syntax, header, line, texts, offset, data_line, preamble, line_end)


def _layout_without_header(source: Source, dialect: Delimited, syntax: Syntax, line_end: str) -> Layout:
    positions = place_parts(source.names, dialect, {name: at for at, name in enumerate(dialect.fields) if name})
    return Layout(dialect, syntax, Header(-1, positions, dialect.fields), 0, (), 0, 1, (), line_end)


def _show(head: bytes, row: ParsedRecord, syntax: Syntax) -> str:
    return take_out(head[row.start : row.end].decode(), syntax).strip("\r\n")
