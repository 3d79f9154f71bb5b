"""Unpacks gzip, bzip2, xz and zstd as streams: one member behind the other, as `cat a.gz b.gz` makes them."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import IO, Any, Protocol, cast

from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal

_GZIP, _PACKED, _MOST_EMPTY = 31, 1 << 16, 1000


class _Member(Protocol):
    """One compressed stream."""

    @property
    def eof(self) -> bool:
        """Whether it has come to its end."""

    @property
    def needs_input(self) -> bool:
        """Whether it has nothing to give without more packed bytes."""

    def decompress(self, packed: bytes, size: int) -> bytes:
        """At most so many unpacked bytes."""

    @property
    def rest(self) -> bytes:
        """Packed bytes that it has been given and will not need, or be given again."""


class _GzipMember:
    """One member of a gzip file; its header is read by zlib, not byte by byte."""

    needs_input = True

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(_GZIP)
        self.decompress = self._zlib.decompress

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def rest(self) -> bytes:
        return self._zlib.unused_data if self._zlib.eof else self._zlib.unconsumed_tail


class _Buffering:
    """One stream of a bzip2 or xz file: their decompressors keep what they are given."""

    def __init__(self, decompressor: bz2.BZ2Decompressor | lzma.LZMADecompressor, limits: Limits) -> None:
        self._decompressor, self._limits = decompressor, limits

    @property
    def eof(self) -> bool:
        return self._decompressor.eof

    @property
    def needs_input(self) -> bool:
        return self._decompressor.needs_input

    def decompress(self, packed: bytes, size: int) -> bytes:
        try:
            return self._decompressor.decompress(packed, size)
        except lzma.LZMAError as error:
            if "Memory usage limit" not in str(error):
                raise
            most = self._limits.dictionary_bytes // MIB
            raise Refusal(f"the file takes more than {most} MiB of memory to unpack") from error

    @property
    def rest(self) -> bytes:
        return self._decompressor.unused_data if self._decompressor.eof else b""


class _Members:
    """The members of a packed file one after the other."""

    def __init__(self, stream: Any, begin: Callable[[], _Member]) -> None:
        self._stream, self._begin = stream, begin
        self._packed = b""
        self._member = begin()
        self._nothing = 0
        """Members since the last that held something."""

    def read(self, size: int) -> bytes:
        """At most that many bytes; none at the end. Raises EOFError when that comes too early."""
        while True:
            if self._member.eof and not self._begin_next():
                return b""
            if not self._packed and self._member.needs_input:
                self._packed = self._stream.read(_PACKED)
                if not self._packed:
                    raise EOFError("it ends early")
            unpacked = self._member.decompress(self._packed, size)
            self._packed = self._member.rest
            if unpacked:
                self._nothing = 0
                return unpacked

    def _begin_next(self) -> bool:
        """Go on to the next member, behind what may fill the file up; false at the end."""
        while not (packed := self._packed.lstrip(b"\0")):
            self._packed = self._stream.read(_PACKED)
            if not self._packed:
                return False
        self._nothing += 1
        if self._nothing > _MOST_EMPTY:
            raise Refusal(f"the file has more than {_MOST_EMPTY} empty members in a row")
        self._packed, self._member = packed, self._begin()
        return True

    def close(self) -> None:
        """Nothing is held open here."""


def _open_gzip(stream: Any, _: Limits) -> IO[bytes]:
    return cast(IO[bytes], _Members(stream, _GzipMember))


def _open_bzip2(stream: Any, limits: Limits) -> IO[bytes]:
    return cast(IO[bytes], _Members(stream, lambda: _Buffering(bz2.BZ2Decompressor(), limits)))


def _open_xz(stream: Any, limits: Limits) -> IO[bytes]:
    def begin() -> _Member:
        return _Buffering(lzma.LZMADecompressor(lzma.FORMAT_XZ, limits.dictionary_bytes), limits)

    return cast(IO[bytes], _Members(stream, begin))


def _open_zstd(stream: Any, _: Limits) -> IO[bytes]:
    import pyarrow as pa

    return cast(IO[bytes], pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd"))


COMPRESSIONS: dict[bytes, Callable[[Any, Limits], IO[bytes]]] = {
    b"\x1f\x8b\x08": _open_gzip,
    b"BZh": _open_bzip2,
    b"\xfd7zXZ\x00": _open_xz,
    b"\x28\xb5\x2f\xfd": _open_zstd,
    # Frames to be skipped, which pzstd puts before each of those with data.
    **{bytes([kind]) + b"\x2a\x4d\x18": _open_zstd for kind in range(0x50, 0x60)},
}
"""What a file begins with that is packed in one of these ways, and how to unpack its stream."""
