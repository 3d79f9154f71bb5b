"""What a packed file may unpack to: streams that are counted, and whose faults are Refusals."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, cast

from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal
from conditioners.raw import BlockStream

_USUAL_RATIO = 10
"""How many times its packed size text mostly unpacks to, or less."""
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip
Count = Callable[[int, int], None]
"""Takes note of the bytes that a stream has unpacked to until now, and of those they were packed in."""


class Allowance:
    """Counts what everything in a raw file unpacks to, and refuses what is more than may be."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._unpacked = 0
        self.whole: int | None = None
        """The size of the raw file that everything is packed in, if that is known."""

    @property
    def is_exhausted(self) -> bool:
        """Whether the file as a whole has unpacked to more than it may."""
        return self._unpacked > self._limits.unpacked_bytes or self._is_too_much(self._unpacked)

    def _is_too_much(self, unpacked: int) -> bool:
        most = self._limits.unpacked_free + (self.whole or 0) * self._limits.unpacked_ratio
        return self.whole is not None and unpacked > most

    def require(self, claimed: int) -> None:
        """Raises Refusal if the members of an archive claim to be more than they may."""
        if self._is_too_much(claimed):
            raise self._refuse_ratio()

    def begin_count(self) -> Count:
        """A count for one file, in which bytes that are read a second time do not count again."""
        most = 0

        def count(total: int, packed: int) -> None:
            nonlocal most
            new, most = max(0, total - most), max(most, total)
            self._count(new, total, packed)

        return count

    def look_ahead(self, head: bytes, opener: Callable[[Any, Limits], IO[bytes]]) -> None:
        """Refuse what unpacks to too much from its beginning on, before any row of it is read."""
        packed, total = BlockStream(iter([head])), 0
        try:
            stream = opener(packed, self._limits)
            while total <= self._limits.unpacked_free and (block := stream.read(MIB)):
                total += len(block)
                if total < packed.taken * _USUAL_RATIO:
                    return
        except (*_DAMAGE, Refusal):
            return  # What is wrong with it is told where it is read.
        if total > self._limits.unpacked_free:
            self._count(0, total, packed.taken)

    def _count(self, new: int, total: int, packed: int) -> None:
        """Hold a stream to the limits: bytes not read before, those of this stream, and those they were packed in."""
        self._unpacked += new
        if self._unpacked > self._limits.unpacked_bytes:
            raise Refusal(f"the file unpacks to more than the limit of {self._limits.unpacked_bytes} bytes")
        if self.is_exhausted:
            raise self._refuse_ratio()
        if total > self._limits.unpacked_free and total > packed * self._limits.unpacked_ratio:
            raise self._refuse_ratio()

    def _refuse_ratio(self) -> Refusal:
        return Refusal(f"the file unpacks to more than {self._limits.unpacked_ratio} times its size")


class Unpacking:
    """A stream of unpacked bytes whose faults are Refusals."""

    def __init__(
        self, stream: IO[bytes], packed: BlockStream | None, packed_bytes: Callable[[], int], count: Count
    ) -> None:  # fmt: skip
        """`packed` is what it is unpacked from, unless that is a file; `packed_bytes` tells how much was taken."""
        self._stream, self._packed, self._packed_bytes, self._count = stream, packed, packed_bytes, count
        self._total = 0

    def __enter__(self) -> BinaryIO:
        return cast(BinaryIO, self)

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def read(self, size: int) -> bytes:
        """At most that many bytes; none at the end."""
        with refuse_damage(self._packed):
            block = self._stream.read(size)
        self._total += len(block)
        self._count(self._total, self._packed_bytes())
        return block


@contextmanager
def refuse_damage(packed: BlockStream | None = None) -> Iterator[None]:
    """Turn what unpackers raise for damaged data into a Refusal; a fault of the stream below stays what it is."""
    try:
        yield
    except _DAMAGE as error:
        if packed is not None and packed.fault is not None:
            raise packed.fault from None
        raise Refusal(f"the file is damaged or cut off: {error or 'it ends early'}") from None
