"""What the metadata of a Parquet file say of each column's bytes, read here, as pyarrow ends the process over some.

pyarrow looks into a column's metadata outside of any handler: where a column is encrypted, its statistics do not add
up, or a row group has more columns than the schema, the process aborts, and with it all other work. The metadata are
Thrift in its compact protocol; of the fields only those below are read, by the numbers that parquet.thrift gives them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ROW_GROUPS, _COLUMNS, _COLUMN, _KEY = 4, 1, 3, 8
_UNPACKED, _PACKED = 6, 7
_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 0, 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = (4, 5, 6)
_DEEPEST, _LONGEST = 64, 63
"""Structures in each other, and bits of an integer but for its last seven."""
_MOST = 1_000_000
"""Values in lists that are passed over, but for integers: of 12 MB of metadata of real files, a quarter of that."""
_INTEGER = re.compile(rb"[\x80-\xff]*[\x00-\x7f]")
_THOUSAND = re.compile(rb"(?:[\x80-\xff]*[\x00-\x7f]){1000}")


class FooterError(ValueError):
    """The metadata are not what parquet.thrift says."""


@dataclass(frozen=True)
class ColumnChunk:
    """A column's bytes in a row group: packed, as they stand in the file, and unpacked."""

    packed: int = 0
    unpacked: int = 0
    is_encrypted: bool = False


def read_chunks(footer: bytes) -> list[list[ColumnChunk]]:
    """For each row group its columns, in the order in which they stand there; raises FooterError."""
    thrift = _Thrift(footer)
    groups: list[list[ColumnChunk]] = []
    try:
        for number, kind in thrift.fields():
            if number == _ROW_GROUPS and kind == _LIST:
                groups = [_read_group(thrift) for _ in thrift.structs()]
            else:
                thrift.skip(kind)
    except IndexError:
        raise FooterError("they end too early") from None
    return groups


def _read_group(thrift: _Thrift) -> list[ColumnChunk]:
    chunks: list[ColumnChunk] = []
    for number, kind in thrift.fields():
        if number == _COLUMNS and kind == _LIST:
            chunks = [_read_chunk(thrift) for _ in thrift.structs()]
        else:
            thrift.skip(kind)
    return chunks


def _read_chunk(thrift: _Thrift) -> ColumnChunk:
    sizes, is_encrypted = {}, False
    for number, kind in thrift.fields():
        if number == _COLUMN and kind == _STRUCT:
            sizes = _read_sizes(thrift)
        else:
            is_encrypted |= number == _KEY
            thrift.skip(kind)
    return ColumnChunk(sizes.get(_PACKED, 0), sizes.get(_UNPACKED, 0), is_encrypted)


def _read_sizes(thrift: _Thrift) -> dict[int, int]:
    sizes = {}
    for number, kind in thrift.fields():
        if number in (_UNPACKED, _PACKED) and kind in _INTEGERS:
            sizes[number] = thrift.signed()
        else:
            thrift.skip(kind)
    return sizes


class _Thrift:
    """A place in bytes of the compact protocol; raises IndexError behind their end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0
        self._left = _MOST

    def fields(self) -> Iterator[tuple[int, int]]:
        """Number and type of each field of the struct that begins here; who takes one moves on behind its value."""
        number = 0
        while head := self._data[self._at]:
            self._at += 1
            # The number follows where it is not a few more than the last one.
            number = number + (head >> 4) if head >> 4 else self.signed()
            yield number, head & 15
        self._at += 1

    def structs(self) -> range:
        """How many structs the list holds that begins here; raises FooterError where it holds others."""
        kind, count = self._list()
        if kind != _STRUCT:
            raise FooterError(f"they have a list of values of type {kind} where structures belong")
        return range(count)

    def signed(self) -> int:
        """The integer that begins here."""
        value = self._unsigned()
        return value >> 1 ^ -(value & 1)

    def skip(self, kind: int, depth: int = 0) -> None:
        """Pass over the value of a field; raises FooterError for a type that there is not."""
        if depth > _DEEPEST:
            raise FooterError(f"they are nested more than {_DEEPEST} levels deep")
        if kind in _INTEGERS:
            self._unsigned()
        elif kind == _BINARY:
            self._pass(self._unsigned())
        elif kind == _STRUCT:
            for _, field in self.fields():
                self.skip(field, depth + 1)
        elif kind in (_LIST, _SET):
            self._skip_all(*self._list(), depth + 1)
        elif kind == _MAP:
            self._skip_map(depth + 1)
        elif kind in (_BYTE, _DOUBLE):
            self._pass(1 if kind == _BYTE else 8)
        elif kind not in (_TRUE, _FALSE):
            raise FooterError(f"they have a value of type {kind}")

    def _skip_all(self, kind: int, count: int, depth: int) -> None:
        if kind in (_TRUE, _FALSE, _BYTE):  # In a list, a truth value is a byte; as a field, it is its type.
            self._pass(count)
        elif kind in _INTEGERS:
            self._skip_integers(count)
        else:
            self._left -= count
            if self._left < 0:
                raise FooterError(f"they have lists of more than {_MOST} values beside those of the columns")
            for _ in range(count):
                self.skip(kind, depth)

    def _skip_integers(self, count: int) -> None:
        for step, several in ((1000, _THOUSAND), (1, _INTEGER)):
            for _ in range(count // step):
                found = several.match(self._data, self._at)
                if found is None:
                    raise IndexError
                self._at = found.end()
            count %= step

    def _skip_map(self, depth: int) -> None:
        if count := self._unsigned():
            kinds = self._byte()
            for _ in range(count):
                self._skip_all(kinds >> 4, 1, depth)
                self._skip_all(kinds & 15, 1, depth)

    def _list(self) -> tuple[int, int]:
        head = self._byte()
        return head & 15, head >> 4 if head >> 4 < 15 else self._unsigned()

    def _byte(self) -> int:
        value = self._data[self._at]
        self._at += 1
        return value

    def _unsigned(self) -> int:
        data, at = self._data, self._at
        value, shift = data[at] & 127, 7
        while data[at] > 127:
            if shift > _LONGEST:
                raise FooterError("they have an integer of more than 64 bits")
            at += 1
            value |= (data[at] & 127) << shift
            shift += 7
        self._at = at + 1
        return value

    def _pass(self, count: int) -> None:
        self._at += count
        if self._at > len(self._data):
            raise IndexError
