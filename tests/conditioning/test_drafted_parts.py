"""Drafts of days and moments whose parts stand in several columns, and of columns that only look like it."""

import json

import pytest

from conditioners.columns import Day, Moment


def table(labels, rows, mark=","):
    return "".join(f"{mark.join(map(str, row))}\n" for row in (labels, *rows)).encode()


def told(written, words):
    return [remark for remark in written.remarks if words in remark]


WEEKS = [(f"{store:03}", 2024, week, week * store) for week in range(1, 13) for store in (7, 8, 12)]


@pytest.mark.parametrize(
    ("labels", "rows", "formats", "column", "first"),
    [
        (("Store", "Year", "Week", "Units"), WEEKS, ("%G %V",), "week", "007,2024-01-01,7"),
        (("Store", "Year", "Wk", "Units"), [(s, y, f"W{w:02}", u) for s, y, w, u in WEEKS], ("%G W%V",), "wk",
         "007,2024-01-01,7"),
        (("Store", "Jahr", "KW", "Units"), [(s, f"{y}.0", f"{w}.0", u) for s, y, w, u in WEEKS], ("%G.0 %V.0",), "kw",
         "007,2024-01-01,7"),
        (("Store", "Year", "Month", "Units"), WEEKS, ("%Y %m",), "month", "007,2024-01-01,7"),
        (("Store", "Year", "Quarter", "Units"), [(s, y, f"Q{w}", u) for s, y, w, u in WEEKS if w < 5], ("%Y Q%q",),
         "quarter", "007,2024-01-01,7"),
        (("Store", "Year", "Month", "Units"), [(s, y, "January", u) for s, y, w, u in WEEKS], ("%Y %B",), "month",
         "007,2024-01-01,7"),
    ],
)  # fmt: skip
def test_a_year_and_its_week_or_month_become_one_day(draft, labels, rows, formats, column, first):
    written, source = draft("t.csv", table(labels, rows))

    assert source.columns[1] == Day(column)
    assert source.dialects[0].parts == {column: labels[1:3]}
    assert source.dialects[0].days == formats
    assert told(written, f"{labels[1]!r} and {labels[2]!r} are read as")
    assert (written.summary.rows_out, written.summary.rows_quarantined) == (len(rows), 0)
    assert written.golden.with_name("t.csv.accepted.csv").read_text().splitlines()[1] == first


def test_a_year_month_and_day_become_one_day_that_is_part_of_the_key(draft):
    rows = [(2023, month, day, store, 5) for month in range(1, 6) for day in (1, 17, 28) for store in "NS"]

    _, source = draft("t.csv", table(("YEAR", "MONTH", "DAY", "Region", "Units"), rows))

    assert source.names == ("day", "region", "units")
    assert source.dialects[0].parts == {"day": ("YEAR", "MONTH", "DAY")}
    assert source.key == ("day", "region")


@pytest.mark.parametrize(
    ("labels", "cells", "column", "format"),
    [
        (("Date", "Time"), lambda n: (f"2024-01-{n:02}", f"{n % 24}:07"), "date_time", "%Y-%m-%d %H:%M"),
        (("Datum", "Uhrzeit"), lambda n: (f"{n:02}.01.2024", f"{n % 24:02}:07:30"), "datum_uhrzeit",
         "%d.%m.%Y %H:%M:%S"),
        (("Order Date", "Order Time"), lambda n: (f"01/{n:02}/2024", f"{1 + n % 12}:07 pm"), "order_date_time",
         "%m/%d/%Y %I:%M %p"),
        (("Date", "Hour"), lambda n: (f"2024-01-{n:02}", n % 24), "date_hour", "%Y-%m-%d %H"),
        (("Date", "Time (UTC)"), lambda n: (f"2024-01-{n:02}", f"{n % 24:02}:07:00Z"), "date_time_utc",
         "%Y-%m-%d %H:%M:%S%#z"),
        (("date", "time"), lambda n: (f"202401{n:02}", f"{n % 24:02}07"), "date_time", "%Y%m%d %H%M"),
    ],
)  # fmt: skip
def test_a_date_and_its_time_become_one_moment(draft, labels, cells, column, format):
    rows = [(*cells(day), day * 3) for day in range(1, 31)]

    written, source = draft("t.csv", table((*labels, "Units"), rows))

    assert source.columns[0] == Moment(column, utc="UTC" in labels[1])
    assert source.dialects[0].parts == {column: labels}
    assert source.dialects[0].moments == (format,)
    assert told(written, "are read as one moment")
    assert written.summary.rows_out == 30


