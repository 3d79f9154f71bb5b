"""Tables in unusual form: weeks as columns, labels over several rows, none at all, text behind and between tables."""

import io

import openpyxl
import pytest

from conditioners.columns import MONDAY, Day, Decimal, Text, Whole
from conditioners.dialects import Delimited, FixedWidth, Numbers, Repeated, Wide, Workbook
from conditioners.limits import Limits
from conditioners.readers.unfolding import UnfoldingReader
from conditioners.readers.workbooks import sheet_tables

COLUMNS = (Text("store", pattern="[0-9]{3}"), Day("week", weekday=MONDAY), Whole("units", minimum=0, optional=True))
WEEKS = Wide(into="week", values={"units": r"([0-9]{4}-W[0-9]{2})"})


def make(make_source, columns=COLUMNS, kind=Delimited, **dialect):
    return make_source(columns=columns, key=(), dialects=(kind(name="t", **dialect),))


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_weeks_as_columns_become_rows_in_the_order_of_the_file(make_source, run):
    source = make(make_source, days=("%G-W%V",), wide=WEEKS)
    result = run(source, b"Store,2025-W01,2025-W02\n007,1,2\n008,,4\n")

    assert result.rows == ["007,2024-12-30,1", "007,2025-01-06,2", "008,2025-01-06,4"]
    assert result.summary.rows_in == 3
    assert result.summary.skipped == (("line 2", "no units in a repetition, here or further on"),)


def test_an_empty_cell_is_a_row_where_it_is_declared_to_be_one(make_source, run):
    wide = Wide(into="week", values={"units": r"([0-9]{4}-W[0-9]{2})"}, keep_empty=True)
    result = run(make(make_source, days=("%G-W%V",), wide=wide), b"Store,2025-W01\n007,\n")

    assert result.rows == ["007,2024-12-30,"]


def test_a_bad_cell_of_a_wide_row_is_rejected_alone_and_told_by_its_line(make_source, run):
    result = run(
        make(make_source, days=("%G-W%V",), wide=WEEKS), b"Store,2025-W01,2025-W02,2025-W99\n007,x,2,3\n1,1,,\n"
    )

    assert result.rows == ["007,2025-01-06,2"]
    assert [(r["line"], r["rule"]) for r in result.rejects] == [
        ("2", "not_a_number"), ("2", "not_a_day"), ("3", "bad_format"),
    ]  # fmt: skip
    assert result.summary.rows_in == 4


def test_several_values_for_each_week_are_told_apart_by_their_labels(make_source, run):
    columns = (*COLUMNS, Decimal("dollars", 2, optional=True))
    wide = Wide(into="week", values={"units": "(.*) Units", "dollars": r"(.*) Sales"})
    source = make(make_source, columns, days=("W%V %G",), wide=wide, numbers=Numbers(currency=("$",)))
    result = run(source, b"Store,W01 2025 Units,W01 2025 Sales,W02 2025 Units\n007,1,$2.5,3\n")

    assert result.rows == ["007,2024-12-30,1,2.50", "007,2025-01-06,3,"]


def test_wide_rows_around_unreadable_lines_keep_their_places(make_source, run):
    text = b"Store,2025-W01,2025-W02\n" + b"".join(b"%03d,1,x\n" % n if n % 10 else b"%03d,1\n" % n for n in range(100))
    result = run(make(make_source, days=("%G-W%V",), wide=WEEKS), text, limits=Limits(chunk_bytes=64))

    assert result.summary.rows_out == 90
    lines = [int(reject["line"]) for reject in result.rejects]
    assert lines == list(range(2, 102))
    assert {r["rule"] for r in result.rejects if int(r["line"]) % 10 == 2} == {"wrong_field_count"}


@pytest.mark.parametrize("kind", [Delimited, Workbook])
def test_a_row_that_names_no_column_is_no_header_row_even_if_none_has_to_be_named(make_source, run, kind):
    columns = (Text("shop"), Text("note", optional=True), Whole("units", optional=True))
    source = make(make_source, columns, kind, labels={"shop": "=Ulm"})
    rows = [["Report", "2025"], ["units", "note"], [3, "x"]]
    write = workbook if kind is Workbook else lambda *rows: "\n".join(",".join(map(str, row)) for row in rows).encode()

    assert run(source, write(*rows)).rows == ["Ulm,x,3"]
    assert "no row names the columns" in run(source, write(*rows[::2])).refusal.reason


