"""Kinds of file that no example shows, found by writing tables through many dialects and comparing what comes out."""

import pytest

from tests.conditioning.undeclared import condition_undeclared


def read(data, name="file.csv"):
    """The rows of each table with its labels, and the summary; nothing is in quarantine."""
    conditioned = condition_undeclared(data, name)
    assert conditioned.summary.rejected == 0
    return conditioned.tables, conditioned.summary


def test_escaped_quotes_in_a_few_quoted_cells_tell_the_escape():
    named = '1;"James \\"Jim\\" Carter";Leeds\n2;Ann Lee;"PO Box 12; Dublin"\n'
    data = "id;name;address\n" + named + "".join(f"{n};Ann Lee;Cork\n" for n in range(3, 20))
    (rows,), summary = read(data)

    assert summary.dialect["escape"] == "\\"
    assert rows[1:3] == [["1", 'James "Jim" Carter', "Leeds"], ["2", "Ann Lee", "PO Box 12; Dublin"]]


def test_escapes_of_json_in_cells_without_quotes_are_left_there():
    data = "id||payload\n" + "".join(f'{n}||{{"a": {n}, "k": "q\\"z"}}\n' for n in range(9))
    (rows,), summary = read(data)

    assert summary.dialect["escape"] == ""
    assert rows[1] == ["0", '{"a": 0, "k": "q\\"z"}']


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["\x01", "\x1f"])
def test_control_characters_tell_cells_apart_in_any_encoding_and_with_any_line_ends(mark, end, encoding):
    data = end.join(mark.join(row) for row in [["day", "mac"], ["2024-01-05", "0a:1b:2c:3d:4e:5f"], ["2024-01-06", ""]])
    (rows,), summary = read((data + end).encode(encoding))

    assert summary.dialect["delimiter"] == mark
    assert rows == [["day", "mac"], ["2024-01-05", "0a:1b:2c:3d:4e:5f"], ["2024-01-06", ""]]


def test_a_mark_for_the_end_of_a_file_makes_a_short_one_no_binary():
    (rows,), summary = read(b"a,b\r\n1,2\r\n3,4\r\n\x1a")

    assert rows == [["a", "b"], ["1", "2"], ["3", "4"]]
    assert summary.skipped == (("line 4", "blank"),)


def test_last_rows_with_a_key_alone_are_rows_and_no_notes():
    (rows,), summary = read("key,a,b,c\nK0,,,\nK1,7,,5\nK2,2,,\nK3,,,\nK4,,,\n")

    assert rows[-2:] == [["K3", "", "", ""], ["K4", "", "", ""]]
    assert summary.skipped_lines == 0


def test_a_title_of_three_words_is_no_row_of_labels_where_another_table_follows():
    first = "".join(f"{n},some words; and more of them,{n % 5}\n" for n in range(12))
    second = "".join(f"feature {n},yes,no\n" for n in range(7))
    tables, _ = read(f"Table 1: main\nid,comment,rating\n{first}\nTable 2: further\nfeature,enabled,default\n{second}")

    assert [table[0] for table in tables] == [["id", "comment", "rating"], ["feature", "enabled", "default"]]
    assert list(map(len, tables)) == [13, 8]


@pytest.mark.parametrize("labels", [",Value", "Year,Value"])
def test_units_stand_below_the_labels_of_two_columns_too(labels):
    (rows,), _ = read(f"{labels}\n,Percent\n" + "".join(f"{year},{year % 7}.5\n" for year in range(1990, 2002)))

    assert rows[:2] == [[labels.split(",")[0], "Value Percent"], ["1990", "2.5"]]


QUARTERS = [f"{year}{part}" for year in range(1990, 1999) for part in ("", " Q1", " Q2", " JAN")]
METADATA = [
    '"Title","Prices"', '"CDID","D7BT"', '"PreUnit",""', '"Unit","Index"',
    '"Release date","17-01-2024"', '"Next release","14 February 2024"', '"Important notes",""',
]  # fmt: skip


