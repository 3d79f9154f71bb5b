"""Header rows without a declaration: units below labels, groups above, titles, and rows that look like labels."""

import csv
import io

import openpyxl
import pytest

from conditioners.auto.conditioning import AutoConditioned, condition_auto
from conditioners.inputs.raw import RawInput
from conditioners.structure.kinds import Kind, kind_of
from conditioners.structure.profiles import Profile


@pytest.fixture
def read():
    """The first table with its labels, what was rejected, and the summary."""

    def call(data, name="report.csv"):
        data, table, rejected = data if isinstance(data, bytes) else data.encode(), io.BytesIO(), io.BytesIO()
        outcome = condition_auto(RawInput(name, lambda: io.BytesIO(data), len(data)), lambda _: table, rejected)
        assert isinstance(outcome, AutoConditioned), outcome
        rows = list(csv.reader(io.StringIO(table.getvalue().decode(), newline="")))
        return rows, rejected.getvalue().decode().splitlines()[1:], outcome.summary

    return call


ROWS_OF_UNITS = [
    ["2025-01-05", "ALB", "2.5", "1"],
    ["2025-01-06", "ALB", "3.5", "2"],
    ["2025-01-07", "BUF", "4.5", "3"],
]


@pytest.mark.parametrize(
    ("header", "labels"),
    [
        (["day,station,temp,wind", ",,degC,m/s"], ["day", "station", "temp degC", "wind m/s"]),
        (["day,station,sales,sales", ",,TY,LY"], ["day", "station", "sales TY", "sales LY"]),
        ([",,2025,2024", ",,nominal,real", ",,m=1,m=1"], ["", "", "2025 nominal m=1", "2024 real m=1"]),
    ],
)  # fmt: skip
def test_units_below_labels_or_over_values_alone_are_labels(read, header, labels):
    rows, rejects, _ = read("\n".join([*header, *map(",".join, ROWS_OF_UNITS)]) + "\n")

    assert (rows, rejects) == ([labels, *ROWS_OF_UNITS], [])


@pytest.mark.parametrize("first", [["S1", "closed", "closed"], ["S1", "closed", "not told"], ["Rome", "shut", "shut"]])
def test_a_first_row_with_words_for_its_values_is_a_row(read, first):
    later = [[f"S{n}", str(n), "shut" if n == 8 else str(n)] for n in range(2, 12)]
    table = [["store", "mon", "tue"], first, *later]

    assert read("\n".join(map(",".join, table)))[0] == table


@pytest.mark.parametrize("first", [[["falcon", "<5"]], [["falcon", "ca. 5"], ["heron", "3 (late)"]]])
def test_first_rows_with_odd_values_in_the_only_column_of_values_are_rows(read, first):
    table = [["bird", "seen"], *first, *([name, str(n)] for n, name in enumerate(("kite", "owl", "rail", "teal")))]

    assert read("\n".join(map(",".join, table)))[0] == table


@pytest.mark.parametrize("first", [["a (b)", "1961"], ["a, b", "2004"]])
def test_a_first_row_with_what_may_be_a_year_in_the_only_column_of_numbers_is_a_row(read, first):
    table = [["name", "seen"], first, *([f"b ({n})", str(300 * n)] for n in range(1, 15))]

    assert read("\n".join(";".join(row) for row in table))[0] == table


def test_a_first_row_with_values_of_another_kind_than_those_below_is_a_row(read):
    rows = [["MT-CO1", "3.19.6", "false", ""], ["HLA-A", "7.9.12", "true", ""], ["RP11-34P13.7", "2.8.13", "true", ""]]
    found, _, summary = read("\n".join(map("\t".join, [["gene", "version", "seen", ""], *rows])))

    assert (found[1:], summary.table.labels) == (rows, ("gene", "version", "seen", ""))


def test_addresses_of_machines_with_three_digits_each_are_no_numbers():
    assert [kind_of(cell) for cell in ("182.106.152.133", "182.106.152.333")] == [Kind.LINK, Kind.NUMBER]


