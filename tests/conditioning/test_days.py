"""Days: what a text has to be to tell one, and that none is turned into another."""

from datetime import date

import pytest

from conditioners.columns import Day, Moment
from conditioners.dialects import Delimited
from conditioners.outcome import SourceError

pytestmark = pytest.mark.usefixtures("contract_of_any_size")


def test_a_day_that_does_not_exist_is_rejected(judge):
    found = judge(Day("d"), ["31.02.2024", "29.02.2024", "29.02.2023", "1.2.2024"], days=("%d.%m.%Y",))

    assert found == ["not_a_day", "2024-02-29", "not_a_day", "2024-02-01"]


@pytest.mark.parametrize(
    ("written", "cell", "day"),
    [
        ("%F", "2024-02-29", "2024-02-29"), ("%D", "02/29/24", "1924-02-29"), ("%e.%m.%Y", "5.1.2024", "2024-01-05"),
        ("%G-W%V-%a", "2024-W05-Wed", "2024-01-31"), ("%b-%y", "May-24", "1924-05-01"), ("%Y", "2024", "2024-01-01"),
        ("%Y%j", "2024366", "2024-12-31"),
    ],
)  # fmt: skip
def test_a_format_that_tells_the_day_is_not_taken_for_one_of_months(judge, written, cell, day):
    assert judge(Day("d"), [cell], days=(written,), two_digit_years_from=1900) == [day]


@pytest.mark.parametrize("written", ["%m/%d", "%G", "%Y-W%V", "%d.%Y", "W%V"])
def test_a_format_that_tells_no_day_cannot_be_declared(written):
    with pytest.raises(SourceError, match=f"date format '{written}'"):
        Delimited(name="d", days=(written,))


def test_a_day_or_moment_without_a_format_is_an_error_of_the_declaration(judge):
    with pytest.raises(SourceError, match="no format of days"):
        judge(Day("d"), ["2024-01-01"], days=())
    with pytest.raises(SourceError, match="no format of moments without an offset"):
        judge(Moment("m"), ["2024-01-01T00:00:00Z"], moments=("%Y-%m-%dT%H:%M:%S%#z",))


def test_a_year_of_two_digits_is_not_taken_for_one_of_four(judge):
    assert judge(Day("d"), ["01.02.24"], days=("%d.%m.%Y",)) == ["not_a_day"]
    assert judge(Day("d"), ["10/3/21", "10/3/2021"], days=("%m/%d/%y",)) == [
        "2021-10-03",
        "not_a_day",
    ]


def test_an_iso_week_is_its_monday_if_the_year_has_it(judge):
    assert judge(Day("d"), ["2020-W53", "2021-W53"], days=("%G-W%V",)) == ["2020-12-28", "not_a_day"]


def test_a_compact_day_has_eight_digits(judge):
    found = judge(Day("d"), ["20240101", "2024011", "202401011", "20241301"], days=("%Y%m%d",))

    assert found == ["2024-01-01", "not_a_day", "not_a_day", "not_a_day"]


def test_a_day_outside_of_its_bounds_or_weekday_is_rejected(judge):
    assert judge(Day("d", weekday=1), ["2024-01-01", "2024-01-02", "1024-01-01"]) == [
        "2024-01-01", "wrong_weekday", "too_early",
    ]  # fmt: skip


def test_the_earliest_and_the_latest_day_are_allowed(judge):
    column = Day("d", earliest=date(2024, 1, 2), latest=date(2024, 1, 3))

    assert judge(column, [f"2024-01-0{day}" for day in range(1, 5)]) == [
        "too_early", "2024-01-02", "2024-01-03", "too_late",
    ]  # fmt: skip


def test_formats_of_days_that_contradict_each_other_cannot_be_declared():
    with pytest.raises(SourceError, match="contradicts"):
        Delimited(name="both", days=("%d/%m/%Y", "%m/%d/%Y"))
    with pytest.raises(SourceError, match="contradicts"):
        Delimited(name="both", days=("%D", "%e/%m/%y"))


def test_months_and_weekdays_may_be_whole_words_in_one_format_and_short_ones_in_another(make_source, run):
    dialect = Delimited(name="d", days=("%b %Y", "%B %Y", "%a %d %b %Y", "%A %d %B %Y"), delimiters=(";",))
    text = b"day\nJan 2024\nMay 2024\nJune 2024\nThu 29 Feb 2024\nFriday 1 March 2024\n"
    result = run(make_source(columns=(Day("day"),), key=(), dialects=(dialect,)), text)

    assert result.rows == ["2024-01-01", "2024-05-01", "2024-06-01", "2024-02-29", "2024-03-01"]
