"""Cells of an xlsb in forms that its parser passes over, in those that it reads.

Those are cells without a column, which stand behind the one before (SheetJS writes them, though [MS-XLSB] does not have
them), and texts with fonts in them ([MS-XLSB] 2.4.326).
"""

from __future__ import annotations

from struct import pack

BLANK, TEXT = 0x01, 0x06
_RICH_TEXT = 0x3E
_SHORT = range(0x0C, 0x13)
UNREAD = frozenset((*_SHORT, _RICH_TEXT))
"""Records of a cell that the parser passes over."""
ROW, PLACED = 0x00, frozenset((*range(0x01, 0x0C), _RICH_TEXT))
"""Records of a row, and of cells that tell their column."""
NO_COLUMN = -1
"""That of the cell before a row's first one."""


def lengthen(kind: int, content: bytes, column: int) -> tuple[int, bytes]:
    """Kind and content of a cell that the parser reads; `column` is that of the cell before."""
    if kind == _RICH_TEXT:
        return TEXT, content[:8] + content[9:]
    return kind - _SHORT.start + BLANK, pack("<I", (column + 1) % (1 << 32)) + content


def write_head(kind: int, length: int) -> bytes:
    """The beginning of a record of a kind below 128: its length is written seven bits at a time."""
    head = bytearray((kind,))
    while length > 0x7F:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes((*head, length))
