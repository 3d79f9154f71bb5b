"""Tables that database shells and wikis draw, and records that shells print, without a declaration."""

import pytest

from tests.conditioning.ruled_report import FOUND, LABELS, ROWS

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


@pytest.mark.parametrize("shell", ["psql", "mysql"])
def test_the_count_of_rows_below_a_drawn_table_of_two_columns_is_no_row(read, shell):
    text = {
        "psql": "a | b\n--+--\nx | 1\ny | 2\n(2 rows)\n",
        "mysql": "|a|b|\n+--+--+\n|x|1|\n|y|2|\n2 rows in set (0.00 sec)\n",
    }
    rows, rejects, found = read(text[shell])

    assert (rows, rejects) == ([["a", "b"], ["x", "1"], ["y", "2"]], [])
    assert found.skipped[-1] == ("line 5", "a count of rows")


def test_the_command_above_the_frame_of_a_drawn_table_hides_no_frame(read):
    edge = "+----+------+\n"
    rows, rejects, found = read(
        f"mysql> select * from t;\n{edge}| id | name |\n{edge}|  1 | Ann  |\n|  2 | Bob  |\n{edge}"
    )

    assert (rows, rejects) == ([["id", "name"], ["1", "Ann"], ["2", "Bob"]], [])
    assert found.dialect["format"] == "drawn table"
    assert ("line 1", "before the table") in found.skipped


def test_a_blank_beside_the_only_bars_of_a_row_is_an_empty_cell(read):
    rows, rejects, _ = read(DRAWN["psql"].format("  | 00123 | 5\n Ohio | 00456 |       \n |  |   \n Utah | 00777 | 6"))

    assert (rows, rejects) == ([LABELS, ["", "00123", "5"], ["Ohio", "00456", ""], ["Utah", "00777", "6"]], [])


def test_a_table_of_a_wiki_has_its_labels_between_double_bars(read):
    text = "Sales\n\n||Region||Store||Units||\n|West|00123|1,234|\n|Ohio| |987|\n|NYC|01000|55|\n\nfoot\n"
    rows, rejects, found = read(text)

    assert rows == [LABELS, ["West", "00123", "1,234"], ["Ohio", "", "987"], ["NYC", "01000", "55"]]
    assert (rejects, found.dialect["format"]) == ([], "wiki table")


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
