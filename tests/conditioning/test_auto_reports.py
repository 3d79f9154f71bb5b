"""Reports without a declaration: rulers, tables that shells draw, runs of blanks, ARFF, odd ends of records."""

import pytest

from conditioners.drafting.samples import NoDraft
from tests.conditioning.hostile_files import condition_files
from tests.conditioning.undeclared import condition_undeclared

LABELS = ["Region", "Store", "Units"]
ROWS = [["West Texas", "00123", "1,234"], ["Ohio", "00456", "987"], ["New York City", "01000", "12,001,000"]]
FOUND = [LABELS, *ROWS]


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


WIDE = "@relation r\n" + "".join(f"@attribute a{n} real\n" for n in range(1000)) + "@data\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (WIDE + "{}\n" * 10_000, "sparse rows leave out more than 5000000 values"),
        (ARFF.replace("@DATA", ""), "the ARFF file has no @data within its first mebibyte"),
        (ARFF.replace("real", "relational"), "the ARFF file has no attributes, or some that are not read"),
    ],
)
def test_an_arff_file_that_is_not_read_is_refused_with_the_reason(text, reason):
    assert condition_undeclared(text, "weather.arff").outcome.reason == reason


def test_a_sparse_arff_row_has_what_it_leaves_out_as_the_format_defines_it_or_is_rejected(read):
    sparse = "@relation r\n@attribute a real\n@attribute b {'x y',z}\n@attribute c string\n@data\n"
    rows, rejects, _ = read(sparse + "{0 5, 2 'p, q'}\n{1 z, 2 ?}\n{0 5}\n{2 a, 1 z}\n{2 a, 3 z}\n1,z,w\n", "r.arff")

    assert rows == [["a", "b", "c"], ["5", "x y", "p, q"], ["0", "z", "?"], ["1", "z", "w"]]
    assert rejects == ["8", "9", "10"]


