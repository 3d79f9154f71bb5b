"""Labels of other columns inside a file: such a file is refused, and labels that come again are skipped."""

import pytest

from conditioners.columns import Day, Text, Whole
from conditioners.dialects import Delimited, Workbook
from conditioners.dialects.tables import Wide
from tests.conditioning.workbook_files import xlsx_of

COLUMNS = (Day("day"), Text("store"), Whole("units"), Whole("dollars", labels=("Umsatz",)), Text("note", optional=True))
TEXTS = (Text("code"), Text("name", labels=("Item name",)), Text("group", optional=True))
HEADER = ["day", "store", "units", "dollars", "note"]
ROW, NEXT = ["2025-01-06", "007", "1", "2", "x"], ["2025-01-07", "007", "3", "4", "y"]


@pytest.fixture(params=["delimited", "workbook"])
def read(request, make_source, run):
    """Runs a source that comes as text and as workbooks on rows in one of them."""

    def read_rows(*rows, **changes):
        fields = {"columns": COLUMNS, "key": (), "dialects": (Delimited(name="text"), Workbook(name="book")), **changes}
        text = "".join(",".join(row) + "\n" for row in rows).encode()
        return run(make_source(**fields), xlsx_of(*rows) if request.param == "workbook" else text)

    return read_rows


@pytest.mark.parametrize(
    "other",
    [
        ["day", "store", "dollars", "units", "note"],
        ["day", "Store ", "UMSATZ", "units", "note"],
        ["day", "store", "returns", "refunds", "note"],
    ],
)
def test_rows_behind_labels_of_other_columns_are_read_under_none(read, other):
    refusal = read(HEADER, ROW, other, NEXT).refusal

    assert refusal.where in ("line 3", "cell Sheet!A3")
    assert refusal.reason.startswith("a header row with other columns, ")
    assert refusal.reason.endswith("declare the first line behind this one (`until`), or split the file")


@pytest.mark.parametrize(
    "odd",
    [
        ["day", "store", "units", "dollars page 2", "note"],
        ["day", "store", "un", "dollars", "remark"],
        ["day", "store", "", "", ""],
        ["day", "7", "8", "9", "note"],
        ["day", "007", "units", "3", "4"],
    ],
)
def test_a_damaged_header_row_and_a_row_with_a_label_in_it_cost_themselves_alone(read, odd):
    columns = (*COLUMNS[:4], Text("remarks", optional=True, labels=("note", "remark")))
    result = read(HEADER, ROW, odd, NEXT, columns=columns)

    assert result.rows == [",".join(ROW), ",".join(NEXT)]
    assert len(result.rejects) == 1


def test_a_wide_table_with_other_weeks_behind_one_is_not_read_under_the_weeks_of_the_first(read):
    columns = (Day("week"), Text("store"), Whole("units"))
    wide = {"days": ("%G-W%V",), "wide": Wide(into="week", values={"units": "([0-9]{4}-W[0-9]{2})"})}
    dialects = (Delimited(name="text", **wide), Workbook(name="book", **wide))
    first, second = ["store", "2025-W01", "2025-W02"], ["store", "2025-W03", "2025-W04"]
    result = read(first, ["007", "1", "2"], second, ["007", "3", "4"], columns=columns, dialects=dialects)

    assert "'2025-w03' where '2025-w01' stood" in result.refusal.reason


def test_a_header_row_that_comes_again_is_skipped_where_all_columns_are_text(read):
    again = [" CODE", "Item name", "group"]
    result = read(["code", "Item name", "group"], ["1", "a", "b"], again, ["2", "code", "group"], columns=TEXTS)

    assert result.rows == ["1,a,b", "2,code,group"]
    assert [cause for _, cause in result.summary.skipped] == ["the header row again"]
    assert result.summary.rows_in == 2


def test_labels_in_another_order_are_no_row_where_all_columns_are_text(read):
    result = read(["code", "name", "group"], ["1", "a", "b"], ["name", "code", "group"], ["c", "2", "d"], columns=TEXTS)

    assert "'name' where 'code' stood" in result.refusal.reason


def test_a_table_of_one_column_may_have_its_label_among_its_words(read):
    assert read(["word"], ["letter"], ["word"], columns=(Text("word"),)).rows == ["letter", "word"]


def test_rows_left_out_by_a_hook_are_told_apart_from_header_rows(read):
    rows = [["code", "name", "group"], ["1", "a", "b"], ["code", "name", "group"], ["2", "c", "d"]]
    result = read(*rows, columns=TEXTS, hook=lambda frame: frame[frame["code"] == "2"])

    assert result.rows == ["2,c,d"]
    assert [reject["rule"] for reject in result.rejects] == ["left_out"]
