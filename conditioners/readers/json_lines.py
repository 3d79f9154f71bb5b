"""JSON Lines in a declared dialect: a value in each line, read line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from threading import Lock
from typing import Any

from conditioners.declaration import Source
from conditioners.dialects import JsonLines
from conditioners.limits import KIB, Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.batches import Facts, Located, Rows, TextBatch
from conditioners.readers.cutting import Chunk, RecordCutter
from conditioners.readers.decoding import DAMAGE, Decoder, show_damage
from conditioners.readers.json_labels import list_labels
from conditioners.readers.json_parsing import limit_line, parse_json, reckon_room
from conditioners.readers.json_showing import show_json
from conditioners.readers.json_tree import Stray, TreeWalker
from conditioners.readers.misfits import Misfits, Tally, count_hollow
from conditioners.readers.portions import cut_portions
from conditioners.readers.records import Syntax

_LINES = Syntax(delimiter="\n", quote="")
_HEAD = 64 * KIB
_SHARE = 3
"""Lines that are read together are large if they take more than such a part of the memory for JSON."""
_LONG = 16
"""Bytes of a line; chunks in which most are longer are not searched for lines that hold nothing."""


def has_json_lines(head: bytes, limits: Limits) -> bool:
    """Whether the first line of a file that begins with a brace or bracket is a whole JSON value."""
    first = Decoder(("utf-8",)).feed(head[:_HEAD], last=len(head) <= _HEAD).lstrip().split(b"\n", 1)[0]
    try:
        parse_json(first, limits)
    except Refusal:
        return False
    return True


def _first_values(head: bytes, limits: Limits) -> Iterator[Any]:
    """The values of whole lines at a file's beginning."""
    text = Decoder(("utf-8",)).feed(head[:_HEAD], last=len(head) <= _HEAD)
    for line in text.split(b"\n")[: None if len(head) <= _HEAD else -1]:
        with suppress(Refusal):
            yield parse_json(line, limits)


def _count_bare(chunk: Chunk) -> int:
    """Lines that hold an empty object or list, or null."""
    lines = chunk.data.translate(None, b" \t\r").removesuffix(b"\n").split(b"\n")
    return sum(map(lines.count, (b"{}", b"[]", b"null")))


class JsonLinesReader:
    """Reads one file in one dialect."""

    def __init__(self, source: Source, dialect: JsonLines, opened: OpenedRaw, limits: Limits) -> None:
        self._opened, self._limits, self._records = opened, limits, dialect.records
        self._decoder, self._misfits = Decoder(("utf-8",)), Misfits(limits)
        self._large, self._line_limits = Lock(), limit_line(limits)
        self._walker = TreeWalker(source, dialect, opened)
        self.columns = self._walker.columns
        self._told = self._walker.inner if dialect.records else self._walker.labelled
        """Columns of which a row that holds something has one."""
        labels = list_labels(_first_values(opened.head, limits), dialect.records)
        self._walker.require_any(source, labels)
        self.facts = Facts(
            place="line", dialect={"name": dialect.name, "format": "JSON lines", "records": dialect.records},
            labels=labels, ignored=self._walker.list_ignored(labels),
        )  # fmt: skip

    def parts(self) -> Iterator[Chunk]:
        """Chunks of whole lines."""
        texts = (self._decoder.feed(block, last=not block) for block in chain(self._opened.blocks(), [b""]))
        chunks = self._look_at(RecordCutter(_LINES, self._limits).cut(texts))
        yield from cut_portions(chunks, _LINES, self._limits, self._misfits)
        self.facts.encoding = {"name": self._decoder.name, "evidence": self._decoder.evidence}

    def _look_at(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """The same chunks; raises Refusal when most lines hold nothing, before millions of them are parsed."""
        misfits = Misfits(self._limits)
        for chunk in chunks:
            bare = _count_bare(chunk) if len(chunk.data) < chunk.lines * _LONG else 0
            # Of a line with a list, each row takes two bytes or more.
            rows = bare + len(chunk.data) // 2 if self._records else chunk.lines
            misfits.look_at(chunk.first_line, rows, len(chunk.data), odd=bare)
            yield chunk

    def read(self, part: Chunk) -> TextBatch:
        """The rows of a chunk; raises Refusal when most lines up to it are no JSON, or hold nothing."""
        is_large = reckon_room(part.data) > self._limits.json_room // _SHARE
        batch, barren = self._read_large(part) if is_large else self._read_lines(part)
        found, unread = batch.frame.height + len(batch.unread), len(batch.unread)
        unread += barren + count_hollow(batch.frame, self._told)
        self._misfits.note(part.number, Tally(part.first_line, found + barren, unread, 0))
        return replace(batch, damaged=DAMAGE in part.data or b"\\u" in part.data)

    def _read_lines(self, part: Chunk) -> tuple[TextBatch, int]:
        rows, barren = self._walk(part)
        return rows.to_batch(_locate), barren

    def _read_large(self, part: Chunk) -> tuple[TextBatch, int]:
        """As `_read_lines`, but holds on to nothing that was parsed, of which only one such part may be held."""

        def locate(rows: Sequence[int]) -> list[Located]:
            with self._large:
                origins = self._walk(part)[0].origins
                return [_locate(origins[row]) for row in rows]

        with self._large:
            batch, barren = self._read_lines(part)
            return replace(batch, locate=locate), barren

    def _walk(self, part: Chunk) -> tuple[Rows, int]:
        """The rows of all lines, and how many of these have none."""
        rows, barren = Rows(self.columns), 0
        for number, line in enumerate(part.data.removesuffix(b"\n").split(b"\n"), start=part.first_line):
            before = len(rows.cells) + len(rows.unread)
            self._read_line(number, line, rows)
            barren += before == len(rows.cells) + len(rows.unread)
        return rows, barren

    def _read_line(self, number: int, line: bytes, rows: Rows) -> None:
        if not line.strip():
            rows.add_unread(Located(str(number), ""), "not_json", "the line is blank")
            return
        try:
            value = parse_json(line, self._line_limits)
        except Refusal as refusal:
            rows.add_unread(Located(str(number), show_damage(line.decode())), "not_json", refusal.reason)
            return
        for found in self._walker.walk(value):
            if isinstance(found, Stray):
                at = Located(f"{number} {found.place}", show_damage(found.raw))
                rows.add_unread(at, found.rule, found.reason)
            else:
                place, cells = found
                rows.add((f"{number} {place.path}" if self._records else str(number), place.record), cells)


def _locate(origin: tuple[str, object]) -> Located:
    place, record = origin
    return Located(place, show_damage(show_json(record)))
