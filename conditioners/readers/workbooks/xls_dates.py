"""Numbers of an xls as their styles show them: those that are no days, and zeros; records are those of [MS-XLS] 2.4."""

from __future__ import annotations

from collections.abc import Iterator
from struct import pack, unpack_from

from conditioners.readers.workbooks.sheet_styles import CellForms, find_forms
from conditioners.readers.workbooks.xlsb_numbers import read_short

_EPOCH, _FORMAT, _STYLE = 0x22, 0x041E, 0xE0
_NUMBER, _FORMULA, _SHORT, _SEVERAL = 0x0203, 0x06, 0x027E, 0xBD
NUMBERS = (_NUMBER, _FORMULA, _SHORT, _SEVERAL)
"""Records of a number, of a formula, of a number in short, and of several of those."""
_TEXT = 0x0204
_NO_NUMBER, _NO_STYLE = b"\xff\xff", b"\xff\xff"


class XlsStyles:
    """Takes the records of a workbook's globals; most of them say nothing."""

    def __init__(self) -> None:
        self._from_1904 = False
        self._codes: dict[int, str] = {}
        self._styles: list[int] = []

    def take(self, kind: int, content: bytes) -> None:
        """The next record."""
        if kind == _EPOCH:
            self._from_1904 = content[:1] == b"\1"
        elif kind == _STYLE:
            self._styles.append(int.from_bytes(content[2:4], "little"))
        elif kind == _FORMAT and len(content) > 5:
            code = content[5:].decode("utf-16-le" if content[4] & 1 else "latin-1", "replace")
            self._codes[int.from_bytes(content[:2], "little")] = code

    def find(self) -> CellForms:
        """What the styles show."""
        return find_forms(self._codes, self._styles, from_1904=self._from_1904)


def mend_dates(stream: bytearray, kind: int, at: int, length: int, forms: CellForms) -> None:
    """Take the style from numbers that are no days though it shows days: the parser invents some for them."""
    for style_at, value in _find_numbers(stream, kind, at, length):
        if int.from_bytes(stream[style_at : style_at + 2], "little") in forms.days and forms.is_no_day(value):
            stream[style_at : style_at + 2] = _NO_STYLE


def show_zeros(stream: bytearray, record: tuple[int, int, int], forms: CellForms) -> bytes | None:
    """A record of numbers with a text for each one that zeros are shown before; None if there is none."""
    kind, at, length = record
    found = list(_find_numbers(stream, kind, at, length))
    texts = [forms.pad(int.from_bytes(stream[place : place + 2], "little"), value) for place, value in found]
    if not any(texts):
        return None
    row, first = stream[at : at + 2], int.from_bytes(stream[at + 2 : at + 4], "little")
    written = bytearray()
    for number, ((place, _), text) in enumerate(zip(found, texts, strict=True)):
        head = row + pack("<H", first + number) + stream[place : place + 2]
        if text is None:
            written += pack("<HH", _SHORT, len(head) + 4) + head + stream[place + 2 : place + 6]
        else:
            content = head + pack("<HB", len(text), 0) + text.encode()
            written += pack("<HH", _TEXT, len(content)) + content
    return bytes(written)


def _find_numbers(stream: bytearray, kind: int, at: int, length: int) -> Iterator[tuple[int, float]]:
    """Where the style of each number of a record stands, and the number."""
    if kind == _SEVERAL:
        for place in range(at + 4, at + length - 7, 6):
            yield place, read_short(int.from_bytes(stream[place + 2 : place + 6], "little"))
    elif kind == _SHORT and length >= 10:
        yield at + 4, read_short(int.from_bytes(stream[at + 6 : at + 10], "little"))
    elif (
        kind in (_NUMBER, _FORMULA)
        and length >= 14
        and not (kind == _FORMULA and stream[at + 12 : at + 14] == _NO_NUMBER)
    ):
        yield at + 4, unpack_from("<d", stream, at + 6)[0]
