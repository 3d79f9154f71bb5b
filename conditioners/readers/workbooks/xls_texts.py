"""The texts that cells of an xls share, which may go on in further records; their form is that of [MS-XLS] 2.4.265."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import Struct

from conditioners.outcome import Refusal

HEAD = Struct("<HH")
"""Kind and length of a record."""
STRINGS, CONTINUED = 0xFC, 0x3C
LONGEST_RECORD = (1 << 16) - 1
_MOST_PARTS = 1 << 14
"""Records they may go on in, twice what 64 MiB take. The parser moves those behind for each that it reads."""
_WIDE, _FIRST_HALF = 2, 0xD8
"""Bytes of a character, and the beginning of one that takes two (UTF-16)."""


def measure_texts(stream: bytearray, records: Sequence[tuple[int, int]]) -> list[int]:
    """Bytes of each shared text; `records` are place and length of the first record and those that continue it.

    Characters that two records share are put into one of them. Raises Refusal when a text is cut off.
    """
    if not records:
        return []
    if len(records) > _MOST_PARTS:
        raise Refusal(f"the texts that cells share go on over more than {_MOST_PARTS} records")
    reader = _Parts([bytes(stream[at : at + size]) for at, size in records], 8)
    lengths = list(_text_lengths(reader))
    for number in reversed(reader.torn):
        _join(stream, records[number][0], records[number + 1][0])
    return lengths


def _join(stream: bytearray, at: int, next_at: int) -> None:
    """Move half a character from a record's end to the next one, where its other half is: the parser loses both."""
    end = next_at - HEAD.size
    size, next_size = (int.from_bytes(stream[place - 2 : place], "little") for place in (at, next_at))
    if at + size != end or not _WIDE < next_size < LONGEST_RECORD - 1:
        return
    moved = stream[next_at : next_at + 1] + stream[end - 2 : end]
    stream[end - 2 : next_at + 1] = HEAD.pack(CONTINUED, next_size + 2) + moved
    stream[at - 2 : at] = (size - 2).to_bytes(2, "little")


def _text_lengths(reader: _Parts) -> Iterator[int]:
    """Bytes of each shared text, however many are told of: the parser reads all ([MS-XLS] 2.4.265, 2.5.293).

    Raises Refusal when there cannot be as many as are told of, or one is cut off.
    """
    if reader.told > reader.size // 3:
        raise Refusal("the workbook cannot be read: it tells of more texts than it has")
    while reader.has_more:
        count, flags = int.from_bytes(reader.take(2), "little"), reader.take(1)[0]
        runs = int.from_bytes(reader.take(2), "little") if flags & 8 else 0
        extra = int.from_bytes(reader.take(4), "little") if flags & 4 else 0
        reader.skip_text(count, 1 + (flags & 1))
        reader.skip(4 * runs + extra)
        if reader.is_cut_off:
            raise Refusal("the workbook cannot be read: a text that cells share is cut off")
        yield count * (2 + (flags & 1))


class _Parts:
    """A record and those that continue it."""

    def __init__(self, parts: list[bytes], start: int) -> None:
        self._parts, self._number, self._at = parts, 0, start
        self.told, self.size = int.from_bytes(parts[0][4:8], "little"), sum(map(len, parts))
        self.torn: list[int] = []
        """The numbers of parts that end with half a character, whose other half the next one begins with."""
        self.is_cut_off = False

    @property
    def has_more(self) -> bool:
        """Whether there are bytes left."""
        return self._at < len(self._parts[self._number]) or any(map(len, self._parts[self._number + 1 :]))

    def take(self, size: int) -> bytes:
        """The next bytes, which stand in one part."""
        self._go_on()
        found = self._parts[self._number][self._at : self._at + size]
        self._at += size
        self.is_cut_off = self.is_cut_off or len(found) < size
        return found.ljust(size, b"\0")

    def skip(self, size: int) -> None:
        """Pass over bytes, whichever parts they stand in."""
        while size > 0 and self._go_on():
            here = min(size, len(self._parts[self._number]) - self._at)
            self._at += here
            size -= here

    def skip_text(self, characters: int, width: int) -> None:
        """Pass over a text; where it goes on in another part, a byte there says how wide its characters are."""
        while characters > 0 and not self.is_cut_off:
            here = min(characters, (len(self._parts[self._number]) - self._at) // width)
            self._at += max(0, here) * width
            characters -= max(0, here)
            if characters > 0:
                if here > 0 and width == _WIDE and self._parts[self._number][self._at - 1] & 0xFC == _FIRST_HALF:
                    self.torn.append(self._number)
                self._at = len(self._parts[self._number])
                width = 1 + (self.take(1)[0] & 1)

    def _go_on(self) -> bool:
        """Begin the next part when this one is at its end; false at the end of all."""
        while self._at >= len(self._parts[self._number]):
            if self._number + 1 == len(self._parts):
                self.is_cut_off = True
                return False
            self._at -= len(self._parts[self._number])
            self._number += 1
        return True
