"""JSON Lines in a declared dialect: a value in each line, read line by line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import chain
from operator import itemgetter
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from conditioners.collector import collector_paused
from conditioners.declaration import Source
from conditioners.dialects import JsonLines
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import KIB, Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import Facts, Located, TextBatch, Unread
from conditioners.readers.decoding import Decoder, show_damage
from conditioners.readers.json.labels import list_labels
from conditioners.readers.json.levels import FoundStray, Place, Walked
from conditioners.readers.json.line_parsing import LineParser
from conditioners.readers.json.parsing import limit_line, may_be_damaged, parse_json, reckon_room
from conditioners.readers.json.showing import show_json
from conditioners.readers.json.tree import TreeWalker
from conditioners.readers.misfits import Misfits, Tally, count_hollow
from conditioners.readers.text.chunks import Chunk
from conditioners.readers.text.cutting import RecordCutter
from conditioners.readers.text.portions import cut_portions
from conditioners.readers.text.syntax import LINES
from conditioners.rules import Rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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


class _Parsed(NamedTuple):
    """The values of some lines, the numbers of these, and lines that are no JSON, before which so many values stand."""

    values: list[Any]
    lines: list[int]
    broken: list[tuple[int, tuple[Located, str]]]


class JsonLinesReader:
    """Reads one file in one dialect."""

    def __init__(self, source: Source, dialect: JsonLines, opened: OpenedRaw, limits: Limits) -> None:
        self._opened, self._limits, self._records = opened, limits, dialect.records
        self._decoder, self._misfits = Decoder(("utf-8",)), Misfits(limits)
        self._large, self._parser = Lock(), LineParser(limit_line(limits))
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
        chunks = self._look_at(RecordCutter(LINES, self._limits).cut(texts))
        yield from cut_portions(chunks, LINES, self._limits, self._misfits)
        self.facts.encoding = {"name": self._decoder.name, "evidence": self._decoder.evidence}

    def _look_at(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """The same chunks; raises Refusal when most lines hold nothing, before millions of them are parsed."""
        misfits = Misfits(self._limits)
        for chunk in chunks:
            bare = _count_bare(chunk) if len(chunk.data) < chunk.lines * _LONG else 0
            # Of a line with a list, each row takes two bytes or more.
            rows = bare + len(chunk.data) // 2 if self._records else chunk.lines
            misfits.look_at(chunk.first_line, rows, len(chunk.data))
            misfits.look_at_odd(chunk.first_line, rows, bare)
            yield chunk

    def read(self, part: Chunk) -> TextBatch:
        """The rows of a chunk; raises Refusal when most lines up to it are no JSON, or hold nothing."""
        is_large = reckon_room(part.data) > self._limits.json_room // _SHARE
        turn = self._large if is_large else nullcontext()
        with turn:
            batch, barren = self._read(part, turn)
        found, unread = batch.frame.height + len(batch.unread), len(batch.unread)
        unread += barren + count_hollow(batch.frame, self._told)
        self._misfits.note(part.number, Tally(part.first_line, found + barren, unread, 0))
        return batch

    def _read(self, part: Chunk, turn: AbstractContextManager[object]) -> tuple[TextBatch, int]:
        """A batch that does not hold on to what was parsed, and how many lines have no rows.

        To tell where rows stand it parses the lines again, of which those of one large part alone may be held.
        """

        def locate(rows: Sequence[int]) -> list[Located]:
            with turn, collector_paused():
                parsed, walked, _ = self._walk(part)
                return [self._locate(parsed.lines, walked.find(row)) for row in rows]

        # All that is made is let go as soon as it is in columns, so that there is nothing to collect.
        with collector_paused():
            parsed, walked, counts = self._walk(part)
            unread = self._list_unread(parsed, walked.strays, counts)
            barren = set((counts == 0).nonzero()[0].tolist()) - {stray.outermost for stray in walked.strays}
            passed = self._tell_barren(parsed, barren)
            return TextBatch(walked.frame, locate, unread, may_be_damaged(part.data), passed), len(barren)

    def _tell_barren(self, parsed: _Parsed, barren: Collection[int]) -> list[tuple[Located, str, int]]:
        """Lines that hold no record."""
        if not barren:
            return []
        first = Located(str(parsed.lines[min(barren)]), "")
        return [(first, f"nothing at {self._records} in the line, here or further on", len(barren))]

    def _walk(self, part: Chunk) -> tuple[_Parsed, Walked, NDArray[np.int64]]:
        """What the lines hold, the records in it, and how many each value has."""
        parsed = self._parse(part)
        return parsed, *self._walker.walk(parsed.values)

    def _parse(self, part: Chunk) -> _Parsed:
        parsed = _Parsed([], [], [])
        for number, line in enumerate(part.data.removesuffix(b"\n").split(b"\n"), start=part.first_line):
            try:
                value = self._parser.parse(line)
            except (Refusal, ValueError) as fault:
                parsed.broken.append((len(parsed.values), self._tell_broken(number, line, fault)))
            else:
                parsed.values.append(value)
                parsed.lines.append(number)
        return parsed

    def _tell_broken(self, number: int, line: bytes, fault: Refusal | ValueError) -> tuple[Located, str]:
        """A line that is no JSON, and why."""
        if not line.strip():
            return Located(str(number), ""), "the line is blank"
        reason = self._parser.find_reason(line, fault)
        return Located(str(number), show_damage(line.decode())), reason

    def _list_unread(self, parsed: _Parsed, strays: Sequence[FoundStray], counts: NDArray[np.int64]) -> list[Unread]:
        """All that is no row, in order: lines that are no JSON, and what stands in place of lists in others."""
        starts = [0, *counts.cumsum().tolist()]
        found = [((at, 0), Unread(starts[at], line, Rule.NOT_JSON, reason)) for at, (line, reason) in parsed.broken]
        for outermost, before, stray in strays:
            at = Located(f"{parsed.lines[outermost]} {stray.place}", show_damage(stray.raw))
            found.append(((outermost, 1), Unread(before, at, stray.rule, stray.reason)))
        return [unread for _, unread in sorted(found, key=itemgetter(0))]

    def _locate(self, lines: Sequence[int], place: Place) -> Located:
        line = str(lines[place.outermost])
        at = f"{line} {place.path}" if self._records else line
        return Located(at, show_damage(show_json(place.record)))
