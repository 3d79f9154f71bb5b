"""Reports without a declaration: rulers, runs of blanks, titles and other tables above, odd ends of records."""

import pytest

from conditioners.drafting.samples import NoDraft
from tests.conditioning.hostile_files import condition_files
from tests.conditioning.ruled_report import FOUND, LABELS, ROWS, draw


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


def test_a_ruler_of_delimited_text_is_no_row_and_placeholders_are(read):
    text = "Region,Store,Units\n------,-----,-----\nTexas,001,12\nOhio,002,7\n-,-,-\nIowa,003,9\n"
    rows, rejects, found = read(text)
    placeholders = read(text.replace("------,-----,-----", "--,--,--"))[0]

    assert rows == [LABELS, ["Texas", "001", "12"], ["Ohio", "002", "7"], ["-", "-", "-"], ["Iowa", "003", "9"]]
    assert (rejects, found.skipped) == ([], (("line 2", "a ruler"),))
    assert placeholders[1] == ["--", "--", "--"]


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


@pytest.mark.parametrize(
    "text",
    [
        "@relation r\n@attribute a real\n@data\n1\n", "a\x1fb\x1e1\x1f2\x1e3\x1f4",
        "||a||b||\n" + "|x|1|\n" * 3, "***** 1. row *****\n  id: 1\nnote: one\n",
    ],
)  # fmt: skip
def test_forms_that_no_dialect_reads_are_not_drafted_and_the_way_around_is_told(draft, text):
    with pytest.raises(NoDraft, match="condition --auto makes delimited text of them"):
        draft("report.txt", text.encode())


def test_a_report_with_a_ruler_is_drafted_as_fixed_width(draft, run):
    _, source = draft("report.txt", draw("-").encode())
    result = run(source, draw("-").encode())

    assert [row.split(",")[1] for row in result.rows] == ["00123", "00456", "01000"]
    assert result.summary.rows_quarantined == 0


def test_a_delimiter_written_twice_is_one(read, draft, run):
    lines = [*FOUND, ["Maine", "", "5"], *[["Utah", "00888", "6"]] * 30]
    text = "".join("||".join(row) + "\n" for row in lines)
    rows, rejects, found = read(text + "Iowa|x|00999||7\nIowa||00999||7\n")

    assert (rows, rejects) == ([*lines, ["Iowa", "00999", "7"]], ["36"])
    assert found.dialect["delimiter"] == "||"
    _, source = draft("sales.txt", text.replace("||||", "||00777||").encode())
    assert run(source, text.replace("||||", "||00777||").encode()).summary.rows_out == 34


def test_looking_for_rulers_and_relations_takes_no_longer_than_reading(tmp_path):
    files = {
        "blank.txt": b"\n" * 5000 + b"a,b\n1,2\n", "remarks.txt": b"%\n" * 5000 + b"x\n",
        "dashes.txt": b"a  b\n" + b"-" * 300_000 + b"x\n1  2\n",
    }  # fmt: skip

    assert [each["exit"] for each in condition_files(files, tmp_path, declared=False)] == [0, 0, 0]


def test_a_title_behind_a_blank_line_stands_above_the_next_table_and_is_no_row_of_the_last(read):
    rows, rejects, found = read("Sales\nshop,units\nx,2\ny,4\n\nReturns\nitem,count\nz,6\nw,8\n")

    assert (rows[:3], rejects) == ([["shop", "units"], ["x", "2"], ["y", "4"]], [])
    assert [(table.labels, table.rows_in) for table in found.further_tables] == [(("item", "count"), 2)]
    assert ("line 6", "before the table") in found.skipped


@pytest.mark.parametrize("columns", [2, 3])
def test_a_short_table_above_another_of_as_many_columns_is_no_preamble_of_it(read, columns):
    upper = [["shop", "units", "note"], *([f"x{n}", str(n), "a"] for n in range(5))]
    lower = [["number", "code", "day"], *([str(n), f"y{n}", f"2024-01-{n + 1:02}"] for n in range(20))]
    upper, lower = ([row[:columns] for row in table] for table in (upper, lower))
    text = "\n\nReturns\n".join("\n".join(map(",".join, table)) for table in (upper, lower))
    rows, rejects, found = read(text)

    assert (rows, rejects) == ([*upper, *lower], [])
    assert [table.rows_in for table in found.further_tables] == [20]


