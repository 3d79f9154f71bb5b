"""Numbers of an xlsb whose style shows a day or a duration, which its parser shows as numbers or invents days for.

Cells are those of [MS-XLSB] 2.4, numbers in short those of 2.5.123.
"""

from __future__ import annotations

from struct import pack, pack_into, unpack_from

from conditioners.readers.workbooks.sheet_styles import CellForms

_SHORT, _TEXT = 0x02, 0x06
NUMBERS = (_SHORT, 0x05, 0x09)
"""Cells with a number in short, a number, and a formula that gives one."""
_WHOLE, _HUNDREDTHS = 2, 1
_MOST = (1 << 29) // 100
"""Whole numbers that can be written in short as hundredths, whose style the parser looks at."""
_NO_STYLE = b"\xff\xff\xff"
_STYLE_AT, _VALUE_AT = 4, 8


def read_short(raw: int) -> float:
    """The number that four bytes stand for: 30 bits of a whole number or of a float, or hundredths of it."""
    if raw & _WHOLE:
        value: float = (raw - (1 << 32) if raw >> 31 else raw) >> 2
    else:
        (value,) = unpack_from("<d", ((raw & ~3) << 32).to_bytes(8, "little"))
    return value / 100 if raw & _HUNDREDTHS else value


def find_style(content: bytes | bytearray) -> int:
    """The number of a cell's style."""
    return int.from_bytes(content[_STYLE_AT : _STYLE_AT + 3], "little")


def mend_number(kind: int, content: bytes | bytearray, forms: CellForms) -> tuple[int, bytes]:
    """The kind and content of a cell with a number as it should be read: a text where zeros stand before it."""
    style, mended = find_style(content), bytearray(content)
    raw = int.from_bytes(content[_VALUE_AT : _VALUE_AT + 4], "little")
    value: float = read_short(raw) if kind == _SHORT else unpack_from("<d", content, _VALUE_AT)[0]
    if (padded := forms.pad(style, value)) is not None:
        return _TEXT, bytes(content[:_VALUE_AT]) + pack("<I", len(padded)) + padded.encode("utf-16-le")
    if style not in forms.days and style not in forms.durations:
        return kind, bytes(content)
    if kind == _SHORT and raw & 3 == _WHOLE and abs(value) < _MOST:
        pack_into("<I", mended, _VALUE_AT, (int(value) * 100 << 2 | _WHOLE | _HUNDREDTHS) % (1 << 32))
    if style in forms.days and forms.is_no_day(value):
        mended[_STYLE_AT : _STYLE_AT + 3] = _NO_STYLE
    return kind, bytes(mended)
