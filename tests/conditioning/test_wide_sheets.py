"""Workbooks with a sheet for each year, and its weeks or months as columns."""

import io

import openpyxl

from conditioners.columns import Day, Text, Whole
from conditioners.dialects import Wide, Workbook
from conditioners.readers.workbooks import sheet_tables

COLUMNS = (Text("store"), Day("week"), Whole("units", optional=True), Text("year", optional=True))


def book(**sheets):
    made, packed = openpyxl.Workbook(), io.BytesIO()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(packed)
    return packed.getvalue()


def make(make_source, *, keep_empty=False, **dialect):
    wide = Wide(into="week", values={"units": "([0-9]{4}-W[0-9]{2})"}, keep_empty=keep_empty)
    dialect = Workbook(name="years", days=("%G-W%V",), wide=wide, labels={"year": "@sheet"}, **dialect)
    return make_source(columns=COLUMNS, key=(), dialects=(dialect,))


YEARS = book(
    y2024=[["store", "2024-W51", "2024-W52"], ["007", 1, 2], ["008", None, 3]],
    notes=[["nothing"]],
    y2025=[["Sales"], ["2025-W01", "store", "2025-W02"], [4, "007", 5], ["x", "008", 6]],
)


def test_each_sheet_may_have_other_weeks(make_source, run):
    result = run(make(make_source), YEARS)

    assert result.rows == [
        "007,2024-12-16,1,y2024", "007,2024-12-23,2,y2024", "008,2024-12-23,3,y2024",
        "007,2024-12-30,4,y2025", "007,2025-01-06,5,y2025", "008,2025-01-06,6,y2025",
    ]  # fmt: skip
    assert [(reject["cell"], reject["rule"]) for reject in result.rejects] == [("y2025!A4", "not_a_number")]
    assert result.summary.rows_in == 7


def test_a_week_of_another_sheet_is_no_empty_cell_of_this_one(make_source, run):
    result = run(make(make_source, keep_empty=True), YEARS)

    assert (result.summary.rows_in, "008,2024-12-16,,y2024" in result.rows) == (8, True)


def test_rows_of_one_sheet_in_many_portions_come_out_in_order(make_source, run, monkeypatch):
    monkeypatch.setattr(sheet_tables, "BATCH_ROWS", 4)
    rows = [[f"{number:03}", number, number] for number in range(50)]
    data = book(a=[["store", "2024-W01", "2024-W02"], *rows], b=[["store", "2025-W01", "2025-W02"], *rows])
    result = run(make(make_source), data)

    assert [row[:3] for row in result.rows] == [row[0] for row in rows for _ in range(2)] * 2


def test_sheets_whose_other_columns_differ_are_refused(make_source, run):
    columns = (*COLUMNS, Text("item", optional=True))
    wide = Wide(into="week", values={"units": "([0-9]{4}-W[0-9]{2})"})
    dialects = (Workbook(name="years", days=("%G-W%V",), wide=wide),)
    data = book(a=[["store", "2024-W01"], ["007", 1]], b=[["store", "item", "2025-W01"], ["007", "x", 1]])
    refusal = run(make_source(columns=columns, key=(), dialects=dialects), data).refusal

    assert (refusal.reason, refusal.where) == ("the sheets a and b have different columns", "b!A1")


def test_the_row_told_of_a_file_without_labels_is_the_one_with_the_most_columns_of_their_own(make_source, run):
    rows = [["Store", "Kind", "", ""], ["", "", "2025-W01", "2025-W02"], ["", "ALL", "", ""], ["007", "x", 1, 2]]
    refusal = run(make(make_source, header_rows=2), book(y=rows)).refusal

    assert refusal.reason.startswith("no header row has all columns of toy; y!A1 lacks any label like")
    assert refusal.reason.endswith("no column goes by its 'Kind', 'Kind 2025-W01', 'Kind 2025-W02'")
