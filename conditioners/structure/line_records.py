"""JSON Lines as records, in two readings: one tells what their rows are, the other one gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.json.parsing import TooLarge
from conditioners.readers.json.value_lines import BrokenLine, ValueLines
from conditioners.structure.list_rows import RowTally, check_wide
from conditioners.structure.records import Record
from conditioners.structure.unfolding import Unfolding, UnfoldingSurvey

_MORE_BEHIND = "not JSON: Extra data"
"""Why JSON Lines are no document."""


@dataclass
class LineSurvey:
    """What a first reading of all lines tells."""

    lines: ValueLines
    unfolding: UnfoldingSurvey
    limits: Limits
    rows: RowTally = field(default_factory=RowTally)
    """Of the lines that hold a list."""
    checksum: int = field(default=0, init=False)
    _wide: int = field(default=0, init=False)
    """Cells of lists that are wider than a table may be."""

    @classmethod
    def take_all(cls, opened: OpenedRaw, limits: Limits, refused: Refusal | None = None) -> LineSurvey:
        """Read all lines; raises `refused`, if there is one, when the first line is no value."""
        survey = cls(ValueLines(opened, limits), UnfoldingSurvey(limits), limits)
        try:
            for found in survey.lines.read():
                survey._take(found)
        except Refusal as refusal:
            is_large_line = isinstance(refusal, TooLarge) and refused is not None and refused.reason == _MORE_BEHIND
            if refused is not None and not survey.lines.count and not is_large_line:
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
            self.rows.take(found)
            if len(found) > self.limits.columns:
                self._wide += len(found)
                if self.is_list_of_rows:
                    check_wide(self._wide, self.rows.cells, self.limits)
        # The text of a value that is no object says nothing about how objects unfold.
        self.unfolding.take(found if isinstance(found, dict) else None)

    @property
    def is_list_of_rows(self) -> bool:
        """Whether all lines are lists that hold more scalars than further lists."""
        return self.rows.are_rows(self.lines.count)

    def require_room(self) -> None:
        """Raises Refusal when as many rows as are looked at together may take too much memory."""
        self.rows.require_room(self.lines.size, self.lines.longest, self.limits)

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