@pytest.mark.parametrize("empty", [": ", ":"])
def test_years_over_numbers_with_flags_and_gaps_are_labels(read, empty):
    flags = ["14.1 b", "15.6 ", empty, "6.0 b", "61.5 ", "90.2 p", "47.4 "]
    rows = [[f"A,PC,{state}", *(flags[(n * 3 + at) % 7] for at in range(6))] for n, state in enumerate("ABCDEFGH")]
    table = [["freq,unit,geo\\TIME_PERIOD", *(f"{year} " for year in range(2014, 2020))], *rows]
    found, rejects, summary = read("\n".join(map("\t".join, table)), "tps00001.tsv")

    assert (found, rejects, summary.table.labels) == (table, [], tuple(table[0]))


def test_notes_that_end_with_a_blank_line_are_no_labels(read):
    values = [[f"+{n}.5E-1", f"-{n}.25E-1"] for n in range(1, 9)]
    notes = "Model,TDS\nInterval,2.0E-6\nVertical Units,V\n\n"
    found, _, summary = read(notes + "\n".join(map(",".join, [["TIME", "CH1"], *values])))

    assert (found, summary.table.labels) == ([["TIME", "CH1"], *values], ("TIME", "CH1"))
    assert [cause for _, cause in summary.skipped] == ["before the table"] * 3 + ["blank"]


@pytest.mark.parametrize("labels", [["No", "Name"], ["Who", "Name", "No"], ["id", "true", "false"]])
def test_words_for_truth_over_values_that_are_none_are_labels(read, labels):
    rows = [[str(n), f"{chr(65 + n)}nn", f"{n}.5"][: len(labels)] for n in range(1, 4)]
    found, _, summary = read("\n".join(map(";".join, [labels, *rows])))

    assert (found, summary.table.labels) == ([labels, *rows], tuple(labels))


@pytest.mark.parametrize("row", [["41.2%", "12.2%", "25.2%"], ["closed", "Lodz", "a/b"], ["1", "2003-12-22", "Y"]])
def test_names_and_what_they_are_above_a_blank_line_are_notes_above_a_few_rows(read, row):
    table = [["hour", "place", "kind"], row, *([cell[:-1] + cell[:1] for cell in row] for _ in range(2))]
    found, _, summary = read("by,Ann Lee,\nstate,final,\nrange,all,\n,,\n" + "\n".join(map(",".join, table)))

    assert (found, summary.table.labels) == (table, tuple(table[0]))
    assert [cause for _, cause in summary.skipped] == ["before the table"] * 3 + ["blank"]


@pytest.mark.parametrize("title", ["Sales by store again", "# Sales, by, all, stores."])
def test_titles_of_as_many_parts_as_there_are_columns_are_no_labels(read, title):
    table = [["path", "when", "who", "sum"], *([f"/log/{n}", f"0{n}:30", "Ann Lee", str(n * 7)] for n in range(1, 9))]
    mark = "," if title.startswith("#") else "\t"
    found, _, summary = read(f"{title}\n" + "\n".join(map(mark.join, table)))

    assert (found, summary.table.labels) == (table, tuple(table[0]))


@pytest.mark.parametrize("note", ["Source: statistics", "\nFirst, this is a note on the above."])
def test_notes_behind_two_columns_of_words_are_no_rows(read, note):
    table = [["kind", "state"], *([f"a{letter}/b", letter * 3] for letter in "cdefgh")]

    assert read("\n".join(map("|".join, table)) + f"\n{note}\n")[0] == table


def test_labels_lose_empty_cells_at_their_end_where_they_have_too_many(read):
    rows = "".join(f"{n},{n}.5,,x,7\n" for n in range(9))

    assert read("set,low,,,high,,\n" + rows)[0][0] == ["set", "low", "", "", "high"]


def test_labels_below_those_of_groups_that_only_the_first_columns_have_are_labels(read):
    rows = "".join(f"Food,Week {n},1{n},2{n},3{n},4{n}\n" for n in range(1, 9))
    table, rejects, _ = read(f",,Sales,,Units,\n,,TY,LY,TY,LY\nCategory,Time,,,,\n{rows}")

    assert table[0] == ["Category", "Time", "Sales TY", "Sales LY", "Units TY", "Units LY"]
    assert (len(table), rejects) == (9, [])
    table, _, _ = read(f",,Sales,,Units,\n,,TY,LY,TY,LY\nFood,Week 1,,,,\n{rows}")
    assert (len(table), table[1][:2]) == (10, ["Food", "Week 1"])