def test_names_and_values_above_a_table_of_two_columns_are_no_table(read):
    days = [["day", "degrees"], *([f"2024-01-{n + 1:02}", str(n)] for n in range(8))]
    text = "Station,Berlin\nFrom,2024-01-01\nTo,2024-12-31\n\n" + "\n".join(map(",".join, days))
    rows, _, found = read(text)

    assert rows == days
    assert [place for place, cause in found.skipped if cause == "before the table"] == ["line 1", "line 2", "line 3"]


def test_commas_within_numbers_are_no_delimiters_of_a_report_in_columns(read):
    lines = [f"{n:05}  {'Rome' if n % 2 else 'Oslo':<10} {n * 1234.5:>12,.2f} {n}:15" for n in range(1, 15)]
    rows, rejects, found = read("\n".join(["STORE  CITY          NET SALES TIME", *lines]))

    assert (rows[1], rejects) == (["00001", "Rome", "1,234.50", "1:15"], [])
    assert found.dialect["format"] == "fixed width"


def test_rulers_of_full_width_are_no_rows_below_titles_and_between_bars(read):
    ruler = "-" * 34
    lines = [f"{n:05}  {'Rome' if n % 2 else 'Oslo':<10} {n * 1234.5:>12,.2f}" for n in range(1, 9)]
    rows, rejects, found = read(
        "\n".join(["DAILY REPORT of ACME", ruler, "STORE  CITY          NET SALES", ruler, *lines, ruler])
    )
    assert (rows[0], len(rows), rejects) == (["STORE", "CITY", "NET SALES"], 9, [])
    assert [cause for _, cause in found.skipped].count("a ruler") == 3

    listed = ["|Werk|Betrag    |", ruler, *(f"|10{n:02}| {n}.234,50-|" for n in range(10, 19)), ruler]
    rows, rejects, found = read("\n".join(listed))
    assert (rows[0][1:3], len(rows), rejects) == (["Werk", "Betrag    "], 10, [])
    assert [place for place, cause in found.skipped if cause == "a ruler"] == ["line 2", "line 12"]


def test_words_of_one_column_that_happen_to_stand_below_each_other_stay_together(read):
    names = ("Rope", "Twine", "Oak nails 2 in", "Screws M6")
    rows = [f"{100 + n:<7} {names[n % 4]:<20} {n:>5}\n" for n in range(24)]
    found, _, _ = read("Store   Name                 Units\n" + "".join(rows))

    assert found[:4] == [
        ["Store", "Name", "Units"],
        ["100", "Rope", "0"],
        ["101", "Twine", "1"],
        ["102", names[2], "2"],
    ]


def test_decimal_commas_in_columns_are_no_delimiter(read):
    amounts = [f"{n * 333.3:.2f}".replace(".", ",") for n in range(20)]
    sales = [[f"{4000 + n}", ("Tee", "Kaffee")[n % 2], str(n * 3), amount] for n, amount in enumerate(amounts)]
    lines = [["Artikel", "Name", "Menge", "Umsatz"], *sales]
    found, _, _ = read("".join(f"{a:<10} {b:<12} {c:>6} {d:>10}\n" for a, b, c, d in lines))

    assert found == lines


def test_a_ruler_above_sums_alone_hides_no_column_to_its_left(read):
    rows = [["Account", "Debit", "Credit"], *([f"10{n:02}", f"{n}.50", f"{n}0.00"] for n in range(1, 9))]
    lines = [f"{account:<12}{debit:>10}{credit:>12}\n" for account, debit, credit in [*rows, ["", "36.00", "360.00"]]]
    ruler = f"{'':<12}{'-' * 8:>10}  {'-' * 8:>10}\n"
    found, rejects, _ = read("Ledger\n\n" + "".join(lines[:-1]) + ruler + lines[-1])

    assert found[: len(rows)] == rows
    assert rejects == []
