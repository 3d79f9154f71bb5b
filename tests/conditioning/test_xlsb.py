"""What an xlsb holds that its parser does not tell, or does not find, is read."""

import struct

import pytest

from conditioners.outcome import Refusal
from conditioners.readers.room import MOST_RANGES
from tests.conditioning.test_hostile_workbooks import line, small, wide, xlsb
from tests.conditioning.test_mending import rewrite
from tests.conditioning.test_workbook_dates import read

RELATIONS = "xl/_rels/workbook.bin.rels"


def text(row, column, value):
    return line(row, column, kind=0x06, value=wide(value))


def merged(*ranges):
    """Cells from row to row and column to column (BrtMergeCell, [MS-XLSB] 2.4.708), behind those of the sheet."""
    return small(0x92, b"") + b"".join(small(0xB0, struct.pack("<IIII", *each)) for each in ranges)


def test_a_cell_of_an_xlsb_that_is_merged_over_rows_stands_in_each_of_them():
    rows = text(0, 0, "a") + text(1, 0, "North") + line(2, 1) + line(3, 1) + text(4, 0, "South")

    assert read(xlsb(rows + merged((1, 3, 0, 0), (0, 0, 0, 1)))) == ["a", "North", "North", "North", "South"]


def test_cells_of_an_xlsb_that_are_merged_by_the_hundred_thousand_are_refused():
    with pytest.raises(Refusal, match="more than 250000 cells that are merged over rows"):
        read(xlsb(text(0, 0, "a") + merged(*[(1, 3, 0, 0)] * (MOST_RANGES + 1))))


@pytest.mark.parametrize("target", [b'Target="/xl/worksheets/', b"Target = '/xl/worksheets/"])
def test_a_sheet_of_an_xlsb_may_be_named_by_its_whole_path(target):
    book = xlsb(text(0, 0, "a") + text(1, 0, "b") + merged((1, 2, 0, 0)))
    end = b'"' if b'"' in target else b"'"
    book = rewrite(book, RELATIONS, b'Target="worksheets/sheet1.bin"', target + b"sheet1.bin" + end)

    assert read(book) == ["a", "b"]