def test_labels_of_two_lines_of_which_the_second_repeats_itself_are_labels(read):
    rows, _, _ = read("Store,Net,Gross\nNo.,Sales,Sales\n" + "".join(f"{n},{n}.50,{n}.75\n" for n in range(1, 9)))

    assert rows[0] == ["Store No.", "Net Sales", "Gross Sales"]


def test_a_title_over_all_columns_is_no_part_of_their_labels(read):
    rows = "".join(f"<tr><td>00{n}<td>City {n}<td>{n}<td>${n}.50" for n in range(1, 6))
    page = f"""<table><tr><td colspan=4>Weekly Sales<tr><td colspan=4>Week ending 01/11/2025
    <tr><th rowspan=2>Store<th rowspan=2>City<th colspan=2>This Week<tr><th>Units<th>Sales{rows}</table>"""
    table, _, found = read(page, "a.xls")

    assert table[0] == ["Store", "City", "This Week Units", "This Week Sales"]
    assert [place for place, _ in found.skipped] == ["cell table 1!A1", "cell table 1!A2"]


@pytest.mark.parametrize(
    ("upper", "lower", "row", "labels"),
    [
        ("market,product,sales,,units,", ",,week 1,week 2,week 1,week 2", "Ohio,tea,5,6,7,8",
         ["market", "product", "sales week 1", "sales week 2", "units week 1", "units week 2"]),
        ("store,sales,,", ",mo,tu,we", "K7,5,6,7", ["store", "sales mo", "sales tu", "sales we"]),
    ],
)  # fmt: skip
def test_groups_beside_labels_that_stand_above_blanks_are_labels(read, upper, lower, row, labels):
    table, rejects, summary = read("\n".join([upper, lower, *[row] * 9]) + "\n")

    assert (table[0], len(table), rejects) == (labels, 10, [])
    assert summary.table.header_rows == ("line 1", "line 2")


def test_groups_over_merged_labels_of_a_workbook_belong_to_the_header(read):
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in (["Store", "Region", "Units", None, "Sales", None], [None, None, "Jan", "Feb", "Jan", "Feb"]):
        book.active.append(row)
    for row in range(5):
        book.active.append([f"00{row}", "North", row, row, row + 0.5, row + 0.25])
    for area in ("A1:A2", "B1:B2", "C1:D1", "E1:F1"):
        book.active.merge_cells(area)
    book.save(data)

    labels = ["Store", "Region", "Units Jan", "Units Feb", "Sales Jan", "Sales Feb"]
    assert read(data.getvalue(), "a.xlsx")[0][0] == labels


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.parametrize("between", [[], [""], ["", "{}. Store"]])
@pytest.mark.parametrize("is_book", [False, True])
def test_labels_that_stand_above_every_few_rows_again_are_labels(read, rows, between, is_book):
    blocks = [[f"{chr(65 + n)}{k},{n * k + 1}" for k in range(rows)] for n in range(4)]
    lines = [line for n, block in enumerate(blocks) for line in ([*between, "Store,Units", *block] if n else block)]
    lines = ["Store,Units", *[line.format("A") for line in lines]]
    data = write_book([line.split(",") for line in lines]) if is_book else "\n".join(lines)
    found, rejected, summary = read(data, "a.xlsx" if is_book else "a.csv")

    assert [table.labels for table in (summary.table, *summary.further_tables)] == [("Store", "Units")] * 4
    assert found == [row.split(",") for block in blocks for row in ["Store,Units", *block]]
    assert rejected == []


def test_labels_that_stand_above_every_row_again_are_found_by_looking_at_each_row_a_few_times(read, monkeypatch):
    looked_at, look = [], Profile.__init__

    def count(self, rows, width):
        looked_at.append(len(rows := list(rows)))
        look(self, rows, width)

    monkeypatch.setattr(Profile, "__init__", count)
    rows = ["a,b,c,d,e,f,g,h,i,j", "1,2,3,4,5,6,7,8,9,0"] * 500
    _, _, summary = read("\n".join(rows))

    assert len(summary.further_tables) == 499
    assert sum(looked_at) < 5 * len(rows)


def test_a_first_row_of_words_that_comes_again_now_and_then_is_a_row(read):
    words = [[f"a{chr(97 + n)}", f"b{chr(98 + n)}"] for n in range(9)]
    rows = [["Ann", "Lee"], *words, ["Ann", "Lee"], ["Xa", "Ya"]]
    found, _, summary = read("\n".join(map(",".join, rows)))

    assert (summary.table.labels, summary.further_tables, found) == (None, (), rows)