@pytest.mark.parametrize(
    "text",
    [
        ARFF, "a\x1fb\x1e1\x1f2\x1e3\x1f4",
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


def test_a_line_of_json_lines_that_is_none_costs_itself_alone(read):
    good = ['{"id":"007","n":1.50}', '{"id":"008"}', '{"id":"009","n":3}']
    rows, rejects, found = read("\n".join([good[0], '{"id":', good[1], "", "oops", good[2]]) + "\n", "a.jsonl")

    assert rows == [["id", "n"], ["007", "1.50"], ["008", ""], ["009", "3"]]
    assert (found.table.rows_in, found.table.rejects, rejects) == (5, {"not_json": 2}, ["line 2", "line 5"])
    rejected = condition_undeclared("\n".join([good[0], '{"id":', good[1]]), "a.jsonl").quarantine
    assert b'line 2,not_json,,the line is no JSON value,"{""id"":"' in rejected
    assert condition_undeclared(good[0] + "\n" + "oops\n" * 2, "a.jsonl").outcome.reason.startswith("not JSON")


@pytest.mark.parametrize(("mark", "page"), [("€", "cp1252"), ("€", "iso8859-15"), ("£", "cp1252"), ("¥", "cp1252")])
@pytest.mark.parametrize("form", ["{n},50 {mark}", "{mark}{n}.50"])
def test_a_currency_behind_or_before_every_number_is_no_letter_of_another_alphabet(read, mark, page, form):
    amounts = [form.format(n=n, mark=mark) for n in range(1, 9)]
    text = "Filiale;Stück;Umsatz\n" + "".join(f"{n:03};{n};{amount}\n" for n, amount in enumerate(amounts))
    rows, _, _ = read(text.encode(page))

    assert rows[0][1] == "Stück"
    assert [row[2] for row in rows[1:]] == amounts


def test_looking_for_rulers_and_relations_takes_no_longer_than_reading(tmp_path):
    files = {
        "blank.txt": b"\n" * 5000 + b"a,b\n1,2\n", "remarks.txt": b"%\n" * 5000 + b"x\n",
        "dashes.txt": b"a  b\n" + b"-" * 300_000 + b"x\n1  2\n",
    }  # fmt: skip

    assert [each["exit"] for each in condition_files(files, tmp_path, declared=False)] == [0, 0, 0]


@pytest.mark.parametrize("shell", ["psql", "mysql"])
def test_the_count_of_rows_below_a_drawn_table_of_two_columns_is_no_row(read, shell):
    text = {
        "psql": "a | b\n--+--\nx | 1\ny | 2\n(2 rows)\n",
        "mysql": "|a|b|\n+--+--+\n|x|1|\n|y|2|\n2 rows in set (0.00 sec)\n",
    }
    rows, rejects, found = read(text[shell])

    assert (rows, rejects) == ([["a", "b"], ["x", "1"], ["y", "2"]], [])
    assert found.skipped[-1] == ("line 5", "a count of rows")


def test_a_title_behind_a_blank_line_stands_above_the_next_table_and_is_no_row_of_the_last(read):
    rows, rejects, found = read("Sales\nshop,units\nx,2\ny,4\n\nReturns\nitem,count\nz,6\nw,8\n")

    assert (rows[:3], rejects) == ([["shop", "units"], ["x", "2"], ["y", "4"]], [])
    assert [(table.labels, table.rows_in) for table in found.further_tables] == [(("item", "count"), 2)]
    assert ("line 6", "before the table") in found.skipped


def test_a_sequence_of_json_texts_is_read_as_json_lines(read):
    rows, rejects, _ = read('\x1e{"a":"01","b":1}\n\x1e{bad\n\x1e{"a":"\\u001e","b":2}\n', "events.json-seq")

    assert (rows, rejects) == ([["a", "b"], ["01", "1"], ["\x1e", "2"]], ["line 2"])


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


def test_titles_and_labels_that_come_again_on_each_page_above_a_ruler_are_no_rows(read):
    sold = [[[region, store, str(n)] for region, store, _ in ROWS] for n in (1, 2, 3)]
    pages = [f"Nov 22      page    {n}\n   Sales by Store\n\n{draw('-', page)}\n" for n, page in enumerate(sold, 1)]
    rows, rejects, found = read("\f".join(pages) + "9 rows selected.\n")

    assert (rows, rejects) == ([LABELS, *(row for page in sold for row in page)], [])
    assert ("line 10", "the head of a page") in found.skipped
    assert not found.further_tables


@pytest.mark.parametrize("number", ["PAGE {:4}", "Seite: {}/9", "Page {} of 9"])
def test_a_report_of_more_pages_than_files_have_tables_is_one_table_with_its_totals_rejected(read, number):
    total = f"{'** TOTAL OF ALL STORES **':<20} {'12':>5}\n"
    sold = [[[region, store, str(n * 7)] for region, store, _ in ROWS] for n in range(1, 1101)]
    heads = [f"1{'ACME STORES':<30}{number.format(n)}\n RUN DATE 01/08/24\n" for n in range(1, 1101)]
    text = "".join(head + draw("-", page) + total for head, page in zip(heads, sold, strict=True))
    rows, rejects, _ = read(text)

    assert rows == [LABELS, *(row for page in sold for row in page)]
    assert rejects == [str(8 * n) for n in range(1, 1100)]


def test_pages_that_are_alike_as_a_whole_keep_all_of_their_rows(read):
    rows, _, _ = read("".join(f"Sales      page    {n}\n\n{draw('-')}\n" for n in (1, 2, 3)))

    assert [row for row in rows if row != LABELS] == ROWS * 3


def test_titles_that_differ_by_more_than_the_page_begin_tables_of_their_own(read):
    pages = [f"Store {101 + page}      page    {page}\n\n{draw('-')}\n" for page in (1, 2, 3)]
    rows, _, found = read("\f".join(pages))

    assert rows == FOUND * 3
    assert len(found.further_tables) == 2


EXPANDED = {
    "psql": (
        "-[ RECORD 1 ]----\nid   | 1\nnote | one +\n     | two\n-[ RECORD 2 ]----\nid   | 2\nnote | x|y\n"
        "-[ RECORD 3 ]----\nid   | 3\n-[ RECORD 4 ]----\nid   | 4\nnote | \n\n"
    ),
    "mysql": (
        "mysql> select *\n***** 1. row *****\n  id: 1\nnote: one\ntwo\n***** 2. row *****\n  id: 2\nnote: x|y\n"
        "***** 3. row *****\n  id: 3\n***** 4. row *****\n  id: 4\nnote: \n4 rows in set (0.00 sec)\n\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("shell", EXPANDED)
def test_records_that_a_shell_prints_a_field_in_a_line_are_rows(read, shell):
    rows, rejects, found = read(EXPANDED[shell])

    assert rows == [["id", "note"], ["1", "one\ntwo"], ["2", "x|y"], ["4", ""]]
    assert rejects == ["8" if shell == "psql" else "9"]
    assert found.table.rejects == {"wrong_keys": 1}


def test_a_table_of_a_wiki_has_its_labels_between_double_bars(read):
    text = "Sales\n\n||Region||Store||Units||\n|West|00123|1,234|\n|Ohio| |987|\n|NYC|01000|55|\n\nfoot\n"
    rows, rejects, found = read(text)

    assert rows == [LABELS, ["West", "00123", "1,234"], ["Ohio", "", "987"], ["NYC", "01000", "55"]]
    assert (rejects, found.dialect["format"]) == ([], "wiki table")


def test_the_command_above_the_frame_of_a_drawn_table_hides_no_frame(read):
    edge = "+----+------+\n"
    rows, rejects, found = read(
        f"mysql> select * from t;\n{edge}| id | name |\n{edge}|  1 | Ann  |\n|  2 | Bob  |\n{edge}"
    )

    assert (rows, rejects) == ([["id", "name"], ["1", "Ann"], ["2", "Bob"]], [])
    assert found.dialect["format"] == "drawn table"
    assert ("line 1", "before the table") in found.skipped


def test_titles_on_each_page_do_not_join_the_columns_that_they_run_over(read):
    def write(row):
        return f"{row[0]:<8}{row[1]:<20}{row[2]:>6}\n"

    page = [LABELS[1:2] + LABELS[:1] + LABELS[2:], *([f"10{n:02}", "RIO GRANDE", str(n)] for n in range(8))]
    text = "".join(f"INVENTORY OF ALL STORES       Page {n}\n\n{''.join(map(write, page))}\n" for n in (1, 2, 3))
    rows, rejects, _ = read(text)

    assert (rows, rejects) == (page * 3, [])


def test_a_ruler_above_sums_alone_hides_no_column_to_its_left(read):
    rows = [["Account", "Debit", "Credit"], *([f"10{n:02}", f"{n}.50", f"{n}0.00"] for n in range(1, 9))]
    lines = [f"{account:<12}{debit:>10}{credit:>12}\n" for account, debit, credit in [*rows, ["", "36.00", "360.00"]]]
    ruler = f"{'':<12}{'-' * 8:>10}  {'-' * 8:>10}\n"
    found, rejects, _ = read("Ledger\n\n" + "".join(lines[:-1]) + ruler + lines[-1])

    assert found[: len(rows)] == rows
    assert rejects == []


def test_columns_are_found_below_the_heads_of_pages_that_run_over_them(read):
    def write(row):
        return f" {row[0]:<4}{row[1]:<12}{row[2]:>9}\n"

    labels = ["WH", "ITEM", "ON HAND"]
    pages = [[[f"{n:02}", f"A-{n}{at}00-22", str(n * at)] for at in range(10, 22)] for n in range(1, 9)]
    text = "".join(
        f" INV410R STATUS OF ALL STOCK  PAGE {n:2}\n{''.join(map(write, [labels, *page]))}"
        for n, page in enumerate(pages, start=1)
    )  # fmt: skip
    rows, rejects, found = read(text)

    assert (rows, rejects) == ([labels, *(row for page in pages for row in page)], [])
    assert not found.further_tables


def test_a_blank_beside_the_only_bars_of_a_row_is_an_empty_cell(read):
    rows, rejects, _ = read(DRAWN["psql"].format("  | 00123 | 5\n Ohio | 00456 |       \n |  |   \n Utah | 00777 | 6"))

    assert (rows, rejects) == ([LABELS, ["", "00123", "5"], ["Ohio", "00456", ""], ["Utah", "00777", "6"]], [])
