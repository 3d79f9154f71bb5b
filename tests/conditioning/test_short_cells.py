"""Short cells: what is read at once is exactly what the expressions of the contract read."""

import random

import polars as pl
import pyarrow as pa
import pytest

from conditioners.dialects import Numbers
from conditioners.values.numerals import is_numeral, parse_numeral
from conditioners.values.short_cells import ShortCells, read_numerals

WRITTEN = [
    Numbers(), Numbers(decimal=",", thousands="."), Numbers(decimal=",", thousands=" \u00a0'"),
    Numbers(currency=("EUR",), thousands=","), Numbers(trailing_minus=True),
]  # fmt: skip


def make_cells(seed):
    drawn = random.Random(seed)
    cells = [None, "", "0", "-0", "-", "+1", "1,234.50", "1.234,50", ",5", ".5", "5.", "12345", "123456789012"]
    for _ in range(4000):
        whole = drawn.choice([str, "{:,}".format])(drawn.randrange(10 ** drawn.randint(1, 7)))
        tail = drawn.choice(["", ".", f".{drawn.randrange(10)}", f".{drawn.randrange(100):02d}", ".500", ".1234"])
        text = drawn.choice(["", "", "", "-", "+"]) + whole + tail + drawn.choice(["", "", "", "-", "x", " EUR"])
        cells.append(
            drawn.choice([text, text.replace(",", ";").replace(".", ",").replace(";", drawn.choice(". '"))])[:12]
        )
    return cells + ["".join(drawn.choices("0123,.- +٣é", k=drawn.randint(1, 6))) for _ in range(4000)]


@pytest.mark.parametrize("places", [0, 1, 2, 4, 8])
@pytest.mark.parametrize("numbers", WRITTEN, ids=str)
def test_numerals_read_at_once_have_the_value_that_the_expressions_give(numbers, places):
    column = pl.Series("c", make_cells(places), dtype=pl.String)
    values, unread = read_numerals(column, numbers, places)
    expected = column.to_frame().select(
        value=parse_numeral(pl.col("c"), numbers, places), exact=is_numeral(pl.col("c"), numbers, places)
    )

    read = pl.Series(~unread) & column.is_not_null()
    assert read.sum() > 100
    assert expected.filter(read)["exact"].all()
    assert values.filter(read).to_list() == expected.filter(read)["value"].to_list()
    assert values.dtype == expected["value"].dtype


@pytest.mark.parametrize("numbers", [Numbers(), Numbers(decimal="\u066b")], ids=str)
def test_a_number_too_large_for_its_places_is_left_to_the_expressions(numbers):
    _, unread = read_numerals(pl.Series(["123456789012", "1"]), numbers, 8)

    assert unread[0]


def test_an_absent_cell_is_read_as_no_value():
    values, unread = read_numerals(pl.Series(["1", None]), Numbers(), 0)

    assert (values.to_list(), unread.tolist()) == ([1, None], [False, False])


def test_what_stands_under_an_absent_cell_is_not_looked_at():
    array = pl.Series(["12", " 34", "56"]).to_arrow(compat_level=pl.CompatLevel.newest())
    second_absent = [pa.py_buffer(b"\x05"), *array.buffers()[1:]]
    column = pl.Series("c", pa.Array.from_buffers(array.type, 3, second_absent))

    assert column.to_list() == ["12", None, "56"]
    cells = ShortCells.of(column)
    assert cells is not None
    assert cells.lengths.tolist() == [2, 0, 2]
    assert cells.are_trimmed()


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\x0b", "\x85", "\u00a0", "\u1680", "\u2003", "\u3000"])
@pytest.mark.parametrize("cell", ["{}a", "a{}", "{}"])
def test_a_column_with_a_blank_around_a_cell_is_not_taken_for_trimmed(blank, cell):
    cells = ShortCells.of(pl.Series(["a", cell.format(blank)]))

    assert cells is not None
    assert not cells.are_trimmed()


def test_a_column_without_blanks_around_its_cells_is_known_to_be_trimmed_even_as_a_slice():
    cells = ShortCells.of(pl.Series([" ", "a b", "", None, "x"]).slice(1))

    assert cells is not None
    assert cells.are_trimmed()


def test_a_column_with_a_long_cell_is_left_to_the_expressions():
    assert ShortCells.of(pl.Series(["a", "thirteen more"])) is None
