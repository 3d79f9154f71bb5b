"""Thrift in its compact protocol, in which Parquet writes what it says of its columns and pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

I32, I64, LIST, STRUCT = 5, 6, 9, 12
_INTEGERS, _BINARY = (4, I32, I64), 8
_TRUE, _FALSE, _BYTE, _DOUBLE, _SET, _MAP = 1, 2, 3, 7, 10, 11
_DEEPEST, _LONGEST = 64, 63
"""Structures in each other, and bits of an integer but for its last seven."""
_MOST = 1_000_000
"""Values in lists that are passed over, but for integers: of 12 MB of metadata of real files, a quarter of that."""
_INTEGER = re.compile(rb"[\x80-\xff]*[\x00-\x7f]")
_THOUSAND = re.compile(rb"(?:[\x80-\xff]*[\x00-\x7f]){1000}")


class ThriftError(ValueError):
    """They are not what the protocol or parquet.thrift says."""


class Thrift:
    """A place in bytes of the compact protocol; raises IndexError behind their end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0
        self._left = _MOST

    @property
    def at(self) -> int:
        """How many bytes have been taken."""
        return self._at

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
        """How many structs the list holds that begins here; raises ThriftError where it holds others."""
        kind, count = self._list()
        if kind != STRUCT:
            raise ThriftError(f"they have a list of values of type {kind} where structures belong")
        return range(count)

    def integers(self, wanted: Mapping[int, int]) -> dict[int, int]:
        """Of the struct that begins here, the integers with these numbers and types; of several, the last one."""
        found = {}
        for number, kind in self.fields():
            if wanted.get(number) == kind:
                found[number] = self.signed()
            else:
                self.skip(kind)
        return found

    def signed(self) -> int:
        """The integer that begins here."""
        value = self._unsigned()
        return value >> 1 ^ -(value & 1)

    def skip(self, kind: int, depth: int = 0) -> None:
        """Pass over the value of a field; raises ThriftError for a type that there is not."""
        if depth > _DEEPEST:
            raise ThriftError(f"they are nested more than {_DEEPEST} levels deep")
        if kind in _INTEGERS:
            self._unsigned()
        elif kind == _BINARY:
            self._pass(self._unsigned())
        elif kind == STRUCT:
            for _, field in self.fields():
                self.skip(field, depth + 1)
        elif kind in (LIST, _SET):
            self._skip_all(*self._list(), depth + 1)
        elif kind == _MAP:
            self._skip_map(depth + 1)
        elif kind in (_BYTE, _DOUBLE):
            self._pass(1 if kind == _BYTE else 8)
        elif kind not in (_TRUE, _FALSE):
            raise ThriftError(f"they have a value of type {kind}")

    def _skip_all(self, kind: int, count: int, depth: int) -> None:
        if kind in (_TRUE, _FALSE, _BYTE):  # In a list, a truth value is a byte; as a field, it is its type.
            self._pass(count)
        elif kind in _INTEGERS:
            self._skip_integers(count)
        else:
            self._left -= count
            if self._left < 0:
                raise ThriftError(f"they have lists of more than {_MOST} values beside those of the columns")
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
                raise ThriftError("they have an integer of more than 64 bits")
            at += 1
            value |= (data[at] & 127) << shift
            shift += 7
        self._at = at + 1
        return value

    def _pass(self, count: int) -> None:
        self._at += count
        if self._at > len(self._data):
            raise IndexError
