"""Small files in one batch: to judge and write a few rows takes as long as to judge and write a thousand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, Generic, Protocol, TypeVar

from conditioners.dialects import Dialect
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import KIB, Limits
from conditioners.readers.batches import Facts, Located, TextBatch
from conditioners.readers.text.locating import FEW

_SMALL = 64 * KIB
"""Bytes from which on a file is worth a batch of its own."""


def is_small(opened: OpenedRaw, limits: Limits) -> bool:
    """Whether a file may be read or judged with others."""
    return opened.is_whole and len(opened.head) <= min(_SMALL, limits.line_bytes)


class Small(Protocol):
    """A small file."""

    @property
    def layout(self) -> tuple[Any, ...]:
        """What is equal of files in one batch."""

    @property
    def rows(self) -> int:
        """How many it has, at most."""

    @property
    def size(self) -> int:
        """In bytes."""


S = TypeVar("S", bound=Small)


class Together(Generic[S]):
    """Files that stand in one batch."""

    def __init__(self, limits: Limits) -> None:
        # Of so few rows no limit counts those that are odd, and none is one of many blank ones, which are only counted.
        self._most = min(FEW, limits.unread_rows, limits.blank_lines, limits.portion_records)
        self._most_bytes = limits.chunk_bytes
        self._rows = self._size = 0
        self.files: list[S] = []

    def add(self, file: S) -> bool:
        """Append a file if it can stand behind the others, and tell whether it does."""
        rows, size = self._rows + file.rows, self._size + file.size
        is_more = rows > self._most or size > self._most_bytes
        if self.files and (is_more or file.layout != self.files[0].layout):
            return False
        self._rows, self._size = rows, size
        self.files.append(file)
        return True


@dataclass(frozen=True)
class FewRows:
    """All rows of a small file of any format."""

    dialect: Dialect
    columns: Sequence[str]
    facts: Facts
    batches: Sequence[TextBatch]
    """At least one."""
    packed: int
    """The file's size in bytes."""

    @property
    def layout(self) -> tuple[Any, ...]:
        """What is equal of files in one batch: that by which rows are judged, and told from lines that are none."""
        facts = self.facts
        told = facts.place, list(facts.header_texts), facts.filler
        return id(self.dialect), tuple(self.columns), told, any(batch.damaged for batch in self.batches)

    @property
    def rows(self) -> int:
        """How many it has."""
        return sum(batch.frame.height + len(batch.unread) for batch in self.batches)

    @property
    def size(self) -> int:
        """In bytes, unpacked or not: what takes more of them."""
        return max(self.packed, sum(int(batch.frame.estimated_size()) for batch in self.batches))


class GatheredReader:
    """Hands on the rows of several files as one batch, in which each row's place names its file."""

    def __init__(self, files: Sequence[FewRows]) -> None:
        """`files` can stand in one batch."""
        self.columns, self.facts = files[0].columns, replace(files[0].facts, member="")
        self._batches = [(file.facts.member, batch) for file in files for batch in file.batches]
        self._starts = [0, *accumulate(batch.frame.height for _, batch in self._batches)]
        """Rows that could be read before each batch, and behind the last one."""

    def parts(self) -> Iterator[None]:
        """All of it at once."""
        yield None

    def read(self, part: None) -> TextBatch:
        """The rows of all files."""
        import polars as pl

        frame = pl.concat([batch.frame for _, batch in self._batches], rechunk=True)
        unread = [
            replace(row, before=start + row.before, located=_name(member, row.located))
            for start, (member, batch) in zip(self._starts[:-1], self._batches, strict=True)
            for row in batch.unread
        ]
        return TextBatch(frame, self._locate, unread, any(batch.damaged for _, batch in self._batches))

    def _locate(self, rows: Sequence[int]) -> list[Located]:
        found, by_batch = list[Located](), dict[int, list[int]]()
        for row in rows:
            number = bisect_right(self._starts, row) - 1
            by_batch.setdefault(number, []).append(row - self._starts[number])
        for number, of_batch in by_batch.items():
            member, batch = self._batches[number]
            found += [_name(member, located) for located in batch.locate(of_batch)]
        return found


def _name(member: str, located: Located) -> Located:
    return Located(f"{member}:{located.place}", located.raw)
