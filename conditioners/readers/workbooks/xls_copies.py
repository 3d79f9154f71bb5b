"""Sheets of an xls as they should be read: zeros that styles show before numbers, and texts of formulas, whole."""

from __future__ import annotations

from struct import pack

from conditioners.outcome import Refusal
from conditioners.readers.workbooks.sheet_styles import CellForms
from conditioners.readers.workbooks.xls_dates import NUMBERS, show_zeros
from conditioners.readers.workbooks.xls_texts import CONTINUED, HEAD, LONGEST_RECORD

FORMULA_TEXT = 0x0207
_END = HEAD.pack(0x0A, 0)


class SheetCopy:
    """Takes the records of a sheet, and has them as they should be read where any is not."""

    def __init__(self, stream: bytearray, forms: CellForms, read: frozenset[int], where: str) -> None:
        """`read` are the records that the parser looks at; the first one is kept, whatever it is."""
        self._stream, self._forms, self._read, self._where = stream, forms, read, where
        self._copy, self._is_other = bytearray(), False
        self._text: list[bytes] = []
        """The text of a formula, and the records that continue it."""

    def take(self, kind: int, at: int, length: int) -> None:
        """The next record, by its kind, place and length; raises Refusal for a text longer than a record may be."""
        if kind == CONTINUED and self._text:
            self._text.append(bytes(self._stream[at : at + length]))
            return
        self._end_text()
        if kind == FORMULA_TEXT:
            self._text.append(bytes(self._stream[at : at + length]))
            return
        other = None
        if kind in NUMBERS and length >= 4:
            other = show_zeros(self._stream, (kind, at, length), self._forms)
            self._is_other = self._is_other or other is not None
        if not self._copy or kind in self._read:
            self._copy += other or self._stream[at - HEAD.size : at + length]

    def _end_text(self) -> None:
        """A text of several records, each of which says how wide its characters are, becomes one."""
        if not self._text:
            return
        content = self._text[0]
        if len(self._text) > 1:
            self._is_other = True
            content = content[:2] + b"\1" + b"".join(map(_widen, [content[2:], *self._text[1:]]))
        if len(content) > LONGEST_RECORD:
            raise Refusal("the workbook cannot be read: a formula gives a text longer than a record", self._where)
        self._copy += HEAD.pack(FORMULA_TEXT, len(content)) + content
        self._text = []

    def close(self) -> bytes | None:
        """The sheet is at its end: its records, or None where they are as they should be."""
        self._end_text()
        return bytes(self._copy + _END) if self._is_other else None


def _widen(part: bytes) -> bytes:
    """Characters of two bytes each, of a part that begins with how wide they are."""
    return part[1:] if part[:1] and part[0] & 1 else pack(f"<{len(part[1:])}H", *part[1:])
