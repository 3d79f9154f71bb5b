"""How samples are compressed, and how what was cut of them is again."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from typing import BinaryIO, NamedTuple, Protocol


class _Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes:
        """So many bytes, or all."""
        ...


class Compression(NamedTuple):
    """Gives the bytes that a stream unpacks to, and packs bytes, the same ones always to the same."""

    open: Callable[[BinaryIO], _Readable]
    pack: Callable[[bytes], bytes]


def _open_zstd(stream: BinaryIO) -> _Readable:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(stream, "r"), "zstd")  # type: ignore[no-any-return]


def _pack_gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _pack_zstd(data: bytes) -> bytes:
    import pyarrow as pa

    return pa.compress(data, "zstd", asbytes=True)  # type: ignore[no-any-return]


COMPRESSIONS = {
    b"\x1f\x8b\x08": Compression(gzip.open, _pack_gzip),
    b"BZh": Compression(bz2.BZ2File, bz2.compress),
    b"\xfd7zXZ\x00": Compression(lzma.LZMAFile, lzma.compress),
    b"\x28\xb5\x2f\xfd": Compression(_open_zstd, _pack_zstd),
}
"""By the bytes that a file begins with."""
