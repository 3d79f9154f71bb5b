"""Compound files (xls, encrypted workbooks): finds the workbook in one, and wraps it anew for a parser that trusts it.

The parser follows chains of sectors until they end, and takes the lengths that a file claims for true; a circle in a
file of 5 KB costs all memory there is. The layout is that of [MS-CFB] 2.2 to 2.6.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from conditioners.outcome import Refusal

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_SHIFT, _FIRST_FOLDER, _FIRST_MINI, _FIRST_TABLE, _TABLES = 0x1E, 0x30, 0x3C, 0x44, 0x4C
_TABLES_IN_HEADER = 109
_LARGEST = 0xFFFFFFFA
"""The largest number that a sector may have; greater ones are marks, such as that of a chain's end."""
_ENTRY, _NAME, _START = 128, 64, 116
_MINI, _SMALL = 64, 4096
"""The size of a small sector, and the one from which on a stream stands in large ones."""
_CHAIN_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_WRAPPED_SIZE = 4096
_END_OF_PART = b"\x0a\0\0\0"
"""An empty record ([MS-XLS] 2.4.103); what stands behind it is not read."""
WORKBOOKS = ("Workbook", "Book")
ENCRYPTED = "EncryptedPackage"


@dataclass(frozen=True)
class _Entry:
    name: str
    first: int
    size: int


class Container:
    """A compound file; raises Refusal when its header is cut off or of no use, or a chain of sectors never ends."""

    def __init__(self, data: bytes) -> None:
        if len(data) < _HEADER:
            raise Refusal("the workbook cannot be read: its header is cut off")
        shift = struct.unpack_from("<H", data, _SHIFT)[0]
        if shift not in (9, 12):
            raise Refusal("the workbook cannot be read: it has sectors of no size that there is")
        self._data, self._size = data, 1 << shift
        self._links = [link for sector in self._table_sectors() for link in self._numbers(sector)]
        folder = self._read(struct.unpack_from("<I", data, _FIRST_FOLDER)[0])
        self._entries = [_read_entry(folder[at : at + _ENTRY]) for at in range(0, len(folder) - _ENTRY + 1, _ENTRY)]

    def has(self, name: str) -> bool:
        """Whether there is a stream of that name."""
        return any(entry.name == name for entry in self._entries)

    def find_workbook(self) -> tuple[str, bytearray]:
        """Name and content of the stream with the workbook; raises Refusal when there is none."""
        entry = next((entry for name in WORKBOOKS for entry in self._entries if entry.name == name), None)
        if entry is None:
            raise Refusal("the workbook cannot be read: the file holds something else")
        stream = self._stream(entry)
        if len(stream) < entry.size:
            raise Refusal(f"the file is damaged or cut off: the workbook in it has {entry.size} bytes")
        return entry.name, stream

    def _stream(self, entry: _Entry) -> bytearray:
        if entry.size >= _SMALL:
            return self._read(entry.first)[: entry.size]
        small = self._read(self._entries[0].first)
        table = self._read(struct.unpack_from("<I", self._data, _FIRST_MINI)[0])
        links = struct.unpack_from(f"<{len(table) // 4}I", table)
        found = bytearray()
        for sector in _chain(links, entry.first):
            found += small[sector * _MINI : (sector + 1) * _MINI]
        return found[: entry.size]

    def _read(self, first: int) -> bytearray:
        """All sectors of a chain, as far as the file has them."""
        found = bytearray()
        for sector in _chain(self._links, first):
            found += self._data[(sector + 1) * self._size : (sector + 2) * self._size]
        return found

    def _numbers(self, sector: int) -> tuple[int, ...]:
        """The numbers in one sector, as far as the file has it."""
        found = self._data[(sector + 1) * self._size : (sector + 2) * self._size]
        return struct.unpack_from(f"<{len(found) // 4}I", found)

    def _table_sectors(self) -> Iterator[int]:
        """The sectors of the table that links all sectors: some are named in the header, further ones in a chain."""
        most = len(self._data) // self._size
        named = struct.unpack_from(f"<{_TABLES_IN_HEADER}I", self._data, _TABLES)
        yield from islice((number for number in named if number <= _LARGEST), most)
        following = struct.unpack_from("<I", self._data, _FIRST_TABLE)[0]
        seen = set[int]()
        while following <= _LARGEST:
            numbers = self._numbers(following)
            if following in seen or len(numbers) < self._size // 4:
                raise Refusal("the workbook cannot be read: its table of sectors has no end")
            seen.add(following)
            yield from (number for number in numbers[:-1] if number <= _LARGEST)
            following = numbers[-1]


def _read_entry(entry: bytearray) -> _Entry:
    name = bytes(entry[:_NAME]).decode("utf-16-le", "replace").partition("\0")[0]
    first, size = struct.unpack_from("<II", entry, _START)
    return _Entry(name, first, size)


def _chain(links: Sequence[int], first: int) -> Iterator[int]:
    """The sectors of a chain; raises Refusal when it runs in a circle."""
    for _ in range(len(links)):
        if first >= len(links):
            return
        yield first
        first = links[first]
    if first < len(links):
        raise Refusal("the workbook cannot be read: a chain of its sectors runs in a circle")


def wrap(name: str, stream: bytearray) -> bytes:
    """A compound file of version 4 whose only stream this is; it must fit the table that the header can name."""
    size, numbers = _WRAPPED_SIZE, _WRAPPED_SIZE // 4
    stream = stream if len(stream) >= _SMALL else (stream + _END_OF_PART).ljust(_SMALL, b"\0")
    sectors = max(1, -(-len(stream) // size))
    padding = bytes(sectors * size - len(stream))
    tables = -(-(sectors + 2) // (numbers - 1))
    folder, small, first = tables, tables + 1, tables + 2
    header = bytearray(MAGIC.ljust(size, b"\0"))
    struct.pack_into("<HHHHH", header, 0x18, 0x3E, 4, 0xFFFE, 12, 6)
    struct.pack_into("<IIIIIIIII", header, 0x28, 1, tables, folder, 0, _SMALL, _CHAIN_END, 0, _CHAIN_END, 0)
    named = [*range(tables), *[_FREE] * (_TABLES_IN_HEADER - tables)]
    struct.pack_into(f"<{_TABLES_IN_HEADER}I", header, _TABLES, *named)
    links = [*[_TABLE] * tables, _CHAIN_END, _CHAIN_END, *range(first + 1, first + sectors), _CHAIN_END]
    links += [_FREE] * (tables * numbers - len(links))
    entries = _entry("Root Entry", 5, small, 0, child=1) + _entry(name, 2, first, len(stream))
    table = struct.pack(f"<{len(links)}I", *links)
    return b"".join((bytes(header), table, entries.ljust(size, b"\0"), bytes(size), stream, padding))


def _entry(name: str, kind: int, first: int, size: int, child: int = _FREE) -> bytes:
    text = name.encode("utf-16-le")
    entry = bytearray(text.ljust(_ENTRY, b"\0"))
    struct.pack_into("<HBBIII", entry, _NAME, len(text) + 2, kind, 1, _FREE, _FREE, child)
    struct.pack_into("<IQ", entry, _START, first, size)
    return bytes(entry)
