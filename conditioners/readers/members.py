"""Readers of an archive's members: each names its member where it refuses or skips lines, and may be read ahead."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from typing import Any

from conditioners.dialects import Dialect
from conditioners.inputs.raw import OpenedRaw
from conditioners.inputs.unpack import naming
from conditioners.limits import Limits
from conditioners.outcome import Refusal, Skipped
from conditioners.readers.batches import Reader, TextBatch
from conditioners.readers.gathered import FewRows, is_small
from conditioners.readers.text.delimited import DelimitedReader
from conditioners.readers.text.joined import Taken, take

_FEW_PARTS = 3
"""A last line without its end is one by itself."""
_Step = tuple[tuple[Any, ...], Skipped]
"""A part, and the lines that were skipped before it; no part behind the last one."""


class MemberReader:
    """A reader of one member. What is read ahead of its turn, faults and all, is handed on when that has come."""

    def __init__(self, reader: Reader, opened: OpenedRaw, dialect: Dialect, limits: Limits) -> None:
        self._reader, self._opened, self._dialect, self._limits = reader, opened, dialect, limits
        self._member = opened.member
        self.columns, self.facts = reader.columns, reader.facts
        self._taken: Taken | None = None
        self._ahead = list[_Step]()
        self._behind = self._take_steps()
        self._fault: Refusal | None = None
        """Met ahead, behind the parts in `_ahead`."""
        self._read: dict[int, TextBatch | Refusal] = {}
        """Parts that have been read ahead, by their object's number; they are held in `_ahead`."""

    @cached_property
    def small(self) -> Taken | FewRows | None:
        """All of the member, if it is small and may be read or judged with others."""
        if not is_small(self._opened, self._limits):
            return None
        if isinstance(self._reader, DelimitedReader):
            with naming(self._member):
                self._taken = take(self._reader, self._limits)
            if self._taken is not None:
                return self._taken if self._taken.is_even else None
        return self._read_rows()

    def _read_rows(self) -> FewRows | None:
        """Its rows, if they are few parts and nothing is skipped."""
        self._look_ahead()
        *steps, (end, behind) = self._ahead or [((), Skipped())]
        if end or self._fault is not None or any(skipped.total for _, skipped in (*steps, (end, behind))):
            return None
        batches = list[TextBatch]()
        for (part,), _ in steps:
            batch = self._read[id(part)] = self._try_to_read(part)
            if isinstance(batch, Refusal) or batch.passed:
                return None
            batches.append(batch)
        return FewRows(self._dialect, self.columns, self.facts, batches, len(self._opened.head)) if batches else None

    def _look_ahead(self) -> None:
        try:
            for step in islice(self._behind, _FEW_PARTS + 1):
                self._ahead.append(step)
        except Refusal as refusal:
            self._fault = refusal

    def _take_steps(self) -> Iterator[_Step]:
        with naming(self._member):
            for part in self._reader.parts() if self._taken is None else self._taken.chunks:
                yield (part,), self._take_skipped()
        yield (), self._take_skipped()

    def _take_skipped(self) -> Skipped:
        """The lines that have been skipped until now, with the member's name."""
        skipped = Skipped()
        skipped.take_from(self.facts.skipped)
        for number, (place, cause) in enumerate(skipped.listed):
            what, _, where = place.partition(" ")
            if not where.startswith(f"{self._member}:"):
                skipped.listed[number] = (f"{what} {self._member}:{where}", cause)
        return skipped

    def parts(self) -> Iterator[Any]:
        """The inner reader's, which can be asked for once."""
        for part, skipped in chain(self._ahead, self._behind):
            self.facts.skipped.take_from(skipped)
            yield from part
        if self._fault is not None:
            raise self._fault

    def read(self, part: Any) -> TextBatch:
        """The inner reader's."""
        read = self._read.get(id(part)) or self._try_to_read(part)
        if isinstance(read, Refusal):
            raise read
        return read

    def _try_to_read(self, part: Any) -> TextBatch | Refusal:
        try:
            with naming(self._member):
                return self._reader.read(part)
        except Refusal as refusal:
            return refusal