def write_book(rows):
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize("padded", ["Date\t\tDay\tTime\t\tft\tcm", "Date\t\t\tDay\tTime\tft\t\tcm\t"])
def test_labels_between_which_empty_cells_stand_that_no_row_has_are_not_lost(read, padded):
    rows = [[f"2024/01/{n:02}", "Mon", f"05:{n:02}", f"{n / 10}", str(n)] for n in range(1, 10)]

    found, rejects, summary = read(f"Tides\n{padded}\n" + "".join("\t".join(row) + "\n" for row in rows))

    assert found == [["Date", "Day", "Time", "ft", "cm"], *rows]
    assert rejects == []
    assert "labels for 5 columns" in summary.table.header_note


def test_a_label_in_cells_merged_over_two_header_rows_counts_once(read):
    page = """<table><tr><th rowspan=2>Region<th rowspan=2>Store<th colspan=2>Sales<tr><th>Units<th>Dollars
    <tr><td>Texas<td>001<td>5<td>1.50<tr><td>Ohio<td>002<td>6<td>2.50<tr><td>Iowa<td>003<td>7<td>3.50
    <tr><td>Utah<td>004<td>8<td>4.50<tr><td>Maine<td>005<td>9<td>5.50</table>"""

    assert read(page, "a.html")[0][0] == ["Region", "Store", "Sales Units", "Sales Dollars"]


def test_groups_over_merged_labels_belong_to_the_header_even_over_few_rows(read):
    page = """<table><tr><th rowspan=2>Region<th colspan=2>Sales<tr><th>Units<th>Dollars
    <tr><td rowspan=2>TX<td>1<td>$2.00<tr><td>3<td>4.00<tr><td>FL<td>5<td>6</table>"""

    assert read(page, "a.html")[0] == [
        ["Region", "Sales Units", "Sales Dollars"], ["TX", "1", "$2.00"], ["TX", "3", "4.00"], ["FL", "5", "6"],
    ]  # fmt: skip


def test_years_above_groups_of_labels_belong_to_these(read):
    rows, _, _ = read(",,2024,,2025,\nshop,city,units,dollars,units,dollars\n" + "1,Rome,5,2.5,6,3.5\n" * 3)

    assert rows[0] == ["shop", "city", "2024 units", "2024 dollars", "2025 units", "2025 dollars"]


def test_rows_of_words_above_rows_of_numbers_are_rows_and_no_labels(read):
    table = [["id", "v"], *([f"a{n}", "pending"] for n in range(20)), *([str(n), str(n)] for n in range(60))]
    rows, rejects, found = read("\n".join(map(",".join, table)))

    assert (rows, rejects, found.skipped) == (table, [], ())


def test_the_word_before_the_labels_of_a_log_is_none_of_them(read):
    rows = [["2024-01-01", f"00:00:{n:02}", "GET", f"/{n}.html", "200"] for n in range(9)]
    head = "#Software: IIS\n#Version: 1.0\n#Fields: date time cs-method cs-uri sc-status\n"
    found, rejects, _ = read(head + "".join(" ".join(row) + "\n" for row in rows) + head + " ".join(rows[0]) + "\n")

    assert (found, rejects) == ([["date", "time", "cs-method", "cs-uri", "sc-status"], *rows, rows[0]], [])


@pytest.mark.parametrize("titles", ["20240131  00017\n", "2024      1\n17  2\n"])
def test_titles_of_numbers_right_above_labels_are_no_rows(read, titles):
    rows = "".join(f"{n % 4 + 100:<8}{70000 + n:<12}2024-{n % 12 + 1:02}{n * 7:8}  {n * 1.5:8.2f}\n" for n in range(40))
    data = f"{titles}STORE   ITEM        WEEK      UNITS    AMOUNT\n{rows}".encode()
    found, rejects, summary = read(data)

    assert summary.table.labels == ("STORE", "ITEM", "WEEK", "UNITS", "AMOUNT")
    assert (len(found), rejects) == (41, [])
    assert [cause for _, cause in summary.skipped] == ["before the table"] * titles.count("\n")
