"""Delimiters of several marks or with blanks around them, and marks that only seem to be some."""

import pytest


@pytest.mark.parametrize("labels", [[], [["id", "film", "kinds"]]])
def test_cells_between_doubled_marks_may_hold_single_ones(read, labels):
    films = [
        [str(n), f"Film: Part {n}" if n % 4 == 1 else f"Film {n}", "|".join("abcd"[: n % 4 + 1])] for n in range(1, 30)
    ]
    rows, rejects, found = read("".join("::".join(row) + "\n" for row in [*labels, *films]))

    assert (rows, rejects, found.dialect["delimiter"]) == ([*labels, *films], [], "::")


def test_blanks_on_both_sides_of_delimiters_belong_to_no_cell(read):
    rows, rejects, _ = read('id | name   | "note "\n' + "".join(f'{n}  | ab cd  | "x | y "\n' for n in range(9)))

    assert (rows, rejects) == ([["id", "name", "note "], *([str(n), "ab cd", "x | y "] for n in range(9))], [])


def test_columns_that_are_empty_between_commas_are_columns(read):
    rows, _, found = read("a,,b,,c\n1,,2,,3\n4,,5,,6\n7,,8,,9\n")

    assert (rows[1], found.dialect["delimiter"]) == (["1", "", "2", "", "3"], ",")


def test_blanks_around_delimiters_are_no_hindrance_to_a_draft(draft, run):
    data = b"id , name , n \n 01 , Ann , 5 \n 02 , Bob , 6 \n 03 , Cy , 7 \n"
    _, source = draft("padded.csv", data)

    assert run(source, data).rows == ["01,Ann,5", "02,Bob,6", "03,Cy,7"]


def test_a_delimiter_of_three_marks_is_found_and_a_cell_of_its_middle_one_is_none(read):
    rows, rejects, found = read("id|~|name|~|note\n1|~|a,b|~|~\n2|~|c;d|~|\n3|~||~|e\n")

    assert rows == [["id", "name", "note"], ["1", "a,b", "~"], ["2", "c;d", ""], ["3", "", "e"]]
    assert (rejects, found.dialect["delimiter"]) == ([], "|~|")


def test_a_line_whose_cells_cannot_be_told_apart_is_quarantined_where_no_other_tells_a_width(read):
    rows, rejects, _ = read('"asd|x"a"b')

    assert (rows, rejects) == ([], ["1"])


@pytest.mark.parametrize("end", ["\r", "\x1e"])
def test_line_ends_in_quotes_are_those_of_the_file_though_its_records_end_with_them(read, end):
    rows, rejects, _ = read(
        end.join(["id,name", '1,"two{end}lines"', "2,one", '3,"{end}"']).replace("{end}", end) + end
    )

    assert (rows, rejects) == ([["id", "name"], ["1", f"two{end}lines"], ["2", "one"], ["3", end]], [])
