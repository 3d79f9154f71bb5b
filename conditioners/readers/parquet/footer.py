"""What the metadata of a Parquet file say of each column's bytes, read here, as pyarrow ends the process over some.

pyarrow looks into a column's metadata outside of any handler: where a column is encrypted, its statistics do not add
up, or a row group has more columns than the schema, the process aborts, and with it all other work. Of the fields only
those below are read, by the numbers that parquet.thrift gives them.
"""

from __future__ import annotations

from dataclasses import dataclass

from conditioners.readers.parquet.thrift import I32, I64, LIST, STRUCT, Thrift, ThriftError

_ROW_GROUPS, _COLUMNS, _COLUMN, _KEY = 4, 1, 3, 8
_CODEC, _VALUES, _UNPACKED, _PACKED, _DATA, _DICTIONARY = 4, 5, 6, 7, 9, 11
_WANTED = {_CODEC: I32, _VALUES: I64, _UNPACKED: I64, _PACKED: I64, _DATA: I64, _DICTIONARY: I64}


@dataclass(frozen=True)
class ColumnChunk:
    """A column's bytes in a row group: packed, as they stand in the file, and unpacked."""

    packed: int = 0
    unpacked: int = 0
    is_encrypted: bool = False
    codec: int = 0
    """What its pages are packed by; 0 where they are not."""
    values: int = 0
    """Those of lists included, and nulls."""
    first: int = 0
    """Where its first page stands in the file."""


def read_chunks(footer: bytes) -> list[list[ColumnChunk]]:
    """For each row group its columns, in the order in which they stand there; raises ThriftError."""
    thrift = Thrift(footer)
    groups: list[list[ColumnChunk]] = []
    try:
        for number, kind in thrift.fields():
            if number == _ROW_GROUPS and kind == LIST:
                groups = [_read_group(thrift) for _ in thrift.structs()]
            else:
                thrift.skip(kind)
    except IndexError:
        raise ThriftError("they end too early") from None
    return groups


def _read_group(thrift: Thrift) -> list[ColumnChunk]:
    chunks: list[ColumnChunk] = []
    for number, kind in thrift.fields():
        if number == _COLUMNS and kind == LIST:
            chunks = [_read_chunk(thrift) for _ in thrift.structs()]
        else:
            thrift.skip(kind)
    return chunks


def _read_chunk(thrift: Thrift) -> ColumnChunk:
    told, is_encrypted = dict[int, int](), False
    for number, kind in thrift.fields():
        if number == _COLUMN and kind == STRUCT:
            told = thrift.integers(_WANTED)
        else:
            is_encrypted |= number == _KEY
            thrift.skip(kind)
    packed, unpacked, codec, values = (told.get(number, 0) for number in (_PACKED, _UNPACKED, _CODEC, _VALUES))
    first = data = told.get(_DATA, 0)
    if 0 < told.get(_DICTIONARY, 0) < data:
        first = told[_DICTIONARY]
    if min(packed, unpacked, values, first) < 0:
        raise ThriftError("a column has a size or place below 0")
    return ColumnChunk(packed, unpacked, is_encrypted, codec, values, first)
