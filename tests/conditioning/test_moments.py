"""Days and moments: only those that exist, in the century and zone that the declaration says."""

import re

import pytest

from conditioners.columns import Day, Moment, Text
from conditioners.dialects import Delimited
from conditioners.outcome import SourceError

pytestmark = pytest.mark.usefixtures("contract_of_any_size")


def condition(make_source, run, column, cells, **dialect):
    source = make_source(
        columns=(Text("id"), column), key=(), dialects=(Delimited(name="d", delimiters=(";",), **dialect),)
    )
    lines = [f"{number};{cell}" for number, cell in enumerate(cells)]
    return run(source, "\n".join([f"id;{column.name}", *lines]).encode())


def accepted(result):
    return [row.split(",", 1)[1] for row in result.rows]


def test_a_moment_with_an_offset_leaves_as_utc(make_source, run):
    cells = ["2024-03-01T06:00:00-05:00", "2024-03-01T06:00:00Z", "2024-12-31T23:30:00-0100"]
    result = condition(make_source, run, Moment("at", utc=True), cells)

    assert accepted(result) == ["2024-03-01T11:00:00Z", "2024-03-01T06:00:00Z", "2025-01-01T00:30:00Z"]


def test_a_moment_without_an_offset_is_no_point_in_time_unless_all_are_declared_to_be_utc(make_source, run):
    cells = ["2024-03-01T06:00:00"]

    assert condition(make_source, run, Moment("at", utc=True), cells).rejects[0]["rule"] == "not_a_moment"
    declared = condition(make_source, run, Moment("at", utc=True), cells, moments=("%Y-%m-%dT%H:%M:%S",))
    assert accepted(declared) == ["2024-03-01T06:00:00Z"]


@pytest.mark.parametrize(
    ("form", "cell", "moment"),
    [
        ("%Y-%m-%d %H", "2024-03-01 06", "2024-03-01T06:00:00"),
        ("%Y%m%d%H", "2024030118", "2024-03-01T18:00:00"),
        ("%d.%m.%Y %I %p", "01.03.2024 06 PM", "2024-03-01T18:00:00"),
    ],
)
def test_an_hour_is_its_first_minute(make_source, run, form, cell, moment):
    result = condition(make_source, run, Moment("at"), [cell, f"{cell}:00"], moments=(form,))

    assert accepted(result) == [moment]
    assert [reject["rule"] for reject in result.rejects] == ["not_a_moment"]


def test_a_form_of_moments_with_minutes_and_no_hour_is_refused(make_source, run):
    with pytest.raises(SourceError, match="minutes and no hour"):
        condition(make_source, run, Moment("at"), ["2024-03-01 06"], moments=("%Y-%m-%d %M",))


def test_a_wall_clock_moment_has_no_offset(make_source, run):
    result = condition(make_source, run, Moment("at"), ["2024-03-01T06:00:00", "2024-03-01T06:00:00Z"])

    assert accepted(result) == ["2024-03-01T06:00:00"]
    assert [reject["rule"] for reject in result.rejects] == ["not_a_moment"]


@pytest.mark.parametrize(
    "cell", ["2024-02-30T06:00:00", "2024-03-01T24:00:00", "2016-12-31T23:59:60", "2024-03-01T06:60:00", "2024-03-01"]
)
def test_a_moment_that_does_not_exist_is_rejected_and_never_moved(make_source, run, cell):
    result = condition(make_source, run, Moment("at"), [cell])

    assert (result.rows, [reject["rule"] for reject in result.rejects]) == ([], ["not_a_moment"])


def test_moments_outside_of_the_bounds_are_rejected_and_date_the_file(make_source, run):
    cells = ["1899-12-31T23:59:59", "1900-01-01T00:00:00", "2199-12-31T23:59:59", "2200-01-01T00:00:00"]
    result = condition(make_source, run, Moment("at"), cells)

    assert [reject["rule"] for reject in result.rejects] == ["too_early", "too_late"]
    assert (result.summary.first_day, result.summary.last_day) == ("1900-01-01", "2199-12-31")


def test_two_digit_years_fall_into_the_declared_hundred_years(make_source, run):
    cells = ["7/1/62", "12/31/29", "1/1/30", "2/29/00"]
    result = condition(make_source, run, Day("day"), cells, days=("%m/%d/%y",), two_digit_years_from=1930)

    assert accepted(result) == ["1962-07-01", "2029-12-31", "1930-01-01", "2000-02-29"]


