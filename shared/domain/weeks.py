"""ISO weeks, the unit of time in which the business ships, trains and forecasts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_YEAR, LAST_YEAR = 2000, 2099
_WRITTEN = re.compile(r"(\d{4})-?W(\d{2})")


@dataclass(frozen=True, order=True)
class IsoWeek:
    """One ISO 8601 week, written `2026W47`."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> IsoWeek:
        """Read `2026W47` or `2026-W47`; a week that does not exist is a ValueError that says so."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a week; write it like 2026W47")
        year, number = int(match[1]), int(match[2])
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"{text!r} is outside the years {FIRST_YEAR} to {LAST_YEAR}")
        try:
            date.fromisocalendar(year, number, 1)
        except ValueError:
            raise ValueError(f"{text!r} is not a week that {year} has") from None
        return cls(year, number)

    @classmethod
    def of(cls, day: date) -> IsoWeek:
        """The week that holds a day."""
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @property
    def monday(self) -> date:
        """The first day of the week."""
        return date.fromisocalendar(self.year, self.number, 1)

    def plus(self, weeks: int) -> IsoWeek:
        """The week that many weeks later (earlier, when negative)."""
        return IsoWeek.of(self.monday + timedelta(weeks=weeks))

    def __str__(self) -> str:
        return f"{self.year}W{self.number:02d}"
