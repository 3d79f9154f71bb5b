"""What an xlsb holds that its parser does not tell, or does not find, is read."""

import io
import struct

import pytest

from conditioners.inputs.raw import OpenedRaw, RawInput
from conditioners.limits import DEFAULT
from conditioners.outcome import Refusal
from conditioners.readers.workbooks.room import MOST_RANGES
from conditioners.readers.workbooks.workbook import load_sheets
from tests.conditioning.workbook_files import read_shown, rewrite
from tests.conditioning.workbook_records import line, small, wide, xlsb

RELATIONS = "xl/_rels/workbook.bin.rels"


def text(row, column, value):
    return line(row, column, kind=0x06, value=wide(value))


def merged(*ranges):
    """Cells from row to row and column to column (BrtMergeCell, [MS-XLSB] 2.4.708), behind those of the sheet."""
    return small(0x92, b"") + b"".join(small(0xB0, struct.pack("<IIII", *each)) for each in ranges)


def test_a_cell_of_an_xlsb_that_is_merged_over_rows_stands_in_each_of_them():
    rows = text(0, 0, "a") + text(1, 0, "North") + line(2, 1) + line(3, 1) + text(4, 0, "South")

    assert read_shown(xlsb(rows + merged((1, 3, 0, 0), (0, 0, 0, 1)))) == ["a", "North", "North", "North", "South"]


def test_cells_of_an_xlsb_that_are_merged_by_the_hundred_thousand_are_refused():
    with pytest.raises(Refusal, match="more than 250000 cells that are merged over rows"):
        read_shown(xlsb(text(0, 0, "a") + merged(*[(1, 3, 0, 0)] * (MOST_RANGES + 1))))


def short(kind, value=b"", style=0):
    """A cell without a column."""
    return small(kind, struct.pack("<I", style) + value)


NUMBER, SHORT_NUMBER = struct.pack("<d", 1.5), struct.pack("<I", 7 << 2 | 2)
SHORT = {
    "empty": ((), [short(0x0C)], None), "number in short": ((), [short(0x0D, SHORT_NUMBER)], "7"),
    "error": ((), [short(0x0E, b"\x2a")], None), "truth value": ((), [short(0x0F, b"\1")], "true"),
    "number": ((), [short(0x10, NUMBER)], "1.5"), "text": ((), [short(0x11, wide("t" * 300))], "t" * 300),
    "shared text": ((), [short(0x12, bytes(4))], "x"),
    "text with fonts": ((), [small(0x3E, struct.pack("<II", 1, 0) + b"\1" + wide("rich") + bytes(8))], "rich"),
    "behind an empty one": ((1,), [short(0x10, NUMBER)], "1.5"),
}  # fmt: skip


@pytest.mark.parametrize("form", SHORT)
def test_cells_of_an_xlsb_without_a_column_stand_behind_the_one_before(form):
    empty, cells, shown = SHORT[form]
    first = line(1, 0, value=NUMBER) if not empty else line(1, *empty, kind=0x01, value=b"")
    book = xlsb(text(0, 0, "a") + first + b"".join(cells) + short(0x11, wide("end")) + line(2, 0))
    with OpenedRaw(RawInput("book", lambda: io.BytesIO(book), len(book)), DEFAULT) as opened:
        (sheet,) = load_sheets(opened, DEFAULT).sheets
        row = list(sheet.rows())[1]

    assert row[len(row) - 2 :] == [shown, "end"]
    assert len(row) == (4 if empty else 3)


def test_cells_without_a_column_are_shown_by_their_style():
    styles = small(0x269, struct.pack("<I", 2)) + b"".join(
        small(0x2F, struct.pack("<HH", 0, at) + bytes(12)) for at in (0, 14)
    )
    rows = text(0, 0, "day") + line(1) + short(0x0D, struct.pack("<I", 45351 << 2 | 2), style=1)

    assert read_shown(xlsb(rows, styles=styles + small(0x26A, b""))) == ["day", "2024-02-29"]


@pytest.mark.parametrize("target", [b'Target="/xl/worksheets/', b"Target = '/xl/worksheets/"])
def test_a_sheet_of_an_xlsb_may_be_named_by_its_whole_path(target):
    book = xlsb(text(0, 0, "a") + text(1, 0, "b") + merged((1, 2, 0, 0)))
    end = b'"' if b'"' in target else b"'"
    book = rewrite(book, RELATIONS, b'Target="worksheets/sheet1.bin"', target + b"sheet1.bin" + end)

    assert read_shown(book) == ["a", "b"]
