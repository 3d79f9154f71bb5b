"""Rows of delimited text without a declaration that lack a delimiter beside a cell in quotes."""

import pytest

from conditioners.structure.missing_delimiters import MISSING
from tests.conditioning.undeclared import condition_undeclared

LABELS = ["id", "price", "remark", "units"]
ROWS = [[f"{n}", f"{n},0{n % 10}", f"plain, good {n}", f"{n}"] for n in range(40)]


def write(rows, mark):
    return "".join(mark.join((row[0], f'"{row[1]}"', f'"{row[2]}"', row[3])) + "\n" for row in rows)


def condition(line, mark=","):
    """What comes out of a file with a spoiled line in its middle, and the cells of its rows."""
    head = mark.join(LABELS) + "\n"
    conditioned = condition_undeclared(head + write(ROWS[:20], mark) + line + "\n" + write(ROWS[20:], mark))
    (rows,) = conditioned.tables
    return conditioned, rows


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("line", ['77"3,50",{}"fine, dry",{}5', '77,{}"3,50",{}"fine, dry"5', '77"3,50",{}"fine",{}5'])
def test_the_one_place_where_a_delimiter_is_missing_beside_quotes_gets_it(mark, line):
    line = line.replace(",{}", "{}").replace("{}", mark)
    conditioned, rows = condition(line, mark)

    assert rows[21] == ["77", "3,50", "fine" if '"fine"' in line else "fine, dry", "5"]
    assert conditioned.summary.mended == (("line 22", MISSING),)


def test_a_row_as_wide_as_the_table_whose_quotes_hold_a_delimiter_is_no_row_of_other_cells():
    conditioned, rows = condition('odd"3,50",x,5')

    assert rows == [LABELS, *ROWS]
    assert [row["rule"] for row in conditioned.rejects] == ["stray_quote"]


def test_quotes_in_words_and_numbers_are_left_there():
    conditioned, rows = condition('77,5"x3",a 48" lamp,5')

    assert rows[21] == ["77", '5"x3"', 'a 48" lamp', "5"]
    assert conditioned.summary.mended == ()


def test_quotes_that_hold_delimiters_in_many_rows_are_no_faults():
    data = "name,size,depth\n" + "".join(f'pipe{n},{n}"x3,{n + 1}"\n' for n in range(40))

    assert condition_undeclared(data).tables[0][1] == ["pipe0", '0"x3', '1"']


def test_rows_with_a_missing_delimiter_come_out_alike_by_the_block_and_one_by_one():
    spoiled = write(ROWS, ",").replace('7,"7,07"', '7"7,07"')
    data = ",".join(LABELS) + "\n" + spoiled * 60

    conditioned = condition_undeclared(data)
    assert conditioned.tables == [[LABELS, *ROWS * 60]]
    assert conditioned.summary.mended_rows == 60