@pytest.mark.parametrize("more", ["", ',"Prices, food"'])
def test_lines_of_metadata_above_a_series_are_kept_below_the_first_of_them(more):
    lines = [line + (more and ("," + line.split(",", 1)[1])) for line in METADATA[1:]]
    data = "\n".join(
        [METADATA[0] + more, *lines, *(f'"{day}","{n}.5"{more and ",7"}' for n, day in enumerate(QUARTERS))]
    )
    (rows,), summary = read(data)

    assert summary.table.header_rows == ("line 1",)
    assert [row[0] for row in rows] == [line.split('"')[1] for line in METADATA] + QUARTERS


@pytest.mark.parametrize(
    "lines",
    [
        ["  1.0   22.5  3", " 14.0    5.5  6", "  7.0  118.5 19"],
        ["USER  PID %CPU COMMAND", "root    1  0.0 /sbin/init", "www    99  1.5 nginx -g", "bob  1234 12.0 vim notes"],
    ],
)
def test_a_few_lines_are_in_columns_where_most_of_these_hold_values_alone(lines):
    (rows,), summary = read("\n".join(lines))

    assert summary.dialect["format"] == "fixed width"
    assert rows == [line.split(maxsplit=3) for line in lines]


def test_comments_may_be_most_of_a_short_log():
    comments = "#Software: Server 10.0\n#Version: 1.0\n#Date: 2024-01-05 00:00:00\n#Fields: date time method path\n"
    (rows,), _ = read(comments + "2024-01-05 00:00:01 GET /index.html\n2024-01-05 00:00:02 POST /login\n")

    assert rows[:2] == [["date", "time", "method", "path"], ["2024-01-05", "00:00:01", "GET", "/index.html"]]


def test_years_that_follow_each_other_are_labels_though_the_values_may_be_years_too():
    (rows,), summary = read("Region;2019;2020;2021\nNord;1520;1633;1700\nSouth;1999;2011;2005\nWest;2018;1900;1899\n")

    assert summary.table.labels == ("Region", "2019", "2020", "2021")
    assert len(rows) == 4


@pytest.mark.parametrize(
    "periods",
    [
        ("202411", "202412", "202501"),
        ("202452", "202501", "202502"),
        ("202503", "202502", "202501"),
        ("1999", "2000", "2001"),
    ],
)
def test_months_and_weeks_one_after_the_other_behind_words_are_labels(periods):
    (rows,), summary = read(f"Store;Item;{';'.join(periods)}\n" + "A;Rope;12;13;14\nB;Rope;202400;1;0\nC;Oil;7;8;9\n")

    assert summary.table.labels == ("Store", "Item", *periods)
    assert len(rows) == 4


@pytest.mark.parametrize("values", ["202411;202501;202412", "202411;202412;2025"])
def test_numbers_that_do_not_follow_each_other_as_periods_do_are_values(values):
    _, summary = read(f"A;Rope;{values}\nB;Rope;1;2;3\nC;Oil;7;8;9\n")

    assert summary.table.labels is None


def test_a_row_with_a_mark_for_no_value_is_not_taken_for_labels():
    (rows,), summary = read('tags,neg\n"jumps, again, while",-\n"the, boxed",756\n"fox, dogs",-\n"seven, old",(3)\n')

    assert summary.table.labels == ("tags", "neg")
    assert len(rows) == 5


def test_a_row_of_the_form_of_those_below_is_not_taken_for_labels():
    places = "".join(f'"({n}.25, 15{n}.5)",{n % 3 or ""}\n' for n in range(10, 40))
    (rows,), summary = read(f'"(12.75, 140.5)",\n"(14.25, 141.5)",\n{places}')

    assert summary.table.labels is None
    assert len(rows) == 32


def test_words_of_several_languages_are_read_in_the_usual_code_page():
    words = ["Señor Núñez", "Orléans", "Ångström", "Übermaß", "Crème brûlée", "Façade", "Göteborg", "naïve café"]
    (rows,), summary = read(("name;n\r\n" + "".join(f"{word};5\r\n" for word in words)).encode("cp1252"))

    assert [name for name, _ in rows[1:]] == words
    assert (summary.encoding["name"], summary.encoding["confidence"]) == ("cp1252", "low")


