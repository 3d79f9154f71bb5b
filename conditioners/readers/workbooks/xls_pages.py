"""Workbooks of Excel 5 and 95, whose texts are in a code page, as those of later ones, whose texts are UTF-16.

The parser takes their texts and number formats for those of later ones. Records are those of [MS-XLS] 2.4, as their
predecessors were: a text is its length in bytes, and the bytes.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from struct import pack, unpack_from

from conditioners.outcome import Refusal
from conditioners.readers.workbooks.xls_texts import HEAD, LONGEST_RECORD

_BEGIN, _PAGE, _SHEET, _FORMAT, _LABEL, _RICH_LABEL, _FORMULA_TEXT = 0x0809, 0x42, 0x85, 0x041E, 0x0204, 0xD6, 0x0207
_OLD, _NEW = 0x0500, 0x0600
"""Versions of the records."""
_TEXTS = {_SHEET: (6, 1), _FORMAT: (2, 1), _LABEL: (6, 2), _RICH_LABEL: (6, 2), _FORMULA_TEXT: (0, 2)}
"""Where a record's text begins, and how many bytes its length takes."""
_MEANT = {367: "ascii", 10000: "mac_roman", 32768: "mac_roman", 32769: "cp1252", 1361: "johab"}
"""Code pages that Python does not name by their number."""
_DEFAULT = 1252
_TYPE_AT, _CELLS = 5, 0
"""Where the record of a sheet tells its type, and the type of one with cells."""
_NO_TEXTS = frozenset((0x17, 0x18))
"""References to other sheets, and names: both are of another form than later ones, and not read."""


def is_paged(stream: bytearray) -> bool:
    """Whether a workbook's stream begins as those do whose texts are in a code page."""
    return len(stream) >= 6 and unpack_from("<HHH", stream)[::2] == (_BEGIN, _OLD)


def widen_texts(stream: bytearray) -> tuple[bytearray, dict[str, str]]:
    """The stream of a workbook as later programs write it, and its encoding with the evidence.

    Raises Refusal for a code page that is not known, or does not have what a text holds.
    """
    widening = _Widening(stream)
    return widening.widen(), {"name": widening.encoding, "evidence": widening.evidence}


class _Widening:
    def __init__(self, stream: bytearray) -> None:
        self._stream = stream
        self.encoding, self.evidence = f"cp{_DEFAULT}", "the workbook does not say; this is the default"
        self._written = bytearray()
        self._begins: dict[int, int] = {}
        """Where each part begins, and where it does in what was written."""
        self._sheets: list[tuple[int, bool]] = []
        """Where it was written where a sheet begins, and whether that is one of cells."""

    def widen(self) -> bytearray:
        for kind, at, length in self._records():
            content = bytes(self._stream[at : at + length])
            if kind == _BEGIN:
                self._begins[at - HEAD.size] = len(self._written)
                content = pack("<H", _NEW) + content[2:]
            elif kind == _PAGE:
                self.encoding, self.evidence = _find_encoding(content), "the code page that the workbook names"
                content = pack("<H", 1200)
            elif kind in _TEXTS:
                kind, content = self._widen_text(kind, content, at)
            if kind not in _NO_TEXTS:
                self._written += HEAD.pack(kind, len(content)) + content
        for place, has_cells in self._sheets:
            begin = self._begins.get(unpack_from("<I", self._written, place)[0])
            if begin is None and has_cells:
                raise Refusal("the workbook cannot be read: a sheet begins where none is")
            # A module of a program may be nowhere; the workbook's beginning has no cells.
            self._written[place : place + 4] = pack("<I", begin or 0)
        return self._written

    def _records(self) -> Iterator[tuple[int, int, int]]:
        """Kind, place and length of all records that are whole."""
        at, end = HEAD.size, len(self._stream)
        while at <= end:
            kind, length = HEAD.unpack_from(self._stream, at - HEAD.size)
            if at + length > end:
                return
            yield kind, at, length
            at += length + HEAD.size

    def _widen_text(self, kind: int, content: bytes, at: int) -> tuple[int, bytes]:
        begin, size = _TEXTS[kind]
        length = int.from_bytes(content[begin : begin + size], "little")
        text = content[begin + size : begin + size + length]
        if len(content) < begin + size or len(text) < length:
            raise Refusal("the workbook cannot be read: a text is cut off", f"byte {at}")
        if kind == _SHEET:
            self._sheets.append((len(self._written) + HEAD.size, content[_TYPE_AT] == _CELLS))
        wide = self._decode(text, at).encode("utf-16-le", "surrogatepass")
        count = pack("<B" if kind == _SHEET else "<H", len(wide) // 2)
        found = content[:begin] + count + b"\1" + wide
        if len(found) > LONGEST_RECORD:
            raise Refusal("the workbook cannot be read: a text is longer than a record", f"byte {at}")
        return _LABEL if kind == _RICH_LABEL else kind, found

    def _decode(self, text: bytes, at: int) -> str:
        try:
            return text.decode(self.encoding)
        except UnicodeDecodeError:
            reason = f"the workbook is said to be in {self.encoding}, which does not have all bytes of a text"
            raise Refusal(reason, f"byte {at}") from None


def _find_encoding(content: bytes) -> str:
    """The name of a code page; raises Refusal for one that Python does not have."""
    number = int.from_bytes(content[:2], "little")
    name = _MEANT.get(number, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        raise Refusal(f"the workbook is in the code page {number}, which is not known") from None
    return name
