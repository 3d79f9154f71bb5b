"""What a packed file may unpack to: streams that are counted, and whose faults are Refusals."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, NamedTuple, cast

from conditioners.inputs.raw import BlockStream
from conditioners.limits import KIB, MIB, Limits
from conditioners.outcome import Refusal

_USUAL_RATIO = 10
"""How many times its packed size text mostly unpacks to, or less."""
_NEXT = 64 * KIB
"""Bytes of a member to unpack next; zipfile takes as many packed ones."""
UNPACKING_FAULTS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip
"""What unpackers raise for data that are damaged, or packed in a way that they do not know."""


class Measure(NamedTuple):
    """What a stream has unpacked to: its bytes, and what stands in them that takes longer to read than they do."""

    size: int = 0
    lines: int = 0
    objects: int = 0
    """Of JSON, and its lists."""
    tags: int = 0
    """Of XML and HTML."""

    @classmethod
    def of(cls, block: bytes) -> Measure:
        """That of some bytes."""
        lines = max(block.count(b"\n"), block.count(b"\r"))
        return cls(len(block), lines, block.count(b"{") + block.count(b"["), block.count(b"<"))

    def plus(self, other: Measure) -> Measure:
        """That of both."""
        return Measure(*map(int.__add__, self, other))

    def beyond(self, other: Measure) -> Measure:
        """How much more there is of each."""
        return Measure(*(max(0, mine - its) for mine, its in zip(self, other, strict=True)))

    def most(self, other: Measure) -> Measure:
        """The greater of each."""
        return Measure(*map(max, self, other))


Count = Callable[[Measure, int], None]
"""Takes note of what a stream has unpacked to until now, and of the bytes that was packed in."""


class Allowance:
    """Counts what everything in a raw file unpacks to, and refuses what is more than may be."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._unpacked = Measure()
        self.whole: int | None = None
        """The size of the raw file that everything is packed in, if that is known."""

    @property
    def is_exhausted(self) -> bool:
        """Whether the file as a whole has unpacked to more than it may."""
        unpacked = self._unpacked
        is_too_much = unpacked.size > self._limits.unpacked_bytes or self._is_too_much(unpacked.size)
        return is_too_much or self._find_dense(unpacked, self.whole) is not None

    def _is_too_much(self, unpacked: int) -> bool:
        most = self._limits.unpacked_free + (self.whole or 0) * self._limits.unpacked_ratio
        return self.whole is not None and unpacked > most

    def _find_dense(self, unpacked: Measure, packed: int | None) -> str | None:
        """What there is more of than so many bytes may unpack to, if anything."""
        limits = self._limits
        if packed is None:
            return None
        rules = (
            ("lines", unpacked.lines, limits.unpacked_lines_free, limits.unpacked_lines_ratio),
            ("objects and lists", unpacked.objects, limits.unpacked_objects_free, limits.unpacked_objects_ratio),
            ("tags", unpacked.tags, limits.unpacked_tags_free, limits.unpacked_tags_ratio),
        )
        beyond = ((what, free, ratio) for what, found, free, ratio in rules if found > free + packed * ratio)
        return next((f"{free} {what} and {ratio} more" for what, free, ratio in beyond), None)

    def require(self, claimed: int) -> None:
        """Raises Refusal if the members of an archive claim to be more than they may."""
        if self._is_too_much(claimed):
            raise self._refuse_ratio()

    def begin_count(self) -> Count:
        """A count for one file, in which bytes that are read a second time do not count again."""
        most = Measure()

        def count(total: Measure, packed: int) -> None:
            nonlocal most
            new, most = total.beyond(most), total.most(most)
            self._count(new, total.size, packed)

        return count

    def look_ahead(self, head: bytes, opener: Callable[[Any, Limits], IO[bytes]]) -> None:
        """Refuse what unpacks to too much from its beginning on, before any row of it is read."""
        packed, total = BlockStream(iter([head])), Measure()
        try:
            stream = opener(packed, self._limits)
            while total.size <= self._limits.unpacked_free and (block := stream.read(MIB)):
                total = total.plus(Measure.of(block))
                if total.size < packed.taken * _USUAL_RATIO:
                    return
        except (*UNPACKING_FAULTS, Refusal):
            return  # What is wrong with it is told where it is read.
        if total.size > self._limits.unpacked_free:
            self._count(Measure(), total.size, packed.taken)
        self._require_sparse_beginning(total, packed.taken)

    def look_into(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        """Refuse what a member unpacks to from its beginning on, before any row of it is read."""
        if info.file_size < max(MIB, info.compress_size * _USUAL_RATIO):
            return
        total = Measure()
        try:
            with archive.open(info) as stream:
                while total.size <= self._limits.unpacked_free and (block := stream.read(_NEXT)):
                    total = total.plus(Measure.of(block))
        except UNPACKING_FAULTS:
            return  # What is wrong with it is told where it is read.
        self._require_sparse_beginning(total, cast(IO[bytes], archive.fp).tell() - info.header_offset)

    def _count(self, new: Measure, total: int, packed: int) -> None:
        """Hold a stream to the limits: what was not read before, its bytes, and those they were packed in."""
        self._unpacked = self._unpacked.plus(new)
        if self._unpacked.size > self._limits.unpacked_bytes:
            raise Refusal(f"the file unpacks to more than the limit of {self._limits.unpacked_bytes} bytes")
        if self._is_too_much(self._unpacked.size):
            raise self._refuse_ratio()
        self._require_sparse(self._unpacked, self.whole)
        if total > self._limits.unpacked_free and total > packed * self._limits.unpacked_ratio:
            raise self._refuse_ratio()

    def _require_sparse_beginning(self, unpacked: Measure, packed: int) -> None:
        """What goes on as it begins is refused at once; small files may be denser than that."""
        self._require_sparse(unpacked, self.whole if unpacked.size <= self._limits.unpacked_free else packed)

    def _require_sparse(self, unpacked: Measure, packed: int | None) -> None:
        if (most := self._find_dense(unpacked, packed)) is not None:
            raise Refusal(f"the file unpacks to more than {most} for each of its bytes; unpack it first")

    def _refuse_ratio(self) -> Refusal:
        return Refusal(f"the file unpacks to more than {self._limits.unpacked_ratio} times its size")


class Unpacking:
    """A stream of unpacked bytes whose faults are Refusals."""

    def __init__(
        self, stream: IO[bytes], packed: BlockStream | None, packed_bytes: Callable[[], int], count: Count
    ) -> None:  # fmt: skip
        """`packed` is what it is unpacked from, unless that is a file; `packed_bytes` tells how much was taken."""
        self._stream, self._packed, self._packed_bytes, self._count = stream, packed, packed_bytes, count
        self._total = Measure()

    def __enter__(self) -> BinaryIO:
        return cast(BinaryIO, self)

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def read(self, size: int) -> bytes:
        """At most that many bytes; none at the end."""
        with refuse_damage(self._packed):
            block = self._stream.read(size)
        self._total = self._total.plus(Measure.of(block))
        self._count(self._total, self._packed_bytes())
        return block


@contextmanager
def refuse_damage(packed: BlockStream | None = None) -> Iterator[None]:
    """Turn what unpackers raise for damaged data into a Refusal; a fault of the stream below stays what it is."""
    try:
        yield
    except UNPACKING_FAULTS as error:
        if packed is not None and packed.fault is not None:
            raise packed.fault from None
        raise Refusal(f"the file is damaged or cut off: {error or 'it ends early'}") from None