def test_each_date_gets_the_time_of_its_own_name(draft):
    labels = ("Order Date", "Ship Date", "Order Time", "Ship Time", "Units")
    rows = [(f"2024-01-{day:02}", f"2024-02-{day:02}", "10:05", "11:15", day) for day in range(1, 29)]

    _, source = draft("t.csv", table(labels, rows))

    assert source.dialects[0].parts == {
        "order_date_time": ("Order Date", "Order Time"), "ship_date_time": ("Ship Date", "Ship Time"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (("Store", "Fiscal Year", "Fiscal Week", "Units"), WEEKS),
        (("Store", "Year", "Week", "Week ending"), [(s, y, w, f"2024-01-{1 + w:02}") for s, y, w, _ in WEEKS]),
        (("Store", "Year", "Week", "Units"), [(*row[:2], "" if row[2] == 5 else row[2], row[3]) for row in WEEKS]),
        (("Date", "Duration time", "Units"), [(f"2024-01-{day:02}", "01:30", day) for day in range(1, 29)]),
        (("Date", "Delivery time", "Units"), [(f"2024-01-{day:02}", "01:30", day) for day in range(1, 29)]),
        (("Date", "Time", "Units"), [(f"2024-01-{day:02}", "" if day < 5 else "1:30", day) for day in range(1, 29)]),
        (("Year", "Year", "Week", "Units"), [(2024, *row[1:]) for row in WEEKS]),
    ],
)
def test_columns_that_may_be_no_parts_of_one_date_stay_apart(draft, labels, rows):
    assert draft("t.csv", table(labels, rows))[1].dialects[0].parts == {}


def test_weeks_that_are_no_iso_weeks_and_hours_to_24_stay_apart_and_are_told(draft):
    weeks = [(f"S{store}", 2024, week, 5) for week in range(48, 54) for store in range(4)]
    hours = [(f"2024-01-{day:02}", hour, 5) for day in range(1, 4) for hour in range(1, 25)]

    of_weeks, _ = draft("w.csv", table(("Store", "Year", "Week", "Units"), weeks), "weeks")
    of_hours, source = draft("h.csv", table(("Date", "Hour", "Load"), hours), "hours")

    assert told(of_weeks, "'Year' and 'Week' are no ISO weeks, since '2024 53' is none, and stay apart")
    assert told(of_hours, "'Hour' goes to 24, which is no hour of a moment, and stays apart")
    assert source.dialects[0].parts == {}


MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@pytest.mark.parametrize(
    ("times", "into", "pattern", "format", "last"),
    [
        (MONTHS, "month", "((?i:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))", "%Y %b", "P2,2023-12-01,11"),
        ([f"{month} units" for month in MONTHS[:4]], "month",
         "((?i:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)) units", "%Y %b", "P2,2023-04-01,3"),
        ([f"Week {week}" for week in range(1, 6)], "week", "Week ([0-9]{1,2})", "%G %V", "P2,2023-01-30,4"),
    ],
)  # fmt: skip
def test_months_or_weeks_as_columns_take_the_year_of_their_row(draft, times, into, pattern, format, last):
    rows = [(f"P{item}", year, *range(len(times))) for item in range(3) for year in (2022, 2023)]

    written, source = draft("t.csv", table(("Product", "Year", *times), rows))

    (dialect,) = source.dialects
    assert (dialect.parts, dialect.days) == ({into: ("Year", "@label")}, (format,))
    assert (dialect.wide.into, list(dialect.wide.values.values())) == (into, [pattern])
    assert written.summary.rows_out == len(rows) * len(times)
    assert written.golden.with_name("t.csv.accepted.csv").read_text().splitlines()[-1] == last


def test_quarters_and_weeks_of_one_digit_with_their_years_as_columns_become_rows(draft):
    for number, (labels, written, into) in enumerate([
        ([f"2023-Q{quarter}" for quarter in range(1, 5)], "%Y-Q%q", "quarter"),
        ([f"Week {week} 2024" for week in range(1, 12)], "Week %V %G", "week"),
    ]):  # fmt: skip
        rows = [(f"P{item}", *range(len(labels))) for item in range(6)]

        drafted, source = draft("t.csv", table(("Product", *labels), rows), f"source_{number}")

        assert (source.names, source.dialects[0].days) == (("product", into, "value"), (written,))
        assert drafted.summary.rows_out == 6 * len(labels)


