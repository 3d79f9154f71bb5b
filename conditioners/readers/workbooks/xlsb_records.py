"""Cuts parts of an xlsb package into records, whose form is that of [MS-XLSB] 2.1.4."""

from __future__ import annotations

from collections.abc import Iterator

from conditioners.limits import MIB
from conditioners.outcome import Refusal

_LONGEST_RECORD = MIB


class Records:
    """Cuts blocks of a part into records: kind and content."""

    def __init__(self, member: str) -> None:
        self._member = member
        self._rest = b""

    def cut(self, block: bytes) -> Iterator[tuple[int, bytes]]:
        """The records that are whole; raises Refusal for one that claims to be longer than any is."""
        data, at = self.join(block), 0
        end = len(data)
        while at + 2 <= end:
            kind, length, start = data[at], data[at + 1], at + 2
            if kind >= 0x80 or length >= 0x80:
                head = self.read_long(data, at)
                if head is None:
                    break
                kind, length, start = head
            if start + length > end:
                break
            yield kind, data[start : start + length]
            at = start + length
        self.keep(data[at:])

    def join(self, block: bytes) -> bytes:
        """The next block behind what was kept of those before."""
        return self._rest + block

    def keep(self, rest: bytes) -> None:
        """The beginning of a record, which goes on in the next block."""
        self._rest = rest

    def read_long(self, data: bytes, at: int) -> tuple[int, int, int] | None:
        """Kind, length and place of a record either of which takes several bytes; raises Refusal for too long a one."""
        head = read_head(data, at)
        if head is not None and head[1] > _LONGEST_RECORD:
            raise Refusal(f"the workbook has a record longer than {_LONGEST_RECORD} bytes", self._member)
        return head

    def close(self) -> None:
        """The part is at its end; raises Refusal when a record is not."""
        if self._rest:
            raise Refusal("the workbook cannot be read: a record runs over its part's end", self._member)


def read_head(data: bytes | bytearray, at: int) -> tuple[int, int, int] | None:
    """Kind and length of a record and where its content begins; None when that is cut off."""
    end = len(data)
    if at + 2 > end:
        return None
    kind = data[at]
    at += 1
    if kind & 0x80:
        kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
        at += 1
    length = 0
    for shift in (0, 7, 14, 21):
        if at >= end:
            return None
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return kind, length, at


def cut_off(kind: int, where: str) -> Refusal:
    """The parser would take what is missing from the record before, again and again."""
    return Refusal(f"the workbook cannot be read: a record of kind {kind} is cut off", where)
