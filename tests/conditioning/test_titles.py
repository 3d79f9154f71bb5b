"""Titles: columns whose value stands in a line above the rows, once for the file or again for each table in it."""

import ast
import io
import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from conditioners.columns import Day, Decimal, Text, Whole
from conditioners.dialects import Delimited, FixedWidth, JsonLines, Wide, Workbook
from conditioners.limits import DEFAULT
from conditioners.outcome import SourceError
from tests.conditioning.workbook_files import xlsx_of

STORE = {"store": r"@title Store:?[\t, ]+([0-9]{4})"}
COLUMNS = (Text("store"), Text("sku"), Whole("units"))


@pytest.fixture
def of_stores(make_source):
    """A source of a store's items; the store stands above them."""

    def call(dialect, columns=COLUMNS, **more):
        return make_source(**{"columns": columns, "key": (), "dialects": (dialect,), **more})

    return call


@pytest.fixture(params=["delimited", "workbook"])
def read(request, of_stores, run):
    """Runs the source as text or as a workbook on rows."""

    def read_rows(*rows, labels=STORE, columns=COLUMNS, **changes):
        is_book = request.param == "workbook"
        dialect = (Workbook if is_book else Delimited)(name="d", labels=labels, **changes)
        text = "".join(",".join(row) + "\r\n" for row in rows).encode()
        return run(of_stores(dialect, columns), xlsx_of(*rows) if is_book else text)

    return read_rows


def test_a_title_above_the_table_is_a_column_of_all_its_rows(read):
    result = read(["Report"], ["Store", "0007"], [], ["sku", "units"], ["a", "1"], ["b", "2"])

    assert result.rows == ["0007,a,1", "0007,b,2"]


def test_each_of_several_tables_has_the_title_above_it_and_titles_are_no_rows(read):
    table = ["sku", "units"]
    result = read(
        ["Store: 0007 Springfield"], table, ["a", "1"], ["b", "x"], [], ["Store: 0101 Salem"], table, ["c", "3"],
        ["Store: 1045"], ["d", "4"],
    )  # fmt: skip

    assert result.rows == ["0007,a,1", "0101,c,3", "1045,d,4"]
    assert [(row["rule"], row["raw"][:1]) for row in result.rejects] == [("not_a_number", "b")]
    assert result.summary.rows_in == 4
    assert [cause for _, cause in result.summary.skipped] == [
        "before the header row", "blank", "a title", "the header row again", "a title",
    ]  # fmt: skip


def test_a_row_may_itself_be_the_title_of_those_below_it(read):
    columns = (Text("region"), Text("store"), Whole("units"))
    rows = ["region", "store", "units"], ["North", "1", "5"], ["", "2", "6"], ["South", "3", "7"], ["", "4", "8"]

    result = read(*rows, labels={"region": r"@title ([^,\t]+)"}, columns=columns)

    assert result.rows == ["North,1,5", "North,2,6", "South,3,7", "South,4,8"]


def test_rows_without_a_title_above_them_lack_what_it_tells(read):
    result = read(["sku", "units"], ["a", "1"], ["Store: 0007"], ["b", "2"])

    assert result.rows == ["0007,b,2"]
    assert [(row["rule"], row["column"]) for row in result.rejects] == [("missing", "store")]


def test_a_title_is_a_part_of_a_day_beside_the_label_of_a_wide_table(read):
    result = read(
        ["Budget 2025", ""], ["store", "Jan", "Feb"], ["1", "5", "6"], ["2", "7", ""],
        columns=(Text("store"), Day("month"), Whole("units")), labels={},
        wide=Wide(into="month", values={"units": "([A-Z][a-z]{2})"}),
        parts={"month": ("@title Budget ([0-9]{4})", "@label")}, days=("%Y %b",),
    )  # fmt: skip

    assert result.rows == ["1,2025-01-01,5", "1,2025-02-01,6", "2,2025-01-01,7"]


def test_sheets_do_not_hand_their_titles_on(of_stores, run):
    book, packed = openpyxl.Workbook(), io.BytesIO()
    for name, rows in {"A": [["Store", "0007"], ["sku", "units"], ["a", 1]], "B": [["sku", "units"], ["b", 2]]}.items():
        for row in rows:
            (book[name] if name in book else book.create_sheet(name)).append(row)
    book.save(packed)

    result = run(of_stores(Workbook(name="d", labels=STORE)), packed.getvalue())

    assert result.rows == ["0007,a,1"]
    assert [(row["cell"], row["rule"]) for row in result.rejects] == [("B!A2", "missing")]