def test_a_week_that_two_columns_of_a_wide_table_have_is_refused(make_source, run):
    source = make(make_source, days=("%G-W%V",), wide=WEEKS)
    result = run(source, b"store,2025-W01,2025-W02, 2025-W01\n007,1,2,3\n")

    assert result.refusal.reason == "two columns are labelled '2025-W01'"


@pytest.mark.parametrize("label", ["STRASSE", "straße", "Stra\u00dfe ", "Strasse"])
def test_labels_are_compared_without_case_in_any_alphabet(make_source, run, label):
    columns = (Text("street", labels=("Straße",)), Whole("units"))

    assert run(make(make_source, columns), f"{label},units\nx,1\n".encode()).rows == ["x,1"]


def test_a_wide_table_without_any_such_label_is_refused(make_source, run):
    refusal = run(make(make_source, days=("%G-W%V",), wide=WEEKS), b"Store,units\n007,1\n").refusal

    assert "lacks any label like '([0-9]{4}-W[0-9]{2})' (units)" in refusal.reason


def test_a_label_over_several_rows_is_all_of_its_words(make_source, run):
    labels = {"store": "Store No.", "week": "Week of", "units": "Sales Units"}
    source = make(make_source, header_rows=2, labels=labels)
    result = run(source, b"Report\nStore,Week,Sales,\nNo.,of,Units,Dollars\n007,2025-01-06,5,9\n")

    assert result.rows == ["007,2025-01-06,5"]
    assert (result.summary.header_rows, result.summary.ignored_labels) == (("line 2",), ("Sales Dollars",))


@pytest.mark.parametrize("line_end", [b"\n", b"\r"])
def test_a_header_row_is_read_to_its_end_however_long_it_is(make_source, run, line_end):
    further = [f"further label {number:05}" for number in range(5000)]
    lines = [["store", *further, "week", "units"], ["007", *["x"] * 5000, "2025-01-06", "1"]]
    result = run(make(make_source), line_end.join(",".join(line).encode() for line in lines))

    assert result.rows == ["007,2025-01-06,1"]
    assert result.summary.labels == tuple(lines[0])


def test_a_header_row_that_goes_on_behind_what_is_looked_at_is_none(make_source, run):
    further = ",".join(f"further label {number:05}" for number in range(5000))
    text = f"store,week,units,{further}\n007,2025-01-06,1{',' * 5000}\n".encode()

    assert "no row names the columns" in run(make(make_source), text, limits=Limits(chunk_bytes=70_000)).refusal.reason
    assert run(make(make_source), text).rows == ["007,2025-01-06,1"]


def test_merged_labels_of_a_workbook_over_two_rows_are_read_alike(make_source, run):
    labels = {"store": "Store", "week": "Week of", "units": "2024 Units"}
    source = make(make_source, kind=Workbook, header_rows=2, labels=labels)
    book = workbook(
        ["Title"], [], ["Store", "Week", "2023", None, "2024", None],
        [None, "of", "Units", "Dollars", "Units", "Dollars"], ["007", "2025-01-06", 1, 2, 3, 4],
    )  # fmt: skip

    assert run(source, book).rows == ["007,2025-01-06,3"]


def test_weeks_as_columns_of_a_workbook_become_rows(make_source, run):
    source = make(make_source, kind=Workbook, days=("%G-W%V",), wide=WEEKS)

    assert run(source, workbook(["Store", "2025-W01", "2025-W02"], ["007", 1, 2])).rows == [
        "007,2024-12-30,1", "007,2025-01-06,2",
    ]  # fmt: skip


def test_a_file_without_a_header_row_is_read_by_the_declared_fields(make_source, run):
    source = make(make_source, fields=("store", "", "week", "units"), opening="[0-9]{3},")
    result = run(source, b"007,x,2025-01-06,1\n008,y,2025-01-06\n009,z,2025-01-07,1\n")

    assert result.rows == ["007,2025-01-06,1"]
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("2", "wrong_field_count"), ("3", "wrong_weekday")]
    assert result.rejects[0]["reason"] == "3 fields where 4 are declared"
    assert result.summary.header_rows == ()


def test_a_file_that_does_not_open_as_declared_is_not_read_without_a_header(make_source, run):
    source = make(make_source, fields=("store", "week", "units"), opening="[0-9]{3},")

    assert "does not begin as its dialects" in run(source, b"store,week,units\n007,2025-01-06,1\n").refusal.reason