def test_a_leap_day_that_the_declared_century_does_not_have_is_rejected(make_source, run):
    day = Day("day", earliest=Day("x").earliest.replace(year=1800))
    result = condition(make_source, run, day, ["2/29/00", "2/28/00"], days=("%m/%d/%y",), two_digit_years_from=1850)

    assert accepted(result) == ["1900-02-28"]
    assert result.rejects[0]["rule"] == "not_a_day"


@pytest.mark.parametrize(("written", "cell"), [("%G-W%V", "2025-W47"), ("%G%V", "202547"), ("W%V/%G", "W47/2025")])
def test_an_iso_week_stands_for_its_monday_however_it_is_written(make_source, run, written, cell):
    assert accepted(condition(make_source, run, Day("week"), [cell], days=(written,))) == ["2025-11-17"]


@pytest.mark.parametrize(("written", "cell"), [("%Y-%m", "2025-11"), ("%m/%Y", "11/2025"), ("%b %Y", "Nov 2025")])
def test_a_month_stands_for_its_first_day(make_source, run, written, cell):
    result = condition(make_source, run, Day("month"), [cell, "2025-13"], days=(written,))

    assert accepted(result) == ["2025-11-01"]
    assert [reject["rule"] for reject in result.rejects] == ["not_a_day"]


def test_a_week_that_the_year_does_not_have_is_rejected(make_source, run):
    result = condition(make_source, run, Day("week"), ["2020-W53", "2021-W53", "2021-W00"], days=("%G-W%V",))

    assert accepted(result) == ["2020-12-28"]
    assert len(result.rejects) == 2


def test_moment_formats_that_contradict_each_other_are_a_fault_of_the_declaration():
    with pytest.raises(SourceError, match="contradicts"):
        Delimited(name="d", moments=("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"))


@pytest.mark.parametrize(
    "formats", [("%Y%m", "%G%V"), ("%m/%d/%y", "%y/%m/%d"), ("%Y%m%d", "%d%m%Y"), ("%m/%Y", "%V/%G")]
)
def test_formats_under_which_the_same_digits_are_other_days_contradict_each_other(formats):
    for declared in ({"days": formats}, {"formats": {"at": formats}}):
        with pytest.raises(SourceError, match="contradicts another of its date formats; `formats` has those of single"):
            Delimited(name="d", **declared)


def test_a_column_may_have_formats_of_its_own(make_source, run):
    columns = (Day("a"), Day("b"), Moment("c", utc=True), Moment("d"))
    formats = {"b": ("%m/%d/%Y",), "c": ("%d.%m.%Y %H:%M %#z",), "d": ("%Y%m%d%H%M",)}
    dialect = Delimited(name="d", days=("%d/%m/%Y",), formats=formats)
    source = make_source(columns=columns, key=(), dialects=(dialect,))
    text = b"a,b,c,d\n03/04/2024,03/04/2024,03.04.2024 12:00 +02:00,202404030600\n13/04/2024,13/04/2024,x,1\n"
    result = run(source, text)

    assert result.rows == ["2024-04-03,2024-03-04,2024-04-03T10:00:00Z,2024-04-03T06:00:00"]
    assert result.rejects[0]["reason"] == "b: '13/04/2024' is written like mm/dd/yyyy, but there is no such day"


@pytest.mark.parametrize(
    ("formats", "told"),
    [({"units": ("%Y",)}, "`formats` are of days and moments, and units is none"), ({"day": ()}, "of day has none"),
     ({"dya": ("%Y",)}, "no column is called 'dya'"), ({"day": ("%Y-%K",)}, "%K is none of"),
     ({"day": "%Y"}, "to tuples of texts")],
)  # fmt: skip
def test_formats_of_what_is_no_day_and_formats_that_are_none_cannot_be_declared(make_source, formats, told):
    with pytest.raises(SourceError, match=re.escape(told)):
        make_source(dialects=(Delimited(name="d", formats=formats),))


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        (Day("at"), "2024-02-30", "is written like yyyy-mm-dd, but there is no such day"),
        (Day("at"), "2024-2-3x", "is no day written like yyyy-mm-dd"),
        (Moment("at"), "2024-02-30T06:00:00", "is written like yyyy-mm-ddThh:mm:ss, but there is no such moment"),
        (Moment("at", utc=True), "2024-02-29T06:00:00", "is no moment written like yyyy-mm-ddThh:mm:ss+hh:mm"),
    ],
)
def test_a_reason_tells_what_does_not_exist_from_what_is_written_in_no_declared_form(
    make_source, run, column, cell, reason
):
    formats = ("%Y-%m-%dT%H:%M:%S%#z", "%Y-%m-%dT%H:%M:%S")
    (reject,) = condition(make_source, run, column, [cell], moments=formats).rejects

    assert reject["reason"].startswith(f"at: '{cell}' {reason}")
