"""Exact dates: a cell is in its declared format to the last character, or it is no date at all."""

import polars as pl
import pytest

from conditioners.columns import Day, Moment
from conditioners.dialects import Delimited
from conditioners.drafting.date_conventions import DAY_FORMATS, MOMENT_FORMATS, parse_day
from conditioners.outcome import SourceError
from conditioners.values.cell_forms import form_of_date
from conditioners.values.short_forms import are_written

pytestmark = pytest.mark.usefixtures("contract_of_any_size")


@pytest.mark.parametrize(
    ("written", "day", "others"),
    [
        ("%d.%m.%Y", "01.02.2024", ["01.02.+2024", "01. 2.2024", "01.02. 2024", "1.2.+02024", "01.02.-2024", "01.02.24",
                                    "01,02.2024", "01.02.2024x", "0a.02.2024", "٠١.02.2024", "31.02.2024",
                                    "01.0:.2024", "01.02.202ο"]),
        ("%Y-%m-%d", "2024-02-01", ["+2024-02-01", "2024- 2-01", "24-02-01", "2024-02-01T00:00", "20240201",
                                    "2024-02-30", "2024-001-02", "2024-02-1x", "2024–02–01"]),
        ("%Y%m%d", "20240201", ["2024 2 1", "202402 1", "+2024201", "2024021", "202402011"]),
        ("%m/%d/%y", "02/01/24", ["2/ 1/24", "02/01/4", "2/1/+24", "02/01/2024"]),
        ("%d %b %Y", "01 Feb 2024", ["01Feb2024", "01  Feb 2024", "01 February 2024"]),
        ("%B %d, %Y", "February 01, 2024", ["February 1,2024", "Feb 1, 2024"]),
        ("%G-W%V", "2024-W05", ["+2024-W05", "2024-W 5", "2024-W53", "2024-W05-1"]),
        ("%Y-%m", "2024-02", ["2024- 2", "2024-13", "2024-02-01"]),
        ("%Y%j", "2024032", ["202432", "2023366"]),
        ("%Y-Q%q", "2024-Q1", ["2024-Q0", "2024-Q5", "2024-Q01", "2024-q1", "24-Q1", "2024Q1", "2024-Q1.", "+2024-Q1"]),
        ("Q%q/%y", "Q1/24", ["Q1/2024", "Q5/24", "Q1 24"]),
    ],
)  # fmt: skip
def test_a_day_that_is_not_exactly_in_its_format_is_none(judge, written, day, others):
    expected = {"%G-W%V": "2024-01-29", "%Y-Q%q": "2024-01-01", "Q%q/%y": "2024-01-01"}.get(written, "2024-02-01")

    assert judge(Day("d"), [day, *others], days=(written,)) == [expected, *["not_a_day"] * len(others)]


@pytest.mark.parametrize(
    ("written", "moment", "others"),
    [
        ("%Y-%m-%d %H:%M", "2024-01-05 10:00", ["2024-01-0510:00", "2024-01-05  10:00", "2024-01-05T10:00",
                                               "2024-01-05 24:00", "2024-01-05 10:60", "2024-01-05 10:0"]),
        ("%Y-%m-%dT%H:%M:%S", "2024-01-05T10:00:00", ["2024-01-05T10:00:60", "2024-01-05T10:00:0",
                                                     "2024-01-05T10:00:00Z", "2024-01-05 10:00:00"]),
        ("%Y-%m-%dT%H:%M:%S%.f", "2024-01-05T10:00:00.0", ["2024-01-05T23:59:60.5", "2024-01-05T10:00:00,0"]),
        ("%m/%d/%Y %I:%M %p", "1/5/2024 10:00 am", ["1/5/2024 10:00am", "1/5/2024 13:00 PM", "1/5/2024 00:00 AM"]),
        ("%Y%m%d%H%M", "202401051000", ["2024010510 0", "20240105 100"]),
    ],
)  # fmt: skip
def test_a_moment_that_is_not_exactly_in_its_format_is_none(judge, written, moment, others):
    found = judge(Moment("m"), [moment, *others], moments=(written,))

    assert found == ["2024-01-05T10:00:00", *["not_a_moment"] * len(others)]


