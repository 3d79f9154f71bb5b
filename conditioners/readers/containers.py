"""Checks compound files (xls, encrypted workbooks) before a parser sees them: no chain of sectors runs in a circle.

The parser follows chains until they end, and keeps what it reads; a circle in a file of 5 KB costs all memory there is.
The layout is that of [MS-CFB] 2.2 to 2.5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from conditioners.outcome import Refusal

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_SHIFT, _FIRST_MINI, _FIRST_TABLE, _TABLES = 0x1E, 0x3C, 0x44, 0x4C
_TABLES_IN_HEADER = 109
_LARGEST = 0xFFFFFFFA
"""The largest number that a sector may have; greater ones are marks, such as that of a chain's end."""


def check_container(data: bytes) -> None:
    """Raises Refusal when the header is cut off, or a chain of sectors or of small sectors never ends."""
    if len(data) < _HEADER:
        raise Refusal("the workbook cannot be read: its header is cut off")
    shift = struct.unpack_from("<H", data, _SHIFT)[0]
    if shift not in (9, 12):
        raise Refusal("the workbook cannot be read: it has sectors of no size that there is")
    size = 1 << shift
    links = [link for sector in _table_sectors(data, size) for link in _numbers(data, sector, size)]
    first_mini = struct.unpack_from("<I", data, _FIRST_MINI)[0]
    if not _has_circle(links):
        mini = [link for sector in _chain(links, first_mini) for link in _numbers(data, sector, size)]
        if not _has_circle(mini):
            return
    raise Refusal("the workbook cannot be read: a chain of its sectors runs in a circle")


def _numbers(data: bytes, sector: int, size: int) -> tuple[int, ...]:
    """The numbers in one sector, as far as the file has it."""
    found = data[(sector + 1) * size : (sector + 2) * size]
    return struct.unpack_from(f"<{len(found) // 4}I", found)


def _table_sectors(data: bytes, size: int) -> Iterator[int]:
    """The sectors of the table that links all sectors: some are named in the header, further ones in a chain."""
    yield from (n for n in struct.unpack_from(f"<{_TABLES_IN_HEADER}I", data, _TABLES) if n <= _LARGEST)
    following = struct.unpack_from("<I", data, _FIRST_TABLE)[0]
    seen = set[int]()
    while following <= _LARGEST:
        numbers = _numbers(data, following, size)
        if following in seen or len(numbers) < size // 4:
            raise Refusal("the workbook cannot be read: its table of sectors has no end")
        seen.add(following)
        yield from (n for n in numbers[:-1] if n <= _LARGEST)
        following = numbers[-1]


def _chain(links: Sequence[int], first: int) -> Iterator[int]:
    """The sectors of a chain, of which is known that it runs in no circle."""
    while first < len(links):
        yield first
        first = links[first]


def _has_circle(links: Sequence[int]) -> bool:
    """Whether following the links from anywhere leads back there."""
    visited = bytearray(len(links))
    for start in range(len(links)):
        path, at = [], start
        while at < len(links) and not visited[at]:
            visited[at] = 1
            path.append(at)
            at = links[at]
        if at < len(links) and visited[at] == 1:
            return True
        for passed in path:
            visited[passed] = 2
    return False