@pytest.mark.parametrize(
    ("labels", "into", "days", "remark"),
    [
        (("202411", "202412", "202501"), "month", "%Y%m", "are read as months, for 01 of the next year follows 12"),
        (("202501", "202412", "202411"), "month", "%Y%m", "labels of six digits are read as months"),
        (("Monat 202401", "Monat 202402", "Monat 202403"), "month", "%Y%m", ""),
        (("202451", "202452", "202501"), "week", "%G%V", ""),
        (("KW 202411", "KW 202412", "KW 202501"), "week", "%G%V", ""),
        (("202410", "202411", "202412"), "week", "%G%V", "each as its Monday: check that they are no months"),
    ],
)  # fmt: skip
def test_labels_of_six_digits_are_months_where_words_or_the_turn_of_the_year_tell_it(draft, labels, into, days, remark):
    rows = [(f"S{item}", "Rope", *range(item, item + 3)) for item in range(6)]

    written, source = draft("t.csv", table(("Store", "Item", *labels), rows))

    assert source.names == ("store", "item", into, "value")
    assert source.dialects[0].days == (days,)
    assert told(written, remark)


def test_weeks_without_a_year_are_told_with_the_part_that_a_sheet_s_name_is(draft):
    written, _ = draft("t.csv", table(("Store", "Week", "Units"), [(s, w, u) for s, _, w, u in WEEKS]))
    with_year, _ = draft("u.csv", table(("Store", "Year", "Week", "Units"), WEEKS), "with_year")

    assert told(written, "'Week' has weeks without a year: where it stands around the rows, `parts` takes it")
    assert told(written, "('@sheet', 'Week')")
    assert not told(with_year, "without a year")


def test_months_in_languages_that_drafts_do_not_know_stay_apart_from_their_year_and_are_told(draft):
    rows = [(s, y, "ledna" if w % 2 else "února", u) for s, y, w, u in WEEKS]

    written, source = draft("t.csv", table(("Ort", "Jahr", "Monat", "Menge"), rows))

    assert source.dialects[0].parts == {}
    assert told(written, "'Jahr' and 'Monat' stay apart: where these are months, declare `months`")


def test_months_that_begin_with_july_are_no_months_of_the_year_of_their_row(draft):
    rows = [(f"P{item}", year, *range(12)) for item in range(3) for year in (2022, 2023)]

    assert draft("t.csv", table(("Product", "Year", *MONTHS[6:], *MONTHS[:6]), rows))[1].dialects[0].wide is None


def test_parts_of_records_are_paths_and_those_of_fixed_width_are_fields(draft):
    records = [{"store": {"id": store}, "at": {"year": year, "week": week}, "n": n} for store, year, week, n in WEEKS]
    xml = "".join(f'<w year="{y}" week="{w}"><s id="{s}"><u>{n}</u></s></w>' for s, y, w, n in WEEKS)
    lines = "".join(f"{int(s):05} {y} {w:5} {3:3} {n:8}\n" for s, y, w, n in WEEKS)

    of_json = draft("t.json", json.dumps({"rows": records}).encode(), "a")[1]
    of_xml = draft("t.xml", f"<r>{xml}</r>".encode(), "b")[1]
    of_width = draft("t.txt", f"STORE YEAR MONTH DAY    UNITS\n{lines}".encode(), "c")[1]

    assert of_json.dialects[0].parts == {"week": ("rows[].at.year", "rows[].at.week")}
    assert of_xml.dialects[0].parts == {"week": ("r/w/@year", "r/w/@week")}
    assert of_width.dialects[0].parts == {"day": ("year", "month", "day")}


def test_the_key_of_what_happens_at_any_minute_is_no_moment_alone(draft):
    tills = [(f"2024-01-{1 + n % 28:02}", f"{n % 24:02}:{n * 7 % 60:02}", n % 4) for n in range(60)]
    meters = [(f"2024-01-{1 + n // 24:02}", f"{n % 24:02}:00", n % 4) for n in range(60)]

    assert draft("t.csv", table(("Date", "Time", "Till"), tills), "tills")[1].key == ()
    assert draft("t.csv", table(("Date", "Time", "Load"), meters), "meters")[1].key == ("date_time",)
