"""Reports without a declaration: rulers, tables that shells draw, runs of blanks, ARFF, odd ends of records."""

import csv
import io

import pytest

from conditioners.auto import AutoConditioned, condition_auto
from conditioners.drafting.samples import NoDraft
from conditioners.raw import RawInput

LABELS = ["Region", "Store", "Units"]
ROWS = [["West Texas", "00123", "1,234"], ["Ohio", "00456", "987"], ["New York City", "01000", "12,001,000"]]
FOUND = [LABELS, *ROWS]


@pytest.fixture
def condition():
    def call(data, name="report.txt"):
        data, table, rejected = data if isinstance(data, bytes) else data.encode(), io.BytesIO(), io.BytesIO()
        raw = RawInput(name, lambda: io.BytesIO(data), len(data))
        return condition_auto(raw, lambda _: table, rejected), table, rejected

    return call


@pytest.fixture
def read(condition):
    """The first table with its labels, rejected lines, and the summary."""

    def call(data, name="report.txt"):
        outcome, table, rejected = condition(data, name)
        assert isinstance(outcome, AutoConditioned), outcome
        rows = list(csv.reader(io.StringIO(table.getvalue().decode(), newline="")))
        rejects = list(csv.DictReader(io.StringIO(rejected.getvalue().decode(), newline="")))
        found = outcome.summary
        assert found.table.rows_in == found.table.rows_out + found.table.rows_quarantined
        return rows, [reject["line"] for reject in rejects], found

    return call


def draw(mark, rows=ROWS):
    """Fields below a ruler, numbers to the right."""
    lines = [f"{region:<14} {store:<5} {units:>10}".rstrip() for region, store, units in [LABELS, *rows]]
    ruler = f"{mark * 14} {mark * 5} {mark * 10}"
    return "\n".join([lines[0], ruler, *lines[1:]]) + "\n"


@pytest.mark.parametrize("mark", ["-", "=", "─"])
def test_a_ruler_under_the_labels_says_where_columns_are(read, mark):
    rows, rejects, found = read(draw(mark))

    assert (rows, rejects) == (FOUND, [])
    assert found.dialect == {"format": "fixed width", "columns": [(1, 15), (16, 21), (22, None)]}
    assert found.skipped == (("line 2", "a ruler"),)


def test_a_title_above_and_a_total_below_rulers_are_no_rows(read):
    rows, rejects, found = read("Weekly sales\n\n" + draw("-") + "-" * 31 + "\nTotal 3 rows\n")

    assert (rows, rejects) == (FOUND, [])
    assert dict(found.skipped) == {
        "line 1": "before the table", "line 2": "blank", "line 4": "a ruler", "line 8": "a ruler",
        "line 9": "behind the table",
    }  # fmt: skip


def test_a_word_that_runs_over_a_column_of_a_ruler_costs_its_row_alone(read):
    rows, rejects, _ = read(draw("-", [*ROWS[:2], ["Massachusetts West", "00777", "5"], *ROWS[2:]]))

    assert (rows, rejects) == (FOUND, ["5"])


DRAWN = {
    "markdown": "# Sales\n\n| Region | Store | Units |\n|:--|:-:|--:|\n{}\n",
    "mysql": "+----+----+----+\n| Region | Store | Units |\n+----+----+----+\n{}\n+----+----+----+\n3 rows in set\n",
    "boxes": "┌────┬────┬────┐\n│ Region │ Store │ Units │\n├────┼────┼────┤\n{}\n└────┴────┴────┘\n",
    "psql": " Region | Store | Units \n--------+-------+-------\n{}\n(3 rows)\n\n",
}


@pytest.mark.parametrize("shell", DRAWN)
def test_a_table_that_a_shell_draws_is_its_cells_without_the_drawing(read, shell):
    bar, ends = ("│", "│") if shell == "boxes" else ("|", "" if shell == "psql" else "|")
    lines = "\n".join(f"{ends} {f' {bar} '.join(row)} {ends}" for row in ROWS)
    rows, rejects, found = read(DRAWN[shell].format(lines))

    assert (rows, rejects) == (FOUND, [])
    assert found.dialect["format"] == "drawn table"
    assert "a ruler" in dict(found.skipped).values()


def test_a_ruler_of_delimited_text_is_no_row_and_placeholders_are(read):
    text = "Region,Store,Units\n------,-----,-----\nTexas,001,12\nOhio,002,7\n-,-,-\nIowa,003,9\n"
    rows, rejects, found = read(text)

    assert rows == [LABELS, ["Texas", "001", "12"], ["Ohio", "002", "7"], ["-", "-", "-"], ["Iowa", "003", "9"]]
    assert (rejects, found.skipped) == ([], (("line 2", "a ruler"),))


def test_two_blanks_or_more_tell_cells_apart_where_all_lines_have_as_many(read):
    text = "".join("  ".join(row) + "\n" for row in FOUND)
    rows, rejects, found = read(text)

    assert (rows, rejects) == (FOUND, [])
    assert found.dialect["format"] == "runs of blanks"


@pytest.mark.parametrize(("mark", "last"), [("\x1f", "\x1e"), (",", ""), ("|", "\x1e\n")])
def test_records_may_end_with_the_separator_that_ascii_has_for_them(read, mark, last):
    plain = [[cell.replace(",", "") for cell in row] for row in FOUND]
    rows, _, found = read("\x1e".join(mark.join(row) for row in plain) + last)

    assert rows == plain
    assert found.dialect["line_end"] == "rs"


ARFF = """% Weather
@RELATION 'the weather'

@ATTRIBUTE outlook {sunny, 'partly, cloudy'}
@attribute 'wind speed' real
@attribute play {yes, no}

@DATA
sunny, 85.50, no
% a remark
'partly, cloudy',?,yes
"""


def test_an_arff_file_is_its_rows_under_its_attributes(read):
    rows, rejects, found = read(ARFF + "sunny,1\nsunny,070,'it\\'s'\n", "weather.arff")

    assert rows == [
        ["outlook", "wind speed", "play"], ["sunny", "85.50", "no"], ["partly, cloudy", "?", "yes"],
        ["sunny", "070", "it's"],
    ]  # fmt: skip
    assert rejects == ["12"]
    assert found.dialect == {"format": "ARFF", "delimiter": ",", "quote": "'"}
    assert ("line 10", "a comment") in found.skipped


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ARFF + "{0 sunny, 2 yes}\n", "the rows of the ARFF file are sparse, which is not read"),
        (ARFF.replace("@DATA", ""), "the ARFF file has no @data within its first mebibyte"),
        (ARFF.replace("real", "relational"), "the ARFF file has no attributes, or some that are not read"),
    ],
)
def test_an_arff_file_that_is_not_read_is_refused_with_the_reason(condition, text, reason):
    assert condition(text, "weather.arff")[0].reason == reason


@pytest.mark.parametrize("text", [ARFF, DRAWN["psql"].format("a | b | c\n" * 3), "a\x1fb\x1e1\x1f2\x1e3\x1f4"])
def test_forms_that_no_dialect_reads_are_not_drafted_and_the_way_around_is_told(draft, text):
    with pytest.raises(NoDraft, match="condition --auto makes delimited text of them"):
        draft("report.txt", text.encode())


def test_a_report_with_a_ruler_is_drafted_as_fixed_width(draft, run):
    _, source = draft("report.txt", draw("-").encode())
    result = run(source, draw("-").encode())

    assert [row.split(",")[1] for row in result.rows] == ["00123", "00456", "01000"]
    assert result.summary.rows_quarantined == 0
