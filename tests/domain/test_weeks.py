"""ISO weeks, held against the calendar of the standard library."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.weeks import FIRST_YEAR, LAST_YEAR, IsoWeek

DAYS = st.dates(date(FIRST_YEAR, 1, 10), date(LAST_YEAR, 12, 20))
LONG_YEARS = (2004, 2009, 2015, 2020, 2026, 2032)


@given(DAYS)
def test_a_week_holds_the_seven_days_from_its_monday(day):
    week = IsoWeek.of(day)

    assert week.monday <= day < week.monday + timedelta(days=7)
    assert week.monday.weekday() == 0


@given(DAYS)
def test_a_written_week_is_read_as_itself(day):
    week = IsoWeek.of(day)

    assert IsoWeek.parse(str(week)) == week
    assert IsoWeek.parse(f"{week.year}-W{week.number:02d}") == week


@given(DAYS, st.integers(-500, 500))
def test_weeks_are_counted_across_years(day, weeks):
    week = IsoWeek.of(day)
    there = week.plus(weeks)

    assert (there.monday - week.monday).days == 7 * weeks
    assert there.plus(-weeks) == week


@given(DAYS, DAYS)
def test_weeks_are_ordered_like_their_days_and_so_is_their_text(first, second):
    earlier, later = sorted([IsoWeek.of(first), IsoWeek.of(second)])

    assert earlier.monday <= later.monday
    assert str(earlier) <= str(later)


@pytest.mark.parametrize("year", LONG_YEARS)
def test_a_long_year_has_a_week_53(year):
    week = IsoWeek.parse(f"{year}W53")

    assert week.plus(1) == IsoWeek(year + 1, 1)
    assert IsoWeek.of(date(year, 12, 31)) == week


@pytest.mark.parametrize("year", sorted(set(range(2015, 2033)) - set(LONG_YEARS)))
def test_other_years_have_none(year):
    with pytest.raises(ValueError, match=f"not a week that {year} has"):
        IsoWeek.parse(f"{year}W53")


def test_the_first_days_of_january_may_belong_to_the_year_before():
    assert IsoWeek.of(date(2027, 1, 3)) == IsoWeek(2026, 53)
    assert IsoWeek.of(date(2024, 12, 30)) == IsoWeek(2025, 1)


@pytest.mark.parametrize("text", ["2026W00", "2026W54", "2026W99"])
def test_a_week_that_no_year_has_is_refused(text):
    with pytest.raises(ValueError, match="not a week that 2026 has"):
        IsoWeek.parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026W4", "2026w47", "26W47", "2026W471", " 2026W47", "2026W47\n", "W47", "2026--W47", "x" * 99],
)
def test_what_is_not_written_like_a_week_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="write it like 2026W47"):
        IsoWeek.parse(text)


@pytest.mark.parametrize("text", ["1999W10", "2100W01", "0000W01", "9999W52"])
def test_a_year_outside_the_business_is_refused(text):
    with pytest.raises(ValueError, match="outside the years 2000 to 2099"):
        IsoWeek.parse(text)