def test_an_offset_is_written_with_a_sign_and_two_or_four_digits(judge):
    cells = ["Z", "+00", "+0000", "-00:00", " +00:00", "+00 : 00", "\u221200:00", "UTC", "+0"]
    found = judge(Moment("m", utc=True), [f"2024-01-05T10:00:00{cell}" for cell in cells])

    assert found == [*["2024-01-05T10:00:00Z"] * 4, *["not_a_moment"] * 5]


def test_a_leading_zero_of_day_or_month_may_be_left_out_where_no_digit_touches(judge):
    assert judge(Day("d"), ["1.2.2024", "01.2.2024"], days=("%d.%m.%Y",)) == ["2024-02-01"] * 2
    assert judge(Day("d"), ["2024-1-5", "2024-W5"], days=("%Y-%m-%d", "%G-W%V")) == ["2024-01-05", "2024-01-29"]
    assert judge(Day("d"), ["202415", "20241 5"], days=("%Y%m%d",)) == ["not_a_day"] * 2


def test_a_format_with_a_part_that_is_not_known_cannot_be_declared():
    with pytest.raises(SourceError, match="%Q is none of"):
        Delimited(name="odd", days=("%Y-%Q",))


def test_cells_are_judged_alike_at_once_and_one_by_one():
    cells = [f"{first}1.0{second}.202{third}" for first in "0 +aä" for second in "29:/ °" for third in "4x٤"]
    cells += [None, "", "1.2.2024", "01.02.20245"]
    long = [*cells, "a cell of more than twelve bytes"]

    at_once = are_written(pl.Series(cells), form_of_date("%d.%m.%Y")).fill_null(value=False).to_list()
    by_pattern = are_written(pl.Series(long), form_of_date("%d.%m.%Y")).fill_null(value=False).to_list()

    assert at_once == by_pattern[:-1]
    assert sum(by_pattern) == 3


@pytest.mark.parametrize("at", range(10))
@pytest.mark.parametrize("odd", ":/a?")
def test_a_character_beside_the_digits_is_none_wherever_it_stands(at, odd):
    cell = "2024-01-01"[:at] + odd + "2024-01-01"[at + 1 :]

    assert are_written(pl.Series([cell, "2024-01-01"]), form_of_date("%Y-%m-%d")).to_list() == [False, True]


@pytest.mark.parametrize("written", [*DAY_FORMATS, *MOMENT_FORMATS])
def test_drafts_and_conditioning_agree_on_what_is_a_date(judge, written):
    cells = ["2024-01-05", "20240105", "1/5/2024", "05.01.2024", "5-Jan-24", "2024-W01", "2024- 1-05", "01. 5.2024",
             "2024-01-05 10:00", "2024-01-0510:00", "Jan 5, 2024", "Jan5, 2024", "+2024-01-05", "2024-01"]  # fmt: skip
    is_moment = written in MOMENT_FORMATS
    column = Moment("m", utc="%#z" in written) if is_moment else Day("d")
    found = judge(column, cells, **{"moments" if is_moment else "days": (written,)})

    assert [bool(parse_day(cell, written)) for cell in cells] == [not each.startswith("not_a_") for each in found]


def test_quarters_are_their_first_days_and_of_the_century_that_is_declared(judge):
    assert judge(Day("d"), ["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"], days=("%Y-Q%q",)) == [
        "2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01",
    ]  # fmt: skip
    assert judge(Day("d"), ["1Q99"], days=("%qQ%y",), two_digit_years_from=2000) == ["2099-01-01"]


@pytest.mark.parametrize(("written", "told"), [("Q%q", "tells no year"), ("%Y-%m Q%q", "its year and number alone")])
def test_a_quarter_without_its_year_or_beside_a_month_is_no_format(written, told):
    with pytest.raises(SourceError, match=told):
        Delimited(name="d", days=(written,))
