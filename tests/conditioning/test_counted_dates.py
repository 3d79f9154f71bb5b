"""Dates as counts of days or seconds: exactly in their form, never another's, and drafted where the label says so."""

import json

import pytest

from conditioners.columns import Day, Moment
from conditioners.dialects import Delimited, Workbook
from conditioners.outcome import SourceError


@pytest.mark.usefixtures("contract_of_any_size")
@pytest.mark.parametrize(
    ("written", "cells"),
    [
        ("excel", {"45292": "2024-01-01", "45292.0": "2024-01-01", "1": "1900-01-01", "59": "1900-02-28",
                   "60": "not_a_day", "61": "1900-03-01", "0": "not_a_day", "-1": "not_a_day", "045292": "not_a_day",
                   "45292.5": "not_a_day", "100000": "not_a_day", "4.5E4": "not_a_day", "٤٥٢٩٢": "not_a_day"}),
        ("excel 1904", {"43830": "2024-01-01", "1": "1904-01-02", "60": "1904-03-01"}),
        ("%s", {"1704067200": "2024-01-01", "1704067201": "not_a_day", "1704067200.5": "not_a_day"}),
        ("%s%3f", {"1704067200000": "2024-01-01", "1704067200001": "not_a_day", "1704067200": "not_a_day"}),
    ],
)  # fmt: skip
def test_a_count_is_a_day_exactly_or_none(judge, written, cells):
    assert judge(Day("d"), cells, days=(written,)) == list(cells.values())


@pytest.mark.usefixtures("contract_of_any_size")
@pytest.mark.parametrize(
    ("written", "utc", "cells"),
    [
        ("excel", False, {"45292": "2024-01-01T00:00:00", "45292.5": "2024-01-01T12:00:00",
                          "45292.3958333333": "2024-01-01T09:30:00", "45292.395833": "2024-01-01T09:30:00",
                          "45292.999999": "2024-01-02T00:00:00", "60.5": "not_a_moment"}),
        ("%s", True, {"1704067200": "2024-01-01T00:00:00Z", "-1": "1969-12-31T23:59:59Z",
                      "-0.5": "1969-12-31T23:59:59Z", "1704067200.9": "2024-01-01T00:00:00Z",
                      "17040672000": "not_a_moment", "+1704067200": "not_a_moment", "1.7e9": "not_a_moment"}),
        ("%s%3f", True, {"1704067200123": "2024-01-01T00:00:00Z", "-86400000000": "1967-04-07T00:00:00Z",
                         "1704067200": "not_a_moment", "-62135596800000": "not_a_moment"}),
        ("%s%6f", True, {"1704067200123456": "2024-01-01T00:00:00Z", "1704067200123": "not_a_moment"}),
        ("%s%9f", True, {"1704067200123456789": "2024-01-01T00:00:00Z", "9999999999999999999": "not_a_moment"}),
    ],
)  # fmt: skip
def test_a_count_is_a_moment_exactly_or_none(judge, written, utc, cells):
    assert judge(Moment("d", utc=utc), cells, moments=(written,)) == list(cells.values())


def test_all_counts_of_seconds_may_come_in_one_column_since_none_is_another(judge):
    forms = ("%s", "%s%3f", "%s%6f", "%s%9f")
    cells = ["1704067200", "1704067200000", "1704067200000000", "1704067200000000000"]

    assert judge(Moment("d", utc=True), cells, moments=forms) == ["2024-01-01T00:00:00Z"] * 4


@pytest.mark.parametrize("days", [("excel", "excel 1904"), ("excel", "%y%j"), ("%s", "%Y%m%d"), ("%s", "excel")])
def test_counts_contradict_whatever_has_as_many_digits(days):
    with pytest.raises(SourceError, match="contradicts another of its date formats"):
        Delimited(name="d", days=days)