@pytest.mark.parametrize("chunk", [1 << 20, *range(25, 70)])
def test_nothing_behind_the_table_is_read(make_source, run, chunk):
    source = make(make_source, until=r"\s*$|Stores:")
    text = (
        b"Sales:\nstore,week,units\n007,2025-01-06,1\n008,2025-01-06,2\n\nStores:\nid,city\n007,Ulm\n009,2025-01-06,3"
    )
    result = run(source, text, limits=Limits(chunk_bytes=chunk))

    assert result.rows == ["007,2025-01-06,1", "008,2025-01-06,2"]
    assert result.summary.skipped == (("line 1", "before the header row"), ("line 5", "behind the table"))
    assert result.summary.skipped_lines == 1 + 5


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_a_pattern_for_the_end_of_the_line_behind_the_table_fits_whatever_lines_end_with(make_source, run, line_end):
    text = b"store,week,units\n007,2025-01-06,1\nSum of all\n007,2025-01-06,2\nSum\n009,2025-01-06,3\n"
    result = run(make(make_source, until="Sum$"), text.replace(b"\n", line_end))

    assert result.rows == ["007,2025-01-06,1", "007,2025-01-06,2"]
    assert result.summary.skipped == (("line 5", "behind the table"),)
    assert [reject["line"] for reject in result.rejects] == ["3"]


def test_nothing_behind_the_table_of_a_sheet_is_read(make_source, run):
    source = make(make_source, kind=Workbook, until="Total")
    book = workbook(["store", "week", "units"], ["007", "2025-01-06", 1], ["Total", None, 1], ["008", "2025-01-06", 2])

    assert run(source, book).rows == ["007,2025-01-06,1"]
    assert run(source, book).summary.skipped == (("cell Sheet!A3", "behind the table"),)


@pytest.mark.parametrize("kind", [Delimited, Workbook])
def test_several_tables_with_the_same_header_row_are_one(make_source, run, kind):
    rows = [["store", "week", "units"], ["007", "2025-01-06", "1"], ["North"], ["store", "week", "units"],
            ["008", "2025-01-06", "2"]]  # fmt: skip
    data = workbook(*rows) if kind is Workbook else "\n".join(map(",".join, rows)).encode()
    result = run(make(make_source, kind=kind, skip=("North",)), data)

    assert result.rows == ["007,2025-01-06,1", "008,2025-01-06,2"]
    assert [cause for _, cause in result.summary.skipped] == ["declared as no row", "the header row again"]


def test_fields_that_repeat_in_a_line_become_rows_and_only_days_that_exist(make_source, run):
    repeated = Repeated(into="day", first=10, width=4, count=3, fields={"units": (1, 3), "flag": (4, 4)})
    source = make_source(
        columns=(Text("store"), Day("day"), Whole("units"), Text("flag", optional=True)), key=(),
        dialects=(
            FixedWidth(name="m", fields={"store": (1, 3), "day": (4, 9)}, repeated=repeated, days=("%Y%m%d",),
                       nulls=("-99",)),
        ),
    )  # fmt: skip
    result = run(source, b"007202501  1a  2 -99 \n008202513  1\n")

    assert result.rows == ["007,2025-01-01,1,a", "007,2025-01-02,2,"]
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("2", "not_a_day")]
    assert (result.summary.rows_in, result.summary.skipped_lines) == (3, 3)


REPEATED = Repeated(first=4, width=2, count=3, into="week", fields={"units": (1, 2)})


@pytest.mark.parametrize("kind", [Delimited, Workbook, FixedWidth])
def test_rows_that_become_many_are_read_in_portions_of_as_many_as_other_rows(make_source, run, monkeypatch, kind):
    judged, read = [], UnfoldingReader.read
    monkeypatch.setattr(UnfoldingReader, "read", lambda *given: judged.append(read(*given)) or judged[-1])
    monkeypatch.setattr(sheet_tables, "BATCH_ROWS", 30)
    rows = [[f"{number:03}", 1, 2, 3] for number in range(50)]
    columns = (Text("store"), Text("week"), Whole("units"))
    if kind is FixedWidth:
        fields = {"fields": {"store": (1, 3), "week": (1, 3)}, "repeated": REPEATED}
        data = "".join("{} {} {} {}\n".format(*row) for row in rows).encode()
    else:
        fields = {"wide": Wide(into="week", values={"units": "w(.)"})}
        rows = [["store", "w1", "w2", "w3"], *rows]
        data = workbook(*rows) if kind is Workbook else "".join("{},{},{},{}\n".format(*row) for row in rows).encode()
    result = run(make(make_source, columns, kind, **fields), data, limits=Limits(portion_records=30))

    assert (result.summary.rows_in, result.summary.rows_out) == (150, 150)
    assert max(batch.frame.height for batch in judged) == 30


