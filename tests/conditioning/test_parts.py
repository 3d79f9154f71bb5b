"""Parts: a column whose text stands in several cells, such as a date and its time, in every format."""

import io
import zipfile

import openpyxl
import polars as pl
import pytest

from conditioners.columns import Day, Moment, Text, Whole
from conditioners.dialects import (
    Delimited,
    EdiLoops,
    FixedWidth,
    JsonColumns,
    JsonLines,
    JsonRows,
    JsonTree,
    Parquet,
    Wide,
    Workbook,
    XmlElements,
)
from conditioners.outcome import SourceError

pytestmark = pytest.mark.usefixtures("contract_of_any_size")

WEEK = {"parts": {"week": ("Year", "Week")}, "days": ("%G %V",)}


@pytest.fixture
def of_parts(make_source):
    """A source of one column and units."""

    def call(dialect, column=Day("week"), **more):  # noqa: B008  # declarations never change
        return make_source(columns=(column, Whole("units")), key=(), dialects=(dialect,), **more)

    return call


def test_a_week_of_two_columns_is_read_as_one_and_what_is_none_is_rejected_with_both_labels(of_parts, run):
    data = b"Year,units,Week\n2024,5,1\n2024,6,53\n2020,7,53\n,8,3\n2024,9,\n,10,\n2024,11, 07 \n"

    result = run(of_parts(Delimited(name="d", **WEEK)), data)

    assert result.rows == ["2024-01-01,5", "2020-12-28,7", "2024-02-12,11"]
    assert [(row["line"], row["rule"], row["reason"], row["raw"]) for row in result.rejects] == [
        ("3", "not_a_day", "week (of 'Year' and 'Week'): '2024 53' is written like yyyy ww, but there is no such day",
         "2024,6,53"),
        ("5", "not_a_day", "week (of 'Year' and 'Week'): '3' is no day written like yyyy ww", ",8,3"),
        ("6", "not_a_day", "week (of 'Year' and 'Week'): '2024' is no day written like yyyy ww", "2024,9,"),
        ("7", "missing", "week (of 'Year' and 'Week') is missing", ",10,"),
    ]  # fmt: skip
    assert result.summary.ignored_labels == ()


@pytest.mark.parametrize(
    ("written", "cells", "expected"),
    [
        ("%Y-%m-%d %H:%M", ("2024-02-29", "9:05"), "2024-02-29T09:05:00"),
        ("%Y-%m-%d %H:%M", ("2023-02-29", "09:05"), None),
        ("%Y-%m-%d %H:%M", ("2024-02-29", "24:00"), None),
        ("%Y-%m-%d %H:%M", ("2024-02-29", ""), None),
        ("%Y%m%d %H%M%S", ("20240229", "235959"), "2024-02-29T23:59:59"),
        ("%d.%m.%Y %I:%M %p", ("29.02.2024", "12:30 am"), "2024-02-29T00:30:00"),
    ],
)
def test_a_date_and_its_time_make_a_moment_or_none(of_parts, run, written, cells, expected):
    dialect = Delimited(name="d", parts={"at": ("Date", "Time")}, moments=(written,))

    result = run(of_parts(dialect, Moment("at")), f"Time,Date,units\n{cells[1]},{cells[0]},5\n".encode())

    assert result.rows == ([f"{expected},5"] if expected else [])


@pytest.mark.parametrize(
    ("written", "cells", "expected"),
    [
        (("%Y %m %d",), ("2024", "2", "29"), "2024-02-29"),
        (("%Y %m %d",), ("2024", "2", "30"), None),
        (("%Y %m %d",), ("2024", "13", "1"), None),
        (("%Y %m %d", "%Y %m"), ("2024", "", "3"), None),
        (("%Y %m %d", "%Y %m"), ("2024", "3", ""), "2024-03-01"),
        (("%Y %B %d",), ("2024", "february", "29"), "2024-02-29"),
    ],
)
def test_a_year_month_and_day_make_a_day_or_none(of_parts, run, written, cells, expected):
    dialect = Delimited(name="d", parts={"day": ("y", "m", "d")}, days=written)

    result = run(of_parts(dialect, Day("day")), f"units,y,m,d\n5,{','.join(cells)}\n".encode())

    assert result.rows == ([f"{expected},5"] if expected else [])


