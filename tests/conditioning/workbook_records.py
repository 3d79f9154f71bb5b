"""Workbooks of binary records, xls and xlsb, written record by record."""

import struct

from conditioners.readers.workbooks.containers import wrap
from tests.conditioning.hostile_files import pack


def record(kind, content):
    return struct.pack("<HH", kind, len(content)) + content


def number(row, column):
    return record(0x0203, struct.pack("<HHHd", row, column, 0, 1.5))


def shown(row, column):
    return record(0xFD, struct.pack("<HHHI", row, column, 0, 0))


def texts(text, told=1):
    parts = [text[at : at + 8000] for at in range(0, len(text), 8000)]
    first = struct.pack("<IIHB", 1, told, len(text), 0) + parts[0]
    return record(0xFC, first) + b"".join(record(0x3C, b"\0" + part) for part in parts[1:])


def formula(row, column, tokens):
    head = struct.pack("<HHHdHIH", row, column, 0, 1.5, 0, 0, len(tokens))
    return record(0x06, head + tokens)


def xls(sheet, before=b"", named=1):
    """A workbook ([MS-XLS] 2.1.7.20) with one sheet, which may be named several times."""
    begin = record(0x0809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6))
    size = len(begin) + len(before) + named * 17 + 4
    names = [record(0x85, struct.pack("<IBBBB", size, 0, 0, 5, 0) + b"%05d" % n) for n in range(named)]
    return wrap(
        "Workbook", bytearray(b"".join([begin, before, *names, record(10, b""), begin, sheet, record(10, b"")]))
    )


TABLE = b"".join(number(row, column) for row in range(3) for column in range(2))
"""Three rows of two numbers, as records of an xls."""


def small(kind, content):
    """A record of an xlsb; both numbers are written seven bits at a time ([MS-XLSB] 2.1.4)."""
    head = b""
    for value in (kind, len(content)):
        while value > 0x7F:
            head += bytes([value & 0x7F | 0x80])
            value >>= 7
        head += bytes([value])
    return head + content


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


NUMBER = struct.pack("<d", 1.5)


def line(number, *columns, kind=5, value=NUMBER):
    cells = b"".join(small(kind, struct.pack("<II", column, 0) + value) for column in columns)
    return small(0, struct.pack("<I", number) + bytes(13)) + cells


def xlsb(
    sheet,
    target="worksheets/sheet1.bin",
    named=1,
    names=b"",
    text="x",
    texts=b"",
    begin_texts=None,
    book=b"",
    styles=b"",
):
    """A workbook of binary records with one sheet, which may be named several times."""
    sheets = b"".join(small(0x9C, struct.pack("<II", 0, n + 1) + wide("r1") + wide(f"S{n}")) for n in range(named))
    begin = small(0x81, b"") + small(0x94, struct.pack("<IIII", 0, 9, 0, 9)) + small(0x91, b"")
    counts = struct.pack("<II", 1, 1) if begin_texts is None else begin_texts
    relation = f'<Relationship Id="r1" Type="http://x/worksheet" Target="{target}"/>'
    return pack(
        [
            ("[Content_Types].xml", "<Types/>"),
            ("xl/workbook.bin", book + sheets + small(0x90, b"") + names + small(0x9D, bytes(8))),
            ("xl/_rels/workbook.bin.rels", f"<Relationships>{relation}</Relationships>"),
            ("xl/sharedStrings.bin", small(0x9F, counts) + small(0x13, b"\0" + wide(text)) + texts),
            *([("xl/styles.bin", styles)] if styles else []),
            (f"xl/{target}", begin + sheet + small(0x92, b"")),
        ]
    )


LINES = b"".join(line(n, 0, 1) for n in range(3))
"""Three rows of two numbers, as records of an xlsb."""