STORES = [
    ["Store", "City"],
    *([f"S{number}", city] for number, city in enumerate(["Graz", "Linz", "Wien", "Steyr"], 10)),
]
SALES = [
    ["Date", "Store", "SKU", "Units"],
    *([f"2024-01-0{day}", "S10", f"00{day}77", str(day)] for day in range(1, 9)),
]


@pytest.mark.parametrize("tables", [[STORES, SALES], [SALES, STORES]], ids=["above", "below"])
def test_a_list_of_codes_beside_a_wider_table_is_a_table_and_no_notes(tables):
    data = "\n".join("".join(",".join(row) + "\n" for row in table) for table in tables)
    found, summary = read(data)

    assert found == tables
    assert summary.skipped_lines == 1


def test_names_and_values_above_a_wider_table_are_notes_though_their_values_are_numbers():
    data = "Station,Alpha\nLatitude,47.1\nLongitude,8.5\nElevation,440\nSensors,7\n\n"
    found, _ = read(data + "".join(",".join(row) + "\n" for row in SALES))

    assert found == [SALES]


def test_a_title_above_the_first_of_two_short_tables_does_not_make_them_one():
    first = [["Product", "Units", "Revenue"], *([f"item {name}", "14", "82.27"] for name in "abcdef")]
    second = [["Region", "Manager", "Since"], *([f"area {name}", "Ann Lee", "2021-05-07"] for name in "abcd")]
    texts = ["".join(";".join(row) + "\n" for row in table) for table in (first, second)]
    found, _ = read("[Products]\n" + texts[0] + "\n[Regions]\n" + texts[1])

    assert found == [first, second]


@pytest.mark.parametrize("mark", ["$", "&", "@", "=", "%", "+", "‖", "│", "，", "、", "␟"])
def test_a_mark_that_each_line_has_as_often_tells_cells_apart_where_no_usual_one_does(mark):
    expected = [["id", "name", "sum"], *([str(n), f"Ann {n}", f"{n}.50"] for n in range(4))]
    (rows,), summary = read("\n".join(map(mark.join, expected)) + "\n")

    assert (rows, summary.dialect["delimiter"]) == (expected, mark)


def test_marks_that_each_line_has_once_or_beside_another_tell_nothing_apart():
    addresses = [["email"], *([f"user{n}@example.org"] for n in range(5))]
    queries = [["query"], *([f"a={n}&b=2&c=3&d={n}"] for n in range(5))]

    for expected in (addresses, queries):
        assert read("\n".join(row[0] for row in expected) + "\n")[0] == [expected]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_that_were_put_in_quotes_as_a_whole_are_the_rows_within_them(end):
    expected = [["id", "name", "city"], ["1", "Ann", "New York, NY"], ["2", 'the "best"', "Rome"], ["3", "", "Lyon"]]
    lines = ["id,name,city", '1,Ann,"New York, NY"', '2,"the ""best""",Rome', "3,,Lyon"]
    (rows,), summary = read("".join('"' + line.replace('"', '""') + '"' + end for line in lines))

    assert (rows, summary.dialect["delimiter"], summary.dialect["within"]) == (expected, ",", "quoted lines")


def test_quoted_texts_of_one_column_with_commas_in_them_are_that_column():
    named = [["name"], *(["Smith, Ann, Dr."] for _ in range(3))]
    places = [["Paris, Ile-de-France, France"], ["Graz, Styria, Austria"], ["Lyon, Rhone, France"]]

    for rows in (named, places, [["Smith,Ann"], ["Lee,Bob"], ["Roe,Jane"]]):
        assert read("".join(f'"{row[0]}"\n' for row in rows))[0] == [rows]


def test_a_log_whose_lines_begin_with_moments_in_brackets_is_no_broken_json():
    lines = [
        f"[2024-01-0{n} 10:0{n}:00] {text}" for n, text in enumerate(["INFO started", "WARN", "INFO done, bye"], 1)
    ]
    tables, summary = read("\n".join(lines) + "\n", "a.log")

    assert summary.dialect["format"] != "JSON"
    assert "".join(c for row in tables[0] for c in "".join(row) if c.isalpha()) == "INFOstartedWARNINFOdonebye"
    assert condition_undeclared("[1, 2\n[3, 4]\n", "a.txt").outcome.reason == "not JSON: Expecting ',' delimiter"