def workbook(*rows, title="Data"):
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def parquet(**columns):
    out = io.BytesIO()
    pl.DataFrame(columns).write_parquet(out)
    return out.getvalue()


EDI = (
    b"UNB+UNOC:3+A:14+B:14+250101:1200+1'UNH+1+SLSRPT:D:96A:UN'BGM+73E+1+9'LOC+162+7'DTM+90:2024:602'DTM+91:07:xxx'"
    b"LIN+1'QTY+153:5'UNT+8+1'UNZ+1+1'"
)
PLACES = {"parts": {"week": ("year", "number")}, "days": ("%G %V",)}


@pytest.mark.parametrize(
    ("dialect", "data"),
    [
        (Delimited(name="d", fields=("year", "units", "number"), **PLACES), b"2024,5,7\n"),
        (FixedWidth(name="d", fields={"year": (1, 4), "units": (5, 8), "number": (9, None)}, **PLACES), b"2024   57\n"),
        (Workbook(name="d", **WEEK), workbook(("Year", "Week", "units"), (2024, 7, 5))),
        (Parquet(name="d", **WEEK), parquet(Year=[2024], Week=[7], units=[5])),
        (JsonTree(name="d", records="r[]", labels={"units": "r[].u"}, parts={"week": ("y", "r[].w")}, days=("%G %V",)),
         b'{"y": 2024, "r": [{"w": 7, "u": 5}]}'),
        (JsonLines(name="d", parts={"week": ("y", "w")}, days=("%G %V",)), b'{"y": 2024, "w": 7, "units": 5}\n'),
        (JsonRows(name="d", records="[]", **WEEK), b'[["Year", "Week", "units"], [2024, 7, 5]]'),
        (JsonRows(name="d", records="[]", fields=("year", "units", "number"), **PLACES), b"[[2024, 5, 7]]"),
        (JsonColumns(name="d", records=("r",), labels={"units": "r.u"}, parts={"week": ("y", "r.w")}, days=("%G %V",)),
         b'{"y": 2024, "r": {"w": [7], "u": [5]}}'),
        (XmlElements(name="d", records="r/x", labels={"units": "r/x"}, parts={"week": ("r/@y", "r/x/@w")},
                     days=("%G %V",)), b'<r y="2024"><x w="7">5</x></r>'),
        (EdiLoops(name="d", message="SLSRPT", loops=("LIN",), labels={"units": "QTY.153"},
                  parts={"week": ("DTM.90", "DTM.91")}, days=("%G %V",)), EDI),
    ],
    ids=lambda each: type(each).__name__ if not isinstance(each, bytes) else "",
)  # fmt: skip
def test_parts_are_put_together_in_every_format(of_parts, run, dialect, data):
    assert run(of_parts(dialect), data).rows == ["2024-02-12,5"]


def test_parts_of_a_week_stand_in_a_file_s_name_a_sheet_s_and_the_declaration(of_parts, run):
    def read(year, data, **how):
        return run(of_parts(Workbook(name="d", parts={"week": (year, "Week")}, days=("%G %V",))), data, **how).rows

    data = workbook(("Week", "units"), (7, 5), title="2024")

    assert read("@sheet", data) == read("=2024", data) == read("@file", data, name="toy/2024.xlsx") == ["2024-02-12,5"]


def test_a_source_with_a_part_from_the_file_s_name_is_known_to_read_names(of_parts):
    week = {"parts": {"week": ("@file", "Week")}, "days": ("%G %V",)}

    assert of_parts(Delimited(name="d", **week)).reads_file_names
    assert not of_parts(Delimited(name="d", **WEEK)).reads_file_names


def test_months_as_columns_take_their_year_from_another_column(of_parts, run):
    wide = Wide(into="month", values={"units": r"([A-Z][a-z]{2})"})
    dialect = Delimited(name="d", parts={"month": ("Year", "@label")}, wide=wide, days=("%Y %b",))

    result = run(of_parts(dialect, Day("month")), b"Year,Jan,Feb,Mar\n2024,1,2,3\n2025,4,,5\nnone,,6,\n")

    assert result.rows == ["2024-01-01,1", "2024-02-01,2", "2024-03-01,3", "2025-01-01,4", "2025-03-01,5"]
    assert [row["raw"] for row in result.rejects] == ["none,,6,"]


