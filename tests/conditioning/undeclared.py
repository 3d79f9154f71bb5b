"""Conditions bytes without a declaration, in memory."""

import csv
import io
from typing import NamedTuple

from conditioners.auto.conditioning import AutoConditioned, condition_auto
from conditioners.inputs.raw import RawInput
from conditioners.limits import DEFAULT
from conditioners.outcome import Refused


class Undeclared(NamedTuple):
    """All that comes out of a file."""

    outcome: AutoConditioned | Refused
    outputs: list[bytes]
    """Of each table, in order."""
    quarantine: bytes

    @property
    def tables(self):
        """The rows of each table, its labels first if it has any."""
        return [list(csv.reader(io.StringIO(output.decode(), newline=""))) for output in self.outputs]

    @property
    def rejects(self):
        """The rows in quarantine, by column."""
        return list(csv.DictReader(io.StringIO(self.quarantine.decode(), newline="")))

    @property
    def summary(self):
        """What is told of a file that is not refused."""
        assert isinstance(self.outcome, AutoConditioned), self.outcome
        return self.outcome.summary


def condition_undeclared(data, name="file", limits=DEFAULT):
    """Everything that comes out of bytes, or of text in UTF-8."""
    data, outputs, rejected = data if isinstance(data, bytes) else data.encode(), {}, io.BytesIO()
    raw = RawInput(name, lambda: io.BytesIO(data), len(data))
    outcome = condition_auto(raw, lambda number: outputs.setdefault(number, io.BytesIO()), rejected, limits)
    return Undeclared(outcome, [outputs[number].getvalue() for number in sorted(outputs)], rejected.getvalue())