def test_a_line_of_a_wide_table_that_is_no_row_is_told_once(make_source, run):
    source = make(make_source, days=("%G-W%V",), wide=WEEKS, skip=("Total",))
    header = b"Store,2025-W01,2025-W02,2025-W03\n"
    result = run(source, header + b"007,1,2,3\n" + header + b"Total,1,2,3\n")

    assert result.summary.skipped == (("line 3", "the header row again"), ("line 4", "declared as no row"))
    assert (result.summary.skipped_lines, result.summary.rows_in) == (2, 3)


def test_a_repetition_is_a_row_if_any_of_its_values_is_there(make_source, run):
    columns = (*COLUMNS, Decimal("dollars", 2, optional=True))
    wide = Wide(into="week", values={"units": "(.*) Units", "dollars": "(.*) Sales"})
    source = make(make_source, columns, days=("%G-W%V",), wide=wide, nulls=("-",))
    text = b"Store,2025-W01 Units,2025-W01 Sales,2025-W02 Sales\n007,-,2.5,7\n008,,-,\n"
    result = run(source, text)

    assert result.rows == ["007,2024-12-30,,2.50", "007,2025-01-06,,7.00"]
    assert result.summary.skipped == (("line 2", "no units or dollars in a repetition, here or further on"),)


def test_labels_of_two_rows_may_begin_in_the_last_line_that_labels_may(make_source, run):
    text = b"report\n" * 50 + b"store,week,\n,,units\n007,2025-01-06,1\n"
    labels = {"units": "week units"}

    assert run(make(make_source, header_rows=2, labels=labels), text).rows == ["007,2025-01-06,1"]


@pytest.mark.parametrize("text", [b"\nstore,week,units\n", b"store,week,units\n\n"])
def test_lines_behind_labels_of_two_rows_keep_their_numbers_if_one_of_these_is_blank(make_source, run, text):
    result = run(make(make_source, header_rows=2), text + b"007,2025-01-06,1\n007,2025-01-06,x\n")

    assert [reject["line"] for reject in result.rejects] == ["4"]


def test_labels_of_two_rows_that_come_again_are_skipped(make_source, run):
    labels = {"store": "Key store", "week": "Key week", "units": "Sales units"}
    source = make(make_source, header_rows=2, labels=labels)
    text = b"Key,,Sales\nstore,week,units\n007,2025-01-06,1\n"
    result = run(source, text + text)

    assert result.rows == ["007,2025-01-06,1"] * 2
    assert result.summary.skipped == (("line 4", "the header row again"), ("line 5", "the header row again"))

    rows = [line.split(",") for line in text.decode().splitlines()]
    book = make(make_source, kind=Workbook, header_rows=2, labels=labels)
    again = run(book, workbook(*rows, *rows))

    assert again.rows == result.rows
    assert [cause for _, cause in again.summary.skipped] == ["the header row again"] * 2


@pytest.mark.parametrize("again", ['"Store","Week","Units"', "STORE , week,UNITS", ' store,"WEEK" ,Units'])
def test_labels_that_come_again_in_another_form_are_the_header_row_again(make_source, run, again):
    result = run(make(make_source), f"store,week,units\n007,2025-01-06,1\n{again}\n008,2025-01-06,2\n".encode())

    assert result.rows == ["007,2025-01-06,1", "008,2025-01-06,2"]
    assert result.summary.skipped == (("line 3", "the header row again"),)


def test_a_row_with_other_words_than_the_labels_is_rejected(make_source, run):
    result = run(make(make_source), b"store,week,units\n007,2025-01-06,1\nx,week,y\nstore,week,units,x\n")

    assert [reject["line"] for reject in result.rejects] == ["3", "4"]


def test_a_renamed_label_is_told_with_the_column_that_is_missed(make_source, run):
    refusal = run(make(make_source), b"Shop,week,units,x,\n007,2025-01-06,1,2,\n").refusal

    assert refusal.reason.endswith("line 1 lacks store ('store'); no column goes by its 'Shop', 'x'")