def test_pages_of_fixed_width_have_the_titles_of_their_heads(of_stores, run):
    data = b"PAGE 1 STORE 0007\nabc   5\ndef   6\n\x0cPAGE 2 STORE 0101\nghi   7\n"
    dialect = FixedWidth(
        name="d", fields={"sku": (1, 4), "units": (5, 7)}, labels={"store": r"@title \f?PAGE.* STORE ([0-9]+)"}
    )

    result = run(of_stores(dialect), data)

    assert result.rows == ["0007,abc,5", "0007,def,6", "0101,ghi,7"]
    assert (result.summary.rows_in, result.rejects) == (3, [])


def test_records_of_a_receipt_have_what_its_head_tells(of_stores, run):
    data = b"H|0007|20250106|1\nD|a|1|2.00\nD|b|2|4.00\nT|6.00\nH|0101|20250107|2\nD|c|3|9.00\n"
    dialect = Delimited(
        name="d", delimiters=("|",), fields=("", "sku", "units", "amount"),
        labels={"store": r"@title H\|([0-9]+)", "day": r"@title H\|[0-9]+\|([0-9]+)"}, days=("%Y%m%d",), skip=("T",),
    )  # fmt: skip
    columns = (Text("store"), Text("sku", pattern="[a-z]"), Whole("units"), Decimal("amount", 2), Day("day"))

    result = run(of_stores(dialect, columns, checks=()), data)

    assert result.rows == ["0007,a,1,2.00,2025-01-06", "0007,b,2,4.00,2025-01-06", "0101,c,3,9.00,2025-01-07"]


@pytest.mark.parametrize("chunk_bytes", [40, 64, 1 << 20])
def test_titles_hold_across_chunks(of_stores, run, chunk_bytes):
    lines, expected, limits = ["sku,units"], [], replace(DEFAULT, chunk_bytes=chunk_bytes)
    for store in range(1, 9):
        lines.append(f"Store: {store:04}")
        for row in range(store):
            lines.append(f"s{row},{row}")
            expected.append(f"{store:04},s{row},{row}")

    result = run(of_stores(Delimited(name="d", labels=STORE)), "\n".join(lines).encode(), limits=limits)

    assert result.rows == expected


@pytest.mark.parametrize(
    "written",
    ["Stores?: ([0-9]+)", "Stores*: (.*)", "Sto(?:re|p): (.*)", "(?i)STORE: (.*)", "Store{1,2}: (.*)", ".*: (.*)"],
)
def test_titles_are_found_however_their_expressions_begin(of_stores, run, written):
    dialect = Delimited(name="d", labels={"store": f"@title {written}"})

    assert run(of_stores(dialect), b"sku,units\nStore: 0007\na,1\n").rows == ["0007,a,1"]


def test_a_line_within_a_quoted_cell_is_no_title(of_stores, run):
    data = b'Store: 0007\nsku,units\n"a\nStore: 0101",1\nb,2\n'

    result = run(of_stores(Delimited(name="d", labels=STORE)), data)

    assert result.accepted.splitlines()[1:] == ['0007,"a', 'Store: 0101",1', "0007,b,2"]


def test_marks_of_several_characters_stand_in_titles_as_in_the_file(of_stores, run):
    dialect = Delimited(name="d", delimiters=("::",), labels={"store": "@title Store::No ([0-9]+)"})

    result = run(of_stores(dialect), b"Store::No 0007\nsku::units\na::1\nStore::No 0101\nb::2\n")

    assert result.rows == ["0007,a,1", "0101,b,2"]


def test_members_of_an_archive_have_titles_of_their_own(of_stores, run):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for store in ("0007", "0101"):
            archive.writestr(f"{store}.csv", f"Store: {store}\nsku,units\na,1\n")

    result = run(of_stores(Delimited(name="d", labels=STORE)), packed.getvalue())

    assert result.rows == ["0007,a,1", "0101,a,1"]


@pytest.mark.parametrize("rows", [["sku,units", "a,1"], ["Shop: 0007", "sku,units", "a,1", "b,2"], ["sku,units"]])
def test_a_file_without_a_required_title_is_refused_and_without_an_optional_one_is_not(read, rows):
    cells = [row.split(",") for row in rows]

    assert read(*cells).refusal.reason == (
        "no line of the file fits 'Store:?[\\\\t, ]+([0-9]{4})', which tells its store"
    )
    columns = (Text("store", optional=True), *COLUMNS[1:])
    assert read(*cells, columns=columns).rows == [f",{row}" for row in rows if row[0] in "ab"]


