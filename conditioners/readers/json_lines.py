"""JSON Lines in a declared dialect: a value in each line, read line by line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain
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
from conditioners.readers.json_parsing import parse_json
from conditioners.readers.json_showing import show_json
from conditioners.readers.json_tree import Stray, TreeWalker
from conditioners.readers.misfits import Misfits, Tally, count_hollow
from conditioners.readers.portions import cut_portions
from conditioners.readers.records import Syntax

_LINES = Syntax(delimiter="\n", quote="")
_HEAD = 64 * KIB
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
        rows, barren = Rows(self.columns), 0
        for number, line in enumerate(part.data.removesuffix(b"\n").split(b"\n"), start=part.first_line):
            before = len(rows.cells) + len(rows.unread)
            self._read_line(number, line, rows)
            barren += before == len(rows.cells) + len(rows.unread)
        batch = rows.to_batch(_locate)
        found, unread = batch.frame.height + len(batch.unread), len(batch.unread)
        unread += barren + count_hollow(batch.frame, self._told)
        self._misfits.note(part.number, Tally(part.first_line, found + barren, unread, 0))
        return replace(batch, damaged=DAMAGE in part.data or b"\\u" in part.data)

    def _read_line(self, number: int, line: bytes, rows: Rows) -> None:
        if not line.strip():
            rows.add_unread(Located(str(number), ""), "not_json", "the line is blank")
            return
        try:
            value = parse_json(line, self._limits)
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
