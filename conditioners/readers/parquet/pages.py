"""What the pages of a Parquet file say that they unpack to: of that, the metadata behind them may tell anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import IO

from conditioners.readers.parquet.footer import ColumnChunk
from conditioners.readers.parquet.thrift import I32, STRUCT, Thrift, ThriftError

_TYPE, _UNPACKED, _PACKED = 1, 2, 3
_FIELDS = {_TYPE: I32, _UNPACKED: I32, _PACKED: I32}
_KINDS, _VALUES = {5: 0, 8: 3}, 1
"""Where what is said of values stands, and of which type of page that is."""
_ENCODING = {5: 2, 8: 4}
"""Where it is said how the values are written."""
_USUAL, _LARGEST = 256, 1 << 24
"""Bytes of a page's header, which may have statistics; pyarrow reads no larger ones."""


@dataclass(frozen=True)
class Pages:
    """Bytes that some unpack to, and values in them, with those of lists and nulls."""

    unpacked: int = 0
    values: int = 0
    encodings: frozenset[int] = frozenset()
    """How the values are written, by the numbers of parquet.thrift."""


def measure_pages(file: IO[bytes], chunk: ColumnChunk) -> Pages:
    """What the pages of a column say of themselves, as far as pyarrow would read them; raises ThriftError."""
    at, end = chunk.first, chunk.first + chunk.packed
    unpacked, values, encodings = 0, 0, frozenset[int]()
    while at < end and values < chunk.values:
        page, at = _read_page(file, at)
        unpacked, values, encodings = unpacked + page.unpacked, values + page.values, encodings | page.encodings
    return Pages(unpacked, values, encodings)


def _read_page(file: IO[bytes], at: int) -> tuple[Pages, int]:
    """What a page says of itself, and where the next one stands."""
    most = _USUAL
    while True:
        file.seek(at)
        data = file.read(most)
        try:
            page, size = _parse(Thrift(data))
            return page, at + size
        except IndexError:
            if len(data) < most or most >= _LARGEST:
                raise ThriftError("they end too early") from None
            most *= 16


def _parse(thrift: Thrift) -> tuple[Pages, int]:
    """A page, and how many bytes it has with its header."""
    told, held = dict[int, int](), dict[int, Pages]()
    for number, kind in thrift.fields():
        if _FIELDS.get(number) == kind:
            told[number] = thrift.signed()
        elif number in _KINDS and kind == STRUCT:
            written = _ENCODING[number]
            values = thrift.integers({_VALUES: I32, written: I32})
            held[_KINDS[number]] = Pages(0, values.get(_VALUES, 0), frozenset({values.get(written, 0)}))
        else:
            thrift.skip(kind)
    page = replace(held.get(told.get(_TYPE, 0), Pages()), unpacked=told.get(_UNPACKED, 0))
    if min(page.unpacked, page.values, packed := told.get(_PACKED, 0)) < 0:
        raise ThriftError("a page has a size or count below 0")
    return page, thrift.at + packed
