"""JSON Lines as records, in two readings: one tells what their rows are, the other one gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.value_lines import BrokenLine, ValueLines
from conditioners.structure.records import Record
from conditioners.structure.unfolding import Unfolding, UnfoldingSurvey

_HELD = 1000
"""Rows without labels that are looked at together, to find out which of them are tables."""
_CELL = 100
"""Bytes in memory for a cell, beside its text."""


@dataclass
class LineSurvey:
    """What a first reading of all lines tells."""

    lines: ValueLines
    unfolding: UnfoldingSurvey
    limits: Limits
    lists: int = 0
    """Lines that hold a list."""
    cells: int = 0
    """Of these lists."""
    nested: int = 0
    """Of these cells, lists and objects."""
    widest: int = 0
    """Most cells of a list."""
    checksum: int = field(default=0, init=False)

    @classmethod
    def take_all(cls, opened: OpenedRaw, limits: Limits, refused: Refusal | None = None) -> LineSurvey:
        """Read all lines; raises `refused`, if there is one, when the first line is no value."""
        survey = cls(ValueLines(opened, limits), UnfoldingSurvey(limits), limits)
        try:
            for found in survey.lines.read():
                survey._take(found)
        except Refusal:
            if refused is not None and not survey.lines.count:
                raise refused from None
            raise
        if not survey.lines.count:
            raise refused or Refusal("the file holds no JSON value")
        survey.checksum = survey.lines.checksum
        return survey

    def _take(self, found: Any) -> None:
        if isinstance(found, BrokenLine):
            return
        if isinstance(found, list):
            self.lists += 1
            self.cells += len(found)
            self.widest = max(self.widest, len(found))
            self.nested += sum(isinstance(cell, list | dict) for cell in found)
        # The text of a value that is no object says nothing about how objects unfold.
        self.unfolding.take(found if isinstance(found, dict) else None)

    @property
    def is_list_of_rows(self) -> bool:
        """Whether all lines are lists that hold more scalars than further lists; see json_tables."""
        return self.lists == self.lines.count and (not self.cells or self.nested * 2 < self.cells)

    def require_room(self) -> None:
        """Raises Refusal when as many rows as are looked at together may take too much memory."""
        whole = self.cells * _CELL + self.lines.size * 2
        held = (self.widest * _CELL + self.lines.longest * 2) * _HELD
        if min(whole, held) > self.limits.json_room:
            most = self.limits.json_room // MIB
            raise Refusal(f"the rows of the JSON lines would take more than {most} MiB of memory")

    def read_again(self) -> Iterator[Any]:
        """All lines once more; raises Refusal when they are others now."""
        yield from self.lines.read()
        if self.lines.checksum != self.checksum:
            raise Refusal("the file changed while it was read")


def read_records(survey: LineSurvey, unfolding: Unfolding) -> Iterator[tuple[str, Record] | BrokenLine]:
    """The rows of all lines that hold a value, and the other lines."""
    number = 0
    for found in survey.read_again():
        if isinstance(found, BrokenLine):
            yield found
        else:
            yield from unfolding.rows(f"$[{number}]", found)
            number += 1