def test_one_label_may_be_a_part_and_a_column_too(make_source, run):
    columns = (Day("day", labels=("Date",)), Moment("at"), Whole("units"))
    dialect = Delimited(name="d", parts={"at": ("Date", "Time")}, moments=("%Y-%m-%d %H:%M",))

    result = run(make_source(columns=columns, key=(), dialects=(dialect,)), b"Date,Time,units\n2024-01-05,10:00,5\n")

    assert result.rows == ["2024-01-05,2024-01-05T10:00:00,5"]


def test_text_is_put_together_as_well_and_is_empty_where_its_parts_are(make_source, run):
    columns = (Text("name", optional=True), Whole("units"))
    source = make_source(
        columns=columns, key=(), dialects=(Delimited(name="d", parts={"name": ("First", "Last")}),)
    )  # fmt: skip

    assert run(source, b"First,Last,units\nAda,Byron,1\n, Hopper ,2\n,,3\n").rows == ["Ada Byron,1", "Hopper,2", ",3"]
    assert run(source, b"units\n4\n").rows == [",4"]


def test_a_file_without_one_of_the_labels_is_refused_by_its_name(of_parts, run):
    refusal = run(of_parts(Delimited(name="d", **WEEK)), b"Year,units\n2024,5\n").refusal

    assert refusal.reason == "no header row has all columns of toy; line 1 lacks week ('Week')"


def test_a_hook_sees_the_whole_column(of_parts, run):
    seen = []

    def look(frame):
        seen.extend(frame["week"])
        return frame

    assert run(of_parts(Delimited(name="d", **WEEK), hook=look), b"Year,Week,units\n2024,7,5\n").rows
    assert seen == ["2024 7"]


def test_small_members_of_an_archive_are_read_as_one_with_their_parts(of_parts, run):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for week in range(1, 5):
            archive.writestr(f"{week}.csv", f"Year,Week,units\n2024,{week},5\n2024,54,6\n")

    result = run(of_parts(Delimited(name="d", **WEEK)), packed.getvalue(), "toy/all.zip")

    assert result.rows == ["2024-01-01,5", "2024-01-08,5", "2024-01-15,5", "2024-01-22,5"]
    assert [row["line"] for row in result.rejects] == [f"{week}.csv:3" for week in range(1, 5)]


def test_of_dialects_with_the_same_labels_that_is_taken_whose_formats_the_parts_fit(make_source, run):
    parts = {"parts": {"week": ("Year", "Week")}}
    dialects = (Delimited(name="days", **parts, days=("%Y %m-%d",)), Delimited(name="weeks", **parts, days=("%G %V",)))
    source = make_source(columns=(Day("week"), Whole("units")), key=(), dialects=dialects)

    result = run(source, b"Year,Week,units\n2024,7,5\n")

    assert (result.summary.dialect["name"], result.rows) == ("weeks", ["2024-02-12,5"])


@pytest.mark.parametrize(
    ("dialect", "column", "told"),
    [
        (Delimited(name="d", parts={"week": ("Year",)}), Day("week"), "two labels or more"),
        (Delimited(name="d", parts={"week": ("Year", "Year")}), Day("week"), "two labels or more"),
        (Delimited(name="d", parts={"week": ("a", "b")}), Whole("week"), "make no number of it"),
        (Delimited(name="d", parts={"week": ("a", "b")}, labels={"week": "c"}), Day("week"), "has no `labels`"),
        (Delimited(name="d", parts={"week": ("a", "@label")}), Day("week"), "'@label' where the labels of a wide"),
        (Delimited(name="d", parts={"week": ("a", "b")}, wide=Wide(into="week", values={"units": "(.)"})), Day("week"),
         "'@label' where the labels of a wide"),
        (Delimited(name="d", parts={"other": ("a", "b")}), Day("week"), "no column is called 'other'"),
        (Delimited(name="d", parts={"week": ("a", "b")}, fields=("a", "units")), Day("week"), "'b', a part of week"),
        (FixedWidth(name="d", parts={"week": ("a", "b")}, fields={"a": (1, 2), "units": (3, 4)}), Day("week"),
         "'b', a part of week"),
    ],
)  # fmt: skip
def test_parts_that_no_file_could_have_are_told_where_they_are_declared(of_parts, dialect, column, told):
    with pytest.raises(SourceError, match=told):
        of_parts(dialect, column)
