"""Opens Parquet files: spooled, and checked against the limits by their metadata before any value is read."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.parquet.footer import ColumnChunk, read_chunks
from conditioners.readers.parquet.limits import check_pages, check_sizes
from conditioners.readers.parquet.thrift import ThriftError

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

_IN_MEMORY = 32 << 20
_TAIL = 8
"""Bytes of the metadata's length and the mark behind it."""


@dataclass(frozen=True)
class OpenedParquet:
    """A file that keeps to the limits, and the bytes that its columns take in it."""

    file: ParquetFile
    packed: int
    nested: int
    """The most values that the columns of lists have together in a row group."""


@contextmanager
def open_parquet_file(opened: OpenedRaw, limits: Limits) -> Iterator[OpenedParquet]:
    """The file, spooled to disk when it is large; raises Refusal when it is damaged or unpacks to too much."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        for block in opened.blocks():
            spool.write(block)
        packed = spool.tell()
        footer = _find_footer(spool, packed, limits)
        spool.seek(0)
        try:
            metadata = ParquetFile(pa.PythonFile(spool, mode="r")).metadata
            spool.seek(packed - _TAIL - footer)
            groups = _read_chunks(metadata, spool.read(footer))
            told = check_sizes(metadata, groups, packed, limits)
            checked = check_pages(spool, metadata, groups, limits)
            # A value that is stored once must not be repeated in memory for each of its rows.
            once = [path for path in _texts(metadata) if path not in checked.one_by_one]
            file = ParquetFile(pa.PythonFile(spool, mode="r"), metadata=metadata, read_dictionary=once)
            yield OpenedParquet(file, told, checked.listed)
        except UnicodeDecodeError as error:
            raise Refusal(f"the Parquet file cannot be read: a text in it is no UTF-8: {error.object[:80]!r}") from None
        except (pa.ArrowException, OSError) as error:
            raise Refusal(f"the Parquet file cannot be read: {error}") from None


def _find_footer(spool: IO[bytes], packed: int, limits: Limits) -> int:
    """The metadata's size, which stands before the last four bytes, whatever it is; raises Refusal beyond the limit."""
    if packed < _TAIL:
        return 0
    spool.seek(packed - _TAIL)
    size, _ = struct.unpack("<I4s", spool.read(_TAIL))
    if limits.footer_bytes < size < packed:
        raise Refusal(f"the metadata of the Parquet file are larger than the limit of {limits.footer_bytes} bytes")
    return int(size)


def _read_chunks(metadata: Any, footer: bytes) -> list[list[ColumnChunk]]:
    """The columns of each row group; raises Refusal where they are not those of the schema, or cannot be read."""
    try:
        groups = read_chunks(footer)
    except ThriftError as error:
        raise Refusal(f"the Parquet file cannot be read: of its metadata, {error}") from None
    if any(chunk.is_encrypted for group in groups for chunk in group):
        raise Refusal("the Parquet file has encrypted columns: have it written without encryption")
    if [len(group) for group in groups] != [metadata.num_columns] * metadata.num_row_groups:
        raise Refusal(f"the Parquet file cannot be read: not every row group has {metadata.num_columns} columns")
    return groups


def _texts(metadata: Any) -> list[str]:
    """The paths of the columns whose values have any length."""
    columns = (metadata.schema.column(number) for number in range(metadata.num_columns))
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
