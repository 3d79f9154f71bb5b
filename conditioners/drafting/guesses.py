"""What is guessed of one column of a sample."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from conditioners.dialects import ISO_DAY
from conditioners.drafting.date_conventions import is_day_first
from conditioners.drafting.fitting import Fit

_BESIDE = (ISO_DAY, "excel")
"""What workbooks may have beside days as text."""
_MIDNIGHTS = ("%Y-%m-%d %H:%M:%S", ISO_DAY)


@dataclass(frozen=True)
class Guess:
    """One column: the text of its declaration's arguments behind the name, and what its dialect has to say of it."""

    name: str
    label: str
    kind: str = "Text"
    """`Text`, `Whole`, `Decimal`, `Day` or `Moment`."""
    arguments: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    sentinels: tuple[str, ...] = ()
    extract: str | None = None
    shift: int = 0
    """The power of ten that the label says numbers are to be multiplied by."""
    remarks: tuple[str, ...] = ()
    is_required: bool = True
    example: str = ""
    """One of its cells."""
    doubtful: tuple[str, ...] = ()
    """Formats that fit as well as the one taken, but exchange day and month."""
    is_joint: bool = False
    """Whether several columns make it, and so it has no label of its own."""
    is_part: bool = False
    """Whether it is only declared as a part of another one."""

    def settle_doubt(self, settled: Collection[str]) -> Guess:
        """The guess, in that of its formats which is known to be in use."""
        days = tuple(written for written in self.formats[1:] if written in _BESIDE)
        known = [each for each in (*self.formats, *self.doubtful) if each in settled and each not in days]
        if not self.doubtful or not known:
            return self
        told = f"{self.label!r} is read as {known[0]}, as other columns are: check the format"
        return replace(self, formats=(known[0], *days), doubtful=(), remarks=(*self.remarks[1:], told))

    def take_midnights(self) -> Guess:
        """The guess; of moments as a workbook or Parquet file holds them, also those of midnight, which are days."""
        return replace(self, formats=_MIDNIGHTS) if self.formats == _MIDNIGHTS[:1] else self

    def prefer_day_first(self) -> Guess:
        """The guess, in that of its formats which has the day before the month, if both fit."""
        first = next((each for each in self.doubtful if is_day_first(each)), None)
        if first is None or is_day_first(self.formats[0]):
            return self
        days = tuple(written for written in self.formats[1:] if written in _BESIDE)
        told = f"{self.remarks[0].partition(':')[0]}, and is read as day/month, as decimal commas are: check the format"
        return replace(self, formats=(first, *days), doubtful=(), remarks=(told, *self.remarks[1:]))


def take_words(guess: Guess, fit: Fit) -> Guess:
    """The guess, with words that stand for no value."""
    told = fit.tell_words(guess.label)
    return replace(guess, sentinels=tuple(sorted(fit.words)), remarks=(*guess.remarks, told)) if told else guess