def test_seconds_since_1970_are_no_time_on_a_wall(make_source, run):
    dialect = Delimited(name="d", moments=("%s",))
    source = make_source(columns=(Moment("at"),), key=(), dialects=(dialect,))

    with pytest.raises(SourceError, match="no format of moments without an offset"):
        run(source, b"at\n1704067200\n")


def test_the_reason_tells_what_is_counted(make_source, run):
    source = make_source(columns=(Day("d"),), key=(), dialects=(Delimited(name="d", days=("%Y-%m-%d", "excel")),))

    reasons = [row["reason"] for row in run(source, b"d\n60\nnone\n2024-01-01\n").rejects]

    assert reasons == [
        "d: '60' is written like 45292, as spreadsheets count days, but there is no such day",
        "d: 'none' is no day written like yyyy-mm-dd or 45292, as spreadsheets count days",
    ]


def test_a_workbook_with_days_and_bare_numbers_is_read_both_ways():
    assert Workbook(name="w", days=("%Y-%m-%d", "excel")).days == ("%Y-%m-%d", "excel")


def table(label, cells):
    return f"store,{label}\n".encode() + b"".join(f"s{n},{cell}\n".encode() for n, cell in enumerate(cells))


@pytest.mark.parametrize(
    ("label", "cells", "column", "written", "told"),
    [
        ("Week Ending Date", [45297 + 7 * n for n in range(12)], Day, "excel", "is read as days of a spreadsheet"),
        ("Stamp Date", [f"{45297 + n / 144:.10f}" for n in range(30)], Moment, "excel", "days of a spreadsheet"),
        ("created_at", [1704067200 + 3611 * n for n in range(30)], Moment, "%s", "is read as seconds since 1970"),
        ("timestamp", [1704067200007 + 60000 * n for n in range(30)], Moment, "%s%3f", "loses the fractions"),
        ("ts", [f"{1704067200 + n}.250" for n in range(30)], Moment, "%s", "loses the fractions"),
        ("date", [1704067200000 + 86400000 * n for n in range(30)], Day, "%s%3f", "milliseconds since 1970"),
    ],
)
def test_counts_are_drafted_where_the_label_tells_a_date_or_time(draft, label, cells, column, written, told):
    drafted, source = draft("t.csv", table(label, cells))

    assert type(source.columns[1]) is column
    assert written in (*source.dialects[0].days, *source.dialects[0].moments)
    assert any(told in remark for remark in drafted.remarks)
    assert drafted.summary.rows_out == len(cells)


def test_counts_in_json_are_drafted_as_well(draft):
    rows = [{"date": 1704067200000 + 86400000 * day, "close": day / 4} for day in range(30)]

    drafted, source = draft("t.json", json.dumps(rows).encode())

    assert source.dialects[0].days == ("%s%3f",)
    assert drafted.summary.first_day == "2024-01-01"


@pytest.mark.parametrize(
    ("label", "cells"),
    [
        ("units", [45297 + n for n in range(30)]),
        ("date count", [45297 + n for n in range(30)]),
        ("Sales to date", [45297 + n for n in range(30)]),
        ("Store no.", [45297 + n for n in range(30)]),
        ("units", [1704067200 + n for n in range(30)]),
        ("time", [100 + n for n in range(30)]),
    ],
)
def test_numbers_that_may_be_something_else_are_drafted_as_no_dates(draft, label, cells):
    assert not isinstance(draft("t.csv", table(label, cells))[1].columns[1], Day | Moment)


def test_days_as_text_beside_serial_numbers_are_drafted_both_ways(draft, run):
    days = [45293 + n if n % 5 == 3 else f"{n % 28 + 1:02}.01.2024" for n in range(40)]

    drafted, source = draft("t.csv", table("Datum", days))

    assert source.dialects[0].days == ("%d.%m.%Y", "excel")
    assert any("'Datum' has days of a spreadsheet, such as 45296, beside text" in told for told in drafted.remarks)
    assert run(source, table("Datum", ["31.01.2024", 45292, "31.02.2024"])).rows == ["s0,2024-01-31", "s1,2024-01-01"]
