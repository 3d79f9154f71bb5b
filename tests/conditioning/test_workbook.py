"""Workbooks: cells as they are meant, sheets and headers found, faults refused."""

import datetime
import io
import zipfile

import openpyxl
import pytest

from conditioners.columns import Day, Decimal, Text, Whole
from conditioners.dialects import Workbook
from conditioners.limits import Limits


@pytest.fixture
def source(make_source):
    return make_source(
        columns=(Day("day"), Text("code"), Whole("units"), Decimal("price", 2)),
        key=(), dialects=(Workbook(name="book", skip=("Total\t",)),),
    )  # fmt: skip


def write_book(*sheets, merge=None, epoch=None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    if epoch is not None:
        book.epoch = epoch
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if merge:
            sheet.merge_cells(merge)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


HEADER = ["day", "code", "units", "price"]
ROW = [datetime.date(2024, 2, 29), "007", 5, 1.1]


def test_codes_keep_their_zeros_and_numbers_their_places(source, run):
    result = run(source, write_book(("S", [HEADER, ROW, ["2024-03-01", "0012", 7.0, 0.30000000000000004]])))

    assert result.rows == ["2024-02-29,007,5,1.10", "2024-03-01,0012,7,0.30"]


def test_days_of_both_epochs_are_the_same_day(source, run):
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    result = run(source, write_book(("S", [HEADER, ROW]), epoch=CALENDAR_MAC_1904))

    assert result.rows == ["2024-02-29,007,5,1.10"]


def test_durations_are_hours_however_many_and_errors_no_values(make_source, run):
    source = make_source(columns=(Text("a"), Text("b", optional=True)), key=(), dialects=(Workbook(name="w"),))
    long, short = datetime.timedelta(days=1, hours=12, seconds=1.5), datetime.timedelta(minutes=5)
    result = run(source, write_book(("S", [["a", "b"], [long, "#N/A"], [short, "x"]])))

    assert result.rows == ["36:00:01.500000,", "00:05:00,x"]


@pytest.mark.parametrize("days", [4e9, 1e300])
def test_a_duration_beyond_all_bounds_refuses_the_workbook_by_its_row(source, run, days):
    book = openpyxl.load_workbook(io.BytesIO(write_book(("S", [HEADER, ROW, ["2024-03-01", "007", days, 1]]))))
    book["S"]["C3"].number_format = "[h]:mm:ss"
    packed = io.BytesIO()
    book.save(packed)
    refused = run(source, packed.getvalue())

    assert (refused.refusal.reason.split(":")[0], refused.refusal.where) == ("a cell of the row cannot be read", "S!A3")


def test_title_rows_and_totals_are_skipped_and_the_table_may_stand_anywhere(source, run):
    rows = [["A title"], [], ["", "", *HEADER], ["", "", *ROW], [], ["Total", "", "", "", 5]]
    result = run(source, write_book(("S", rows)))

    assert result.rows == ["2024-02-29,007,5,1.10"]
    assert result.summary.header_rows == ("S!A3",)
    assert [cause for _, cause in result.summary.skipped] == [
        "before the header row", "blank", "blank", "declared as no row",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "rows", "skipped"),
    [((Text("a"),), 2, 1500), ((Text("name", labels=("@sheet",)), Text("a", optional=True)), 1502, 0)],
)
def test_of_a_long_gap_each_row_is_skipped_unless_it_can_be_accepted(make_source, run, columns, rows, skipped):
    source = make_source(columns=columns, key=(), dialects=(Workbook(name="w"),))
    found = run(source, write_book(("S", [["a"], ["x"], *[[]] * 1500, ["y"]]))).summary

    assert (found.rows_in, found.rows_out, found.skipped_lines) == (rows, rows, skipped)
    assert found.skipped[:1] == ((("cell S!A3", "blank"),) if skipped else ())


def test_a_reject_is_told_by_sheet_and_row(source, run):
    result = run(source, write_book(("S", [HEADER, ["30.02.2024", "007", 5, 1], ["2024-01-01", "1", 2.5, 1]])))

    assert [(r["cell"], r["column"], r["rule"], r["raw"]) for r in result.rejects] == [
        ("S!A2", "day", "not_a_day", "30.02.2024\t007\t5\t1"),
        ("S!A3", "units", "too_many_places", "2024-01-01\t1\t2.5\t1"),
    ]


def test_a_cell_merged_over_rows_counts_for_each_of_them(source, run):
    data = write_book(("S", [HEADER, ROW, [None, "008", 6, 2]]), merge="A2:A3")

    assert run(source, data).rows == ["2024-02-29,007,5,1.10", "2024-02-29,008,6,2.00"]


def test_every_sheet_with_the_header_is_read_and_its_name_may_be_a_column(make_source, run):
    source = make_source(
        columns=(Text("shop"), Text("code"), Whole("units")), key=(),
        dialects=(Workbook(name="book", labels={"shop": "@sheet"}),),
    )  # fmt: skip
    data = write_book(
        ("North", [["code", "units"], ["007", 1]]), ("Notes", [["hello"]]), ("South", [["code", "units"], ["7", 2]])
    )
    result = run(source, data)

    assert result.rows == ["North,007,1", "South,7,2"]
    assert result.summary.skipped == (("sheet Notes", "no header row"),)


def test_a_damaged_or_foreign_workbook_is_refused(source, run):
    data = write_book(("S", [HEADER, ROW]))

    assert "damaged or cut off" in run(source, data[: len(data) // 2]).refusal.reason
    assert "cannot be read" in run(source, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600).refusal.reason
    assert run(source, write_book(("S", [["a", "b"]]))).refusal.reason.startswith("no row names the columns of toy")


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_parsed(source, run):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", b" " * 50_000_000)
    result = run(source, packed.getvalue(), limits=Limits(workbook_bytes=20_000_000))

    assert result.refusal.reason == "the package unpacks to more than 16777216 bytes"


def test_numbers_alone_are_a_table(make_source, run):
    """openpyxl writes a list of shared texts then that has none."""
    source = make_source(columns=(Whole("2024"), Whole("2025")), key=(), dialects=(Workbook(name="w"),))

    assert run(source, write_book(("S", [[2024, 2025], [1, 2], [3, 4]]))).rows == ["1,2", "3,4"]


@pytest.mark.parametrize("merge", ["Z2:Z3", "Z2:AA9", "A8:A9", "B3:B9"])
def test_empty_cells_may_be_merged_beside_the_table(source, run, merge):
    book = write_book(("S", [HEADER, ROW, [datetime.date(2024, 3, 1), "008", 6, 2]]), merge=merge)

    assert run(source, book).rows == ["2024-02-29,007,5,1.10", "2024-03-01,008,6,2.00"]


def test_labels_that_only_later_sheets_have_are_told_and_so_is_that_no_column_goes_by_them(source, run):
    more = ("more", [[*HEADER, "colour"], [*ROW, "red"]])
    summary = run(source, write_book(("first", [HEADER, ROW]), more, ("last", more[1]))).summary

    assert (summary.labels, summary.ignored_labels) == ((*HEADER, "colour"), ("colour",))
