"""Numbers that a workbook shows by their style as days, times, durations or codes, in every format, or as they are."""

import io
import struct

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from conditioners.readers.workbooks.xlsb_numbers import read_short
from tests.conditioning.workbook_files import read_shown
from tests.conditioning.workbook_records import line, record, small, wide, xls, xlsb

DAY, HOURS, OWN_DAY, CODE = 1, 2, 3, 4
"""Styles: format 14, format 46, and two that the file spells out."""
OWN, ZEROS = 'd. mmm" of "yyyy', "00000"
FORMATS = (0, 14, 46, 164, 165)
SHOWN = {DAY: "mm-dd-yy", HOURS: "[h]:mm:ss", OWN_DAY: OWN, CODE: ZEROS}


def as_short(value):
    """A number in short: whole, in hundredths, or the beginning of a float; None if it has no such form."""
    for times, flags in ((1, 2), (100, 3)):
        whole = round(value * times)
        if abs(whole) < 1 << 29 and whole / times == value:
            return (whole << 2 | flags) % (1 << 32)
    (bits,) = struct.unpack("<Q", struct.pack("<d", value))
    return bits >> 32 if bits & 0x3FFFFFFFF == 0 else None


def write_xlsx(cells, from_1904, form):
    book, data = openpyxl.Workbook(), io.BytesIO()
    book.epoch = CALENDAR_MAC_1904 if from_1904 else book.epoch
    for value, style in cells:
        book.active.append([value, 1])
        book.active.cell(book.active.max_row, 1).number_format = SHOWN[style]
    book.save(data)
    return data.getvalue()


def write_xls(cells, from_1904, form):
    styles = b"".join(record(0xE0, struct.pack("<HH", 0, number).ljust(20, b"\0")) for number in FORMATS)
    codes = b"".join(
        record(0x041E, struct.pack("<HHB", number, len(code), 0) + code.encode())
        for number, code in ((164, OWN), (165, ZEROS))
    )
    sheet = b""
    for row, (value, style) in enumerate(cells):
        head, short = struct.pack("<HHH", row, 0, style), as_short(value)
        if form == "several" and short is not None:
            sheet += record(0xBD, head + struct.pack("<IHIH", short, 0, 6, 1))
            continue
        if form == "formula":
            sheet += record(0x06, head + struct.pack("<dHIH", value, 0, 0, 0))
        elif form == "short" and short is not None:
            sheet += record(0x027E, head + struct.pack("<I", short))
        else:
            sheet += record(0x0203, head + struct.pack("<d", value))
        sheet += record(0x027E, struct.pack("<HHHI", row, 1, 0, 6))
    return xls(sheet, record(0x22, struct.pack("<H", from_1904)) + codes + styles)


def write_xlsb(cells, from_1904, form):
    lines = b""
    for row, (value, style) in enumerate(cells):
        head, short = struct.pack("<II", 0, style), as_short(value)
        lines += line(row)
        if form in ("short", "several") and short is not None:
            lines += small(0x02, head + struct.pack("<I", short))
        else:
            lines += small(0x09 if form == "formula" else 0x05, head + struct.pack("<d", value) + bytes(6))
        lines += small(0x02, struct.pack("<III", 1, 0, 6))
    formats = small(0x2C, struct.pack("<H", 164) + wide(OWN)) + small(0x2C, struct.pack("<H", 165) + wide(ZEROS))
    styles = b"".join(small(0x2F, struct.pack("<HH", 0, number) + bytes(12)) for number in FORMATS)
    before = (
        small(0x116, b"") + small(0x267, struct.pack("<I", 2)) + formats + small(0x268, b"") + small(0x2F, bytes(16))
    )
    all_styles = (
        before + small(0x269, struct.pack("<I", len(FORMATS))) + styles + small(0x26A, b"") + small(0x2F, bytes(16))
    )
    return xlsb(lines, book=small(0x99, struct.pack("<II", from_1904, 0)), styles=all_styles)


CELLS = {
    (45351, DAY): "2024-02-29", (45351, OWN_DAY): "2024-02-29", (45351.5, DAY): "2024-02-29 12:00:00",
    (0.25, DAY): "06:00:00", (59, DAY): "1900-02-28", (61, OWN_DAY): "1900-03-01", (2, HOURS): "48:00:00",
    (-0.25, HOURS): "-06:00:00", (60, HOURS): "1440:00:00", (0, HOURS): "00:00:00", (0, DAY): "00:00:00",
    (60, DAY): "60", (60.5, OWN_DAY): "60.5", (-1, DAY): "-1", (-0.25, OWN_DAY): "-0.25", (-1.1, DAY): "-1.1",
    (501, CODE): "00501", (0, CODE): "00000", (12345, CODE): "12345", (501.5, CODE): "501.5", (-501, CODE): "-501",
}  # fmt: skip
"""Numbers with their style and what is shown: a day, a duration, a code, or the number where there is none."""
WRITERS = {"xlsx": write_xlsx, "xls": write_xls, "xlsb": write_xlsb}


@pytest.mark.parametrize("form", ["number", "short", "several", "formula"])
@pytest.mark.parametrize("ending", WRITERS)
def test_numbers_are_shown_as_their_style_says_and_those_that_are_no_days_as_numbers(ending, form):
    assert read_shown(WRITERS[ending](CELLS, False, form)) == list(CELLS.values())


@pytest.mark.parametrize("ending", WRITERS)
def test_a_workbook_that_counts_from_1904_has_a_sixtieth_day(ending):
    assert read_shown(WRITERS[ending]([(60, DAY), (45351, DAY)], True, "number")) == ["1904-03-01", "2028-03-01"]


@pytest.mark.parametrize("value", [0, 1, -1, 45351, -45351.25, 0.5, 1.1, 123456.78, 2.0**40])
def test_a_number_in_short_is_the_number(value):
    assert read_short(as_short(value)) == value