def test_a_title_too_long_to_stand_in_each_row_refuses_the_file(of_stores, run):
    data = b"Store: " + b"7" * 513 + b"\nsku,units\na,1\n"

    refusal = run(of_stores(Delimited(name="d", labels={"store": "@title Store: (.*)"})), data).refusal

    assert (refusal.reason, refusal.where) == ("a title has more than 512 characters", "line 1")


def test_a_title_that_makes_a_small_file_a_large_one_refuses_it(of_stores, run):
    data = b"Store: " + b"7" * 512 + b"\nsku,units\n" + b"a,1\n" * 1000
    few = replace(DEFAULT, shown_free=1000)

    refusal = run(of_stores(Delimited(name="d", labels={"store": "@title Store: (.*)"})), data, limits=few).refusal

    assert refusal.reason == "values that stand in several rows make these far larger than the file"


@pytest.mark.parametrize(
    ("dialect", "label", "told"),
    [
        (Delimited, "@title Store", "dialect 'd': the title of store: 'Store' has no group that holds the value"),
        (Delimited, "@title (", "is no regular expression"),
        (Workbook, r"@title Store\n(.*)", "stands in one line"),
        (JsonLines, "@title (.*)", "only delimited text, fixed width and workbooks have lines above their rows"),
    ],
)
def test_a_title_that_no_file_can_have_is_told_at_once(of_stores, dialect, label, told):
    with pytest.raises(SourceError, match=told.replace("(", r"\(")):
        of_stores(dialect(name="d", labels={"store": label}))


@pytest.mark.parametrize("label", ["@file", "=5", "@title Store: (.*)"])
def test_a_column_in_the_rows_and_around_them_refuses_the_file_for_each_row_can_have_one(of_stores, run, label):
    columns = (Text("store", labels=(label,)), *COLUMNS[1:])
    data = b"Store: 0007\nSTORE,sku,units\n0101,a,1\n"

    refusal = run(of_stores(Delimited(name="d"), columns), data).refusal

    assert refusal.reason.startswith(f"store is in the column 'STORE', and goes by {label!r} as well, of which")
    assert run(of_stores(Delimited(name="d", labels={"store": "store"}), columns), data).rows == ["0101,a,1"]


@pytest.mark.parametrize("label", ["@timestamp", "@sku", "@title"])
def test_labels_of_cells_may_begin_like_those_of_surroundings(of_stores, run, label):
    data = f"{label},sku,units\n7,a,1\n".encode()

    assert run(of_stores(Delimited(name="d", labels={"store": label})), data).rows == ["7,a,1"]


@pytest.mark.parametrize(
    ("above", "rows", "values"),
    [
        ("Market: Total US xAOC\nWeeks: 2\n\n", ["x,1", "y,2", "z,3"], ["Total US xAOC"] * 3),
        ("Market,Total US,\n\n", [f"x{n},{n},1" for n in range(5)], ["Total US"] * 5),
        ("Budget 2025\n", ["x,1", "y,2", "z,3"], ["2025"] * 3),
        ("# store: 0007\n#\n", ["x,1", "y,2", "z,3"], ["0007"] * 3),
        (
            "",
            ["Area: North,,", *(f"x{n},{n},1" for n in range(5)), "Area: South,,", "y,3,1"],
            [*["North"] * 5, "South"],
        ),
        ("", [f"{(n % 6 == 0) * 'North'},{n},1" for n in range(12)], ["North"] * 12),
    ],
)
def test_a_draft_suggests_a_label_that_makes_a_title_a_column(draft, run, above, rows, values):
    width = rows[-1].count(",")
    data = (f"{above}{','.join(['item', 'units', 'returns'][: width + 1])}\n" + "\n".join(rows) + "\n").encode()
    written, source = draft("sample.csv", data)

    suggested = ast.literal_eval(re.search(r"`labels` such as ('.*?') ", " ".join(written.remarks))[1])
    dialect = replace(source.dialects[0], labels={"told": suggested})
    columns = (Text("told"), *source.columns)

    assert [
        row.split(",")[0] for row in run(replace(source, columns=columns, key=(), dialects=(dialect,)), data).rows
    ] == values


def test_of_lines_that_end_with_cr_each_may_be_a_title(of_stores, run):
    text = b"Store: 0007\rsku,units\ra,1\rStore: 0008\rb,2\r"

    assert run(of_stores(Delimited(name="d", labels=STORE)), text).rows == ["0007,a,1", "0008,b,2"]
