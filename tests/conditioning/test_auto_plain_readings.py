"""Rows, labels and delimiters of delimited text without a declaration: taken where they are plain, else left."""

import pytest

from tests.conditioning.undeclared import condition_undeclared

NAMES = ["Ann Lee", "Bo Ray", "Cy Fox", "Di Roe"]
TOWNS = ["New Ely", "Old Rye", "Ayr", "Ebb Vale"]


def read(data):
    """The rows of the only table with its labels; nothing is in quarantine."""
    conditioned = condition_undeclared(data)
    assert conditioned.summary.rejected == 0
    (rows,) = conditioned.tables
    return rows


@pytest.mark.parametrize("line", ["sep=;\n", '"sep=;"\n', "SEP=;\r\n"])
def test_the_line_that_names_the_delimiter_is_no_row_and_decides(line):
    rows = [["first", "last"], ["Ann, Bo", "Lee, Ray"], ["Cy, Di", "Fox, Roe"]]
    conditioned = condition_undeclared(line + "".join(f"{one};{two}\n" for one, two in rows))

    assert conditioned.tables == [rows]
    assert conditioned.summary.skipped == (("line 1", "before the table"),)


def test_a_named_delimiter_stands_above_any_number_of_rows():
    rows = [["first", "last"], *([f"Ann{n % 7}", f"Lee{n % 11}"] for n in range(3000))]

    assert read("sep=,\n" + "".join(f"{one},{two}\n" for one, two in rows)) == rows


def test_a_row_between_blanks_that_two_columns_may_have_the_words_of_is_rejected():
    rows = "".join(f"{n};{NAMES[n % 4]};{TOWNS[n % 4]};{n}.5\n" for n in range(20))
    conditioned = condition_undeclared(f"id;name;town;kg\n{rows}20 Eve Lynn Kay New Rye 7.5\n{rows}")

    assert [row["line"] for row in conditioned.rejects] == ["22"]


def test_a_row_between_blanks_whose_words_have_values_between_them_is_read():
    rows = "".join(f"{n};{NAMES[n % 4]};{n}.5;{TOWNS[n % 4]}\n" for n in range(20))

    assert read(f"id;name;kg;town\n{rows}20 Eve Lynn Kay 7.5 New Rye\n")[-1] == ["20", "Eve Lynn Kay", "7.5", "New Rye"]


def test_a_row_with_the_delimiter_of_its_table_is_not_read_by_another_one():
    rows = "".join(f"{n};{NAMES[n % 4]};+49 {n}55 1{n}\n" for n in range(20))
    conditioned = condition_undeclared(f"id;name;phone\n{rows}20Eve Lynn;+49 655 16\n")

    assert [row["line"] for row in conditioned.rejects] == ["22"]


def test_a_title_of_two_words_is_not_the_labels_of_two_columns_of_words():
    assert read("Part one\nfirst,last\n" + "".join(f"{name},x\n".replace(" ", "") for name in NAMES))[0] == [
        "first",
        "last",
    ]


def test_labels_above_a_row_of_units_belong_to_it_though_only_one_column_has_values():
    rows = read("ref,remark,load\n[-],[text],[kg]\n" + "".join(f"{name},fine,{n}\n" for n, name in enumerate(NAMES)))

    assert rows[0] == ["ref [-]", "remark [text]", "load [kg]"]


def test_a_first_row_that_lacks_cells_is_a_row_where_it_has_a_value_like_those_below():
    rows = [["4979", "", ""], *([f"{1000 + n}", f"({n}.50)", f"-{n}.25"] for n in range(1, 9))]

    assert read("".join(",".join(row) + "\n" for row in rows)) == rows


def test_blanks_around_bars_belong_to_no_cell_at_the_end_of_a_row_with_quotes_either():
    assert read('a | b | c  \n1 | "x" | 22 \n2 | say "hi" | 3  \n')[1:] == [["1", "x", "22"], ["2", 'say "hi"', "3"]]


def test_a_control_character_may_stand_between_cells_that_go_on_over_lines():
    rows = [["day", "remark"], *([f"{n}", "one\n\ntwo"] for n in range(1, 9))]

    assert read("".join(f'{day}\x01"{remark}"\n' for day, remark in rows)) == rows
